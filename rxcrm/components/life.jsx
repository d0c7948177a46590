// The life of a lead: Disqualify with its menu and dialog, and the banner of a closed record (S 2.4, 3.6, 3.7).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { CircleX, Lock, Plus, RotateCcw, Undo2 } from "lucide-react";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { useForm } from "./record_store.js";
import { countOf, meant, newToken, useSelection } from "./selection_store.js";
import { useShape } from "./shape.js";
import { Command, Dialog, Menu } from "./ui.jsx";


/** Disqualify on a form: what is typed is saved first. With `why` it only tells the reason. */
export function DisqualifyCommand(props) {
  const { save } = useForm();
  const live = useRef(props);
  live.current = props;
  const { recordId, why } = props;
  const t = useT();
  if (why) return <Command label={t("Disqualify")} why={why}><CircleX className="icon" aria-hidden="true" /></Command>;
  const send = (...chosen) => live.current.onDisqualify([recordId], live.current.version, ...chosen);
  return <Disqualify {...props} count={1} begin={(open) => save(open)} send={send} />;
}

/** Disqualify below a list: while one of the selected leads is open. */
export function DisqualifyPicked(props) {
  const s = useSelection();
  const open = useShape().open ?? props.open;
  if (!holds(s, (reason) => open.includes(reason))) return null;
  const send = (reason, comment, remind, token) => {
    const [ids, versions, query, everything] = meant(s);
    props.onRun("disqualify", "lead", ids, versions, query, everything, { reason: String(reason), comment, remind_in: String(remind) }, token);
  };
  return <Disqualify {...props} count={Math.abs(countOf(s))} begin={(go) => go()} send={send} />;
}

/** Reactivate Lead below a list: while one of the selected leads is closed. */
export function ReactivatePicked({ open: shipped, onRun }) {
  const t = useT();
  const s = useSelection();
  const open = useShape().open ?? shipped;
  if (!holds(s, (reason) => !open.includes(reason))) return null;
  const send = () => {
    const [ids, versions, query, everything] = meant(s);
    onRun("reactivate", "lead", ids, versions, query, everything, {}, newToken());
  };
  return <button type="button" className="button command" onClick={send}><RotateCcw className="icon" aria-hidden="true" /><span>{t("Reactivate Lead")}</span></button>;
}

/** Whether one of the selected rows has such a status reason; of all rows of a list only those of its page are known. */
const holds = (s, fits) => s.rows.some((row) => (s.everything || s.ids.includes(Number(row.id))) && (row.status_reason === undefined || fits(row.status_reason)));

const INSTEAD = "rxcrm:disqualify";

/** Opens the dialog of Disqualify in place of the one in which it stands. */
export function DisqualifyInstead({ onLeave }) {
  const t = useT();
  return <button type="button" className="button small" onClick={() => (onLeave?.(), window.dispatchEvent(new Event(INSTEAD)))}>{t("Disqualify instead")}</button>;
}

/** The menu of reasons and the dialog that one of them opens, ready to confirm. */
function Disqualify({ reasons: shipped, reminders, commentLength, count, told, begin, send }) {
  const [reason, setReason] = useState("");
  const reasons = useShape().disqualify ?? shipped;
  const t = useT();
  useEffect(() => {
    const open = () => begin(() => setReason(reasons[0][0]));
    window.addEventListener(INSTEAD, open);
    return () => window.removeEventListener(INSTEAD, open);
  });
  return (
    <>
      <Menu label={t("Disqualify")} className="button command" text={<><CircleX className="icon" aria-hidden="true" /><span>{t("Disqualify")}</span><span className="caret" aria-hidden="true" /></>}>
        {reasons.map(([value, label]) => <button key={value} type="button" role="menuitem" onClick={() => begin(() => setReason(value))}>{t(label)}</button>)}
      </Menu>
      {reason && createPortal(<DisqualifyDialog {...{ reason, reasons, reminders, commentLength, count, told, send }} close={() => setReason("")} />, document.body)}
    </>
  );
}

