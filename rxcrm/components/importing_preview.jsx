// The step Preview: what would become of every row, and the choices that decide it.
import { useEffect, useId, useState } from "react";
import { ExternalLink } from "lucide-react";
import { useT } from "./i18n.js";
import { Foot, Phase, Trouble } from "./importing_steps.jsx";

const TAGS = ["create", "update", "skip", "reject", "blank"];
const tagName = (t, tag) => ({ create: t("Create"), update: t("Update"), skip: t("Skip"), reject: t("Reject"), blank: t("Blank") })[tag] ?? tag;

/** The whole step. Every change of the settings weighs all rows anew. */
export function PreviewForm({ run, view, rows, wanted: tag, more, work, onSettings, onFilter, onMore, onDecide, onStart, onWeigh, onStop }) {
  const t = useT();
  const [starting, setStarting] = useState(false);
  useEffect(() => setStarting(false), [view, work.problem, run.id]);
  if (work.kind) return <Phase work={work} onCancel={() => onStop(run.id)} />;
  if (work.problem || !view.weighed)
    return (
      <>
        <div className="step-body">
          {view.settings && <Settings run={run} view={view} onSettings={onSettings} />}
          <Trouble title={t("The rows are not compared")} text={work.problem || t("The comparison was stopped, or something was changed since.")}>
            <button type="button" className="button primary" onClick={() => onWeigh(run.id)}>{t("Compare again")}</button>
          </Trouble>
        </div>
        <Foot back={`/import/${run.id}/review`} />
      </>
    );
  const n = view.totals.create + view.totals.update;
  const start = () => (setStarting(true), onStart(run.id));
  return (
    <>
      <div className="step-body">
        <Settings run={run} view={view} onSettings={onSettings} />
        <Figures totals={view.totals} rows={view.rows} tag={tag} onFilter={(name) => onFilter(run.id, name)} />
        <PreviewRows {...{ run, view, rows, tag, more, onDecide }} onMore={() => onMore(run.id)} />
      </div>
      <Foot back={`/import/${run.id}/review`} busy={starting} why={n ? "" : t("No row would be created or updated.")} next={n ? t.n("Import %(n)s row", "Import %(n)s rows", n) : t("Import")} onNext={start}>
        <span>{t("Nothing has been written yet.")}</span>
        <span>{t("An import can be undone for 30 days.")}</span>
      </Foot>
    </>
  );
}

/** The sums, each of which shows its rows alone. */
function Figures({ totals, rows, tag, onFilter }) {
  const t = useT();
  return (
    <div className="tag-cards" role="group" aria-label={t("Rows by what becomes of them")}>
      <button type="button" className="tag-card" aria-pressed={tag === ""} onClick={() => onFilter("")}><b>{t.number(rows)}</b><span>{t("All rows")}</span></button>
      {TAGS.map((name) => (
        <button key={name} type="button" className="tag-card" data-tag={name} aria-pressed={tag === name} disabled={!totals[name]} onClick={() => onFilter(tag === name ? "" : name)}>
          <b>{t.number(totals[name])}</b><span>{tagName(t, name)}</span>
        </button>
      ))}
    </div>
  );
}

/** A choice between a few things in one line. */
function Segments({ legend, name, value, options, onChange }) {
  // The choice shows at once; what comes of it a moment later.
  const [chosen, setChosen] = useState(value);
  useEffect(() => setChosen(value), [value]);
  const choose = (v) => (setChosen(v), onChange(v));
  return (
    <fieldset className="segments">
      <legend>{legend}</legend>
      {options.map(([v, text, title]) => (
        <label key={v} title={title}><input type="radio" name={name} checked={chosen === v} onChange={() => choose(v)} /><span>{text}</span></label>
      ))}
    </fieldset>
  );
}

