// The marks of a chart, as SVG: d3 reckons scales and shapes (docs/decisions/0019), React draws them.
import { scaleBand, scaleLinear, scalePoint } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import { Axis, LETTER, Names, frameOf } from "./chart_axis.jsx";
import { cut, drawable, short } from "./chart_formats.js";
import { Funnel, Pie } from "./chart_shapes.jsx";

const num = (value) => value ?? 0;
/** Room for the value at the end of a bar, in pixels. */
const VALUE = 62;

/** What is drawn, by the kind of drawing: `mark(point, measure)` gives each mark its name, its place in the tab order and its list. */
export function Marks({ kind, ...rest }) {
  if (kind === "pie" || kind === "doughnut") return <Pie hole={kind === "doughnut" ? 0.6 : 0} {...rest} />;
  if (kind === "bar") return <Bars {...rest} />;
  if (kind === "funnel") return <Funnel {...rest} />;
  if (kind === "line" || kind === "area") return <Lines filled={kind === "area"} {...rest} />;
  return <Columns stacked={kind === "stacked"} {...rest} />;
}

const total = (p, at) => at.reduce((sum, i) => sum + num(p.values[i]), 0);

function extent(points, at, stacked) {
  const totals = points.map((p) => (stacked ? total(p, at) : Math.max(0, ...at.map((i) => num(p.values[i])))));
  const lows = points.map((p) => Math.min(0, ...at.map((i) => num(p.values[i]))));
  return [Math.min(0, ...lows), Math.max(...totals, 1)];
}

/** Rounded at the end that is away from zero. */
const column = (x, y, w, h, r) => `M${x},${y + h} v${-(h - r)} q0,${-r} ${r},${-r} h${w - 2 * r} q${r},0 ${r},${r} v${h - r} z`;

function Columns({ t, inks, figures, width, height, mark, stacked }) {
  const measures = drawable(figures.measures);
  const at = measures.map((m) => figures.measures.indexOf(m));
  const { y, left, right, names } = frameOf(t, figures, measures[0], extent(figures.points, at, stacked), width, height);
  const x = scaleBand().domain(figures.points.map((p) => p.key)).range([left, right]).paddingInner(0.32).paddingOuter(0.2);
  const inner = scaleBand().domain(at).range([0, Math.min(x.bandwidth(), 64 * at.length)]).padding(at.length > 1 ? 0.1 : 0);
  const aside = (x.bandwidth() - inner.range()[1]) / 2;
  const wide = stacked ? Math.min(x.bandwidth(), 64) : inner.bandwidth();
  const told = (value) => short(t, measures[0], value);
  // Values stand above their columns where each has room for its own.
  const values = (stacked || at.length === 1) && figures.points.every((p) => told(total(p, at)).length * LETTER < x.step() - 2);
  const several = inks.length > 1 && at.length === 1;
  return (
    <>
      <Axis {...{ t, y, left, right }} measure={measures[0]} />
      {figures.points.map((p, n) => {
        let floor = 0;
        const known = at.some((i) => p.values[i] !== null);
        const middle = x(p.key) + x.bandwidth() / 2;
        return (
          <g key={p.key}>
            {at.map((i, k) => {
              const value = num(p.values[i]);
              const [from, to] = stacked ? [floor, (floor += value)] : [0, value];
              const place = stacked ? middle - wide / 2 : x(p.key) + aside + inner(i);
              const top = y(Math.max(from, to)), tall = Math.max(Math.abs(y(from) - y(to)), value ? 1.5 : 0);
              if ((stacked && !value) || p.values[i] === null) return null;
              const last = !stacked || at.slice(k + 1).every((j) => !num(p.values[j]));
              const round = last && value > 0 ? Math.min(4, wide / 4, tall) : 0;
              return (
                <g key={i} {...mark(p, i)}>
                  {!stacked && <rect className="hit" x={place} y={14} width={wide} height={y.range()[0] - 14} />}
                  <path d={column(place, top, wide, tall, round)} fill={inks[several ? n : k].fill} className="shape" />
                </g>
              );
            })}
            {values && known && total(p, at) >= 0 && <text className="value" x={middle} y={y(total(p, at)) - 6} textAnchor="middle" aria-hidden="true">{told(total(p, at))}</text>}
          </g>
        );
      })}
      <Names points={figures.points} at={(p) => x(p.key) + x.bandwidth() / 2} names={names} y={height - names.tall} />
    </>
  );
}

