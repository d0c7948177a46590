// The grid of a list: one cell is in the tab order, arrows move; rows are ticked, edited, grouped and looked at in place.
import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { CellEditor, isEditable } from "./cell_editor.jsx";
import { fitting, useColumns, useSteady } from "./grid_columns.js";
import { groupOf, useGroups, useTotals } from "./grid_groups.js";
import { GridHead } from "./grid_head.jsx";
import { GroupRow, MoreRow, Row, Totals } from "./grid_rows.jsx";
import { useT } from "./i18n.js";
import { Peek } from "./peek.jsx";
import { selection, useSelection } from "./selection_store.js";
import { useFields } from "./shape.js";

/** How long a stored cell shows that it is, and how long a click waits whether a second one makes it a double click. */
const FLASHES = 1_500, DOUBLE = 240;
const WIDE = "(min-width: 900px)";
/** How wide a letter of a heading is, and what stands beside it, in px. */
const LETTER = 6.6, BESIDE = 30;
/** The width of the column of ticks, in px. */
const TICK = 44;

const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .cell-editor");

/** Whether a record is shown beside the list, rather than in its place. */
const isWide = () => window.matchMedia(WIDE).matches;

/** A real grid: one cell is in the tab order, arrows move, Enter opens or edits, Space looks, X ticks. */
export function Grid({ entity, list, columns: told, rows: page, sort, busy, ready, zone, label, view, params, go, shown, total, cap, onSort, onPick, tools }) {
  const t = useT();
  const navigate = useNavigate();
  const table = useRef(null);
  const [frame, setFrame] = useState(0);
  const layout = useColumns({ entity, view, told, params, go });
  const { sizes } = layout;
  const columns = useSteady(layout.columns);
  const query = shown ?? "";
  const group = groupOf(params, tools.group);
  const own = (tools.totals ?? []).map((pair) => pair.join(":")).join(",");
  const totalled = params.get("totals") === "-" ? "" : (params.get("totals") ?? own);
  const groups = useGroups({ entity, group, query, ready, busy, tools });
  const totals = useTotals({ entity, totals: totalled, query, ready, busy, tools });
  const picked = useSelection();
  const [focus, setFocus] = useState([0, 1]);
  const [fresh, setFresh] = useState({});
  const [flash, setFlash] = useState(null);
  const [editing, setEditing] = useState(null);
  const [peeked, setPeeked] = useState("");
  const lastPicked = useRef(0);
  const clicked = useRef(0);
  const fields = useFields(entity, tools.fields);
  const lines = group ? groups.lines.map((line) => (line.row && fresh[line.row.id] ? { ...line, row: { ...line.row, ...fresh[line.row.id] } } : line))
    : page.map((row) => ({ kind: "row", key: row.id, row: fresh[row.id] ? { ...row, ...fresh[row.id] } : row }));
  const rows = lines.filter((line) => line.row).map((line) => line.row);
  const drawn = JSON.stringify(rows.map((row) => row.id));

  useEffect(() => setFresh({}), [page, shown]);
  useEffect(() => {
    selection.set({ entity, rows, total, cap, query });
  }, [entity, drawn, total, cap, query]);
  useEffect(() => {
    // Another page, another view, or the same one brought up to date: nothing is ticked any more. What is typed into a cell of
    // a record that is still there stays, even if its column has gone meanwhile.
    selection.clear();
    setEditing((now) => (now && rows.some((row) => row.id === now.row.id) ? now : null));
  }, [entity, page]);
  useEffect(() => {
    const over = () => (selection.clear(), setFresh({}));
    window.addEventListener("rxcrm:refresh", over);
    return () => window.removeEventListener("rxcrm:refresh", over);
  }, []);
  useEffect(() => () => selection.set({ entity: "", ids: [], rows: [], everything: false }), []);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setFrame(Math.round(entry.contentRect.width)));
    watch.observe(table.current.parentElement);
    return () => watch.disconnect();
  }, []);
  const ids = picked.entity === entity ? picked.ids : [];
  const ticked = new Set(ids.map(String));
  useEffect(() => {
    onPick(ids);
  }, [ids.join()]);

  const select = (next) => selection.set({ ids: [...next].map(Number), everything: false });
  const toggle = (index, range) => {
    const row = lines[index]?.row;
    if (!row) return;
    const next = new Set(ticked), on = !next.has(row.id);
    const [from, to] = range ? [Math.min(index, lastPicked.current), Math.max(index, lastPicked.current)] : [index, index];
    for (const line of lines.slice(from, to + 1)) if (line.row) on ? next.add(line.row.id) : next.delete(line.row.id);
    lastPicked.current = index;
    select(next);
  };
  const edit = (r, c) => {
    const row = lines[r]?.row, column = columns[c - 1];
    const cell = table.current?.querySelector(`[data-cell="${r}:${c}"]`);
    if (!row || !column || !cell || !isEditable(column, fields, tools.rights, entity)) return false;
    setEditing({ row, column, cell, at: [r, c] });
    return true;
  };
  const finish = (change) => {
    const { row, column, cell, at } = editing;
    setEditing(null);
    if (change) {
      setFresh((was) => ({ ...was, [row.id]: change }));
      setFlash({ id: row.id, key: column.key });
      setTimeout(() => setFlash(null), FLASHES);
    }
    requestAnimationFrame(() => (at ? focusCell(...at) : cell.querySelector("button")?.focus()));
  };
  const peek = (r) => {
    const row = lines[r]?.row;
    if (row && isWide()) setPeeked(row.id);
  };
  /** Gives a command of the bar on what is ticked, else on the row in which one stands. */
  const command = (key, id) => {
    const row = id ?? lines[focus[0]]?.row?.id;
    if (id || (!ids.length && row)) select([row]);
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`.selection-bar [data-hotkey="${key}"]`)?.click()));
  };

  // Rows are drawn again only when they themselves change, so what they call must stay the same function.
  const live = useRef(null);
  live.current = {
    toggle,
    click: (id, r, e) => {
      if (e.target.closest("a, button, input, .cell-editor") || e.defaultPrevented) return;
      clearTimeout(clicked.current);
      if (e.target.closest("td.tick")) return toggle(r, e.shiftKey); // beside the box is meant for the box
      if (window.getSelection()?.toString()) return;
      if (!isWide()) return navigate(`${list}/${id}`);
      if (e.detail === 1) clicked.current = setTimeout(() => peek(r), peeked ? 0 : DOUBLE);
    },
    double: (id, r, e) => {
      clearTimeout(clicked.current);
      const cell = e.target.closest("[data-cell]");
      if (e.target.closest("a, input, td.tick")) return;
      if (!cell || !edit(r, Number(cell.dataset.cell.split(":")[1]))) navigate(`${list}/${id}`);
    },
  };
  const onToggle = useCallback((index, range) => live.current.toggle(index, range), []);
  const onClick = useCallback((id, r, e) => live.current.click(id, r, e), []);
  const onDouble = useCallback((id, r, e) => live.current.double(id, r, e), []);
  const onFocus = useCallback((r, c) => setFocus((was) => (was[0] === r && was[1] === c ? was : [r, c])), []);
  const sortBy = (key, add, down) => {
    const known = sort.find(([k]) => k === key);
    const flipped = [key, down ?? (known ? !known[1] : false)];
    onSort(add ? (known ? sort.map((s) => (s[0] === key ? flipped : s)) : [...sort, flipped]).slice(0, 3) : [flipped]);
  };
  const focusCell = (r, c) => {
    const row = Math.max(-1, Math.min(lines.length - 1, r));
    const column = Math.max(0, Math.min(columns.length, lines[row] && !lines[row].row ? 1 : c));
    setFocus([row, column]);
    const cell = table.current?.querySelector(`[data-cell="${row}:${column}"]`);
    const target = cell?.querySelector("a.row-link, button, input, .plain") ?? cell;
    target?.focus();
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (peeked && lines[row]?.row) setPeeked(lines[row].row.id);
  };
  const headKeys = (e, c) => {
    const column = columns[c - 1];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (e.altKey && e.key === "ArrowDown") return (e.preventDefault(), e.target.closest("th").querySelector(".column-menu")?.click(), true);
    if (!e.altKey || !step) return false;
    e.preventDefault();
    if (e.shiftKey) layout.widen(column.key, width(column) + step * 20);
    else {
      layout.nudge(column.key, step);
      requestAnimationFrame(() => focusCell(-1, c + step));
    }
    return true;
  };
  const keys = (e) => {
    const cell = e.target.closest("[data-cell]");
    if (!cell || e.target.closest('[role="menu"]') || e.ctrlKey && !["Home", "End"].includes(e.key)) return;
    const [r, c] = cell.dataset.cell.split(":").map(Number);
    if (r < 0 && c > 0 && headKeys(e, c)) return;
    if (e.altKey || e.metaKey) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const to = {
      ArrowDown: [r + 1, c], ArrowUp: [r - 1, c], ArrowRight: [r, c + 1], ArrowLeft: [r, c - 1], Home: [e.ctrlKey ? 0 : r, 0],
      End: [e.ctrlKey ? lines.length - 1 : r, columns.length], PageDown: [r + 10, c], PageUp: [Math.max(0, r - 10), c], j: [r + 1, c], k: [Math.max(0, r - 1), c],
    }[key];
    const record = lines[r]?.row;
    if (to) {
      e.preventDefault();
      if (e.shiftKey && record && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
        // The range grows from where it began.
        if (!ticked.has(record.id)) toggle(r, false);
        const next = lines[to[0]]?.row;
        if (next) selection.set({ ids: [...new Set([...selection.get().ids, Number(record.id), Number(next.id)])], everything: false });
      }
      focusCell(...to);
    } else if (!record) return;
    else if (key === "x") (e.preventDefault(), toggle(r, e.shiftKey));
    else if (key === "Enter") (e.preventDefault(), enter(r, c, cell, record));
    else if (c === 0) return; // Space ticks the box in there
    else if (key === " ") (e.preventDefault(), peeked === record.id ? setPeeked("") : peek(r));
    else if (key === "F2") (e.preventDefault(), edit(r, c));
    else if (key === "e" && !ids.length && edit(r, c)) (e.preventDefault(), e.stopPropagation());
  };
  /** Edits a cell; where nothing can be edited, follows its link, else opens the record. */
  const enter = (r, c, cell, record) => {
    const kind = columns[c - 1]?.kind;
    if (kind !== "link" && c > 0 && edit(r, c)) return;
    const link = kind === "link" || c === 0 ? null : cell.querySelector("a");
    link ? link.click() : navigate(`${list}/${record.id}`);
  };
  useEffect(() => {
    const press = (e) => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
      const inGrid = table.current?.contains(e.target);
      const key = e.key.toLowerCase();
      if (!inGrid && ["j", "k", "arrowdown", "arrowup"].includes(key) && e.target === document.body) (e.preventDefault(), focusCell(Math.max(0, focus[0]), Math.max(1, focus[1])));
      else if ((key === "e" || key === "a" || (key === "q" && entity === "lead")) && (ids.length || lines[focus[0]]?.row) && (inGrid || ids.length || e.target === document.body)) {
        if (document.querySelector(`.selection-bar [data-hotkey="${key}"]`)) return; // the bar hears its keys itself
        e.preventDefault();
        if (key !== "e") command(key);
        else if (!ids.length) navigate(`${list}/${lines[focus[0]].row.id}`); // no cell to edit here: the form of the record
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  // As wide as one was told, but never too narrow for its own heading.
  const width = (c) => sizes[c.key] ?? Math.max(c.width, Math.round(t(c.label).length * LETTER) + BESIDE);
  const starts = useSteady(Object.fromEntries(columns.map((c, i) => [c, i]).filter(([c, i]) => i > 0 && layout.pinned.includes(c.key))
    .map(([c, i]) => [c.key, columns.slice(0, i).reduce((sum, one) => sum + width(one), TICK)])));
  const wide = columns.reduce((sum, c) => sum + width(c), TICK);
  const stuck = columns.filter((c, i) => i === 0 || c.key in starts).reduce((sum, c) => sum + width(c), TICK);
  const tabStop = (r, c) => ((focus[0] === r && focus[1] === c) || (r === -1 && c === 0 && focus[0] >= lines.length) ? 0 : -1);
  const heads = {
    group, totals: Object.fromEntries(totalled.split(",").filter(Boolean).map((part) => part.split(":"))),
    fit: (key) => layout.widen(key, fitting(table.current, columns.findIndex((c) => c.key === key) + 2)),
    groupBy: (text) => go({ group: text || (tools.group ? "-" : "") }),
    totalBy: (key, by) => {
      const next = { ...heads.totals, [key]: by };
      const text = Object.entries(next).filter(([, f]) => f).map((pair) => pair.join(":")).join(",");
      go({ totals: text || (own ? "-" : "") }, { keepPage: true });
    },
  };
  const all = rows.length > 0 && rows.every((row) => ticked.has(row.id));
  const loading = !ready || groups.loading;
  return (
    <div className="list-body">
      <div className={`grid-frame${busy ? " busy" : ""}${group ? " grouped" : ""}${wide > frame ? " over" : ""}`} aria-busy={busy || loading} style={{ "--stuck": `${stuck}px` }}>
        {groups.problem && (
          <div className="list-problem" role="alert">
            <p>{groups.problem}</p><button type="button" className="button small" onClick={() => heads.groupBy("")}>{t("Show it without groups")}</button>
          </div>
        )}
        <table ref={table} role="grid" aria-label={label} data-entity={entity} aria-rowcount={lines.length + 1} aria-colcount={columns.length + 1} aria-multiselectable="true"
          style={{ width: wide }} onKeyDown={keys}>
          <GridHead {...{ layout, width, starts, sort, tabStop, all }} some={ticked.size > 0} none={!rows.length} onAll={() => select(all ? [] : rows.map((row) => row.id))} onSort={sortBy} tools={heads} />
          <tbody>
            {loading && Array.from({ length: 12 }, (_, i) => <tr key={i} className="skeleton" aria-hidden="true"><td className="tick" />{columns.length ? columns.map((c) => <td key={c.key}><i /></td>) : <td><i /></td>}</tr>)}
            {lines.map((line, r) => {
              const at = focus[0] === r ? focus[1] : -1;
              if (line.kind === "group") return <GroupRow key={line.key} {...{ r, columns, at, onFocus }} group={line.group} open={line.open} onToggle={groups.toggle} />;
              if (!line.row) return <MoreRow key={line.key} {...{ r, at, line, onFocus }} span={columns.length} />;
              return (
                <Row key={line.key} row={line.row} {...{ r, columns, starts, list, zone, at, onToggle, onFocus, onClick, onDouble }} picked={ticked.has(line.row.id)} peeked={peeked === line.row.id}
                  flash={flash?.id === line.row.id ? flash.key : ""} />
              );
            })}
          </tbody>
          {totals.length > 0 && <tfoot><tr><td className="tick" role="gridcell"><span className="unseen">{t("Totals")}</span></td><Totals totals={totals} columns={columns} /></tr></tfoot>}
        </table>
      </div>
      {peeked && <Peek {...{ entity, zone, tools }} id={peeked} changed={fresh[peeked]} onCommand={(key) => command(key, peeked)}
        canEdit={(name) => isEditable({ key: name }, fields, tools.rights, entity)} onEdit={(name, cell) => setEditing({ row: rows.find((row) => row.id === peeked) ?? { id: peeked }, column: { key: name }, cell })} close={() => (focusCell(...focus), setPeeked(""))} />}
      {editing && <CellEditor {...{ entity, query, zone, tools }} currency={tools.currency} row={editing.row} column={editing.column} spec={fields[editing.column.key]} cell={editing.cell} done={finish} close={() => finish(null)} />}
    </div>
  );
}
