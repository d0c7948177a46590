// The process bar: stages, and the card of a stage with its steps and the way on (S 2.3).
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { ArrowRight, Check, Ellipsis, Flag, Lock, Pin, PinOff, Play, Repeat2, SquareX, Undo2, X } from "lucide-react";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { useForm, useStore, valueOf } from "./record_store.js";
import { useShape } from "./shape.js";
import { Command, Menu } from "./ui.jsx";

/** The stages of a process; a stage opens a card with its steps, which can be pinned beside the form (S 2.3). */
export function ProcessBar({ process, may, onMove, onQualify, onChanged }) {
  const { entity, store, save, fields, props } = useForm();
  const t = useT();
  const [open, setOpen] = useState("");
  const [pinned, setPinned] = useState(false);
  const bar = useRef(null);
  const events = useRef({});
  events.current = { onMove, onQualify, onChanged };
  // What the bar shows came with the record: once a process has changed, it is read again. What is typed stays.
  const { processes } = useShape();
  const seen = useRef(processes);
  useEffect(() => {
    if (seen.current === processes) return;
    seen.current = processes;
    events.current.onChanged?.();
  }, [processes]);
  const stages = process?.stages ?? [];
  const here = stages.find((s) => s.state === "active")?.key ?? "";
  useEffect(() => setPinned(localStorage.getItem(`rxcrm:pin:${entity}`) === "1"), [entity]);
  useEffect(() => {
    if (pinned && !open && stages.length) setOpen(here);
  }, [pinned, here, stages.length, open]);
  const before = useRef("");
  useEffect(() => {
    // The card goes along with the process.
    if (before.current && here && before.current !== here && open === before.current) setOpen(here);
    before.current = here;
  }, [here, open]);
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
  // What is typed is saved first (S R2.3); a save that is refused moves nothing.
  const move = (name, stage = "") => save(() => {
    const { id, version } = store.get();
    events.current.onMove(id, version, name, stage);
  });
  const stage = stages.find((s) => s.key === open);
  const status = process.status;
  return (
    <section className={`process ${status}`} aria-label={t(process.label)} ref={bar} data-pinned={pinned && stage ? "" : undefined}>
      <div className="process-name">
        <span>
          <b>{t(process.label)}</b>
          <small>{spoken(t, status, process.seconds)}</small>
        </span>
        <ProcessMenu moves={process.moves ?? {}} switches={process.switches ?? []} locked={props.current.locked} move={move} />
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
      {process.note && <p className="process-note hint">{t(process.note)}</p>}
      {stage && (
        <div ref={card} className={`flyout${pinned ? " pinned" : ""}`} role="group" aria-label={t(stage.label)} onKeyDown={(e) => e.key === "Escape" && close()}>
          <header>
            <div>
              <h2>{t(stage.label)}</h2>
              <small>{standing(t, stage, status)}</small>
            </div>
            <button type="button" className="icon-button" aria-pressed={pinned} aria-label={pinned ? t("Unpin") : t("Pin")} title={pinned ? t("Unpin") : t("Pin")} onClick={pin}>{pinned ? <PinOff className="icon" aria-hidden="true" /> : <Pin className="icon" aria-hidden="true" />}</button>
            <button type="button" className="icon-button" aria-label={t("Close")} onClick={close}><X className="icon" aria-hidden="true" /></button>
          </header>
          {stage.because ? (
            <p className="hint">
              {t(stage.because)}
              {stage.path && <> <a href={stage.path}>{stage.path.startsWith("/leads/") ? t("Open the lead") : t("Open the opportunity")}</a></>}
            </p>
          ) : stage.steps.filter(([name]) => fields[name]).map(([name, text]) => <Field key={name} name={name} text={text} bar needed={stage.required?.includes(name)} />)}
          {stage.move && <WayOn key={stage.key} {...{ stage, may, move }} steps={stage.steps.filter(([name]) => fields[name])} qualify={onQualify && (() => save(() => events.current.onQualify()))} card={card} />}
        </div>
      )}
    </section>
  );
}