function Bars({ t, inks, figures, width, height, mark }) {
  const measures = drawable(figures.measures);
  const at = measures.map((m) => figures.measures.indexOf(m));
  const [low, high] = extent(figures.points, at, false);
  const names = Math.min(Math.max(...figures.points.map((p) => p.label.length), 4) * (LETTER + 0.6) + 12, width * 0.38);
  const x = scaleLinear().domain([low, high]).range([names, Math.max(names + 40, width - VALUE)]);
  const step = Math.min(height / Math.max(figures.points.length, 1), 26 + 18 * at.length);
  const y = scaleBand().domain(figures.points.map((p) => p.key)).range([0, step * figures.points.length]).paddingInner(0.3).paddingOuter(0.15);
  const inner = scaleBand().domain(at).range([0, y.bandwidth()]).padding(at.length > 1 ? 0.1 : 0);
  const several = inks.length > 1 && at.length === 1;
  return figures.points.map((p, n) => (
    <g key={p.key}>
      <text className="name" x={names - 8} y={y(p.key) + y.bandwidth() / 2} dy=".34em" textAnchor="end" aria-hidden="true">{cut(p.label, Math.floor((names - 8) / (LETTER + 0.4)))}</text>
      {at.map((i, k) => {
        const value = num(p.values[i]), end = x(value), top = y(p.key) + inner(i);
        return (
          <g key={i} {...mark(p, i)}>
            <rect className="hit" x={0} y={top - 3} width={width} height={inner.bandwidth() + 6} />
            <rect x={Math.min(x(0), end)} y={top} width={Math.max(Math.abs(end - x(0)), value ? 1.5 : 0)} height={inner.bandwidth()} rx="3" fill={inks[several ? n : k].fill} className="shape" />
            <text className="value" x={Math.max(end, x(0)) + 6} y={top + inner.bandwidth() / 2} dy=".34em" aria-hidden="true">{short(t, figures.measures[i], p.values[i])}</text>
          </g>
        );
      })}
    </g>
  ));
}

const SIGNS = ["M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0", "M-4,-4 h8 v8 h-8 z", "M0,-5 l5,9 h-10 z", "M0,-5.5 l5.5,5.5 l-5.5,5.5 l-5.5,-5.5 z"];

function Lines({ t, id, inks, figures, width, height, mark, filled }) {
  const measures = drawable(figures.measures);
  const at = measures.map((m) => figures.measures.indexOf(m));
  const { y, left, right, names } = frameOf(t, figures, measures[0], extent(figures.points, at, false), width, height);
  const x = scalePoint().domain(figures.points.map((p) => p.key)).range([left, right]).padding(0.5);
  const path = line().x((p) => p[0]).y((p) => p[1]).curve(curveMonotoneX);
  const under = area().x((p) => p[0]).y0(y(0)).y1((p) => p[1]).curve(curveMonotoneX);
  const values = at.length === 1 && figures.points.every((p) => short(t, measures[0], p.values[at[0]]).length * LETTER < x.step() - 4);
  return (
    <>
      <defs>
        {at.map((i, k) => (
          <linearGradient key={i} id={`${id}-under-${k}`} x1="0" y1="0" x2="0" y2="1"><stop offset="0" stopColor={inks[k].colour} stopOpacity={filled ? 0.34 : 0.13} /><stop offset="1" stopColor={inks[k].colour} stopOpacity={filled ? 0.06 : 0} /></linearGradient>
        ))}
      </defs>
      <Axis {...{ t, y, left, right }} measure={measures[0]} />
      {at.map((i, k) => {
        const known = figures.points.filter((p) => p.values[i] !== null).map((p) => [x(p.key), y(p.values[i])]);
        return (
          <g key={i} className="trace" style={{ color: inks[k].colour }}>
            {(filled || at.length === 1) && <path d={under(known)} fill={`url(#${id}-under-${k})`} aria-hidden="true" />}
            <path d={path(known)} fill="none" stroke="currentColor" strokeWidth="2.2" strokeDasharray={[null, "7 4", "2 4", "9 3 2 3"][k % 4]} strokeLinecap="round" aria-hidden="true" />
            {figures.points.filter((p) => p.values[i] !== null).map((p) => (
              <g key={p.key} {...mark(p, i)}>
                <circle className="hit" cx={x(p.key)} cy={y(p.values[i])} r={Math.min(22, Math.max(8, x.step() / 2))} />
                <path d={SIGNS[k % SIGNS.length]} transform={`translate(${x(p.key)},${y(p.values[i])})`} fill="currentColor" stroke="var(--surface)" strokeWidth="1.5" className="shape" />
                {values && <text className="value" x={x(p.key)} y={y(p.values[i]) - 11} textAnchor="middle" aria-hidden="true">{short(t, measures[0], p.values[i])}</text>}
              </g>
            ))}
          </g>
        );
      })}
      <Names points={figures.points} at={(p) => x(p.key)} names={names} y={height - names.tall} />
    </>
  );
}
