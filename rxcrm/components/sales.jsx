// Closing an opportunity: the commands that save first, and the dialog of Close as Won and Close as Lost (S 1.4).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Finder, Labelled } from "./connecting.jsx";
import { useT } from "./i18n.js";
import { useForm } from "./record_store.js";
import { Command, Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;
const WON = 1;
const ANOTHER = "another";

/** A command of a form: what is typed is saved first; a save that is refused does nothing else. */
export function SavingCommand({ label, why, onGo, children }) {
  const { save, store } = useForm();
  const t = useT();
  const live = useRef(onGo);
  live.current = onGo;
  const go = () => save(() => live.current(store.get().id, store.get().version));
  return <Command label={label} why={why ? t(why) : ""} onClick={go}>{children}</Command>;
}

/** Asks for the result of a sale; nothing is written before it is confirmed. */
export function ClosingDialog(props) {
  return props.open ? createPortal(<Closing {...props} />, document.body) : null;
}

function Closing({ draft, told, recordId, version, currency, found, onSearch, onCloseSale, onDismiss }) {
  const t = useT();
  const id = useId();
  const [values, setValues] = useState(draft.values);
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(0);
  const form = useRef(null);
  const won = draft.status === WON;
  const title = won ? t("Close as Won") : t("Close as Lost");
  const set = (name, value) => {
    setValues((now) => ({ ...now, [name]: value }));
    setErrors(({ [name]: _, other: __, ...rest }) => rest);
  };
  useEffect(() => {
    // After the dialog has opened, which puts the focus on its cross.
    const frame = requestAnimationFrame(() => form.current?.querySelector("input, select")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) return;
    setErrors(told.errors);
    requestAnimationFrame(() => form.current?.querySelector('[aria-invalid="true"]')?.focus());
  }, [told]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation(); // React would hand it on to the record's form
    if (pending) return;
    if (values.competitor_id === ANOTHER) {
      setErrors({ other: t("%(label)s is required.", { label: t("Name of the competitor") }) });
      form.current.querySelector('[role="combobox"]')?.focus();
      return;
    }
    const token = newToken();
    setPending(token);
    setErrors({});
    onCloseSale(recordId, version, draft.status, values, token);
  };
  // Secured fields that this user may not fill in are not asked for: they get what is usual.
  const asks = (name) => name in draft.values;
  const line = (name, label, more) => (
    <Labelled name={name} label={label} errors={errors} level={more?.level}>
      {(shared) => <input {...shared} {...more?.input} autoComplete="off" value={values[name]} onChange={(e) => set(name, e.target.value)} />}
    </Labelled>
  );
  return (
    <Dialog open title={title} onClose={onDismiss}>
      <form ref={form} className="quick closing" aria-label={title} noValidate onSubmit={submit}>
        {errors[""] && <p className="form-message" role="alert">{errors[""]}</p>}
        <p className="hint">{t("The opportunity becomes read-only. It can be reopened at any time.")}</p>
        {won && asks("actual_revenue") && line("actual_revenue", t("Actual Revenue (%(currency)s)", { currency }), { input: { inputMode: "decimal" } })}
        {asks("actual_close_date") && line("actual_close_date", t("Close Date"), { level: "required", input: { type: "date" } })}
        <Labelled name="status_reason" label={t("Status Reason")} errors={errors}>
          {(shared) => <select {...shared} value={values.status_reason} onChange={(e) => set("status_reason", e.target.value)}>{draft.reasons.map(([value, label]) => <option key={value} value={value}>{t(label)}</option>)}</select>}
        </Labelled>
        {!won && <Rival competitors={draft.competitors} value={values.competitor_id} errors={errors} set={set} search={{ found, onSearch }} />}
        {asks("closing_description") && (
          <Labelled name="closing_description" label={t("Description")} errors={errors}>
            {(shared) => <textarea {...shared} rows={3} maxLength={2000} value={values.closing_description} onChange={(e) => set("closing_description", e.target.value)} />}
          </Labelled>
        )}
        <footer>
          <button type="button" className="button" onClick={onDismiss}>{t("Cancel")}</button>
          <button type="submit" id={id} className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : title}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Who got it: one of the opportunity's competitors, or any other that is known. */
function Rival({ competitors, value, errors, set, search }) {
  const t = useT();
  const [other, setOther] = useState(null);
  const another = value === ANOTHER || other !== null;
  const choose = (e) => {
    setOther(null);
    set("competitor_id", e.target.value);
  };
  const pick = (_, hit) => {
    setOther(hit);
    set("competitor_id", hit ? String(hit.id) : ANOTHER);
  };
  return (
    <>
      <Labelled name="competitor_id" label={t("Competitor")} errors={errors}>
        {(shared) => (
          <select {...shared} value={another ? ANOTHER : value} onChange={choose}>
            <option value="">---</option>
            {competitors.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            <option value={ANOTHER}>{t("Another competitor…")}</option>
          </select>
        )}
      </Labelled>
      {another && <Finder target="competitor" label={t("Name of the competitor")} values={{ other }} errors={errors} set={pick} props={search} />}
    </>
  );
}
