// Figures from the server: fetched for an address, again when one asks for it or when something on the page changed.
import { useCallback, useEffect, useRef, useState } from "react";
import { useT } from "./i18n.js";

const CHANGED = ["rxcrm:refresh", "rxcrm:created"];
/** How long an address rests before it is asked while somebody describes a chart, in milliseconds. */
export const RESTS = 300;

/**
 * `[{ figures, …answer, problem, busy }, refresh]` for an address; nothing is asked for without one. What was there stays
 * while it is asked anew. `kept` holds answers by `name` for as long as its owner wants: they are there at once, and asked again.
 */
export function useFigures(address, { more = [], kept, name = "", rests = 0 } = {}) {
  const t = useT();
  const [found, setFound] = useState(() => kept?.get(name) ?? { busy: true });
  const [again, setAgain] = useState(0);
  const first = useRef(true);
  const refresh = useCallback(() => setAgain((n) => n + 1), []);
  useEffect(() => {
    if (!address) return undefined;
    const stop = new AbortController();
    setFound((was) => ({ ...was, busy: true, problem: "" }));
    const go = () => ask(address, stop.signal).then(
      (answer) => {
        const told = { ...answer, busy: false, problem: "" };
        kept?.set(name, told);
        setFound(told);
      },
      (reason) => stop.signal.aborted || setFound({ busy: false, problem: reason.said ?? t("The server cannot be reached. Try again in a moment.") }),
    );
    const timer = setTimeout(go, first.current ? 0 : rests);
    first.current = false;
    return () => (clearTimeout(timer), stop.abort());
  }, [address, again, ...more]);
  useEffect(() => {
    CHANGED.forEach((event) => window.addEventListener(event, refresh));
    return () => CHANGED.forEach((event) => window.removeEventListener(event, refresh));
  }, [refresh]);
  return [found, refresh];
}

async function ask(address, signal) {
  const answer = await fetch(address, { signal });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.message), { said: found.message });
  return found;
}
