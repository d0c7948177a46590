// The step Map: which column of the file fills which field, and what else every row gets.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { ArrowRight, Check, Plus, Trash2, X } from "lucide-react";
import { useT } from "./i18n.js";
import { Choice, ValueControl } from "./importing_choice.jsx";
import { MapMenu, OfferedMap } from "./importing_maps.jsx";
import { Foot, Phase, useLater } from "./importing_steps.jsx";

/** What was chosen, as the server is told it. */
const planOf = (view) => ({
  mapping: view.mapping, constants: view.constants, lookups: view.lookups, pattern: view.topic_pattern, owner: view.owner, mode: view.mode, key: view.key,
});
/** Kinds of fields by whose values known records can be found; ids and the e-mail address come first. */
const TELLING = ["text", "email", "phone", "url"];
const FIRST = ["record_id", "source_id", "email"];

/** The mapped fields by which known records can be found. */
function keysOf(targets, used) {
  const known = targets.filter((f) => used[f.name] && (FIRST.includes(f.name) || (TELLING.includes(f.kind) && !f.special)));
  const rank = (f) => (FIRST.includes(f.name) ? FIRST.indexOf(f.name) : FIRST.length);
  return known.sort((a, b) => rank(a) - rank(b));
}

/** The whole step. What is chosen shows at once and is kept a moment later. */
export function MapForm({ run, view, loaded, work, answer, onSave, onContinue, onSaveMap, onUseMap, onForgetMap, onLookUp, onStop }) {
  const t = useT();
  const [plan, setPlan] = useState(() => planOf(view));
  const [show, setShow] = useState("all");
  const [told, setTold] = useState("");
  const [later, flush, drop] = useLater((p) => onSave(run.id, p));
  useEffect(() => {
    // Another import, or another map: what was chosen before is gone. An own change that comes back is not news.
    drop();
    setPlan(planOf(view));
    setTold("");
  }, [loaded, run.id]);
  if (work.kind) return <Phase work={work} onCancel={() => onStop(run.id)} />;
  const change = (patch) => {
    const now = { ...plan, ...patch };
    // What no column fills any more tells no record apart.
    if (now.key && !Object.values(now.mapping).includes(now.key)) Object.assign(now, { key: "", mode: now.mode === "update" ? "both" : now.mode });
    setPlan(now);
    later(now);
  };
  const { columns, targets } = view;
  const used = Object.fromEntries(Object.entries(plan.mapping).map(([index, target]) => [target, columns.find((c) => c.index === +index)]));
  const map = (column, target) => {
    const other = target && used[target]?.index !== column.index ? used[target] : null;
    const mapping = Object.fromEntries(Object.entries(plan.mapping).filter(([index]) => +index !== column.index && +index !== other?.index));
    if (target) mapping[column.index] = target;
    const { [target]: fixed, ...constants } = plan.constants;
    setTold(other ? t("“%(heading)s” is left out now: a field takes one column.", { heading: other.heading })
      : fixed !== undefined && target ? t("The value for all rows was removed: this column fills the field.") : "");
    change({ mapping, constants });
  };
  const missing = missingOf(targets, used, plan);
  const mapped = columns.filter((c) => plan.mapping[c.index]);
  const shown = show === "all" ? columns : columns.filter((c) => !!plan.mapping[c.index] === (show === "mapped"));
  const proceed = () => (drop(), onContinue(run.id, plan));
  const why = missing.length ? t("Choose a column or a value for %(fields)s.", { fields: t.list(missing.map((f) => f.label)) }) : !mapped.length ? t("Choose what at least one column becomes.") : "";
  return (
    <>
      <div className="step-body map-body">
        <div className="map-main">
          {work.problem && <p className="form-message" role="alert">{work.problem}</p>}
          <OfferedMap view={view} onUse={(id) => (drop(), onUseMap(run.id, id))} />
          <header className="map-tools">
            <fieldset className="segments">
              <legend className="unseen">{t("Show")}</legend>
              {[["all", t("All"), columns.length], ["mapped", t("Mapped"), mapped.length], ["unmapped", t("Unmapped"), columns.length - mapped.length]].map(([key, text, n]) => (
                <label key={key}><input type="radio" name="map-show" checked={show === key} onChange={() => setShow(key)} /><span>{text} <small>{t.number(n)}</small></span></label>
              ))}
            </fieldset>
            <MapMenu {...{ run, view, flush }} onSave={onSaveMap} onUse={(id) => (drop(), onUseMap(run.id, id))} onForget={onForgetMap} />
          </header>
          <table className="map-table">
            <caption className="unseen">{t("Columns of the file and the fields that they fill")}</caption>
            <thead><tr><th scope="col">{t("Column in the file")}</th><td /><th scope="col">{t("Goes to")}</th></tr></thead>
            <tbody>
              {shown.map((column) => (
                <ColumnRow key={column.index} {...{ column, targets, used, plan }} onMap={(target) => map(column, target)} onRule={(name, rule) => change({ lookups: { ...plan.lookups, [name]: rule } })} />
              ))}
              {!shown.length && <tr><td colSpan={3} className="hint">{show === "mapped" ? t("No column goes anywhere yet.") : t("Every column goes somewhere.")}</td></tr>}
            </tbody>
          </table>
          <p className="unseen" role="status">{told}</p>
          {told && <p className="hint map-told" aria-hidden="true">{told}</p>}
        </div>
        <aside className="map-aside">
          <Needed {...{ targets, used, plan }} />
          <Known {...{ plan }} keys={keysOf(targets, used)} onChange={change} />
          <Constants {...{ view, plan, used, answer, onLookUp }} onChange={(constants) => change({ constants })} />
          {targets.some((f) => f.name === "topic") && !used.topic && !plan.constants.topic && <Topic value={plan.pattern} onChange={(pattern) => change({ pattern })} />}
          <Owner {...{ view, plan, used }} onChange={(owner) => change({ owner })} />
        </aside>
      </div>
      <Foot back={`/import/${run.id}/upload`} next={t("Continue")} why={why} onNext={proceed}>
        <b>{t("%(n)s of %(all)s columns mapped", { n: t.number(mapped.length), all: t.number(columns.length) })}</b>
        <span>{t.n("%(n)s data row", "%(n)s data rows", run.total)}</span>
      </Foot>
    </>
  );
}

