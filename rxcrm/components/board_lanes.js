// The lanes of a board in the browser: asked for, gone on with, and what a moved card changes in them.
import { useCallback, useEffect, useRef, useState } from "react";
import { send, useBoardDesk } from "./board_store.js";
import { newToken } from "./selection_store.js";
import { ratesNow } from "./shape.js";

/** How long a move waits for its answer before the board is read anew, in milliseconds. */
const PATIENCE = 15_000;

const AMOUNT = { lead: "estimated_amount", opportunity: "estimated_revenue" };

/** The amount of a card in hundredths with the currency in which it counts, as the server adds up; null without one. */
export const amountOf = (entity, card, own) => {
  const text = card.row[AMOUNT[entity]];
  if (!text) return null;
  const [code, cents] = [card.row.currency || own, Math.round(Number(text) * 100)];
  const rate = code === own ? null : ratesNow()[code];
  return rate ? [own, Math.round(cents * Number(rate))] : [code, cents];
};

const without = (cards, id) => cards.filter((card) => card.id !== id);
export const laneWith = (lanes, id) => lanes.find((lane) => lane.cards.some((card) => card.id === id));

/** The lanes with a card taken out of wherever it stands, and put into `to` at `index` if there is such a lane. */
const placed = (lanes, card, to, index = 0) =>
  lanes.map((lane) => {
    const cards = without(lane.cards, card.id);
    if (lane.key === to) return { ...lane, cards: [...cards.slice(0, index), card, ...cards.slice(index)] };
    return cards.length === lane.cards.length ? lane : { ...lane, cards };
  });

/** Heads with a card more (`by` 1) or less (-1). */
const counted = (heads, key, by, amount) => {
  if (!heads) return heads;
  const head = heads[key] ?? { count: 0, sums: [] };
  let sums = head.sums;
  if (amount) {
    const [currency, cents] = amount;
    const known = sums.some(([c]) => c === currency);
    sums = known ? sums.map(([c, text]) => (c === currency ? [c, String((Math.round(Number(text) * 100) + by * cents) / 100)] : [c, text])) : by > 0 ? [...sums, [currency, String(cents / 100)]] : sums;
  }
  return { ...heads, [key]: { count: Math.max(0, head.count + by), sums: sums.filter(([, text]) => Number(text)) } };
};

/**
 * The lanes of the list that stands at `query`. `move(card, to)` shows the card there at once and asks; refused, it goes
 * back and `onRefused` hears the answer. What others move arrives by itself.
 */
