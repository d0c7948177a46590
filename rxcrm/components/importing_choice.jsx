// Choices that can be searched: typing narrows the list, arrows move, Enter takes. Their lists lie above everything.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { ChevronDown, Search } from "lucide-react";
import { useT } from "./i18n.js";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Where the list fits: below its field, or above it where there is more room. */
function usePlace(open, field, list) {
  useLayoutEffect(() => {
    if (!open) return undefined;
    const place = () => {
      if (!list.current || !field.current) return;
      const at = field.current.getBoundingClientRect();
      const below = window.innerHeight - at.bottom - 12, above = at.top - 12;
      const up = below < 240 && above > below;
      const width = Math.min(Math.max(at.width, 280), window.innerWidth - 16);
      Object.assign(list.current.style, {
        width: `${width}px`, maxHeight: `${Math.min(360, up ? above : below)}px`, left: `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`,
        top: up ? "auto" : `${at.bottom + 4}px`, bottom: up ? `${window.innerHeight - at.top + 4}px` : "auto",
      });
    };
    place();
    document.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
    return () => (document.removeEventListener("scroll", place, true), window.removeEventListener("resize", place));
  }, [open]);
}

/** `groups` are [title, [{value, text, note}]]; a choice without a title stands first and alone. */
export function Choice({ label, value, groups, onChoose, placeholder, describedBy, invalid, disabled }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState(null);
  const [at, setAt] = useState(-1);
  const field = useRef(null);
  const list = useRef(null);
  const open = term !== null;
  usePlace(open, field, list);
  const known = groups.flatMap(([, options]) => options);
  const chosen = known.find((option) => option.value === value);
  const wanted = plain(term ?? "");
  const fits = (option) => !wanted || plain(option.text).includes(wanted);
  // What begins with the words typed comes first.
  const shown = groups
    .map(([title, options]) => [title, options.filter(fits).sort((a, b) => (wanted ? plain(b.text).startsWith(wanted) - plain(a.text).startsWith(wanted) : 0))])
    .filter(([, options]) => options.length);
  const flat = shown.flatMap(([, options]) => options);
  const here = at >= 0 ? Math.min(at, flat.length - 1) : wanted ? (flat.length ? Math.max(0, flat.findIndex((option) => plain(option.text).startsWith(wanted))) : -1) : flat.findIndex((option) => option.value === value);
  useEffect(() => {
    if (open) list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [here, open]);
  const show = () => !disabled && !open && (setTerm(""), setAt(-1));
  const hide = () => setTerm(null);
  const take = (option) => {
    hide();
    if (option.value !== value) onChoose(option.value);
  };
  const keys = (event) => {
    if (!open) {
      if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) (event.preventDefault(), show());
      return;
    }
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + 8, PageUp: here - 8 }[event.key];
    if (to !== undefined) (event.preventDefault(), setAt(Math.abs(to - here) === 1 ? (to + flat.length) % Math.max(1, flat.length) : Math.max(0, Math.min(flat.length - 1, to))));
    else if (event.key === "Enter") (event.preventDefault(), flat[here] && take(flat[here]));
    else if (event.key === "Escape") (event.preventDefault(), event.stopPropagation(), hide());
    else if (event.key === "Tab") hide();
  };
  let count = -1;
  return (
    <span className="pick" data-open={open || undefined}>
      <input ref={field} role="combobox" aria-label={label} aria-expanded={open} aria-controls={open ? `${id}-list` : undefined} aria-autocomplete="list" aria-describedby={describedBy}
        aria-invalid={invalid || undefined} aria-activedescendant={open && flat[here] ? `${id}-${here}` : undefined} autoComplete="off" spellCheck={false} disabled={disabled}
        placeholder={open ? chosen?.text || t("Search…") : placeholder} data-empty={!chosen?.value || undefined} value={open ? term : chosen?.text ?? ""}
        onClick={show} onKeyDown={keys} onBlur={hide} onChange={(event) => (setTerm(event.target.value), setAt(-1))} />
      <ChevronDown className="icon" aria-hidden="true" />
      {open && createPortal(
        <div ref={list} className="pick-list" id={`${id}-list`} role="listbox" aria-label={label} onMouseDown={(event) => event.preventDefault()}>
          {shown.map(([title, options]) => (
            <div key={title} role="group" aria-label={title || undefined}>
              {title && <div className="pick-group" aria-hidden="true">{title}</div>}
              {options.map((option) => {
                const index = (count += 1);
                return (
                  <div key={option.value} id={`${id}-${index}`} role="option" aria-selected={index === here} data-chosen={option.value === value || undefined} onClick={() => take(option)}>
                    <span>{option.text}{option.required && <b className="mark required" aria-hidden="true"> *</b>}</span>
                    {option.note && <small>{option.note}</small>}
                  </div>
                );
              })}
            </div>
          ))}
          {!flat.length && <p className="hint">{t("Nothing found.")}</p>}
        </div>,
        document.querySelector("dialog[open]") ?? document.body,
      )}
    </span>
  );
}

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** A record of another table, searched on the server; `name` is what the chosen one is called. */
export function RecordChoice({ label, entity, value, name, answer, onLookUp, onChoose, describedBy, placeholder }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState(null);
  const [chosenAt, setAt] = useState(-1);
  const token = useRef(0);
  const timer = useRef(0);
  const field = useRef(null);
  const list = useRef(null);
  const open = term !== null;
  usePlace(open, field, list);
  const fresh = open && token.current !== 0 && answer?.token === token.current;
  const hits = fresh ? answer.hits : [];
  const at = chosenAt >= 0 ? chosenAt : hits.length ? 0 : -1;
  const ask = (text) => {
    clearTimeout(timer.current);
    token.current = 0; // what was found before is not the answer to this
    timer.current = setTimeout(() => onLookUp(entity, text, 0, (token.current = newToken())), text ? 180 : 0);
  };
  const show = () => !open && (setTerm(""), setAt(-1), ask(""));
  const hide = () => (clearTimeout(timer.current), setTerm(null));
  const take = (hit) => (hide(), onChoose(String(hit.id), hit.name));
  const keys = (event) => {
    if (!open) {
      if (event.key === "ArrowDown" || event.key === "Enter") (event.preventDefault(), show());
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) (event.preventDefault(), hits.length && setAt((Math.max(at, step > 0 ? -1 : 0) + step + hits.length) % hits.length));
    else if (event.key === "Enter") (event.preventDefault(), hits[at] && take(hits[at]));
    else if (event.key === "Escape") (event.preventDefault(), event.stopPropagation(), hide());
    else if (event.key === "Tab") hide();
  };
  return (
    <span className="pick" data-open={open || undefined}>
      <input ref={field} role="combobox" aria-label={label} aria-expanded={open} aria-controls={open ? `${id}-list` : undefined} aria-autocomplete="list" aria-describedby={describedBy}
        aria-activedescendant={open && hits[at] ? `${id}-${at}` : undefined} autoComplete="off" spellCheck={false} placeholder={open ? t("Search…") : placeholder}
        value={open ? term : value ? name || `#${value}` : ""} onClick={show} onKeyDown={keys} onBlur={hide} onChange={(event) => (setTerm(event.target.value), setAt(-1), ask(event.target.value))} />
      <Search className="icon" aria-hidden="true" />
      {open && createPortal(
        <div ref={list} className="pick-list" id={`${id}-list`} role="listbox" aria-label={label} onMouseDown={(event) => event.preventDefault()}>
          {hits.map((hit, i) => (
            <div key={hit.id} id={`${id}-${i}`} role="option" aria-selected={i === at} onClick={() => take(hit)}><span>{hit.name}</span><small>{hit.detail}</small></div>
          ))}
          {!hits.length && <p className="hint">{fresh ? t("Nothing found.") : t("Searching…")}</p>}
        </div>,
        document.querySelector("dialog[open]") ?? document.body,
      )}
    </span>
  );
}

