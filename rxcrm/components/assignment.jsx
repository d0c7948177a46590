// Assignment rules: the form of a rule with its condition and its people, what a trial shows, working days.
import { useContext, useEffect, useId, useRef, useState } from "react";
import { FlaskConical } from "lucide-react";
import { AskContext, read } from "./asking.js";
import { FilterBuilder } from "./filter_builder.jsx";
import { FilterValue } from "./filter_values.jsx";
import { useT } from "./i18n.js";
import { useForm, useStore } from "./record_store.js";
import { find, send, useDesk } from "./views_store.js";

const LEAD = "lead";
let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

function Problem({ id, text }) {
  return text ? <p className="problem" id={id}>{text}</p> : null;
}

/** Users and teams as chips; `name` is the hidden control that holds them as words. A changed value tells the form. */
export function OwnersField({ name, label, hint, single, required, names, target = "owner" }) {
  const { errors, values } = useContext(AskContext);
  const id = useId();
  const hidden = useRef(null);
  const begun = (values[name] ?? "").split(" ").filter(Boolean);
  const [owners, setOwners] = useState(begun);
  useEffect(() => {
    const form = hidden.current.form;
    const reset = () => setOwners(begun);
    form.addEventListener("reset", reset);
    return () => form.removeEventListener("reset", reset);
  }, []);
  const told = useRef(owners);
  useEffect(() => {
    if (told.current !== owners) hidden.current.dispatchEvent(new Event("input", { bubbles: true }));
    told.current = owners;
  }, [owners]);
  const choose = (next) => setOwners(single ? next.slice(-1) : next);
  return (
    <div className={`post-field${errors[name] ? " bad" : ""}`} role="group" aria-labelledby={`${id}-label`} aria-describedby={[errors[name] && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined}>
      <span className="ask-label">
        <span id={`${id}-label`}>{label}</span>
        {required && <span className="mark required" aria-hidden="true">*</span>}
      </span>
      <input ref={hidden} type="hidden" name={name} value={owners.join(" ")} readOnly />
      <FilterValue field={{ target, options: [] }} wants="several" values={owners} names={names} label={label} onChange={choose} onFind={find} />
      <Problem id={`${id}-problem`} text={errors[name]} />
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** Ways to share leads out: key, name, what it means. */
const ways = (t) => [
  ["one", t("One user or team"), t("A team gets the lead as a team: any of its members may work on it.")],
  ["turns", t("Several by turns"), t("Each in turn gets the next lead. Of a team or territory, its members do.")],
  ["load", t("Several by load"), t("Who has the fewest open leads gets the next one. Of a team or territory, its members do.")],
];

/** The parts of a rule below its name: for which leads it is, who gets them, and the trial. */
export function RuleFields({ subject, names, answer, onTry }) {
  const t = useT();
  const { errors, values } = useContext(AskContext);
  const { described } = useDesk();
  const id = useId();
  const known = described?.entity === LEAD;
  const [condition, setCondition] = useState(values.condition ?? "");
  const [left, setLeft] = useState(0);
  const [how, setHow] = useState(values.how || "one");
  useEffect(() => {
    if (!known) send("onDescribe", LEAD);
  }, [known]);
  const begun = useRef(JSON.parse(values.condition || '{"all": []}'));
  const quiet = (e) => e.key === "Enter" && e.target.matches("input") && !e.defaultPrevented && e.preventDefault();
  return (
    <>
      <input type="hidden" name="version" value={values.version ?? ""} readOnly />
      <input type="hidden" name="condition" value={condition} readOnly />
      <input type="hidden" name="unfinished" value={left} readOnly />
      <section className={`rule-part${errors.condition ? " bad" : ""}`} aria-labelledby={`${id}-leads`} onKeyDown={quiet}>
        <h3 id={`${id}-leads`}>{t("For which leads")}</h3>
        <p className="hint">{t("Without rows the rule is for every lead.")}</p>
        <Problem text={errors.condition} />
        {known && <FilterBuilder description={described} entity={LEAD} value={begun.current} names={names} label={t("Condition")} onChange={(found) => setCondition(JSON.stringify(found))} onUnfinished={setLeft} onFind={find} />}
      </section>
      <section className="rule-part" aria-labelledby={`${id}-who`} onKeyDown={quiet}>
        <h3 id={`${id}-who`}>{t("Who gets them")}</h3>
        <fieldset className="segments rule-how">
          <legend className="unseen">{t("How the leads are shared out")}</legend>
          {ways(t).map(([key, text]) => <label key={key}><input type="radio" name="how" value={key} defaultChecked={how === key} onChange={() => setHow(key)} /><span>{text}</span></label>)}
        </fieldset>
        <OwnersField name="targets" target={how === "one" ? "owner" : "assignee"} label={how === "one" ? t("User or team") : t("Users, teams and territories")} hint={ways(t).find(([key]) => key === how)?.[2]} single={how === "one"} names={names} />
        <Problem text={errors.how} />
        <div className="two">
          <div className={`post-field${errors.working ? " bad" : ""}`}>
            <label className="ask-label" htmlFor={`${id}-days`}>{t("Working days")}</label>
            <select id={`${id}-days`} name="working" defaultValue={values.working ?? ""} aria-describedby={`${id}-days-hint`}>
              <option value="">{t("Do not count")}</option>
              <option value="today">{t("Only who works on the day")}</option>
              <option value="soon">{t("Who works on the day, or next")}</option>
            </select>
            <p className="hint" id={`${id}-days-hint`}>{t("In everybody's own time zone; the days are set under People.")}</p>
          </div>
          <div className={`post-field${errors.most_open ? " bad" : ""}`}>
            <label className="ask-label" htmlFor={`${id}-most`}>{t("Open leads each, at most")}</label>
            <input id={`${id}-most`} name="most_open" inputMode="numeric" maxLength={7} autoComplete="off" defaultValue={values.most_open ?? ""} aria-invalid={errors.most_open ? true : undefined} aria-describedby={`${errors.most_open ? `${id}-most-problem ` : ""}${id}-most-hint`} />
            <Problem id={`${id}-most-problem`} text={errors.most_open} />
            <p className="hint" id={`${id}-most-hint`}>{t("Left empty: as many as come.")}</p>
          </div>
        </div>
      </section>
      <section className="rule-part" aria-labelledby={`${id}-try`}>
        <h3 id={`${id}-try`}>{t("Try on past leads")}</h3>
        <TrialForm answer={answer} mark={subject || 0} edited onTry={(count, token, form) => onTry(subject, read(form), count, token)} />
      </section>
    </>
  );
}

const SIZES = [100, 500, 2000];

/** How many leads, the button, and what came of it. With `mark`, the rule of that id is the one in question. */
export function TrialForm({ answer, mark, edited, onTry }) {
  const t = useT();
  const id = useId();
  const box = useRef(null);
  const [count, setCount] = useState(500);
  const [token, setToken] = useState(0);
  const pending = token !== 0 && answer?.token !== token;
  const mine = token !== 0 && answer?.token === token ? answer : null;
  const run = () => {
    const next = newToken();
    setToken(next);
    onTry(count, next, box.current.closest("form"));
  };
  return (
    <div className="trial" ref={box}>
      <div className="trial-head">
        <label htmlFor={id}>{t("The last")}</label>
        <select id={id} value={count} onChange={(e) => setCount(+e.target.value)}>{SIZES.map((n) => <option key={n} value={n}>{t("%(n)s leads", { n: t.number(n) })}</option>)}</select>
        <button type="button" className="button" disabled={pending} onClick={run}><FlaskConical className="icon" aria-hidden="true" /><span>{pending ? t("Trying…") : t("Try")}</span></button>
      </div>
      <p className="hint">{edited ? t("Nothing is assigned. This rule is tried as it stands here, with the others that are on and the drafts.") : t("Nothing is assigned. Rules that are on are tried, and drafts.")} {t("Leads count as they are today.")}</p>
      <div role="status" aria-live="polite">
        {mine && !mine.ok && <ul className="form-message">{Object.values(mine.errors).map((text) => <li key={text}>{text}</li>)}</ul>}
        {mine?.ok && <TrialTable trial={mine.trial} mark={mark} />}
      </div>
    </div>
  );
}

function TrialTable({ trial, mark }) {
  const t = useT();
  if (!trial.leads) return <p className="trial-none">{t("There are no leads yet to try the rules on.")}</p>;
  const part = (n) => ({ "--part": `${(100 * n) / trial.leads}%` });
  return (
    <div className="trial-scroll">
      <table className="trial-table">
        <caption>{t("%(n)s leads since %(day)s", { n: t.number(trial.leads), day: new Date(trial.since).toLocaleDateString(t.locale) })}</caption>
        <thead><tr><th scope="col">{t("Rule")}</th><th scope="col" className="number">{t("Leads")}</th><th scope="col">{t("Who would have got them")}</th></tr></thead>
        <tbody>
          {trial.rules.map((rule) => (
            <tr key={rule.id} className={rule.id === mark ? "marked" : undefined}>
              <th scope="row">{rule.name}{rule.state === "draft" && <span className="pill is-invited">{t("Draft")}</span>}</th>
              <td className="number"><span className="part" style={part(rule.taken)}>{t.number(rule.taken)}</span></td>
              <td>
                {rule.shares.length > 0 && <ul className="shares">{rule.shares.map((share) => <li key={share.name}><b>{share.name}</b> {t.number(share.leads)}</li>)}</ul>}
                {rule.failed > 0 && <p className="trial-failed">{t.n("%(n)s lead for nobody: %(why)s", "%(n)s leads for nobody: %(why)s", rule.failed, { why: rule.why })}</p>}
                {!rule.taken && <span className="hint">{t("None")}</span>}
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t("No rule")}</th>
            <td className="number"><span className="part" style={part(trial.none)}>{t.number(trial.none)}</span></td>
            <td className="hint">{t("They stay with who brings them in.")}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** The week from its first day on, 0 is Monday: [day, short name, long name]. */
function week(locale, first) {
  const name = (day, weekday) => new Date(Date.UTC(2024, 0, 1 + day)).toLocaleDateString(locale, { weekday, timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, i) => (first + i) % 7).map((day) => [day, name(day, "short"), name(day, "long")]);
}

/** On which days somebody works, as a strip. */
export function WorkingDays({ days, first = 0 }) {
  const t = useT();
  const all = week(t.locale, first);
  const said = t.list(all.filter(([day]) => days.includes(day)).map(([, , long]) => long)) || t("No day");
  return (
    <span className="days" role="img" aria-label={said} title={said}>
      {all.map(([day, short]) => <span key={day} className={days.includes(day) ? "on" : undefined} aria-hidden="true">{short.slice(0, 2)}</span>)}
    </span>
  );
}

/** The same as tick boxes of a form. */
export function DaysField({ label, hint, first = 0 }) {
  const t = useT();
  const { errors, values } = useContext(AskContext);
  const id = useId();
  const chosen = (values.days ?? "").split(" ");
  return (
    <fieldset className={`days-field${errors.days ? " bad" : ""}`} aria-describedby={`${id}-hint`}>
      <legend>{label}</legend>
      <div className="day-boxes">
        {week(t.locale, first).map(([day, short, long]) => (
          <label key={day}><input type="checkbox" name="days" value={day} data-group="" defaultChecked={chosen.includes(String(day))} aria-label={long} /><span aria-hidden="true">{short}</span></label>
        ))}
      </div>
      <Problem text={errors.days} />
      <p className="hint" id={`${id}-hint`}>{hint}</p>
    </fieldset>
  );
}

/** On the form of a new lead: whether the rules decide who gets it, or it stays with who types it. */
export function OwnerChoice({ name }) {
  const t = useT();
  const { store, change } = useForm();
  const s = useStore(store);
  return (
    <select className="owner-choice" aria-label={t("Owner")} value={s.edits.owner ?? ""} onChange={(e) => change("owner", e.target.value)}>
      <option value="">{t("By assignment rules")}</option>
      <option value="me">{t("Me (%(name)s)", { name })}</option>
    </select>
  );
}
