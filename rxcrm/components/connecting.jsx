// The side pane in which something is connected, or a connection edited (S R5.2, R5.3, R5.6, R5.10).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { X } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;
const EMPTY = { role: "0", description: "", starts_on: "", ends_on: "", other: null, type: "contact", name: "", website: "" };

const TEAM = "Sales Team"; // the category, as the server names it
const isOf = (offer, only) => (only === "stakeholder" ? offer.stakeholder : only === "team" ? offer.category === TEAM : true);

/** The roles that something of a kind can have, by category; with `only`, those of stakeholders or of the sales team. */
export function RoleOptions({ offers, entity, only, current }) {
  const t = useT();
  const fitting = offers.filter((offer) => offer.entities.includes(entity) && isOf(offer, only));
  const categories = [...new Set(fitting.map((offer) => offer.category))];
  const option = (offer) => <option key={offer.id} value={offer.id}>{offer.label}</option>;
  return (
    <>
      {!only && <option value="0">---</option>}
      {current?.role_id > 0 && !fitting.some((offer) => offer.id === current.role_id) && <option value={current.role_id}>{current.role}</option>}
      {only ? fitting.map(option) : categories.map((name) => <optgroup key={name} label={t(name)}>{fitting.filter((offer) => offer.category === name).map(option)}</optgroup>)}
    </>
  );
}

/** Open while `pane` is `{kind, link}`: stakeholder, contact, member, another, me, edit, competitor. It lies outside the record's form. */
export function ConnectionPane({ pane, onClose, ...props }) {
  const kept = useRef({});
  if (!pane) return null;
  const close = (values) => {
    // Closed by accident, it opens again with what was typed; Cancel forgets it.
    if (values && pane.kind !== "edit") kept.current[pane.kind] = values;
    else delete kept.current[pane.kind];
    onClose();
  };
  return createPortal(<Pane {...{ pane, props, close }} begun={kept.current[pane.kind]} />, document.body);
}

/** The roles among which a pane lets one choose. */
const onlyOf = (kind) => (kind === "stakeholder" || kind === "contact" ? "stakeholder" : kind === "member" ? "team" : "");

function beginning({ kind, link }, offers) {
  if (link) return { ...EMPTY, role: String(link.role_id), description: link.description, starts_on: link.starts_on, ends_on: link.ends_on };
  const only = onlyOf(kind);
  const preset = only ? offers.find((offer) => isOf(offer, only))?.id : 0;
  return { ...EMPTY, role: String(preset ?? 0) };
}

