// The record form: what is typed lives here and in a draft of the browser, never only on the server (S 13.7).
import { createContext, useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useBlocker, useNavigate, useParams } from "react-router";
import { Check, ExternalLink, Lock, Pin, PinOff, X } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

// -- the store: one value per field, whatever shows it (form, header, process bar) -----------------------------------

function createStore() {
  let state = {
    id: 0, version: 0, base: {}, names: {}, edits: {}, editNames: {}, errors: {}, pending: null, conflicts: [], choices: {}, mine: {}, restored: "", ready: false,
  };
  const listeners = new Set();
  return {
    get: () => state,
    set: (change) => {
      state = { ...state, ...change };
      listeners.forEach((listener) => listener());
    },
    subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
  };
}

const FormContext = createContext(null);
const useForm = () => useContext(FormContext);
const useStore = (store) => useSyncExternalStore(store.subscribe, store.get, store.get);

const valueOf = (state, name) => state.edits[name] ?? state.base[name] ?? "";
const nameOf = (state, name) => (name in state.edits ? state.editNames[name] : state.names[name]) ?? "";
const isDirty = (state) => Object.keys(state.edits).length > 0;

/** Forget the drafts of a record or, at sign-out, keep them: they survive signing in again. */
const drafts = {
  key: (user, entity, id) => `rxcrm:draft:${user}:${entity}:${id || "new"}`,
  read: (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  write: (key, draft) => {
    try {
      localStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // A full store keeps nothing more; the form itself still holds everything.
    }
  },
};

/** The form of one record. Its children are fields, bars and buttons that share its store. */
export function RecordForm(props) {
  const { entity, fields, label, recordId, version, values, names, loaded, outcome, conflicts, locked, userId, list, gone, children } = props;
  const store = useRef(null);
  store.current ??= createStore();
  const navigate = useNavigate();
  const t = useT();
  const form = useRef(null);
  const key = drafts.key(userId, entity, recordId);
  // What the address names; until it has arrived, the record of an earlier visit is not shown.
  const wanted = useParams()[`${entity}_id`];
  const created = useRef(0);
  if (wanted === String(recordId)) created.current = 0;
  const waiting = wanted !== undefined && wanted !== String(recordId || "new") && !(recordId && (created.current === recordId || store.current.get().pending));
  const live = useRef(props);
  live.current = props;

  const persist = useCallback(() => {
    const s = store.current.get();
    const place = drafts.key(live.current.userId, live.current.entity, s.id);
    if (isDirty(s)) drafts.write(place, { version: s.version, edits: s.edits, names: s.editNames, at: new Date().toISOString() });
    else localStorage.removeItem(place);
  }, []);

  // A record arrives: take it over, then lay the draft of an earlier visit on top.
  useLayoutEffect(() => {
    if (!loaded) return;
    const s = store.current.get();
    if (s.ready && s.id === recordId && s.loaded !== loaded && s.pending === null && isDirty(s)) {
      // Reloaded under unsaved changes: they stay, and so does the version that they were based on. If somebody saved
      // meanwhile, the next save is refused and shows both values.
      store.current.set({ base: values, names, loaded });
      return;
    }
    if (s.ready && s.id === recordId && s.loaded === loaded) return;
    if (s.pending) return;
    const draft = drafts.read(key);
    const edits = Object.fromEntries(Object.entries(draft?.edits ?? {}).filter(([f, v]) => f in fields && v !== (values[f] ?? "")));
    const restored = Object.keys(edits).length > 0;
    store.current.set({
      id: recordId, base: values, names, loaded, ready: true, errors: {}, conflicts: [], choices: {}, pending: null,
      version: restored && recordId ? draft.version : version, edits, editNames: draft?.names ?? {}, restored: restored ? draft.at : "",
    });
  }, [loaded, recordId, version, values, names, key, fields]);

  // Deleted from here: what was typed goes with it, and nothing asks on the way out.
  useLayoutEffect(() => {
    if (!gone || gone !== store.current.get().id) return;
    store.current.set({ edits: {}, editNames: {}, conflicts: [] });
    persist();
  }, [gone, persist]);

  // The answer to a save.
  useEffect(() => {
    const s = store.current.get();
    if (!s.pending || outcome.token !== s.pending.token) return;
    if (!outcome.ok) {
      const mine = Object.fromEntries(Object.entries(s.edits).map(([f, v]) => [f, { value: v, name: s.editNames[f] }]));
      const fresh = outcome.stale ? { base: values, names, version, conflicts, choices: {}, mine } : {};
      const edits = outcome.stale ? Object.fromEntries(Object.entries(s.edits).filter(([f, v]) => v !== (values[f] ?? ""))) : s.edits;
      store.current.set({ pending: null, errors: outcome.errors ?? {}, edits, ...fresh });
      persist();
      focusFirst(form.current, Object.keys(outcome.errors ?? {}));
      return;
    }
    const { sent, then } = s.pending;
    const edits = Object.fromEntries(Object.entries(s.edits).filter(([f, v]) => v !== sent[f]));
    localStorage.removeItem(drafts.key(userId, entity, s.id));
    store.current.set({ id: outcome.id, base: values, names, version, edits, errors: {}, conflicts: [], choices: {}, pending: null, restored: "", loaded });
    persist();
    if (then === "close") navigate(sessionStorage.getItem(`rxcrm:list:${entity}`) ?? list);
    else if (then) then();
    else if (s.id !== outcome.id) {
      created.current = outcome.id;
      navigate(`${list}/${outcome.id}`, { replace: true });
    }
  }, [outcome]);

  const api = useMemo(() => {
    const change = (name, value, shown) => {
      const s = store.current.get();
      const edits = { ...s.edits };
      if (value === (s.base[name] ?? "")) delete edits[name];
      else edits[name] = value;
      const { [name]: _, ...errors } = s.errors;
      store.current.set({ edits, errors, editNames: shown === undefined ? s.editNames : { ...s.editNames, [name]: shown } });
      persist();
    };
    const save = (then) => {
      const s = store.current.get();
      if (s.pending || live.current.locked) return;
      if (s.id && !isDirty(s)) {
        store.current.set({ conflicts: [], choices: {} });
        if (then === "close") navigate(sessionStorage.getItem(`rxcrm:list:${entity}`) ?? list);
        else then?.();
        return;
      }
      if (s.conflicts.some((c) => c.field in s.edits && c.field in s.mine && !s.choices[c.field])) {
        document.querySelector(".conflict input")?.focus();
        return;
      }
      const errors = check(s, fields, t);
      if (Object.keys(errors).length) {
        store.current.set({ errors });
        focusFirst(form.current, Object.keys(errors));
        return;
      }
      const sent = { ...s.edits };
      const token = Date.now() % 2147483647;
      store.current.set({ pending: { token, sent, then }, errors: {} });
      live.current.onSave(s.id, s.version, sent, token);
    };
    const discard = () => {
      store.current.set({ edits: {}, editNames: {}, errors: {}, conflicts: [], choices: {}, restored: "", version: live.current.version });
      persist();
    };
    const choose = (name, mine) => {
      const s = store.current.get();
      if (mine) change(name, s.mine[name].value, s.mine[name].name);
      else change(name, s.base[name] ?? "");
      store.current.set({ choices: { ...store.current.get().choices, [name]: mine ? "mine" : "theirs" } });
    };
    return { store: store.current, change, save, discard, choose, fields, entity, props: live };
  }, [entity, fields, list, navigate, persist, t]);

  return (
    <FormContext.Provider value={api}>
      <form ref={form} aria-label={label} className="record" data-locked={locked ? "" : undefined} data-waiting={waiting ? "" : undefined} aria-busy={waiting} noValidate
        onSubmit={(e) => (e.preventDefault(), api.save())}>
        {children}
        <LeaveGuard />
      </form>
    </FormContext.Provider>
  );
}

function check(state, fields, t) {
  const errors = {};
  for (const [name, spec] of Object.entries(fields)) {
    const value = valueOf(state, name);
    const touched = name in state.edits || !state.id;
    if (spec.level === "required" && touched && !value.trim()) errors[name] = t("%(label)s is required.", { label: t(spec.label) });
    else if (spec.length && name in state.edits && [...value].length > spec.length)
      errors[name] = t("%(label)s can have at most %(length)s characters; this has %(count)s.", { label: t(spec.label), length: spec.length, count: [...value].length });
  }
  return errors;
}

function focusFirst(form, names) {
  if (!names.length) return;
  // The field may lie on a tab that is hidden: show it, then look again.
  const found = [...form.querySelectorAll("[data-field]")].filter((el) => names.includes(el.dataset.field));
  const first = found.find((el) => !el.closest(".flyout")) ?? found[0];
  const panel = first?.closest('[role="tabpanel"]');
  if (panel?.hidden) form.querySelector(`[aria-controls="${panel.id}"]`)?.click();
  requestAnimationFrame(() => first?.focus());
}

/** Leaving with unsaved changes asks: Save, Discard or Cancel (S 2.2). */
function LeaveGuard() {
  const { store, save, discard } = useForm();
  const t = useT();
  const leaving = (next) => !["/login", "/setup"].includes(next.pathname);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    const s = store.get();
    return isDirty(s) && !s.pending && currentLocation.pathname !== nextLocation.pathname && leaving(nextLocation);
  });
  useEffect(() => {
    const stay = (event) => {
      if (!isDirty(store.get())) return;
      event.preventDefault();
      event.returnValue = "";
      // Reflex closes its socket here; if the user stays, this opens it again.
      setTimeout(() => document.dispatchEvent(new Event("visibilitychange")), 50);
    };
    window.addEventListener("beforeunload", stay, true);
    return () => window.removeEventListener("beforeunload", stay, true);
  }, [store]);
  const [saving, setSaving] = useState(false);
  const s = useStore(store);
  const blocked = blocker.state === "blocked";
  useEffect(() => {
    // A save that was refused keeps the user here, where the reason is.
    if (saving && !s.pending) (setSaving(false), blocked && blocker.reset());
  }, [saving, s, blocked, blocker]);
  const saveAndGo = () => {
    save(() => blocker.proceed());
    setSaving(true);
  };
  return (
    <Dialog open={blocked && !saving} title={t("Unsaved changes")} onClose={() => blocker.reset()}>
      <p>{t("What you typed has not been saved yet.")}</p>
      <footer>
        <button type="button" className="button" onClick={() => blocker.reset()}>{t("Cancel")}</button>
        <button type="button" className="button" onClick={() => (discard(), blocker.proceed())}>{t("Discard")}</button>
        <button type="button" className="button primary" data-autofocus onClick={saveAndGo}>{t("Save")}</button>
      </footer>
    </Dialog>
  );
}

