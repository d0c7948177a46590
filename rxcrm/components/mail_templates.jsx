// The text of an e-mail template: merge fields go where the cursor was last, in the subject or the text.
import { useContext, useEffect, useId, useRef, useState } from "react";
import { Braces, Eye } from "lucide-react";
import { AskContext, read } from "./asking.js";
import { useT } from "./i18n.js";

/** The merge fields of one kind of record, by source in the order in which they come. */
function bySource(places) {
  const groups = new Map();
  for (const place of places ?? []) groups.set(place[1], [...(groups.get(place[1]) ?? []), place]);
  return [...groups];
}

export function TemplateText({ name, label, places, preview, onPreview }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const body = useRef(null);
  const last = useRef(null);
  const [entity, setEntity] = useState(values.entity ?? "lead");
  const [asked, setAsked] = useState(false);
  const problem = errors[name];
  useEffect(() => {
    const form = body.current.form;
    const note = ({ target }) => ["subject", name].includes(target.name) && (last.current = target);
    const change = ({ target }) => target.name === "entity" && setEntity(target.value);
    form.addEventListener("focusin", note);
    form.addEventListener("change", change);
    return () => (form.removeEventListener("focusin", note), form.removeEventListener("change", change));
  }, []);
  const insert = (event) => {
    const place = event.target.value;
    event.target.value = "";
    if (!place) return;
    const field = last.current ?? body.current;
    field.focus();
    field.setRangeText(`{{${place}}}`, field.selectionStart, field.selectionEnd, "end");
  };
  const show = () => {
    setAsked(true);
    onPreview?.(read(body.current.form));
  };
  return (
    <>
      <div className={`post-field${problem ? " bad" : ""}`}>
        <span className="ask-label"><label htmlFor={id}>{label}</label></span>
        <textarea ref={body} id={id} name={name} rows={10} defaultValue={values[name] ?? ""} aria-invalid={problem ? true : undefined}
          aria-describedby={[problem && `${id}-problem`, `${id}-hint`].filter(Boolean).join(" ")} />
        {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
        <p className="hint" id={`${id}-hint`}>{t("An empty line begins a new paragraph. A text that begins with < is HTML. Write {{lead.first_name|there}} to say what stands in for an empty field.")}</p>
      </div>
      <div className="template-tools">
        <label className="template-picker">
          <Braces className="icon" aria-hidden="true" />
          <span className="unseen">{t("Insert a merge field")}</span>
          <select defaultValue="" onChange={insert}>
            <option value="">{t("Insert a merge field …")}</option>
            {bySource(places?.[entity]).map(([source, found]) => (
              <optgroup key={source} label={t(source)}>{found.map(([place, , text]) => <option key={place} value={place}>{t(text)}</option>)}</optgroup>
            ))}
          </select>
        </label>
        <button type="button" className="button" onClick={show}><Eye className="icon" aria-hidden="true" />{t("Preview")}</button>
      </div>
      <div role="status">
        {asked && preview.problem && <p className="form-message">{preview.problem}</p>}
        {asked && !preview.problem && (preview.subject || preview.body) && (
          <section className="template-preview" aria-label={t("Preview")}>
            <b>{preview.subject}</b>
            {/* Sanitised by the server (rxcrm.models.richtext). */}
            <div dangerouslySetInnerHTML={{ __html: preview.body }} />
          </section>
        )}
      </div>
    </>
  );
}
