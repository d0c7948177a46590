// What stands behind an operator: texts, numbers, dates, choices, people and records.
import { useEffect, useId, useRef, useState } from "react";
import { ChevronDown, X } from "lucide-react";
import { useT } from "./i18n.js";
import { leaving } from "./leaving.js";
import { TagsInput } from "./tags.jsx";

const DATES = ["date", "moment"];
const NUMBERS = ["whole", "decimal", "money"];
/** So many options are read at a glance; more are searched. */
const LONG = 12;

/** The editor of a row's values. `names` are those of people and records; `onFind(target, term)` promises candidates. */
export function FilterValue({ field, operator, wants, values, names, label, onChange, onFind }) {
  const t = useT();
  if (!wants) return null;
  const set = (index, value) => onChange(Array.from({ length: wants === "two" ? 2 : 1 }, (_, i) => (i === index ? value : values[i] ?? "")));
  if (field.target) return <Named several={wants === "several"} {...{ field, values, names, label, onChange, onFind }} />;
  if (field.kind === "tags") return <TagsInput label={label} value={values.join(",")} placeholder={values.length ? "" : t("Choose tags…")} onChange={(next) => onChange(next.split(",").filter(Boolean))} />;
  if (field.options.length) {
    if (wants === "several") return <Several options={field.options} {...{ values, label, onChange }} />;
    return (
      <select aria-label={label} value={values[0] ?? ""} onChange={(e) => onChange(e.target.value ? [e.target.value] : [])}>
        <option value="">{t("Choose…")}</option>
        {field.options.map(([value, text]) => <option key={value} value={value}>{t(text)}</option>)}
      </select>
    );
  }
  if (operator === "in-fiscal-period-and-year") return <Quarter value={values[0] ?? ""} {...{ label }} onChange={(v) => onChange(v ? [v] : [])} />;
  const numeric = wants === "number" || operator === "in-fiscal-year" || NUMBERS.includes(field.kind);
  const dated = DATES.includes(field.kind) && wants !== "number" && operator !== "in-fiscal-year";
  const input = (index, name) => (
    <input type={dated ? "date" : "text"} inputMode={dated ? undefined : numeric ? "decimal" : INPUTS[field.kind]} autoComplete="off" aria-label={name} maxLength={300}
      placeholder={wants === "number" ? "X" : undefined} value={values[index] ?? ""} onChange={(e) => set(index, e.target.value)} />
  );
  if (wants !== "two") return input(0, label);
  return <span className="two-values">{input(0, t("%(label)s: from", { label }))}<span aria-hidden="true">–</span>{input(1, t("%(label)s: to", { label }))}</span>;
}

const INPUTS = { email: "email", phone: "tel", url: "url" };

/** A fiscal year and its quarter. */
function Quarter({ value, label, onChange }) {
  const t = useT();
  const [year = "", quarter = ""] = value.split("-");
  const put = (y, q) => onChange(y.length === 4 && q ? `${y}-${q}` : "");
  const [typed, setTyped] = useState([year, quarter || "1"]);
  const set = (y, q) => (setTyped([y, q]), put(y, q));
  return (
    <span className="two-values">
      <select aria-label={t("%(label)s: quarter", { label })} value={typed[1]} onChange={(e) => set(typed[0], e.target.value)}>{["1", "2", "3", "4"].map((q) => <option key={q} value={q}>{t("Quarter %(n)s", { n: q })}</option>)}</select>
      <input inputMode="numeric" aria-label={t("%(label)s: year", { label })} maxLength={4} placeholder={t("Year")} value={typed[0]} onChange={(e) => set(e.target.value.trim(), typed[1])} />
    </span>
  );
}

