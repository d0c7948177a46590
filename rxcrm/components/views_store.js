// What the state of views tells and is asked: one desk on each page, which pickers, builders and dialogs share.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

let desk = null;
let counter = 0;
const listeners = new Set();
const waiting = new Map();
// What was asked while the page was still being put together.
let early = [];

const newToken = () => (Date.now() + counter++) % 2147483647;

/** The properties of the page's desk, each time they change; whoever waits for an answer gets it. */
export function furnish(props) {
  desk = props;
  early.splice(0).forEach(([event, args]) => desk[event]?.(...args));
  for (const answer of [props.told, props.summary, props.candidates]) {
    const done = answer && waiting.get(answer.token);
    if (done) (waiting.delete(answer.token), done(answer));
  }
  listeners.forEach((listener) => listener());
}

const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));
const NOTHING = {};
const read = () => desk ?? NOTHING;

/** What the desk holds now. */
export const useDesk = () => useSyncExternalStore(subscribe, read, read);

/** Sends an event with its arguments; resolves with the answer of the same token. */
export const ask = (event, ...args) =>
  new Promise((resolve) => {
    const token = newToken();
    waiting.set(token, resolve);
    send(event, ...args, token);
  });

/**
 * What was chosen here, ahead of what the server tells: nothing jumps back while it has not answered yet. `tell(next)` sends it.
 * Anything that the server says and that was not sent from here counts at once.
 */
export function useAhead(told, tell) {
  const [ahead, setAhead] = useState(null);
  const sent = useRef([]);
  const now = JSON.stringify(told);
  useEffect(() => {
    const at = sent.current.indexOf(now);
    sent.current = at < 0 ? [] : sent.current.slice(at + 1);
    if (!sent.current.length) setAhead(null);
  }, [now]);
  const put = (next) => {
    const text = JSON.stringify(next);
    sent.current.push(text);
    setAhead(next);
    tell(next);
  };
  return [ahead ?? told, put];
}

/** Candidates for a value: [{key, name, detail}]. */
export const find = (target, term) => ask("onFind", target, term).then((answer) => answer.hits);

/** Sends an event that nobody waits for. */
export const send = (event, ...args) => (desk ? desk[event]?.(...args) : early.push([event, args]));
