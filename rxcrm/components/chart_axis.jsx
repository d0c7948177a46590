// The axes of a chart: round values on one side, names on the other, as many of them as there is room for.
import { scaleLinear } from "d3-scale";
import { cut, lasting, short, spanOf } from "./chart_formats.js";

/** About how wide a letter of an axis is, in pixels. */
export const LETTER = 6.2;
const LINE = 14;

/** Round values along an axis: whole counts, and times in whole days, hours or minutes. */
function ticksOf(y, measure) {
  const [low, high] = y.domain();
  const unit = measure.unit === "seconds" ? spanOf(high, 2)[1] : 1;
  return scaleLinear().domain([low / unit, high / unit]).ticks(4).map((n) => n * unit).filter((n) => measure.unit !== "count" || Number.isInteger(n));
}

/** A value of the axis: all lengths of time in the same unit. */
const toldAt = (t, y, measure, n) => (measure.unit === "seconds" && n ? lasting(t, n, "short", spanOf(y.domain()[1], 2)) : short(t, measure, n));

export function Axis({ t, y, measure, left, right }) {
  return (
    <g className="axis" aria-hidden="true">
      {ticksOf(y, measure).map((n) => (
        <g key={n} className={n ? undefined : "zero"} transform={`translate(0,${y(n)})`}><line x1={left} x2={right} /><text x={left - 8} dy=".32em" textAnchor="end">{toldAt(t, y, measure, n)}</text></g>
      ))}
    </g>
  );
}

const nameOf = (p) => p.short || p.label;
const wide = (text) => text.length * LETTER + 8;

/** A name in at most two lines of `most` letters, broken between words; null if it does not fit. */
function folded(text, most) {
  if (text.length <= most) return [text];
  const words = text.split(" ");
  for (let i = words.length - 1; i > 0; i--) {
    const lines = [words.slice(0, i).join(" "), words.slice(i).join(" ")];
    if (lines.every((line) => line.length <= most)) return lines;
  }
  return null;
}

/**
 * How the names below an axis are written where each has `room`: in one line, in two, slanted, or (dates, which one can
 * count on) only every so many. `tall` is how much room that takes.
 */
function written(points, room, dated) {
  const names = points.map(nameOf), longest = Math.max(...names.map(wide), 1);
  if (longest <= room) return { way: "line", tall: 24, every: 1 };
  const most = Math.floor((room - 6) / LETTER);
  const lines = !dated && most >= 5 && names.map((name) => folded(name, most));
  if (lines && lines.every(Boolean)) return { way: "folded", tall: 24 + LINE, every: 1, lines };
  if (dated || points.length > 40) return { way: "line", tall: 24, every: Math.max(1, Math.ceil(longest / room)), over: Math.max(0, (longest - room) / 2) };
  const letters = Math.min(Math.max(...names.map((name) => name.length)), 18);
  return { way: "slanted", tall: Math.ceil(letters * LETTER * 0.6) + 20, every: Math.max(1, Math.ceil(15 / room)), letters };
}

/** The scale of values and the room that names and values leave for the marks. */
export function frameOf(t, figures, measure, [low, high], width, height) {
  const dated = figures.points.some((p) => p.short) || (figures.points.length > 1 && figures.points.every((p) => /^(\d{4}-\d\d-\d\d)?$/.test(p.key)));
  const reach = (names) => scaleLinear().domain([low, high]).nice(4).range([height - names.tall, 22]);
  const leftOf = (y) => Math.max(...ticksOf(y, measure).map((n) => toldAt(t, y, measure, n).length), 1) * LETTER + 14;
  const guess = leftOf(reach({ tall: 24 }));
  const names = written(figures.points, (width - 8 - guess) / Math.max(figures.points.length, 1), dated);
  const y = reach(names);
  // The last name may be wider than its place.
  return { y, left: leftOf(y), right: width - Math.max(8, names.over ?? 0), names };
}

/** Names below a band axis. */
export function Names({ points, at, names, y }) {
  const shownOf = (p, i) => i % names.every === 0;
  return (
    <g className="axis" aria-hidden="true">
      {points.map((p, i) => {
        if (!shownOf(p, i)) return null;
        if (names.way === "slanted") {
          // What would reach beyond the left edge is cut shorter.
          const room = Math.max(4, Math.floor((at(p) + 6) / (LETTER * 0.8)));
          return <text key={p.key} transform={`translate(${at(p) + 4},${y + 12}) rotate(-38)`} textAnchor="end">{cut(nameOf(p), Math.min(names.letters, room))}</text>;
        }
        const lines = names.way === "folded" ? names.lines[i] : [nameOf(p)];
        return <text key={p.key} x={at(p)} y={y + 17} textAnchor="middle">{lines.map((line, k) => <tspan key={k} x={at(p)} dy={k ? LINE : 0}>{line}</tspan>)}</text>;
      })}
    </g>
  );
}
