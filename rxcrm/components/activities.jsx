// What lists and forms of activities have beyond others: closing with a reason, and taking it back.
import { useEffect, useId, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { X } from "lucide-react";
import { useT } from "./i18n.js";
import { isDirty, useForm, useStore } from "./record_store.js";
import { Command, Dialog } from "./ui.jsx";

/** Milliseconds for which one can take back what was just done. */
const PATIENCE = 12_000;

/** Says what was just done to several records and offers to undo it. */
export function UndoBar({ done, onUndo }) {
  const t = useT();
  const [shown, setShown] = useState(0);
  const last = useRef(done?.seq ?? 0);
  useEffect(() => {
    if (!done || done.seq === last.current) return undefined;
    last.current = done.seq;
    setShown(done.seq);
    const timer = setTimeout(() => setShown(0), PATIENCE);
    return () => clearTimeout(timer);
  }, [done]);
  const open = shown !== 0 && done?.seq === shown && !!done.text;
  return (
    <div className="undo-bar" role="status">
      {open && (
        <div className="message success">
          <span>{done.text}</span>
          <button type="button" className="button small" onClick={() => (setShown(0), onUndo())}>{t("Undo")}</button>
          <button type="button" className="icon-button" aria-label={t("Close")} onClick={() => setShown(0)}><X className="icon" aria-hidden="true" /></button>
        </div>
      )}
    </div>
  );
}

/** A menu entry for a new activity; on the page of a lead, account or contact it regards that one. */
export function ActivityEntry({ kind, children }) {
  const { pathname } = useLocation();
  const [, entity, id] = /^\/(lead|account|contact)s\/(\d+)$/.exec(pathname) ?? [];
  const navigate = useNavigate();
  const path = `/activities/new?kind=${kind}${entity ? `&regarding=${entity}:${id}` : ""}`;
  return <a role="menuitem" href={path} onClick={(e) => !(e.ctrlKey || e.metaKey || e.shiftKey) && (e.preventDefault(), navigate(path))}>{children}</a>;
}

/** A command on what is saved: unsaved changes are saved first, and a refused save keeps it from happening. */
export function SavedCommand({ label, why, onClick, children }) {
  const { store, save } = useForm();
  const dirty = isDirty(useStore(store));
  return <Command label={label} why={why} onClick={() => (dirty ? save(() => onClick()) : onClick())}>{children}</Command>;
}

/** Close Activity: completed or canceled, with a reason of its kind (S 4.8). `reasons` maps kind → status → reasons. */
export function CloseDialog({ open, kind, reasons, statuses, onDismiss, onConfirm }) {
  const t = useT();
  const id = useId();
  const [status, setStatus] = useState(statuses[0][0]);
  const [reason, setReason] = useState("");
  const options = reasons[kind]?.[status] ?? [];
  const chosen = options.some(([v]) => v === reason) ? reason : (options[0]?.[0] ?? "");
  return (
    <Dialog open={open} title={t("Close Activity")} onClose={onDismiss}>
      <form className="stack" onSubmit={(e) => (e.preventDefault(), onConfirm(Number(status), Number(chosen)))}>
        <fieldset>
          <legend>{t("Activity Status")}</legend>
          {statuses.map(([value, label]) => (
            <label key={value} className="radio"><input type="radio" name={id} value={value} checked={status === value} onChange={() => setStatus(value)} /> {t(label)}</label>
          ))}
        </fieldset>
        <div className="field stacked">
          <div className="field-label"><label htmlFor={`${id}-reason`}>{t("Status Reason")}</label></div>
          <div className="control">
            <select id={`${id}-reason`} value={chosen} onChange={(e) => setReason(e.target.value)}>{options.map(([v, o]) => <option key={v} value={v}>{t(o)}</option>)}</select>
          </div>
        </div>
        <footer>
          <button type="button" className="button" onClick={onDismiss}>{t("Cancel")}</button>
          <button type="submit" className="button primary">{t("Close Activity")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
