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

/** What other currencies are worth in the organisation's own today; without hooks, for what is reckoned on the side. */
export const ratesNow = () => current.rates ?? NONE;

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

/**
 * Fields as column security lets this user have them on a record that is there or, if `fresh`, on a new one: what he may not
 * fill in is `locked` and `shut`, what he may not even see `sealed`.
 */
export const useSealed = (fields, fresh) => useMemo(() => sealed(fields, fresh), [fields, fresh]);

export function sealed(fields, fresh) {
  const kept = Object.entries(fields).filter(([, spec]) => spec.secured && !spec.secured[fresh ? "create" : "update"]);
  if (!kept.length) return fields;
  return { ...fields, ...Object.fromEntries(kept.map(([name, spec]) => [name, { ...spec, locked: true, shut: true, sealed: !spec.secured.read, level: "" }])) };
}

/** The form of a table that this user has: what administrators made of it, else the shipped one. */
export function useLayout(entity, shipped) {
  const { forms } = useShape();
  return forms?.[entity] ?? shipped;
}

/** Every section of a form, whatever tab and column it is in. */
export const sectionsOf = (layout) => layout.tabs.flatMap((tab) => [...tab.columns.flat(), ...tab.below]);

/**
 * The fields of a table as a form has them: a label of its own, required (`asked`), read-only (`shut`). `shown` of each says
 * whether it stands on the form; without a form all of them do.
 */
export function useFormFields(fields, layout) {
  return useMemo(() => {
    if (!layout) return fields;
    const sections = sectionsOf(layout);
    const more = sections.some((section) => section.part === "more");
    const places = new Map(layout.header.map(({ label: _, ...place }) => [place.field, place]));
    sections.forEach((section) => section.fields?.forEach((place) => places.set(place.field, place)));
    return Object.fromEntries(Object.entries(fields).map(([name, spec]) => {
      const place = places.get(name);
      if (!place) return [name, { ...spec, shown: !!(spec.custom && more) }];
      const asked = place.required && !spec.locked;
      return [name, {
        ...spec, shown: true, placed: true, asked, shut: place.locked, locked: spec.locked || place.locked,
        label: place.label || spec.label, level: asked ? "required" : spec.level,
      }];
    }));
  }, [fields, layout]);
}
