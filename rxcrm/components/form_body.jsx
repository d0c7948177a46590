// What stands below the header of a record form: tabs, columns, sections and fields, as the user's form has them (S 2.2).
import { Fragment, useId, useLayoutEffect, useRef, useState } from "react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { MoreFields } from "./more_fields.jsx";
import { useForm } from "./record_store.js";

/** The fields in the header of a record. */
export function HeaderFields() {
  const { layout, fields } = useForm();
  return layout.header.filter(({ field }) => fields[field]).map(({ field, label }) => <Field key={field} name={field} text={label} header />);
}

/**
 * The tabs of a form. `parts` names the children: everything that is no field (timeline, tables …) and that a section may
 * show. Hidden panels stay in place, so that nothing typed is lost. `inert`: nothing in them can be used.
 */
export function FormBody({ label, parts, inert, children }) {
  const { layout } = useForm();
  const t = useT();
  const id = useId();
  const [chosen, setChosen] = useState("");
  const at = layout.tabs.some((tab) => tab.key === chosen) ? chosen : layout.tabs[0]?.key;
  const shown = Object.fromEntries([].concat(children).map((child, i) => [parts[i], child]));
  const box = useFocusKept(layout);
  const keys = (e) => {
    const tabs = layout.tabs.map((tab) => tab.key);
    const now = tabs.indexOf(at);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    setChosen(tabs[next]);
    e.currentTarget.children[next].focus();
  };
  return (
    <div className="tabs" ref={box}>
      <div role="tablist" aria-label={label} onKeyDown={keys}>
        {layout.tabs.map((tab) => (
          <button key={tab.key} type="button" role="tab" id={`${id}-${tab.key}`} aria-controls={`${id}-panel-${tab.key}`} aria-selected={tab.key === at}
            tabIndex={tab.key === at ? 0 : -1} onClick={() => setChosen(tab.key)}>{t(tab.label)}</button>
        ))}
      </div>
      {layout.tabs.map((tab) => (
        <div key={tab.key} role="tabpanel" id={`${id}-panel-${tab.key}`} aria-labelledby={`${id}-${tab.key}`} hidden={tab.key !== at} inert={inert}>
          <TabBody tab={tab} parts={shown} />
        </div>
      ))}
    </div>
  );
}

/** A part that fills its tab needs no frame of columns around it. */
const isBare = (tab) => tab.columns.flat().length === 1 && tab.columns.flat()[0].part === "related" && !tab.below.length;

function TabBody({ tab, parts }) {
  if (isBare(tab)) return parts.related ?? null;
  const columns = tab.columns.filter((column) => column.length);
  return (
    <>
      <div className={`columns${tab.even ? " even" : ""}`} data-n={columns.length}>
        {columns.map((column, i) => (
          <div key={i} className="column">{column.map((section) => <FormSection key={section.key} {...{ section, parts }} />)}</div>
        ))}
      </div>
      {tab.below.length > 0 && <div className="below-columns">{tab.below.map((section) => <FormSection key={section.key} {...{ section, parts }} />)}</div>}
    </>
  );
}

/** A titled group of fields, or a part that is no field. One that has nothing to show is left out. */
function FormSection({ section, parts }) {
  const { fields } = useForm();
  const t = useT();
  if (section.part === "more") return <MoreFields label={section.renamed ? t(section.label) : ""} />;
  if (section.part) return <Fragment>{parts[section.part] ?? null}</Fragment>;
  const shown = section.fields.filter(({ field }) => fields[field]);
  if (!shown.length) return null;
  return (
    <section className={`section${section.two ? " two-columns" : ""}`} aria-label={t(section.label)}>
      <h2>{t(section.label)}</h2>
      <div className="section-fields">{shown.map(({ field }) => <Field key={field} name={field} />)}</div>
    </section>
  );
}

/** Whoever types in a field keeps typing there, also when an administrator has just moved it elsewhere. */
function useFocusKept(layout) {
  const box = useRef(null);
  const last = useRef(null);
  useLayoutEffect(() => {
    const note = (e) => {
      const name = e.target.dataset?.field;
      last.current = name && box.current.contains(e.target) ? { name, of: e.target } : null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useLayoutEffect(() => {
    const held = last.current;
    if (!held || held.of.isConnected || document.activeElement !== document.body) return;
    const now = box.current.querySelector(`[data-field="${CSS.escape(held.name)}"]`);
    if (now && !now.closest("[hidden]")) now.focus();
  }, [layout]);
  return box;
}
