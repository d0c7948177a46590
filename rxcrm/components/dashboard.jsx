// Dashboards: tiles in a grid, each of which asks for its figures itself (S 8.1).
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { useBlocker, useNavigate } from "react-router";
import { ChevronDown, LayoutDashboard, Pencil, Plus, RefreshCw } from "lucide-react";
import "./charts.css";
import { Control } from "./chart_editor.jsx";
import { useDrag, within } from "./dashboard_drag.js";
import { Tile } from "./dashboard_tile.jsx";
import { ShareDialog } from "./dashboard_share.jsx";
import { useT } from "./i18n.js";
import { Dialog, Menu } from "./ui.jsx";

const TileDialog = lazy(() => import("./dashboard_editor.jsx").then((m) => ({ default: m.TileDialog })));

const MOST_TILES = 20;
/** After how long one who comes back to a dashboard finds it reckoned anew, in milliseconds. */
const STALE = 5 * 60_000;
const token = () => Date.now() % 2147483647;
let counter = 0;
const fresh = () => `n${++counter}`;
/** Tiles as they are saved: what only the page knows of them stays here. */
const plain = (tiles) => tiles.map(({ uid, id, titled, changed, ...one }) => one);

export function DashboardPage({ options, board, vocabulary, sharing, answer, mayExport, administrator, zone, onBeginEdit, onCreate, onSave, onRemove, onReset, onHide, onBeginWith, onAskShare, onShare, onDismiss }) {
  const t = useT();
  const navigate = useNavigate();
  const [round, setRound] = useState(0);
  const [draft, setDraft] = useState(null);
  const [making, setMaking] = useState(null);
  const [asking, setAsking] = useState("");
  const [tile, setTile] = useState(null);
  const [sent, setSent] = useState(0);
  const [problem, setProblem] = useState({});
  const [seen, setSeen] = useState("");
  const [said, setSaid] = useState("");
  // Answers stay while one is on this page: a dashboard that one comes back to, or has saved, is there at once.
  const kept = useRef(new Map());
  const before = useRef(null);
  useEffect(() => (setDraft(null), setAsking(""), setSeen("")), [board.key]);
  useEffect(() => {
    if (!sent || answer?.token !== sent) return;
    setSent(0);
    if (!answer.ok) setProblem(answer.errors);
    else if (making) (setMaking(null), navigate(`/dashboards?dashboard=${answer.key}`));
    else setDraft(null);
  }, [answer]);
  useEffect(() => {
    const back = () => document.visibilityState === "visible" && seen && Date.now() - new Date(seen) > STALE && setRound((n) => n + 1);
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [seen]);
  const send = (verb) => {
    const next = token();
    setProblem({});
    setSent(next);
    verb(next);
  };
  const chosen = options.find((o) => o.key === board.key);
  const shipped = board.key && !/^d\d+$/.test(board.key);
  const edit = () => (onBeginEdit(), setProblem({}), setDraft({ name: board.name, tiles: board.tiles.map((one) => ({ ...one, uid: one.id })) }));
  const tiles = draft?.tiles ?? board.tiles;
  const changed = draft && (draft.name !== board.name || JSON.stringify(plain(draft.tiles)) !== JSON.stringify(plain(board.tiles)));
  // While one drags this is asked for every frame: what is as it was draws nothing anew.
  const put = (change) => setDraft((was) => {
    const next = was && change(was.tiles);
    return !was || (next.length === was.tiles.length && next.every((one, i) => one === was.tiles[i])) ? was : { ...was, tiles: next };
  });
  const order = (uid, to) => put((all) => {
    const next = all.filter((one) => one.uid !== uid);
    next.splice(to, 0, all.find((one) => one.uid === uid));
    return next;
  });
  const resize = (uid, size) => put((all) => all.map((one) => (one.uid === uid && (one.wide !== size.wide || one.tall !== size.tall) ? { ...one, ...size } : one)));
  const [held, grip, corner] = useDrag({ onBegin: () => (before.current = draft.tiles), onOrder: order, onSize: resize, onBack: () => put(() => before.current) });
  const arrange = (one, i) => draft && {
    head: grip(one.uid),
    corner: corner(one.uid),
    move: (by) => {
      const to = Math.min(Math.max(i + by, 0), tiles.length - 1);
      order(one.uid, to);
      setSaid(t("Place %(n)s of %(all)s", { n: to + 1, all: tiles.length }));
      // Where the order of elements changes, what had the focus may lose it.
      requestAnimationFrame(() => document.querySelector(`[data-uid="${one.uid}"] ${document.activeElement?.closest(".grip") ? ".grip" : ".menu button"}`)?.focus());
    },
    size: (wide, tall) => {
      const size = { wide: within("wide", one.wide + wide), tall: within("tall", one.tall + tall) };
      resize(one.uid, size);
      setSaid(t("%(wide)s of 12 columns wide, %(tall)s rows tall", size));
    },
    change: () => setTile({ uid: one.uid, tile: one }),
    copy: tiles.length < MOST_TILES ? () => put((all) => all.flatMap((other) => (other.uid === one.uid ? [other, { ...one, uid: fresh(), changed: true }] : [other]))) : undefined,
    remove: () => put((all) => all.filter((other) => other.uid !== one.uid)),
  };
  const keep = (made) => {
    if (tile.uid) put((all) => all.map((one) => (one.uid === tile.uid ? { ...made, changed: true } : one)));
    else (put((all) => [...all, { ...made, uid: fresh(), changed: true }]), requestAnimationFrame(() => document.querySelector(".tiles > .tile:last-child")?.scrollIntoView({ block: "nearest" })));
    setTile(null);
  };
  const leave = () => (changed ? setAsking("leave") : setDraft(null));
  const add = () => setTile({ uid: "", tile: null });
  const look = (at) => setSeen((was) => (at > was ? at : was));
  if (!board.key) return <div className="waiting" role="status" aria-label={t("Loading")}><span className="spinner" /></div>;
  return (
    <section className="dashboard" aria-labelledby="dashboard-title">
      <div className="command-bar" role="toolbar" aria-label={t("Commands")}>
        {draft ? (
          <>
            <button type="button" className="button primary" data-hotkey="ctrl+s" disabled={!!sent} onClick={() => send((n) => onSave(board.key, board.version, draft.name, plain(draft.tiles), n))}>{sent ? t("Saving…") : t("Save")}</button>
            <button type="button" className="button" onClick={leave}>{t("Cancel")}</button>
            <button type="button" className="button command" disabled={tiles.length >= MOST_TILES} onClick={add}><Plus className="icon" aria-hidden="true" /><span>{t("Add tile")}</span></button>
          </>
        ) : (
          <>
            <button type="button" className="button command" onClick={() => setMaking({ name: "", like: "", system: false })}><Plus className="icon" aria-hidden="true" /><span>{t("New dashboard")}</span></button>
            {board.change && <button type="button" className="button command" onClick={edit}><Pencil className="icon" aria-hidden="true" /><span>{t("Edit")}</span></button>}
            <button type="button" className="button command" onClick={() => setRound(round + 1)}><RefreshCw className="icon" aria-hidden="true" /><span>{t("Refresh")}</span></button>
            <Menu label={t("More about this dashboard")} text="⋯" className="button command">
              <button type="button" role="menuitem" onClick={() => setMaking({ name: t("Copy of %(name)s", { name: board.name }), like: board.key, system: false })}>{t("Make a copy")}</button>
              {!chosen?.default && <button type="button" role="menuitem" onClick={() => onBeginWith(board.key)}>{t("Open this one first")}</button>}
              {board.group === "mine" && <button type="button" role="menuitem" onClick={() => onAskShare(board.key)}>{t("Share")}</button>}
              {administrator && board.group === "system" && <button type="button" role="menuitem" onClick={() => onHide(board.key, !board.hidden)}>{board.hidden ? t("Offer to everybody again") : t("Hide from everybody")}</button>}
              {administrator && shipped && board.version > 0 && <button type="button" role="menuitem" onClick={() => setAsking("reset")}>{t("Reset to how it came")}</button>}
              {board.change && !shipped && <button type="button" role="menuitem" onClick={() => setAsking("delete")}>{t("Delete")}</button>}
            </Menu>
          </>
        )}
      </div>
      <div className="dashboard-head">
        {draft ? (
          <>
            <h1 id="dashboard-title" className="unseen">{t("Edit %(name)s", { name: board.name })}</h1>
            <input className="text-input dashboard-name" aria-label={t("Name")} aria-invalid={!!problem.name} maxLength={100} value={draft.name} onChange={(e) => setDraft({ ...draft, name: e.target.value })} />
            {board.group === "system" && <span className="hint">{t("Everybody sees what you change here.")}</span>}
          </>
        ) : (
          <>
            <BoardPicker {...{ options, board }} onPick={(key) => navigate(`/dashboards?dashboard=${key}`)} />
            {board.hidden && <span className="badge">{t("Hidden")}</span>}
            {seen && tiles.length > 0 && <small className="of">{t("Data of %(time)s", { time: t.time(seen, zone) })}</small>}
          </>
        )}
      </div>
      {(problem.name || problem[""]) && draft && <p className="banner" role="alert">{problem.name || problem[""]}</p>}
      {board.problem && <p className="banner" role="alert">{board.problem}</p>}
      {!tiles.length && (
        <div className="empty"><LayoutDashboard className="icon" aria-hidden="true" /><h2>{t("No tiles yet")}</h2>
          <p className="hint">{t("Tiles show charts, numbers, reports and lists side by side.")}</p>
          <p>{board.change && (draft ? <button type="button" className="button primary" onClick={add}>{t("Add tile")}</button> : <button type="button" className="button primary" onClick={edit}>{t("Edit")}</button>)}</p>
        </div>
      )}
      <div className={`tiles${draft ? " editing" : ""}${held ? " dragging" : ""}`}>
        {tiles.map((one, i) => (
          <Tile key={`${board.key} ${draft ? one.uid : one.id}${draft ? "" : ` ${board.version}`}`} {...{ one, mayExport, zone }} at={i} count={tiles.length} board={one.changed ? "" : board.key} round={`${board.version}.${round}`} kept={kept.current} held={held === one.uid && !!held} onSeen={look} arrange={arrange(one, i)} />
        ))}
      </div>
      <p className="unseen" role="status">{said}</p>
      {tile && vocabulary.length > 0 && <Suspense fallback={null}><TileDialog tile={tile.tile} shared={board.group !== "mine"} {...{ vocabulary, zone }} onKeep={keep} onClose={() => setTile(null)} /></Suspense>}
      {making && (
        <Dialog open title={making.like ? t("Make a copy") : t("New dashboard")} onClose={() => setMaking(null)}>
          <form className="ask-form" noValidate onSubmit={(e) => (e.preventDefault(), send((n) => onCreate(making.name, making.like, making.system, n)))}>
            {problem[""] && <p className="form-message" role="alert">{problem[""]}</p>}
            <Control label={t("Name")} problem={problem.name}>{(p) => <input {...p} autoFocus maxLength={100} value={making.name} onChange={(e) => setMaking({ ...making, name: e.target.value })} />}</Control>
            {administrator && <label className="tick-line"><input type="checkbox" checked={making.system} onChange={(e) => setMaking({ ...making, system: e.target.checked })} /> {t("For everybody")}</label>}
            <footer>
              <button type="button" className="button" onClick={() => setMaking(null)}>{t("Cancel")}</button>
              <button type="submit" className="button primary" disabled={!!sent}>{t("Create")}</button>
            </footer>
          </form>
        </Dialog>
      )}
      {changed && <Leaving name={draft.name} />}
      {asking && <Asked what={asking} name={board.name} onClose={() => setAsking("")} onYes={() => (setAsking(""), { leave: () => setDraft(null), reset: () => onReset(board.key), delete: () => onRemove(board.key) }[asking]())} />}
      {sharing.open && <ShareDialog sharing={sharing} onShare={(wanted) => onShare(board.key, wanted)} onClose={onDismiss} />}
    </section>
  );
}

/** While something is not saved: whoever goes elsewhere is asked first, and so is whoever closes the tab. */
function Leaving({ name }) {
  const blocker = useBlocker(({ currentLocation: here, nextLocation: next }) => here.pathname + here.search !== next.pathname + next.search && !["/login", "/setup"].includes(next.pathname));
  useEffect(() => {
    const stay = (event) => {
      event.preventDefault();
      event.returnValue = "";
      // Reflex closes its socket here; if the user stays, this opens it again.
      setTimeout(() => document.dispatchEvent(new Event("visibilitychange")), 50);
    };
    window.addEventListener("beforeunload", stay, true);
    return () => window.removeEventListener("beforeunload", stay, true);
  }, []);
  return blocker.state === "blocked" && <Asked what="leave" name={name} onYes={() => blocker.proceed()} onClose={() => blocker.reset()} />;
}

/** Before something is lost. */
function Asked({ what, name, onYes, onClose }) {
  const t = useT();
  const [title, text, yes] = {
    leave: [t("Discard your changes?"), t("What you have changed in “%(name)s” since you began is not saved.", { name }), t("Discard")],
    reset: [t("Reset to how it came?"), t("“%(name)s” gets the name and tiles with which it came, for everybody.", { name }), t("Reset")],
    delete: [t("Delete this dashboard?"), t("“%(name)s” is deleted for everybody who sees it. The records stay.", { name }), t("Delete")],
  }[what];
  return (
    <Dialog open title={title} onClose={onClose}>
      <p>{text}</p>
      <footer>
        <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
        <button type="button" className="button danger" onClick={onYes}>{yes}</button>
      </footer>
    </Dialog>
  );
}

/** The title is the dashboard; a click opens all of them. */
function BoardPicker({ options, board, onPick }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    (box.current.querySelector('[aria-selected="true"]') ?? box.current.querySelector('[role="option"]'))?.focus();
    const away = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const close = () => (setOpen(false), box.current.querySelector("button").focus());
  const keys = (e) => {
    if (!open) return;
    const all = [...box.current.querySelectorAll('[role="option"]')], at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (e.key === "Escape") close();
    else if (e.key === "Tab") setOpen(false);
    else if (to !== undefined) (e.preventDefault(), all[(to + all.length) % all.length]?.focus());
    else if ((e.key === "Enter" || e.key === " ") && at >= 0) (e.preventDefault(), all[at].click());
  };
  const groups = [["mine", t("My dashboards")], ["shared", t("Shared with me")], ["system", t("System dashboards")]];
  return (
    <div className="view-picker" ref={box} onKeyDown={keys}>
      <h1 id="dashboard-title"><button type="button" aria-haspopup="listbox" aria-expanded={open} onClick={() => setOpen(!open)}>{board.name} <ChevronDown className="icon" aria-hidden="true" /></button></h1>
      {open && (
        <div className="picker-list" role="listbox" aria-label={t("Dashboards")}>
          {groups.map(([group, text]) => options.some((o) => o.group === group) && (
            <div key={group} role="group" aria-label={text}>
              <p className="hint" role="presentation">{text}</p>
              {options.filter((o) => o.group === group).map((o) => (
                <div key={o.key} role="option" tabIndex={-1} aria-selected={o.key === board.key} onClick={() => (close(), onPick(o.key))}>
                  <span>{o.name}</span>{o.default && <small className="badge">{t("Opens first")}</small>}{o.hidden && <small className="badge">{t("Hidden")}</small>}
                </div>
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
