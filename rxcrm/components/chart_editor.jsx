// What a chart is made of: the fields of the editor, for the charts pane and for tiles.
import { useId } from "react";
import { Plus, X } from "lucide-react";
import { KINDS } from "./chart_formats.js";
import { useT } from "./i18n.js";

const SPANS = (t) => ({ day: t("Day"), week: t("Week"), month: t("Month"), quarter: t("Quarter"), year: t("Year"), "fiscal-year": t("Fiscal year") });
const AGGREGATES = (t) => ({ count: t("Count all"), filled: t("Count non-empty"), sum: t("Sum"), avg: t("Average"), min: t("Min"), max: t("Max") });

export const emptyChart = (entity) => ({ entity, category: null, split: null, series: [{ aggregate: "count", field: "" }], kind: "column", top: 0, where: null });

/** A chart as it is described nowhere else: a count by the first field that says how things stand. */
export const newChart = (words) => {
  const field = ["status_reason", "status", "owner"].find((name) => words.categories.some((c) => c.name === name));
  return { ...emptyChart(words.entity), ...(field ? { category: { field, by: "" } } : { kind: "number" }) };
};

/** A labelled control. */
export function Control({ label, hint, problem, children }) {
  const id = useId();
  return (
    <div className={`post-field${problem ? " bad" : ""}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": !!problem, "aria-describedby": problem || hint ? `${id}-more` : undefined })}
      {(problem || hint) && <p className={problem ? "problem" : "hint"} id={`${id}-more`}>{problem || hint}</p>}
    </div>
  );
}

/** Options are `[value, text]`; with a third part they stand in groups, whose names are `groups`. */
export function Choose({ options, groups, value, onChange, ...rest }) {
  const list = (some) => some.map(([v, text]) => <option key={v} value={v}>{text}</option>);
  return (
    <select {...rest} value={value} onChange={(e) => onChange(e.target.value)}>
      {list(options.filter((o) => !groups?.some(([key]) => key === o[2])))}
      {groups?.map(([key, text]) => options.some((o) => o[2] === key) && <optgroup key={key} label={text}>{list(options.filter((o) => o[2] === key))}</optgroup>)}
    </select>
  );
}

const pairs = (texts) => Object.entries(texts);

function By({ label, fields, value, none, onChange }) {
  const t = useT();
  const chosen = fields.find((f) => f.name === value?.field);
  const groups = [...new Set(fields.map((f) => f.group).filter(Boolean))].map((group) => [group, group]);
  const choose = (name) => onChange(name ? { field: name, by: fields.find((f) => f.name === name).dated ? value?.by || "month" : "" } : null);
  return (
    <div className="pair">
      <Control label={label}>{(p) => <Choose {...p} options={[["", none], ...fields.map((f) => [f.name, f.group ? `${f.group} · ${f.label}` : f.label, f.group])]} groups={groups} value={value?.field ?? ""} onChange={choose} />}</Control>
      {chosen?.dated && <Control label={t("By")}>{(p) => <Choose {...p} options={pairs(SPANS(t))} value={value.by} onChange={(by) => onChange({ ...value, by })} />}</Control>}
    </div>
  );
}

/** Of which groups a chart is: of dates the latest, of anything else the largest or smallest. */
const limits = (t, dated) => [
  ["0", t("All")],
  ...(dated ? [3, 5, 6, 8, 12, 24].map((n) => [String(n), t("The latest %(n)s", { n })]) : [3, 5, 10, 15, 20].map((n) => [String(n), t("Top %(n)s", { n })])),
  ...(dated ? [] : [3, 5, 10].map((n) => [String(-n), t("Bottom %(n)s", { n })])),
];

/** The fields that describe a chart; `value` is its definition. */
export function ChartFields({ vocabulary, value, onChange }) {
  const t = useT();
  const change = (part) => onChange({ ...value, ...part });
  const dated = !!value.category?.by;
  const series = (i, part) => change({ series: value.series.map((s, k) => (k === i ? { ...s, ...part } : s)) });
  const fieldsOf = (aggregate) => (aggregate === "filled" ? vocabulary.categories.filter((f) => !f.group) : vocabulary.measures);
  const aggregates = pairs(AGGREGATES(t)).filter(([key]) => key === "count" || fieldsOf(key).length);
  const kinds = pairs(KINDS(t)).filter(([key]) => (value.category ? key !== "number" && (!value.split || !["pie", "doughnut", "funnel", "tag"].includes(key)) : key === "number"));
  const settle = (part) => {
    const next = { ...value, ...part };
    if (!next.category) Object.assign(next, { split: null, kind: "number" });
    else if (next.kind === "number") next.kind = "column";
    if (!!next.category?.by !== dated) next.top = 0;
    if (next.split && !["bar", "line", "area"].includes(next.kind)) next.kind = "stacked";
    if (!next.split && next.kind === "stacked") next.kind = "column";
    onChange(next);
  };
  return (
    <>
      {value.series.map((s, i) => (
        <div className="pair" key={i}>
          <Control label={i ? t("And show") : t("Show")}>{(p) => <Choose {...p} options={aggregates} value={s.aggregate} onChange={(aggregate) => series(i, { aggregate, field: aggregate === "count" ? "" : (fieldsOf(aggregate).find((f) => f.name === s.field) ?? fieldsOf(aggregate)[0]).name })} />}</Control>
          {s.aggregate !== "count" && <Control label={t("of")}>{(p) => <Choose {...p} options={fieldsOf(s.aggregate).map((f) => [f.name, f.label])} value={s.field} onChange={(field) => series(i, { field })} />}</Control>}
          {i > 0 && <button type="button" className="icon-button" aria-label={t("Remove")} title={t("Remove")} onClick={() => change({ series: value.series.filter((_, k) => k !== i) })}><X className="icon" aria-hidden="true" /></button>}
        </div>
      ))}
      {!value.split && value.category && value.series.length < 4 && <button type="button" className="link-button with-icon" onClick={() => change({ series: [...value.series, { aggregate: "count", field: "" }] })}><Plus className="icon" aria-hidden="true" />{t("Show another value")}</button>}
      <By label={t("Group by")} fields={vocabulary.categories} value={value.category} none={t("Nothing: one number")} onChange={(category) => settle({ category })} />
      {value.category && value.series.length === 1 && ["count", "filled", "sum"].includes(value.series[0].aggregate) && (
        <By label={t("Divide by")} fields={vocabulary.categories} value={value.split} none={t("Nothing")} onChange={(split) => settle({ split })} />
      )}
      <div className="pair">
        <Control label={t("Draw as")}>{(p) => <Choose {...p} options={kinds} value={value.kind} onChange={(kind) => change({ kind })} />}</Control>
        {value.category && <Control label={t("Limit to")}>{(p) => <Choose {...p} options={limits(t, dated)} value={String(value.top)} onChange={(top) => change({ top: Number(top) })} />}</Control>}
      </div>
    </>
  );
}

