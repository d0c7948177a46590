// Fields of the forms of the timeline: which ones each kind of activity has (S 1.6), and how each is typed.
import { useId } from "react";
import { daysAfter, localTime, minutesAfter, minutesBetween, today } from "./clock.js";
import { useT } from "./i18n.js";
import { Parties } from "./parties.jsx";

/** Kind → its fields in order; `rest` waits behind "More fields". */
export const LAYOUT = {
  task: { fields: ["subject", "due_on", "duration", "priority", "description"], rest: ["start_on", "remind_on"] },
  phone_call: { fields: ["subject", "to", "phone_number", "outgoing", "due_on", "duration", "left_voice_mail", "description"], rest: ["priority", "remind_on"] },
  appointment: { fields: ["subject", "required", "start_on", "due_on", "all_day", "location", "description"], rest: ["optional", "priority", "remind_on"] },
  email: { fields: ["to", "subject"], rest: ["cc", "bcc"] },
};
/** What the people in a field have to do with the activity, as the server names it. */
export const ROLES = { from: "from", to: "to", cc: "cc", bcc: "bcc", required: "required", optional: "optional", organizer: "organizer" };
export const isParty = (name) => name in ROLES;

const DURATIONS = [5, 10, 15, 30, 45, 60, 90, 120, 180, 240, 480];
const WIDE = new Set(["subject", "description", "to", "cc", "bcc", "required", "optional"]);

function labelOf(t, kind, name, values) {
  const own = { phone_call: { to: values.outgoing === "0" ? t("Call From") : t("Call To") }, appointment: { start_on: t("Start Time"), due_on: t("End Time") } }[kind]?.[name];
  return own ?? {
    subject: t("Subject"), description: t("Description"), due_on: t("Due Date"), start_on: t("Start Date"), duration: t("Duration"), priority: t("Priority"), remind_on: t("Reminder"),
    phone_number: t("Phone Number"), outgoing: t("Direction"), left_voice_mail: t("Left Voice Mail"), location: t("Location"), all_day: t("All Day Event"),
    to: t("To"), cc: t("Cc"), bcc: t("Bcc"), required: t("Required Attendees"), optional: t("Optional Attendees"),
  }[name];
}