/** What to do with rows that are here already, and by what that is told. */
function Settings({ run, view, onSettings }) {
  const t = useT();
  const id = useId();
  const { mode, key, duplicates, closed, overwrite } = view.settings;
  const change = (patch) => {
    const now = { mode, key, duplicates, closed, overwrite, ...patch };
    onSettings(run.id, now.mode, now.key, now.duplicates, now.closed, now.overwrite);
  };
  return (
    <section className="weigh-settings" aria-label={t("What to do")}>
      <Segments legend={t("What to do")} name={`${id}-mode`} value={mode} onChange={(v) => change({ mode: v, key: v === "update" && !key ? view.keys[0]?.value ?? "" : key })}
        options={[["both", t("Create and update")], ["create", t("Create only")], ...(view.keys.length ? [["update", t("Update only")]] : [])]} />
      {view.keys.length > 0 && (
        <p className="source-setting">
          <label htmlFor={`${id}-key`}>{t("Known records are found by")}</label>
          <select id={`${id}-key`} value={key} onChange={(e) => change({ key: e.target.value })}>
            {mode !== "update" && <option value="">{t("nothing: no record is updated")}</option>}
            {view.keys.map((k) => <option key={k.value} value={k.value}>{k.label}</option>)}
          </select>
        </p>
      )}
      {mode !== "update" && (
        <Segments legend={view.duplicates > 0 ? t.n("%(n)s row seems to be here already", "%(n)s rows seem to be here already", view.duplicates) : t("Rows that are here already")} name={`${id}-duplicates`} value={duplicates} onChange={(v) => change({ duplicates: v })}
          options={[["skip", t("Skip")], ["create", t("Create anyway")], ...(mode === "create" ? [] : [["update", t("Update"), t("Only the filled cells are written.")]])]} />
      )}
      {view.closed > 0 && (
        <Segments legend={t.n("%(n)s row is closed in its source", "%(n)s rows are closed in their source", view.closed)} name={`${id}-closed`} value={closed} onChange={(v) => change({ closed: v })}
          options={[["open", t("Import as open")], ["closed", t("Import as closed")]]} />
      )}
      {(view.conflicts > 0 || overwrite) && (
        <label className="check">
          <input type="checkbox" checked={overwrite} onChange={(e) => change({ overwrite: e.target.checked })} />
          {t.n("Also update %(n)s record that was changed after the file was exported", "Also update %(n)s records that were changed after the file was exported", view.conflicts)}
        </label>
      )}
    </section>
  );
}

/** Rows with their fate, one by one changeable. */
function PreviewRows({ run, view, rows, tag, more, onDecide, onMore }) {
  const t = useT();
  if (!rows.length) return <p className="hint" role="status">{t("No rows.")}</p>;
  const updates = view.settings.mode !== "create";
  return (
    <div className="table-card">
      <table className="preview-rows" aria-label={tag ? t("Rows: %(tag)s", { tag: tagName(t, tag) }) : t("Rows")}>
        <thead><tr>{[t("Row"), t("Result"), t("Name"), t("Why"), t("For this row")].map((label) => <th key={label} scope="col">{label}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.number} data-tag={row.tag}>
              <td className="row-number">{t.number(row.number)}</td>
              <td data-cell="tag"><span className="tag-pill" data-tag={row.tag}>{tagName(t, row.tag)}</span></td>
              <th scope="row">{row.name || "---"}</th>
              <td data-cell="why">
                {row.reasons.map((reason) => <span key={reason} className="reason">{reason}</span>)}
                {row.path && <a className="link with-icon" href={row.path} target="_blank" rel="noreferrer">{row.record || t("Open the record")}<ExternalLink className="icon" aria-hidden="true" /><span className="unseen">{t("(opens in a new tab)")}</span></a>}
              </td>
              <td data-cell="choice">
                {row.tag !== "blank" && (row.tag !== "reject" || row.decision || row.path) && (
                  <select aria-label={t("Row %(n)s: what to do", { n: row.number })} value={row.decision} data-chosen={row.decision || undefined} onChange={(e) => onDecide(run.id, row.number, e.target.value)}>
                    <option value="">{t("As set above")}</option>
                    <option value="skip">{t("Skip")}</option>
                    <option value="create">{t("Create anyway")}</option>
                    {updates && row.path && <option value="update">{t("Update")}</option>}
                  </select>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && <p className="table-note"><button type="button" className="button" onClick={onMore}>{t("Show more")}</button></p>}
    </div>
  );
}
