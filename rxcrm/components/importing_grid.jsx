// Rows with cells that do not fit, to be put right one by one: arrows move, Enter edits, Escape gives up.
import { useEffect, useId, useRef, useState } from "react";
import { CircleAlert, Undo2 } from "lucide-react";
import { useT } from "./i18n.js";

/** The grid of the step Review. `grid.places` are the columns shown, `rows[i].cells` their texts. */
export function RowGrid({ run, view, grid, onRows, onMend }) {
  const t = useT();
  const id = useId();
  // The number of a row and the place of a column, not where they stand: other rows may come while somebody types.
  const [at, setAt] = useState([0, -1]);
  const [editing, setEditing] = useState(null);
  const frame = useRef(null);
  const moved = useRef(false);
  const { rows, places, headings } = grid;
  const [y, x] = [Math.max(0, rows.findIndex((r) => r.number === at[0])), Math.max(0, places.indexOf(at[1]))];
  const keep = ({ run: asked, number, place, was, text }) => text !== was && onMend(asked, number, place, text, false);
  useEffect(() => {
    if (editing?.run === run.id && places.includes(editing.place) && rows.some((r) => r.number === editing.number)) return;
    if (editing?.run === run.id) keep(editing); // its cell is not shown any more: the same as leaving it
    setEditing(null);
    // The first cell that needs attention is where one begins.
    const first = rows.find((r) => r.bad.some((b) => places.includes(b.place)));
    setAt(first ? [first.number, first.bad.find((b) => places.includes(b.place)).place] : [rows[0]?.number ?? 0, places[0] ?? -1]);
  }, [grid.token]);
  useEffect(() => {
    if (editing === null && moved.current) frame.current?.querySelector('[tabindex="0"][role="gridcell"]')?.focus();
    moved.current = false;
  }, [at, editing]);
  // On a narrow screen that cell, too, is to be seen.
  useEffect(() => {
    frame.current?.querySelector('[role="gridcell"][aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at, grid.token]);
  const go = (dy, dx) => {
    moved.current = true;
    const [j, i] = [Math.max(0, Math.min(rows.length - 1, y + dy)), Math.max(0, Math.min(places.length - 1, x + dx))];
    setAt([rows[j].number, places[i]]);
  };
  const begin = (text) => {
    const was = rows[y].cells[x] ?? "";
    setAt([rows[y].number, places[x]]);
    setEditing({ run: run.id, number: rows[y].number, place: places[x], was, text: text ?? was });
  };
  const commit = (dy, dx) => {
    keep(editing);
    setEditing(null);
    go(dy, dx);
  };
  const keys = (event) => {
    if (editing !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Home: [0, -places.length], End: [0, places.length], PageDown: [10, 0], PageUp: [-10, 0] }[event.key];
    if (step) (event.preventDefault(), go(...step));
    else if (event.key === "Enter" || event.key === "F2") (event.preventDefault(), begin());
    else if (event.key === "Delete" || event.key === "Backspace") (event.preventDefault(), begin(""));
    else if (event.key.length === 1) (event.preventDefault(), begin(event.key));
  };
  const editKeys = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") (event.preventDefault(), commit(1, 0));
    else if (event.key === "Tab") (event.preventDefault(), commit(0, event.shiftKey ? -1 : 1));
    else if (event.key === "Escape") {
      event.preventDefault();
      moved.current = true;
      setEditing(null);
    }
  };
  const row = rows[y];
  const bad = row?.bad.find((b) => b.place === places[x]);
  const mended = row?.mended.includes(places[x]);
  return (
    <section className="row-review" aria-label={t("Rows with problems")}>
      <header>
        <span className="check-label">
          <label htmlFor={`${id}-column`}>{t("Column")}</label>
          <select id={`${id}-column`} value={grid.finding ? "value" : String(grid.place)} onChange={(e) => onRows(run.id, 0, +e.target.value, 0)}>
            {grid.finding > 0 && <option value="value">{t("Rows with one value")}</option>}
            <option value="-1">{t("All columns")}</option>
            {view.columns.filter((c) => c.place >= 0).map((c) => <option key={c.place} value={c.place}>{c.heading}</option>)}
          </select>
        </span>
        <p className="hint">{t("Enter edits a cell, Escape gives up, arrows move.")}</p>
      </header>
      {!rows.length ? <p className="hint" role="status">{grid.ready ? t("No row has a problem here.") : t("Loading")}</p> : (
        <div className="cells-frame" ref={frame}>
          <table role="grid" className="cells" aria-label={t("Rows with problems")} aria-describedby={`${id}-cell`} onKeyDown={keys}>
            <thead><tr role="row"><td role="columnheader"><span className="unseen">{t("Row")}</span></td>{headings.map((heading, i) => <th key={places[i]} scope="col" role="columnheader">{heading}</th>)}</tr></thead>
            <tbody>
              {rows.map((r, j) => {
                const whole = r.bad.filter((b) => !places.includes(b.place));
                return (
                  <tr key={r.number} role="row" data-fine={!r.bad.length || undefined}>
                    <th scope="row" role="rowheader" title={whole.map((b) => b.sentence).join("\n") || undefined}>
                      {r.number}{whole.length > 0 && <CircleAlert className="icon" aria-label={whole.map((b) => b.sentence).join(" ")} />}
                    </th>
                    {places.map((place, i) => {
                      const wrong = r.bad.find((b) => b.place === place);
                      const here = j === y && i === x;
                      const open = editing?.run === run.id && editing.number === r.number && editing.place === place;
                      return (
                        <td key={place} role="gridcell" tabIndex={here ? 0 : -1} aria-selected={here} aria-invalid={wrong ? true : undefined} data-mended={r.mended.includes(place) || undefined}
                          title={wrong?.sentence} onClick={() => !open && (here ? begin() : ((moved.current = true), setEditing(null), setAt([r.number, place])))} onFocus={() => !here && setAt([r.number, place])}>
                          {open ? (
                            <input autoFocus aria-label={t("%(heading)s in row %(n)s", { heading: headings[i], n: r.number })} value={editing.text} onChange={(e) => setEditing({ ...editing, text: e.target.value })} onKeyDown={editKeys} onBlur={() => commit(0, 0)} onClick={(e) => e.stopPropagation()} />
                          ) : r.cells[i]}
                        </td>
                      );
                    })}
                  </tr>
                );
              })}
            </tbody>
          </table>
          {grid.more && <p className="more-rows"><button type="button" className="button" onClick={() => onRows(run.id, grid.finding, grid.place, rows.at(-1).number)}>{t("Show more")}</button></p>}
        </div>
      )}
      {row && (
        <footer className="cell-told" id={`${id}-cell`} aria-live="polite">
          <b>{t("Row %(n)s, %(heading)s", { n: row.number, heading: headings[x] })}</b>
          <span>{bad ? bad.sentence : mended ? t("Changed by hand; it fits.") : row.bad.length ? row.bad.map((b) => b.sentence).join(" ") : t("This row fits.")}</span>
          {mended && <button type="button" className="button small" onClick={() => onMend(run.id, row.number, places[x], "", true)}><Undo2 className="icon" aria-hidden="true" />{t("Undo")}</button>}
        </footer>
      )}
    </section>
  );
}
