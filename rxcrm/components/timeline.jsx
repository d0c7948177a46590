// The timeline of a record: everything that happened with it and everything that is planned (S 4).
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { ArrowUp, History, SearchX } from "lucide-react";
import { Composer } from "./composer.jsx";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { plain, termsOf } from "./rich.js";
import { ROLES } from "./entry_fields.jsx";
import { Section, Stream, useAnchor } from "./stream.jsx";
import { Head, Missed } from "./timeline_head.jsx";
import { AnswerContext, TimelineContext, newToken, useQuestions } from "./timeline_store.js";

/** How long the way back after a deletion is offered, and how long a new entry glows, in milliseconds. */
const UNDO = 10_000, GLOW = 4_000;
const NOTHING = [];

/**
 * `entity` and `recordId` say whose timeline is wanted, `shownEntity` and `shownId` whose the server has sent. It is asked
 * for whenever the timeline appears: then the server begins a new generation of pages and counts a visit.
 */
export function Timeline(props) {
  const { entity, recordId, shownEntity, shownId, userId, zone, candidates, answer } = props;
  const live = useRef(props);
  live.current = props;
  const mine = shownEntity === entity && shownId === recordId;
  const begun = useRef("");
  useEffect(() => {
    const place = `${entity}:${recordId}`;
    if (recordId > 0 && (begun.current !== place || !mine)) live.current.onOpen(entity, recordId);
    begun.current = place;
  }, [entity, recordId, mine]);
  const waits = recordId > 0 && !(props.ready && mine);
  useEffect(() => {
    if (!waits) return undefined;
    return insist(() => live.current.onOpen(entity, recordId));
  }, [waits, entity, recordId]);
  const ask = useQuestions({ mention: props.onMention, refer: props.onRefer, party: props.onParty }, candidates);
  const t = useT();
  if (!(recordId > 0)) return <section className="timeline" aria-label={t("Timeline")}><div className="timeline-head"><h2>{t("Timeline")}</h2></div><p className="hint">{t("Save this record first: then notes, calls, tasks and every change appear here.")}</p></section>;
  return (
    <AnswerContext.Provider value={answer}>
      <Opened key={`${entity}:${recordId}`} {...{ live, ask, entity, recordId, userId, zone }} {...props} ready={props.ready && mine} />
    </AnswerContext.Provider>
  );
}

