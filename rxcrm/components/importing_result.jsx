// The steps Run and Result: progress that everyone may watch, the books, and the way back.
import { useEffect, useId, useRef, useState } from "react";
import { CircleCheck, Download, RotateCcw, TriangleAlert, Undo2 } from "lucide-react";
import { useT } from "./i18n.js";
import { Progress, Trouble } from "./importing_steps.jsx";
import { Dialog } from "./ui.jsx";

/** An import under way. The page can be left: the work goes on. */
export function RunView({ run, onCancel }) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  useEffect(() => setAsking(false), [run.status, run.id]);
  return (
    <div className="step-body">
      <section className="phase running" aria-label={t("Importing…")}>
        <div role="status"><h2>{run.cancelling ? t("Stopping…") : run.position || run.begun ? t("Importing…") : t("Waiting for its turn…")}</h2></div>
        <Progress kind="run" done={run.position} total={run.total} />
        <Books run={run} small />
        <p className="hint">{t("You can leave this page: the import goes on, and the bell tells you when it is done.")}</p>
        {run.steered && <button type="button" className="button" disabled={run.cancelling} onClick={() => setAsking(true)}>{t("Cancel the import")}</button>}
      </section>
      <Dialog open={asking} title={t("Cancel the import?")} onClose={() => setAsking(false)}>
        <p>{t("Everything that it wrote so far is taken back: created records go, updated ones get their former values. Nothing of it is kept.")}</p>
        <footer>
          <button type="button" className="button" onClick={() => setAsking(false)}>{t("Let it go on")}</button>
          <button type="button" className="button danger" onClick={() => (setAsking(false), onCancel(run.id))}>{t("Cancel the import")}</button>
        </footer>
      </Dialog>
    </div>
  );
}

/** The books: every row is in one of five places, and the five make all. */
function Books({ run, small }) {
  const t = useT();
  const parts = [["create", t("Created"), run.created], ["update", t("Updated"), run.updated], ["skip", t("Skipped"), run.skipped], ["reject", t("Rejected"), run.rejected], ["blank", t("Blank"), run.blank]];
  return (
    <div className="balance" data-small={small || undefined}>
      {run.rows > 0 && (
        <div className="balance-bar" aria-hidden="true">
          {parts.filter(([, , n]) => n).map(([key, , n]) => <span key={key} data-tag={key} style={{ flexGrow: n }} />)}
        </div>
      )}
      <dl className="balance-figures" aria-label={t("Books")}>
        {parts.map(([key, label, n]) => (
          <div key={key} data-tag={key} data-none={n ? undefined : true}><dd>{t.number(n)}</dd><dt>{label}</dt></div>
        ))}
        <div data-tag="sum"><dd>{t.number(run.rows)}</dd><dt>{t("Rows")}</dt></div>
      </dl>
    </div>
  );
}

const headline = (t, run) => {
  if (run.status === "undone") return t("This import was undone");
  if (run.status === "cancelled") return t("This import was cancelled");
  if (run.status === "failed") return t("This import failed");
  const came = run.created + run.updated;
  return came === run.rows ? t.n("%(n)s row came in", "All %(n)s rows came in", came) : t("%(n)s of %(all)s rows came in", { n: t.number(came), all: t.number(run.rows) });
};

/** What came of an import. */
export function ResultView({ run, problems, severity, more, undo, zone, onFilter, onMore, onAskUndo, onUndo }) {
  const t = useT();
  const out = run.rejected + run.skipped;
  const done = run.status === "done";
  if (run.status === "undoing")
    return (
      <div className="step-body">
        <section className="phase running" aria-label={t("Taking the import back…")}>
          <div role="status"><h2>{t("Taking the import back…")}</h2></div>
          <Progress kind="undo" done={run.undo[0] ?? 0} total={run.undo[1] ?? 0} label={t("Taking the import back…")} />
          <p className="hint">{t("You can leave this page: the work goes on.")}</p>
        </section>
      </div>
    );
  return (
    <div className="step-body">
      <section className="result-head" data-status={run.status}>
        {done ? <CircleCheck className="icon" aria-hidden="true" /> : run.status === "undone" ? <Undo2 className="icon" aria-hidden="true" /> : <TriangleAlert className="icon" aria-hidden="true" />}
        <div>
          <div role="status"><h2>{headline(t, run)}</h2></div>
          <p className="hint">
            {run.finished && t("%(who)s, %(when)s", { who: run.who, when: t.moment(run.finished, zone) })}
            {run.seconds > 0 && ` · ${t.n("%(n)s second", "%(n)s seconds", run.seconds)}`}
            {run.warned > 0 && ` · ${t.n("%(n)s row with a warning", "%(n)s rows with a warning", run.warned)}`}
          </p>
        </div>
      </section>
      {run.message && <p className="form-message" role="alert">{run.message}</p>}
      {run.status === "undone" && <p className="banner-soft">{t("Undone by %(who)s, %(when)s. What it had created is gone, what it had updated is as it was before.", { who: run.undone_by, when: t.moment(run.undone, zone) })}</p>}
      {run.rows > 0 && <Books run={run} />}
      <p className="actions">
        {done && run.created + run.updated > 0 && <a className="button primary" href={run.path}>{t("View the records")}</a>}
        {out > 0 && <a className="button" href={`/files/import/${run.id}/rejected`} download><Download className="icon" aria-hidden="true" />{t.n("Download %(n)s row that did not come in", "Download %(n)s rows that did not come in", out)}</a>}
        <a className="button" href={`/import?like=${run.id}`}><RotateCcw className="icon" aria-hidden="true" />{t("Import again with the same settings")}</a>
        <a className="button" href="/import">{t("Import another file")}</a>
      </p>
      {run.undo_until && run.undoable && (
        <p className="actions undo-line">
          {run.steered && <button type="button" className="button" onClick={() => onAskUndo(run.id)}><Undo2 className="icon" aria-hidden="true" />{t("Undo import")}</button>}
          <span className="hint">{t("It can be undone until %(when)s.", { when: t.day(run.undo_until) })}</span>
        </p>
      )}
      {(run.rejected > 0 || run.warned > 0 || run.skipped > 0) && <Problems {...{ run, problems, severity, more }} onFilter={(s) => onFilter(run.id, s)} onMore={() => onMore(run.id)} />}
      <UndoDialog run={run} undo={undo} zone={zone} onClose={() => onAskUndo(0)} onUndo={onUndo} />
    </div>
  );
}

