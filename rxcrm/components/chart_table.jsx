// The numbers of a chart or report as a table: each leads to its rows, and a heading sorts by its column.
import { useState } from "react";
import { behind, shown } from "./chart_formats.js";
import { useT } from "./i18n.js";

/** How much of its cell a number fills, as a bar behind it; only where several can be compared. */
const fill = (value, most, several) => (several && most > 0 && value > 0 ? { "--fill": `${Math.round((100 * value) / most)}%` } : undefined);

/** The points by one column, the largest first unless `down` is false; what has no value stands last. */
function sorted(points, { at, down }, locale) {
  if (at === null) return points;
  const values = (p) => (at < 0 ? p.label : p.values[at]);
  const order = (a, b) => (at < 0 ? a.localeCompare(b, locale) : a - b) * (down ? -1 : 1);
  return [...points].sort((a, b) => (values(a) === null) - (values(b) === null) || (values(a) === null ? 0 : order(values(a), values(b))));
}

export function Numbers({ figures, go }) {
  const t = useT();
  const [by, setBy] = useState({ at: null, down: true });
  const most = figures.measures.map((_, i) => Math.max(0, ...figures.points.map((p) => p.values[i] ?? 0)));
  const several = figures.points.length > 2;
  const totals = figures.totals?.length ? figures.totals : null;
  // One way, the other way, as it came.
  const turn = (at) => setBy(by.at !== at ? { at, down: at >= 0 } : by.down === at >= 0 ? { at, down: at < 0 } : { at: null, down: true });
  const heading = (at, text) => (
    <th key={at} scope="col" aria-sort={by.at !== at ? undefined : by.down ? "descending" : "ascending"}>
      {several ? <button type="button" onClick={() => turn(at)}>{text}{by.at === at && <span aria-hidden="true">{by.down ? " ↓" : " ↑"}</span>}</button> : text}
    </th>
  );
  return (
    <div className="numbers" tabIndex={0} role="region" aria-label={t("Data of %(title)s", { title: figures.title })}>
      <table>
        <thead><tr>{heading(-1, figures.category || t("Name"))}{figures.measures.map((m, i) => heading(i, m.label))}</tr></thead>
        <tbody>
          {sorted(figures.points, by, t.locale).map((p) => (
            <tr key={p.key}>
              <th scope="row">{p.label}</th>
              {figures.measures.map((m, i) => <Cell key={m.key} {...{ figures, go }} measure={m} point={p} value={p.values[i]} style={m.unit === "seconds" ? undefined : fill(p.values[i], most[i], several)} />)}
            </tr>
          ))}
          {!figures.points.length && <tr><td colSpan={figures.measures.length + 1} className="hint">{t("Nothing to show yet.")}</td></tr>}
        </tbody>
        {totals && <tfoot><tr><th scope="row">{t("Total")}</th>{figures.measures.map((m, i) => <td key={m.key}>{totals[i] === null ? "" : shown(t, m, totals[i])}</td>)}</tr></tfoot>}
      </table>
    </div>
  );
}

function Cell({ figures, go, measure, point, value, style }) {
  const t = useT();
  const text = shown(t, measure, value), to = value ? behind(figures, measure, point) : "";
  const follow = (e) => e.metaKey || e.ctrlKey || (e.preventDefault(), go(measure, point));
  return <td className={value ? undefined : "none"} style={style}>{to ? <a href={to} onClick={follow} aria-label={`${point.label}, ${measure.label}: ${text}`}>{text}</a> : text}</td>;
}