function Opened(props) {
  const { live, ask, entity, recordId, userId, zone, ready, may, defaults, facets, missed, since, plannedMore, opened } = props;
  const { pinned, planned, more } = ready ? props : { pinned: NOTHING, planned: NOTHING, more: false };
  const items = useStream(props, ready);
  const t = useT();
  const box = useRef(null);
  const titleId = useId();
  const [said, announce] = useSaid();
  const [reply, setReply] = useState(null);
  const { query, search, terms, waiting, refresh } = useQuery(props, live);
  const loading = useLoading(props.older, query);
  const { look, api, setAll } = useLook(opened, live);
  const all = useMemo(() => [...pinned, ...planned, ...items], [pinned, planned, items]);
  const { undo, perform, forget } = usePerform(all, box, live);
  const { flashing, above, dismiss } = useArrivals({ all, generation: ready ? props.older.generation : -1, answer: props.answer, box, announce });
  useAnchor(box, all);

  const fill = useFilled(props.filled, live);
  const context = useMemo(() => ({
    fill, entity, recordId, userId, zone, ask, announce, perform, ...api,
    dateText: (iso) => t.moment(iso, zone),
    reply: (item) => setReply(replyTo(item, t)),
    write: {
      post: (token, text, parent) => live.current.onWritePost(token, text, parent),
      note: (token, id, version, draft) => live.current.onWriteNote(token, id, version, draft.values.title ?? "", draft.body, draft.files),
      create: (kind, token, draft, then) => {
        if (kind === "note") live.current.onWriteNote(token, 0, 0, draft.values.title ?? "", draft.body, draft.files);
        else if (kind === "post") live.current.onWritePost(token, draft.values.text ?? "", 0);
        else live.current.onLog(token, kind, typedOf(kind, draft), partiesOf(kind, draft, userId), draft.files, then);
      },
    },
  }), [fill, entity, recordId, userId, zone, ask, announce, perform, api, t]);

  const shown = useMemo(() => ({ ...look, flashing }), [look, flashing]);
  const overdue = useMemo(() => planned.filter((item) => item.tag === "overdue"), [planned]);
  const upcoming = useMemo(() => planned.filter((item) => item.tag !== "overdue"), [planned]);
  const empty = ready && !all.length && !more;
  const narrowed = query.search || Object.keys(query.filters).length > 0;
  const jump = () => {
    const first = box.current.querySelector(".entry.fresh");
    first?.scrollIntoView({ block: "center", behavior: "smooth" });
    first?.focus({ preventScroll: true });
  };
  return (
    <TimelineContext.Provider value={context}>
      <section className="timeline" ref={box} aria-labelledby={titleId} aria-busy={!ready || waiting}>
        <span id={titleId} hidden>{t("Timeline")}</span>
        <Head {...{ query, facets, ready }} ask={search} busy={waiting} onCount={(on) => live.current.onCount(on)} onRefresh={refresh} onExpand={() => setAll(true)} onCollapse={() => setAll(false)} />
        {ready && Object.keys(may).length > 0 && <Composer {...{ may, defaults, reply }} onReplied={() => setReply(null)} />}
        {ready && <Missed {...{ missed, since, zone }} onJump={jump} onDismiss={() => live.current.onSeen()} />}
        {above > 0 && (
          <button type="button" className="button small primary arrived" onClick={() => (dismiss(), box.current.scrollIntoView({ behavior: "smooth" }))}><ArrowUp className="icon" aria-hidden="true" />{t.n("%(n)s new entry", "%(n)s new entries", above)}</button>
        )}
        <div className={`timeline-list${waiting ? " busy" : ""}`}>
          {!ready && <Skeleton />}
          {pinned.length > 0 && <Section heading={t("Pinned")} items={pinned} look={shown} terms={terms} dated className="pinned" />}
          {overdue.length > 0 && <Section heading={t("Overdue")} count={overdue.length} items={overdue} look={shown} terms={terms} planned className="late" />}
          {upcoming.length > 0 && <Section heading={t("Upcoming")} count={upcoming.length + plannedMore} items={upcoming} look={shown} terms={terms} planned className="planned" />}
          {ready && plannedMore > 0 && <div className="more"><button type="button" className="button small" onClick={() => live.current.onShowPlanned()}>{t.n("Show %(n)s more planned", "Show %(n)s more planned", plannedMore)}</button></div>}
          <Stream {...{ items, more, terms, zone }} look={shown} loading={loading.on} onMore={() => (loading.begin(), live.current.onLoadMore())} />
          {empty && <Empty {...{ narrowed, may }} clear={() => search({ ...query, search: "", filters: {} })} />}
        </div>
        <p className="unseen" role="status">{said}</p>
        {undo && <UndoBar key={undo.id} {...{ undo, forget }} onUndo={() => (live.current.onUndoDelete(undo.id), forget())} />}
      </section>
    </TimelineContext.Provider>
  );
}

// -- what is asked for -----------------------------------------------------------------------------------------------

/** Search, filters and order: what the user wants is shown at once, the list follows. */
function useQuery({ search: sentSearch, filters: sentFilters, newestFirst, items, planned, pinned }, live) {
  const fromServer = useMemo(() => ({ search: sentSearch ?? "", filters: sentFilters ?? {}, newest: newestFirst ?? true }), [sentSearch, sentFilters, newestFirst]);
  const [wanted, setWanted] = useState(null);
  const query = wanted ?? fromServer;
  const same = wanted && JSON.stringify(wanted) === JSON.stringify(fromServer);
  useEffect(() => {
    if (same) setWanted(null);
  }, [same, items, planned, pinned]);
  useEffect(() => {
    // An answer that never came must not leave the list dimmed for ever.
    if (!wanted) return undefined;
    const timer = setTimeout(() => setWanted(null), 15_000);
    return () => clearTimeout(timer);
  }, [wanted]);
  const search = (next) => (setWanted(next), live.current.onAsk(next.search, next.filters, next.newest));
  const terms = useMemo(() => termsOf(sentSearch ?? ""), [sentSearch]);
  return { query, search, terms, waiting: !!wanted && !same, refresh: () => live.current.onRefresh() };
}

function useLoading(older, query) {
  const [on, setOn] = useState(false);
  useEffect(() => setOn(false), [older, query]);
  useEffect(() => {
    if (!on) return undefined;
    const timer = setTimeout(() => setOn(false), 10_000);
    return () => clearTimeout(timer);
  }, [on]);
  return { on, begin: () => setOn(true) };
}

const RANK = { h: 0, a: 1 };
const later = (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : RANK[a.key[0]] - RANK[b.key[0]] || a.id - b.id);

