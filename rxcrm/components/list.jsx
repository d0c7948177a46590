// A list of records: view picker, search, grid, pages. What is shown stands in the address; the grid only navigates.
import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { flexRender, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { ChevronDown, ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from "lucide-react";
import { dayOf } from "./clock.js";
import { useT } from "./i18n.js";
import { initials } from "./names.js";

const SIZES = [50, 100, 250];

/** Changes some parameters of the address; what depends on the page falls back to the first one. */
function useAddress() {
  const navigate = useNavigate();
  const location = useLocation();
  const params = new URLSearchParams(location.search);
  const go = (changes, { keepPage } = {}) => {
    const next = new URLSearchParams(location.search);
    if (!keepPage) ["page", "after", "before", "last"].forEach((p) => next.delete(p));
    for (const [name, value] of Object.entries(changes)) value === "" || value === null ? next.delete(name) : next.set(name, value);
    const search = next.toString();
    navigate(location.pathname + (search ? `?${search}` : ""));
  };
  return { params, go, location };
}

/** The whole list below the page's title. */
export function RecordList({ entity, list, views, view, columns, rows, sort, page, size, first, last, moreAfter, moreBefore, total, cap, shown, ready, zone, label, empty, onSelect, onRefresh }) {
  const { params, go, location } = useAddress();
  const t = useT();
  const [picked, setPicked] = useState([]);
  const busy = ready && shown !== location.search.replace(/^\?/, "");
  useEffect(() => {
    sessionStorage.setItem(`rxcrm:list:${entity}`, location.pathname + location.search);
  }, [entity, location]);
  useEffect(() => {
    const created = ({ detail }) => detail.entity === entity && onRefresh?.();
    window.addEventListener("rxcrm:created", created);
    return () => window.removeEventListener("rxcrm:created", created);
  });
  const pick = (ids) => (setPicked(ids), onSelect?.(ids));
  useEffect(() => {
    if (picked.length) pick([]);
  }, [shown]);
  const searched = params.get("q") ?? "";
  return (
    <div className="list">
      <div className="list-head">
        <ViewPicker {...{ views, view }} onPick={(key) => go({ view: key, sort: "" })} />
        <Count {...{ total, cap }} picked={picked.length} />
        <Search value={searched} onSearch={(q) => go({ q })} />
      </div>
      <Grid {...{ entity, list, columns, rows, sort, busy, ready, zone, label, view }} onPick={pick}
        onSort={(next) => go({ sort: next.map(([key, down]) => (down ? "-" : "") + key).join(",") })} />
      {ready && !rows.length && <Empty {...{ searched, empty }} clear={() => go({ q: "" })} everywhere={() => go({ view: "all" })} all={views.some((v) => v.key === "all") && view !== "all"} />}
      <Pager {...{ params, go, page, size, rows, first, last, moreAfter, moreBefore, total, cap }} />
    </div>
  );
}

/** The list's title is its view; a click opens all views with a search box. */
function ViewPicker({ views, view, onPick }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [term, setTerm] = useState("");
  const box = useRef(null);
  const current = views.find((v) => v.key === view);
  const found = views.filter((v) => t(v.label).toLowerCase().includes(term.toLowerCase()));
  useEffect(() => {
    if (!open) return undefined;
    box.current.querySelector("input")?.focus();
    const away = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const choose = (key) => {
    setOpen(false);
    setTerm("");
    box.current.querySelector("button").focus();
    onPick(key);
  };
  const keys = (e) => {
    const options = [...box.current.querySelectorAll('[role="option"]')];
    const at = options.indexOf(document.activeElement);
    if (e.key === "Escape") (setOpen(false), box.current.querySelector("button").focus());
    else if (e.key === "ArrowDown") (e.preventDefault(), options[Math.min(at + 1, options.length - 1)]?.focus());
    else if (e.key === "ArrowUp") (e.preventDefault(), at > 0 ? options[at - 1].focus() : box.current.querySelector("input").focus());
    else if (e.key === "Enter" && at < 0 && found.length) (e.preventDefault(), choose(found[0].key));
    else if ((e.key === "Enter" || e.key === " ") && at >= 0) (e.preventDefault(), choose(options[at].dataset.key));
  };
  return (
    <div className="view-picker" ref={box} onKeyDown={open ? keys : undefined}>
      <h1>
        <button type="button" aria-haspopup="listbox" aria-expanded={open} onClick={() => setOpen(!open)}>
          {current ? t(current.label) : " "} <ChevronDown className="icon" aria-hidden="true" />
        </button>
      </h1>
      {open && (
        <div className="picker-list">
          <input type="search" aria-label={t("Search views")} placeholder={t("Search views")} value={term} onChange={(e) => setTerm(e.target.value)} />
          <div role="listbox" aria-label={t("Views")}>
            <p className="hint" role="presentation">{t("System views")}</p>
            {found.map((v) => (
              <div key={v.key} role="option" tabIndex={-1} data-key={v.key} aria-selected={v.key === view} onClick={() => choose(v.key)}>
                <span>{t(v.label)}</span>{v.default && <small className="badge">{t("Default")}</small>}
              </div>
            ))}
            {!found.length && <p className="hint">{t("Nothing found.")}</p>}
          </div>
        </div>
      )}
    </div>
  );
}

const countText = (t, total, cap) => (total < 0 ? "" : total > cap ? `${t.number(cap)}+` : t.number(total));

function Count({ total, cap, picked }) {
  const t = useT();
  const text = picked ? t.n("%(n)s selected", "%(n)s selected", picked) : total < 0 ? " " : total > cap ? t("%(n)s+ records", { n: t.number(cap) }) : t.n("%(n)s record", "%(n)s records", total);
  return <span className="count" role="status">{text}</span>;
}

/** Searches while one types; every letter stays, whatever the server does meanwhile. */
function Search({ value, onSearch }) {
  const t = useT();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const timer = useRef(0);
  useEffect(() => {
    if (value !== sent.current) (setText(value), (sent.current = value));
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next, wait) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => next.trim() !== sent.current && ((sent.current = next.trim()), onSearch(next.trim())), wait);
  };
  return (
    <input type="search" className="search" aria-label={t("Search this view")} placeholder={t("Search this view")} data-hotkey="/" value={text}
      title={t("Topic, name, company, e-mail, phone, city")}
      onChange={(e) => (setText(e.target.value), send(e.target.value, 120))} onKeyDown={(e) => e.key === "Enter" && send(text, 0)} />
  );
}

function Empty({ searched, empty, clear, everywhere, all }) {
  const t = useT();
  return (
    <div className="empty">
      {searched ? (
        <>
          <h2>{t("No record here contains “%(term)s”.", { term: searched })}</h2>
          <p>
            <button type="button" className="button" onClick={clear}>{t("Clear the search")}</button>
            {all && <button type="button" className="button" onClick={everywhere}>{t("Search all records")}</button>}
          </p>
        </>
      ) : empty}
    </div>
  );
}

/** First, previous, next, last, and how many rows a page has. */
function Pager({ params, go, page, size, rows, first, last, moreAfter, moreBefore, total, cap }) {
  const t = useT();
  const counted = total >= 0 && total <= cap;
  const atEnd = params.has("last") || (!moreAfter && page === 0);
  const start = page > 0 ? (page - 1) * size + 1 : counted && atEnd ? total - rows.length + 1 : 0;
  const range = !rows.length ? "" : start > 0 ? t("%(from)s – %(to)s of %(all)s", { from: t.number(start), to: t.number(start + rows.length - 1), all: countText(t, total, cap) || "…" }) : t("Last page");
  const turn = (changes) => go({ page: "", after: "", before: "", last: "", ...changes }, { keepPage: true });
  const next = () => turn({ page: page > 0 && page < 200 ? page + 1 : "", after: last });
  const previous = () => (page === 2 ? turn({}) : turn({ page: page > 1 ? page - 1 : "", before: first }));
  return (
    <nav className="pager" aria-label={t("Pages")}>
      <span>{range}</span>
      <label>{t("Rows per page")}
        <select value={size} onChange={(e) => go({ size: e.target.value === "50" ? "" : e.target.value })}>{SIZES.map((n) => <option key={n} value={n}>{n}</option>)}</select>
      </label>
      <div className="buttons">
        <button type="button" className="icon-button" aria-label={t("First page")} disabled={!moreBefore} onClick={() => turn({})}><ChevronFirst className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Previous page")} disabled={!moreBefore} onClick={previous}><ChevronLeft className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Next page")} disabled={!moreAfter} onClick={next}><ChevronRight className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Last page")} disabled={!moreAfter} onClick={() => turn({ last: "1" })}><ChevronLast className="icon" aria-hidden="true" /></button>
      </div>
    </nav>
  );
}

// -- grid ------------------------------------------------------------------------------------------------------------

const remembered = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
};

