// A tile of a dashboard: a chart, a number, a report or the first rows of a view, which asks for its figures itself.
import { useEffect, useRef, useState } from "react";
import { ArrowUpRight, GripVertical, MoreHorizontal, Pencil, SlidersHorizontal } from "lucide-react";
import { Choose, Control } from "./chart_editor.jsx";
import { useFigures } from "./chart_fetch.js";
import { ChartBody, DataSwitch, PictureItems } from "./charts_pane.jsx";
import { BOUNDS } from "./dashboard_drag.js";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { Dialog, Menu } from "./ui.jsx";

const listOf = (entity) => addressOf(entity, "").slice(0, -1);

/** What a tile shows, without where it stands and how large it is. */
export const contentOf = ({ uid, id, titled, changed, wide, tall, ...content }) => content;

/** The address of what a tile shows: that of a dashboard as it is saved, or of a description that nobody has saved yet. */
export const previewOf = (one) => `/data/tiles?tile=${encodeURIComponent(JSON.stringify(contentOf(one)))}`;

/**
 * One tile. `board` is the dashboard that is saved with it, empty for a new or changed tile. With `arrange` it is being
 * edited: `arrange` has what moves, resizes, changes, copies and removes it, and what its grip and corner listen to.
 */
export function Tile({ one, at, count, board, round, kept, mayExport, zone, held, arrange, onSeen }) {
  const t = useT();
  const box = useRef(null);
  const [table, setTable] = useState(false);
  // What a report is asked with while one looks at it; nobody else sees that.
  const [inputs, setInputs] = useState(null);
  const [asking, setAsking] = useState(false);
  const asked = inputs ? { ...one, inputs: { ...one.inputs, ...inputs } } : one;
  const saved = board && !inputs;
  const [found, refresh] = useFigures(saved ? `/data/dashboards/${board}/${one.id}?${round}` : `${previewOf(asked)}&${round}`, { kept, name: JSON.stringify(contentOf(asked)) });
  useEffect(() => {
    if (found.at && !found.busy) onSeen?.(found.at);
  }, [found]);
  const title = found.title ?? one.titled ?? "";
  const { figures, rows } = found;
  const kind = figures?.kind ?? (one.definition ? one.definition.kind : "");
  const number = kind === "number";
  const file = (format) => (saved ? `/files/dashboards/${board}/${one.id}?format=${format}` : `${previewOf(asked).replace("/data/", "/files/")}&format=${format}`);
  const given = (figures?.asked ?? []).filter((a) => a.most);
  const picture = async (format) => (await import("./chart_picture.js")).savePicture(box.current, title, format);
  const drawn = figures && kind !== "table" && !number;
  return (
    <section className={`tile${number ? " number" : ""}${held ? " held" : ""}`} aria-label={title} data-tile={at} data-uid={one.uid ?? one.id} data-wide={one.wide} ref={box} style={{ "--wide": one.wide, "--tall": one.tall }}>
      <header {...arrange?.head}>
        {arrange && <Grip {...{ title, at, count }} arrange={arrange} />}
        <div className="titles">
          <h2 title={title}>{title || " "}</h2>
          {given.length > 0 && !number && <small>{told(given)}</small>}
        </div>
        {arrange ? <Arrange {...{ one, at, count, title, arrange }} /> : (
          <div className="tile-tools">
            {rows && <a className="icon-button" href={addressOfRows(one, rows)} aria-label={t("Open the list: %(title)s", { title })} title={t("Open the list")}><ArrowUpRight className="icon" aria-hidden="true" /></a>}
            {figures?.asked?.length > 0 && !number && <button type="button" className="icon-button" aria-label={t("Ask %(title)s otherwise", { title })} title={t("Ask otherwise")} onClick={() => setAsking(true)}><SlidersHorizontal className="icon" aria-hidden="true" /></button>}
            {drawn && figures.points.length > 0 && <DataSwitch table={table} onTable={setTable} />}
            <Menu label={t("More about %(title)s", { title })} text={<MoreHorizontal className="icon" aria-hidden="true" />} className="icon-button" align="end">
              <button type="button" role="menuitem" onClick={refresh}>{t("Refresh")}</button>
              {drawn && <PictureItems disabled={table || kind === "tag" || !figures.points.length} onPicture={picture} />}
              {figures && mayExport && <a role="menuitem" href={file("xlsx")} download>{t("Data as Excel file")}</a>}
              {figures && mayExport && <a role="menuitem" href={file("csv")} download>{t("Data as CSV file")}</a>}
            </Menu>
          </div>
        )}
      </header>
      {rows ? <Rows {...{ one, zone, rows, title }} /> : <ChartBody found={found} table={table} onAgain={refresh} />}
      {asking && <AskDialog {...{ title }} asked={figures.asked} changed={!!inputs} onAsk={(values) => (setInputs(values), setAsking(false))} onClose={() => setAsking(false)} />}
      {arrange && <Corner {...{ one, title, arrange }} />}
    </section>
  );
}

const told = (given) => given.map((a) => `${a.label}: ${a.value}`).join(" · ");

