// What stands around the fields of a record form: commands, save state, title, tabs.
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { useT } from "./i18n.js";
import { isDirty, isLost, useForm, useStore, valueOf } from "./record_store.js";

/** Save, or Save & Close with `then="close"`; saving without a change is harmless. */
export function SaveButton({ label, then, hotkey, className = "button command", children }) {
  const { store, save } = useForm();
  const { pending } = useStore(store);
  return (
    <button type="button" className={className} data-hotkey={hotkey} aria-disabled={pending ? true : undefined} onClick={() => save(then)}>
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
  if (props.current.locked) return <span className="save-state" role="status">{t("Read-only")}</span>;
  const text = isLost(s) ? t("Deleted") : s.pending ? t("Saving…") : isDirty(s) ? t("Unsaved changes") : s.id ? t("Saved") : t("New");
  return <span className={`save-state${isDirty(s) ? " dirty" : ""}`} role="status">{text}</span>;
}

/** A copy of what the form holds now, in words: the title and sub-line follow the typing. */
export function LiveTitle({ parts, otherwise }) {
  const { store } = useForm();
  const s = useStore(store);
  const text = parts.map((name) => valueOf(s, name)).filter(Boolean).join(" ");
  return <h1>{text || otherwise}</h1>;
}

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
