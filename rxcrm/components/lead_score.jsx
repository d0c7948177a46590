// The lead score: the fact in the header of a lead with its reasons, the condition of a rule, and how well leads are estimated.
import { useContext, useEffect, useId, useRef, useState } from "react";
import { Gauge, Info } from "lucide-react";
import { AskContext } from "./asking.js";
import { FilterBuilder } from "./filter_builder.jsx";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";
import { find } from "./views_store.js";

/** "+18" or "−6", in the user's digits. */
const signed = (t, n) => (n > 0 ? `+${t.number(n)}` : n < 0 ? `−${t.number(-n)}` : t.number(0));

/** Score and estimate in the header of a saved lead; a press shows the reasons. Asks again whenever the lead is read anew. */
export function ScoreFact({ recordId, loaded, card, onAsk }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (recordId > 0) onAsk(recordId);
  }, [recordId, loaded]);
  useEffect(() => setOpen(false), [recordId]);
  const known = card?.id === recordId && recordId > 0;
  if (!known || !(card.scored || card.estimate)) return null;
  const points = t("%(n)s points", { n: t.number(card.score) });
  const chance = card.estimate ? t("%(n)s %", { n: t.number(card.estimate) }) : "";
  const spoken = [card.scored && points, chance && t("estimate %(chance)s", { chance })].filter(Boolean).join(", ");
  return (
    <div className="field in-header score-fact" role="group" aria-label={t("Score")}>
      <div className="field-label"><span className="label">{t("Score")}</span></div>
      <div className="control">
        <button type="button" className="score-button" aria-haspopup="dialog" aria-expanded={open} aria-label={t("%(score)s: show the reasons", { score: spoken })} onClick={() => setOpen(true)}>
          {card.scored && <b className="score-points">{t.number(card.score)}</b>}
          {chance && <span className="score-chance"><Gauge className="icon" aria-hidden="true" />{chance}</span>}
          <Info className="icon quiet" aria-hidden="true" />
        </button>
      </div>
      <Dialog open={open} title={t("Why this score?")} onClose={() => setOpen(false)}>
        <Reasons card={card} />
        <footer><button type="button" className="button primary" onClick={() => setOpen(false)}>{t("Close")}</button></footer>
      </Dialog>
    </div>
  );
}

function Reason({ reason, unit }) {
  const t = useT();
  const way = reason.amount > 0 ? "up" : "down";
  return (
    <li className={`reason ${way}`}>
      <b className="reason-amount">{signed(t, reason.amount)}{unit && <small>{unit}</small>}</b>
      <span>{reason.text}{reason.of && <small>{t(reason.of)}</small>}</span>
    </li>
  );
}

/** Every reason of both, the weightiest first. */
function Reasons({ card }) {
  const t = useT();
  const id = useId();
  const why = { closed: t("Only open leads are estimated."), few: t("There are not enough closed leads yet to learn from.") }[card.why];
  return (
    <div className="score-reasons">
      {card.progress.underway && <p className="hint score-underway" role="status">{t("Scores are being recalculated. Lists follow in a moment; what you see here is right already.")}</p>}
      {card.scored && (
        <section aria-labelledby={`${id}-points`}>
          <h3 id={`${id}-points`}>{t("Points")}<b className="score-points">{t.number(card.score)}</b></h3>
          {card.points.length ? <ul>{card.points.map((reason, i) => <Reason key={i} reason={reason} />)}</ul> : <p className="hint">{t("No rule gives this lead points.")}</p>}
          {card.total !== card.score && <p className="hint">{t("Together %(total)s; a score lies between 0 and 100.", { total: signed(t, card.total) })}</p>}
        </section>
      )}
      {(card.estimate > 0 || (card.scored && why)) && (
        <section aria-labelledby={`${id}-estimate`}>
          <h3 id={`${id}-estimate`}>{t("Estimate")}{card.estimate > 0 && <b className="score-chance">{t("%(n)s %", { n: t.number(card.estimate) })}</b>}</h3>
          {card.estimate > 0 ? (
            <>
              <p className="hint">{t("The chance that this lead is qualified, judged by what became of closed leads like it. Of all of them %(base)s % were qualified.", { base: t.number(card.base) })}</p>
              {card.effects.length > 0 && <ul>{card.effects.map((reason, i) => <Reason key={i} reason={reason} unit="%" />)}</ul>}
              <p className="hint">{t("Each line tells how much higher or lower the estimate is because that is known.")}</p>
            </>
          ) : <p className="hint">{why}</p>}
        </section>
      )}
    </div>
  );
}