/** Every warning and rejection: row as in the file, column, value, reason. */
function Problems({ run, problems, severity, more, onFilter, onMore }) {
  const t = useT();
  const id = useId();
  // The choice shows at once; its rows come a moment later.
  const [chosen, setChosen] = useState(severity);
  useEffect(() => setChosen(severity), [severity, problems]);
  const word = { warning: t("Warning"), rejected: t("Rejected"), skipped: t("Skipped") };
  const kinds = [["", t("All")], ["rejected", t("Rejected")], ["warning", t("Warnings")], ...(run.skipped > 0 ? [["skipped", t("Skipped")]] : [])];
  return (
    <section className="table-card problems-card" aria-labelledby={id}>
      <header className="table-head">
        <h2 id={id}>{t("What did not fit")}</h2>
        <fieldset className="segments">
          <legend className="unseen">{t("Show")}</legend>
          {kinds.map(([key, text]) => <label key={key}><input type="radio" name={`${id}-kind`} checked={chosen === key} onChange={() => (setChosen(key), onFilter(key))} /><span>{text}</span></label>)}
        </fieldset>
      </header>
      <table className="problem-rows" aria-labelledby={id}>
        <thead><tr>{[t("Row"), t("Result"), t("Column"), t("Value"), t("Reason")].map((label) => <th key={label} scope="col">{label}</th>)}</tr></thead>
        <tbody>
          {problems.map((p) => (
            <tr key={p.id}>
              <td className="row-number">{t.number(p.row)}</td>
              <td data-cell="tag"><span className="tag-pill" data-tag={{ warning: "warn", rejected: "reject", skipped: "skip" }[p.severity]}>{word[p.severity]}</span></td>
              <td data-cell="column">{p.column}</td>
              <td data-cell="value">{p.value}</td>
              <td data-cell="why">{p.reason}</td>
            </tr>
          ))}
          {!problems.length && <tr><td colSpan={5} className="hint">{t("None.")}</td></tr>}
        </tbody>
      </table>
      {more && <p className="table-note"><button type="button" className="button" onClick={onMore}>{t("Show more")}</button></p>}
    </section>
  );
}

/** Asks before an import is taken back: what goes, what gets its former values, what somebody edited since. */
function UndoDialog({ run, undo, zone, onClose, onUndo }) {
  const t = useT();
  const [also, setAlso] = useState(false);
  const go = useRef(null);
  const open = undo.run_id === run.id && undo.run_id > 0;
  useEffect(() => {
    setAlso(false);
    if (!open) return undefined;
    const frame = requestAnimationFrame(() => go.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [open]);
  return (
    <Dialog open={open} wide={undo.edited.length > 0} title={t("Undo this import?")} onClose={onClose}>
      <ul className="undo-plan">
        {undo.created > 0 && <li>{t.n("%(n)s record that it created goes.", "%(n)s records that it created go.", undo.created)}</li>}
        {undo.updated > 0 && <li>{t.n("%(n)s record that it updated gets its former values back.", "%(n)s records that it updated get their former values back.", undo.updated)}</li>}
      </ul>
      {undo.created > 0 && <p className="hint">{t("What it created is removed for good, not moved to the recycle bin.")}</p>}
      {undo.edited.length > 0 && (
        <>
          <p><b>{undo.more ? t("More than %(n)s records were used or changed since and stay as they are. The first of them:", { n: t.number(undo.edited.length) }) : t.n("%(n)s record was used or changed since and stays as it is:", "%(n)s records were used or changed since and stay as they are:", undo.edited.length)}</b></p>
          <ul className="undo-edited">
            {undo.edited.map((one) => (
              <li key={`${one.entity}${one.id}`}>{one.path ? <a className="link" href={one.path} target="_blank" rel="noreferrer">{one.name}</a> : one.name} <small>{t("%(who)s, %(when)s", { who: one.who || t("The system"), when: t.moment(one.at, zone) })}</small></li>
            ))}
          </ul>
          <label className="check"><input type="checkbox" checked={also} onChange={(e) => setAlso(e.target.checked)} />{t("Also take back what was edited since")}</label>
        </>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
        <button type="button" ref={go} className="button danger" onClick={() => onUndo(run.id, also)}>{t("Undo import")}</button>
      </footer>
    </Dialog>
  );
}
