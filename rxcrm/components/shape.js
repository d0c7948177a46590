// What administrators have shaped of fields and option lists since the pages were built: laid over what was shipped.
import { useMemo, useRef, useSyncExternalStore } from "react";

const NONE = {};
let current = NONE;
const listeners = new Set();
const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));
const read = () => current;

/** What the server says; those that read it draw themselves anew at `tell`. */
export const hold = (shape) => (current = shape ?? NONE);
export const tell = () => listeners.forEach((listener) => listener());

/** Everything that differs: `fields` by table, the reasons of the menu Disqualify, those of open leads, and a number. */
export const useShape = () => useSyncExternalStore(subscribe, read, () => NONE);

/** The same fields while something is open, also those that go meanwhile: what is typed there is refused where it stands. */
export function useKept(fields) {
  const kept = useRef({});
  return useMemo(() => (kept.current = { ...kept.current, ...fields }), [fields]);
}

/** The fields of a table as they are now; `only` names those that were shipped here, else custom ones are among them. */
export function useFields(entity, shipped, only = false) {
  const { fields } = useShape();
  return useMemo(() => {
    const ours = fields?.[entity] ?? NONE;
    return { ...shipped, ...(only ? Object.fromEntries(Object.entries(ours).filter(([name]) => name in shipped)) : ours) };
  }, [fields, shipped, entity, only]);
}