export function useLanes({ entity, query, ready, busy, currency, onRefused, onMoved }) {
  const { shown, counted: total, more, told, news } = useBoardDesk();
  const [state, setState] = useState({ lanes: null, heads: null, way: "", ways: [], problem: "" });
  const [pending, setPending] = useState([]);
  const [arrived, setArrived] = useState([]);
  const live = useRef(state);
  live.current = state;
  const token = useRef(0);
  const asked = useRef(null);
  const queue = useRef([]);
  const moves = useRef({});
  const seen = useRef(news?.seq ?? 0);
  const told_ = useRef({ onRefused, onMoved });
  told_.current = { onRefused, onMoved };

  const load = useCallback(() => {
    const wanted = Object.fromEntries((live.current.lanes ?? []).map((lane) => [lane.key, lane.cards.length]));
    queue.current = [];
    asked.current = null;
    send("onShow", entity, query, wanted, (token.current = newToken()));
  }, [entity, query]);
  useEffect(() => {
    if (!ready || busy) return;
    live.current = { ...live.current, lanes: null };
    moves.current = {};
    setPending([]);
    load();
  }, [ready, busy, load]);
  useEffect(() => {
    const again = () => load();
    const events = ["rxcrm:refresh", "rxcrm:again"];
    events.forEach((name) => window.addEventListener(name, again));
    return () => events.forEach((name) => window.removeEventListener(name, again));
  }, [load]);
  useEffect(() => () => send("onLeave"), []);
  useEffect(() => {
    if (!shown || shown.token !== token.current) return;
    setState((was) => ({ ...was, lanes: shown.problem ? [] : shown.lanes, way: shown.way, ways: shown.ways, problem: shown.problem }));
  }, [shown]);
  useEffect(() => {
    if (total && total.token === token.current) setState((was) => ({ ...was, heads: total.heads }));
  }, [total]);

  // One lane goes on at a time: two answers in one update of the page would be one.
  const next = () => {
    if (asked.current || !queue.current.length) return;
    asked.current = { ...queue.current.shift(), token: newToken() };
    send("onGoOn", entity, query, asked.current.lane, asked.current.after, asked.current.token);
  };
  const goOn = (lane) => {
    if (asked.current?.lane === lane.key || queue.current.some((one) => one.lane === lane.key)) return;
    queue.current.push({ lane: lane.key, after: lane.last });
    next();
  };
  useEffect(() => {
    if (!asked.current || more?.token !== asked.current.token) return;
    asked.current = null;
    if (more.problem) setState((was) => ({ ...was, problem: more.problem }));
    else setState((was) => ({ ...was, lanes: was.lanes.map((lane) => {
      if (lane.key !== more.lane.key) return lane;
      const known = new Set(was.lanes.flatMap((one) => one.cards.map((card) => card.id)));
      return { ...lane, cards: [...lane.cards, ...more.lane.cards.filter((card) => !known.has(card.id))], last: more.lane.last, more: more.lane.more };
    }) }));
    next();
  }, [more]);

  /** A card from one lane to another, with what stands above them. */
  const shift = (was, card, from, to, index) => {
    const amount = amountOf(entity, card, currency);
    const heads = from === to ? was.heads : counted(counted(was.heads, from, -1, amount), to, 1, amount);
    return { ...was, lanes: placed(was.lanes, card, to, index), heads };
  };
  const move = (card, to, typed = {}) => {
    const from = laneWith(live.current.lanes, card.id);
    if (!from || moves.current[card.id]) return;
    const answer = newToken();
    const timer = setTimeout(() => moves.current[card.id]?.token === answer && (delete moves.current[card.id], setPending(Object.keys(moves.current).map(Number)), load()), PATIENCE);
    moves.current[card.id] = { token: answer, from: from.key, to, index: from.cards.findIndex((one) => one.id === card.id), timer, card };
    setPending(Object.keys(moves.current).map(Number));
    setState((was) => shift(was, card, from.key, to, 0));
    send("onMove", entity, query, card.id, card.version, to, typed, answer);
  };
  useEffect(() => {
    for (const answer of told ?? []) {
      const [id, done] = Object.entries(moves.current).find(([, one]) => one.token === answer.token) ?? [];
      if (!done) continue;
      clearTimeout(done.timer);
      delete moves.current[id];
      const fresh = answer.card;
      if (answer.ok) {
        // The view may not hold it any more; or it stands where somebody else put it.
        setState((was) => (fresh ? shift(was, fresh, done.to, fresh.lane, 0) : { ...was, lanes: placed(was.lanes, done.card, ""), heads: counted(was.heads, done.to, -1, amountOf(entity, done.card, currency)) }));
        told_.current.onMoved?.(done.card, done.to);
      } else {
        setState((was) => shift(was, fresh ?? done.card, done.to, fresh?.lane ?? done.from, done.index));
        told_.current.onRefused?.({ ...answer, card: fresh ?? done.card, to: done.to });
      }
      setPending(Object.keys(moves.current).map(Number));
    }
  }, [told]);
  useEffect(() => {
    if (!news || news.seq === seen.current || !live.current.lanes) return;
    seen.current = news.seq;
    const others = news.cards.filter((card) => !moves.current[card.id]);
    const came = others.filter((card) => laneWith(live.current.lanes, card.id)?.key !== card.lane).map((card) => card.id);
    setState((was) => {
      let now = was;
      for (const card of others) {
        const from = laneWith(now.lanes, card.id);
        const index = from && from.key === card.lane ? from.cards.findIndex((one) => one.id === card.id) : 0;
        if (from) now = shift(now, card, from.key, card.lane, index);
      }
      for (const id of news.gone) {
        const from = laneWith(now.lanes, id);
        const card = from?.cards.find((one) => one.id === id);
        if (card && !moves.current[id]) now = { ...now, lanes: placed(now.lanes, card, ""), heads: counted(now.heads, from.key, -1, amountOf(entity, card, currency)) };
      }
      return now;
    });
    if (came.length) {
      setArrived(came);
      const timer = setTimeout(() => setArrived([]), 1_600);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [news]);
  return { ...state, pending, arrived, move, goOn, load };
}
