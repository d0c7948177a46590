// What was typed into a field that an administrator takes out of use meanwhile: kept, shown, and back if the field comes back.
import { useLayoutEffect, useRef } from "react";

/** Lets texts of fields that are gone leave the edits of a form, as `left`: name → {spec, value, shown}; they are not saved. */
export function useLeftOut(store, fields, loaded, persist) {
  const known = useRef({});
  useLayoutEffect(() => {
    known.current = { ...known.current, ...fields };
    const s = store.get();
    const out = Object.keys(s.edits).filter((name) => !(name in fields));
    const back = Object.keys(s.left).filter((name) => name in fields);
    if (!out.length && !back.length) return;
    const [edits, editNames, left, errors] = [{ ...s.edits }, { ...s.editNames }, { ...s.left }, { ...s.errors }];
    for (const name of out) {
      left[name] = { spec: known.current[name], value: edits[name], shown: editNames[name] };
      delete edits[name];
      delete errors[name];
    }
    for (const name of back) {
      if (!(name in edits) && left[name].value !== (s.base[name] ?? "")) (edits[name] = left[name].value), (editNames[name] = left[name].shown);
      delete left[name];
    }
    store.set({ edits, editNames, left, errors });
    persist();
  }, [fields, loaded, persist]);
}

/** A draft whose fields are all there, and apart from it what was typed into others. */
export function sifted(draft, fields) {
  const edits = Object.entries({ ...Object.fromEntries(Object.entries(draft?.left ?? {}).map(([name, { value }]) => [name, value])), ...draft?.edits });
  const left = edits.filter(([name]) => !(name in fields)).map(([name, value]) => [name, draft.left?.[name] ?? { value, shown: draft.names?.[name] }]);
  return { edits: Object.fromEntries(edits.filter(([name]) => name in fields)), left: Object.fromEntries(left) };
}
