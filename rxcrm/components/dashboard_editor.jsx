// The dialog that describes a tile, with what it will show beside it.
import { useEffect, useRef, useState } from "react";
import { Condition } from "./chart_condition.jsx";
import { Preview } from "./chart_dialog.jsx";
import { ChartFields, Choose, Control, newChart } from "./chart_editor.jsx";
import { RESTS, useFigures } from "./chart_fetch.js";
import { KINDS } from "./chart_formats.js";
import { Inputs, Rows, previewOf } from "./dashboard_tile.jsx";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

const KEEPS = (t) => [["chart", t("Chart or number")], ["report", t("Report")], ["list", t("List")]];
const GROUPS = (t) => [["mine", t("My views")], ["shared", t("Shared with me")], ["system", t("System views")]];
/** How large a new tile is. */
const SIZES = { chart: { wide: 4, tall: 7 }, number: { wide: 3, tall: 3 }, report: { wide: 6, tall: 7 }, list: { wide: 6, tall: 7 } };

const firstTile = (words) => ({ kind: "chart", title: "", entity: words.entity, view: "", chart: "", definition: newChart(words), drawing: "", report: "", inputs: {}, where: null, ...SIZES.chart, rows: 10 });

/** Describes a tile; `tile` is null for a new one, `shared` says that others see the dashboard too. */
export function TileDialog({ tile, vocabulary, zone, shared, onKeep, onClose }) {
  const t = useT();
  const [wanted, setWanted] = useState(() => tile ?? firstTile(vocabulary.find((v) => v.entity === "lead") ?? vocabulary[0]));
  const change = (part) => setWanted((was) => ({ ...was, ...part }));
  const wordsOf = (entity) => vocabulary.find((v) => v.entity === entity) ?? vocabulary[0];
  const words = wordsOf(wanted.entity);
  const reports = vocabulary.flatMap((v) => v.reports.map((r) => ({ ...r, entity: v.entity })));
  const report = reports.find((r) => r.key === wanted.report) ?? reports[0];
  const to = (entity) => change({ entity, view: "", chart: "", where: null, definition: wanted.kind === "chart" ? newChart(wordsOf(entity)) : null });
  const turn = (kind) => change({ kind, view: kind === "list" ? words.views[0]?.[0] ?? "" : "", definition: kind === "chart" ? newChart(words) : null, chart: "", inputs: {}, drawing: "", where: null, ...(kind === "report" ? { report: report.key, entity: report.entity } : { report: "" }), ...(tile ? {} : SIZES[kind]) });
  const described = (definition) => change({ definition, ...(!tile && (definition.kind === "number") !== (wanted.definition?.kind === "number") ? SIZES[definition.kind === "number" ? "number" : "chart"] : {}) });
  const title = useRef(null);
  useEffect(() => title.current?.focus(), []);
  const [found, refresh] = useFigures(previewOf(wanted), { rests: RESTS });
  const keep = (e) => {
    e.preventDefault();
    onKeep({ ...wanted, titled: found.title });
  };
  const personal = /^v\d+$/.test(wanted.view);
  return (
    <Dialog open side title={tile ? t("Change tile") : t("Add tile")} onClose={onClose}>
      <form className="ask-form chart-form" onSubmit={keep} noValidate aria-label={t("Tile")}>
        <div className="made-of">
          <Control label={t("What it shows")}>{(p) => <Choose {...p} options={KEEPS(t)} value={wanted.kind} onChange={turn} />}</Control>
          <Control label={t("Title")} hint={t("Empty: the name of what it shows.")}>{(p) => <input {...p} ref={title} maxLength={100} value={wanted.title} onChange={(e) => change({ title: e.target.value })} />}</Control>
          {wanted.kind === "report" ? (
            <>
              <Control label={t("Report")} hint={report.help}>{(p) => <Choose {...p} options={reports.map((r) => [r.key, r.label])} value={report.key} onChange={(key) => change({ report: key, entity: reports.find((r) => r.key === key).entity, inputs: {}, where: null })} />}</Control>
              <Inputs asked={report.inputs} values={wanted.inputs} onChange={(inputs) => change({ inputs })} />
              <Control label={t("Draw as")}>{(p) => <Choose {...p} options={[["", t("As usual")], ...Object.entries(KINDS(t)).filter(([k]) => !["number", "stacked"].includes(k))]} value={wanted.drawing} onChange={(drawing) => change({ drawing })} />}</Control>
            </>
          ) : (
            <div className="pair">
              <Control label={t("Records")}>{(p) => <Choose {...p} options={vocabulary.map((v) => [v.entity, v.label])} value={words.entity} onChange={to} />}</Control>
              <Control label={t("View")} hint={personal ? (shared ? t("Others see this tile if the view is shared with them.") : t("A view of your own.")) : undefined}>{(p) => <Choose {...p} groups={GROUPS(t)} options={wanted.kind === "chart" ? [["", t("All records")], ...words.views.filter(([k]) => k !== "all")] : words.views} value={wanted.view} onChange={(view) => change({ view })} />}</Control>
            </div>
          )}
          {wanted.kind === "chart" && (
            <>
              <Control label={t("Chart")}>{(p) => <Choose {...p} options={[["", t("One of its own")], ...words.charts]} value={wanted.chart} onChange={(chart) => change(chart ? { chart, definition: null } : { chart: "", definition: newChart(words) })} />}</Control>
              {wanted.definition && <ChartFields vocabulary={words} value={wanted.definition} onChange={described} />}
            </>
          )}
          <Condition key={`${wanted.kind} ${wanted.entity}`} entity={wanted.entity} value={wanted.where} names={found.names} onChange={(where) => change({ where })} />
          {wanted.kind === "list" && <Control label={t("Rows at most")}>{(p) => <Choose {...p} options={["5", "10", "15", "20"].map((n) => [n, n])} value={String(wanted.rows)} onChange={(rows) => change({ rows: Number(rows) })} />}</Control>}
        </div>
        <Preview {...{ found, refresh }} kind={found.figures?.kind} title={found.title}>{found.rows ? <Rows one={wanted} title={found.title} rows={found.rows} zone={zone} /> : undefined}</Preview>
        <footer>
          <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
          <button type="submit" className="button primary">{tile ? t("Apply") : t("Add tile")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
