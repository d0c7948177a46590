// A pattern such as {Company Name} - {Last Name}: typed, or put together from a list of fields, with examples of what it gives.
import { useContext, useEffect, useId, useRef } from "react";
import { AskContext } from "./asking.js";
import { useT } from "./i18n.js";

/** After so many milliseconds without a key the examples follow. */
const REST = 350;

export function PatternField({ name, label, hint, places, examples, maxLength, onPreview }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const input = useRef(null);
  const timer = useRef(0);
  const ask = useRef(onPreview);
  ask.current = onPreview;
  const problem = errors[name] || (examples.pattern === input.current?.value && examples.problem) || "";
  const later = (wait) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => input.current && ask.current(input.current.value), wait);
  };
  useEffect(() => {
    // "Discard" resets the form: the examples follow.
    const form = input.current.form;
    const follow = () => later(0);
    form?.addEventListener("reset", follow);
    return () => (clearTimeout(timer.current), form?.removeEventListener("reset", follow));
  }, []);
  const put = (event) => {
    const place = event.target.value;
    event.target.value = "";
    const field = input.current;
    const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    field.setRangeText(place, start, end, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return (
    <div className={`post-field pattern${problem ? " bad" : ""}`}>
      <span className="ask-label"><label htmlFor={id}>{label}</label></span>
      <div className="pattern-line">
        <input ref={input} id={id} name={name} defaultValue={values[name] ?? ""} maxLength={maxLength} autoComplete="off" spellCheck={false}
          aria-invalid={problem ? true : undefined} aria-describedby={`${id}-hint ${id}-examples${problem ? ` ${id}-problem` : ""}`} onInput={() => later(REST)} />
        <select aria-label={t("Insert field")} value="" onChange={put}>
          <option value="">{t("Insert field…")}</option>
          {places.map(([place, text]) => <option key={place} value={place}>{text}</option>)}
        </select>
      </div>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
      <p className="hint" id={`${id}-hint`}>{hint}</p>
      <div className="pattern-examples" id={`${id}-examples`} role="status">
        <b>{t("Preview")}</b>
        {examples.problem ? <p className="hint">{t("Nothing to show.")}</p> : <ul>{examples.topics.map((topic, at) => <li key={at}><small>{at ? t("Little known") : t("Well known")}</small><span>{topic}</span></li>)}</ul>}
      </div>
    </div>
  );
}
