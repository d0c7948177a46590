// What all steps of an import share: the bar of steps, work that takes a while, the foot with Back and Continue.
import { useEffect, useId, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { Check, CircleAlert } from "lucide-react";
import { useT } from "./i18n.js";

export const STEPS = ["upload", "map", "review", "preview", "run", "result"];
const nameOf = (t, step) => ({ upload: t("Upload"), map: t("Map"), review: t("Review"), preview: t("Preview"), run: t("Run"), result: t("Result") })[step];

/** What a page knows may be about the import that was shown before: until news comes, nothing is shown. */
export function OfThisImport({ asked, children }) {
  const t = useT();
  const { pathname } = useLocation();
  if (pathname.split("/")[2] === String(asked)) return children;
  return <div className="waiting" role="status" aria-label={t("Loading")}><span className="spinner" /></div>;
}

/** The steps of one import; those that were reached are links, the one shown is marked. */
export function StepBar({ run }) {
  const t = useT();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [, , shown, current] = pathname.split("/");
  useEffect(() => {
    // A step that was not reached yet, or that is over, makes way for the one at which the import stands.
    if (shown === String(run.id) && !run.links.includes(current)) navigate(`/import/${run.id}/${run.step}${search}`, { replace: true });
  }, [pathname, run]);
  const at = STEPS.indexOf(current);
  const list = useRef(null);
  useEffect(() => {
    const item = list.current.querySelector("[aria-current]");
    if (item) list.current.scrollLeft = item.offsetLeft - list.current.clientWidth / 2 + item.clientWidth / 2;
  }, [current]);
  return (
    <nav className="step-bar" aria-label={t("Steps of this import")}>
      <ol ref={list}>
        {STEPS.map((step, i) => {
          const done = i < at || (i < STEPS.indexOf(run.step) && i !== at) || (step === "result" && run.status === "done");
          const inside = (
            <>
              <span className="step-sign" aria-hidden="true">{done ? <Check className="icon" /> : i + 1}</span>
              <span className="step-name">{nameOf(t, step)}</span>
              {done && <span className="unseen"> {t("(done)")}</span>}
            </>
          );
          const open = run.links.includes(step);
          return (
            <li key={step} data-done={done || undefined} data-reached={open || undefined}>
              {open || i === at ? <a href={`/import/${run.id}/${step}`} aria-current={i === at ? "step" : undefined}>{inside}</a> : <span className="step-off">{inside}</span>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** Milliseconds over which a pace is measured, and the shortest time that tells one. */
const WINDOW = 15_000, SHORTEST = 700;

/** Things done per second, over the last while; null until that can be told. */
export function useRate(done) {
  const last = useRef(null);
  const reports = useRef([]);
  const [rate, setRate] = useState(null);
  useEffect(() => {
    const now = performance.now();
    // What was done before the first report of this stretch, and how long it took to begin, say nothing about the pace.
    if (last.current === null || done < last.current) reports.current = [];
    else {
      const recent = reports.current.filter(([when]) => now - when < WINDOW);
      reports.current = [...(recent.length ? recent : reports.current.slice(-1)), [now, done]];
    }
    last.current = done;
    const [since, before] = reports.current[0] ?? [now, done];
    setRate(now - since > SHORTEST && done > before ? ((done - before) * 1000) / (now - since) : null);
  }, [done]);
  return rate;
}

const saying = (t, kind) => ({
  read: t("Reading the file…"), examine: t("Checking every value…"), weigh: t("Comparing with what is here…"), undo: t("Taking the import back…"), run: t("Importing…"),
})[kind] ?? t("Working…");

/** How far something has come, how fast it goes, how long it will take. */
export function Progress({ kind, done, total, label }) {
  const t = useT();
  const rate = useRate(done);
  const left = rate && total > done ? Math.ceil((total - done) / rate) : 0;
  const text = label ?? saying(t, kind);
  return (
    <div className="phase-progress">
      <progress value={total ? Math.min(done, total) : undefined} max={total || 1} aria-label={text} />
      <p className="phase-figures">
        <span>{total ? t("%(done)s of %(total)s rows", { done: t.number(done), total: t.number(total) }) : done ? t.n("%(n)s row", "%(n)s rows", done) : ""}</span>
        {rate !== null && <span>{t("%(n)s rows per second", { n: t.number(Math.round(rate)) })}</span>}
        {left > 0 && <span>{t("about %(time)s left", { time: t.duration(left < 60 ? 60 : left) })}</span>}
      </p>
    </div>
  );
}

/** Work that must end before the step can be shown. */
export function Phase({ work, onCancel, children }) {
  const t = useT();
  return (
    <section className="phase" aria-label={saying(t, work.kind)}>
      <span className="spinner" aria-hidden="true" />
      <div role="status"><h2>{saying(t, work.kind)}</h2></div>
      <Progress key={work.kind} kind={work.kind} done={work.done} total={work.total} />
      {children}
      {onCancel && <button type="button" className="button" onClick={onCancel}>{t("Cancel")}</button>}
    </section>
  );
}

/** A sentence with its way out, where a step cannot be shown. */
export function Trouble({ title, text, children }) {
  return (
    <section className="phase trouble">
      <CircleAlert className="icon" aria-hidden="true" />
      <h2>{title}</h2>
      <p role="alert">{text}</p>
      <p className="actions">{children}</p>
    </section>
  );
}

/** The foot of a step. With `why` its main button does nothing but tell what is missing. */
export function Foot({ back, why, next, busy, onNext, children }) {
  const t = useT();
  const id = useId();
  const [told, setTold] = useState(false);
  useEffect(() => setTold(false), [why]);
  return (
    <footer className="step-foot">
      <div className="step-sums" id={`${id}-sums`}>{children}</div>
      {why && <p className="step-why" data-told={told || undefined} id={`${id}-why`} role="status">{why}</p>}
      <span className="step-buttons">
        {back && <a className="button" href={back}>{t("Back")}</a>}
        {next && (
          <button type="button" className="button primary" aria-disabled={!!why || undefined} disabled={busy} aria-describedby={why ? `${id}-why` : `${id}-sums`}
            onClick={() => (why ? setTold(true) : onNext())}>{next}</button>
        )}
      </span>
    </footer>
  );
}

/** Calls back some time after the last change, at the latest when the page is left. */
export function useLater(send, wait = 350) {
  const timer = useRef(0);
  const due = useRef(null);
  const latest = useRef(send);
  latest.current = send;
  const flush = () => {
    clearTimeout(timer.current);
    if (due.current) latest.current(...due.current);
    due.current = null;
  };
  const later = (...values) => {
    due.current = values;
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, wait);
  };
  useEffect(() => flush, []);
  return [later, flush, () => (clearTimeout(timer.current), (due.current = null))];
}