/** The dialog itself; `send(reason, comment, days, token)` asks, `told` answers. */
export function DisqualifyDialog({ reason: first, reasons, reminders, commentLength, count, told, send, close }) {
  const t = useT();
  const id = useId();
  const [reason, setReason] = useState(first);
  const [comment, setComment] = useState("");
  const [remind, setRemind] = useState(0);
  const [pending, setPending] = useState(0);
  const [problem, setProblem] = useState("");
  const go = useRef(null);
  useEffect(() => {
    // After the dialog has opened, which puts the focus on its cross: Enter is enough.
    const frame = requestAnimationFrame(() => go.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) close();
    else setProblem(told.problem);
  }, [told]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation(); // React would hand it on to the record's form
    if (pending) return;
    const token = newToken();
    setPending(token);
    setProblem("");
    send(Number(reason), comment, remind, token);
  };
  const title = count > 1 ? t.n("Disqualify %(n)s lead", "Disqualify %(n)s leads", count) : t("Disqualify Lead");
  return (
    <Dialog open title={title} onClose={close}>
      <form className="quick disqualify" aria-label={title} noValidate onSubmit={submit}>
        {problem && <p className="form-message" role="alert">{problem}</p>}
        <p className="hint">{count > 1 ? t("They become read-only and are kept for analysis. They can be reactivated at any time.") : t("The lead becomes read-only and is kept for analysis. It can be reactivated at any time.")}</p>
        <div className="field stacked">
          <div className="field-label"><label htmlFor={`${id}-reason`}>{t("Status Reason")}</label></div>
          <div className="control"><select id={`${id}-reason`} value={reason} onChange={(e) => setReason(e.target.value)}>{reasons.map(([value, label]) => <option key={value} value={value}>{t(label)}</option>)}</select></div>
        </div>
        <div className="field stacked">
          <div className="field-label"><label htmlFor={`${id}-comment`}>{t("Comment")}</label></div>
          <div className="control"><textarea id={`${id}-comment`} rows={3} maxLength={commentLength} placeholder={t("Optional; it is posted on the timeline")} value={comment} onChange={(e) => setComment(e.target.value)} /></div>
        </div>
        <fieldset className="segments">
          <legend>{t("Remind me")}</legend>
          {[0, ...reminders].map((days) => (
            <label key={days}><input type="radio" name={`${id}-remind`} checked={remind === days} onChange={() => setRemind(days)} /><span>{days ? t.n("in %(n)s day", "in %(n)s days", days) : t("Never")}</span></label>
          ))}
        </fieldset>
        {remind > 0 && <p className="hint">{count > 1 ? t("You get a task for each of them, due in the morning of that day.") : t("You get a task, due in the morning of that day.")}</p>}
        <footer>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" ref={go} className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Disqualify")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Create ▾: a contact or account out of a lead that stays open. What there is already is shown first. */
export function CreateMenu(props) {
  const { save } = useForm();
  const live = useRef(props);
  live.current = props;
  const { may, known, recordId } = props;
  const t = useT();
  const create = (entity) => save(() => live.current.onCreate(recordId, live.current.version, entity, false));
  const entries = [["contact", t("Contact")], ["account", t("Account")]].filter(([entity]) => `create_${entity}` in may);
  return (
    <>
      <Menu label={t("Create from this lead")} className="button command" text={<><Plus className="icon" aria-hidden="true" /><span>{t("Create")}</span><span className="caret" aria-hidden="true" /></>}>
        {entries.map(([entity, label]) => {
          const why = may[`create_${entity}`];
          return <button key={entity} type="button" role="menuitem" className="menu-entry" aria-disabled={why ? true : undefined} onClick={(e) => (why ? e.stopPropagation() : create(entity))}><span>{label}{why && <small>{t(why)}</small>}</span></button>;
        })}
      </Menu>
      {known.matches.length > 0 && known.lead_id === recordId && createPortal(<KnownDialog {...props} {...known} />, document.body)}
    </>
  );
}

function KnownDialog({ entity, lead_id: leadId, version, matches, onCreate, onUse, onDismiss }) {
  const t = useT();
  const title = entity === "contact" ? t("This contact exists already") : t("This account exists already");
  return (
    <Dialog open title={title} onClose={onDismiss}>
      <ul className="known">
        {matches.map((match) => (
          <li key={match.id}>
            <span><a href={addressOf(match.entity, match.id)} target="_blank" rel="noreferrer"><b>{match.name}</b></a><small>{match.detail}</small><small>{match.reasons.join(" ")}</small></span>
            <button type="button" className="button primary small" aria-label={t("Use %(name)s", { name: match.name })} onClick={() => onUse(leadId, version, entity, match.id)}>{t("Use this")}</button>
          </li>
        ))}
      </ul>
      <footer>
        <button type="button" className="button" onClick={onDismiss}>{t("Cancel")}</button>
        <button type="button" className="button" onClick={() => onCreate(leadId, version, entity, true)}>{t("Create anyway")}</button>
      </footer>
    </Dialog>
  );
}

/** Why a record is read-only: how, when and by whom it was closed, what came of it, and the way back. */
export function ClosedBanner({ closing, locked, zone, reopen, mayReopen, onReopen, onUndo }) {
  const t = useT();
  const { title, who, at, comment, links, undo } = closing;
  const by = who && at ? t("by %(who)s on %(when)s", { who, when: t.moment(at, zone) }) : at ? t("on %(when)s", { when: t.moment(at, zone) }) : "";
  return (
    <section className="banner closed" aria-label={t("Closed record")}>
      <Lock className="icon" aria-hidden="true" />
      <div>
        <p><b>{title || locked}</b>{by && <span className="by">{by}</span>}</p>
        {comment && <blockquote>{comment}</blockquote>}
        {links.length > 0 && <p className="links">{links.map((link) => <a key={link.path} href={link.path}>{link.name}</a>)}</p>}
      </div>
      <div className="actions">
        {undo > 0 && <button type="button" className="button small" onClick={() => onUndo([undo])}><Undo2 className="icon" aria-hidden="true" />{t("Undo")}</button>}
        {mayReopen && <button type="button" className="button small" onClick={onReopen}><RotateCcw className="icon" aria-hidden="true" />{t(reopen)}</button>}
      </div>
    </section>
  );
}
