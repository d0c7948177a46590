// The columns of a list as the user has arranged them: order, widths, pinned, hidden. They stand in the address
// (`columns=name:220,topic,owner::pin`), where views are saved from; the browser remembers the last for each view.
import { useEffect, useMemo, useRef, useState } from "react";

const LEAST = 60;

/** The widths that this browser remembers: of all that one changes of a list only they are nobody else's affair. */
const remembered = (key) => {
  try {
    return { sizes: JSON.parse(localStorage.getItem(key))?.sizes ?? {} };
  } catch {
    return {};
  }
};

const placeOf = (entity, view) => `rxcrm:columns:${entity}:${view}`;

/** Those of a view's columns, as they are saved with it. */
export const keptSizes = (entity, view, columns) => Object.fromEntries(Object.entries(remembered(placeOf(entity, view)).sizes ?? {}).filter(([key]) => columns.includes(key)));

/** The same object as long as it says the same: every answer brings the columns anew. */
export function useSteady(value) {
  const kept = useRef(value);
  if (kept.current !== value && JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}

/** "name:220,owner::pin" → order, widths and pinned columns; null without any. */
export function read(text) {
  if (!text) return null;
  const parts = text.split(",").map((part) => part.split(":"));
  return {
    order: parts.map(([key]) => key),
    sizes: Object.fromEntries(parts.filter(([, width]) => Number(width) >= LEAST).map(([key, width]) => [key, Number(width)])),
    pinned: parts.filter(([, , pin]) => pin === "pin").map(([key]) => key),
  };
}

export const written = ({ order, sizes, pinned }) =>
  order.map((key) => [key, sizes[key] ? Math.round(sizes[key]) : "", pinned.includes(key) ? "pin" : ""].join(":").replace(/:+$/, "")).join(",");

/** How the columns of this view are drawn, and what changes that. `told` are those that the server sent. */
export function useColumns({ entity, view, told, params, go }) {
  const columns = useSteady(told);
  const place = placeOf(entity, view);
  const asked = params.get("columns") ?? "";
  const [kept, setKept] = useState({});
  const [dragging, setDragging] = useState(null);
  useEffect(() => {
    setKept(asked ? read(asked) : remembered(place));
    setDragging(null);
  }, [place, asked]);
  useEffect(() => {
    // Whoever discards the changes of a view wants none of them back.
    const forget = ({ detail }) => detail.entity === entity && (localStorage.removeItem(placeOf(entity, detail.view)), setKept({}));
    window.addEventListener("rxcrm:columns:forget", forget);
    return () => window.removeEventListener("rxcrm:columns:forget", forget);
  }, [entity]);
  const arranged = useMemo(() => {
    const known = columns.map((c) => c.key);
    const first = (kept.order ?? []).filter((key) => known.includes(key));
    // The address names all columns that are shown; until the server has answered it, others may still be here.
    const hidden = asked && first.length ? known.filter((key) => !first.includes(key)) : (kept.hidden ?? []);
    const order = [...first, ...known.filter((key) => !first.includes(key))].filter((key) => !hidden.includes(key));
    const pinned = (kept.pinned ?? columns.filter((c) => c.pinned).map((c) => c.key)).filter((key) => order.includes(key));
    // The name stands first and stays in sight; pinned columns come next to it.
    const [lead, ...others] = order.length ? order : known;
    const placed = [lead, ...others.filter((key) => pinned.includes(key)), ...others.filter((key) => !pinned.includes(key))].filter(Boolean);
    return { order: placed, pinned, hidden };
  }, [columns, kept, asked]);
  const sizes = { ...kept.sizes, ...dragging };
  const keep = (change) => {
    const next = { order: arranged.order, sizes: { ...kept.sizes }, pinned: arranged.pinned, hidden: arranged.hidden, ...change };
    setKept(next);
    setDragging(null);
    localStorage.setItem(place, JSON.stringify({ sizes: next.sizes }));
    go({ columns: written(next) }, { keepPage: true, replace: true });
  };
  const move = (key, to) => {
    const order = arranged.order.filter((k) => k !== key);
    order.splice(Math.max(0, Math.min(order.length, to)), 0, key);
    keep({ order });
  };
  return {
    columns: arranged.order.map((key) => columns.find((c) => c.key === key)).filter(Boolean),
    pinned: arranged.pinned,
    sizes,
    widen: (key, width) => keep({ sizes: { ...kept.sizes, [key]: Math.max(LEAST, Math.round(width)) } }),
    drag: (key, width) => setDragging({ [key]: Math.max(LEAST, width) }),
    nudge: (key, by) => {
      const to = arranged.order.indexOf(key) + by;
      if (to >= 0 && to < arranged.order.length) move(key, to);
    },
    place: (key, beside, after) => {
      if (key === beside) return;
      move(key, arranged.order.filter((k) => k !== key).indexOf(beside) + (after ? 1 : 0));
    },
    hide: (key) => {
      const order = arranged.order.filter((k) => k !== key);
      if (order.length) keep({ order, hidden: [...arranged.hidden, key], pinned: arranged.pinned.filter((k) => k !== key) });
    },
    pin: (key) => keep({ pinned: arranged.pinned.includes(key) ? arranged.pinned.filter((k) => k !== key) : [...arranged.pinned, key] }),
  };
}

/** How wide a column has to be for what it shows now. */
export function fitting(table, at) {
  const cells = [...table.querySelectorAll(`tr > :nth-child(${at})`)];
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = getComputedStyle(table).font;
  return Math.min(600, Math.max(LEAST, ...cells.map((cell) => ruler.measureText(cell.dataset.label ?? cell.textContent).width + 44)));
}