// -- commands and messages of the form -------------------------------------------------------------------------------

/** Save, or Save & Close with `then="close"`. Disabled with a reason while nothing has changed is not: saving then is harmless. */
export function SaveButton({ label, then, hotkey, className = "button command", children }) {
  const { store, save } = useForm();
  const { pending } = useStore(store);
  return (
    <button type="button" className={className} data-hotkey={hotkey} disabled={!!pending} onClick={() => save(then)}>
      {children}<span>{label}</span>
    </button>
  );
}

/** Back to the list as one left it: view, search, sort and page. */
export function BackToList({ entity, list, label, children }) {
  const navigate = useNavigate();
  const back = (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    navigate(sessionStorage.getItem(`rxcrm:list:${entity}`) ?? list);
  };
  return <a href={list} className="button command" aria-label={label} title={label} onClick={back}>{children}</a>;
}

/** Saved, unsaved or on its way. */
export function SaveState() {
  const { store, props } = useForm();
  const s = useStore(store);
  const t = useT();
  if (props.current.locked) return null;
  const text = s.pending ? t("Saving…") : isDirty(s) ? t("Unsaved changes") : s.id ? t("Saved") : t("New");
  return <span className={`save-state${isDirty(s) ? " dirty" : ""}`} role="status">{text}</span>;
}