function Pane({ pane, props, begun, close }) {
  const { entity, recordId, offers, told, contactFields, userName } = props;
  const { kind, link } = pane;
  const t = useT();
  const [values, setValues] = useState(() => begun ?? beginning(pane, offers));
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(0);
  const form = useRef(null);
  const set = (name, value) => {
    setValues((now) => ({ ...now, [name]: value }));
    setErrors(({ [name]: _, ...rest }) => rest);
  };
  const show = (problems) => {
    setErrors(problems);
    requestAnimationFrame(() => form.current?.querySelector('[aria-invalid="true"]')?.focus());
  };
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) close(null);
    else show(told.errors);
  }, [told]);
  const titles = {
    stakeholder: t("New Connection"), member: t("Add Member"), contact: t("New Contact"), another: t("Connect to another"), me: t("Connect to me"),
    edit: t("Edit connection"), competitor: t("Add Competitor"),
  };
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation(); // React would hand it on to the record's form
    if (pending) return;
    const { role, description, starts_on, ends_on, other, name, website } = values;
    const details = kind === "stakeholder" || kind === "contact" ? { description } : { description, starts_on, ends_on };
    const missing = required({ kind, other, values, contactFields }, t);
    if (Object.keys(missing).length) {
      show(missing);
      return;
    }
    const token = newToken();
    setPending(token);
    setErrors({});
    if (kind === "edit") props.onChangeLink(entity, recordId, link.id, link.version, Number(role), details, token);
    else if (kind === "me") props.onConnect(entity, recordId, "me", 0, Number(role), details, token);
    else if (kind === "contact") props.onConnectNew(entity, recordId, Object.fromEntries(contactFields.map((f) => [f.name, values[f.name] ?? ""])), Number(role), details, token);
    else if (kind === "competitor" && other) props.onAddCompetitor(entity, recordId, other.id, token);
    else if (kind === "competitor") props.onNewCompetitor(entity, recordId, name, website, token);
    else props.onConnect(entity, recordId, other.entity, other.id, Number(role), details, token);
  };
  const target = kind === "another" ? values.type : kind === "me" || kind === "member" ? "user" : link ? link.entity : "contact";
  const field = { values, errors, set };
  return (
    <Dialog open side title={titles[kind]} onClose={() => close(values)}>
      <form ref={form} className="quick connecting" aria-label={titles[kind]} noValidate onSubmit={submit}>
        {errors[""] && <p className="form-message" role="alert">{errors[""]}</p>}
        {kind === "another" && (
          <Labelled name="type" label={t("Type")} {...field}>
            {(shared) => (
              <select {...shared} value={values.type} onChange={(e) => (set("type", e.target.value), set("other", null), set("role", "0"))}>
                {[["contact", t("Contact")], ["account", t("Account")], ["lead", t("Lead")], ["opportunity", t("Opportunity")], ["user", t("User")]].map(([v, text]) => <option key={v} value={v}>{text}</option>)}
              </select>
            )}
          </Labelled>
        )}
        {["stakeholder", "member", "another"].includes(kind) && <Finder key={target} target={target} props={props} {...field} required />}
        {(kind === "me" || link) && <p className="fixed-side"><span className="label">{t("Name")}</span><b>{link ? link.name : userName}</b></p>}
        {kind === "competitor" && <Competitor props={props} {...field} />}
        {kind === "contact" && contactFields.map((f) => (
          <Labelled key={f.name} name={f.name} label={t(f.label)} level={f.level} {...field}>
            {(shared) => <input {...shared} value={values[f.name] ?? ""} autoComplete="off" onChange={(e) => set(f.name, e.target.value)} />}
          </Labelled>
        ))}
        {kind !== "competitor" && (
          <>
            <Labelled name="role" label={t("As this role")} {...field}>
              {(shared) => (
                <select {...shared} value={values.role} onChange={(e) => set("role", e.target.value)}>
                  <RoleOptions offers={offers} entity={target} only={onlyOf(kind)} current={link} />
                </select>
              )}
            </Labelled>
            <Labelled name="description" label={t("Description")} {...field}>
              {(shared) => <textarea {...shared} rows={3} maxLength={2000} value={values.description} onChange={(e) => set("description", e.target.value)} />}
            </Labelled>
            {kind !== "stakeholder" && kind !== "contact" && (
              <div className="two">
                {[["starts_on", t("Starting")], ["ends_on", t("Ending")]].map(([name, label]) => (
                  <Labelled key={name} name={name} label={label} {...field}>
                    {(shared) => <input {...shared} type="date" value={values[name]} onChange={(e) => set(name, e.target.value)} />}
                  </Labelled>
                ))}
              </div>
            )}
          </>
        )}
        <footer>
          <button type="button" className="button" onClick={() => close(null)}>{t("Cancel")}</button>
          <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function required({ kind, other, values, contactFields }, t) {
  const missing = (label) => t("%(label)s is required.", { label });
  if (["stakeholder", "member", "another"].includes(kind) && !other) return { other: missing(t("Name")) };
  if (kind === "competitor" && !other && !values.name.trim()) return { name: missing(t("Name")) };
  if (kind !== "contact") return {};
  const empty = contactFields.filter((f) => f.level === "required" && !(values[f.name] ?? "").trim());
  return Object.fromEntries(empty.map((f) => [f.name, missing(t(f.label))]));
}

/** A label, its control with the marks that it needs, and what is wrong. */
export function Labelled({ name, label, level, errors, children }) {
  const id = useId();
  const problem = errors[name];
  const shared = { id, name, "aria-invalid": problem ? true : undefined, "aria-required": level === "required" || undefined, "aria-describedby": problem ? `${id}-problem` : undefined };
  return (
    <div className={`field stacked${problem ? " bad" : ""}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {level === "required" && <span className="mark required" aria-hidden="true">*</span>}
        {level === "recommended" && <span className="mark recommended" aria-hidden="true">+</span>}
      </div>
      <div className="control">{children(shared)}</div>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}

/** Search for one record: the newest ones first, then what matches. A choice can be taken back. */
export function Finder({ target, props, values, errors, set, free, label }) {
  const t = useT();
  const [term, setTerm] = useState(values.name && free ? values.name : "");
  const [chosenAt, setAt] = useState(-1);
  const token = useRef(0);
  const timer = useRef(0);
  const input = useRef(null);
  const chip = useRef(null);
  const listId = useId();
  const ask = (text) => {
    clearTimeout(timer.current);
    token.current = 0; // what was found before is not the answer to this
    timer.current = setTimeout(() => props.onSearch(target, text, (token.current = newToken())), text ? 180 : 0);
  };
  useEffect(() => {
    ask("");
    return () => clearTimeout(timer.current);
  }, []);
  useEffect(() => {
    // After the dialog has opened, which puts the focus on its cross.
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const fresh = token.current !== 0 && props.found?.token === token.current;
  const hits = fresh ? props.found.hits : [];
  const at = chosenAt >= 0 ? chosenAt : free || !hits.length ? -1 : 0;
  const pick = (hit) => {
    set("other", hit);
    requestAnimationFrame(() => chip.current?.focus());
  };
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && hits.length) (e.preventDefault(), setAt((Math.max(at, step > 0 ? -1 : 0) + step + hits.length) % hits.length));
    else if (e.key === "Enter" && hits[at] && (term || chosenAt >= 0)) (e.preventDefault(), pick(hits[at]));
  };
  const back = () => {
    set("other", null);
    ask(term);
    requestAnimationFrame(() => input.current?.focus());
  };
  const name = free ? "name" : "other";
  if (values.other)
    return (
      <div className="field stacked">
        <div className="field-label"><span className="label">{label ?? t("Name")}</span></div>
        <div className="picked"><span><b>{values.other.name}</b><small>{values.other.detail}</small></span>
          <button type="button" ref={chip} className="icon-button" aria-label={t("Choose another than %(name)s", { name: values.other.name })} onClick={back}><X className="icon" aria-hidden="true" /></button>
        </div>
      </div>
    );
  return (
    <div className="finder">
      <Labelled name={name} label={label ?? t("Name")} level="required" errors={errors}>
        {(shared) => (
          <input {...shared} ref={input} role="combobox" aria-expanded={hits.length > 0} aria-controls={listId} aria-autocomplete="list" autoComplete="off" placeholder={t("Search…")}
            aria-activedescendant={hits[at] ? `${listId}-${at}` : undefined} value={term} onKeyDown={keys}
            onChange={(e) => (setTerm(e.target.value), setAt(-1), free && set("name", e.target.value), ask(e.target.value))} />
        )}
      </Labelled>
      <div className="found" role="listbox" id={listId} aria-label={term ? t("Found") : t("Newest")}>
        {hits.map((hit, i) => (
          <div key={`${hit.entity}${hit.id}`} id={`${listId}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => pick(hit)}>
            <b>{hit.name}</b><small>{hit.detail}</small>
          </div>
        ))}
      </div>
      <p className="hint" role="status">{!fresh ? t("Searching…") : hits.length ? "" : free ? "" : t("Nothing found.")}</p>
    </div>
  );
}

/** A competitor that is known already, or the name and website of a new one. */
function Competitor({ props, values, errors, set }) {
  const t = useT();
  return (
    <>
      <Finder target="competitor" free props={props} {...{ values, errors, set }} />
      {!values.other && values.name.trim() && (
        <>
          <p className="hint">{t("Choose a known competitor above, or save this as a new one.")}</p>
          <Labelled name="website" label={t("Website")} errors={errors}>
            {(shared) => <input {...shared} value={values.website} inputMode="url" autoComplete="off" onChange={(e) => set("website", e.target.value)} />}
          </Labelled>
        </>
      )}
    </>
  );
}