/** Asks for the inputs of a report, for whoever looks at it now; `onAsk(null)` is as the dashboard has it. */
function AskDialog({ title, asked, changed, onAsk, onClose }) {
  const t = useT();
  const [values, setValues] = useState(() => Object.fromEntries(asked.map((a) => [a.name, a.value])));
  return (
    <Dialog open title={title} onClose={onClose}>
      <form className="ask-form" noValidate onSubmit={(e) => (e.preventDefault(), onAsk(values))} aria-label={t("Ask otherwise")}>
        <Inputs {...{ asked, values }} onChange={setValues} />
        <p className="hint">{t("Only you see this, until you leave the page. To keep it, edit the dashboard.")}</p>
        <footer>
          {changed && <button type="button" className="button" onClick={() => onAsk(null)}>{t("As before")}</button>}
          <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
          <button type="submit" className="button primary">{t("Show")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A control for each input of a report. */
export function Inputs({ asked, values, onChange }) {
  return asked.map((a) => (
    <Control key={a.name} label={a.label}>{(p) => {
      const value = values[a.name] ?? a.value ?? a.default, set = (v) => onChange({ ...values, [a.name]: v });
      return a.options.length ? <Choose {...p} options={a.options} value={value} onChange={set} /> : <input {...p} type="number" inputMode="numeric" min="1" max={a.most} value={value} onChange={(e) => set(e.target.value)} />;
    }}</Control>
  ));
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where one takes hold of a tile; arrows move it too. */
function Grip({ title, at, count, arrange }) {
  const t = useT();
  const keys = (e) => {
    const [x, y] = ARROWS[e.key] ?? [];
    if (x === undefined) return;
    e.preventDefault();
    arrange.move(x || y);
  };
  return (
    <button type="button" className="icon-button grip" onKeyDown={keys} aria-label={t("Move %(title)s, place %(n)s of %(all)s", { title, n: at + 1, all: count })} title={t("Drag, or press the arrow keys")}>
      <GripVertical className="icon" aria-hidden="true" />
    </button>
  );
}

/** Where one draws a tile larger or smaller; arrows do it too. */
function Corner({ one, title, arrange }) {
  const t = useT();
  const keys = (e) => {
    const [x, y] = ARROWS[e.key] ?? [];
    if (x === undefined) return;
    e.preventDefault();
    arrange.size(x, y);
  };
  return (
    <button type="button" className="corner" {...arrange.corner} onKeyDown={keys} title={t("Drag, or press the arrow keys")}
      aria-label={t("Resize %(title)s: %(wide)s of 12 columns wide, %(tall)s rows tall", { title, wide: one.wide, tall: one.tall })}>
      <svg width="12" height="12" aria-hidden="true"><path d="M11,1 L1,11 M11,6 L6,11" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" /></svg>
    </button>
  );
}

/** What can be done with a tile while its dashboard is edited. */
function Arrange({ one, at, count, title, arrange }) {
  const t = useT();
  const item = (text, disabled, act) => <button type="button" role="menuitem" disabled={disabled} onClick={act}>{text}</button>;
  return (
    <div className="tile-tools">
      <button type="button" className="icon-button pencil" aria-label={t("Change %(title)s", { title })} title={t("Change tile")} onClick={arrange.change}><Pencil className="icon" aria-hidden="true" /></button>
      <Menu label={t("Arrange %(title)s", { title })} text={<MoreHorizontal className="icon" aria-hidden="true" />} className="icon-button" align="end">
        {item(t("Change tile"), false, arrange.change)}
        <hr />
        {item(t("Move forward"), at === 0, () => arrange.move(-1))}
        {item(t("Move back"), at === count - 1, () => arrange.move(1))}
        <hr />
        {item(t("Wider"), one.wide >= BOUNDS.wide[1], () => arrange.size(1, 0))}
        {item(t("Narrower"), one.wide <= BOUNDS.wide[0], () => arrange.size(-1, 0))}
        {item(t("Taller"), one.tall >= BOUNDS.tall[1], () => arrange.size(0, 1))}
        {item(t("Lower"), one.tall <= BOUNDS.tall[0], () => arrange.size(0, -1))}
        <hr />
        {item(t("Copy"), !arrange.copy, arrange.copy)}
        {item(t("Remove tile"), false, arrange.remove)}
      </Menu>
    </div>
  );
}

const addressOfRows = (one, rows) => {
  const asked = new URLSearchParams({ view: rows.view, ...(one.where ? { filter: JSON.stringify(rows.where) } : {}) });
  return `${listOf(one.entity)}?${asked}`;
};

/** The first rows of a view. */
export function Rows({ one, title, rows: { columns, rows }, zone }) {
  const t = useT();
  const shown = columns.slice(0, one.wide > 8 ? 6 : one.wide > 5 ? 4 : one.wide > 3 ? 3 : 2);
  const path = listOf(one.entity);
  if (!rows.length) return <div className="no-data"><p className="hint">{t("Nothing here now.")}</p></div>;
  return (
    <div className="tile-rows" tabIndex={0} role="region" aria-label={t("Rows of %(title)s", { title })}>
      <table>
        <thead><tr>{shown.map((c) => <th key={c.key} scope="col">{c.label}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <tr key={row.id}>{shown.map((c) => <td key={c.key} data-kind={c.kind} title={cell(t, c, row, zone)}>{c.kind === "link" ? <a href={`${path}/${row.id}`}>{row[c.key] || t("(no name)")}</a> : cell(t, c, row, zone)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function cell(t, column, row, zone) {
  const value = row[column.key] ?? "";
  if (column.options?.[value]) return column.options[value];
  if (column.kind === "moment" || column.kind === "due") return t.short(value, zone);
  if (column.kind === "date") return t.day(value);
  if (column.kind === "money") return t.money(value, row.currency);
  if (column.kind === "percent") return value === "" ? "" : t.percent(+value);
  return value;
}
