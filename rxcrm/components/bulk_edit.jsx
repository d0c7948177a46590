// The same values for many records: a form with nothing in it, of which only what is filled in is written (S R7.6).
import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Pencil } from "lucide-react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { FormContext, createStore } from "./record_store.js";
import { useRun } from "./selection_bar.jsx";
import { countOf, newToken, useSelection } from "./selection_store.js";
import { useFields, useKept } from "./shape.js";
import { Dialog } from "./ui.jsx";

/** Fields as this form shows them: nothing has to be filled in, and every choice can be left alone. Tags have commands of their own. */
const blank = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, spec]) => !spec.locked && (!spec.secured || spec.secured.update) && !["moment", "tags"].includes(spec.kind)).map(([name, spec]) => [
    name, { ...spec, level: "", always: false, matching: false, fills: false, options: spec.kind === "yesno" ? [["", "---"], ...spec.options] : spec.options },
  ]));

const canEmpty = (spec) => spec.level !== "required" && !spec.always && spec.kind !== "yesno";

/** Edit in the bar below a list. */
export function EditPicked(props) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button command" data-hotkey="e" onClick={() => setOpen(true)}><Pencil className="icon" aria-hidden="true" /><span>{t("Edit")}</span></button>
      {open && createPortal(<BulkEdit {...props} close={() => setOpen(false)} />, document.body)}
    </>
  );
}

function BulkEdit({ entity, fields: shipped, first, told, prepared, lookedUp, currency, zone, onRun, onPrepare, onLookUp, close }) {
  const t = useT();
  const s = useSelection();
  const fields = useKept(useFields(entity, shipped));
  const [emptied, setEmptied] = useState([]);
  const [term, setTerm] = useState("");
  const [every, setEvery] = useState(false);
  const store = useRef(null);
  store.current ??= createStore();
  const form = useRef(null);
  const asked = useRef(0);
  const { send, pending, problem, errors } = useRun({ entity, told, onRun, done: close });
  const specs = useMemo(() => {
    const found = blank(fields);
    for (const name of emptied) found[name] = { ...found[name], locked: true };
    return found;
  }, [fields, emptied]);
  const live = useRef({});
  live.current = { answer: lookedUp, onLookUp, currency, zone, rights: {}, fields: specs };
  useEffect(() => {
    // The versions of now: who changes the same field while this form is open is not overwritten.
    if (!s.everything) onPrepare(entity, s.ids, (asked.current = newToken()));
    const frame = requestAnimationFrame(() => form.current?.querySelector("[data-field]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    store.current.set({ errors });
    const wrong = Object.keys(errors)[0];
    if (!wrong) return;
    if (!usual.includes(wrong)) setEvery(true);
    setTerm("");
    requestAnimationFrame(() => form.current?.querySelector(`[data-field="${wrong}"]`)?.focus());
  }, [errors]);
  useEffect(() => {
    if (problem) form.current?.querySelector(".form-message")?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  const api = useMemo(() => {
    const change = (name, value, shown) => {
      const { edits, editNames, errors: wrong } = store.current.get();
      const { [name]: _, ...others } = wrong;
      store.current.set({ edits: { ...edits, [name]: value }, editNames: { ...editNames, ...(shown === undefined ? {} : { [name]: shown }) }, errors: others });
    };
    return { store: store.current, change, fields: specs, props: live };
  }, [specs]);
  // Few stand here at once, those that lists show; the others are a search or a click away, in the order of the forms.
  const names = Object.keys(specs);
  const usual = first.filter((n) => names.includes(n));
  const found = (name) => t(specs[name].label).toLowerCase().includes(term.trim().toLowerCase());
  const filled = store.current.get().edits;
  const chosen = (name) => !!filled[name]?.trim() || emptied.includes(name);
  const others = names.filter((n) => !usual.includes(n));
  const shown = term.trim() ? [...usual, ...others].filter(found) : [...usual, ...others.filter((n) => every || chosen(n))];
  const toggle = (name) => setEmptied(emptied.includes(name) ? emptied.filter((n) => n !== name) : [...emptied, name]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (pending) return;
    const { edits } = store.current.get();
    const given = Object.fromEntries(Object.entries(edits).filter(([name, value]) => value.trim() !== "" && !emptied.includes(name)));
    for (const name of emptied) given[name] = "";
    send("edit", given, prepared?.token === asked.current ? prepared.versions : {});
  };
  const count = Math.abs(countOf(s));
  const title = t.n("Edit %(n)s record", "Edit %(n)s records", count);
  return (
    <Dialog open side title={title} onClose={close}>
      <FormContext.Provider value={api}>
        <form ref={form} className="quick bulk-edit" aria-label={title} noValidate onSubmit={submit}>
          {problem && <p className="form-message" role="alert">{problem}</p>}
          <p className="hint">{t("Only what you fill in is written to each of them. Everything else stays as it is.")}</p>
          <input type="search" className="field-search" aria-label={t("Search fields")} placeholder={t("Search fields")} value={term} onChange={(e) => setTerm(e.target.value)} onKeyDown={(e) => e.key === "Enter" && e.preventDefault()} />
          {shown.map((name) => (
            <div key={name} className={`bulk-field${emptied.includes(name) ? " emptied" : ""}`}>
              <Field name={name} stacked />
              {canEmpty(fields[name]) && <label className="empty-field"><input type="checkbox" checked={emptied.includes(name)} onChange={() => toggle(name)} />{t("Empty this field")}<span className="unseen">: {t(specs[name].label)}</span></label>}
            </div>
          ))}
          {!shown.length && <p className="hint" role="status">{t("Nothing found.")}</p>}
          {!term.trim() && !every && others.length > 0 && <button type="button" className="button small all-fields" onClick={() => setEvery(true)}>{t("Show all %(n)s fields", { n: names.length })}</button>}
          <footer className="stays">
            <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
            <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={pending}>{pending ? t("Saving…") : t.n("Change %(n)s record", "Change %(n)s records", count)}</button>
          </footer>
        </form>
      </FormContext.Provider>
    </Dialog>
  );
}
