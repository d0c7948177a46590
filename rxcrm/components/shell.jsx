// The frame around every page: global search and quick create.
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Search } from "lucide-react";
import { composes } from "./composing.js";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { FormContext, createStore, valueOf } from "./record_store.js";
import { sealed, useShape } from "./shape.js";
import { Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** Search over all leads that the user may see; Enter opens the first, the last line lists all. */
export function GlobalSearch({ answer, onSearch }) {
  const t = useT();
  const navigate = useNavigate();
  const [term, setTerm] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const token = useRef(0);
  const timer = useRef(0);
  const box = useRef(null);
  const id = useId();
  const fresh = answer?.token === token.current;
  const hits = fresh ? answer.hits : [];
  const type = (text) => {
    setTerm(text);
    setAt(0);
    setOpen(!!text.trim());
    clearTimeout(timer.current);
    token.current = 0;
    if (text.trim()) timer.current = setTimeout(() => onSearch(text, (token.current = newToken())), 180);
  };
  const leave = (path) => (setOpen(false), setTerm(""), navigate(path));
  const rows = [...hits.map((hit) => () => leave(`/leads/${hit.id}`)), () => leave(`/leads?view=all&q=${encodeURIComponent(term.trim())}`)];
  const keys = (e) => {
    if (!open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) (e.preventDefault(), setAt((at + step + rows.length) % rows.length));
    else if (e.key === "Enter") (e.preventDefault(), rows[at]?.());
    else if (e.key === "Escape") setOpen(false);
  };
  return (
    <div className="global-search" ref={box} role="search" onBlur={(e) => !box.current.contains(e.relatedTarget) && setOpen(false)}>
      <Search className="icon" aria-hidden="true" />
      <input type="search" role="combobox" aria-label={t("Search leads")} placeholder={t("Search leads")} aria-expanded={open} aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined} aria-autocomplete="list" autoComplete="off" value={term} onChange={(e) => type(e.target.value)} onFocus={() => term.trim() && setOpen(true)} onKeyDown={keys} />
      {open && (
        <div className="search-list" role="listbox" id={id} aria-label={t("Leads found")}>
          {hits.map((hit, i) => (
            <div key={hit.id} id={`${id}-${i}`} role="option" tabIndex={-1} aria-selected={i === at} onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={rows[i]}>
              <b>{hit.name}</b><small>{hit.detail}</small>
            </div>
          ))}
          {fresh && !hits.length && <p className="hint">{t("Nothing found.")}</p>}
          {!fresh && <p className="hint">{t("Searching…")}</p>}
          <div id={`${id}-${hits.length}`} role="option" tabIndex={-1} className="extra" aria-selected={at === hits.length} onPointerEnter={() => setAt(hits.length)} onMouseDown={(e) => e.preventDefault()} onClick={rows[hits.length]}>
            {t("List all leads with “%(term)s”", { term: term.trim() })}
          </div>
        </div>
      )}
    </div>
  );
}

/** Opens quick create for a table; `field` names the look-up that wants the new record. */
export const openQuickCreate = (entity, field = "", term = "") => window.dispatchEvent(new CustomEvent("rxcrm:quick", { detail: { entity, field, term } }));

/** A menu entry that opens quick create. */
export function QuickEntry({ entity, hotkey, children }) {
  return <button type="button" role="menuitem" data-hotkey={hotkey} onClick={() => openQuickCreate(entity)}>{children}</button>;
}

/** The fields of quick create as they are now, and those that administrators made and every record has to have. */
const laidOver = (fields, shaped = {}, left = []) => ({
  ...Object.fromEntries(Object.entries(fields).filter(([name]) => !left.includes(name)).map(([name, spec]) => [name, shaped[name] ?? spec])),
  ...Object.fromEntries(Object.entries(shaped).filter(([, spec]) => spec.custom && spec.level === "required")),
});

