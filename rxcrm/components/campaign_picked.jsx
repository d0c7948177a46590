// That the ticked leads heard of a campaign: which one, and on what day (S 1.1 Last Campaign Date).
import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Megaphone } from "lucide-react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { FormContext, createStore, valueOf } from "./record_store.js";
import { useRun } from "./selection_bar.jsx";
import { countOf, useSelection } from "./selection_store.js";
import { Dialog } from "./ui.jsx";

/** The day that it is in a time zone, as date controls hold it. */
const today = (zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone || undefined, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());

/** Record campaign activity in the bar below the list of leads. */
export function CampaignPicked(props) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button command" onClick={() => setOpen(true)}><Megaphone className="icon" aria-hidden="true" /><span>{t("Record campaign activity")}</span></button>
      {open && createPortal(<Activity {...props} close={() => setOpen(false)} />, document.body)}
    </>
  );
}

function Activity({ labels, told, lookedUp, zone, onRun, onLookUp, close }) {
  const t = useT();
  const s = useSelection();
  const form = useRef(null);
  const store = useRef(null);
  store.current ??= createStore();
  const { send, pending, problem, errors } = useRun({ entity: "lead", told, onRun, done: close });
  const fields = useMemo(() => ({
    campaign: { label: labels.campaign, kind: "lookup", target: "campaign", level: "required" },
    on: { label: labels.on, kind: "date", level: "required" },
  }), [labels]);
  const live = useRef({});
  live.current = { answer: lookedUp, onLookUp, zone, rights: {}, fields };
  const api = useMemo(() => {
    const change = (name, value, shown) => {
      const { edits, editNames, errors: wrong } = store.current.get();
      const { [name]: _, ...others } = wrong;
      store.current.set({ edits: { ...edits, [name]: value }, editNames: { ...editNames, ...(shown === undefined ? {} : { [name]: shown }) }, errors: others });
    };
    return { store: store.current, change, fields, props: live };
  }, [fields]);
  useEffect(() => {
    store.current.set({ base: { on: today(zone) } });
    const frame = requestAnimationFrame(() => form.current?.querySelector("[data-field]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    store.current.set({ errors });
    const wrong = Object.keys(errors)[0];
    if (wrong) form.current?.querySelector(`[data-field="${wrong}"]`)?.focus();
  }, [errors]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (pending) return;
    const now = store.current.get();
    send("campaign", { campaign: valueOf(now, "campaign"), on: valueOf(now, "on") });
  };
  const title = t("Record campaign activity");
  return (
    <Dialog open side title={title} onClose={close}>
      <FormContext.Provider value={api}>
        <form ref={form} className="quick campaign-activity" aria-label={title} noValidate onSubmit={submit}>
          {problem && !Object.keys(errors).length && <p className="form-message" role="alert">{problem}</p>}
          <p className="hint">{t("It becomes the Last Campaign Date of each lead that knows no later one, and stands in its history.")}</p>
          <Field name="campaign" stacked />
          <Field name="on" stacked />
          <footer className="stays">
            <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
            <button type="submit" className="button primary" disabled={pending}>{pending ? t("Saving…") : t.n("Record it on %(n)s lead", "Record it on %(n)s leads", Math.abs(countOf(s)))}</button>
          </footer>
        </form>
      </FormContext.Provider>
    </Dialog>
  );
}
