// How values are written, and which lists lie behind them.

const kept = new Map();
const spelled = (t, options) => {
  const key = `${t.locale} ${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, new Intl.NumberFormat(t.locale, options));
  return kept.get(key);
};

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** In what a length of time is told, and how many seconds that is: days, hours or minutes, at least `least` of them. */
export const spanOf = (seconds, least = 1) => SPANS.find(([, from]) => Math.abs(seconds) >= least * from) ?? SPANS.at(-1);

/** A length of time, to one decimal below ten: lengths beside each other stay comparable. */
export function lasting(t, seconds, unitDisplay = "long", [unit, size] = spanOf(seconds)) {
  const n = seconds / size;
  return spelled(t, { style: "unit", unit, unitDisplay, maximumFractionDigits: Math.abs(n) < 9.95 ? 1 : 0 }).format(n);
}

/** An amount of money; large and whole ones without hundredths. */
const amount = (t, value, currency) =>
  Math.abs(value) < 1000 && !Number.isInteger(value) ? t.money(String(value), currency) : spelled(t, { style: "currency", currency: currency || "USD", maximumFractionDigits: 0 }).format(value);

/** A value in the reader's spelling, by its unit. */
export function shown(t, measure, value) {
  if (value === null || value === undefined) return "–";
  if (measure.unit === "money") return amount(t, value, measure.currency);
  if (measure.unit === "percent") return t.percent(value);
  if (measure.unit === "seconds") return lasting(t, value);
  return measure.unit === "number" ? t.decimal(String(value)) : t.number(value);
}

/** The same, short: for axes and the ends of bars. */
export function short(t, measure, value) {
  if (value === null || value === undefined) return "–";
  if (measure.unit === "percent") return t.percent(value);
  if (measure.unit === "seconds") return value ? lasting(t, value, "short") : "0";
  return value < 10000 && measure.unit === "count" ? t.number(value) : t.compact(value, measure.unit === "money" ? measure.currency : "");
}

/** The address of the list that shows the rows behind a value; empty where none does. */
export function behind(figures, measure, point) {
  const filter = condition(measure, point);
  if (!filter || !measure.path) return "";
  const asked = new URLSearchParams({ ...(figures.view ? { view: figures.view } : {}), ...(figures.search ? { q: figures.search } : {}), filter: JSON.stringify(filter) });
  return `${measure.path}?${asked}`;
}

/** All rows of a measure, whatever the point: what an entry of the legend stands for. */
export const WHOLE = { where: { all: [] } };

/** The filter of the rows behind a value: what holds for all of the chart, and what for this point. */
export function condition(measure, point) {
  if (!measure.where || !point.where) return null;
  const parts = [measure.where, point.where].flatMap((part) => part.all ?? [part]);
  return { all: parts };
}

/** The measures that one axis can hold: the first that is drawn, and those of its unit. */
export function drawable(measures) {
  const drawn = measures.filter((m) => m.drawn);
  const first = drawn[0] ?? measures[0];
  return first ? drawn.filter((m) => m.unit === first.unit && m.currency === first.currency) : [];
}

/** The ways in which these figures can be drawn, the usual one first. */
export function ways(figures) {
  const several = drawable(figures.measures).length > 1;
  const all = several ? ["stacked", "column", "bar", "line", "area", "table"] : ["column", "bar", "line", "area", "pie", "doughnut", "funnel", "tag", "table"];
  return all.includes(figures.kind) ? all : [figures.kind, ...all];
}

/** What the drawings are called. */
export const KINDS = (t) => ({ column: t("Column"), bar: t("Bar"), stacked: t("Stacked column"), line: t("Line"), area: t("Area"), pie: t("Pie"), doughnut: t("Doughnut"), funnel: t("Funnel"), tag: t("Tags"), number: t("Number"), table: t("Table") });

export const cut = (text, most) => (text.length > most ? `${text.slice(0, Math.max(1, most - 1)).trimEnd()}…` : text);
