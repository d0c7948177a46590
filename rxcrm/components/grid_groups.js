// The groups of a list: which there are, which of them are open, and their rows, asked for one after the other.
import { useCallback, useEffect, useRef, useState } from "react";
import { insist } from "./insist.js";
import { newToken } from "./selection_store.js";

const opened = (place) => {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null;
  }
};

/** By what the rows of a list stand together: as its address says, else as its view does; "-" is by nothing. */
export const groupOf = (params, own) => {
  const group = params.get("group") ?? own ?? "";
  return group === "-" ? "" : group;
};

/** Counts how often a message said that something on the page may have changed. */
function useRefreshes() {
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const again = () => setTimes((n) => n + 1);
    window.addEventListener("rxcrm:refresh", again);
    return () => window.removeEventListener("rxcrm:refresh", again);
  }, []);
  return times;
}

const NOTHING = { by: "", groups: null, more: false, problem: "" };

/** Groups while `group` says by what; `query` is the address that the list has answered, `busy` that it is about to. */
export function useGroups({ entity, group, query, ready, busy, tools }) {
  const place = `rxcrm:groups:${entity}:${group}`;
  const [state, setState] = useState(NOTHING);
  const [open, setOpen] = useState([]);
  const [rows, setRows] = useState({});
  const queue = useRef([]);
  const asked = useRef(null);
  const desist = useRef(() => {});
  const refreshes = useRefreshes();
  const live = useRef(null);
  live.current = ({ kind, start, key, after, token }) => (kind === "groups" ? tools.onGroup(entity, query, start, token) : tools.onOpenGroup(entity, query, key, after, token));
  const next = () => {
    // One question at a time: two answers in one update of the page would be one.
    if (asked.current || !queue.current.length) return;
    const question = { ...queue.current.shift(), token: newToken() };
    asked.current = question;
    live.current(question);
    desist.current();
    desist.current = insist(() => live.current(question), () => asked.current === question);
  };
  const ask = (what) => (queue.current.push(what), next());
  useEffect(() => () => desist.current(), []);
  useEffect(() => {
    if (busy) return;
    queue.current = [];
    asked.current = null;
    // What stood here by the same column stays until the answer is there: nothing flickers.
    if (state.by !== group) (setState({ ...NOTHING, by: group }), setRows({}));
    if (group && ready) ask({ kind: "groups", start: 0 });
  }, [group, query, ready, busy, refreshes]);
  useEffect(() => {
    const answer = tools.grouped;
    if (asked.current?.kind !== "groups" || answer?.token !== asked.current.token) return;
    asked.current = null;
    setState((was) => ({ by: group, groups: answer.start ? [...(was.groups ?? []), ...answer.groups] : answer.groups, more: answer.more, problem: answer.problem }));
    const wanted = opened(place) ?? answer.groups.slice(0, 1).map((g) => g.key);
    if (!answer.start) (setOpen(wanted), setRows((was) => Object.fromEntries(Object.entries(was).filter(([key]) => wanted.includes(key)))));
    for (const one of answer.groups) if (wanted.includes(one.key)) queue.current.push({ kind: "rows", key: one.key, after: "" });
    next();
  }, [tools.grouped]);
  useEffect(() => {
    const answer = tools.opened;
    if (asked.current?.kind !== "rows" || answer?.token !== asked.current.token) return;
    const { after } = asked.current;
    asked.current = null;
    setRows((was) => ({ ...was, [answer.key]: { rows: [...(after ? (was[answer.key]?.rows ?? []) : []), ...answer.rows], last: answer.last, more: answer.more, problem: answer.problem } }));
    next();
  }, [tools.opened]);
  const toggle = useRef(null);
  toggle.current = (key) => {
    const now = open.includes(key) ? open.filter((k) => k !== key) : [...open, key];
    setOpen(now);
    sessionStorage.setItem(place, JSON.stringify(now));
    if (now.includes(key) && (!rows[key] || rows[key].problem)) ask({ kind: "rows", key, after: "" });
  };
  const onToggle = useCallback((key) => toggle.current(key), []);
  const lines = [];
  for (const one of (group && state.by === group && state.groups) || []) {
    lines.push({ kind: "group", key: `g${one.key}`, group: one, open: open.includes(one.key) });
    if (!open.includes(one.key)) continue;
    const held = rows[one.key];
    for (const row of held?.rows ?? []) lines.push({ kind: "row", key: `${one.key}/${row.id}`, row });
    if (held?.more) lines.push({ kind: "more", key: `m${one.key}`, of: one.label, run: () => ask({ kind: "rows", key: one.key, after: held.last }) });
    if (!held || held.problem) lines.push({ kind: "wait", key: `w${one.key}`, problem: held?.problem ?? "" });
  }
  if (lines.length && state.more) lines.push({ kind: "more", key: "more", of: "", run: () => ask({ kind: "groups", start: state.groups.length }) });
  return { lines, loading: !!group && (state.by !== group || state.groups === null), problem: group && state.by === group ? state.problem : "", toggle: onToggle };
}

/** The totals of a list while its address wants some. */
export function useTotals({ entity, totals, query, ready, busy, tools }) {
  const [found, setFound] = useState([]);
  const token = useRef(0);
  const answered = useRef(0);
  const refreshes = useRefreshes();
  const live = useRef(null);
  live.current = (one) => tools.onTotal(entity, query, one);
  useEffect(() => {
    if (busy) return undefined;
    if (!totals || !ready) {
      setFound([]);
      return undefined;
    }
    const wanted = (token.current = newToken());
    live.current(wanted);
    return insist(() => live.current(wanted), () => token.current === wanted && answered.current !== wanted);
  }, [totals, query, ready, busy, refreshes]);
  useEffect(() => {
    if (!tools.summed || tools.summed.token !== token.current) return;
    answered.current = token.current;
    setFound(tools.summed.totals);
  }, [tools.summed]);
  return totals ? found : [];
}
