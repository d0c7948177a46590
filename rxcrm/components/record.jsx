// The record form: what is typed lives here and in a draft of the browser, never only on the server (S 13.7).
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useBlocker, useNavigate, useParams } from "react-router";
import { composes } from "./composing.js";
import { drafts } from "./drafts.js";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { sifted, useLeftOut } from "./left_out.js";
import { FormContext, createStore, isDirty, isLost, useForm, useStore, valueOf } from "./record_store.js";
import { useFields, useFormFields, useLayout, useSealed } from "./shape.js";
import { Dialog } from "./ui.jsx";

/** The form of one record. Its children are fields, bars and buttons that share its store. */
export function RecordForm(props) {
  const { entity, label, recordId, version, values, names, loaded, outcome, conflicts, locked, userId, list, gone, lost, children } = props;
  const layout = useLayout(entity, props.layout);
  const fields = useSealed(useFormFields(useFields(entity, props.fields), layout), !recordId);
  // The owner of a new record is chosen in its header, and is no field of the form.
  const typable = useMemo(() => (recordId ? fields : { owner: {}, ...fields }), [fields, recordId]);
  const store = useRef(null);
  store.current ??= createStore();
  const navigate = useNavigate();
  const t = useT();
  const form = useRef(null);
  const desist = useRef(() => {});
  useEffect(() => () => desist.current(), []);
  // What the address names; until it has arrived, the record of an earlier visit is not shown.
  const wanted = useParams()[`${entity}_id`];
  const created = useRef(0);
  if (wanted === String(recordId)) created.current = 0;
  const waiting = wanted !== undefined && wanted !== String(recordId || "new") && !(recordId && (created.current === recordId || store.current.get().pending));
  const live = useRef(props);
  live.current = { ...props, fields };

  const persist = useCallback(() => {
    const s = store.current.get();
    const { userId, entity } = live.current;
    if (isDirty(s) || Object.keys(s.left).length) drafts.keep(userId, entity, s.id, { version: s.version, edits: s.edits, names: s.editNames, left: s.left });
    else drafts.drop(userId, entity, s.id);
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
    const clean = { version, edits: {}, editNames: {}, left: {}, restored: "" };
    store.current.set({
      id: recordId, base: values, names, loaded, ready: true, errors: {}, conflicts: [], choices: {}, pending: null,
      ...clean, ...laid(drafts.read(userId, entity, recordId), recordId, values, typable),
    });
    drafts.adopt(userId, entity, recordId, (orphan) => {
      const now = store.current.get();
      if (now.id !== recordId || now.loaded !== loaded || now.pending || isDirty(now) || live.current.locked) return false;
      store.current.set(laid(orphan, recordId, values, typable) ?? {});
      persist();
      return true;
    });
  }, [loaded, recordId, version, values, names, userId, entity, typable, persist]);

  useLeftOut(store.current, typable, loaded, persist);

  // The form has changed under the typing: what became read-only is not saved, but not lost either.
  useLayoutEffect(() => {
    const s = store.current.get();
    const shut = Object.keys(s.edits).filter((name) => fields[name]?.shut);
    if (!shut.length) return;
    const { edits, errors } = { edits: { ...s.edits }, errors: { ...s.errors } };
    for (const name of shut) {
      errors[name] = t("This field is read-only now. You had typed: %(text)s", { text: s.editNames[name] || edits[name] || "---" });
      delete edits[name];
    }
    store.current.set({ edits, errors });
    persist();
  }, [fields, loaded, persist, t]);

  // Deleted by somebody else: what is shown and typed stays, and only a new record can be made of it.
  useLayoutEffect(() => {
    store.current.set(lost?.id ? { lost, conflicts: [] } : { lost: null });
  }, [lost]);

  // Deleted from here: what was typed goes with it, and nothing asks on the way out.
  useLayoutEffect(() => {
    if (!gone || gone !== store.current.get().id) return;
    store.current.set({ edits: {}, editNames: {}, left: {}, conflicts: [] });
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
      const alike = outcome.duplicates?.length ? { matches: outcome.duplicates, asked: s.pending } : null;
      store.current.set({ pending: null, errors: outcome.errors ?? {}, edits, alike, ...fresh });
      persist();
      focusFirst(form.current, Object.keys(outcome.errors ?? {}));
      return;
    }
    const { sent, then } = s.pending;
    const edits = Object.fromEntries(Object.entries(s.edits).filter(([f, v]) => v !== sent[f]));
    drafts.drop(userId, entity, s.id);
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
      if (isLost(s)) {
        // Later: a dialog that asked whether to save has to close first.
        requestAnimationFrame(() => form.current?.querySelector(".lost button")?.focus());
        return;
      }
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
      // A new record may begin with more than defaults: what its address asked for is saved along.
      send(s, s.id ? { ...s.edits } : { ...live.current.given, ...s.edits }, then);
    };
    const send = (s, sent, then) => {
      const errors = check(s, fields, t);
      if (Object.keys(errors).length) {
        store.current.set({ errors });
        focusFirst(form.current, Object.keys(errors));
        return;
      }
      post(s, live.current.onSave, sent, then);
    };
    const post = (s, event, sent, then) => {
      const token = Date.now() % 2147483647;
      store.current.set({ pending: { token, sent, then, id: s.id, version: s.version }, errors: {}, alike: null });
      const ask = () => event(s.id, s.version, sent, token);
      ask();
      desist.current();
      // By the token the server knows what it has done already.
      desist.current = insist(ask, () => store.current.get().pending?.token === token);
    };
    // The answer to "Duplicates detected": save all the same, or go on typing.
    const saveAnyway = () => {
      const s = store.current.get();
      if (s.alike && !s.pending) post(s.alike.asked, live.current.onSaveAnyway, s.alike.asked.sent, s.alike.asked.then);
    };
    const forgetAlike = () => store.current.set({ alike: null });
    // A new record from everything that the form of a deleted one shows.
    const createAgain = () => {
      const s = store.current.get();
      if (s.pending) return;
      // A closed lead's status reason is none of an open one.
      const fits = ([name, { locked, options }]) => !locked && (!options || ["", ...options.map(([v]) => v)].includes(valueOf(s, name)));
      send({ ...s, id: 0, version: 0 }, Object.fromEntries(Object.entries(fields).filter(fits).map(([name]) => [name, valueOf(s, name)])));
    };
    const discard = () => {
      store.current.set({ edits: {}, editNames: {}, errors: {}, conflicts: [], choices: {}, restored: "", version: live.current.version });
      persist();
    };
    const dropLeft = (name) => {
      const { [name]: _, ...left } = store.current.get().left;
      store.current.set({ left });
      persist();
    };
    const choose = (name, mine) => {
      const s = store.current.get();
      if (mine) change(name, s.mine[name].value, s.mine[name].name);
      else change(name, s.base[name] ?? "");
      store.current.set({ choices: { ...store.current.get().choices, [name]: mine ? "mine" : "theirs" } });
    };
    return { store: store.current, change, save, saveAnyway, forgetAlike, createAgain, discard, dropLeft, choose, fields, layout, entity, label, props: live };
  }, [entity, fields, layout, label, list, navigate, persist, t]);

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

/** What a draft changes in a form that shows `values`; null if nothing. The version stays that on which it was based. */
function laid(draft, id, values, fields) {
  const { edits: found, left } = sifted(draft, fields);
  const edits = Object.fromEntries(Object.entries(found).filter(([f, v]) => v !== (values[f] ?? "")));
  const any = Object.keys(edits).length > 0;
  if (!any && !Object.keys(left).length) return null;
  return { edits, editNames: draft.names ?? {}, left, restored: any ? draft.at : "", ...(any && { version: id ? draft.version : 0 }) };
}

function check(state, fields, t) {
  const errors = {};
  for (const [name, spec] of Object.entries(fields)) {
    const value = valueOf(state, name);
    // What a form requires has to be there whenever it is saved; what stands on no form cannot be asked for.
    const touched = name in state.edits || (spec.shown !== false || !spec.custom) && (!state.id || spec.asked);
    if (spec.level === "required" && touched && !value.trim() && !composes(spec, fields, state, t)) errors[name] = t("%(label)s is required.", { label: t(spec.label) });
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
