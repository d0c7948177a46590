// The headings of a list: a click sorts, the menu beside it does everything else with the column (S 7.5).
import { useRef, useState } from "react";
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Check, EyeOff, Filter, MoveHorizontal, Pin, Rows3, Sigma } from "lucide-react";
import { useT } from "./i18n.js";
import { Menu } from "./ui.jsx";

/** What a column is dragged as: nothing else can be dropped on a heading. */
const DRAGGED = "application/x-rxcrm-column";

/** The head of the grid. */
export function GridHead({ layout, width, starts, sort, tabStop, all, some, none, onAll, onSort, tools }) {
  const t = useT();
  const { columns } = layout;
  const resizing = useRef(false);
  // Where a dragged column would come to stand: before or after which other.
  const [over, setOver] = useState(null);
  const aim = (e, key) => {
    if (!e.dataTransfer.types.includes(DRAGGED)) return;
    e.preventDefault();
    const at = e.currentTarget.getBoundingClientRect();
    const after = (e.clientX > at.left + at.width / 2) !== (document.dir === "rtl");
    if (over?.key !== key || over.after !== after) setOver({ key, after });
  };
  const drop = (e) => {
    e.preventDefault();
    const key = e.dataTransfer.getData(DRAGGED);
    if (over && columns.some((c) => c.key === key)) layout.place(key, over.key, over.after);
    setOver(null);
  };
  const begin = (e, key) => {
    if (resizing.current) return e.preventDefault();
    e.dataTransfer.setData(DRAGGED, key);
    e.dataTransfer.effectAllowed = "move";
    return undefined;
  };
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th className="tick" scope="col" data-cell="-1:0" aria-label={t("Selection")}>
          <input type="checkbox" tabIndex={tabStop(-1, 0)} aria-label={t("Select all")} checked={all} disabled={none} ref={(box) => box && (box.indeterminate = some && !all)} onChange={onAll} />
        </th>
        {columns.map((column, i) => {
          const { key } = column;
          const sorted = sort.find(([name]) => name === key);
          const place = sort.length > 1 && sorted ? sort.indexOf(sorted) + 1 : "";
          const label = t(column.label);
          return (
            <th key={key} scope="col" data-cell={`-1:${i + 1}`} data-kind={column.kind} data-label={label} aria-label={label} className={starts[key] === undefined ? undefined : "pinned"}
              data-drop={over?.key === key ? (over.after ? "after" : "before") : undefined}
              style={{ width: width(column), insetInlineStart: starts[key] }} aria-sort={sorted ? (sorted[1] ? "descending" : "ascending") : undefined}
              draggable onDragStart={(e) => begin(e, key)} onDragOver={(e) => aim(e, key)} onDragLeave={() => setOver(null)} onDragEnd={() => setOver(null)} onDrop={drop}>
              <div className="heading">
                {column.sortable ? (
                  <button type="button" tabIndex={tabStop(-1, i + 1)} onClick={(e) => onSort(key, e.shiftKey)}>
                    <span className="label" title={label}>{label}</span><span aria-hidden="true" className="sort">{sorted ? (sorted[1] ? "↓" : "↑") : ""}{place}</span>
                  </button>
                ) : <span className="plain" tabIndex={tabStop(-1, i + 1)} title={label}>{label}</span>}
                <ColumnMenu {...{ column, label, sorted, layout, tools, onSort }} at={i} last={i === columns.length - 1} />
              </div>
              <span className="resize" aria-hidden="true" onPointerDown={(e) => resize(e, key, layout, resizing)} onDoubleClick={() => tools.fit(key)} />
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function resize(event, key, layout, resizing) {
  event.preventDefault();
  event.stopPropagation();
  resizing.current = true;
  const start = event.clientX, drawn = event.currentTarget.closest("th").offsetWidth;
  const widthAt = (e) => drawn + (e.clientX - start) * (document.dir === "rtl" ? -1 : 1);
  const move = (e) => layout.drag(key, widthAt(e));
  const up = (e) => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", up);
    resizing.current = false;
    if (Math.abs(e.clientX - start) > 2) layout.widen(key, widthAt(e)); // a click on the edge is no change
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
}

const SPANS = (t) => [["day", t("Group by day")], ["week", t("Group by week")], ["month", t("Group by month")], ["quarter", t("Group by quarter")], ["year", t("Group by year")]];
const FUNCTIONS = (t) => [["sum", t("Sum")], ["avg", t("Average")], ["min", t("Minimum")], ["max", t("Maximum")]];

function ColumnMenu({ column, label, sorted, layout, tools, onSort, at, last }) {
  const t = useT();
  const { key, kind } = column;
  const dated = ["moment", "date", "due"].includes(kind);
  const [grouped, span] = tools.group.split(":");
  const total = tools.totals[key];
  const item = (Icon, text, run, on, off) => (
    <button key={text} type="button" role={on === undefined ? "menuitem" : "menuitemradio"} aria-checked={on} disabled={off} onClick={run}>
      {on ? <Check className="icon" aria-hidden="true" /> : <Icon className="icon" aria-hidden="true" />}{text}
    </button>
  );
  // Percentages are not added up.
  const functions = FUNCTIONS(t).filter(([by]) => by !== "sum" || kind !== "percent");
  return (
    <Menu label={t("Column options: %(name)s", { name: label })} className="column-menu" tabIndex={-1} text={<span className="caret" aria-hidden="true" />}>
      {column.sortable && item(ArrowUp, t("Sort ascending"), (e) => onSort(key, e.shiftKey, false), sorted ? !sorted[1] : undefined)}
      {column.sortable && item(ArrowDown, t("Sort descending"), (e) => onSort(key, e.shiftKey, true), sorted ? sorted[1] : undefined)}
      {column.filters && item(Filter, t("Filter by this column"), () => window.dispatchEvent(new CustomEvent("rxcrm:filter", { detail: { field: column.filters } })))}
      {column.groups && (column.sortable || column.filters) && <hr />}
      {column.groups && (dated ? SPANS(t).map(([by, text]) => item(Rows3, text, () => tools.groupBy(grouped === key && span === by ? "" : `${key}:${by}`), grouped === key && span === by))
        : item(Rows3, t("Group by this column"), () => tools.groupBy(grouped === key ? "" : key), grouped === key))}
      {column.adds && <hr />}
      {column.adds && functions.map(([by, text]) => item(Sigma, text, () => tools.totalBy(key, total === by ? "" : by), total === by))}
      <hr />
      {item(MoveHorizontal, t("Width to fit"), () => tools.fit(key))}
      {item(ArrowLeft, t("Move left"), () => layout.nudge(key, -1), undefined, at === 0)}
      {item(ArrowRight, t("Move right"), () => layout.nudge(key, 1), undefined, last)}
      {at > 0 && item(Pin, t("Pin"), () => layout.pin(key), layout.pinned.includes(key))}
      {at > 0 && item(EyeOff, t("Hide"), () => layout.hide(key))}
    </Menu>
  );
}
