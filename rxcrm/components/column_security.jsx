// Settings → Column security: which fields are secured, and what a profile grants to whom (S 9.3).
import { useContext, useId, useMemo, useRef, useState } from "react";
import { Search, User, Users } from "lucide-react";
import { AskContext } from "./asking.js";
import { useT } from "./i18n.js";

/** A box that narrows a long list; its text is no part of the form. */
function Finder({ label, term, onTerm }) {
  return (
    <label className="secured-find">
      <Search className="icon" aria-hidden="true" />
      <input type="search" aria-label={label} placeholder={label} value={term} onChange={(e) => onTerm(e.target.value)} onInput={(e) => e.stopPropagation()}
        onKeyDown={(e) => e.key === "Enter" && e.preventDefault()} />
    </label>
  );
}

/** What was last looked for: a form that was saved is drawn anew, and should not jump. */
let lookedFor = { table: undefined, term: "", only: false };

/** Every field that can be secured, table by table, each with a switch; what is not looked for stays in the form, unseen. */
export function SecuredFields({ fields, tables }) {
  const t = useT();
  const { values } = useContext(AskContext);
  const id = useId();
  const [looked, setLooked] = useState(lookedFor);
  const { table = tables[0][0], term, only } = looked;
  const look = (change) => setLooked((lookedFor = { ...looked, ...change }));
  const wanted = term.trim().toLowerCase();
  const shown = (field) => (only ? field.secured : wanted || field.entity === table) && field.label.toLowerCase().includes(wanted);
  const several = only || !!wanted;
  const secured = fields.filter((field) => field.secured).length;
  const named = Object.fromEntries(tables);
  return (
    <>
      <div className="secured-tools">
        <div className="secured-tables" role="group" aria-label={t("Table")}>
          {tables.map(([key, label]) => <button key={key} type="button" aria-pressed={!several && key === table} data-on={(!several && key === table) || undefined} onClick={() => look({ table: key, term: "", only: false })}>{t(label)}</button>)}
          <button type="button" aria-pressed={only} data-on={only || undefined} onClick={() => look({ only: !only, term: "" })}>{t("Secured")} <span className="badge">{t.number(secured)}</span></button>
        </div>
        <Finder label={t("Search fields")} term={term} onTerm={(term) => look({ term, only: false })} />
      </div>
      <ul className="secured-fields">
        {fields.map((field) => (
          <li key={field.key} hidden={!shown(field)}>
            <label>
              <span>
                <b id={`${id}-${field.key}`}>{several && <span className="secured-table">{t(named[field.entity])} · </span>}{field.label}{field.custom && <small className="badge">{t("Custom")}</small>}</b>
                {field.secured && <small id={`${id}-${field.key}-hint`}>{[field.profiles ? t.n("Opened by %(n)s profile.", "Opened by %(n)s profiles.", field.profiles) : t("Only administrators see it: no profile opens it."), field.advice].filter(Boolean).join(" ")}</small>}
              </span>
              <input type="checkbox" role="switch" name={field.key} defaultChecked={values[field.key] === "1"} aria-labelledby={`${id}-${field.key}`} aria-describedby={field.secured ? `${id}-${field.key}-hint` : undefined} />
            </label>
          </li>
        ))}
      </ul>
      {!fields.some(shown) && <p className="hint secured-none">{only ? t("No field is secured: whoever may read a record sees all of it.") : t("Nothing found.")}</p>}
    </>
  );
}

const GRANTS = (t) => [["read", t("Read")], ["update", t("Update")], ["create", t("Create")]];

/** What a profile grants on each secured field. Whoever may change a field may see it. */
export function FieldGrants({ fields, tables }) {
  const t = useT();
  const { values } = useContext(AskContext);
  const named = Object.fromEntries(tables);
  const body = useRef(null);
  const box = (key, grant) => body.current.querySelector(`[name="${CSS.escape(key)}"][value="${grant}"]`);
  const settle = (key, grant, on) => {
    if (grant === "update" && on) box(key, "read").checked = true;
    if (grant === "read" && !on) box(key, "update").checked = false;
  };
  if (!fields.length) return <p className="hint secured-none">{t("No field is secured yet. Choose under “Secured fields” what this profile is to open.")}</p>;
  return (
    <div className="matrix-frame">
      <table className="matrix grants">
        <caption className="unseen">{t("What this profile grants")}</caption>
        <thead><tr><th scope="col">{t("Secured field")}</th>{GRANTS(t).map(([key, label]) => <th key={key} scope="col">{label}</th>)}</tr></thead>
        <tbody ref={body}>
          {fields.map((field) => (
            <tr key={field.key}>
              <th scope="row"><span className="secured-table">{t(named[field.entity])} · </span>{field.label}</th>
              {GRANTS(t).map(([grant, label]) => (
                <td key={grant}>
                  <label className="grant">
                    <span className="grant-name" aria-hidden="true">{label}</span>
                    <input type="checkbox" name={field.key} value={grant} data-group="" defaultChecked={(values[field.key] ?? "").split(" ").includes(grant)}
                      aria-label={t("%(grant)s %(table)s · %(field)s", { grant: label, table: t(named[field.entity]), field: field.label })} onChange={(e) => settle(field.key, grant, e.target.checked)} />
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** For whom a profile holds: users and teams, those chosen first. */
export function Members({ people }) {
  const t = useT();
  const { values, errors } = useContext(AskContext);
  const [term, setTerm] = useState("");
  const wanted = term.trim().toLowerCase();
  const began = useMemo(() => new Set((values.members ?? "").split(" ")), [values.members]);
  const listed = useMemo(() => [...people].sort((a, b) => began.has(`${b.kind}:${b.id}`) - began.has(`${a.kind}:${a.id}`)), [people, began]);
  const shown = (one) => one.name.toLowerCase().includes(wanted);
  return (
    <fieldset className="members">
      <legend>{t("Members")}</legend>
      <Finder label={t("Search users and teams")} term={term} onTerm={setTerm} />
      {errors.members && <p className="problem" role="alert">{errors.members}</p>}
      <ul>
        {listed.map((one) => {
          const key = `${one.kind}:${one.id}`;
          const Sign = one.kind === "team" ? Users : User;
          return (
            <li key={key} hidden={!shown(one)}>
              <label>
                <input type="checkbox" name="members" value={key} data-group="" defaultChecked={began.has(key)} />
                <Sign className="icon" aria-hidden="true" /><span>{one.name}</span>{one.kind === "team" && <small>{t("Team")}</small>}
              </label>
            </li>
          );
        })}
      </ul>
      {!listed.some(shown) && <p className="hint">{t("Nothing found.")}</p>}
    </fieldset>
  );
}
