// Duplicates: the panel beside a new record, the dialog on saving, the pane of a saved record (S 3.4, R3.16, R3.18).
import { useEffect, useId, useRef, useState } from "react";
import { Building2, ChevronDown, ChevronUp, ExternalLink, Target, User, Users } from "lucide-react";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { useForm, useStore, valueOf } from "./record_store.js";
import { Dialog } from "./ui.jsx";

const ICONS = { lead: Target, account: Building2, contact: User };
/** Milliseconds of rest after the last key before the server is asked. */
const REST = 450;

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

const useLabels = () => {
  const t = useT();
  return { lead: t("Lead"), account: t("Account"), contact: t("Contact") };
};

/** How sure: a word, and the figure behind it. */
function Sure({ match }) {
  const t = useT();
  const level = match.certain ? "high" : match.score >= 80 ? "middle" : "low";
  const word = { high: t("Very likely"), middle: t("Likely"), low: t("Possible") }[level];
  return <span className={`sure ${level}`} title={t("%(score)s % sure", { score: match.score })}>{word}<small>{match.score}%</small></span>;
}

/** A link to a record that leaves what is being typed where it is. */
function Away({ match }) {
  const t = useT();
  return (
    <a href={addressOf(match.entity, match.id)} target="_blank" rel="noopener">
      {match.name || t("(no name)")}<ExternalLink className="icon" aria-hidden="true" /><span className="unseen">{t("opens in a new tab")}</span>
    </a>
  );
}

function Who({ match, children }) {
  const labels = useLabels();
  const Icon = ICONS[match.entity];
  return (
    <div className="alike-who">
      <Icon className="icon" aria-hidden="true" />
      <div>
        <p><b>{children}</b> <span className="alike-kind">{labels[match.entity]}</span></p>
        {match.detail && <small>{match.detail}</small>}
        <small className="why">{match.reasons.join(" · ")}</small>
      </div>
    </div>
  );
}

/** While a new record is typed: who may be it already. It never stands in the way and can be folded up. */
export function DuplicatePanel({ watched, answer, onCheck }) {
  const { store, entity } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const [folded, setFolded] = useState(() => window.matchMedia("(max-width: 900px)").matches);
  const token = useRef(0);
  const typed = Object.fromEntries(watched.map((name) => [name, valueOf(s, name).trim()]).filter(([, value]) => value));
  const asked = JSON.stringify(typed);
  const fresh = !s.id && s.ready;
  useEffect(() => {
    token.current = 0;
    if (!fresh || asked === "{}") return undefined;
    const timer = setTimeout(() => onCheck(entity, JSON.parse(asked), (token.current = newToken())), REST);
    return () => clearTimeout(timer);
  }, [asked, fresh, entity]);
  const shown = useRef([]);
  // Until the next answer the last one stays: the panel must not flicker with every key.
  if (token.current && answer?.token === token.current) shown.current = answer.matches;
  if (!fresh || asked === "{}") shown.current = [];
  const matches = shown.current;
  const head = matches.length ? t.n("%(n)s possible duplicate", "%(n)s possible duplicates", matches.length) : "";
  return (
    <>
      <p className="unseen" role="status">{head}</p>
      {head && (
        <aside className="alike-panel" aria-labelledby={id}>
          <button type="button" className="alike-head" aria-expanded={!folded} aria-controls={`${id}-list`} onClick={() => setFolded(!folded)}>
            <Users className="icon" aria-hidden="true" /><span id={id}>{head}</span>{folded ? <ChevronUp className="icon" aria-hidden="true" /> : <ChevronDown className="icon" aria-hidden="true" />}
          </button>
          <ul id={`${id}-list`} hidden={folded}>
            {matches.map((match) => (
              <li key={`${match.entity}${match.id}`}><Who match={match}><Away match={match} /></Who><Sure match={match} /></li>
            ))}
          </ul>
        </aside>
      )}
    </>
  );
}

/** A save found certain duplicates: the record being saved above, what it may be below. Nothing typed is lost. */
export function DuplicatesDialog() {
  const { store, saveAnyway, forgetAlike, label } = useForm();
  const s = useStore(store);
  const t = useT();
  const labels = useLabels();
  const id = useId();
  const alike = s.alike;
  const value = (name) => valueOf(s, name);
  const name = [value("first_name"), value("last_name"), value("name")].filter(Boolean).join(" ");
  const detail = ["company_name", "email", "main_phone", "business_phone", "city"].map(value).filter(Boolean).join(" · ");
  return (
    <Dialog open={!!alike} wide title={t("Duplicates detected")} onClose={forgetAlike}>
      <p>{t("There may be a record of this already. Nothing has been saved yet.")}</p>
      <h3 id={`${id}-mine`}>{t("The record that you are saving")}</h3>
      <div className="alike-frame">
        <table className="alike-table" aria-labelledby={`${id}-mine`}>
          <thead><tr><th scope="col">{t("Name")}</th><th scope="col">{t("Details")}</th></tr></thead>
          <tbody><tr><th scope="row">{name || label}</th><td>{detail || "---"}</td></tr></tbody>
        </table>
      </div>
      <h3 id={`${id}-theirs`}>{t("Possible duplicates")}</h3>
      <div className="alike-frame">
        <table className="alike-table" aria-labelledby={`${id}-theirs`}>
          <thead>
            <tr><th scope="col">{t("Name")}</th><th scope="col">{t("Type")}</th><th scope="col">{t("Details")}</th><th scope="col">{t("Why")}</th><th scope="col">{t("How sure")}</th></tr>
          </thead>
          <tbody>
            {alike?.matches.map((match) => (
              <tr key={`${match.entity}${match.id}`}>
                <th scope="row"><Away match={match} /></th>
                <td>{labels[match.entity]}</td>
                <td>{match.detail}</td>
                <td>{match.reasons.join(" · ")}</td>
                <td><Sure match={match} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer>
        <button type="button" className="button" data-autofocus onClick={forgetAlike}>{t("Cancel")}</button>
        <button type="button" className="button primary" onClick={saveAnyway}>{t("Ignore and save")}</button>
      </footer>
    </Dialog>
  );
}

/** View duplicates: everything that is like a saved record, with what can be done about each. */
export function DuplicatesPane({ open, entity, recordId, title, matches, mayMerge, onApart, onClose }) {
  const t = useT();
  return (
    <Dialog open={open} side title={t("Duplicates of %(name)s", { name: title })} onClose={onClose}>
      <div className="alike-pane">
        {!matches?.length && <p className="hint">{t("Nothing like this was found.")}</p>}
        <ul aria-label={t("Possible duplicates")}>
          {matches?.map((match) => (
            <li key={`${match.entity}${match.id}`}>
              <Who match={match}><a href={addressOf(match.entity, match.id)}>{match.name}</a></Who>
              <Sure match={match} />
              <div className="alike-do">
                <button type="button" className="button small" aria-label={t("%(name)s is not a duplicate", { name: match.name })} onClick={() => onApart(entity, recordId, match.entity, match.id)}>{t("Not a duplicate")}</button>
                {mayMerge && match.entity === entity && <a className="button small" href={`/merge/${entity}?ids=${recordId},${match.id}`} aria-label={t("Merge with %(name)s", { name: match.name })}>{t("Merge…")}</a>}
              </div>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
