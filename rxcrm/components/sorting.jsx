// Rows of a table that are put into another order: by dragging their grip (mouse, pen, touch), by its arrow keys, by two buttons.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { ArrowDown, ArrowUp, GripVertical } from "lucide-react";
import { useT } from "./i18n.js";

/** Pixels at the edges of the window within which dragging scrolls, and how far per frame. */
const EDGE = 70, STEP = 12;
/** How long rows stay where they were dropped while the server has not answered, in milliseconds. */
const PATIENCE = 3000;

const rowsOf = (row) => [...row.closest("table").querySelectorAll("tr[data-row]")].filter((other) => other.dataset.group === row.dataset.group);
const keyOf = (row) => Number(row.dataset.row);

/** What begins a row: the grip, then the buttons that move it by one; `Sortable` around the table does what they say. */
export function RowMover({ name, first, last }) {
  const t = useT();
  return (
    <span className="moves">
      <button type="button" className="icon-button grip-button" data-grip="" aria-label={t("Move %(name)s", { name })} aria-keyshortcuts="ArrowUp ArrowDown Home End" title={t("Drag, or use the arrow keys")}>
        <GripVertical className="icon" aria-hidden="true" />
      </button>
      <button type="button" className="icon-button" data-step="-1" aria-label={t("Move %(name)s up", { name })} disabled={first}><ArrowUp className="icon" aria-hidden="true" /></button>
      <button type="button" className="icon-button" data-step="1" aria-label={t("Move %(name)s down", { name })} disabled={last}><ArrowDown className="icon" aria-hidden="true" /></button>
    </span>
  );
}

/**
 * Around a table whose rows carry `data-row` (a number), `data-group` (they stay within it) and `data-name`. `onPlace(row, before)`
 * puts a row before another one, or with `end` at the end; `order` changes when the rows do.
 */
export function Sortable({ order, end, onPlace, children }) {
  const t = useT();
  const box = useRef(null);
  const drag = useRef(null);
  const wanted = useRef(null);
  const timer = useRef(0);
  const [said, setSaid] = useState("");

  const settle = () => {
    clearTimeout(timer.current);
    box.current?.querySelectorAll("tr[data-row]").forEach((row) => {
      row.style.transform = "";
      row.classList.remove("dragged", "sliding");
    });
  };
  useLayoutEffect(() => {
    if (drag.current) stop(false);
    settle();
    const again = wanted.current;
    wanted.current = null;
    const row = again && box.current.querySelector(`tr[data-row="${again.key}"]`);
    // Rows that change their places lose the focus, and so does a button that can't go on.
    if (row && (document.activeElement === document.body || box.current.contains(document.activeElement)))
      [...row.querySelectorAll(again.control), ...row.querySelectorAll("[data-grip]")].find((control) => !control.disabled)?.focus();
  }, [order]);
  useEffect(() => () => clearTimeout(timer.current), []);

  /** Let a row be the one at `to` among those of its group. */
  const place = (row, to, control) => {
    const all = rowsOf(row);
    const from = all.indexOf(row);
    const at = Math.max(0, Math.min(to, all.length - 1));
    if (at === from) return false;
    const rest = all.filter((other) => other !== row);
    wanted.current = { key: keyOf(row), control };
    setSaid(t("%(name)s is number %(n)s of %(all)s.", { name: row.dataset.name, n: at + 1, all: all.length }));
    onPlace(keyOf(row), at < rest.length ? keyOf(rest[at]) : end);
    return true;
  };

  const slide = () => {
    const d = drag.current;
    const by = d.y - d.from + d.scroller.scrollTop - d.scrolled;
    const middle = d.tops[d.at] + d.heights[d.at] / 2 + by;
    const to = d.rows.reduce((found, _, i) => (i < d.at && middle < d.tops[i] + d.heights[i] / 2 ? Math.min(found, i) : i > d.at && middle > d.tops[i] + d.heights[i] / 2 ? Math.max(found, i) : found), d.at);
    d.to = to;
    d.rows.forEach((row, i) => {
      const shift = i === d.at ? by : i > d.at && i <= to ? -d.heights[d.at] : i < d.at && i >= to ? d.heights[d.at] : 0;
      row.style.transform = shift ? `translateY(${shift}px)` : "";
    });
  };
  const scroll = () => {
    const d = drag.current;
    if (!d) return;
    const step = d.y < EDGE ? -STEP : d.y > window.innerHeight - EDGE ? STEP : 0;
    if (step && d.moved) (d.scroller.scrollBy(0, step), slide());
    d.frame = requestAnimationFrame(scroll);
  };
  const begin = (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    const row = grip.closest("tr[data-row]");
    const rows = rowsOf(row);
    const boxes = rows.map((other) => other.getBoundingClientRect());
    grip.setPointerCapture(event.pointerId);
    drag.current = {
      row, rows, grip, at: rows.indexOf(row), to: rows.indexOf(row), from: event.clientY, y: event.clientY, moved: false,
      tops: boxes.map((b) => b.top), heights: boxes.map((b) => b.height), scroller: scrollerOf(row), scrolled: scrollerOf(row).scrollTop,
    };
    drag.current.frame = requestAnimationFrame(scroll);
  };
  const move = (event) => {
    const d = drag.current;
    if (!d) return;
    d.y = event.clientY;
    if (!d.moved && Math.abs(d.y - d.from) < 4) return;
    if (!d.moved) {
      d.moved = true;
      d.rows.forEach((row) => row.classList.add(row === d.row ? "dragged" : "sliding"));
    }
    slide();
  };
  const stop = (kept) => {
    const d = drag.current;
    if (!d) return;
    drag.current = null;
    cancelAnimationFrame(d.frame);
    if (kept && d.moved && place(d.row, d.to, "[data-grip]")) timer.current = setTimeout(settle, PATIENCE);
    else settle();
  };
  const keys = (event) => {
    if (event.key === "Escape" && drag.current) {
      event.preventDefault();
      event.stopPropagation();
      stop(false);
      return;
    }
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = grip.closest("tr[data-row]");
    const at = rowsOf(row).indexOf(row);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    place(row, to, "[data-grip]");
  };
  const press = (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const row = button.closest("tr[data-row]");
    place(row, rowsOf(row).indexOf(row) + Number(button.dataset.step), `[data-step="${button.dataset.step}"]`);
  };
  return (
    <div ref={box} className="sortable" onPointerDown={begin} onPointerMove={move} onPointerUp={() => stop(true)} onPointerCancel={() => stop(false)} onKeyDown={keys} onClick={press}>
      <span className="unseen" role="status">{said}</span>
      {children}
    </div>
  );
}

/** What scrolls a row: the nearest part of the page that can, else the page. */
function scrollerOf(row) {
  for (let part = row.parentElement; part; part = part.parentElement)
    if (part.scrollHeight > part.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(part).overflowY)) return part;
  return document.scrollingElement;
}
