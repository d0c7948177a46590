// A list as a calendar: its records on the day of one of their dates; dragging one, or Alt with the arrows, gives it another day.
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { send, useBoardDesk } from "./board_store.js";
import { isDay, rangeOf, turned } from "./calendar.jsx";
import { today as dayIn } from "./clock.js";
import { useT } from "./i18n.js";
import { newToken } from "./selection_store.js";

const Sheet = lazy(() => import("./calendar_sheet.jsx"));
const NARROW = "(max-width: 640px)";
/** All records of a list are of one kind. */
const KINDS = { lead: { 0: "Lead" }, opportunity: { 0: "Opportunity" } };

export function RecordCalendar({ list, entity, query, ready, busy, zone, head, params, go }) {
  const t = useT();
  const navigate = useNavigate();
  const { days, shifted, firstWeekday } = useBoardDesk();
  const weekday = ((firstWeekday ?? 0) + 1) % 7;
  const today = dayIn(zone);
  const at = isDay(params.get("day")) ? params.get("day") : today;
  // A phone is too narrow for seven columns.
  const view = window.matchMedia(NARROW).matches ? "list" : "month";
  const [since, before] = rangeOf(view, at, weekday);
  const token = useRef(0);
  const load = useCallback(() => send("onDays", entity, query, since, before, (token.current = newToken())), [entity, query, since, before]);
  useEffect(() => {
    if (ready && !busy) load();
  }, [ready, busy, load]);
  useEffect(() => {
    const events = ["rxcrm:refresh", "rxcrm:again"];
    events.forEach((name) => window.addEventListener(name, load));
    return () => events.forEach((name) => window.removeEventListener(name, load));
  }, [load]);
  const [shown, setShown] = useState(null);
  useEffect(() => {
    if (days && days.token === token.current) setShown(days);
  }, [days]);
  // A move shows at once; refused, it goes back.
  const waiting = useRef({});
  const move = useCallback((slot, start, _end, _allDay, revert) => {
    const answer = newToken();
    waiting.current[answer] = revert;
    send("onShift", entity, query, slot.id, slot.version, start.slice(0, 10), answer);
  }, [entity, query]);
  useEffect(() => {
    for (const answer of shifted ?? []) {
      const revert = waiting.current[answer.token];
      delete waiting.current[answer.token];
      if (revert && !answer.ok) (revert(), load());
    }
  }, [shifted]);
  const open = useCallback((id) => navigate(`${list}/${id}`), [navigate, list]);
  const slots = useMemo(() => shown?.slots ?? [], [shown]);
  const turn = (by) => go({ day: by ? turned("month", at, by) : "" }, { keepPage: true });
  if (shown?.problem) {
    return (
      <div className="empty" role="alert">
        <h2>{shown.problem}</h2>
        {!head?.problems.length && <p><button type="button" className="button" onClick={() => go({ date: "" })}>{t("Show the usual date")}</button></p>}
      </div>
    );
  }
  return (
    <section className="record-calendar" aria-labelledby="record-calendar-title" aria-busy={busy || !shown}>
      <div className="calendar-head">
        <div className="turn">
          <button type="button" className="icon-button" aria-label={t("Earlier")} onClick={() => turn(-1)}><ChevronLeft className="icon" aria-hidden="true" /></button>
          <button type="button" className="button small" onClick={() => turn(0)}>{t("Today")}</button>
          <button type="button" className="icon-button" aria-label={t("Later")} onClick={() => turn(1)}><ChevronRight className="icon" aria-hidden="true" /></button>
        </div>
        <h2 id="record-calendar-title" aria-live="polite">{t.range("month", since, before, at)}</h2>
      </div>
      {shown?.more && <p className="banner" role="status">{t("Not everything fits in: these are the first %(n)s. Filter the list to see less.", { n: t.number(slots.length) })}</p>}
      <div className="calendar-sheet">
        <Suspense fallback={<div className="waiting" role="status" aria-label={t("Loading")}><span className="spinner" /></div>}>
          <Sheet {...{ view, at, weekday, zone, slots }} kinds={KINDS[entity]} wholeDay="" mayCreate={false} onOpen={open} onCreate={() => {}} onMove={move} onDay={() => {}} />
        </Suspense>
      </div>
    </section>
  );
}