/** The condition of a rule, in the form of a rule. */
export function ConditionField({ name, label, hint, description, names }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const begun = useRef(JSON.parse(values[name] || '{"all": []}'));
  const [condition, setCondition] = useState(values[name] ?? "");
  const [left, setLeft] = useState(0);
  const problem = errors[name];
  const quiet = (e) => e.key === "Enter" && e.target.matches("input") && !e.defaultPrevented && e.preventDefault();
  return (
    <section className={`rule-part${problem ? " bad" : ""}`} aria-labelledby={id} aria-describedby={hint ? `${id}-hint` : undefined} onKeyDown={quiet}>
      <h3 id={id}>{label}</h3>
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {problem && <p className="problem" role="alert">{problem}</p>}
      <input type="hidden" name={name} value={condition} readOnly />
      <input type="hidden" name="unfinished" value={left} readOnly />
      {description?.entity && <FilterBuilder description={description} entity={description.entity} value={begun.current} names={names} label={t("Condition")} add={begun.current.all?.length === 0 ? "" : undefined}
        onChange={(found) => setCondition(JSON.stringify(found))} onUnfinished={setLeft} onFind={find} />}
    </section>
  );
}

const SIZE = 240, EDGE = 34;
const at = (percent) => EDGE + (percent / 100) * (SIZE - EDGE - 8);

/** Held-out leads in groups by their estimate: the nearer a dot is to the diagonal, the better the estimate was. */
export function Reliability({ bins, label }) {
  const t = useT();
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  return (
    <div className="reliability">
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={label}>
        {[0, 25, 50, 75, 100].map((n) => (
          <g key={n} className="axis">
            <line x1={at(0)} x2={at(100)} y1={SIZE - at(n)} y2={SIZE - at(n)} />
            <text x={at(0) - 6} y={SIZE - at(n)} dy=".32em" textAnchor="end">{n}</text>
            <text x={at(n)} y={SIZE - at(0) + 16} textAnchor="middle">{n}</text>
          </g>
        ))}
        <line className="ideal" x1={at(0)} y1={SIZE - at(0)} x2={at(100)} y2={SIZE - at(100)} />
        <polyline className="found" points={bins.map((bin) => `${at(bin.expected)},${SIZE - at(bin.happened)}`).join(" ")} />
        {bins.map((bin) => <circle key={bin.low} cx={at(bin.expected)} cy={SIZE - at(bin.happened)} r={3 + 5 * Math.sqrt(bin.count / most)} />)}
        <text className="axis-name" x={(at(0) + at(100)) / 2} y={SIZE - 2} textAnchor="middle">{t("Estimated, in %")}</text>
        <text className="axis-name" transform={`translate(9,${SIZE - (at(0) + at(100)) / 2}) rotate(-90)`} textAnchor="middle">{t("Qualified, in %")}</text>
      </svg>
      <table>
        <caption className="unseen">{label}</caption>
        <thead><tr><th scope="col">{t("Estimates")}</th><th scope="col" className="amount">{t("Leads")}</th><th scope="col" className="amount">{t("Expected")}</th><th scope="col" className="amount">{t("Qualified")}</th></tr></thead>
        <tbody>
          {bins.map((bin) => (
            <tr key={bin.low}>
              <th scope="row">{t("%(low)s to %(high)s %", { low: bin.low, high: bin.high })}</th>
              <td className="amount">{t.number(bin.count)}</td>
              <td className="amount">{t("%(n)s %", { n: t.number(bin.expected) })}</td>
              <td className="amount">{t("%(n)s %", { n: t.number(bin.happened) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
