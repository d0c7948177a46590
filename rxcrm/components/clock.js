// Days and times as the user's time zone has them; the browser may be elsewhere.
const kept = new Map();
function formatter(locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, new Intl.DateTimeFormat(locale, options));
  return kept.get(key);
}

const MINUTE = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** A point in time (ISO) as a `datetime-local` input holds it: "2026-11-21T14:05" in the zone. */
export function localTime(iso, zone) {
  const found = Object.fromEntries(formatter("en-CA", { ...MINUTE, timeZone: zone || undefined }).formatToParts(new Date(iso)).map((p) => [p.type, p.value]));
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** The day of a point in time: "2026-11-21". */
export const dayOf = (iso, zone) => localTime(iso, zone).slice(0, 10);
export const today = (zone) => dayOf(Date.now(), zone);
/** A day some days later. */
export const daysAfter = (day, n) => new Date(Date.parse(`${day}T12:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
/** A local time some minutes later, by the clock on the wall. */
export const minutesAfter = (local, n) => new Date(Date.parse(`${local}Z`) + n * 60_000).toISOString().slice(0, 16);
/** Minutes from one local time to another. */
export const minutesBetween = (from, to) => Math.round((Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 60_000);

/** "Today", "Yesterday", "Tomorrow", or the date; its year only where it is another one. */
export function dayName(t, day, zone) {
  const now = today(zone);
  if (day === now) return t("Today");
  if (day === daysAfter(now, -1)) return t("Yesterday");
  if (day === daysAfter(now, 1)) return t("Tomorrow");
  const year = day.slice(0, 4) === now.slice(0, 4) ? undefined : "numeric";
  return formatter(t.locale, { weekday: year ? undefined : "long", day: "numeric", month: "long", year, timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

/** When an activity is due or takes place, in words: "Tomorrow, 14:00 – 15:00". */
export function dueText(t, { start, due, all_day }, zone) {
  const first = start || due;
  if (!first) return "";
  const from = dayOf(first, zone), to = dayOf(due || first, zone);
  if (all_day) return from === to ? dayName(t, from, zone) : `${dayName(t, from, zone)} – ${dayName(t, to, zone)}`;
  const begin = `${dayName(t, from, zone)}, ${t.time(first, zone)}`;
  if (!start || !due || start === due) return begin;
  return `${begin} – ${from === to ? "" : `${dayName(t, to, zone)}, `}${t.time(due, zone)}`;
}
