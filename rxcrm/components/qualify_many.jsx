// Many leads on one screen: a choice for each, then one after the other, and what became of each (S 3.5.4).
import { useState } from "react";
import { createPortal } from "react-dom";
import { AlertTriangle, CircleCheck, CircleX } from "lucide-react";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { useAsked } from "./qualify.jsx";
import { Dialog } from "./ui.jsx";

const preset = (found) => ({
  account: found.account.way === "existing" ? String(found.account.id) : found.account.way,
  contact: found.contact.way === "existing" ? String(found.contact.id) : found.contact.way,
  deal: found.deals.length > 0 && (found.account.way !== "skip" || found.contact.way !== "skip"),
});

export function QualifyManyDialog({ asked, ...props }) {
  const [open, close] = useAsked(asked);
  // A page that is loaded again while the leads are being qualified shows how far it is.
  if (!open && !props.running) return null;
  return createPortal(<Screen key={asked} {...props} onDismiss={close} />, document.body);
}

function Screen({ review, running, finished, results, onRun, onCancel, onDismiss }) {
  const t = useT();
  const [choices, setChoices] = useState(() => Object.fromEntries(review.proposals.map((found) => [found.lead_id, preset(found)])));
  const total = review.proposals.length;
  const set = (lead, values) => setChoices((now) => ({ ...now, [lead]: { ...now[lead], ...values } }));
  const run = (event) => {
    event.preventDefault();
    onRun(review.proposals.map((found) => sent(found.lead_id, choices[found.lead_id] ?? preset(found))));
  };
  const conflicts = review.proposals.filter(inDoubt).length;
  const over = !running && results.length > 0;
  const title = over ? t("Result") : t.n("Qualify %(n)s lead", "Qualify %(n)s leads", total);
  return (
    <Dialog open wide title={title} onClose={() => !running && onDismiss()}>
      {running ? (
        <div className="qualify-run">
          <p role="status">{t("%(done)s of %(all)s leads done", { done: t.number(finished), all: t.number(total) })}</p>
          <progress max={total} value={finished} aria-label={t("Progress")} />
          <footer><button type="button" className="button" onClick={() => onCancel()}>{t("Cancel")}</button></footer>
        </div>
      ) : over ? (
        <>
          <Results results={results} refused={review.refused} />
          <footer><button type="button" className="button primary" data-autofocus onClick={() => onDismiss()}>{t("Close")}</button></footer>
        </>
      ) : (
        <form className="qualify-many" aria-label={title} noValidate onSubmit={run}>
          {conflicts > 0 && <p className="warning" role="status">{t.n("%(n)s lead matches records that exist already: look at it before you go on.", "%(n)s leads match records that exist already: look at them before you go on.", conflicts)}</p>}
          {total > 0 && (
            <div className="scroller" tabIndex={0} role="group" aria-label={t("A choice for each lead")}>
              <table>
                <thead><tr><th scope="col">{t("Lead")}</th><th scope="col">{t("Contact")}</th><th scope="col">{t("Account")}</th><th scope="col">{t("Opportunity")}</th></tr></thead>
                <tbody>
                  {review.proposals.map((found) => {
                    const chosen = choices[found.lead_id] ?? preset(found);
                    const alone = chosen.account === "skip" && chosen.contact === "skip";
                    return (
                      <tr key={found.lead_id} data-doubt={inDoubt(found) || undefined}>
                        <th scope="row"><b>{found.name}</b><small>{found.topic}</small></th>
                        {[found.contact, found.account].map((block) => (
                          <td key={block.entity} data-label={block.entity === "account" ? t("Account") : t("Contact")}>
                            <select aria-label={block.entity === "account" ? t("Account for %(name)s", { name: found.name }) : t("Contact for %(name)s", { name: found.name })} value={chosen[block.entity]} onChange={(e) => set(found.lead_id, { [block.entity]: e.target.value })}>
                              <option value="new" disabled={!!block.no_new}>{t("Create new")}</option>
                              {block.found.map((one) => <option key={one.id} value={String(one.id)}>{t("Use %(name)s", { name: [one.name, one.detail].filter(Boolean).join(" · ") })}</option>)}
                              <option value="skip">{t("Skip")}</option>
                            </select>
                            <Why block={block} chosen={chosen[block.entity]} />
                          </td>
                        ))}
                        <td data-label={t("Opportunity")}>
                          <label className="tick"><input type="checkbox" checked={chosen.deal && !alone} disabled={alone || !found.deals.length} onChange={(e) => set(found.lead_id, { deal: e.target.checked })} /><span className="unseen">{t("Create an opportunity for %(name)s", { name: found.name })}</span></label>
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )}
          <Refused lines={review.refused} />
          <footer>
            <button type="button" className="button" onClick={() => onDismiss()}>{t("Cancel")}</button>
            <button type="submit" className="button primary" disabled={!total}>{t("Qualify")}</button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}

const inDoubt = (found) => [found.account, found.contact].some((block) => block.found.some((one) => !one.link));

function sent(lead, { account, contact, deal }) {
  const part = (name, value) => (value === "new" || value === "skip" ? { [`${name}_way`]: value, [`${name}_id`]: "0" } : { [`${name}_way`]: "existing", [`${name}_id`]: value });
  return { lead: String(lead), ...part("account", account), ...part("contact", contact), deal: deal && (account !== "skip" || contact !== "skip") ? "1" : "" };
}

/** Why an existing record is offered. */
function Why({ block, chosen }) {
  const t = useT();
  const one = block.found.find((known) => String(known.id) === chosen) ?? (chosen === "new" ? block.found[0] : null);
  if (!one) return block.no_new && chosen === "skip" ? <small className="hint">{block.no_new}</small> : null;
  const text = one.link ? t("Chosen on the lead") : one.reasons.join(" · ");
  return <small className={chosen === "new" ? "warning" : "hint"}>{chosen === "new" ? t("May exist already: %(name)s. %(why)s", { name: one.name, why: text }) : text}</small>;
}

function Refused({ lines }) {
  const t = useT();
  if (!lines.length) return null;
  return (
    <section aria-label={t("Not possible")} className="refused">
      <h3>{t.n("%(n)s lead cannot be qualified and stays as it is", "%(n)s leads cannot be qualified and stay as they are", lines.length)}</h3>
      <ul>{lines.map((line) => <li key={line.lead_id}><AlertTriangle className="icon" aria-hidden="true" /><span><b>{line.name || t("A record")}</b> {line.problem}</span></li>)}</ul>
    </section>
  );
}

function Results({ results, refused }) {
  const t = useT();
  const labels = { account: t("Account"), contact: t("Contact"), opportunity: t("Opportunity") };
  return (
    <ul className="qualify-results" aria-label={t("Result")}>
      {[...results, ...refused].map((line) => (
        <li key={line.lead_id} data-failed={!!line.problem || undefined}>
          {line.problem ? <CircleX className="icon" aria-hidden="true" /> : <CircleCheck className="icon" aria-hidden="true" />}
          <div>
            <a href={addressOf("lead", line.lead_id)}><b>{line.name || t("A record")}</b></a> <small>{line.topic}</small>
            {line.problem && <p className="problem">{line.problem}</p>}
            {line.results.length > 0 && (
              <p className="made">
                {line.results.map((one) => (
                  <a key={`${one.entity}${one.id}`} href={addressOf(one.entity, one.id)}>{one.made ? t("%(kind)s %(name)s created", { kind: labels[one.entity], name: one.name }) : t("%(kind)s %(name)s linked", { kind: labels[one.entity], name: one.name })}</a>
                ))}
              </p>
            )}
            {line.notes.map((note) => <p key={note} className="hint">{note}</p>)}
          </div>
        </li>
      ))}
    </ul>
  );
}
