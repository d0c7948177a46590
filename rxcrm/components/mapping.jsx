// The field mapping: a field of the lead and the field that it goes into; those that fit each other come first.
import { useContext, useId, useState } from "react";
import { AskContext } from "./asking.js";
import { useT } from "./i18n.js";

/** Two lists within a form. Whichever is chosen first puts what fits it on top of the other; the server says why the rest does not. */
export function PairFields({ offer, title, target: fixed }) {
  const { values } = useContext(AskContext);
  const t = useT();
  const [source, setSource] = useState(values.source ?? "");
  const [target, setTarget] = useState(fixed || values.target || "");
  const { sources, targets, fits } = offer;
  const fit = (one, other) => fits[other]?.includes(one);
  return (
    <>
      <Choice name="source" label={t("Field of the lead")} value={source} onChange={setSource} all={sources} good={target ? ([name]) => fit(name, target) : null} />
      {!fixed && <Choice name="target" label={t("Goes into (%(table)s)", { table: t(title) })} value={target} onChange={setTarget} all={targets} good={source ? ([name]) => fit(source, name) : null} />}
    </>
  );
}

function Choice({ name, label, value, onChange, all, good }) {
  const { errors } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const problem = errors[name];
  const option = ([key, text]) => <option key={key} value={key}>{text}</option>;
  const fitting = good ? all.filter(good) : all;
  const rest = good ? all.filter((one) => !good(one)) : [];
  return (
    <div className={`post-field${problem ? " bad" : ""}`}>
      <span className="ask-label"><label htmlFor={id}>{label}</label><span className="mark required" aria-hidden="true">*</span></span>
      <select id={id} name={name} value={value} onChange={(event) => onChange(event.target.value)} aria-required="true" aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined}>
        <option value="">---</option>
        {good ? <optgroup label={t("Fitting fields")}>{fitting.map(option)}</optgroup> : fitting.map(option)}
        {rest.length > 0 && <optgroup label={t("Other fields")}>{rest.map(option)}</optgroup>}
      </select>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}
