// Who owns a record and who else may use it: the dialog of Assign and the pane of Share (S 3.9, 3.11).
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Share2, User, UserCheck, Users, X } from "lucide-react";
import { useT } from "./i18n.js";
import { countOf, meant, useSelection } from "./selection_store.js";
import { Command, Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** Search for a user or team; arrows move, Enter or a click chooses. */
function OwnerFinder({ entity, found, onSearch, onPick, label, focus, without = [] }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState("");
  const [at, setAt] = useState(0);
  const token = useRef(0);
  const timer = useRef(0);
  const input = useRef(null);
  const ask = (text) => {
    clearTimeout(timer.current);
    token.current = 0; // what was found before is not the answer to this
    timer.current = setTimeout(() => onSearch(entity, text, (token.current = newToken())), text ? 180 : 0);
  };
  useEffect(() => {
    ask("");
    return () => clearTimeout(timer.current);
  }, []);
  useEffect(() => {
    if (!focus) return undefined;
    // After the dialog has opened, which puts the focus on its cross.
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [focus]);
  const fresh = token.current !== 0 && found?.token === token.current;
  const hits = fresh ? found.hits.filter((hit) => !without.includes(`${hit.kind}:${hit.id}`)) : [];
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && hits.length) (e.preventDefault(), setAt((at + step + hits.length) % hits.length));
    else if (e.key === "Enter") (e.preventDefault(), hits[at] && onPick(hits[at]));
  };
  return (
    <div className="finder owners">
      <div className="field stacked">
        <div className="field-label"><label htmlFor={id}>{label}</label></div>
        <div className="control">
          <input id={id} ref={input} role="combobox" aria-expanded={hits.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" autoComplete="off" placeholder={t("Search…")}
            aria-activedescendant={hits[at] ? `${id}-${at}` : undefined} value={term} onKeyDown={keys} onChange={(e) => (setTerm(e.target.value), setAt(0), ask(e.target.value))} />
        </div>
      </div>
      <div className="found" role="listbox" id={`${id}-list`} aria-label={t("Users and teams")}>
        {hits.map((hit, i) => (
          <div key={`${hit.kind}${hit.id}`} id={`${id}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => onPick(hit)}>
            <Holder {...hit} />
          </div>
        ))}
      </div>
      <p className="hint" role="status">{!fresh ? t("Searching…") : hits.length ? "" : t("Nobody found.")}</p>
    </div>
  );
}

function Holder({ kind, name, detail }) {
  const t = useT();
  const Icon = kind === "team" ? Users : User;
  return <span className="holder"><Icon className="icon" aria-hidden="true" /><span><b>{name}</b><small>{kind === "team" ? t("Team") : detail}</small></span></span>;
}

// -- assign ----------------------------------------------------------------------------------------------------------

/** Assign on a form. With `why` it only tells the reason. */
export function AssignCommand(props) {
  const { recordId, version, why } = props;
  return <Assign {...props} why={why} count={1} send={(...to) => props.onAssign(props.entity, [recordId], version, ...to)} />;
}

/** Assign below a list, for the selected records. */
export function AssignPicked(props) {
  const s = useSelection();
  const send = (kind, id, token) => {
    const [ids, versions, query, everything] = meant(s);
    props.onRun("assign", props.entity, ids, versions, query, everything, { kind, id: String(id) }, token);
  };
  return <Assign {...props} count={Math.abs(countOf(s))} hotkey="a" send={send} />;
}

function Assign({ why, hotkey, ...props }) {
  const [open, setOpen] = useState(false);
  const t = useT();
  return (
    <>
      <Command label={t("Assign")} why={why} hotkey={hotkey} onClick={() => setOpen(true)}><UserCheck className="icon" aria-hidden="true" /></Command>
      {open && createPortal(<AssignDialog {...props} close={() => setOpen(false)} />, document.body)}
    </>
  );
}

function AssignDialog({ entity, count, userId, found, told, onSearch, send, close }) {
  const t = useT();
  const id = useId();
  const [to, setTo] = useState("other");
  const [chosen, setChosen] = useState(null);
  const [pending, setPending] = useState(0);
  const [problem, setProblem] = useState("");
  const chip = useRef(null);
  const go = useRef(null);
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) close();
    else setProblem(told.problem);
  }, [told]);
  const pick = (hit) => (setChosen(hit), setProblem(""), requestAnimationFrame(() => go.current?.focus()));
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation(); // React would hand it on to the record's form
    if (pending) return;
    if (to === "other" && !chosen) {
      setProblem(t("Choose a user or team."));
      return;
    }
    const token = newToken();
    setPending(token);
    setProblem("");
    if (to === "me") send("user", userId, token);
    else send(chosen.kind, chosen.id, token);
  };
  const title = count > 1 ? t.n("Assign %(n)s record", "Assign %(n)s records", count) : t("Assign");
  return (
    <Dialog open title={title} onClose={close}>
      <form className="quick assign" aria-label={title} noValidate onSubmit={submit}>
        {problem && <p className="form-message" role="alert">{problem}</p>}
        <fieldset className="segments">
          <legend>{t("Assign to")}</legend>
          {[["me", t("Me")], ["other", t("User or team")]].map(([value, label]) => (
            <label key={value}><input type="radio" name={`${id}-to`} checked={to === value} onChange={() => setTo(value)} /><span>{label}</span></label>
          ))}
        </fieldset>
        {to === "other" && (chosen ? (
          <div className="picked"><Holder {...chosen} />
            <button type="button" ref={chip} className="icon-button" aria-label={t("Choose another than %(name)s", { name: chosen.name })} onClick={() => setChosen(null)}><X className="icon" aria-hidden="true" /></button>
          </div>
        ) : <OwnerFinder focus {...{ entity, found, onSearch }} label={t("User or team")} onPick={pick} />)}
        <p className="hint">{t("Activities and notes of the former owner follow.")}</p>
        <footer>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" ref={go} className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Assign")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

// -- share -----------------------------------------------------------------------------------------------------------

/** Share on a form. With `why` it only tells the reason. */
export function ShareCommand({ why, onOpen, ...props }) {
  const [open, setOpen] = useState(false);
  const t = useT();
  const show = () => (onOpen(props.entity, props.recordId), setOpen(true));
  return (
    <>
      <Command label={t("Share")} why={why} onClick={show}><Share2 className="icon" aria-hidden="true" /></Command>
      {open && createPortal(<SharePane {...props} close={() => setOpen(false)} />, document.body)}
    </>
  );
}

function SharePane({ entity, recordId, name, rights, shares, found, told, zone, onSearch, onShare, close }) {
  const t = useT();
  const [chosen, setChosen] = useState(null);
  const [ticked, setTicked] = useState(["read"]);
  const [pending, setPending] = useState(0);
  const [problem, setProblem] = useState("");
  const here = shares?.entity === entity && shares.id === recordId;
  useEffect(() => {
    if (!pending || told?.token !== pending) return;
    setPending(0);
    if (told.ok) (setChosen(null), setTicked(["read"]));
    else setProblem(told.problem);
  }, [told]);
  const send = (holder, wanted) => {
    if (pending) return;
    const token = newToken();
    setPending(token);
    setProblem("");
    onShare(entity, recordId, holder.kind, holder.id, wanted, token);
  };
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation(); // React would hand it on to the record's form
    if (chosen) send(chosen, ticked);
    else setProblem(t("Choose a user or team."));
  };
  const without = here ? shares.holders.map((holder) => `${holder.kind}:${holder.id}`) : [];
  const title = t("Share %(name)s", { name });
  return (
    <Dialog open side title={title} onClose={close}>
      <div className="sharing">
        {problem && <p className="form-message" role="alert">{problem}</p>}
        <form className="quick" aria-label={t("Share with somebody")} noValidate onSubmit={submit}>
          {chosen ? (
            <>
              <div className="picked"><Holder {...chosen} />
                <button type="button" className="icon-button" aria-label={t("Choose another than %(name)s", { name: chosen.name })} onClick={() => setChosen(null)}><X className="icon" aria-hidden="true" /></button>
              </div>
              <Rights rights={rights} held={ticked} givable={here ? shares.givable : []} label={t("Rights of %(name)s", { name: chosen.name })} onChange={setTicked} />
              <footer><button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!pending}>{pending ? t("Saving…") : t("Share")}</button></footer>
            </>
          ) : <OwnerFinder key={without.join()} focus {...{ entity, found, onSearch, without }} label={t("User or team")} onPick={(hit) => (setChosen(hit), setProblem(""))} />}
        </form>
        <section aria-label={t("Shared with")}>
          <h3>{t("Shared with")}</h3>
          {here && !shares.holders.length && <p className="hint">{t("Nobody yet. Whoever may see this record by his role sees it anyway.")}</p>}
          {!here && <p className="hint" role="status">{t("Loading")}</p>}
          <ul className="holders">
            {here && shares.holders.map((holder) => (
              <li key={`${holder.kind}${holder.id}`}>
                <div className="holder-head">
                  <Holder {...holder} detail={holder.by ? t("by %(who)s on %(when)s", { who: holder.by, when: t.moment(holder.at, zone) }) : t.moment(holder.at, zone)} />
                  <button type="button" className="button small" aria-label={t("Stop sharing with %(name)s", { name: holder.name })} disabled={!!pending} onClick={() => send(holder, [])}>{t("Remove")}</button>
                </div>
                <Rights rights={rights} held={holder.rights} givable={[...shares.givable, ...holder.rights]} label={t("Rights of %(name)s", { name: holder.name })} disabled={!!pending} onChange={(wanted) => send(holder, wanted)} />
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}

/** Ticks for rights. Read goes with every other; what one does not have oneself cannot be given. */
function Rights({ rights, held, givable, label, disabled, onChange }) {
  const t = useT();
  const toggle = (right) => onChange(rights.map(([name]) => name).filter((name) => name === "read" || (name === right ? !held.includes(right) : held.includes(name))));
  return (
    <fieldset className="rights">
      <legend className="unseen">{label}</legend>
      {rights.map(([name, text]) => (
        <label key={name} title={givable.includes(name) ? undefined : t("You do not have this right yourself.")}>
          <input type="checkbox" checked={held.includes(name)} disabled={disabled || name === "read" || !givable.includes(name)} onChange={() => toggle(name)} />{t(text)}
        </label>
      ))}
    </fieldset>
  );
}
