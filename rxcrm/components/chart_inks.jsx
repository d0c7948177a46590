// What series and slices are painted with: a colour each and, but for the first, a texture, so that nothing is told by colour alone.
import { drawable } from "./chart_formats.js";

const COLOURS = 12;
const TEXTURES = [null, "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "M2,2 h.01 M6,6 h.01", "M0,4 h8", "M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4", "M4,0 v8", "M0,2 h8 M0,6 h8", "M0,4 h8 M4,0 v8"];

const colourOf = (named, i) => (named ? `var(--c-${named})` : `var(--chart-${(i % COLOURS) + 1})`);

/** How the parts of a drawing are painted, in the order of `parts`: points of a pie, series of anything else, or one ink for all. */
export function inksOf(id, parts) {
  return parts.map((part, i) => {
    const colour = colourOf(part.colour, i), texture = i % TEXTURES.length;
    return { colour, texture, fill: texture ? `url(#${id}-${i})` : colour };
  });
}

/** The patterns that `inks` refer to. */
export function Patterns({ id, inks }) {
  return (
    <defs>
      {inks.map((ink, i) => ink.texture > 0 && (
        <pattern key={i} id={`${id}-${i}`} width="8" height="8" patternUnits="userSpaceOnUse">
          <rect width="8" height="8" fill={ink.colour} />
          <path d={TEXTURES[ink.texture]} stroke="var(--surface)" strokeOpacity=".34" strokeWidth={ink.texture === 2 ? 2.2 : 1.1} strokeLinecap="round" fill="none" />
        </pattern>
      ))}
    </defs>
  );
}

/** A swatch of a legend. */
export const Swatch = ({ ink }) => <svg className="ink" width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="4" fill={ink.fill} /></svg>;

/** Slices of a pie beyond this are one. */
const MOST_SLICES = 12;
/** A pie of more options than this is sorted; fewer stay in the order of their list. */
const FEW = 5;

const size = (at) => (point) => Math.max(0, point.values[at] ?? 0);

/** The points of a pie, the large ones first; of too many the smallest are one slice, which leads nowhere. */
export function slicesOf(figures, t) {
  const at = figures.measures.indexOf(drawable(figures.measures)[0]), of = size(at);
  const painted = figures.points.map((point, i) => ({ ...point, nth: i }));
  const sorted = painted.length > FEW ? painted.sort((a, b) => of(b) - of(a)) : painted;
  if (sorted.length <= MOST_SLICES) return sorted;
  const rest = sorted.slice(MOST_SLICES - 1);
  const values = figures.measures.map((_, i) => rest.reduce((sum, point) => sum + (point.values[i] ?? 0), 0));
  return [...sorted.slice(0, MOST_SLICES - 1), { key: "rest", label: t("%(n)s others", { n: t.number(rest.length) }), values, where: null, nth: MOST_SLICES - 1, colour: "grey" }];
}
