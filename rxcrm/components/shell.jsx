// The frame around every page: global search and quick create.
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Search } from "lucide-react";
import { useT } from "./i18n.js";
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
      <input type="search" role="combobox" aria-label={t("Search leads")} placeholder={t("Search leads")} data-hotkey="ctrl+k" aria-expanded={open} aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined} aria-autocomplete="list" autoComplete="off" value={term} onChange={(e) => type(e.target.value)} onFocus={() => term.trim() && setOpen(true)} onKeyDown={keys} />
      <kbd aria-hidden="true">Ctrl K</kbd>
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

/** Quick create: few fields, then back to where one was (S 2.2). `forms` holds title and fields per table. */
export function QuickCreate({ forms, answer, onCreate }) {
  const t = useT();
  const navigate = useNavigate();
  const [wanted, setWanted] = useState(null);
  const [values, setValues] = useState({});
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(null);
  const body = useRef(null);
  const kept = useRef({});
  const id = useId();
  useEffect(() => {
    const open = ({ detail }) => {
      const first = forms[detail.entity].fields[0].name === "name" ? "name" : "last_name";
      setWanted(detail);
      setValues(detail.term ? { [first]: detail.term } : (kept.current[detail.entity] ?? {}));
      setErrors({});
      setPending(null);
    };
    window.addEventListener("rxcrm:quick", open);
    return () => window.removeEventListener("rxcrm:quick", open);
  }, [forms]);
  useEffect(() => {
    if (!pending || answer?.token !== pending.token) return;
    setPending(null);
    if (!answer.ok) {
      setErrors(answer.errors);
      const first = Object.keys(answer.errors)[0];
      requestAnimationFrame(() => body.current?.querySelector(`[name="${first}"]`)?.focus());
      return;
    }
    const { entity, field } = wanted;
    delete kept.current[entity];
    setWanted(null);
    window.dispatchEvent(new CustomEvent("rxcrm:created", { detail: { entity, field, id: answer.id, name: answer.name } }));
    if (pending.go) navigate(`/${entity}s/${answer.id}`);
  }, [answer]);
  if (!wanted) return null;
  const form = forms[wanted.entity];
  const create = (go) => {
    const missing = form.fields.filter((f) => f.level === "required" && !(values[f.name] ?? "").trim());
    if (missing.length) {
      setErrors(Object.fromEntries(missing.map((f) => [f.name, t("%(label)s is required.", { label: t(f.label) })])));
      body.current?.querySelector(`[name="${missing[0].name}"]`)?.focus();
      return;
    }
    const token = newToken();
    setPending({ token, go });
    onCreate(wanted.entity, values, token);
  };
  return (
    // Closed by accident, it opens again with what was typed; Cancel forgets it.
    <Dialog open side title={t(form.title)} onClose={() => ((kept.current[wanted.entity] = values), setWanted(null))}>
      <form ref={body} className="quick" aria-label={t(form.title)} noValidate onSubmit={(e) => (e.preventDefault(), create(false))}>
        {form.fields.map((f, i) => {
          const problem = errors[f.name];
          const props = {
            id: `${id}-${f.name}`, name: f.name, value: values[f.name] ?? "", autoFocus: i === 0, "aria-invalid": problem ? true : undefined, "aria-required": f.level === "required" || undefined,
            "aria-describedby": problem ? `${id}-${f.name}-problem` : undefined, onChange: (e) => setValues({ ...values, [f.name]: e.target.value }),
          };
          return (
            <div key={f.name} className={`field stacked${problem ? " bad" : ""}`}>
              <div className="field-label">
                <label htmlFor={props.id}>{t(f.label)}</label>
                {f.level === "required" && <span className="mark required" aria-hidden="true">*</span>}
                {f.level === "recommended" && <span className="mark recommended" aria-hidden="true">+</span>}
              </div>
              <div className="control">
                {f.options ? <select {...props}><option value="">---</option>{f.options.map(([v, o]) => <option key={v} value={v}>{t(o)}</option>)}</select> : <input {...props} autoComplete="off" />}
              </div>
              {problem && <p className="problem" id={`${id}-${f.name}-problem`}>{problem}</p>}
            </div>
          );
        })}
        <footer>
          <button type="button" className="button" onClick={() => (delete kept.current[wanted.entity], setWanted(null))}>{t("Cancel")}</button>
          {!wanted.field && <button type="button" className="button" disabled={!!pending} onClick={() => create(true)}>{t("Create and open")}</button>}
          <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Create")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
