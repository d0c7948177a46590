// The charts pane beside a list: one chart over the rows of the view as the address describes them (S 7.11).
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { ChartColumn, MoreHorizontal, RefreshCw, Table2, X } from "lucide-react";
import { useFigures } from "./chart_fetch.js";
import { KINDS, condition, ways } from "./chart_formats.js";
import "./charts.css";
import { useT } from "./i18n.js";
import { useAddress } from "./list_address.js";
import { Menu } from "./ui.jsx";

const Chart = lazy(() => import("./chart.jsx").then((m) => ({ default: m.Chart })));
const ChartDialog = lazy(() => import("./chart_dialog.jsx").then((m) => ({ default: m.ChartDialog })));

/** What in an address is not about the rows. */
const OTHER = ["as", "chart", "drawn", "page", "after", "before", "last", "sort", "columns", "group", "size"];

/** Whether the address asks for the pane, or the view that people saved with it. */
const isShown = (params, head) => (params.get("as") || head?.saved?.kind) === "charts";
/** What the address says to show the pane, or the list alone. */
const as = (wanted, head) => ({ as: (head?.saved?.kind === "charts") === wanted ? "" : wanted ? "charts" : "list", chart: "", drawn: "" });

/** Shows and hides the pane. */
export function ChartCommand({ head }) {
  const t = useT();
  const { params, go } = useAddress();
  const shown = isShown(params, head);
  return (
    <button type="button" className="button command" aria-pressed={shown} onClick={() => go(as(!shown, head), { keepPage: true })}>
      <ChartColumn className="icon" aria-hidden="true" /><span>{shown ? t("Hide chart") : t("Show chart")}</span>
    </button>
  );
}

export function ChartsPane({ entity, head, zone, loaded, charts, vocabulary, answer, mayExport, administrator, onOpen, onSave, onRemove }) {
  const t = useT();
  const { params, go, location } = useAddress();
  const shown = isShown(params, head);
  const [edited, setEdited] = useState(null);
  const [removing, setRemoving] = useState(false);
  const [table, setTable] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (shown) onOpen(entity);
  }, [shown, entity]);
  const key = params.get("chart") ?? "";
  const known = loaded === entity ? charts : [];
  const chart = known.find((c) => c.key === key) ?? (key ? null : known[0]);
  const asked = new URLSearchParams(location.search);
  OTHER.forEach((name) => asked.delete(name));
  asked.set("chart", key);
  const [found, refresh] = useFigures(shown ? `/data/charts/${entity}?${asked}` : "", { more: [chart?.version] });
  if (!shown) return null;
  const figures = found.figures;
  const offered = figures ? ways(figures) : [];
  const kind = offered.includes(params.get("drawn")) ? params.get("drawn") : figures?.kind;
  const drill = (measure, point) => {
    const filter = condition(measure, point);
    if (filter) go({ filter: JSON.stringify(filter) });
  };
  const file = (format) => `/files/charts/${entity}?${asked}&format=${format}`;
  const picture = async (format) => (await import("./chart_picture.js")).savePicture(box.current, figures.title, format);
  const rows = new URLSearchParams(asked);
  rows.delete("chart");
  const words = vocabulary.find((v) => v.entity === entity);
  const mine = known.filter((c) => c.own), system = known.filter((c) => !c.own);
  const options = (list) => list.map((c) => <option key={c.key} value={c.key}>{c.label}</option>);
  return (
    <aside className="charts-pane" aria-label={t("Charts")} ref={box}>
      <header>
        <label className="unseen" htmlFor="chart-choice">{t("Chart")}</label>
        <select id="chart-choice" value={chart?.key ?? key} onChange={(e) => go({ chart: e.target.value, drawn: "" }, { keepPage: true })}>
          {!chart && <option value={key}>{figures?.title ?? " "}</option>}
          {mine.length > 0 && <optgroup label={t("My charts")}>{options(mine)}</optgroup>}
          <optgroup label={t("System charts")}>{options(system)}</optgroup>
        </select>
        <Menu label={t("More about this chart")} text={<MoreHorizontal className="icon" aria-hidden="true" />} className="icon-button" align="end">
          <button type="button" role="menuitem" disabled={!words} onClick={() => setEdited({ id: 0, version: 0, definition: { ...(chart?.definition ?? {}), entity } })}>{t("New chart")}</button>
          {chart?.change && <button type="button" role="menuitem" disabled={!words} onClick={() => setEdited(chart)}>{t("Change chart")}</button>}
          {chart?.change && <button type="button" role="menuitem" onClick={() => setRemoving(true)}>{t("Delete chart")}</button>}
          <hr />
          <PictureItems disabled={!figures || table || ["table", "number", "tag"].includes(kind)} onPicture={picture} />
          {mayExport && <a role="menuitem" href={file("xlsx")} download>{t("Data as Excel file")}</a>}
          {mayExport && <a role="menuitem" href={file("csv")} download>{t("Data as CSV file")}</a>}
        </Menu>
        <button type="button" className="icon-button" aria-label={t("Hide chart")} title={t("Hide chart")} onClick={() => go(as(false, head), { keepPage: true })}><X className="icon" aria-hidden="true" /></button>
        <div className="pane-tools">
          <label className="unseen" htmlFor="chart-kind">{t("Draw as")}</label>
          <select id="chart-kind" value={kind ?? ""} disabled={!figures} onChange={(e) => go({ drawn: e.target.value === figures.kind ? "" : e.target.value }, { keepPage: true })}>
            {offered.map((k) => <option key={k} value={k}>{KINDS(t)[k]}</option>)}
          </select>
          {kind !== "table" && <DataSwitch table={table} onTable={setTable} />}
          <button type="button" className="icon-button" aria-label={t("Refresh chart")} title={t("Refresh chart")} onClick={refresh}><RefreshCw className="icon" aria-hidden="true" /></button>
          {figures && <small className="of">{t("Data of %(time)s", { time: t.time(figures.at, zone) })}</small>}
        </div>
      </header>
      {removing && (
        <div className="banner" role="alertdialog" aria-label={t("Delete chart")}>
          <span>{t("Delete the chart “%(name)s”?", { name: chart?.label })}</span>
          <button type="button" className="button small" onClick={() => setRemoving(false)}>{t("Cancel")}</button>
          <button type="button" className="button small danger" onClick={() => (setRemoving(false), onRemove(entity, chart.id), go({ chart: "" }, { keepPage: true }))}>{t("Delete")}</button>
        </div>
      )}
      <ChartBody found={found} kind={kind} table={table} onDrill={drill} onAgain={refresh} height={kind === "pie" || kind === "doughnut" ? 250 : 290} />
      {edited && words && (
        <Suspense fallback={null}>
          <ChartDialog {...{ entity, vocabulary: words, administrator, answer, onSave }} chart={edited} asked={rows.toString()}
            onClose={(made) => (setEdited(null), made && (go({ chart: made, drawn: "" }, { keepPage: true }), refresh()))} />
        </Suspense>
      )}
    </aside>
  );
}

