// What administrators have shaped: told to everything that shows fields, and custom fields on a form (S 13.10).
import { useEffect, useLayoutEffect, useRef } from "react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { useForm } from "./record_store.js";
import { hold, tell } from "./shape.js";

/** Holds what the server says; stands in the frame before everything that reads it, so that no form is drawn without. */
export function Shape({ shape }) {
  hold(shape);
  useLayoutEffect(tell, [shape]);
  // Whoever may see other fields than before has his open pages asked for anew: lists, boards, charts, the record.
  const secured = shape?.secured ?? "";
  const known = useRef(null);
  useEffect(() => {
    if (known.current !== null && known.current !== secured) window.dispatchEvent(new Event("rxcrm:refresh"));
    known.current = secured;
  }, [secured]);
  return null;
}

/** A section with every custom field of the table that stands nowhere else on the form; nothing while there are none. */
export function MoreFields({ label }) {
  const { fields } = useForm();
  const t = useT();
  const title = label || t("More");
  const names = Object.keys(fields).filter((name) => fields[name].custom && !fields[name].placed);
  if (!names.length) return null;
  return (
    <section className="section more-fields-section" aria-label={title}>
      <h2>{title}</h2>
      <div className="more-fields-grid">{names.map((name) => <Field key={name} name={name} />)}</div>
    </section>
  );
}