/** What was typed on an earlier visit and laid over the record again. */
export function DraftBanner({ zone }) {
  const { store, discard } = useForm();
  const { restored } = useStore(store);
  const t = useT();
  if (!restored) return null;
  return (
    <div className="banner" role="status">
      <span>{t("What you typed on %(when)s and had not saved is here again.", { when: t.moment(restored, zone) })}</span>
      <button type="button" className="button small" onClick={discard}>{t("Discard")}</button>
    </div>
  );
}

/** Somebody else saved first: who changed what, both values, and a choice for every field that both changed. */
export function ConflictBanner({ zone }) {
  const { store, choose, fields, save } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  if (!s.conflicts.length) return null;
  const both = s.conflicts.filter((c) => c.field in s.mine && s.mine[c.field].value !== c.raw);
  const others = s.conflicts.filter((c) => !both.includes(c));
  const open = both.some((c) => !s.choices[c.field]);
  return (
    <section className="conflict" role="alert" aria-labelledby={id}>
      <h2 id={id}>{t("%(who)s changed this record while you were editing it", { who: [...new Set(s.conflicts.map((c) => c.who))].join(", ") })}</h2>
      {others.length > 0 && (
        <ul>
          {others.map((c) => (
            <li key={c.field}>{t("%(who)s set %(field)s to “%(value)s” (%(when)s).", { who: c.who, field: t(c.label), value: c.theirs || "—", when: t.moment(c.at, zone) })}</li>
          ))}
        </ul>
      )}
      {both.map((c) => (
        <fieldset key={c.field}>
          <legend>{t(c.label)}</legend>
          <label><input type="radio" name={`conflict-${c.field}`} checked={s.choices[c.field] === "theirs"} onChange={() => choose(c.field, false)} />
            <span>{c.who}, {t.moment(c.at, zone)}: <b>{c.theirs || "—"}</b></span></label>
          <label><input type="radio" name={`conflict-${c.field}`} checked={s.choices[c.field] === "mine"} onChange={() => choose(c.field, true)} />
            <span>{t("Yours")}: <b>{display(fields[c.field], s.mine[c.field].value, s.mine[c.field].name, t) || "—"}</b></span></label>
        </fieldset>
      ))}
      <p>{open ? t("Choose a value for each field, then save.") : t("Nothing has been saved yet.")}</p>
      <button type="button" className="button primary small" disabled={open} onClick={() => save()}>{t("Save")}</button>
    </section>
  );
}

