// The calendar's page: range, view and whose activities stand in the address; the calendar itself is loaded with it.
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { CalendarPlus, ChevronLeft, ChevronRight, List } from "lucide-react";
import { UndoBar } from "./activities.jsx";
import { today as dayIn } from "./clock.js";
import { useT } from "./i18n.js";

const Sheet = lazy(() => import("./calendar_sheet.jsx"));

const VIEWS = ["month", "week", "day", "list"];
const DAY = 86_400_000;
const iso = (moment) => moment.toISOString().slice(0, 10);
const day = (text) => new Date(`${text}T00:00Z`);
const plus = (text, days) => iso(new Date(day(text).getTime() + days * DAY));

/** First day and first day after it of what a view shows around a day; weeks begin with `weekday` (0 = Sunday). */
export function rangeOf(view, at, weekday) {
  const start = (text) => plus(text, -((day(text).getUTCDay() - weekday + 7) % 7));
  if (view === "day") return [at, plus(at, 1)];
  if (view === "week") return [start(at), plus(start(at), 7)];
  const first = `${at.slice(0, 7)}-01`;
  const next = iso(new Date(Date.UTC(Number(at.slice(0, 4)), Number(at.slice(5, 7)), 1)));
  return view === "list" ? [first, next] : [start(first), plus(start(plus(next, -1)), 7)];
}

/** The day to which Previous and Next lead: by day, week or month, never beyond the last day of a month. */
export function turned(view, at, by) {
  if (view === "day" || view === "week") return plus(at, by * (view === "day" ? 1 : 7));
  const [year, month, date] = at.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + by, 0)).getUTCDate();
  return iso(new Date(Date.UTC(year, month - 1 + by, Math.min(date, last))));
}

export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(day(text).getTime());

export function ActivityCalendar({ shown, moved, zone, firstWeekday, mayCreate, kinds, onAsk, onMove }) {
  const t = useT();
  const navigate = useNavigate();
  const { search, pathname } = useLocation();
  const params = new URLSearchParams(search);
  const [ready, setReady] = useState(false);
  // A phone is too narrow for seven columns: it begins with the list.
  useEffect(() => setReady(true), []);
  const narrow = ready && window.matchMedia("(max-width: 640px)").matches;
  const view = VIEWS.includes(params.get("view")) ? params.get("view") : narrow ? "list" : "month";
  const whose = ["team", "all"].includes(params.get("whose")) ? params.get("whose") : "mine";
  const today = ready ? dayIn(zone) : "2026-01-01";
  const at = isDay(params.get("day")) ? params.get("day") : today;
  const weekday = (firstWeekday + 1) % 7;
  const [since, before] = rangeOf(view, at, weekday);
  const go = (changes) => {
    const next = new URLSearchParams(search);
    Object.entries(changes).forEach(([name, value]) => (value ? next.set(name, value) : next.delete(name)));
    navigate(`${pathname}${next.size ? `?${next}` : ""}`);
  };
  useEffect(() => {
    if (ready) onAsk(since, before, whose);
  }, [ready, since, before, whose]);
  useEffect(() => {
    const created = ({ detail }) => detail.entity === "activity" && onAsk(since, before, whose);
    window.addEventListener("rxcrm:created", created);
    return () => window.removeEventListener("rxcrm:created", created);
  });

  // A move shows at once; refused, it goes back.
  const waiting = useRef({});
  const move = useCallback((slot, start, end, allDay, revert) => {
    const token = (Date.now() + Object.keys(waiting.current).length) % 2147483647;
    waiting.current[token] = revert;
    onMove(slot.id, slot.version, start, end, allDay, token);
  }, [onMove]);
  const [done, setDone] = useState(null);
  useEffect(() => {
    const revert = waiting.current[moved?.token];
    if (revert === undefined) return;
    delete waiting.current[moved.token];
    if (!moved.ok) revert?.();
    else if (revert) setDone({ seq: moved.token, text: moved.text, ...moved });
  }, [moved]);
  const undo = () => {
    const token = Date.now() % 2147483647;
    waiting.current[token] = null;
    onMove(done.id, done.version, done.start, done.end, done.all_day, token);
  };

  const open = useCallback((id) => navigate(`/activities/${id}`), [navigate]);
  const create = useCallback((start, end, allDay) => {
    const asked = new URLSearchParams({ kind: "appointment", start, end, ...(allDay ? { all_day: "1" } : {}) });
    navigate(`/activities/new?${asked}`);
  }, [navigate]);
  const current = shown.since === since && shown.before === before && shown.whose === whose;
  const slots = useMemo(() => (current ? shown.slots : []), [current, shown]);
  const names = { month: t("Month"), week: t("Week"), day: t("Day"), list: t("List") };
  const people = { mine: t("My activities"), team: t("My team's activities"), all: t("All activities") };
  return (
    <section className="calendar" aria-labelledby="calendar-title" aria-busy={!current}>
      <div className="command-bar" role="toolbar" aria-label={t("Commands")}>
        <a href="/activities" className="button command"><List className="icon" aria-hidden="true" /><span>{t("Activities")}</span></a>
        {mayCreate && <a href={`/activities/new?kind=appointment&start=${at}T09:00`} className="button command"><CalendarPlus className="icon" aria-hidden="true" /><span>{t("New Appointment")}</span></a>}
      </div>
      <div className="calendar-head">
        <div className="turn">
          <button type="button" className="icon-button" aria-label={t("Earlier")} onClick={() => go({ day: turned(view, at, -1) })}><ChevronLeft className="icon" aria-hidden="true" /></button>
          <button type="button" className="button small" onClick={() => go({ day: "" })}>{t("Today")}</button>
          <button type="button" className="icon-button" aria-label={t("Later")} onClick={() => go({ day: turned(view, at, 1) })}><ChevronRight className="icon" aria-hidden="true" /></button>
        </div>
        <h1 id="calendar-title" aria-live="polite">{ready ? t.range(view, since, before, at) : " "}</h1>
        <div className="segments" role="group" aria-label={t("View")}>
          {VIEWS.map((v) => <button key={v} type="button" aria-pressed={v === view} onClick={() => go({ view: v })}>{names[v]}</button>)}
        </div>
        <label className="whose"><span className="unseen">{t("Whose activities")}</span>
          <select value={whose} onChange={(e) => go({ whose: e.target.value === "mine" ? "" : e.target.value })}>{Object.entries(people).map(([v, text]) => <option key={v} value={v}>{text}</option>)}</select>
        </label>
      </div>
      {current && shown.more && <p className="banner" role="status">{t("Not everything fits in: these are the first %(n)s. Choose a shorter time.", { n: t.number(shown.slots.length) })}</p>}
      <div className="calendar-sheet">
        {ready && (
          <Suspense fallback={<div className="waiting" role="status" aria-label={t("Loading")}><span className="spinner" /></div>}>
            <Sheet {...{ view, at, weekday, zone, slots, kinds, mayCreate }} onOpen={open} onCreate={create} onMove={move} onDay={(d) => go({ view: "day", day: d })} />
          </Suspense>
        )}
      </div>
      <UndoBar done={done} onUndo={undo} />
    </section>
  );
}