/** Required fields that nothing fills. A full name brings the last name, a pattern the topic. */
function missingOf(targets, used, plan) {
  // A record that is only updated has them already; which rows are new is seen in the preview.
  if (plan.mode === "update" || used.record_id || used.source_id) return [];
  return targets.filter((f) => f.required && !used[f.name] && !plan.constants[f.name] && !(f.name === "topic" && plan.pattern.trim()) && !(f.name === "last_name" && used.full_name));
}

/** One column: its heading, samples, and what it becomes. */
function ColumnRow({ column, targets, used, plan, onMap, onRule }) {
  const t = useT();
  const id = useId();
  const target = plan.mapping[column.index] ?? "";
  const spec = targets.find((f) => f.name === target);
  const option = (f) => {
    const other = used[f.name] && used[f.name].index !== column.index ? used[f.name] : null;
    return { value: f.name, text: f.label, required: f.required, note: other ? t("now “%(heading)s”", { heading: other.heading }) : "" };
  };
  const groups = [
    ["", [{ value: "", text: t("Don't import") }]],
    [t("Required"), targets.filter((f) => f.required).map(option)],
    [t("Fields"), targets.filter((f) => !f.required && !f.special).map(option)],
    [t("Special"), targets.filter((f) => !f.required && f.special).map(option)],
  ];
  return (
    <tr data-ignored={target ? undefined : true}>
      <th scope="row">
        <span className="map-heading">{column.heading}</span>
        <span className="samples">{column.samples.length ? column.samples.map((s, i) => <span key={i}>{s}</span>) : <small>{t("empty in the first rows")}</small>}</span>
      </th>
      <td className="map-arrow" aria-hidden="true"><ArrowRight className="icon" /></td>
      <td className="map-target">
        <Choice label={t("Field for %(heading)s", { heading: column.heading })} value={target} groups={groups} describedBy={`${id}-why`} placeholder={t("Don't import")} onChoose={onMap} />
        <small id={`${id}-why`}>{target === column.proposed || !target ? column.because : ""}</small>
        {target === "full_name" && <NameSplit parts={column.split} />}
        {spec?.lookup && <LookupRule spec={spec} rule={plan.lookups[target] ?? { by: "", make: "match" }} onChange={(rule) => onRule(target, rule)} />}
      </td>
    </tr>
  );
}

