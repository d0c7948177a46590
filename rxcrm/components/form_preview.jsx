// A form as its people would see it, without a record: nothing in it can be used.
import { useMemo, useState } from "react";
import { FormBody, HeaderFields } from "./form_body.jsx";
import { useT } from "./i18n.js";
import { FormContext, createStore } from "./record_store.js";
import { useFormFields } from "./shape.js";

const NOTHING = () => {};

/** `layout` is drawn (form_tree.js); `parts` maps what is no field to its name. */
export function FormPreview({ entity, layout, fields, parts, title }) {
  const t = useT();
  const [store] = useState(createStore);
  const mine = useFormFields(fields, layout);
  const api = useMemo(() => ({
    store, fields: mine, layout, entity, label: title, change: NOTHING, save: NOTHING, props: { current: { locked: "", rights: {}, currency: "", zone: "UTC" } },
  }), [store, mine, layout, entity, title]);
  const names = Object.keys(parts);
  return (
    <div className="form-preview record" role="group" aria-label={t("Preview")}>
      <FormContext.Provider value={api}>
        <div className="record-header">
          <span className="avatar large" aria-hidden="true">{title[0]}</span>
          <div className="record-title"><h2>{title}</h2></div>
          <div className="record-facts" inert><HeaderFields /></div>
        </div>
        <FormBody label={title} parts={names} inert>
          {names.map((name) => <section key={name} className="section part-box"><h2>{t(parts[name])}</h2></section>)}
        </FormBody>
      </FormContext.Provider>
    </div>
  );
}
