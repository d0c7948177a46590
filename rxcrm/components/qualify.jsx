// The side pane in which a lead is qualified: already decided, every part of it can be changed, nothing written before Qualify (S 3.5.4).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Building2, Check, CircleCheckBig, Handshake, Plus, Trash2, User } from "lucide-react";
import { Finder, Labelled } from "./connecting.jsx";
import { useT } from "./i18n.js";
import { useForm } from "./record_store.js";
import { SealedField } from "./sealed.jsx";
import { useShape } from "./shape.js";
import { Command, Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** Qualify on a form: what is typed is saved first. With `why` it only tells the reason. */
export function QualifyCommand({ recordId, why, onAsk }) {
  const { save } = useForm();
  const t = useT();
  const ask = useRef(onAsk);
  ask.current = onAsk;
  return <Command label={t("Qualify")} why={why} onClick={() => save(() => ask.current(recordId, (globalThis.rxcrmAsked = newToken())))}><CircleCheckBig className="icon" aria-hidden="true" /></Command>;
}

/** The pane; `fields` describes what can be typed for a new record of each table. It lies outside the record's form. */
export function QualifyPane({ asked, ...props }) {
  const [open, close] = useAsked(asked);
  if (!open) return null;
  return createPortal(<Pane key={`${asked}:${props.proposal.lead_id}`} {...props} onDismiss={close} />, document.body);
}

/** Open once the server has answered what this page asked for last, until it is closed; after a reload it stays closed. */
export function useAsked(asked) {
  const [closed, setClosed] = useState(0);
  return [asked !== 0 && asked === globalThis.rxcrmAsked && asked !== closed, () => setClosed(asked)];
}

const beginning = (block) => ({ way: block.way, id: block.id, typed: { ...block.values }, other: null });

function Pane({ proposal, told, found, fields: shipped, currency, onSearch, onQualify, onDismiss }) {
  const t = useT();
  const { fields: shaped } = useShape();
  const fields = Object.fromEntries(Object.entries(shipped).map(([entity, specs]) => [entity, Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, shaped?.[entity]?.[name] ?? spec]))]));
  const [parts, setParts] = useState(() => ({ account: beginning(proposal.account), contact: beginning(proposal.contact) }));
  const [deals, setDeals] = useState(() => proposal.deals.map((values, n) => ({ key: n, values })));
  const [fill, setFill] = useState(false);
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(0);
  const form = useRef(null);
  const next = useRef(proposal.deals.length);
  const [shown, setShown] = useState(0);
  const show = (problems) => {
    setErrors(problems);
    setShown((times) => times + 1);
  };
  useEffect(() => {
    // Once the problems are on the screen: the first one gets the focus.
    if (!shown) return;
    const first = form.current?.querySelector('[aria-invalid="true"]');
    (first ?? form.current?.querySelector(".form-message, .problem"))?.scrollIntoView({ block: "center" });
    first?.focus();
  }, [shown]);
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) onDismiss();
    else show(told.errors);
  }, [told]);
  const change = (entity, values) => {
    setParts((now) => ({ ...now, [entity]: { ...now[entity], ...values } }));
    setErrors((now) => Object.fromEntries(Object.entries(now).filter(([name]) => name !== "" && name !== entity && name !== "deals")));
  };
  const type = (entity, name, value) => {
    setParts((now) => ({ ...now, [entity]: { ...now[entity], typed: { ...now[entity].typed, [name]: value } } }));
    setErrors(({ [`${entity}.${name}`]: _, ...rest }) => rest);
  };
  const edit = (key, name, value, at) => {
    setDeals((now) => now.map((deal) => (deal.key === key ? { ...deal, values: { ...deal.values, [name]: value } } : deal)));
    setErrors(({ [`deals.${at}.${name}`]: _, ...rest }) => rest);
  };
  const add = () => {
    const key = next.current++;
    setDeals((now) => [...now, { key, values: { ...(now.length ? proposal.blank : proposal.deals[0] ?? proposal.blank) } }]);
    requestAnimationFrame(() => form.current?.querySelector(".deal:last-of-type input")?.focus());
  };
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (pending) return;
    const problems = check(proposal, parts, deals, fields, t);
    if (Object.keys(problems).length) {
      show(problems);
      return;
    }
    const token = newToken();
    setPending(token);
    setErrors({});
    onQualify(proposal.lead_id, proposal.version, sent(parts.account), sent(parts.contact), deals.map((deal) => deal.values), fill, token);
  };
  const shared = { parts, change, type, errors, fields, search: { onSearch, found } };
  const existing = Object.values(parts).some((part) => part.way === "existing");
  const alone = parts.account.way === "skip" && parts.contact.way === "skip";
  return (
    <Dialog open side title={t("Qualify lead")} onClose={() => !pending && onDismiss()}>
      <form ref={form} className="quick qualify" aria-label={t("Qualify lead")} noValidate onSubmit={submit}>
        <p className="hint">{proposal.company ? t("%(name)s, %(company)s", { name: proposal.name, company: proposal.company }) : proposal.name} · {proposal.topic}</p>
        {proposal.notice && <p className="warning" role="status">{proposal.notice}</p>}
        {errors[""] && <p className="form-message" role="alert">{errors[""]}</p>}
        <Block block={proposal.contact} title={t("Contact")} icon={User} {...shared} />
        <Block block={proposal.account} title={t("Account")} icon={Building2} {...shared} />
        {existing && (
          <label className="fill-blanks"><input type="checkbox" checked={fill} onChange={(e) => setFill(e.target.checked)} /><span>{t("Fill empty fields of the existing record")}</span></label>
        )}
        <fieldset className="qualify-block">
          <legend><Handshake className="icon" aria-hidden="true" />{t("Opportunities")}</legend>
          {proposal.no_deals && <p className="hint">{proposal.no_deals}</p>}
          {proposal.deals_fixed && <p className="hint">{t("Your organisation decides this: an opportunity is always created.")}</p>}
          {alone && deals.length > 0 && <p className="problem" role="alert">{t("An opportunity needs a customer: choose an account or a contact.")}</p>}
          {errors.deals && !alone && <p className="problem" role="alert">{errors.deals}</p>}
          {!deals.length && <p className="hint">{t("The lead is qualified without an opportunity.")}</p>}
          {deals.map((deal, at) => (
            <div key={deal.key} className="deal" role="group" aria-label={t("Opportunity %(n)s", { n: at + 1 })}>
              <div className="deal-head">
                <b>{t("Opportunity %(n)s", { n: at + 1 })}</b>
                {at === 0 && deals.length > 1 && <span className="pill">{t("Primary")}</span>}
                <button type="button" className="icon-button" disabled={proposal.deals_fixed && deals.length === 1} aria-label={t("Remove opportunity %(n)s", { n: at + 1 })} title={t("Remove")}
                  onClick={() => setDeals((now) => now.filter((one) => one.key !== deal.key))}><Trash2 className="icon" aria-hidden="true" /></button>
              </div>
              <Entries sealed={proposal.sealed} names={Object.keys(fields.opportunity)} specs={fields.opportunity} values={deal.values} errors={errors} prefix={`deals.${at}.`} set={(name, value) => edit(deal.key, name, value, at)} currency={currency} />
              <Copied list={proposal.copied} />
            </div>
          ))}
          {!proposal.no_deals && (
            <button type="button" className="button small" disabled={deals.length >= proposal.most} onClick={add}><Plus className="icon" aria-hidden="true" />{t("New opportunity")}</button>
          )}
          {deals.length >= proposal.most && proposal.most > 1 && <p className="hint">{t("At most %(n)s opportunities can be created with one lead.", { n: proposal.most })}</p>}
        </fieldset>
        <footer className="qualify-foot">
          <p role="status">{outcome(proposal, parts, deals, t)}</p>
          <button type="button" className="button" disabled={!!pending} onClick={() => onDismiss()}>{t("Cancel")}</button>
          <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!pending || (alone && deals.length > 0)}>{pending ? t("Qualifying…") : t("Qualify")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What a part says to the server: way and id of an existing record, or the fields of a new one. */
const sent = (part) => (part.way === "new" ? { ...part.typed, way: "new" } : { way: part.way, id: String(part.way === "existing" ? part.id : 0) });

function check(proposal, parts, deals, fields, t) {
  const problems = {};
  const required = (specs, values, prefix, sealed) =>
    Object.entries(specs).forEach(([name, spec]) => {
      if (spec.level === "required" && !sealed.includes(name) && !(values[name] ?? "").trim()) problems[prefix + name] = t("%(label)s is required.", { label: t(spec.label) });
    });
  for (const [entity, part] of Object.entries(parts)) {
    if (part.way === "new") required(fields[entity], part.typed, `${entity}.`, proposal[entity].sealed);
    if (part.way === "existing" && !part.id) problems[entity] = entity === "account" ? t("Choose an account.") : t("Choose a contact.");
  }
  deals.forEach((deal, at) => required(fields.opportunity, deal.values, `deals.${at}.`, proposal.sealed));
  return problems;
}

/** One sentence for what will happen: "Creates 1 contact and 1 opportunity, links account Contoso". */
export function outcome(proposal, parts, deals, t) {
  const nameOf = (part, block) => (part.other?.id === part.id ? part.other?.name : block.found.find((one) => one.id === part.id)?.name) ?? "";
  const creates = [
    parts.account.way === "new" && t("1 account"),
    parts.contact.way === "new" && t("1 contact"),
    deals.length > 0 && t.n("%(n)s opportunity", "%(n)s opportunities", deals.length),
  ].filter(Boolean);
  const links = [
    parts.account.way === "existing" && nameOf(parts.account, proposal.account) && t("account %(name)s", { name: nameOf(parts.account, proposal.account) }),
    parts.contact.way === "existing" && nameOf(parts.contact, proposal.contact) && t("contact %(name)s", { name: nameOf(parts.contact, proposal.contact) }),
  ].filter(Boolean);
  if (creates.length && links.length) return t("Creates %(creates)s, links %(links)s.", { creates: t.list(creates), links: t.list(links) });
  if (creates.length) return t("Creates %(creates)s.", { creates: t.list(creates) });
  if (links.length) return t("Links %(links)s.", { links: t.list(links) });
  return t("Only closes the lead as qualified.");
}

/** The account or the contact: create new, use existing, or skip. */
function Block({ block, title, icon: Icon, parts, change, type, errors, fields, search }) {
  const t = useT();
  const name = useId();
  const part = parts[block.entity];
  const ways = [["new", t("Create new")], ["existing", t("Use existing")], ["skip", t("Skip")]];
  const likely = block.found.filter((one) => one.certain && !one.link).length;
  const choose = (way) => change(block.entity, { way, id: way === "existing" ? part.id || block.found[0]?.id || 0 : part.id });
  return (
    <fieldset className={`qualify-block${errors[block.entity] ? " bad" : ""}`}>
      <legend><Icon className="icon" aria-hidden="true" />{title}</legend>
      {/* What the organisation decides can still be answered where an existing record certainly matches. */}
      <div className="segmented" role="radiogroup" aria-label={title}>
        {ways.map(([way, text]) => (
          <label key={way} data-on={part.way === way || undefined}>
            <input type="radio" name={name} value={way} checked={part.way === way} disabled={(way === "new" && !!block.no_new) || (block.fixed && part.way !== way && !likely)} onChange={() => choose(way)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {block.fixed && <p className="hint">{t("Your organisation decides this.")}</p>}
      {block.no_new && part.way !== "existing" && <p className="hint">{block.no_new}</p>}
      {errors[block.entity] && <p className="problem" role="alert">{errors[block.entity]}</p>}
      {part.way === "new" && likely > 0 && (
        <p className="warning" role="status">{block.entity === "account" ? t.n("%(n)s account may be the same company.", "%(n)s accounts may be the same company.", likely) : t.n("%(n)s contact may be the same person.", "%(n)s contacts may be the same person.", likely)}</p>
      )}
      {part.way === "new" && <Entries sealed={block.sealed} names={Object.keys(fields[block.entity])} specs={fields[block.entity]} values={part.typed} errors={errors} prefix={`${block.entity}.`} set={(field, value) => type(block.entity, field, value)} />}
      {part.way === "new" && <Copied list={block.copied} />}
      {(part.way === "existing" || (part.way === "new" && likely > 0)) && (
        <Matches block={block} part={part} pick={(one) => change(block.entity, { way: "existing", id: one.id, other: block.found.some((known) => known.id === one.id) ? part.other : one })} />
      )}
      {part.way === "existing" && <Another entity={block.entity} part={part} search={search} pick={(one) => change(block.entity, one ? { id: one.id, other: one } : { id: block.found[0]?.id ?? 0, other: null })} />}
    </fieldset>
  );
}

/** What else a new record gets from the lead, as the mapping of the organisation says. */
function Copied({ list }) {
  const t = useT();
  if (!list?.length) return null;
  return (
    <details className="copied">
      <summary>{t.n("%(n)s more field is copied from the lead", "%(n)s more fields are copied from the lead", list.length)}</summary>
      <dl>{list.map(([label, text]) => <div key={label}><dt>{label}</dt><dd>{text}</dd></div>)}</dl>
    </details>
  );
}

/** Existing records that match: who, why, how sure. */
function Matches({ block, part, pick }) {
  const t = useT();
  const name = useId();
  const listed = part.other && !block.found.some((one) => one.id === part.other.id) ? [] : block.found;
  if (!listed.length) return null;
  return (
    <div className="matches" role="radiogroup" aria-label={block.entity === "account" ? t("Matched accounts") : t("Matched contacts")}>
      {listed.map((one) => {
        const chosen = part.way === "existing" && part.id === one.id;
        return (
          <label key={one.id} className="match" data-on={chosen || undefined}>
            <input type="radio" name={name} checked={chosen} onChange={() => pick(one)} />
            <span className="match-text">
              <b>{one.name}</b>
              <small>{one.detail}</small>
              <span className="why">{one.link ? <span className="pill">{t("Chosen on the lead")}</span> : one.reasons.map((reason) => <span key={reason} className="pill">{reason}</span>)}</span>
            </span>
            {!one.link && one.score > 0 && <span className="score" title={t("How sure this is")}>{t("%(n)s %", { n: t.number(one.score) })}</span>}
            {chosen && <Check className="icon" aria-hidden="true" />}
          </label>
        );
      })}
    </div>
  );
}

/** Any other existing record. */
function Another({ entity, part, search, pick }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const label = entity === "account" ? t("Another account") : t("Another contact");
  if (!open && !part.other && part.id) return <button type="button" className="link-button" onClick={() => setOpen(true)}>{label}</button>;
  return <Finder target={entity} label={label} props={{ onSearch: search.onSearch, found: search.found }} values={{ other: part.other }} errors={{}} set={(_, value) => pick(value)} />;
}

/** The fields of a new record, two beside each other where there is room. */
function Entries({ names, specs, values, errors, prefix, set, currency, sealed = [] }) {
  const t = useT();
  return (
    <div className="entries">
      {names.map((name) => {
        const spec = specs[name];
        const value = values[name] ?? "";
        const on = (e) => set(name, e.target.value);
        return (
          <div key={name} data-kind={spec.kind}>
            <Labelled name={name} label={t(spec.label)} level={spec.level} errors={{ [name]: errors[prefix + name] }}>
              {(shared) =>
                sealed.includes(name) ? <SealedField id={shared.id} name={name} label={t(spec.label)} why={t("Secured: copied from the lead without being shown.")} />
                  : spec.options ? <select {...shared} value={value} onChange={on}>{spec.options.map(([v, o]) => <option key={v} value={v}>{t(o)}</option>)}</select>
                  : spec.kind === "memo" ? <textarea {...shared} rows={2} maxLength={spec.length} value={value} onChange={on} />
                  : <input {...shared} type={spec.kind === "date" ? "date" : spec.kind === "email" ? "email" : "text"} inputMode={spec.kind === "money" ? "decimal" : undefined} maxLength={spec.length || undefined} autoComplete="off" value={value} placeholder={spec.kind === "money" ? currency : undefined} onChange={on} />
              }
            </Labelled>
          </div>
        );
      })}
    </div>
  );
}
