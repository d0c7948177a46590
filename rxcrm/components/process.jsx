// The process bar: stages, and the card of a stage with its steps (S 2.3).
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Check, Lock, Pin, PinOff, X } from "lucide-react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { useForm } from "./record_store.js";

/** The stages of a process; a stage opens a card with its steps, which can be pinned beside the form (S 2.3). */
export function ProcessBar({ process, steps }) {
  const { entity } = useForm();
  const t = useT();
  const [open, setOpen] = useState("");
  const [pinned, setPinned] = useState(false);
  const bar = useRef(null);
  const stages = process?.stages ?? [];
  useEffect(() => setPinned(localStorage.getItem(`rxcrm:pin:${entity}`) === "1"), [entity]);
  useEffect(() => {
    if (pinned && !open && stages.length) setOpen(stages.find((s) => s.state === "active")?.key ?? "");
  }, [pinned, stages, open]);
  const pin = () => {
    localStorage.setItem(`rxcrm:pin:${entity}`, pinned ? "" : "1");
    setPinned(!pinned);
  };
  const close = () => {
    if (pinned) pin();
    setOpen("");
    bar.current?.querySelector(`[data-stage="${open}"]`)?.focus();
  };
  const card = useRef(null);
  useLayoutEffect(() => {
    // The card hangs below its stage, inside the bar.
    const button = bar.current?.querySelector(`[data-stage="${open}"]`);
    if (!button || !card.current) return;
    const left = button.getBoundingClientRect().left - bar.current.getBoundingClientRect().left + button.offsetWidth / 2 - 180;
    card.current.style.setProperty("--at", `${Math.max(12, Math.min(left, bar.current.offsetWidth - 372))}px`);
  }, [open, pinned]);
  if (!stages.length) return null;
  const stage = stages.find((s) => s.key === open);
  const running = process.started_on ? (Date.now() - new Date(process.started_on)) / 1000 : 0;
  return (
    <section className="process" aria-label={t(process.label)} ref={bar} data-pinned={pinned && stage ? "" : undefined}>
      <div className="process-name">
        <b>{t(process.label)}</b>
        <small>{process.started_on ? t("Active for %(time)s", { time: t.duration(running) }) : t("Not started")}</small>
      </div>
      <ol>
        {stages.map((s) => (
          <li key={s.key} className={s.state} aria-current={s.state === "active" ? "step" : undefined}>
            <button type="button" data-stage={s.key} aria-expanded={open === s.key} onClick={() => setOpen(open === s.key && !pinned ? "" : s.key)}>
              <span className="ring" aria-hidden="true">{s.state === "done" ? <Check className="icon" /> : s.state === "locked" ? <Lock className="icon" /> : null}</span>
              <span className="stage-name">{t(s.label)}</span>
              {s.seconds > 0 && <small>{t.duration(s.seconds)}</small>}
            </button>
          </li>
        ))}
      </ol>
      {stage && (
        <div ref={card} className={`flyout${pinned ? " pinned" : ""}`} role="group" aria-label={t(stage.label)} onKeyDown={(e) => e.key === "Escape" && close()}>
          <header>
            <div>
              <h2>{t(stage.label)}</h2>
              <small>{stage.state === "active" ? (process.started_on ? t("Active for %(time)s", { time: t.duration(stage.seconds) }) : t("Not started")) : stage.state === "done" ? t("Completed") : t("Not started")}</small>
            </div>
            <button type="button" className="icon-button" aria-pressed={pinned} aria-label={pinned ? t("Unpin") : t("Pin")} title={pinned ? t("Unpin") : t("Pin")} onClick={pin}>{pinned ? <PinOff className="icon" aria-hidden="true" /> : <Pin className="icon" aria-hidden="true" />}</button>
            <button type="button" className="icon-button" aria-label={t("Close")} onClick={close}><X className="icon" aria-hidden="true" /></button>
          </header>
          {stage.because ? <p className="hint">{t(stage.because)}</p> : (steps[stage.key] ?? []).map(([name, text]) => <Field key={name} name={name} text={text} bar />)}
        </div>
      )}
    </section>
  );
}
