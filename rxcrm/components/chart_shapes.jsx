// Pies and funnels: shapes without axes.
import { scaleBand } from "d3-scale";
import { arc, pie } from "d3-shape";
import { LETTER } from "./chart_axis.jsx";
import { cut, drawable, lasting, short } from "./chart_formats.js";

const num = (value) => value ?? 0;

/** Slices of a whole; `parts` are its points in their order. The legend beside it says what each is. */
export function Pie({ t, inks, parts, figures, width, height, mark, hole }) {
  const at = figures.measures.indexOf(drawable(figures.measures)[0]);
  const radius = Math.max(20, Math.min(width, height) / 2 - 5);
  const whole = parts.reduce((sum, p) => sum + Math.max(0, num(p.values[at])), 0);
  const slices = pie().sort(null).padAngle(parts.length > 1 ? 0.012 : 0).value((p) => Math.max(0, num(p.values[at])))(parts);
  const shape = arc().innerRadius(radius * hole).outerRadius(radius).cornerRadius(3).padRadius(radius);
  return (
    <g transform={`translate(${width / 2},${height / 2})`}>
      {slices.map((slice, i) => num(slice.data.values[at]) > 0 && (
        <g key={slice.data.key} {...mark(slice.data, at)}><path d={shape(slice)} fill={inks[i].fill} className="shape" /></g>
      ))}
      {hole > 0 && <text className="total" dy=".34em" textAnchor="middle" aria-hidden="true">{short(t, figures.measures[at], whole)}</text>}
    </g>
  );
}

/** Room between two stages of a nested funnel, where it says how many went on and how long it took. */
const BETWEEN = 20;

/**
 * Stages below each other. Where each is part of the one before (`figures.nested`) it narrows, and between them stands what
 * share went on and after what time; anywhere else each says its share of the whole.
 */
export function Funnel({ t, inks, figures, width, height, mark }) {
  const at = figures.measures.indexOf(drawable(figures.measures)[0]);
  const column = (key) => figures.measures.findIndex((m) => m.key === key);
  const { points, nested } = figures;
  const values = points.map((p) => num(p.values[at]));
  const most = Math.max(...values, 1), whole = nested ? values[0] : values.reduce((sum, value) => sum + value, 0);
  const names = Math.min(Math.max(...points.map((p) => p.label.length), 4) * (LETTER + 0.6) + 14, width * 0.32);
  const told = points.map((p, i) => [short(t, figures.measures[at], p.values[at]), whole > 0 ? t.percent(Math.round((100 * values[i]) / whole)) : ""]);
  const ends = Math.max(...told.map(([value, share]) => (value.length + share.length + 2) * (LETTER + 1))) + 12;
  const between = nested ? BETWEEN : 5;
  const tall = Math.min(58, (height - between * (points.length - 1)) / Math.max(points.length, 1));
  const used = tall * points.length + between * (points.length - 1);
  const y = scaleBand().domain(points.map((p) => p.key)).range([(height - used) / 2, (height + used) / 2 + between]).paddingInner(0);
  const room = Math.max(40, width - names - ends), middle = names + room / 2;
  const wide = (i) => Math.max((values[i] / most) * room, values[i] ? 4 : 0);
  return points.map((p, i) => {
    const top = y(p.key), w = wide(i), below = nested && i + 1 < points.length ? (w + wide(i + 1)) / 2 : w;
    const share = column("of-before") < 0 || i === 0 ? null : p.values[column("of-before")];
    const time = column("time") < 0 ? null : p.values[column("time")];
    const step = share === null ? "" : time === null ? t.percent(Math.round(share)) : t("%(share)s after %(time)s", { share: t.percent(Math.round(share)), time: lasting(t, time) });
    return (
      <g key={p.key} {...mark(p, at)}>
        <rect className="hit" x="0" y={top} width={width} height={tall} />
        {step && <text className="between" x={middle} y={top - between / 2} dy=".34em" textAnchor="middle" aria-hidden="true">{`↓ ${step}`}</text>}
        <text className="name" x={names - 10} y={top + tall / 2} dy=".34em" textAnchor="end" aria-hidden="true">{cut(p.label, Math.floor((names - 10) / (LETTER + 0.4)))}</text>
        <path d={`M${middle - w / 2},${top} h${w} L${middle + below / 2},${top + tall} h${-below} z`} fill={inks[inks.length > 1 ? i : 0].fill} strokeLinejoin="round" className="shape" />
        <text className="value" x={width - ends + 10} y={top + tall / 2} dy=".34em" aria-hidden="true">{told[i][0]}<tspan className="share" dx="6">{told[i][1]}</tspan></text>
      </g>
    );
  });
}
