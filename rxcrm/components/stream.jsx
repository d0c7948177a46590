// The stream of the timeline: days with their entries; saves of fields that follow one another are folded into one line.
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ChevronDown, Layers } from "lucide-react";
import { dayName, dayOf } from "./clock.js";
import { Change, Entry } from "./entry.jsx";
import { useT } from "./i18n.js";
import { useTimeline } from "./timeline_store.js";

/** Days in the order of the items: [{day, items}]. */
export function daysOf(items, zone) {
  const days = [];
  for (const item of items) {
    const day = dayOf(item.at, zone);
    if (days.at(-1)?.day === day) days.at(-1).items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** Runs of changes become one: [item | {fold: items}]. */
function folded(items) {
  const rows = [];
  for (const item of items) {
    const last = rows.at(-1);
    if (item.kind !== "change" || !item.changes.length || item.regarding?.id) rows.push(item);
    else if (last?.fold) last.fold.push(item);
    else if (last?.kind === "change" && last.changes.length && !last.regarding?.id) rows[rows.length - 1] = { fold: [last, item] };
    else rows.push(item);
  }
  return rows;
}

const sameItems = (a, b) => a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
const relevant = (items, map) => items.some((item) => map.has(item.key));

/** A part of the timeline with a heading; `look` is {mode, flipped, bodies, flashing} and is compared by what concerns it. */
export const Section = memo(
  function Section({ heading, count, items, look, terms, dated, planned, fold, className = "" }) {
    const rows = fold ? folded(items) : items;
    const t = useT();
    return (
      <div className={`day ${className}`} role="group" aria-label={heading}>
        <h3>{heading}{count !== undefined && <span className="badge">{t.number(count)}</span>}</h3>
        <ol>{rows.map((row) => (row.fold ? <Fold key={row.fold[0].key} {...{ row, terms, look }} /> : <Row key={row.key} item={row} {...{ look, terms, dated, planned }} />))}</ol>
      </div>
    );
  },
  (a, b) =>
    a.heading === b.heading && a.count === b.count && a.terms === b.terms && a.fold === b.fold && a.dated === b.dated && sameItems(a.items, b.items) &&
    (a.look === b.look || (a.look.mode === b.look.mode && !["flipped", "bodies", "flashing"].some((k) => a.look[k] !== b.look[k] && (relevant(a.items, a.look[k]) || relevant(a.items, b.look[k]))))),
);

function Row({ item, look, terms, dated, planned }) {
  const flash = look.flashing.has(item.key);
  if (item.kind === "change") return <Change {...{ item, terms, flash }} />;
  const held = look.bodies.get(item.key);
  return <Entry {...{ item, terms, dated, planned, flash }} open={look.mode !== look.flipped.has(item.key)} full={held?.version === item.version ? held.body : undefined} />;
}

/** "5 field changes", one touch away from all of them. */
function Fold({ row: { fold: items }, terms, look }) {
  const t = useT();
  const { zone, toggle } = useTimeline();
  const key = items.at(-1).key; // the oldest: the fold stays open when a newer change joins it
  const open = look.mode !== look.flipped.has(key);
  const count = items.reduce((n, item) => n + item.changes.length, 0);
  const people = [...new Set(items.map((item) => item.who || t("The system")))].join(", ");
  return (
    <>
      <li className="entry kind-change folded" data-key={`fold-${key}`} tabIndex={-1}>
        <span className="entry-icon" aria-hidden="true"><Layers className="icon" /></span>
        <button type="button" className="fold" aria-expanded={open} onClick={() => toggle(key)}>
          <span><b>{t.n("%(n)s field change", "%(n)s field changes", count)}</b> <span className="dot">{people}</span></span>
          <time dateTime={items[0].at}>{t.time(items[0].at, zone)}</time><ChevronDown className="icon caret" aria-hidden="true" />
        </button>
      </li>
      {open && items.map((item) => <Change key={item.key} {...{ item, terms }} flash={look.flashing.has(item.key)} />)}
    </>
  );
}

/** The stream, day by day, with what loads the next page as soon as it comes near. */
export function Stream({ items, more, loading, onMore, look, terms, zone }) {
  const t = useT();
  const days = useMemo(() => daysOf(items, zone), [items, zone]);
  const end = useRef(null);
  const next = useRef(onMore);
  next.current = onMore;
  useEffect(() => {
    if (!more || loading) return undefined;
    const near = new IntersectionObserver(([seen]) => seen.isIntersecting && next.current(), { rootMargin: "500px" });
    near.observe(end.current);
    return () => near.disconnect();
  }, [more, loading, items]);
  return (
    <>
      {days.map(({ day, items: own }) => <Section key={day} heading={dayName(t, day, zone)} items={own} fold={!terms.length} {...{ look, terms }} />)}
      {more && (
        <div className="more" ref={end}>
          <button type="button" className="button small" aria-disabled={loading || undefined} onClick={() => !loading && onMore()}>{loading ? t("Loading…") : t("Load more")}</button>
        </div>
      )}
    </>
  );
}

/** Keeps what one reads in its place when entries come in above it, in browsers that do not do so themselves. */
export function useAnchor(box, version) {
  const before = useRef(null);
  const [needed] = useState(() => typeof CSS !== "undefined" && !CSS.supports("overflow-anchor", "auto"));
  if (needed && box.current) {
    const top = document.getElementById("main")?.getBoundingClientRect().top ?? 0;
    const first = [...box.current.querySelectorAll(".entry")].find((el) => el.getBoundingClientRect().bottom > top);
    before.current = first && box.current.getBoundingClientRect().top < top ? { key: first.dataset.key, at: first.getBoundingClientRect().top } : null;
  }
  useLayoutEffect(() => {
    if (!before.current) return;
    const { key, at } = before.current;
    const now = box.current.querySelector(`[data-key="${CSS.escape(key)}"]`)?.getBoundingClientRect().top;
    if (now !== undefined && now !== at) document.getElementById("main").scrollTop += now - at;
  }, [version]);
}
