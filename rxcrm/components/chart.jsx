// One chart: drawn as SVG whose marks take the focus and lead to their rows, and as a table with the same numbers.
import { useId, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { KINDS, WHOLE, behind, drawable, shown } from "./chart_formats.js";
import { Patterns, Swatch, inksOf, slicesOf } from "./chart_inks.jsx";
import { Marks } from "./chart_marks.jsx";
import { Numbers } from "./chart_table.jsx";
import "./charts.css";
import { useT } from "./i18n.js";

/** The least height of a row, in pixels; more rows than there is room for can be scrolled. */
const ROW = { bar: 24, funnel: 46 };

/**
 * `figures` as the server reckoned them, drawn as `kind`. `onDrill(measure, point)` shows the rows behind a value; without
 * it their list opens. `table` shows the numbers instead. Without `height` it fills its box.
 */
export function Chart({ figures, kind = figures.kind, table, height, onDrill }) {
  const t = useT();
  const navigate = useNavigate();
  const go = onDrill ?? ((measure, point) => navigate(behind(figures, measure, point)));
  const drawn = figures.points.length && drawable(figures.measures).length;
  const round = kind === "pie" || kind === "doughnut";
  const empty = !drawn || (round && !figures.points.some((p) => p.values.some((v) => v > 0)));
  return (
    <figure className={height ? "chart" : "chart fills"} aria-label={figures.title}>
      {kind === "number" && !table ? <BigNumber figures={figures} go={go} />
        : table || kind === "table" ? <Numbers figures={figures} go={go} />
        : empty ? <Nothing />
        : kind === "tag" ? <Tags figures={figures} go={go} />
        : <Drawing {...{ figures, kind, height, go }} />}
      {figures.groups > figures.points.length && <p className="hint">{t("%(n)s of %(all)s are shown.", { n: t.number(figures.points.length), all: t.number(figures.groups) })}</p>}
      {figures.notes.map((note) => <p key={note} className="hint" role="note" title={note}>{note}</p>)}
    </figure>
  );
}

export function Nothing() {
  const t = useT();
  return (
    <div className="no-data">
      <svg width="52" height="36" viewBox="0 0 52 36" aria-hidden="true"><path d="M4,34 v-12 M15,34 v-20 M26,34 v-8 M37,34 v-26 M48,34 v-16" stroke="var(--line-strong)" strokeWidth="6" strokeLinecap="round" /></svg>
      <p className="hint">{t("Nothing to show yet.")}</p>
    </div>
  );
}

/** Width and height of an element as it stands. */
function useSize(box) {
  const [size, setSize] = useState([0, 0]);
  useLayoutEffect(() => {
    const measure = () => setSize((was) => {
      const now = [Math.floor(box.current.clientWidth), Math.floor(box.current.clientHeight)];
      return was.join() === now.join() ? was : now;
    });
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

function Drawing({ figures, kind, height, go }) {
  const t = useT();
  const id = useId().replaceAll(":", "");
  const box = useRef(null);
  const [width, room] = useSize(box);
  const [current, setCurrent] = useState(0);
  const [told, setTold] = useState(null);
  const [lit, setLit] = useState("");
  const round = kind === "pie" || kind === "doughnut";
  const measures = drawable(figures.measures);
  const parts = round ? slicesOf(figures, t) : measures.length > 1 ? measures : figures.points.some((p) => p.colour) ? figures.points : [measures[0]];
  const inks = inksOf(id, parts);
  const least = (ROW[kind] ?? 0) * figures.points.length * (kind === "bar" ? Math.max(1, measures.length * 0.7) : 1);
  const tall = height ? (ROW[kind] ? Math.max(least, Math.min(height, ROW[kind] * 3)) : height) : Math.max(least, room);
  let count = 0;
  // One mark is in the tab order, arrows go on from there.
  const mark = (point, i) => {
    const measure = figures.measures[i], at = count++;
    const leads = !!behind(figures, measure, point);
    const tell = (e) => (setTold({ point, measure, at: e.currentTarget.querySelector(".shape").getBoundingClientRect() }), setLit(round ? point.key : measures.length > 1 ? measure.key : ""));
    const hide = () => (setTold(null), setLit(""));
    const dim = lit && lit !== (round ? point.key : measures.length > 1 ? measure.key : lit);
    return {
      className: `mark${leads ? " leads" : ""}${dim ? " dim" : ""}`, role: leads ? "link" : "img", "data-mark": at, tabIndex: at === current ? 0 : -1,
      "aria-label": `${point.label}: ${shown(t, measure, point.values[i])}${measures.length > 1 ? `, ${measure.label}` : ""}`,
      onClick: () => leads && go(measure, point), onFocus: (e) => (setCurrent(at), tell(e)), onBlur: hide, onPointerEnter: (e) => e.pointerType === "mouse" && tell(e), onPointerLeave: hide,
      onKeyDown: (e) => (e.key === "Enter" || e.key === " ") && leads && (e.preventDefault(), go(measure, point)),
    };
  };
  const keys = (e) => {
    const all = [...box.current.querySelectorAll("[data-mark]")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (e.key === "Escape") setTold(null);
    if (at < 0 || to === undefined) return;
    e.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <div className={round ? "drawing round" : "drawing"}>
      <div className="canvas" ref={box} onKeyDown={keys} onScroll={() => setTold(null)} style={height ? { minHeight: tall } : undefined}>
        {width > 0 && tall > 0 && (
          <svg width={width} height={tall} role="group" aria-label={`${figures.title}, ${KINDS(t)[kind]}`}>
            <Patterns {...{ id, inks }} />
            <Marks {...{ t, id, kind, figures, width, inks, parts, mark }} height={tall} />
          </svg>
        )}
      </div>
      {round ? <Slices {...{ figures, parts, inks, go, lit, setLit }} /> : measures.length > 1 && <Legend {...{ figures, measures, inks, go, lit, setLit }} />}
      {told && <Tip figures={figures} {...told} />}
    </div>
  );
}

/** Pointing at an entry of a legend shows what it stands for; a click leads to its rows. Keyboards go by the marks themselves. */
function entryOf(figures, measure, point, key, { go, setLit }) {
  const leads = !!behind(figures, measure, point);
  return { className: leads ? "leads" : undefined, onClick: () => leads && go(measure, point), onPointerEnter: (e) => e.pointerType === "mouse" && setLit(key), onPointerLeave: () => setLit("") };
}

/** What the series are called. */
function Legend({ figures, measures, inks, lit, ...shared }) {
  return (
    <ul className="legend">
      {measures.map((m, i) => <li key={m.key} {...entryOf(figures, m, WHOLE, m.key, shared)} data-lit={lit === m.key || undefined}><Swatch ink={inks[i]} /><span>{m.label}</span></li>)}
    </ul>
  );
}

/** What the slices are called, how large they are, and what part of the whole. */
function Slices({ figures, parts, inks, lit, ...shared }) {
  const t = useT();
  const measure = drawable(figures.measures)[0], at = figures.measures.indexOf(measure);
  const whole = parts.reduce((sum, p) => sum + Math.max(0, p.values[at] ?? 0), 0);
  return (
    <ul className="legend" aria-hidden="true">
      {parts.map((p, i) => (
        <li key={p.key} {...entryOf(figures, measure, p, p.key, shared)} data-lit={lit === p.key || undefined} title={p.label}>
          <Swatch ink={inks[i]} /><span>{p.label}</span><b>{shown(t, measure, p.values[at])}</b><i>{whole ? t.percent(Math.round((100 * (p.values[at] ?? 0)) / whole)) : ""}</i>
        </li>
      ))}
    </ul>
  );
}

/** All values of the point below the pointer or the focus, above everything else on the screen. */
function Tip({ figures, point, measure, at }) {
  const t = useT();
  const ref = useRef(null);
  useLayoutEffect(() => {
    const tip = ref.current;
    tip.showPopover?.();
    const { width, height } = tip.getBoundingClientRect();
    const middle = at.left + at.width / 2 - width / 2;
    tip.style.left = `${Math.max(8, Math.min(middle, window.innerWidth - width - 8))}px`;
    tip.style.top = `${at.top - height - 8 >= 4 ? at.top - height - 8 : Math.min(at.bottom + 8, window.innerHeight - height - 8)}px`;
  }, [point, measure]);
  const known = figures.measures.map((m, i) => [m, point.values[i]]).filter(([m, v]) => v !== null && (v || m === measure || figures.measures.length < 4));
  return (
    <div className="chart-tip" ref={ref} popover="manual" aria-hidden="true">
      <b>{point.label}</b>
      {known.slice(0, 12).map(([m, v]) => <span key={m.key} data-lit={(known.length > 1 && m === measure) || undefined}>{m.label}<i>{shown(t, m, v)}</i></span>)}
    </div>
  );
}

function BigNumber({ figures, go }) {
  const t = useT();
  const [measure] = figures.measures, [point] = figures.points;
  if (!point) return <p className="big-number">–</p>;
  const text = shown(t, measure, point.values[0]);
  const to = behind(figures, measure, point);
  return (
    <p className="big-number">
      {to ? <a href={to} onClick={(e) => e.metaKey || e.ctrlKey || (e.preventDefault(), go(measure, point))} aria-label={`${figures.title}: ${text}`}>{text}</a> : text}
    </p>
  );
}

/** Letters of the smallest and the largest tag, in pixels. */
const TAGS = [13, 24];

/** Each point as a tag, the larger its value the larger its letters. */
function Tags({ figures, go }) {
  const t = useT();
  const measure = drawable(figures.measures)[0], at = figures.measures.indexOf(measure);
  const most = Math.max(...figures.points.map((p) => p.values[at] ?? 0), 1);
  const size = (value) => TAGS[0] + (TAGS[1] - TAGS[0]) * Math.sqrt(Math.max(0, value ?? 0) / most);
  return (
    <ul className="tags">
      {figures.points.map((p) => {
        const to = behind(figures, measure, p), text = <>{p.label} <b>{shown(t, measure, p.values[at])}</b></>;
        return <li key={p.key} style={{ fontSize: size(p.values[at]) }}>{to ? <a href={to} onClick={(e) => e.metaKey || e.ctrlKey || (e.preventDefault(), go(measure, p))}>{text}</a> : <span>{text}</span>}</li>;
      })}
    </ul>
  );
}