/** Several options, ticked in a list that opens below. */
function Several({ options, values, label, onChange }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [term, setTerm] = useState("");
  const box = useRef(null);
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    setTerm("");
    box.current.querySelector("input")?.focus();
    box.current.querySelector(".several-list").scrollIntoView({ block: "nearest" });
    const away = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const long = options.length > LONG;
  const shown = long ? options.filter(([, text]) => t(text).toLowerCase().includes(term.toLowerCase())) : options;
  const toggle = (value) => onChange(values.includes(value) ? values.filter((v) => v !== value) : [...values, value]);
  const chosen = options.filter(([value]) => values.includes(value)).map(([, text]) => t(text));
  const keys = (e) => {
    if (e.key === "Escape" && open) (e.preventDefault(), e.stopPropagation(), setOpen(false), box.current.querySelector("button").focus());
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || !open) return;
    e.preventDefault();
    const ticks = [...box.current.querySelectorAll("input")];
    ticks[(ticks.indexOf(document.activeElement) + step + ticks.length) % ticks.length]?.focus();
  };
  return (
    <div className="several" ref={box} onKeyDown={keys} onBlur={(e) => e.relatedTarget && !box.current.contains(e.relatedTarget) && setOpen(false)}>
      <button type="button" className="select-like" aria-haspopup="true" aria-expanded={open} aria-controls={open ? id : undefined} aria-label={`${label}: ${chosen.join(", ") || t("Choose…")}`} onClick={() => setOpen(!open)}>
        <span>{chosen.join(", ") || t("Choose…")}</span><ChevronDown className="icon" aria-hidden="true" />
      </button>
      {open && (
        <div className="several-list" role="group" id={id} aria-label={label}>
          {long && <input type="search" aria-label={t("Search values")} placeholder={t("Search…")} value={term} onChange={(e) => setTerm(e.target.value)} />}
          {shown.map(([value, text]) => <label key={value}><input type="checkbox" checked={values.includes(value)} onChange={() => toggle(value)} />{t(text)}</label>)}
        </div>
      )}
    </div>
  );
}

// Names that were chosen here, which the server has not told yet.
const learnt = new Map();

/** People and records as chips, found by typing. */
function Named({ field, several, values, names, label, onChange, onFind }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState("");
  const [hits, setHits] = useState(null);
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const timer = useRef(0);
  const turn = useRef(0);
  const people = ["owner", "user", "assignee"].includes(field.target);
  const place = (value) => (value.includes(":") ? value : `${people ? "user" : field.target}:${value}`);
  const nameOf = (value) => names[place(value)] ?? learnt.get(place(value)) ?? t("(a record that is gone or that you may not see)");
  const input = () => box.current.querySelector("input");
  const search = (text) => {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    timer.current = setTimeout(() => onFind(field.target, text).then((found) => mine === turn.current && (setHits(found), setAt(0), reveal())), text ? 180 : 0);
  };
  /** What was found stands below the field, and may lie below the edge of the panel. */
  const reveal = () => requestAnimationFrame(() => box.current?.querySelector(".lookup-list")?.scrollIntoView({ block: "nearest" }));
  const close = () => (clearTimeout(timer.current), (turn.current += 1), setHits(null));
  const pick = (hit) => {
    if (!hit) return;
    const value = field.target === "user" ? hit.key.replace("user:", "") : hit.key;
    learnt.set(place(value), hit.name);
    onChange(several ? [...values.filter((v) => v !== value), value] : [value]);
    setTerm("");
    close();
  };
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (!hits) search(term);
      else if (hits.length) setAt((at + step + hits.length) % hits.length);
    } else if (e.key === "Enter") (e.preventDefault(), pick(hits?.[at]));
    else if (e.key === "Backspace" && !term && values.length) onChange(values.slice(0, -1));
    else if (e.key === "Escape" && hits) (e.preventDefault(), e.stopPropagation(), close());
  };
  const open = hits !== null;
  return (
    <div className="parties named" ref={box} onClick={(e) => e.target === box.current && input().focus()} onBlur={leaving(close)}>
      {values.map((value) => (
        <span key={value} className="chip"><span className="chip-name">{nameOf(value)}</span>
          <button type="button" aria-label={t("Remove %(name)s", { name: nameOf(value) })} onClick={() => onChange(values.filter((v) => v !== value))}><X className="icon" aria-hidden="true" /></button>
        </span>
      ))}
      <input role="combobox" aria-label={label} aria-expanded={open} aria-controls={open ? id : undefined} aria-autocomplete="list" autoComplete="off" placeholder={values.length ? "" : t("Search…")}
        aria-activedescendant={open && hits.length ? `${id}-${at}` : undefined} value={term} onChange={(e) => (setTerm(e.target.value), search(e.target.value))} onKeyDown={keys} onClick={() => !open && search(term)} />
      {open && (
        <div className="lookup-list" role="listbox" id={id} aria-label={label}>
          {!hits.length && <p className="hint">{t("Nothing found.")}</p>}
          {hits.map((hit, i) => (
            <div key={hit.key} id={`${id}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => (pick(hit), input().focus())}>
              <b>{hit.name}</b><small>{people ? t(hit.detail) : hit.detail}</small>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