/** The newest page, which the server keeps up to date, and the older ones, which it sends once: all that came in this generation. */
function useStream({ items, older, gone, pinned, planned, newestFirst }, ready) {
  const held = useRef({ generation: -1, items: new Map() });
  return useMemo(() => {
    if (!ready) return NOTHING;
    if (held.current.generation !== older.generation) held.current = { generation: older.generation, items: new Map() };
    for (const item of [...older.items, ...items]) held.current.items.set(item.key, item);
    const here = new Set(items.map((item) => item.key));
    const away = new Set([...gone, ...pinned.map((item) => item.key), ...planned.map((item) => item.key)]);
    const shown = [...held.current.items.values()].filter((item) => here.has(item.key) || !away.has(item.key)).sort(later);
    return newestFirst ? shown.reverse() : shown;
  }, [items, older, gone, pinned, planned, newestFirst, ready]);
}

/** `fill(id)` promises the subject and text of a template for this record. */
function useFilled(filled, live) {
  const open = useRef({ token: 0 });
  useEffect(() => {
    if (filled?.token && filled.token === open.current.token) open.current.give(filled);
  }, [filled]);
  return useCallback((id) => new Promise((give) => {
    open.current = { token: newToken(), give };
    live.current.onUseTemplate(id, open.current.token);
  }), []);
}

// -- how it is shown -------------------------------------------------------------------------------------------------

/** Which entries are expanded: all or none, but for some; bodies of long ones are asked for one after another. */
function useLook(opened, live) {
  const [look, setLook] = useState(() => ({ mode: false, flipped: new Set(), bodies: new Map() }));
  const queue = useRef([]);
  const next = () => queue.current.length && live.current.onExpand(queue.current[0].key);
  useEffect(() => {
    const at = queue.current.findIndex((w) => w.key === opened?.key);
    if (at < 0) return;
    const [{ key, version }] = queue.current.splice(at, 1);
    setLook((l) => ({ ...l, bodies: new Map(l.bodies).set(key, { version, body: opened.body }) }));
    next();
  }, [opened]);
  const api = useMemo(() => ({
    toggle: (key) => setLook((l) => {
      const flipped = new Set(l.flipped);
      if (!flipped.delete(key)) flipped.add(key);
      return { ...l, flipped };
    }),
    want: (key, version) => {
      queue.current = [...queue.current.filter((w) => w.key !== key), { key, version }];
      if (queue.current.length === 1) next();
    },
  }), []);
  return { look, api, setAll: (mode) => setLook((l) => ({ ...l, mode, flipped: new Set() })) };
}

/** What is done with an entry; the focus stays with it, or goes to its neighbour when it is gone. */
function usePerform(all, box, live) {
  const [undo, setUndo] = useState(null);
  const last = useRef(null);
  const deleting = useRef(null);
  const find = (key) => box.current?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const perform = useCallback((what, item, value) => {
    const entries = [...box.current.querySelectorAll(".entry")];
    const at = entries.findIndex((el) => el.dataset.key === item.key);
    last.current = { key: item.key, beside: [entries[at + 1], entries[at - 1]].filter(Boolean).map((el) => el.dataset.key) };
    const p = live.current;
    if (what === "complete") p.onComplete(item.id, item.version, value ?? 0);
    else if (what === "cancel") p.onCancel(item.id, item.version);
    else if (what === "reopen") p.onReopen(item.id, item.version);
    else if (what === "pin") p.onPin(item.id, value);
    else if (what === "like") p.onLike(item.id);
    else if (what === "send") p.onSend(item.id, item.version);
    else if (what === "delete") (p.onDelete(item.id, item.version), (deleting.current = { at: Date.now(), key: item.key, id: item.id, title: item.title || item.excerpt || plain(item.body ?? "") }));
  }, []);
  useEffect(() => {
    const gone = deleting.current;
    if (gone && Date.now() - gone.at < UNDO && !all.some((item) => item.key === gone.key || item.replies.some((r) => r.key === gone.key))) (setUndo(gone), (deleting.current = null));
    if (!last.current || (document.activeElement && document.activeElement !== document.body)) return;
    const there = [last.current.key, ...last.current.beside].map(find).find(Boolean);
    (there ?? box.current.querySelector(".quick-entry"))?.focus({ preventScroll: true });
    last.current = null;
  }, [all]);
  return { undo, perform, forget: () => setUndo(null) };
}