function display(spec, value, name, t) {
  if (!spec || value === "") return "";
  if (spec.kind === "lookup") return name ?? "";
  const option = spec.options?.find(([v]) => v === value);
  return option ? t(option[1]) : spec.kind === "date" ? t.day(value) : value;
}

// -- fields ----------------------------------------------------------------------------------------------------------

const INPUT = { email: ["email", "email"], phone: ["tel", "tel"], url: ["text", "url"], money: ["text", "decimal"], whole: ["text", "numeric"], decimal: ["text", "decimal"], date: ["date", undefined] };
const LINK = { email: "mailto:", phone: "tel:", url: "" };

/** One field: label, control, marks and problem. The same field may stand in several places; they move together. */
export function Field({ name, text, bar, header }) {
  const { store, change, fields, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const spec = fields[name];
  const value = valueOf(s, name);
  const problem = s.errors[name];
  const locked = spec.locked || !!props.current.locked;
  const label = t(text || spec.label);
  const shared = {
    id, "data-field": name, disabled: locked, "aria-invalid": problem ? true : undefined,
    "aria-required": spec.level === "required" || undefined, "aria-describedby": problem ? `${id}-problem` : undefined,
  };
  const set = (v) => change(name, v);
  return (
    <div className={`field${problem ? " bad" : ""}${header ? " in-header" : ""}${bar ? " in-bar" : ""}`}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {locked ? <span className="mark lock" aria-hidden="true" title={props.current.locked || undefined}><Lock className="icon" /></span>
          : spec.level === "required" ? <span className="mark required" aria-hidden="true">*</span>
          : spec.level === "recommended" ? <span className="mark recommended" aria-hidden="true">+</span> : null}
        {bar && value !== "" && !(spec.kind === "yesno" && value === "0") && <span className="mark done" aria-hidden="true"><Check className="icon" /></span>}
      </div>
      <div className="control">
        {spec.options ? (
          <select {...shared} value={value} onChange={(e) => set(e.target.value)} data-empty={value === "" || undefined}>
            {spec.kind === "choice" && !spec.always && <option value="">---</option>}
            {spec.options.map(([v, o]) => <option key={v} value={v}>{t(o)}</option>)}
          </select>
        ) : spec.kind === "lookup" ? (
          <Lookup {...{ name, spec, shared, label, locked }} />
        ) : spec.kind === "memo" ? (
          <textarea {...shared} rows={bar ? 3 : 5} placeholder="---" value={value} onChange={(e) => set(e.target.value)} />
        ) : (
          <Line {...{ spec, shared, value, set, locked }} edited={name in s.edits} currency={valueOf(s, "currency") || props.current.currency} />
        )}
        {spec.kind in LINK && value && !problem && !(name in s.edits) && (
          <a className="field-link" href={LINK[spec.kind] + (spec.kind === "phone" ? value.replace(/[^\d+]/g, "") : value)} target={spec.kind === "url" ? "_blank" : undefined}
            rel="noreferrer" aria-label={t(spec.kind === "url" ? "Open %(value)s" : spec.kind === "phone" ? "Call %(value)s" : "Write to %(value)s", { value })}><ExternalLink className="icon" aria-hidden="true" /></a>
        )}
      </div>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}

/** A single line. Amounts and numbers are shown in the user's spelling until they are edited. */
function Line({ spec, shared, value, set, locked, edited, currency }) {
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
  if (spec.kind === "moment") return <output id={shared.id}>{t.moment(value) || "---"}</output>;
  return (
    <input ref={input} {...shared} type={type} inputMode={mode} placeholder="---" autoComplete="off" value={shown} readOnly={locked}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} onChange={(e) => set(e.target.value)} />
  );
}

/** A look-up: type to search; after the first save only matching records are listed until "Show all" (S 3.3, 13.16). */
function Lookup({ name, spec, shared, label, locked }) {
  const { store, change, props } = useForm();
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
      if (!field.includes(":") && valueOf(store.get(), field) === "") change(field, value, filled.values[`${field}:name`]);
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
    ...(rights?.[`create_${spec.target}`] ? [{ key: "new", text: t(spec.target === "account" ? "New Account" : "New Contact"), run: quick }] : []),
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
  return (
    <div className="lookup" ref={box} onBlur={(e) => !box.current.contains(e.relatedTarget) && open && leave()}>
      <input {...shared} role="combobox" aria-expanded={open} aria-controls={open ? listId : undefined} aria-autocomplete="list" autoComplete="off"
        aria-activedescendant={open && rows[at] ? `${listId}-${at}` : undefined} placeholder={chosen ? "" : "---"} readOnly={locked}
        value={open ? term : nameOf(s, name)} onClick={show} onKeyDown={keys}
        onChange={(e) => ((typed.current = true), setTerm(e.target.value), setAt(-1), ask(e.target.value, all))} />
      {chosen && !open && nameOf(s, name) && (
        <a className="field-link" href={`/${spec.target}s/${chosen}`} target="_blank" rel="noreferrer" aria-label={t("Open %(value)s", { value: nameOf(s, name) })}><ExternalLink className="icon" aria-hidden="true" /></a>
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

// -- tabs ------------------------------------------------------------------------------------------------------------

/** Tabs of the form; hidden panels stay in place, so that nothing typed is lost. */
export function Tabs({ label, names, children }) {
  const [at, setAt] = useState(0);
  const id = useId();
  const panels = [].concat(children);
  const keys = (e) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = (to + names.length) % names.length;
    setAt(next);
    e.currentTarget.children[next].focus();
  };
  return (
    <div className="tabs">
      <div role="tablist" aria-label={label} onKeyDown={keys}>
        {names.map((name, i) => (
          <button key={name} type="button" role="tab" id={`${id}-${i}`} aria-controls={`${id}-panel-${i}`} aria-selected={i === at} tabIndex={i === at ? 0 : -1} onClick={() => setAt(i)}>{name}</button>
        ))}
      </div>
      {panels.map((panel, i) => (
        <div key={i} role="tabpanel" id={`${id}-panel-${i}`} aria-labelledby={`${id}-${i}`} hidden={i !== at}>{panel}</div>
      ))}
    </div>
  );
}

// -- process bar -----------------------------------------------------------------------------------------------------

/** The stages of a process; a stage opens a card with its steps, which can be pinned beside the form (S 2.3). */
export function ProcessBar({ process, steps }) {
  const { entity } = useForm();
  const t = useT();
  const [open, setOpen] = useState("");
  const [pinned, setPinned] = useState(false);
  const bar = useRef(null);
  const stages = process?.stages ?? [];
  useEffect(() => setPinned(localStorage.getItem(`rxcrm:pin:${entity}`) === "1"), [entity]);
  useEffect(() => {
    if (pinned && !open && stages.length) setOpen(stages.find((s) => s.state === "active")?.key ?? "");
  }, [pinned, stages, open]);
  const pin = () => {
    localStorage.setItem(`rxcrm:pin:${entity}`, pinned ? "" : "1");
    setPinned(!pinned);
  };
  const close = () => {
    if (pinned) pin();
    setOpen("");
    bar.current?.querySelector(`[data-stage="${open}"]`)?.focus();
  };
  const card = useRef(null);
  useLayoutEffect(() => {
    // The card hangs below its stage, inside the bar.
    const button = bar.current?.querySelector(`[data-stage="${open}"]`);
    if (!button || !card.current) return;
    const left = button.getBoundingClientRect().left - bar.current.getBoundingClientRect().left + button.offsetWidth / 2 - 180;
    card.current.style.setProperty("--at", `${Math.max(12, Math.min(left, bar.current.offsetWidth - 372))}px`);
  }, [open, pinned]);
  if (!stages.length) return null;
  const stage = stages.find((s) => s.key === open);
  const running = process.started_on ? (Date.now() - new Date(process.started_on)) / 1000 : 0;
  return (
    <section className="process" aria-label={t(process.label)} ref={bar} data-pinned={pinned && stage ? "" : undefined}>
      <div className="process-name">
        <b>{t(process.label)}</b>
        <small>{process.started_on ? t("Active for %(time)s", { time: t.duration(running) }) : t("Not started")}</small>
      </div>
      <ol>
        {stages.map((s) => (
          <li key={s.key} className={s.state} aria-current={s.state === "active" ? "step" : undefined}>
            <button type="button" data-stage={s.key} aria-expanded={open === s.key} onClick={() => setOpen(open === s.key && !pinned ? "" : s.key)}>
              <span className="ring" aria-hidden="true">{s.state === "done" ? <Check className="icon" /> : s.state === "locked" ? <Lock className="icon" /> : null}</span>
              <span className="stage-name">{t(s.label)}</span>
              {s.seconds > 0 && <small>{t.duration(s.seconds)}</small>}
            </button>
          </li>
        ))}
      </ol>
      {stage && (
        <div ref={card} className={`flyout${pinned ? " pinned" : ""}`} role="group" aria-label={t(stage.label)} onKeyDown={(e) => e.key === "Escape" && close()}>
          <header>
            <div>
              <h2>{t(stage.label)}</h2>
              <small>{stage.state === "active" ? (process.started_on ? t("Active for %(time)s", { time: t.duration(stage.seconds) }) : t("Not started")) : stage.state === "done" ? t("Completed") : t("Not started")}</small>
            </div>
            <button type="button" className="icon-button" aria-pressed={pinned} aria-label={pinned ? t("Unpin") : t("Pin")} title={pinned ? t("Unpin") : t("Pin")} onClick={pin}>{pinned ? <PinOff className="icon" aria-hidden="true" /> : <Pin className="icon" aria-hidden="true" />}</button>
            <button type="button" className="icon-button" aria-label={t("Close")} onClick={close}><X className="icon" aria-hidden="true" /></button>
          </header>
          {stage.because ? <p className="hint">{t(stage.because)}</p> : (steps[stage.key] ?? []).map(([name, text]) => <Field key={name} name={name} text={text} bar />)}
        </div>
      )}
    </section>
  );
}

/** A copy of what the form holds now, in words: the title and sub-line follow the typing. */
export function LiveTitle({ parts, otherwise }) {
  const { store } = useForm();
  const s = useStore(store);
  const text = parts.map((name) => valueOf(s, name)).filter(Boolean).join(" ");
  return <h1>{text || otherwise}</h1>;
}