/** What becomes of full names, on the samples. */
function NameSplit({ parts }) {
  const t = useT();
  if (!parts.length) return null;
  return (
    <table className="name-split">
      <caption className="unseen">{t("How the names are split")}</caption>
      <thead><tr>{[t("Salutation"), t("First Name"), t("Last Name")].map((label) => <th key={label} scope="col">{label}</th>)}</tr></thead>
      <tbody>{parts.map((name, i) => <tr key={i}>{name.map((part, j) => <td key={j}>{part || "---"}</td>)}</tr>)}</tbody>
    </table>
  );
}

/** How a look-up column finds its records, and what if there is none. */
function LookupRule({ spec, rule, onChange }) {
  const t = useT();
  const label = spec.label;
  const mail = spec.lookup.split(",").some((entity) => !["opportunity", "campaign", "territory"].includes(entity));
  return (
    <span className="lookup-rule">
      <select aria-label={t("%(label)s: found by", { label })} value={rule.by} onChange={(e) => onChange({ ...rule, by: e.target.value })}>
        <option value="">{mail ? t("by name or e-mail") : t("by name")}</option>
        {mail && <option value="name">{t("by name only")}</option>}
        {mail && <option value="email">{t("by e-mail only")}</option>}
        <option value="id">{t("by id")}</option>
      </select>
      <select aria-label={t("%(label)s: if there is none", { label })} value={rule.make} disabled={!spec.creatable} onChange={(e) => onChange({ ...rule, make: e.target.value })}>
        <option value="match">{t("match only")}</option>
        <option value="match_or_create">{t("match, or create it")}</option>
        <option value="create">{t("always create it")}</option>
      </select>
    </span>
  );
}