/** Entries that come in while one looks: they glow, are announced, and are told of when they are out of sight. */
function useArrivals({ all, generation, answer, box, announce }) {
  const t = useT();
  const known = useRef({ generation: -1 });
  const [flashing, setFlashing] = useState(() => new Set());
  const [above, setAbove] = useState(0);
  useEffect(() => {
    const before = known.current;
    const newest = all.reduce((at, item) => (item.at > at ? item.at : at), "");
    known.current = { generation, newest, keys: new Set(all.map((item) => item.key)) };
    if (generation < 0 || before.generation !== generation) return;
    const fresh = all.filter((item) => item.at > before.newest && !before.keys.has(item.key));
    if (!fresh.length) return;
    setFlashing(new Set(fresh.map((item) => item.key)));
    const others = fresh.filter((item) => item.key !== answer?.key);
    if (!others.length) return;
    announce(t.n("%(n)s new entry", "%(n)s new entries", others.length));
    const main = document.getElementById("main");
    if (main && box.current.getBoundingClientRect().top < main.getBoundingClientRect().top - 200) setAbove((n) => n + others.length);
  }, [all, generation]);
  useEffect(() => {
    if (!flashing.size) return undefined;
    const timer = setTimeout(() => setFlashing(new Set()), GLOW);
    return () => clearTimeout(timer);
  }, [flashing]);
  useEffect(() => {
    if (!above) return undefined;
    const main = document.getElementById("main");
    const look = () => box.current.getBoundingClientRect().top > main.getBoundingClientRect().top - 200 && setAbove(0);
    main.addEventListener("scroll", look, { passive: true });
    return () => main.removeEventListener("scroll", look);
  }, [above]);
  return { flashing, above, dismiss: () => setAbove(0) };
}

/** A sentence for screen readers; the same one twice is read twice. */
function useSaid() {
  const [said, setSaid] = useState("");
  const say = useCallback((text) => text && setSaid((before) => (before === text ? `${text}\u00a0` : text)), []);
  return [said, say];
}

function UndoBar({ undo, onUndo, forget }) {
  const t = useT();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(forget, UNDO);
    return () => clearTimeout(timer);
  }, [held]);
  return (
    <div className="message undo" role="status" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <span>{undo.title ? t("“%(title)s” was deleted.", { title: undo.title.slice(0, 60) }) : t("The entry was deleted.")}</span>
      <button type="button" className="button small" onClick={onUndo}>{t("Undo")}</button>
    </div>
  );
}

function Skeleton() {
  const t = useT();
  return <div role="status" aria-label={t("Loading")}>{[70, 45, 60, 35, 55].map((width, i) => <div key={i} className="entry ghost" aria-hidden="true"><span className="entry-icon" /><div className="entry-main skeleton"><i style={{ width: `${width}%` }} /><i style={{ width: `${width - 20}%` }} /></div></div>)}</div>;
}

function Empty({ narrowed, may, clear }) {
  const t = useT();
  const Icon = narrowed ? SearchX : History;
  return (
    <div className="timeline-empty">
      <Icon className="icon" aria-hidden="true" />
      <h3>{narrowed ? t("Nothing matches") : t("Nothing has happened yet")}</h3>
      {narrowed ? <button type="button" className="button small" onClick={clear}>{t("Clear search and filters")}</button>
        : <p>{Object.values(may).includes("") ? t("Write a note, log a call or plan a task above: it appears here, with every change of this record.") : t("Notes, calls, tasks and every change of this record appear here.")}</p>}
    </div>
  );
}

// -- what is sent ----------------------------------------------------------------------------------------------------

const person = (role) => ({ entity = "", id = "", name = "", address = "" }) => ({ role, entity, id: String(id), name, address });

/** Texts for the fields of an activity, as its form holds them. */
function typedOf(kind, { values, body }) {
  return { ...values, ...(kind === "email" ? { body } : {}) };
}

/** Everybody in an activity, the writer among them: he calls or is called, sends, invites (S 1.6). */
function partiesOf(kind, { values, parties }, userId) {
  const me = { entity: "user", id: userId };
  const incoming = kind === "phone_call" && values.outgoing === "0";
  const own = { phone_call: incoming ? ROLES.to : ROLES.from, email: ROLES.from, appointment: ROLES.organizer }[kind];
  const others = Object.entries(parties).flatMap(([name, people]) => people.map(person(incoming && name === "to" ? ROLES.from : ROLES[name])));
  return own ? [person(own)(me), ...others] : others;
}

/** A mail that answers another one. */
function replyTo(item, t) {
  const from = item.parties.filter((p) => p.role === "from").map((p) => ({ entity: p.entity, id: p.id ? String(p.id) : "", name: p.name, address: p.entity ? "" : p.address }));
  const subject = /^re:/i.test(item.title) ? item.title : `Re: ${item.title}`;
  return { key: item.id, values: { subject: subject.slice(0, 200) }, parties: { to: from }, body: item.body ? `<p></p><p>${t("%(who)s wrote:", { who: item.who || from[0]?.name || "" })}</p><blockquote>${item.body}</blockquote>` : "" };
}