/** Quick create: few fields, then back to where one was (S 2.2). `forms` holds title and fields per table. */
export function QuickCreate({ forms: shipped, answer, lookedUp, currency, zone, onCreate, onLookUp }) {
  const t = useT();
  const navigate = useNavigate();
  const { fields: shaped, addresses } = useShape();
  // Whole addresses are asked for only where streets are completed.
  const forms = useMemo(() => Object.fromEntries(Object.entries(shipped).map(([entity, form]) => [entity, { ...form, fields: sealed(laidOver(form.fields, shaped?.[entity], addresses ? [] : form.completed), true) }])), [shipped, shaped, addresses]);
  const [wanted, setWanted] = useState(null);
  const [pending, setPending] = useState(null);
  const body = useRef(null);
  const kept = useRef({});
  const store = useRef(null);
  // What the fields of a record form ask of it; a look-up here makes no further records.
  const live = useRef({});
  live.current = { answer: lookedUp, onLookUp, currency, zone, rights: {}, fields: forms[wanted?.entity]?.fields ?? {} };
  const show = (errors, first) => {
    store.current.set({ errors });
    requestAnimationFrame(() => body.current?.querySelector(`[data-field="${first}"]`)?.focus());
  };
  useEffect(() => {
    const open = ({ detail }) => {
      const { fields } = forms[detail.entity];
      const first = "name" in fields ? "name" : "last_name" in fields ? "last_name" : "topic";
      store.current = createStore();
      store.current.set(detail.term ? { edits: { [first]: detail.term } } : (kept.current[detail.entity] ?? {}));
      if ("currency" in fields) store.current.set({ base: { currency: live.current.currency } });
      setWanted(detail);
      setPending(null);
    };
    window.addEventListener("rxcrm:quick", open);
    return () => window.removeEventListener("rxcrm:quick", open);
  }, [forms]);
  useEffect(() => {
    // After the dialog has opened, which puts the focus on its cross.
    const frame = requestAnimationFrame(() => body.current?.querySelector("[data-field]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, [wanted]);
  useEffect(() => {
    if (!pending || answer?.token !== pending.token) return;
    setPending(null);
    if (!answer.ok) {
      show(answer.errors, Object.keys(answer.errors)[0]);
      return;
    }
    const { entity, field } = wanted;
    delete kept.current[entity];
    setWanted(null);
    window.dispatchEvent(new CustomEvent("rxcrm:created", { detail: { entity, field, id: answer.id, name: answer.name } }));
    if (pending.go) navigate(addressOf(entity, answer.id));
  }, [answer]);
  const api = useMemo(() => {
    const change = (name, value, shown) => {
      const { edits, editNames, errors } = store.current.get();
      const { [name]: _, ...others } = errors;
      store.current.set({ edits: { ...edits, [name]: value }, editNames: { ...editNames, ...(shown === undefined ? {} : { [name]: shown }) }, errors: others });
    };
    return wanted && { store: store.current, change, fields: forms[wanted.entity].fields, props: live };
  }, [wanted, forms]);
  if (!wanted) return null;
  const form = forms[wanted.entity];
  const names = Object.keys(form.fields);
  const create = (go) => {
    const s = store.current.get();
    const missing = names.filter((name) => form.fields[name].level === "required" && !valueOf(s, name).trim() && !composes(form.fields[name], form.fields, s, t));
    if (missing.length) {
      show(Object.fromEntries(missing.map((name) => [name, t("%(label)s is required.", { label: t(form.fields[name].label) })])), missing[0]);
      return;
    }
    const token = newToken();
    setPending({ token, go });
    onCreate(wanted.entity, Object.fromEntries(names.map((name) => [name, valueOf(s, name)]).filter(([, value]) => value !== "")), token);
  };
  // Closed by accident, it opens again with what was typed; Cancel forgets it.
  const keep = () => {
    const { edits, editNames } = store.current.get();
    kept.current[wanted.entity] = { edits, editNames };
    setWanted(null);
  };
  return (
    <Dialog open side title={t(form.title)} onClose={keep}>
      <FormContext.Provider value={api}>
        <form ref={body} className="quick" aria-label={t(form.title)} noValidate onSubmit={(e) => (e.preventDefault(), create(false))}>
          {names.map((name) => <Field key={name} name={name} stacked />)}
          <footer>
            <button type="button" className="button" onClick={() => (delete kept.current[wanted.entity], setWanted(null))}>{t("Cancel")}</button>
            {!wanted.field && <button type="button" className="button" disabled={!!pending} onClick={() => create(true)}>{t("Create and open")}</button>}
            <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Create")}</button>
          </footer>
        </form>
      </FormContext.Provider>
    </Dialog>
  );
}
