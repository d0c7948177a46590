// What administrators have shaped: told to everything that shows fields, and custom fields on a form (S 13.10).
import { useLayoutEffect } from "react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { useForm } from "./record_store.js";
import { hold, tell } from "./shape.js";

/** Holds what the server says; stands in the frame before everything that reads it, so that no form is drawn without. */
export function Shape({ shape }) {
  hold(shape);
  useLayoutEffect(tell, [shape]);
  return null;
}

/** A section with every custom field of the table; nothing while there are none. */
export function MoreFields() {
  const { fields } = useForm();
  const t = useT();
  const names = Object.keys(fields).filter((name) => fields[name].custom);
  if (!names.length) return null;
  return (
    <section className="section more-fields-section" aria-label={t("More")}>
      <h2>{t("More")}</h2>
      <div className="more-fields-grid">{names.map((name) => <Field key={name} name={name} />)}</div>
    </section>
  );
}
