// The translation catalogue in the browser: t("Save") looks a message up, English is the source itself.
import { useSyncExternalStore } from "react";

const ENGLISH = { locale: "en", messages: {} };
const listeners = new Set();
let current = ENGLISH;
let wanted = "en";

const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));

/** Switch the page to a language: one static file, fetched once and cached by the browser. */
export async function setLocale(locale) {
  if (!locale || locale === wanted) return;
  wanted = locale;
  const answer = locale === "en" ? ENGLISH : await fetch(`/i18n/${locale}.json`).then((r) => (r.ok ? r.json() : ENGLISH));
  if (wanted !== locale) return;
  current = { locale, messages: answer.messages };
  document.documentElement.lang = locale;
  localStorage.setItem("rxcrm:locale", locale);
  listeners.forEach((listener) => listener());
}

if (typeof window !== "undefined") setLocale(localStorage.getItem("rxcrm:locale"));

const fill = (text, values) => (values ? text.replace(/%\((\w+)\)[sd]/g, (_, name) => values[name] ?? "") : text);

// Formatters are costly to make and cheap to use: one for each language and style.
const kept = new Map();
function formatter(Kind, locale, options) {
  const key = `${Kind.name} ${locale} ${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, new Kind(locale, options));
  return kept.get(key);
}

// Lengths of time in the largest unit that they fill; months count from the second on, years from the second on.
const UNITS = [["year", 2 * 31556952, 31556952], ["month", 2 * 2629746, 2629746], ["day", 86400, 86400], ["hour", 3600, 3600], ["minute", 60, 60]];
const inUnits = (seconds) => {
  const [unit, , size] = UNITS.find(([, from]) => Math.abs(seconds) >= from) ?? UNITS.at(-1);
  return [Math.trunc(seconds / size), unit];
};

function translator({ locale, messages }) {
  const t = (message, values) => fill(messages[message] ?? message, values);
  t.locale = locale;
  t.n = (one, many, n, values) => {
    const forms = messages[one];
    const chosen = Array.isArray(forms)
      ? (forms[Intl.PluralRules.supportedLocalesOf(locale).length ? pluralIndex(locale, n) : 0] ?? forms[0])
      : n === 1 ? one : many;
    return fill(chosen, { ...values, n: t.number(n) });
  };
  t.list = (items) => formatter(Intl.ListFormat, locale, { type: "conjunction" }).format(items);
  t.number = (n) => formatter(Intl.NumberFormat, locale).format(n);
  t.decimal = (text) => (text === "" || isNaN(+text) ? text : formatter(Intl.NumberFormat, locale, { maximumFractionDigits: 5 }).format(text));
  t.money = (text, currency) => {
    if (text === "" || isNaN(+text)) return text;
    return formatter(Intl.NumberFormat, locale, { style: "currency", currency: currency || "USD" }).format(text);
  };
  t.percent = (n) => formatter(Intl.NumberFormat, locale, { style: "percent", maximumFractionDigits: 1 }).format(n / 100);
  t.compact = (n, currency) => formatter(Intl.NumberFormat, locale, { notation: "compact", maximumFractionDigits: 1, ...(currency ? { style: "currency", currency } : {}) }).format(n);
  t.day = (iso) => (iso ? formatter(Intl.DateTimeFormat, locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso)) : "");
  t.moment = (iso, zone) =>
    iso ? formatter(Intl.DateTimeFormat, locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone || undefined }).format(new Date(iso)) : "";
  t.short = (iso, zone) =>
    iso ? formatter(Intl.DateTimeFormat, locale, { dateStyle: "short", timeStyle: "short", timeZone: zone || undefined }).format(new Date(iso)) : "";
  t.clock = (wall) => formatter(Intl.DateTimeFormat, locale, { timeStyle: "short", timeZone: "UTC" }).format(new Date(`${wall}Z`));
  // What a calendar shows, as its title: a day, a week from day to day, or a month.
  t.range = (view, since, before, at) => {
    const style = view === "day" ? { dateStyle: "full" } : view === "week" ? { dateStyle: "medium" } : { month: "long", year: "numeric" };
    const format = formatter(Intl.DateTimeFormat, locale, { ...style, timeZone: "UTC" });
    return view === "week" ? format.formatRange(new Date(since), new Date(new Date(before) - 86400000)) : format.format(new Date(view === "day" ? since : at));
  };
  // Wall-clock time as a date-time control holds it, in words with its weekday.
  t.weekday = (wall, day) =>
    formatter(Intl.DateTimeFormat, locale, { dateStyle: "full", ...(day ? {} : { timeStyle: "short" }), timeZone: "UTC" }).format(new Date(`${wall}${wall.length === 10 ? "T00:00" : ""}Z`));
  t.time = (iso, zone) => (iso ? formatter(Intl.DateTimeFormat, locale, { timeStyle: "short", timeZone: zone || undefined }).format(new Date(iso)) : "");
  t.duration = (seconds) => {
    const [n, unit] = inUnits(seconds);
    return formatter(Intl.NumberFormat, locale, { style: "unit", unit, unitDisplay: "long" }).format(Math.max(1, n));
  };
  t.brief = (seconds) => {
    const [n, unit] = inUnits(seconds);
    return formatter(Intl.NumberFormat, locale, { style: "unit", unit, unitDisplay: "short" }).format(n);
  };
  t.ago = (iso) => {
    const seconds = (new Date(iso) - Date.now()) / 1000;
    const format = formatter(Intl.RelativeTimeFormat, locale, { numeric: "auto" });
    return format.format(...inUnits(seconds));
  };
  return t;
}

// gettext catalogues list plural forms in the order of CLDR categories in use: one, (few, many,) other.
const ORDER = ["zero", "one", "two", "few", "many", "other"];
function pluralIndex(locale, n) {
  const rules = formatter(Intl.PluralRules, locale);
  const used = ORDER.filter((c) => rules.resolvedOptions().pluralCategories.includes(c));
  return used.indexOf(rules.select(n));
}

const made = new Map();
const translatorOf = (catalogue) => made.get(catalogue) ?? (made.set(catalogue, translator(catalogue)), made.get(catalogue));

/** The translator of the current language, also while the page is prerendered in English. */
export function useT() {
  return translatorOf(useSyncExternalStore(subscribe, () => current, () => ENGLISH));
}