/** How long a process has been running, or how it ended. */
function spoken(t, status, seconds) {
  const time = t.duration(seconds);
  if (status === "active") return t("Active for %(time)s", { time });
  if (status === "finished") return t("Completed in %(time)s", { time });
  if (status === "aborted") return t("Abandoned after %(time)s", { time });
  if (status === "ended") return t("Ended after %(time)s", { time });
  return t("Not started");
}

/** The same of one stage. */
function standing(t, stage, status) {
  if (stage.state === "active" && status) return status === "active" ? t("Active for %(time)s", { time: t.duration(stage.seconds) }) : spoken(t, status, stage.seconds);
  if (stage.state === "done") return t("Completed");
  return stage.state === "visited" ? t("Left after %(time)s", { time: t.duration(stage.seconds) }) : t("Not started");
}

const SIGNS = { qualify: ArrowRight, next: ArrowRight, finish: Flag, set_active: Undo2 };

/** The button below the steps of a stage, and the required steps that keep it from working (S R2.3, R2.8). */
function WayOn({ stage, steps, may, move, qualify, card }) {
  const { store, fields, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const forward = stage.move === "next" || stage.move === "finish";
  const empty = ([name]) => stage.required?.includes(name) && (valueOf(s, name) === "" || (fields[name].kind === "yesno" && valueOf(s, name) === "0"));
  const missing = forward ? steps.filter(empty) : [];
  const label = ([name, text]) => t(text || fields[name].label);
  if (stage.move === "qualify" && (!qualify || !("qualify" in (may ?? {})))) return null;
  const text = { qualify: t("Qualify"), next: t("Next Stage"), finish: t("Finish"), set_active: t("Set Active") }[stage.move];
  const Sign = SIGNS[stage.move];
  const why = (stage.move === "qualify" ? may.qualify : "") || (stage.why && t(stage.why)) || props.current.locked
    || (missing.length ? t("Fill in the required steps first.") : "");
  const go = () => (stage.move === "qualify" ? qualify() : move(stage.move, stage.move === "set_active" ? stage.key : ""));
  const jump = (name) => card.current.querySelector(`[data-field="${CSS.escape(name)}"]`)?.focus();
  return (
    <footer>
      {missing.length > 0 && (
        <div className="missing" role="group" aria-labelledby={id}>
          <span id={id}>{t("Required steps that are missing:")}</span>
          <div>{missing.map((step) => <button key={step[0]} type="button" className="link" onClick={() => jump(step[0])}>{label(step)}</button>)}</div>
        </div>
      )}
      <Command className="button primary" label={text} why={why} onClick={go}><Sign className="icon" aria-hidden="true" /></Command>
    </footer>
  );
}

/** Process ▾: give a process up, take it up again, or go over to another one (S R2.10, R2.11). */
function ProcessMenu({ moves, switches, locked, move }) {
  const t = useT();
  const entries = [["abandon", t("Abandon"), SquareX], ["resume", t("Reactivate"), Play]].filter(([name]) => name in moves);
  if (!entries.length && !switches.length) return null;
  const entry = (key, text, Sign, run) => (
    <button key={key} type="button" role="menuitem" className="menu-entry" aria-disabled={locked ? true : undefined} onClick={(e) => (locked ? e.stopPropagation() : run())}>
      <Sign className="icon" aria-hidden="true" /><span>{text}{locked && <small>{locked}</small>}</span>
    </button>
  );
  return (
    <Menu label={t("Process")} text={<Ellipsis className="icon" aria-hidden="true" />} className="icon-button">
      {entries.map(([name, text, Sign]) => entry(name, text, Sign, () => move(name)))}
      {switches.length > 0 && <div role="group" aria-label={t("Switch Process")} className="menu-group"><small aria-hidden="true">{t("Switch Process")}</small>{switches.map(([key, label]) => entry(key, t(label), Repeat2, () => move("switch", key)))}</div>}
    </Menu>
  );
}