/** Required fields with what fills each. */
function Needed({ targets, used, plan }) {
  const t = useT();
  const id = useId();
  const required = targets.filter((f) => f.required);
  if (!required.length) return null;
  const gone = new Set(missingOf(targets, used, plan).map((f) => f.name));
  const filler = (f) => used[f.name]?.heading ?? (plan.constants[f.name] ? t("the same for all rows") : f.name === "last_name" && used.full_name ? used.full_name.heading : f.name === "topic" ? t("composed") : "");
  return (
    <section className="map-card" aria-labelledby={id}>
      <h2 id={id}>{t("Required")}</h2>
      <ul className="needed">
        {required.map((f) => (
          <li key={f.name} data-missing={gone.has(f.name) || undefined}>
            <span className="needed-sign" aria-hidden="true">{gone.has(f.name) ? <X className="icon" /> : <Check className="icon" />}</span>
            <b>{f.label}</b>
            <small>{gone.has(f.name) ? t("missing") : filler(f)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whether rows may be records that are here already, and by what those are found. */
function Known({ plan, keys, onChange }) {
  const t = useT();
  const id = useId();
  if (!keys.length) return null;
  return (
    <section className="map-card" aria-labelledby={id}>
      <h2 id={id}>{t("Records that are here already")}</h2>
      <label className="post-field">
        <span className="label">{t("Found by")}</span>
        <select className="text-input" value={plan.key} onChange={(e) => onChange({ key: e.target.value, ...(e.target.value ? {} : { mode: "both" }) })}>
          <option value="">{t("nothing: every row is new")}</option>
          {keys.map((f) => <option key={f.name} value={f.name}>{f.label}</option>)}
        </select>
      </label>
      {plan.key && <label className="check"><input type="checkbox" checked={plan.mode === "update"} onChange={(e) => onChange({ mode: e.target.checked ? "update" : "both" })} />{t("Only update, create nothing")}</label>}
    </section>
  );
}

/** Values that every row gets. */
function Constants({ view, plan, used, answer, onLookUp, onChange }) {
  const t = useT();
  const id = useId();
  const box = useRef(null);
  const [names, setNames] = useState(view.constant_names);
  const [adding, setAdding] = useState(false);
  const entries = Object.entries(plan.constants);
  const free = view.targets.filter((f) => f.constant && !used[f.name] && plan.constants[f.name] === undefined);
  const add = (name) => {
    setAdding(false);
    onChange({ ...plan.constants, [name]: "" });
    requestAnimationFrame(() => box.current?.querySelector(`[data-constant="${CSS.escape(name)}"] :is(input, select, textarea)`)?.focus());
  };
  const remove = (name) => {
    const { [name]: _gone, ...rest } = plan.constants;
    onChange(rest);
  };
  return (
    <section className="map-card" aria-labelledby={id} ref={box}>
      <h2 id={id}>{t("Same value for all rows")}</h2>
      {entries.map(([name, value]) => {
        const spec = view.targets.find((f) => f.name === name);
        if (!spec) return null;
        return (
          <div key={name} className="constant" data-constant={name}>
            <span className="constant-label">{spec.label}</span>
            <ValueControl label={t("%(label)s for all rows", { label: spec.label })} spec={spec} value={value} name={names[name]} answer={answer} onLookUp={onLookUp}
              onChange={(v, called) => (called && setNames({ ...names, [name]: called }), onChange({ ...plan.constants, [name]: v }))} />
            <button type="button" className="icon-button" aria-label={t("Remove the value of %(label)s", { label: spec.label })} onClick={() => remove(name)}><Trash2 className="icon" aria-hidden="true" /></button>
          </div>
        );
      })}
      {adding ? (
        <Choice label={t("Field for all rows")} value="" placeholder={t("Choose a field…")} groups={[["", free.map((f) => ({ value: f.name, text: f.label, required: f.required }))]]} onChoose={add} />
      ) : (
        <button type="button" className="button small" disabled={!free.length} onClick={() => setAdding(true)}><Plus className="icon" aria-hidden="true" />{t("Add a value")}</button>
      )}
    </section>
  );
}

/** How topics are composed where no column brings them; the field grows, so that the whole pattern is seen. */
function Topic({ value, onChange }) {
  const t = useT();
  const id = useId();
  const field = useRef(null);
  useLayoutEffect(() => {
    const grow = () => {
      const box = field.current;
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
    };
    grow();
    window.addEventListener("resize", grow);
    return () => window.removeEventListener("resize", grow);
  }, [value]);
  return (
    <section className="map-card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}><label htmlFor={id}>{t("Topic")}</label></h2>
      <textarea ref={field} id={id} className="text-input one-line" rows={1} value={value} maxLength={300} aria-describedby={`${id}-hint`}
        onKeyDown={(e) => e.key === "Enter" && e.preventDefault()} onChange={(e) => onChange(e.target.value.replace(/\s*\n\s*/g, " "))} />
      <p className="hint" id={`${id}-hint`}>{t("No column goes to Topic: it is composed from this pattern.")}</p>
    </section>
  );
}

/** Who owns the rows that name nobody. */
function Owner({ view, plan, used, onChange }) {
  const t = useT();
  const id = useId();
  const { owners, ruled } = view;
  // Where assignment rules choose, oneself is a choice like the others.
  const chosen = owners.slice(ruled ? 0 : 1).some((o) => o.id === plan.owner) ? plan.owner : 0;
  const hint = ruled && !chosen ? (used.owner ? t("Assignment rules decide about the rows whose owner is empty; where none is for a row, it is yours.") : t("Assignment rules decide about every row; where none is for it, it is yours.")) : owners.length < 2 ? t("There is nobody else whom you may choose.") : used.owner ? t("Takes the rows whose owner is empty or unknown.") : t("No column goes to Owner: takes every row.");
  return (
    <section className="map-card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}><label htmlFor={id}>{t("Owner of rows without one")}</label></h2>
      <select id={id} className="text-input" aria-describedby={`${id}-hint`} value={chosen} disabled={!ruled && owners.length < 2} onChange={(e) => onChange(+e.target.value)}>
        {ruled && <option value={0}>{t("By assignment rules")}</option>}
        {owners.map((o, i) => <option key={o.id} value={i || ruled ? o.id : 0}>{i === 0 ? t("Me (%(name)s)", { name: o.name }) : `${o.name} (${o.email})`}</option>)}
      </select>
      <p className="hint" id={`${id}-hint`}>{hint}</p>
    </section>
  );
}
