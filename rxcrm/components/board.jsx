// A list as a board: its rows as cards in lanes, moved by mouse, touch and keyboard (S 8.4, peers 6.12).
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useNavigate } from "react-router";
import { CircleCheckBig, CircleX, Trophy } from "lucide-react";
import { BoardCard, CardBody } from "./board_card.jsx";
import { CloseDialog, FillDialog } from "./board_dialogs.jsx";
import { useDrag } from "./board_drag.js";
import { laneWith, useLanes } from "./board_lanes.js";
import { send, useBoardDesk } from "./board_store.js";
import { useT } from "./i18n.js";
import { Peek } from "./peek.jsx";
import { newToken, selection } from "./selection_store.js";
import { useFields } from "./shape.js";

const WIDE = "(min-width: 900px)", NARROW = "(max-width: 720px)";
const CLOSES = { qualify: CircleCheckBig, disqualify: CircleX, won: Trophy, lost: CircleX };

/** The board of the list at `query`. */
export function Board({ entity, list, query, ready, busy, zone, label, head, go, total, cap, tools, empty }) {
  const t = useT();
  const navigate = useNavigate();
  const desk = useBoardDesk();
  const help = useId();
  const board = useRef(null), ghost = useRef(null);
  const [focused, setFocused] = useState(0);
  const [said, setSaid] = useState("");
  const [closing, setClosing] = useState(null);
  const [missing, setMissing] = useState(null);
  const [peeked, setPeeked] = useState(0);
  const refused = useCallback((answer) => answer.missing.length && setMissing(answer), []);
  const moved = useCallback((card) => setMissing((was) => (was?.card.id === card.id ? null : was)), []);
  const found = useLanes({ entity, query, ready, busy, currency: tools.currency, onRefused: refused, onMoved: moved });
  const { lanes, heads, way, problem, pending, arrived } = found;
  const fields = useFields(entity, tools.fields);
  const options = useMemo(() => ({ labels: Object.fromEntries(fields.rating?.options ?? []), colours: fields.rating?.colours }), [fields]);
  const shown = lanes ?? [];
  const cards = shown.flatMap((lane) => lane.cards);
  const card = (id) => cards.find((one) => one.id === id);
  const named = (key) => t(shown.find((lane) => lane.key === key)?.label ?? "");
  const first = cards.some((one) => one.id === focused) ? focused : cards[0]?.id;
  const focusOn = (id) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const at = board.current?.querySelector(`[data-card="${id}"]`);
    at?.focus({ preventScroll: true });
    at?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }));

  const put = (one, to) => {
    const lane = shown.find((l) => l.key === to), from = laneWith(shown, one.id);
    if (!lane || !from || one.locked) return setSaid(one.locked);
    if (lane.key === from.key) return setSaid(t("%(name)s stays in %(lane)s.", { name: one.row.name, lane: t(lane.label) }));
    if (!lane.closes) {
      found.move(one, to);
      return setSaid(t("%(name)s was dropped in %(lane)s.", { name: one.row.name, lane: t(lane.label) }));
    }
    if (lane.closes === "qualify") send("onQualify", one.id, (globalThis.rxcrmAsked = newToken()));
    else setClosing({ card: one, closes: lane.closes, reason: lane.reason });
    return setSaid(t("%(name)s stays in %(lane)s until the dialog is confirmed.", { name: one.row.name, lane: t(from.label) }));
  };
  const { drag, lift, over, end } = useDrag({
    board, ghost,
    may: (id) => !!card(id) && !card(id).locked && !pending.includes(id),
    onLift: (id, how) => {
      const from = laneWith(shown, id), at = shown.indexOf(from);
      const where = { name: card(id).row.name, lane: t(from.label), n: t.number(at + 1), all: t.number(shown.length) };
      setSaid(how === "keys" ? t("%(name)s is picked up from %(lane)s, lane %(n)s of %(all)s. Left and right arrow choose another lane, Space drops, Escape cancels.", where) : t("%(name)s is picked up from %(lane)s.", where));
    },
    onDrop: (id, to, how) => (put(card(id), to), how === "keys" && focusOn(id)),
    onCancel: (id, how) => card(id) && (setSaid(t("%(name)s stays in %(lane)s.", { name: card(id).row.name, lane: named(laneWith(shown, id)?.key) })), how === "keys" && focusOn(id)),
  });
  useEffect(() => {
    // The lane below the card that is being moved by keyboard comes into sight.
    if (drag?.how === "keys") board.current?.querySelector(`[data-lane="${CSS.escape(drag.over)}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
  }, [drag]);

  const keys = (e) => {
    const at = e.target.closest?.("[data-card]");
    if (!at || e.target !== at || e.ctrlKey || e.metaKey || e.altKey) return;
    const one = card(Number(at.dataset.card));
    const lane = shown.findIndex((l) => l.cards.includes(one));
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    const stop = () => (e.preventDefault(), e.stopPropagation());
    if (drag?.how === "keys") {
      if (e.key === "Tab") return end(false);
      if (!["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", " ", "Enter", "Escape"].includes(e.key)) return undefined;
      stop();
      if (e.key === " " || e.key === "Enter") return end(true);
      if (e.key === "Escape") return end(false);
      const now = shown.findIndex((l) => l.key === drag.over);
      const to = shown[e.key === "Home" ? 0 : e.key === "End" ? shown.length - 1 : Math.max(0, Math.min(shown.length - 1, now + (step ?? 0)))];
      over(to.key);
      return setSaid(t("%(lane)s, lane %(n)s of %(all)s", { lane: t(to.label), n: t.number(shown.indexOf(to) + 1), all: t.number(shown.length) }));
    }
    if (e.key === " ") return stop(), one.locked ? setSaid(one.locked) : lift(one.id, "keys", shown[lane].key);
    if (e.key === "Enter") return stop(), navigate(`${list}/${one.id}`);
    if (e.key === "p") return stop(), look(one);
    if (e.key === "m") return stop(), at.querySelector(".grip")?.click();
    if (step) {
      stop();
      const index = shown[lane].cards.indexOf(one);
      for (let next = lane + step; shown[next]; next += step) if (shown[next].cards.length) return focusOn(shown[next].cards[Math.min(index, shown[next].cards.length - 1)].id);
      return undefined;
    }
    const along = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[e.key];
    const ends = { Home: 0, End: shown[lane].cards.length - 1 }[e.key];
    const target = along ? shown[lane].cards[shown[lane].cards.indexOf(one) + along] : ends !== undefined ? shown[lane].cards[ends] : null;
    if (along || ends !== undefined) stop(), target && focusOn(target.id);
    return undefined;
  };
  const look = (one) => {
    if (!window.matchMedia(WIDE).matches) return navigate(`${list}/${one.id}`);
    return setPeeked((was) => (was === one.id ? 0 : one.id));
  };
  const command = (key, id) => {
    // The commands of the bar below a list, on this one record.
    selection.set({ entity, rows: cards.map((one) => ({ ...one.row, id: String(one.id) })), ids: [id], everything: false, total, cap, query });
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`.selection-bar [data-hotkey="${key}"]`)?.click()));
  };
  useEffect(() => {
    const over = () => selection.set({ entity: "", ids: [], rows: [], everything: false });
    window.addEventListener("rxcrm:refresh", over);
    return () => (window.removeEventListener("rxcrm:refresh", over), over());
  }, []);
  const live = useRef(null);
  live.current = {
    focus: setFocused,
    move: (one, to) => put(one, to),
    click: (one, e) => {
      if (e.defaultPrevented || e.target.closest("button, [role=menu]")) return;
      const link = e.target.closest("a");
      if (link && !(e.ctrlKey || e.metaKey || e.shiftKey)) (e.preventDefault(), navigate(`${list}/${one.id}`));
      else if (!link) look(one);
    },
  };
  const on = useMemo(() => ({ focus: (...a) => live.current.focus(...a), move: (...a) => live.current.move(...a), click: (...a) => live.current.click(...a) }), []);

  const targets = shown.filter((lane) => lane.target), full = shown.filter((lane) => !lane.target);
  const dragged = drag && card(drag.id);
  const narrow = drag?.how === "touch" && window.matchMedia(NARROW).matches;
  const nothing = ready && lanes && !problem && !cards.length && !busy && (heads ? !Object.values(heads).some((head) => head.count) : total === 0);
  if (problem) {
    return (
      <div className="empty" role="alert">
        <h2>{problem}</h2>
        {!head?.problems.length && <p><button type="button" className="button" onClick={() => go({ lanes: "" })}>{t("Show the usual lanes")}</button></p>}
      </div>
    );
  }
  return (
    <div className="list-body">
      <p id={help} className="unseen">{t("Space picks the card up, left and right arrow choose another lane, Space drops it, Escape cancels. Enter opens the record, P shows a preview.")}</p>
      <p className="unseen" role="status" aria-live="assertive">{said}</p>
      <div ref={board} className={`board${busy || !lanes ? " busy" : ""}${drag ? " dragging" : ""}`} role="region" aria-label={t("Board of %(list)s", { list: label })} aria-busy={busy || !lanes} onKeyDown={keys}>
        {!lanes && Array.from({ length: 4 }, (_, i) => <div key={i} className="lane skeleton" aria-hidden="true"><header /><ul className="lane-cards">{Array.from({ length: 4 - i % 2 }, (__, n) => <li key={n}><div className="board-card" /></li>)}</ul></div>)}
        {full.map((lane) => (
          <LaneBox key={lane.key} {...{ lane, way, zone, label, on, arrived, pending, peeked, help }} head={heads?.[lane.key]} counting={!heads} lanes={shown} over={drag?.over === lane.key && drag?.from !== lane.key} held={drag?.id} first={first}
            base={{ entity, list, options }} onMore={() => found.goOn(lane)} />
        ))}
        {targets.length > 0 && <div className="targets">{targets.map((lane) => <Target key={lane.key} lane={lane} over={drag?.over === lane.key} />)}</div>}
      </div>
      {nothing && <div className="board-empty">{empty}</div>}
      {dragged && drag.how !== "keys" && createPortal(<div ref={ghost} className="board-card ghost" aria-hidden="true"><CardBody {...{ entity, way, zone, options }} card={dragged} /></div>, document.body)}
      {narrow && createPortal(<div className="lane-dock" aria-hidden="true">{shown.map((lane) => <span key={lane.key} data-lane={lane.key} className={drag.over === lane.key ? "over" : undefined}>{t(lane.label)}</span>)}</div>, document.body)}
      {peeked > 0 && card(peeked) && <Peek {...{ entity, zone, tools }} id={String(peeked)} onCommand={(key) => command(key, peeked)} close={() => (setPeeked(0), focusOn(peeked))} />}
      {missing && <FillDialog key={missing.card.id} {...{ entity, list, zone }} asked={missing} lane={shown.find((lane) => lane.key === missing.to)} fields={tools.fields} currency={tools.currency} lookedUp={tools.lookedUp} onLookUp={tools.onLookUp} onMove={found.move} close={() => (setMissing(null), focusOn(missing.card.id))} />}
      {closing && <CloseDialog key={closing.card.id} entity={entity} asked={closing} currency={tools.currency} close={() => setClosing(null)} />}
    </div>
  );
}

/** Where a card is dropped to close its record; a dialog asks before. */
function Target({ lane, over }) {
  const t = useT();
  const Sign = CLOSES[lane.closes];
  return (
    <section className={`lane target ${lane.closes}${over ? " over" : ""}`} data-lane={lane.key} aria-label={t(lane.label)}>
      <Sign className="icon" aria-hidden="true" /><b>{t(lane.label)}</b>
      <small>{{ qualify: t("Drop here to qualify"), disqualify: t("Drop here to disqualify"), won: t("Drop here to close as won"), lost: t("Drop here to close as lost") }[lane.closes]}</small>
    </section>
  );
}

/** A lane: its head, its cards, and the way to more of them. */
function LaneBox({ lane, head, counting, lanes, way, zone, on, over, held, first, pending, arrived, peeked, help, base, onMore }) {
  const t = useT();
  const id = useId();
  const count = head?.count ?? 0;
  const label = t(lane.label);
  const sums = head?.sums.map(([currency, value]) => t.compact(value, currency)) ?? [];
  return (
    <section className={`lane${over ? " over" : ""}`} data-lane={lane.key} data-colour={lane.colour || undefined} aria-labelledby={id}>
      <header>
        <h2 id={id}>{lane.colour && <i className="lane-dot" aria-hidden="true" />}<span title={label}>{label}</span></h2>
        <span className="lane-count" aria-label={counting ? undefined : t.n("%(n)s record", "%(n)s records", count)}>{counting ? "…" : t.number(count)}</span>
        {sums.length > 0 && <span className="lane-sum" title={head.sums.map(([currency, value]) => t.money(value, currency)).join(" + ")}>{sums[0]}{sums.length > 1 && <small>{t("+%(n)s", { n: t.number(sums.length - 1) })}</small>}<span className="unseen">{sums.slice(1).join(" + ")}</span></span>}
      </header>
      <ul className="lane-cards" aria-labelledby={id}>
        {over && <li className="drop-mark" aria-hidden="true">{lane.closes ? { qualify: t("Drop to qualify"), disqualify: t("Drop to disqualify"), won: t("Drop to close as won"), lost: t("Drop to close as lost") }[lane.closes] : t("Drop here")}</li>}
        {lane.cards.map((card) => (
          <BoardCard key={card.id} {...base} {...{ card, lanes, way, zone, help, on }} lane={lane.key} focus={card.id === first} held={held === card.id} waiting={pending.includes(card.id)} arrived={arrived.includes(card.id)} peeked={peeked === card.id} />
        ))}
        {!lane.cards.length && !over && <li className="lane-nothing">{t("Nothing here")}</li>}
        {lane.more && (
          <li className="lane-more"><button type="button" className="button small" aria-label={t("Load more of %(lane)s", { lane: label })} onClick={onMore}>{t("Load more")}</button>
            {!counting && <small>{t("%(n)s of %(all)s", { n: t.number(lane.cards.length), all: t.number(count) })}</small>}</li>
        )}
      </ul>
    </section>
  );
}