/** The same object as long as it says the same: every answer brings the columns anew. */
function useSteady(value) {
  const kept = useRef(value);
  if (kept.current !== value && JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}

/** A real grid: one cell is in the tab order, arrows move, Enter opens, Space ticks; columns resize and reorder. */
function Grid({ entity, list, columns: told, rows, sort, busy, ready, zone, label, view, onSort, onPick }) {
  const t = useT();
  const navigate = useNavigate();
  const columns = useSteady(told);
  const table = useRef(null);
  const dragged = useRef(null);
  const place = `rxcrm:columns:${entity}:${view}`;
  const [selected, setSelected] = useState({});
  const [sizes, setSizes] = useState({});
  const [order, setOrder] = useState([]);
  const [focus, setFocus] = useState([0, 1]);
  const lastPicked = useRef(0);
  useEffect(() => {
    const kept = remembered(place);
    setSizes(kept.sizes ?? {});
    setOrder((kept.order ?? []).filter((key) => columns.some((c) => c.key === key)));
  }, [place, columns]);
  useEffect(() => setSelected({}), [rows]);
  const keep = (change) => localStorage.setItem(place, JSON.stringify({ sizes, order, ...change }));
  const definitions = useMemo(() => columns.map((c) => ({ id: c.key, accessorKey: c.key, header: c.label, size: c.width, minSize: 60, meta: c })), [columns]);
  const grid = useReactTable({
    data: rows, columns: definitions, getCoreRowModel: getCoreRowModel(), getRowId: (r) => r.id, manualSorting: true, columnResizeMode: "onChange",
    state: { columnSizing: sizes, columnOrder: order, rowSelection: selected },
    onColumnSizingChange: (update) => {
      const next = typeof update === "function" ? update(sizes) : update;
      setSizes(next);
      keep({ sizes: next });
    },
  });
  const select = (next) => {
    setSelected(next);
    onPick(Object.keys(next).filter((id) => next[id]).map(Number));
  };
  const drawn = useSteady(grid.getAllLeafColumns().map((c) => c.columnDef.meta));
  const toggle = (index, range) => {
    const next = { ...selected };
    const on = !next[rows[index].id];
    const [from, to] = range ? [Math.min(index, lastPicked.current), Math.max(index, lastPicked.current)] : [index, index];
    for (let i = from; i <= to; i++) on ? (next[rows[i].id] = true) : delete next[rows[i].id];
    lastPicked.current = index;
    select(next);
  };
  // Rows are drawn again only when they themselves change, so what they call must stay the same function.
  const live = useRef(null);
  live.current = { toggle, open: (id) => navigate(`${list}/${id}`) };
  const onToggle = useCallback((index, range) => live.current.toggle(index, range), []);
  const onOpen = useCallback((id) => live.current.open(id), []);
  const onFocus = useCallback((r, c) => setFocus((was) => (was[0] === r && was[1] === c ? was : [r, c])), []);
  const all = rows.length > 0 && rows.every((r) => selected[r.id]);
  const sortBy = (key, add) => {
    const known = sort.find(([k]) => k === key);
    const flipped = [key, known ? !known[1] : false];
    onSort(add ? (known ? sort.map((s) => (s[0] === key ? flipped : s)) : [...sort, flipped]).slice(0, 3) : [flipped]);
  };
  const moveColumn = (key, before) => {
    const ids = grid.getAllLeafColumns().map((c) => c.id).filter((id) => id !== key);
    ids.splice(before === undefined ? ids.length : ids.indexOf(before), 0, key);
    setOrder(ids);
    keep({ order: ids });
  };
  const nudge = (key, by) => {
    const ids = grid.getAllLeafColumns().map((c) => c.id);
    const to = ids.indexOf(key) + by;
    if (to < 0 || to >= ids.length) return;
    ids.splice(to, 0, ...ids.splice(ids.indexOf(key), 1));
    setOrder(ids);
    keep({ order: ids });
  };
  const focusCell = (r, c) => {
    const row = Math.max(-1, Math.min(rows.length - 1, r));
    const column = Math.max(0, Math.min(columns.length, c));
    setFocus([row, column]);
    const cell = table.current?.querySelector(`[data-cell="${row}:${column}"]`);
    const target = cell?.querySelector("a, button, input") ?? cell;
    target?.focus();
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const keys = (e) => {
    const cell = e.target.closest("[data-cell]");
    if (!cell) return;
    const [r, c] = cell.dataset.cell.split(":").map(Number);
    if (r < 0 && e.altKey && (e.key === "ArrowLeft" || e.key === "ArrowRight") && c > 0) {
      e.preventDefault();
      const key = grid.getAllLeafColumns()[c - 1].id;
      if (e.shiftKey) {
        const column = grid.getColumn(key);
        const next = { ...sizes, [key]: Math.max(60, column.getSize() + (e.key === "ArrowRight" ? 20 : -20)) };
        setSizes(next);
        keep({ sizes: next });
      } else {
        nudge(key, e.key === "ArrowRight" ? 1 : -1);
        requestAnimationFrame(() => focusCell(r, c + (e.key === "ArrowRight" ? 1 : -1)));
      }
      return;
    }
    const to = {
      ArrowDown: [r + 1, c], ArrowUp: [r - 1, c], ArrowRight: [r, c + 1], ArrowLeft: [r, c - 1], Home: [e.ctrlKey ? 0 : r, 0],
      End: [e.ctrlKey ? rows.length - 1 : r, columns.length], PageDown: [r + 10, c], PageUp: [Math.max(0, r - 10), c],
    }[e.key];
    if (to) (e.preventDefault(), focusCell(...to));
    else if (e.key === " " && r >= 0 && c > 0) (e.preventDefault(), toggle(r, e.shiftKey));
    else if (e.key === "Enter" && r >= 0 && c > 0) (e.preventDefault(), navigate(`${list}/${rows[r].id}`));
  };
  const stop = (r, c) => (focus[0] === r && focus[1] === c) || (r === -1 && c === 0 && focus[0] >= rows.length) ? 0 : -1;
  return (
    <div className={`grid-frame${busy ? " busy" : ""}`} aria-busy={busy || !ready}>
      <table ref={table} role="grid" aria-label={label} data-entity={entity} aria-rowcount={rows.length + 1} aria-colcount={columns.length + 1} aria-multiselectable="true"
        style={{ width: grid.getTotalSize() + 44 }} onKeyDown={keys}>
        <thead>
          {grid.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              <th className="tick" scope="col" data-cell="-1:0"><input type="checkbox" tabIndex={stop(-1, 0)} aria-label={t("Select all")} checked={all}
                onChange={() => select(all ? {} : Object.fromEntries(rows.map((r) => [r.id, true])))} /></th>
              {group.headers.map((header, i) => {
                const column = header.column.columnDef.meta;
                const sorted = sort.find(([key]) => key === column.key);
                const place = sort.length > 1 && sorted ? sort.indexOf(sorted) + 1 : "";
                return (
                  <th key={header.id} scope="col" data-cell={`-1:${i + 1}`} data-kind={column.kind} style={{ width: header.getSize() }} aria-sort={sorted ? (sorted[1] ? "descending" : "ascending") : undefined}
                    draggable onDragStart={() => (dragged.current = column.key)} onDragOver={(e) => e.preventDefault()}
                    onDrop={() => dragged.current && dragged.current !== column.key && moveColumn(dragged.current, column.key)}>
                    {column.sortable ? (
                      <button type="button" tabIndex={stop(-1, i + 1)} onClick={(e) => sortBy(column.key, e.shiftKey)}>
                        {t(column.label)}<span aria-hidden="true" className="sort">{sorted ? (sorted[1] ? "↓" : "↑") : ""}{place}</span>
                      </button>
                    ) : <span className="plain">{t(column.label)}</span>}
                    <span className="resize" aria-hidden="true" onMouseDown={header.getResizeHandler()} onTouchStart={header.getResizeHandler()} onDragStart={(e) => e.preventDefault()} />
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {!ready && Array.from({ length: 12 }, (_, i) => <tr key={i} className="skeleton" aria-hidden="true"><td className="tick" />{columns.length ? columns.map((c) => <td key={c.key}><i /></td>) : <td><i /></td>}</tr>)}
          {grid.getRowModel().rows.map((row, r) => (
            <Row key={row.id} row={row.original} {...{ r, columns: drawn, list, zone, onToggle, onFocus, onOpen }} picked={!!selected[row.id]} at={focus[0] === r ? focus[1] : -1} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One record; `at` is the column of the cell in the tab order, if it is in this row. */
const Row = memo(function Row({ row, r, columns, list, zone, picked, at, onToggle, onFocus, onOpen }) {
  const t = useT();
  const stop = (c) => (at === c ? 0 : -1);
  return (
    <tr aria-rowindex={r + 2} aria-selected={picked} onDoubleClick={() => onOpen(row.id)}>
      <td className="tick" role="gridcell" data-cell={`${r}:0`}>
        <input type="checkbox" tabIndex={stop(0)} aria-label={t("Select %(name)s", { name: row.name || row.id })} checked={picked}
          onClick={(e) => onToggle(r, e.shiftKey)} onChange={() => {}} />
      </td>
      {columns.map((column, c) => {
        const value = row[column.key] ?? "";
        const link = column.kind === "link";
        return (
          <td key={column.key} role="gridcell" data-cell={`${r}:${c + 1}`} data-kind={column.kind} data-column={column.key} tabIndex={link ? undefined : stop(c + 1)} onFocus={() => onFocus(r, c + 1)}>
            {link ? <RowLink to={`${list}/${row.id}`} tabIndex={stop(c + 1)}>{value || t("(no name)")}</RowLink> : <Cell {...{ row, column, value, zone }} />}
          </td>
        );
      })}
    </tr>
  );
});

function RowLink({ to, tabIndex, children }) {
  const navigate = useNavigate();
  const go = (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    navigate(to);
  };
  return <a href={to} tabIndex={tabIndex} onClick={go}>{children}</a>;
}

function Cell({ row, column, value, zone }) {
  const t = useT();
  const text = column.options?.[value] ? t(column.options[value]) : value;
  if (column.kind === "moment") return <time dateTime={value} title={t.moment(value, zone)}>{t.short(value, zone)}</time>;
  if (column.kind === "due")
    return value && <time dateTime={value} className={row.overdue ? "overdue" : undefined} title={t.moment(value, zone)}>{row.all_day ? t.day(dayOf(value, zone)) : t.short(value, zone)}{row.overdue && <span className="pill late">{t("Overdue")}</span>}</time>;
  if (column.kind === "regarding") return value && <a href={row[`${column.key}_path`]} title={value}>{value}</a>;
  if (column.kind === "date") return value && <time dateTime={value}>{t.day(value)}</time>;
  if (column.kind === "money") return value && <span className="amount">{t.money(value, row.currency)}</span>;
  if (column.kind === "percent") return value && <span className="amount">{t("%(n)s %", { n: t.number(value) })}</span>;
  if (column.kind === "rating" || column.kind === "status") return value === "" ? null : <span className={`pill ${column.key}-${value}`}>{text}</span>;
  if (column.kind === "owner") return <span className="owner"><span className="avatar small" aria-hidden="true">{initials(text)}</span>{text}</span>;
  return <span title={text}>{text}</span>;
}
