// Merging: records side by side with a winner for each field, and the way back from a merge (S 7.8).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Lock, Split } from "lucide-react";
import { useT } from "./i18n.js";
import { MASK, SealedValue } from "./sealed.jsx";
import { Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** Whether somebody chooses whose value a field gets: where they differ, and it is his to change. */
const chosenBy = (row) => row.differs && !row.sealed && !row.united;

/** As many equal fields are shown at first; with more of them only the differences are. */
const FEW_EQUAL = 4;

/** What hangs on records, each with its number. The order is the one in which it is told. */
const COUNTED = {
  activity: (t, n) => t.n("%(n)s activity", "%(n)s activities", n),
  note: (t, n) => t.n("%(n)s note or post", "%(n)s notes and posts", n),
  connection: (t, n) => t.n("%(n)s connection", "%(n)s connections", n),
  opportunity: (t, n) => t.n("%(n)s opportunity", "%(n)s opportunities", n),
  lead: (t, n) => t.n("%(n)s lead", "%(n)s leads", n),
  contact: (t, n) => t.n("%(n)s contact", "%(n)s contacts", n),
  account: (t, n) => t.n("%(n)s account", "%(n)s accounts", n),
};

function told(t, counts) {
  return Object.entries(COUNTED).filter(([kind]) => counts[kind]).map(([kind, say]) => say(t, counts[kind]));
}

function summed(sides) {
  const sum = {};
  for (const { counts } of sides) for (const [kind, n] of Object.entries(counts)) sum[kind] = (sum[kind] ?? 0) + n;
  return sum;
}

/** Names of the records, numbered where several are called the same. */
function namesOf(sides) {
  return Object.fromEntries(sides.map((side, i) => [side.id, sides.some((s) => s !== side && s.name === side.name) ? `${side.name} (${i + 1})` : side.name]));
}

/** The whole page: which record stays, whose value each field gets, and what will happen. */
export function MergeForm({ comparison, told: answer, list, onCompare, onMerge }) {
  const t = useT();
  const id = useId();
  const { entity, sides, sections, master } = comparison;
  const rows = sections.flatMap((section) => section.rows);
  const [picked, setPicked] = useState({});
  const [fill, setFill] = useState(true);
  const [only, setOnly] = useState(null);
  const [pending, setPending] = useState(0);
  const [errors, setErrors] = useState({});
  const [problem, setProblem] = useState("");
  const form = useRef(null);
  const ids = sides.map((side) => side.id);
  const group = `${entity} ${ids.join(",")}`;
  useEffect(() => {
    setPicked({});
    setErrors({});
    setProblem("");
    setOnly(null);
    setFill(true);
  }, [group]);
  useEffect(() => {
    if (!pending || answer.token !== pending) return;
    if (!answer.ok) setPending(0); // else the page of the record opens
    setErrors(answer.errors);
    setProblem(answer.problem);
    const first = Object.keys(answer.errors)[0];
    if (first) form.current.querySelector(`[name="${CSS.escape(first)}"]:checked, [data-field="${CSS.escape(first)}"]`)?.focus();
  }, [answer]);
  const names = namesOf(sides);
  const kept = sides.find((side) => side.id === master);
  const others = sides.filter((side) => side.id !== master);
  const winner = (row) => (ids.includes(picked[row.name]) ? picked[row.name] : row.winner);
  const equal = rows.filter((row) => !row.differs).length;
  const differencesOnly = only ?? equal > FEW_EQUAL;
  const pick = (name, record) => {
    setPicked({ ...picked, [name]: record });
    setErrors(({ [name]: _gone, ...rest }) => rest);
  };
  const keep = (record) => onCompare(entity, ids, record, fill);
  const fillBlanks = (on) => {
    setFill(on);
    onCompare(entity, ids, master, on);
  };
  const takeAll = (record) => setPicked({ ...picked, ...Object.fromEntries(rows.filter(chosenBy).map((row) => [row.name, record])) });
  const submit = (event) => {
    event.preventDefault();
    if (pending) return;
    const token = newToken();
    setPending(token);
    setErrors({});
    setProblem("");
    const versions = Object.fromEntries(sides.map((side) => [String(side.id), side.version]));
    const choices = Object.fromEntries(rows.filter(chosenBy).map((row) => [row.name, winner(row)]));
    onMerge(entity, master, versions, choices, fill, token);
  };
  if (!kept) return null;
  const moving = told(t, summed(others));
  const values = { name: names[master], others: t.list(others.map((side) => names[side.id])), things: t.list(moving) };
  const shown = sections
    .map((section) => ({ ...section, rows: section.rows.filter((row) => row.differs || !differencesOnly || errors[row.name]) }))
    .filter((section) => section.rows.length);
  return (
    <form ref={form} className="merging" aria-labelledby={`${id}-title`} onSubmit={submit} noValidate>
      <header className="merging-head">
        <h1 id={`${id}-title`}>{t.n("Merge %(n)s record", "Merge %(n)s records", sides.length)}</h1>
        <div className="merging-options">
          <label><input type="checkbox" role="switch" checked={differencesOnly} onChange={(e) => setOnly(e.target.checked)} />{t("Show only differences")}</label>
          <label><input type="checkbox" checked={fill} onChange={(e) => fillBlanks(e.target.checked)} />{t("Fill blanks from the others")}</label>
        </div>
      </header>
      <div className="merging-table" tabIndex={0} role="region" aria-label={t("Comparison")}>
        <table>
          <caption className="unseen">{t("Fields of %(others)s and %(name)s, with a choice for each that differs", values)}</caption>
          <thead>
            <tr>
              <td />
              {sides.map((side) => (
                <th key={side.id} scope="col" data-kept={side.id === master || undefined}>
                  <SideHead side={side} name={names[side.id]} kept={side.id === master} onKeep={() => keep(side.id)} />
                </th>
              ))}
            </tr>
            <tr className="merging-about">
              <td />
              {sides.map((side) => (
                <td key={side.id}><SideAbout side={side} name={names[side.id]} onTakeAll={() => takeAll(side.id)} /></td>
              ))}
            </tr>
          </thead>
          {shown.map((section) => (
            <tbody key={section.title}>
              <tr className="merging-section"><th scope="rowgroup" colSpan={sides.length + 1}><span>{t(section.title)}</span></th></tr>
              {section.rows.map((row) => (
                <FieldRow key={row.name} row={row} sides={sides} names={names} chosen={winner(row)} problem={errors[row.name]} onPick={(record) => pick(row.name, record)} />
              ))}
            </tbody>
          ))}
        </table>
        {!shown.length && <p className="hint merging-none">{t("These records hold the same in every field.")}</p>}
      </div>
      <footer className="merging-foot">
        {problem && <p className="problem" role="alert">{problem}</p>}
        <p id={`${id}-plan`} role="status">
          {moving.length
            ? t("Keeps %(name)s and moves %(things)s to it. %(others)s: merged into it and closed.", values)
            : t("Keeps %(name)s. %(others)s: merged into it and closed.", values)}{" "}
          {t("This can be undone for 30 days.")}
        </p>
        <a href={list} className="button">{t("Cancel")}</a>
        <button type="submit" className="button primary" aria-describedby={`${id}-plan`} disabled={!!pending}>{pending ? t("Merging…") : t("Merge")}</button>
      </footer>
    </form>
  );
}

/** The head of a column, which stays in sight: what record it is, and whether it is the one to keep. */
function SideHead({ side, name, kept, onKeep }) {
  const t = useT();
  return (
    <div className="merging-side">
      <label className="merging-keep"><input type="radio" name="merge:master" checked={kept} onChange={onKeep} aria-label={t("Keep %(name)s", { name })} /><span aria-hidden="true">{kept ? t("Is kept") : t("Keep this one")}</span></label>
      <a href={side.path} className="merging-name">{name}</a>
    </div>
  );
}

/** What tells a record apart, and what hangs on it. */
function SideAbout({ side, name, onTakeAll }) {
  const t = useT();
  const things = told(t, side.counts);
  return (
    <div className="merging-side">
      {side.detail && <small>{side.detail}</small>}
      <small><span className={`badge${side.open ? " good" : ""}`}>{side.status}</span> {side.owner} · {t("since %(day)s", { day: t.day(side.created) })}</small>
      <small>{things.length ? t.list(things) : t("No activities, notes or connections")}</small>
      <button type="button" className="button small quiet" aria-label={t("Select all fields of %(name)s", { name })} onClick={onTakeAll}>{t("Select all fields")}</button>
    </div>
  );
}

/** One field: a radio for each record where they differ, else what all of them hold. */
function FieldRow({ row, sides, names, chosen, problem, onPick }) {
  const t = useT();
  const id = useId();
  const label = t(row.label);
  return (
    <tr className={`${chosenBy(row) ? "differs" : "equal"}${problem ? " bad" : ""}`} data-field={row.name} tabIndex={problem && !chosenBy(row) ? -1 : undefined}>
      <th scope="row">
        <span>{label}{row.sealed && <span className="mark lock" title={t("Secured: merged by itself, as no column security profile lets you change it.")}><Lock className="icon" aria-hidden="true" /><span className="unseen"> {t("Secured")}</span></span>}</span>
        {row.differs && <span className="unseen"> {t("(differs)")}</span>}
        {row.differs && row.united && <small className="hint">{t("All of them are kept.")}</small>}
        {problem && <span className="problem" id={`${id}-problem`} role="alert">{problem}</span>}
      </th>
      {sides.map((side, i) => {
        const value = row.values[i];
        const named = t("%(label)s: %(value)s of %(name)s", { label, value: value || t("blank"), name: names[side.id] });
        const text = value === MASK ? <SealedValue /> : value ? <span className="merging-value">{value}</span> : <span className="merging-blank" aria-hidden={row.differs || undefined}>---</span>;
        if (!chosenBy(row)) return <td key={side.id}>{text}</td>;
        return (
          <td key={side.id} data-chosen={chosen === side.id || undefined}>
            <label>
              <input type="radio" name={row.name} aria-label={named} aria-describedby={problem ? `${id}-problem` : undefined} checked={chosen === side.id} onChange={() => onPick(side.id)} />
              {text}
            </label>
          </td>
        );
      })}
    </tr>
  );
}

/** Undo Merge in the command bar: asks, and says what stays as somebody changed it since. */
export function UnmergeCommand({ entity, recordId, question, zone, onAsk, onUndo }) {
  const t = useT();
  const [asked, setAsked] = useState(0);
  const button = useRef(null);
  const open = asked > 0 && question?.token === asked;
  const go = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const frame = requestAnimationFrame(() => go.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [open]);
  const ask = () => {
    const token = newToken();
    setAsked(token);
    onAsk(entity, recordId, token);
  };
  const close = () => setAsked(0);
  const undo = () => {
    close();
    onUndo([question.operation]);
  };
  return (
    <>
      <button ref={button} type="button" className="button command" onClick={ask}><Split className="icon" aria-hidden="true" /><span>{t("Undo Merge")}</span></button>
      {createPortal(
        <Dialog open={open} title={t("Undo the merge?")} onClose={close}>
          <p>{t("%(names)s: as before the merge, with everything that was moved from there. What was added since stays here.", { names: t.list(question?.names ?? []) })}</p>
          {question?.later?.length > 0 && (
            <>
              <p>{t("These fields were changed after the merge and stay as they are:")}</p>
              <ul className="merging-later">
                {question.later.map((one) => (
                  <li key={one.field}><b>{t(one.label)}</b> <span className="hint">{t("%(who)s, %(when)s", { who: one.who || t("The system"), when: t.moment(one.at, zone) })}</span></li>
                ))}
              </ul>
            </>
          )}
          <footer>
            <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
            <button type="button" ref={go} className="button primary" onClick={undo}>{t("Undo Merge")}</button>
          </footer>
        </Dialog>,
        document.body,
      )}
    </>
  );
}
