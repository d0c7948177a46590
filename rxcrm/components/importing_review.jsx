// The step Review: per column the different values that do not fit, each put right once for all its rows.
import { useEffect, useId, useState } from "react";
import { ArrowRight, Check, CircleCheck, Plus, Undo2 } from "lucide-react";
import { useT } from "./i18n.js";
import { ValueControl } from "./importing_choice.jsx";
import { RowGrid } from "./importing_grid.jsx";
import { Foot, Phase, Trouble } from "./importing_steps.jsx";

/** The whole step. Nothing here forces: rows with rejections can go on to the preview. */
export function ReviewForm({ run, view, place, findings, more, grid, work, answer, told, onChoose, onMore, onFix, onHabit, onRows, onMend, onLookUp, onContinue, onExamine, onStop }) {
  const t = useT();
  const [tab, setTab] = useState("values");
  const id = useId();
  useEffect(() => setTab("values"), [run.id]);
  if (work.kind) return <Phase work={work} onCancel={() => onStop(run.id)} />;
  if (work.problem || !view.examined)
    return (
      <>
        <div className="step-body">
          <Trouble title={t("The values are not checked")} text={work.problem || t("The check was stopped, or something was changed since.")}>
            <button type="button" className="button primary" onClick={() => onExamine(run.id)}>{t("Check again")}</button>
          </Trouble>
        </div>
        <Foot back={`/import/${run.id}/map`} />
      </>
    );
  const column = view.columns.find((c) => c.place === place);
  const fixed = view.columns.reduce((sum, c) => sum + c.fixed, 0) + view.mended;
  const select = (name, finding = 0) => {
    setTab(name);
    if (name === "rows") onRows(run.id, finding, -1, 0);
  };
  return (
    <>
      <div className="step-body review-body">
        {view.columns.length > 0 && <div className="review-tabs" role="tablist" aria-label={t("Review")}>
          {[["values", t("Values")], ["rows", t("Rows")]].map(([name, text]) => (
            <button key={name} type="button" role="tab" id={`${id}-${name}`} aria-selected={tab === name} aria-controls={`${id}-panel`} tabIndex={tab === name ? 0 : -1} onClick={() => select(name)}
              onKeyDown={(e) => ["ArrowLeft", "ArrowRight"].includes(e.key) && (select(name === "values" ? "rows" : "values"), e.currentTarget.parentNode.querySelector(`#${CSS.escape(`${id}-${name === "values" ? "rows" : "values"}`)}`).focus())}>{text}</button>
          ))}
        </div>}
        {!view.columns.length ? (
          <section className="phase fits">
            <CircleCheck className="icon" aria-hidden="true" />
            <div role="status"><h2>{t("Everything fits")}</h2></div>
            <p className="hint">{t.n("%(n)s row was checked, value by value.", "%(n)s rows were checked, value by value.", view.rows)}</p>
          </section>
        ) : (
          <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`} className="review-panel">
            {tab === "rows" ? (
              <RowGrid {...{ run, view, grid, onRows, onMend }} />
            ) : (
              <div className="review-values">
                <ColumnList columns={view.columns} place={place} onChoose={(p) => onChoose(run.id, p)} />
                {column && (
                  <ColumnValues key={column.place} {...{ run, column, findings, more, answer, told, onFix, onHabit, onLookUp }} onMore={() => onMore(run.id, place)} onRows={(finding) => select("rows", finding)} />
                )}
              </div>
            )}
          </div>
        )}
      </div>
      <Foot back={`/import/${run.id}/map`} next={t("Continue")} onNext={() => onContinue(run.id)}>
        <b className="good">{t.n("%(n)s row fits", "%(n)s rows fit", view.clean)}</b>
        {view.flagged > 0 && <span className="warn">{t.n("%(n)s row with a problem", "%(n)s rows with a problem", view.flagged)}</span>}
        {fixed > 0 && <span>{t.n("%(n)s value put right", "%(n)s values put right", fixed)}</span>}
      </Foot>
    </>
  );
}

/** The columns in which something does not fit. */
function ColumnList({ columns, place, onChoose }) {
  const t = useT();
  return (
    <ul className="review-columns" aria-label={t("Columns with values that do not fit")}>
      {columns.map((c) => (
        <li key={c.place}>
          <button type="button" aria-current={c.place === place ? "true" : undefined} onClick={() => onChoose(c.place)}>
            <span className="review-heading">{c.heading || t("The row as a whole")}</span>
            <small>{c.label}</small>
            {c.values > c.fixed ? (
              <span className={`count-badge${c.rejected ? " bad" : ""}`} title={t.n("%(n)s row", "%(n)s rows", c.rows)}>
                <span aria-hidden="true">{t.number(c.values - c.fixed)}</span><span className="unseen">{t.n("%(n)s value does not fit", "%(n)s values do not fit", c.values - c.fixed)}</span>
              </span>
            ) : <span className="count-badge good"><Check className="icon" aria-hidden="true" /><span className="unseen">{t("Everything fits")}</span></span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What does not fit in one column. */
function ColumnValues({ run, column, findings, more, answer, told, onFix, onHabit, onLookUp, onMore, onRows }) {
  const t = useT();
  const id = useId();
  return (
    <section className="review-main" aria-labelledby={id}>
      <header>
        <h2 id={id}>{column.heading || t("The row as a whole")}{column.label && <small> → {column.label}</small>}</h2>
        {findings.length > 0 && <p className="hint">{t.n("%(n)s row is concerned", "%(n)s rows are concerned", column.rows)}</p>}
      </header>
      <Habits column={column} onHabit={(order, point) => onHabit(run.id, column.place, order, point)} />
      <ul className="findings">
        {findings.map((finding) => (
          <Finding key={`${finding.id}:${!!finding.fix}`} {...{ finding, column, answer, onLookUp }} problem={told.id === finding.id ? told.problem : ""}
            onFix={(kind, text) => onFix(run.id, column.place, finding.id, finding.value, kind, text)} onRows={() => onRows(finding.id)} />
        ))}
      </ul>
      {!findings.length && <p className="hint">{column.habit ? t("Otherwise everything fits.") : t("Everything fits")}</p>}
      {more && <button type="button" className="button" onClick={onMore}>{t("Show more")}</button>}
    </section>
  );
}

/** How a column writes its dates or numbers, with what its values then mean. */
function Habits({ column, onHabit }) {
  const t = useT();
  const id = useId();
  const { habit } = column;
  // The choice shows at once; all values are checked again meanwhile.
  const [chosen, setChosen] = useState(habit?.read);
  useEffect(() => setChosen(habit?.read), [habit]);
  if (!habit) return null;
  const dates = habit.kind === "date";
  return (
    <section className="habits" data-unclear={habit.unclear || undefined}>
      <fieldset className="segments">
        <legend>{dates ? t("In which order do these dates stand?") : t("How are these numbers written?")}</legend>
        {habit.options.map((option) => (
          <label key={option.value}>
            <input type="radio" name={id} checked={chosen === option.value} onChange={() => (setChosen(option.value), dates ? onHabit(option.value, "") : onHabit("", option.value))} />
            <span>{option.label}</span>
          </label>
        ))}
      </fieldset>
      {habit.examples.length > 0 && (
        <ul className="habit-examples" aria-label={t("Examples")}>
          {habit.examples.map(([text, read]) => (
            <li key={text}><span className="finding-value">{text}</span><ArrowRight className="icon" aria-hidden="true" /><span>{!read ? t("cannot be read") : dates ? t.weekday(read.slice(0, 10), true) : t.decimal(read)}</span></li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** One value: how often, why not, and what shall stand for it. */
function Finding({ finding, column, answer, problem, onLookUp, onFix, onRows }) {
  const t = useT();
  const id = useId();
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const empty = finding.value === "";
  const value = empty ? t("(empty)") : finding.value;
  const spec = { kind: column.kind, lookup: column.lookup, options: column.options.map((o) => [o.value, o.label]) };
  const raw = spec.options.length > 0 || (!!spec.lookup && !spec.lookup.includes(","));
  // What is wrong with a row as a whole, or with values that were not told apart, is put right cell by cell.
  const whole = column.place < 0 || finding.value === "…";
  const show = t.n("Show the row", "Show the %(n)s rows", finding.count);
  const ask = empty ? t.n("Fill the empty cell with…", "Fill the %(n)s empty cells with…", finding.count) : raw ? t("Choose what it is…") : t("Type what it is…");
  const use = () => text !== "" && onFix(raw ? "raw" : "text", text);
  return (
    <li className="finding" data-severity={finding.severity} data-fixed={finding.fix ? true : undefined}>
      <div className="finding-head">
        <span className="finding-value" data-empty={empty || undefined}>{value}</span>
        <button type="button" className="finding-count" onClick={onRows} aria-label={t.n("Show the row with “%(value)s”", "Show the %(n)s rows with “%(value)s”", finding.count, { value })}>{t.n("%(n)s row", "%(n)s rows", finding.count)}</button>
        {finding.fix ? <span className="pill good-pill"><Check className="icon" aria-hidden="true" />{t("Put right")}</span>
          : finding.severity === "rejected" ? <span className="pill bad-pill">{t("Rejects the row")}</span> : <span className="pill warn-pill">{t("Is left out or changed")}</span>}
      </div>
      <p className="finding-why" id={`${id}-why`}>{finding.sentence}</p>
      {finding.fix ? (
        <p className="finding-fixed">
          <span>{finding.fix.kind === "blank" ? t("It is left empty.") : t("Becomes “%(value)s”.", { value: finding.shown || name || finding.fix.value })}</span>
          <button type="button" className="button small" onClick={() => onFix("", "")}><Undo2 className="icon" aria-hidden="true" />{t("Undo")}</button>
        </p>
      ) : whole ? (
        <button type="button" className="button small" onClick={onRows}>{show}</button>
      ) : (
        <form className="finding-fix" noValidate onSubmit={(e) => (e.preventDefault(), use())}>
          <ValueControl label={empty ? ask : t("Instead of “%(value)s”", { value })} spec={spec} value={text} name={name} answer={answer} onLookUp={onLookUp} describedBy={`${id}-why${problem ? ` ${id}-problem` : ""}`} placeholder={ask}
            onChange={(v, called) => (setText(v), setName(called ?? ""))} />
            <button type="submit" className="button small primary" disabled={text === ""}>{empty ? t.n("Fill the cell", "Fill the %(n)s cells", finding.count) : t.n("Use for the row", "Use for all %(n)s rows", finding.count)}</button>
            {column.addable && !empty && <button type="button" className="button small" onClick={() => onFix("new", "")}><Plus className="icon" aria-hidden="true" />{t("Add as new option")}</button>}
            {empty ? <button type="button" className="button small" onClick={onRows}>{show}</button>
              : <button type="button" className="button small" onClick={() => onFix("blank", "")}>{t("Leave empty")}</button>}
          {problem && <p className="problem" role="alert" id={`${id}-problem`}>{problem}</p>}
        </form>
      )}
    </li>
  );
}
