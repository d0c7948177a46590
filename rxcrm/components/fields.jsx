// Fields of a record form: a line, a text, a choice, a look-up.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { Check, ExternalLink, Lock, X } from "lucide-react";
import { useT } from "./i18n.js";
import { Street } from "./addresses.jsx";
import { MomentInput, PartiesField, Regarding, RichField } from "./activity_fields.jsx";
import { composed } from "./composing.js";
import { addressOf } from "./paths.js";
import { nameOf, useForm, useStore, valueOf } from "./record_store.js";
import { SealedField } from "./sealed.jsx";
import { useShape } from "./shape.js";
import { TagsField } from "./tags.jsx";

const INPUT = { email: ["email", "email"], phone: ["tel", "tel"], url: ["text", "url"], money: ["text", "decimal"], whole: ["text", "numeric"], decimal: ["text", "decimal"], date: ["date", undefined] };
const LINK = { email: "mailto:", phone: "tel:", url: "" };

/** One field: label, control, marks and problem. The same field may stand in several places; they move together. */
export function Field({ name, text, bar, header, needed, stacked }) {
  const { store, change, fields, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const { addresses } = useShape();
  const spec = fields[name];
  const value = valueOf(s, name);
  const problem = s.errors[name];
  const locked = spec.locked || !!props.current.locked;
  const label = t(text || spec.label);
  const will = value.trim() ? "" : composed(spec, fields, s, t);
  const shared = {
    id, "data-field": name, disabled: locked, "aria-invalid": problem ? true : undefined,
    "aria-required": spec.level === "required" || needed || undefined,
    "aria-describedby": [problem && `${id}-problem`, spec.secured && locked && `${id}-shut`, spec.help && `${id}-help`, will && `${id}-will`].filter(Boolean).join(" ") || undefined,
  };
  const shut = spec.secured && spec.shut ? t("Secured: no column security profile lets you change this field.") : "";
  const set = (v) => change(name, v);
  // Some options depend on what another field holds.
  const offered = spec.by ? spec.by.options[valueOf(s, spec.by.field)] : spec.options;
  // What a closed record holds is no choice, but shows; so does an option that has just gone while it was chosen here.
  const kept = useRef({});
  offered?.forEach(([v, o]) => (kept.current[v] = o));
  const others = [...(spec.others ?? []), ...(value in kept.current || spec.by || spec.kind !== "choice" ? [] : [[value, t("(an option that is gone)")]]), ...Object.entries(kept.current)];
  const options = offered && value !== "" && !offered.some(([v]) => v === value) ? [...offered, ...others.filter(([v]) => v === value).slice(0, 1)] : offered;
  return (
    <div className={`field${problem ? " bad" : ""}${header ? " in-header" : ""}${bar ? " in-bar" : ""}${stacked ? " stacked" : ""}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {spec.sealed ? null : locked ? <span className="mark lock" aria-hidden="true" title={shut || props.current.locked || undefined}><Lock className="icon" /></span>
          : spec.level === "required" || needed ? <span className="mark required" aria-hidden="true">*</span>
          : spec.level === "recommended" ? <span className="mark recommended" aria-hidden="true">+</span> : null}
        {bar && value !== "" && !spec.sealed && !(spec.kind === "yesno" && value === "0") && <span className="mark done" aria-hidden="true"><Check className="icon" /></span>}
      </div>
      <div className="control">
        {spec.sealed ? (
          <SealedField id={id} name={name} label={label} />
        ) : options ? (
          <select {...shared} value={value} onChange={(e) => set(e.target.value)} data-empty={value === "" || undefined} data-colour={spec.colours?.[value]}>
            {spec.kind === "choice" && !spec.always && <option value="">---</option>}
            {options.map(([v, o]) => <option key={v} value={v}>{t(o)}</option>)}
          </select>
        ) : spec.kind === "lookup" ? (
          <Lookup {...{ name, spec, shared, label, locked }} />
        ) : spec.kind === "tags" ? (
          <TagsField {...{ name, shared, label, locked }} />
        ) : spec.kind === "regarding" ? (
          <Regarding {...{ name, shared, label, locked }} />
        ) : spec.kind === "parties" ? (
          <PartiesField {...{ name, shared, label, locked }} addresses={spec.addresses} />
        ) : spec.kind === "html" ? (
          <RichField {...{ name, shared, label, locked }} />
        ) : spec.kind === "moment" && !spec.locked ? (
          <MomentInput {...{ name, shared, locked }} />
        ) : spec.kind === "memo" ? (
          <textarea {...shared} rows={bar ? 3 : 5} placeholder="---" value={value} onChange={(e) => set(e.target.value)} />
        ) : name === "street1" && addresses && !locked ? (
          <Street {...{ shared, label, value, set }} credit={addresses.credit} />
        ) : (
          <Line {...{ spec, shared, value, set, locked, will }} zone={props.current.zone} edited={name in s.edits} currency={valueOf(s, "currency") || props.current.currency} />
        )}
        {shut && !spec.sealed && <span className="unseen" id={`${id}-shut`}>{shut}</span>}
        {spec.kind in LINK && value && !spec.sealed && !problem && !(name in s.edits) && (
          <a className="field-link" href={LINK[spec.kind] + (spec.kind === "phone" ? value.replace(/[^\d+]/g, "") : value)} target={spec.kind === "url" ? "_blank" : undefined}
            rel="noreferrer" aria-label={spec.kind === "url" ? t("Open %(value)s", { value }) : spec.kind === "phone" ? t("Call %(value)s", { value }) : t("Write to %(value)s", { value })}><ExternalLink className="icon" aria-hidden="true" /></a>
        )}
      </div>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
      {spec.kind === "money" && value && !header && <Worth value={value} currency={valueOf(s, "currency")} own={props.current.currency} />}
      {will && <p className="hint field-help" id={`${id}-will`}>{t("Left empty, it becomes “%(topic)s”.", { topic: will })}</p>}
      {spec.help && <p className="hint field-help" id={`${id}-help`}>{spec.help}</p>}
    </div>
  );
}

/** What an amount in another currency is worth in the organisation's own today, below its field. */
function Worth({ value, currency, own }) {
  const t = useT();
  const rate = useShape().rates?.[currency];
  if (!rate || currency === own || isNaN(+value)) return null;
  const rated = t("1 %(code)s = %(rate)s", { code: currency, rate: `${t.decimal(rate)} ${own}` });
  return <p className="hint field-help" title={rated}>{t("≈ %(amount)s", { amount: t.money(String(Number(value) * Number(rate)), own) })}</p>;
}

/** A single line. Amounts and numbers are shown in the user's spelling until they are edited. */
function Line({ spec, shared, value, set, locked, edited, currency, zone, will }) {
  const t = useT();
  const [focused, setFocused] = useState(false);
  const input = useRef(null);
  const number = spec.kind === "money" || spec.kind === "whole" || spec.kind === "decimal";
  useLayoutEffect(() => {
    // The spelling has just changed under the caret: typing replaces the number, as after Tab into any field.
    if (focused && number) input.current.select();
  }, [focused, number]);
  const [type, mode] = INPUT[spec.kind] ?? ["text", undefined];
  const shown = focused || edited ? value : spec.kind === "money" ? t.money(value, currency) : spec.kind === "whole" || spec.kind === "decimal" ? t.decimal(value) : value;
  if (spec.kind === "moment") return <output id={shared.id}>{t.moment(value, zone) || "---"}</output>;
  return (
    <input ref={input} {...shared} type={type} inputMode={mode} placeholder={will || "---"} autoComplete="off" value={shown} readOnly={locked}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} onChange={(e) => set(e.target.value)} />
  );
}

const newOf = (t, entity) => ({ account: t("New Account"), contact: t("New Contact"), lead: t("New Lead"), opportunity: t("New Opportunity") })[entity];

/** A look-up: type to search; after the first save only matching records are listed until "Show all" (S 3.3, 13.16). */
function Lookup({ name, spec, shared, label, locked }) {
  const { store, change, fields, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const chosen = valueOf(s, name);
  const [term, setTerm] = useState(null);
  const [all, setAll] = useState(false);
  const [chosenAt, setAt] = useState(-1);
  const token = useRef(0);
  const timer = useRef(0);
  const box = useRef(null);
  const typed = useRef(false);
  const { answer, onLookUp, onFill, rights } = props.current;
  const open = term !== null;
  const fresh = open && answer?.token === token.current;
  const hits = fresh ? answer.hits : [];
  const matching = spec.matching && s.id > 0 && !all;

  const ask = (text, everything) => {
    clearTimeout(timer.current);
    token.current = 0; // what was found before is not the answer to this
    timer.current = setTimeout(() => {
      token.current = (Date.now() + Math.floor(Math.random() * 1000)) % 2147483647;
      onLookUp(spec.target, text, spec.matching && !everything ? s.id : 0, token.current);
    }, text ? 180 : 0);
  };
  const show = () => !locked && !open && ((typed.current = false), setTerm(""), setAt(-1), ask("", all));
  const hide = () => (setTerm(null), setAll(false));
  // Leaving after emptying the text empties the field; any other text that was not picked changes nothing.
  const leave = () => (typed.current && chosen && !term?.trim() ? pick(null) : hide());
  const pick = (hit) => {
    change(name, hit ? String(hit.id) : "", hit?.name ?? "");
    hide();
    if (hit && spec.fills) fillFrom(hit.id);
  };
  const fillFrom = (id) => {
    const now = store.get();
    const current = Object.fromEntries(Object.keys(props.current.fields).map((f) => [f, valueOf(now, f)]).filter(([, v]) => v !== ""));
    onFill(name, Number(id), current, (token.current = (token.current + 1) % 2147483647));
  };
  const filled = props.current.filled;
  useEffect(() => {
    if (!filled || !spec.fills || filled.field !== name || filled.token !== token.current) return;
    for (const [field, value] of Object.entries(filled.values))
      if (!field.includes(":") && !fields[field]?.locked && valueOf(store.get(), field) === "") change(field, value, filled.values[`${field}:name`]);
  }, [filled]);
  const quick = () => {
    const typed = term ?? "";
    hide();
    window.dispatchEvent(new CustomEvent("rxcrm:quick", { detail: { entity: spec.target, field: shared.id, term: typed } }));
  };
  useEffect(() => {
    const take = ({ detail }) => detail.field === shared.id && pick({ id: detail.id, name: detail.name });
    window.addEventListener("rxcrm:created", take);
    return () => window.removeEventListener("rxcrm:created", take);
  });
  const extras = [
    ...(matching ? [{ key: "all", text: t("Show all"), run: () => (setAll(true), ask(term, true)) }] : []),
    ...(rights?.[`create_${spec.target}`] ? [{ key: "new", text: newOf(t, spec.target), run: quick }] : []),
  ];
  const rows = [...hits.map((hit) => ({ key: hit.id, hit, run: () => pick(hit) })), ...extras];
  const at = chosenAt >= 0 ? chosenAt : hits.length ? 0 : -1;
  const keys = (e) => {
    if (!open) {
      if (e.key === "ArrowDown" || e.key === "Enter") (e.preventDefault(), show());
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) (e.preventDefault(), setAt((Math.max(at, step > 0 ? -1 : 0) + step + rows.length) % Math.max(1, rows.length)));
    else if (e.key === "Enter") (e.preventDefault(), rows[at]?.run());
    else if (e.key === "Escape") (e.stopPropagation(), hide());
    else if (e.key === "Tab") leave();
  };
  const listId = `${shared.id}-list`;
  useEffect(() => {
    // At the end of a page the list would open below the window.
    if (open) box.current.querySelector(".lookup-list").scrollIntoView({ block: "nearest" });
  }, [open, fresh]);
  return (
    <div className="lookup" ref={box} onBlur={(e) => !box.current.contains(e.relatedTarget) && open && leave()}>
      <input {...shared} role="combobox" aria-expanded={open} aria-controls={open ? listId : undefined} aria-autocomplete="list" autoComplete="off"
        aria-activedescendant={open && rows[at] ? `${listId}-${at}` : undefined} placeholder={chosen ? "" : "---"} readOnly={locked}
        value={open ? term : nameOf(s, name)} onClick={show} onKeyDown={keys}
        onChange={(e) => ((typed.current = true), setTerm(e.target.value), setAt(-1), ask(e.target.value, all))} />
      {chosen && !open && nameOf(s, name) && addressOf(spec.target, chosen) && (
        <a className="field-link" href={addressOf(spec.target, chosen)} target="_blank" rel="noreferrer" aria-label={t("Open %(value)s", { value: nameOf(s, name) })}><ExternalLink className="icon" aria-hidden="true" /></a>
      )}
      {chosen && !locked && <button type="button" className="icon-button" aria-label={t("Clear %(label)s", { label })} onClick={() => (pick(null), box.current.querySelector("input").focus())}><X className="icon" aria-hidden="true" /></button>}
      {open && (
        <div className="lookup-list" role="listbox" id={listId} aria-label={label}>
          {matching && <p className="hint">{t("Records that match this lead")}</p>}
          {!fresh && <p className="hint">{t("Searching…")}</p>}
          {fresh && !hits.length && <p className="hint">{matching ? t("No record matches this lead.") : t("Nothing found.")}</p>}
          {rows.map((row, i) => (
            <div key={row.key} id={`${listId}-${i}`} role="option" aria-selected={i === at} className={row.hit ? "hit" : "extra"} tabIndex={-1}
              onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={row.run}>
              {row.hit ? (<><b>{row.hit.name}</b><small>{row.hit.detail}</small></>) : row.text}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
