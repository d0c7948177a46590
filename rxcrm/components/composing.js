// The topic that a new lead gets where nobody types one, as the server will compose it (S 3.12).
import { nameOf, valueOf } from "./record_store.js";

/** What the pattern of a field gives of the others, as far as they are known here; empty where it gives nothing. */
export function composed(spec, fields, state, t) {
  if (!spec.compose || state.id) return "";
  let topic = "";
  let filled = false;
  for (const [before, parts] of spec.compose) {
    const texts = parts.map(([part, isField]) => (isField ? textOf(fields[part], part, state, t) : part));
    const own = texts.filter((_, at) => parts[at][1]);
    if (own.length && !own.some(Boolean)) continue;
    filled ||= own.length > 0;
    const text = texts.join("").split(/\s+/).filter(Boolean).join(" ");
    topic = topic && text ? topic + before + text : topic || text;
  }
  return filled ? [...topic].slice(0, 300).join("").trimEnd() : "";
}

/** Whether a required field may stay empty: something is composed, or the server may know fields that this form lacks. */
export const composes = (spec, fields, state, t) =>
  !!spec.compose && !state.id && (composed(spec, fields, state, t) !== "" || spec.compose.some(([, parts]) => parts.some(([part, isField]) => isField && !(part in fields))));

function textOf(spec, name, state, t) {
  const value = spec ? valueOf(state, name).trim() : "";
  if (!value) return "";
  if (spec.kind === "yesno" && value === "0") return "";
  if (spec.options) return t(spec.options.find(([option]) => option === value)?.[1] ?? value);
  if (spec.kind === "lookup") return nameOf(state, name);
  if (spec.kind === "money") return t.money(value, valueOf(state, "currency"));
  if (spec.kind === "whole" || spec.kind === "decimal") return t.decimal(value);
  return spec.kind === "date" ? t.day(value) : value;
}
