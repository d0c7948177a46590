// Days with their activities: FullCalendar, its standard parts (docs/decisions/0012). Times are the user's wall-clock
// time throughout; to the calendar they are UTC, so that it never shifts them.
import { useEffect, useMemo, useRef } from "react";
import FullCalendar from "@fullcalendar/react";
import dayGrid from "@fullcalendar/react/daygrid";
import interaction from "@fullcalendar/react/interaction";
import list from "@fullcalendar/react/list";
import classic from "@fullcalendar/react/themes/classic";
import timeGrid from "@fullcalendar/react/timegrid";
import "@fullcalendar/react/skeleton.css";
import "@fullcalendar/react/themes/classic/theme.css";
import "@fullcalendar/react/themes/classic/palette.css";
import "./calendar.css";
import { localTime } from "./clock.js";
import { useT } from "./i18n.js";

const PLUGINS = [classic, dayGrid, timeGrid, list, interaction];
const VIEW = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", list: "listMonth" };
const APPOINTMENT = 3;
/** Minutes for which something that is only due is drawn. */
const SHORT = 30;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const clock = (text) => new Date(`${text.length === 10 ? `${text}T00:00` : text}Z`).getTime();
const spell = (time, allDay) => new Date(time).toISOString().slice(0, allDay ? 10 : 16);

export default function CalendarSheet({ view, at, weekday, zone, slots, kinds, mayCreate, wholeDay, onOpen, onCreate, onMove, onDay }) {
  const t = useT();
  const calendar = useRef(null);
  const byId = useMemo(() => new Map(slots.map((slot) => [String(slot.id), slot])), [slots]);
  const events = useMemo(() => slots.map((slot) => ({
    id: String(slot.id), title: slot.title || t("(no name)"), start: slot.start, end: slot.end || undefined, allDay: slot.all_day,
    startEditable: slot.movable, durationEditable: slot.movable && slot.kind === APPOINTMENT,
    className: `slot kind-${slot.kind} ${slot.state}`, extendedProps: { slot },
  })), [slots, t]);
  useEffect(() => {
    const api = calendar.current?.getApi?.() ?? calendar.current;
    // Outside of React's own drawing, into which the calendar would otherwise write.
    queueMicrotask(() => api?.changeView?.(VIEW[view], at));
  }, [view, at]);
  const label = (slot) => {
    const when = slot.all_day ? (wholeDay ?? t("all day")) : slot.end ? `${t.clock(slot.start)} – ${t.clock(slot.end)}` : t.clock(slot.start);
    const state = { overdue: t("Overdue"), closed: t("Completed") }[slot.state];
    return [t(kinds[slot.kind]), slot.title, when, slot.regarding, state].filter(Boolean).join(", ");
  };
  const box = useRef(null);
  useEffect(() => {
    // What was drawn before and has another time now; what is drawn anew gets its name below.
    const frame = requestAnimationFrame(() => box.current?.querySelectorAll("[data-slot]").forEach((el) => {
      const slot = byId.get(el.dataset.slot);
      if (slot) el.setAttribute("aria-label", label(slot));
    }));
    return () => cancelAnimationFrame(frame);
  }, [byId, t]);
  const moved = ({ event, revert }) => {
    const slot = byId.get(event.id);
    onMove(slot, event.startStr.slice(0, event.allDay ? 10 : 16), event.end ? event.endStr.slice(0, event.allDay ? 10 : 16) : "", event.allDay, revert);
  };
  // By keyboard: Alt with the arrows moves the activity that has the focus by a day, a week or half an hour.
  const keys = (e) => {
    const slot = byId.get(e.target.closest?.("[data-slot]")?.dataset.slot);
    if (!slot?.movable || !e.altKey) return;
    const grid = view === "week" || view === "day";
    const by = { ArrowLeft: -DAY, ArrowRight: DAY, ArrowUp: grid ? -SHORT * MINUTE : -7 * DAY, ArrowDown: grid ? SHORT * MINUTE : 7 * DAY }[e.key];
    if (!by || (slot.all_day && Math.abs(by) < DAY)) return;
    e.preventDefault();
    onMove(slot, spell(clock(slot.start) + by, slot.all_day), slot.end && spell(clock(slot.end) + by, slot.all_day), slot.all_day, () => {});
  };
  return (
    <div className="days" ref={box} onKeyDown={keys}>
      <FullCalendar
        ref={calendar} plugins={PLUGINS} initialView={VIEW[view]} initialDate={at} headerToolbar={false} height="100%" timeZone="UTC"
        locale={t.locale} firstDay={weekday} now={() => `${localTime(Date.now(), zone)}:00`} nowIndicator
        events={events} eventInteractive eventOrder="start,-duration,allDay,title" dayMaxEvents navLinks navLinkDayClick={(date) => onDay(date.toISOString().slice(0, 10))}
        editable selectable={mayCreate} selectMirror unselectAuto longPressDelay={450} eventLongPressDelay={450} selectLongPressDelay={450}
        scrollTime="07:30:00" slotDuration="00:30:00" snapDuration="00:15:00" defaultTimedEventDuration={{ minutes: SHORT }} expandRows
        allDayText={wholeDay ?? t("all day")} moreLinkText={(n) => t.n("+%(n)s more", "+%(n)s more", n)} noEventsText={t("Nothing is planned in this time.")}
        eventDidMount={({ el, event }) => {
          const { slot } = event.extendedProps;
          if (!slot) return; // a range that is being selected
          el.dataset.slot = event.id;
          el.setAttribute("aria-label", label(slot));
          el.title = [slot.title, slot.regarding, slot.owner].filter(Boolean).join(" · ");
        }}
        eventClick={({ event, jsEvent }) => (jsEvent.preventDefault(), onOpen(event.id))} eventDrop={moved} eventResize={moved}
        select={({ startStr, endStr, allDay, view: { calendar: api } }) => {
          api?.unselect?.();
          const cut = allDay ? 10 : 16;
          // A single day of a month is no whole-day meeting yet: it is given a time.
          const one = allDay && view === "month" && clock(endStr.slice(0, 10)) - clock(startStr.slice(0, 10)) === DAY;
          if (one) onCreate(`${startStr.slice(0, 10)}T09:00`, `${startStr.slice(0, 10)}T09:30`, false);
          else onCreate(startStr.slice(0, cut), allDay ? spell(clock(endStr.slice(0, 10)) - DAY, true) : endStr.slice(0, cut), allDay);
        }}
      />
    </div>
  );
}