/** The entries of a menu that save a drawing. */
export function PictureItems({ disabled, onPicture }) {
  const t = useT();
  return (
    <>
      <button type="button" role="menuitem" disabled={disabled} onClick={() => onPicture("png")}>{t("Save as picture (PNG)")}</button>
      <button type="button" role="menuitem" disabled={disabled} onClick={() => onPicture("svg")}>{t("Save as drawing (SVG)")}</button>
    </>
  );
}

/** Switches between a drawing and its numbers. */
export function DataSwitch({ table, onTable }) {
  const t = useT();
  const text = table ? t("Show chart") : t("Show data");
  return <button type="button" className="icon-button" aria-label={text} title={text} onClick={() => onTable(!table)}>{table ? <ChartColumn className="icon" aria-hidden="true" /> : <Table2 className="icon" aria-hidden="true" />}</button>;
}

/** A chart with what comes before it and instead of it: a skeleton, a reason. */
export function ChartBody({ found, kind, table, height, onDrill, onAgain }) {
  const t = useT();
  const { figures, problem, busy } = found;
  if (problem) return <div className="tile-problem" role="alert"><p>{problem}</p><button type="button" className="button small" onClick={onAgain}>{t("Try again")}</button></div>;
  if (!figures) return <Skeleton />;
  return (
    <div className={`chart-body${busy ? " busy" : ""}`} aria-busy={busy}>
      <Suspense fallback={<Skeleton />}><Chart {...{ figures, height, onDrill, table }} kind={kind ?? figures.kind} /></Suspense>
    </div>
  );
}

export function Skeleton() {
  const t = useT();
  return <div className="tile-skeleton" role="status" aria-label={t("Loading")}>{[60, 85, 40, 72, 52, 90].map((h, i) => <span key={i} style={{ height: `${h}%` }} />)}</div>;
}
