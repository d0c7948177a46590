// What was done to many records at once: how far it is, and afterwards whom it left as they were, and the way back.
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { History, Undo2 } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

/** How many records a command is about, and how many of them are through: an undo is about those that it changed. */
const all = (one) => (one.state === "undoing" ? one.done : one.total);
const soFar = (one) => (one.state === "undoing" ? one.back + one.refused : one.position);

/** Commands that are under way, above the list. */
export function BulkProgress({ running, onFollow, onCancel }) {
  const t = useT();
  useEffect(() => {
    onFollow();
  }, []);
  return running.map((one) => (
    <div key={one.id} className="bulk-progress" role="group" aria-label={t(one.label)}>
      <b>{one.state === "undoing" ? t("Undo: %(command)s", { command: t(one.label) }) : t(one.label)}{one.what && <small> {one.what}</small>}</b>
      <progress max={all(one)} value={soFar(one)} aria-label={t(one.label)} />
      <span role="status">{t("%(n)s of %(all)s", { n: t.number(soFar(one)), all: t.number(all(one)) })}</span>
      <button type="button" className="button small" onClick={() => onCancel(one.id)}>{t("Cancel")}</button>
    </div>
  ));
}

/** Past commands of this user, with their books and Undo. */
export function BulkHistory({ entity, past, zone, onOpen, onUndo }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button command" onClick={() => (onOpen(entity), setOpen(true))}><History className="icon" aria-hidden="true" /><span>{t("Past changes")}</span></button>
      {open && createPortal(
        <Dialog open side title={t("Past changes")} onClose={() => setOpen(false)}>
          <p className="hint">{past.length ? t("What you did to several records at once, with the way back.") : t("What you do to several records at once stands here for 30 days, with the way back. There is nothing yet.")}</p>
          <ul className="bulk-history">{past.map((one) => <Entry key={one.id} {...{ one, zone, onUndo }} />)}</ul>
        </Dialog>, document.body)}
    </>
  );
}

function Entry({ one, zone, onUndo }) {
  const t = useT();
  const ended = one.state === "done" || one.state === "canceled" || one.state === "failed";
  return (
    <li>
      <div className="bulk-head">
        <span><b>{t(one.label)}</b>{one.what && <> {one.what}</>}<small>{t.moment(one.at, zone)} · {t(one.status)}</small></span>
        {ended && one.done > 0 && <button type="button" className="button small" onClick={() => onUndo(one.id)}><Undo2 className="icon" aria-hidden="true" />{t("Undo")}</button>}
      </div>
      <p className="hint">{[
        t.n("%(n)s changed", "%(n)s changed", one.done), one.unchanged > 0 && t.n("%(n)s held this already", "%(n)s held this already", one.unchanged),
        one.refused > 0 && t.n("%(n)s left as it was", "%(n)s left as they were", one.refused), one.back > 0 && t.n("%(n)s taken back", "%(n)s taken back", one.back),
      ].filter(Boolean).join(" · ")}</p>
      {one.reasons.length > 0 && (
        <details>
          <summary>{t("Why some were left as they were")}</summary>
          <ul>{one.reasons.map((r, i) => <li key={i}>{r.path ? <a href={r.path}>{r.name}</a> : r.name}: {r.why}</li>)}</ul>
        </details>
      )}
    </li>
  );
}