/** One field; `draft` is what the form holds, `change(values, parties)` puts parts of it anew. */
export function EntryField({ kind, name, draft, change, problem, zone, ask, autoFocus }) {
  const t = useT();
  const id = useId();
  const label = labelOf(t, kind, name, draft.values);
  const value = draft.values[name] ?? "";
  const set = (v) => change({ [name]: v });
  const required = name === "subject" && kind !== "email" || kind === "appointment" && (name === "start_on" || name === "due_on");
  const shared = { id, "aria-invalid": problem ? true : undefined, "aria-describedby": problem ? `${id}-problem` : undefined, "aria-required": required || undefined, autoFocus };
  const plainLine = { ...shared, value, onChange: (e) => set(e.target.value), autoComplete: "off" };
  return (
    <div className={`entry-field${WIDE.has(name) ? " wide" : ""}${problem ? " bad" : ""}${name === "left_voice_mail" || name === "all_day" ? " ticked" : ""}`} data-field-box={name}>
      <label htmlFor={id}>{label}{required && <span className="mark required" aria-hidden="true">*</span>}</label>
      {isParty(name) ? (
        <Parties id={id} label={label} value={draft.parties[name] ?? []} onChange={(v) => change({}, { [name]: v })} ask={ask} autoFocus={autoFocus} addresses={kind === "email" || kind === "appointment"} invalid={!!problem} describedBy={shared["aria-describedby"]} />
      ) : name === "description" ? (
        <textarea {...plainLine} rows={2} />
      ) : name === "left_voice_mail" || name === "all_day" ? (
        <input {...shared} type="checkbox" checked={value === "1"} onChange={(e) => change(name === "all_day" ? allDay(draft.values, e.target.checked) : { [name]: e.target.checked ? "1" : "0" })} />
      ) : name === "outgoing" ? (
        <select {...plainLine}><option value="1">{t("Outgoing")}</option><option value="0">{t("Incoming")}</option></select>
      ) : name === "priority" ? (
        <select {...plainLine}><option value="0">{t("Low")}</option><option value="1">{t("Normal")}</option><option value="2">{t("High")}</option></select>
      ) : name === "duration" ? (
        <select {...plainLine}>
          <option value="">---</option>
          {[...new Set([...DURATIONS, ...(+value > 0 ? [+value] : [])])].sort((a, b) => a - b).map((n) => <option key={n} value={n}>{minutesText(t, n)}</option>)}
        </select>
      ) : name.endsWith("_on") ? (
        <Moment {...{ kind, name, shared, zone, draft, change }} />
      ) : (
        <input {...plainLine} type={name === "phone_number" ? "tel" : "text"} maxLength={name === "subject" ? undefined : 200} onFocus={autoFocus ? (e) => e.target.select() : undefined} />
      )}
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}

function minutesText(t, n) {
  const unit = (count, name) => new Intl.NumberFormat(t.locale, { style: "unit", unit: name, unitDisplay: "long", maximumFractionDigits: 1 }).format(count);
  return n < 60 ? unit(n, "minute") : unit(n / 60, "hour");
}

/** Day and time, or the day alone for an event of whole days; the nearest days are one touch away. */
function Moment({ kind, name, shared, zone, draft, change }) {
  const t = useT();
  const whole = kind === "appointment" && draft.values.all_day === "1" && name !== "remind_on";
  const value = draft.values[name] ?? "";
  const set = (typed) => {
    const next = whole && typed ? `${typed}T${name === "due_on" ? "23:59" : "00:00"}` : typed;
    change(kind === "appointment" && name === "start_on" ? { start_on: next, ...follow(draft.values, next) } : { [name]: next });
  };
  const day = today(zone);
  const near = kind !== "appointment" && name === "due_on" && !value ? [[t("Today"), laterToday(zone)], [t("Tomorrow"), `${daysAfter(day, 1)}T09:00`], [t("Next week"), `${daysAfter(day, 7)}T09:00`]] : [];
  return (
    <>
      <input {...shared} type={whole ? "date" : "datetime-local"} max={whole ? "9999-12-31" : "9999-12-31T23:59"} value={whole ? value.slice(0, 10) : value} onChange={(e) => set(e.target.value)} />
      {near.length > 0 && <span className="near">{near.map(([text, to]) => <button key={to} type="button" className="near-day" onClick={() => set(to)}>{text}</button>)}</span>}
    </>
  );
}

const laterToday = (zone) => {
  const now = localTime(Date.now(), zone), end = `${now.slice(0, 10)}T17:00`;
  return now < `${now.slice(0, 10)}T16:00` ? end : minutesAfter(`${now.slice(0, 13)}:00`, 60) > `${now.slice(0, 10)}T23:00` ? `${now.slice(0, 10)}T23:30` : minutesAfter(`${now.slice(0, 13)}:00`, 60);
};

/** The end of an appointment goes along when its start is moved; at first it lasts an hour. */
function follow({ start_on: start, due_on: end }, next) {
  if (!next || next.length < 16) return {};
  return { due_on: minutesAfter(next, start && end && end >= start ? minutesBetween(start, end) : 60) };
}

function allDay({ start_on: start = "", due_on: end = "" }, on) {
  if (on) return { all_day: "1", start_on: start && `${start.slice(0, 10)}T00:00`, due_on: (end || start) && `${(end || start).slice(0, 10)}T23:59` };
  return { all_day: "0", start_on: start && `${start.slice(0, 10)}T09:00`, due_on: (end || start) && `${(end || start).slice(0, 10)}T10:00` };
}