/** The control for one value of a field, by its kind: options, a day, a record, a text. */
export function ValueControl({ label, spec, value, name, answer, onLookUp, onChange, describedBy, placeholder }) {
  const shared = { "aria-label": label, "aria-describedby": describedBy, className: "text-input" };
  // What leads to several tables is named by text, which finds its record in any of them.
  if (spec.kind === "lookup" && spec.lookup && !spec.lookup.includes(",")) return <RecordChoice {...{ label, entity: spec.lookup, value, name, answer, onLookUp, describedBy, placeholder }} onChoose={onChange} />;
  if (spec.options?.length) return <OptionSelect {...{ shared, value, placeholder, onChange }} options={spec.options} />;
  if (spec.kind === "memo") return <textarea {...shared} rows={2} placeholder={placeholder} value={value} onChange={(e) => onChange(e.target.value)} />;
  const type = { date: "date", moment: "datetime-local", email: "email", phone: "tel" }[spec.kind] ?? "text";
  const mode = { money: "decimal", decimal: "decimal", whole: "numeric", url: "url" }[spec.kind];
  return <input {...shared} type={type} inputMode={mode} autoComplete="off" placeholder={placeholder} value={value} onChange={(e) => onChange(e.target.value)} />;
}

/** A short list of options; the empty one says that nothing is chosen. */
function OptionSelect({ shared, value, options, placeholder, onChange }) {
  return (
    <select {...shared} value={value} onChange={(e) => onChange(e.target.value)}>
      {!options.some(([v]) => v === "") && <option value="">{placeholder ?? "---"}</option>}
      {options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}
    </select>
  );
}
