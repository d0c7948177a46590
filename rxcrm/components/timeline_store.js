// What the parts of the timeline share: whose it is, what can be asked of the server, the latest answer.
import { createContext, useContext, useEffect, useMemo, useRef } from "react";

export const TimelineContext = createContext(null);
export const useTimeline = () => useContext(TimelineContext);

/** The server's answer to the last thing that was written; only forms look at it, so that entries are not drawn anew. */
export const AnswerContext = createContext(null);
export const useAnswer = () => useContext(AnswerContext);

/** A number that nothing else that is asked or sent in this tab carries. */
let last = 0;
export const newToken = () => (last = Math.max(last + 1, Date.now() % 2147483647));

/** Questions for names: `ask("mention" | "refer" | "party", term)` promises the hits; the next question of a kind ends the one before. */
export function useQuestions(events, answer) {
  const open = useRef(new Map());
  const live = useRef(events);
  live.current = events;
  useEffect(() => {
    const waiting = open.current.get(answer?.token);
    open.current.delete(answer?.token);
    waiting?.give(answer.hits ?? []);
  }, [answer]);
  return useMemo(() => (kind, term) => {
    for (const [token, waiting] of open.current) if (waiting.kind === kind) (open.current.delete(token), waiting.give([]));
    return new Promise((give) => {
      const token = newToken();
      open.current.set(token, { kind, give });
      live.current[kind](term, token);
    });
  }, []);
}
