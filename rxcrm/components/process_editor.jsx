// The editor of a process: its stages beside one another with their steps, and a panel for what is chosen (S 2.3, R2.16).
import { useEffect, useMemo, useRef, useState } from "react";
import { ArrowLeft, GripVertical, Plus, Redo2, Undo2 } from "lucide-react";
import { dropClass, useDrag } from "./drag.js";
import { LeaveGuard } from "./form_editor.jsx";
import { Choice, LabelInputs, Palette, RemoveButton, RoleChoice, Steps, Toggle } from "./form_panel.jsx";
import { worded } from "./form_tree.js";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { useFields } from "./shape.js";
import { Menu } from "./ui.jsx";

const MOST_STAGES = 30;
let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;
const begin = ({ labels, roles, stages }) => ({ labels: Object.keys(labels).length ? labels : undefined, roles, stages, moves: {} });

export function ProcessEditor({ editing, fields: shipped, answer, onSave, onReload }) {
  const { process, names, locked, sales_stages: salesStages, roles, languages } = editing;
  const t = useT();
  const tables = { lead: useFields("lead", shipped.lead), opportunity: useFields("opportunity", shipped.opportunity) };
  const [state, setState] = useState(() => ({ base: begin(process), past: [], now: begin(process), future: [] }));
  const { now } = state;
  const dirty = JSON.stringify(now) !== JSON.stringify(state.base);
  const put = (change, joined) => setState((s) => ({ ...s, now: { ...s.now, ...change }, past: joined && s.joined === joined ? s.past : [...s.past.slice(-99), s.now], future: [], joined }));
  const go = (from, to) => setState((s) => (s[from].length ? { ...s, now: s[from].at(-1), [from]: s[from].slice(0, -1), [to]: [...s[to], s.now] } : s));
  const [chosen, choose] = useState(null);
  const canvas = useRef(null);
  /** What was chosen may just have gone: then the focus stays among the stages. */
  const setChosen = (what) => {
    choose(what);
    if (!what) requestAnimationFrame(() => canvas.current?.focus());
  };
  const [said, setSaid] = useState("");
  const [told, setTold] = useState(null);
  const [busy, setBusy] = useState(false);
  const pending = useRef(null);
  const desist = useRef(() => {});
  useEffect(() => () => desist.current(), []);
  const settle = () => (desist.current(), (pending.current = null), setBusy(false));
  const loaded = useRef(editing.loaded);
  useEffect(() => {
    if (loaded.current === editing.loaded) return;
    loaded.current = editing.loaded;
    setState({ base: begin(process), past: [], now: begin(process), future: [] });
    setTold(null);
  }, [editing]);
  useEffect(() => {
    if (!pending.current || answer.token !== pending.current) return;
    settle();
    setTold(answer.ok ? null : answer);
  }, [answer]);
  const save = (version = process.version) => {
    if (pending.current) return;
    const token = (pending.current = newToken());
    setBusy(true);
    const { moves, ...wanted } = now;
    const ask = () => onSave(process.key, version, { ...wanted, labels: wanted.labels ?? {} }, moves, token);
    ask();
    // By the token the server knows what it has done already.
    desist.current = insist(ask, () => pending.current === token);
  };

  const stageName = (stage) => worded(stage.labels, t.locale, t(names[stage.key] ?? "")) || t("(no name)");
  const stepName = (stage, step) => worded(step.labels, t.locale, t(names[`${stage.key}:${step.field}`] ?? tables[stage.entity][step.field]?.label ?? step.field));
  const stageOf = (key) => now.stages.find((stage) => stage.key === key);
  const setStages = (stages, joined) => put({ stages }, joined);
  const changeStage = (key, change, joined) => setStages(now.stages.map((stage) => (stage.key === key ? { ...stage, ...change } : stage)), joined);
  const fresh = () => {
    let n = 1;
    while (stageOf(`new${n}`)) n += 1;
    return `new${n}`;
  };
  const addStage = (entity) => {
    const key = fresh();
    const last = now.stages.findLastIndex((stage) => stage.entity === entity);
    const category = now.stages[last]?.category ?? (entity === "lead" ? 0 : 1);
    setStages(now.stages.toSpliced(last < 0 ? now.stages.length : last + 1, 0, { key, entity, category, labels: { [languages[0]]: t("New stage") }, steps: [] }));
    setChosen({ kind: "stage", key });
  };
  const stepStage = (key, by) => {
    const at = now.stages.findIndex((stage) => stage.key === key);
    const other = now.stages[at + by];
    // Stages of the lead stay before those of the opportunity.
    if (!other || other.entity !== now.stages[at].entity) return;
    const stages = [...now.stages];
    stages.splice(at + by, 0, ...stages.splice(at, 1));
    setStages(stages);
    setSaid(t("%(name)s is stage %(n)s of %(all)s.", { name: stageName(stages[at + by]), n: at + by + 1, all: stages.length }));
  };
  const putStep = (field, from, to, before = "") => {
    const step = (from && stageOf(from).steps.find((one) => one.field === field)) || { field };
    const stages = now.stages.map((stage) => {
      const rest = stage.key === from || stage.key === to ? stage.steps.filter((one) => one.field !== field) : stage.steps;
      if (stage.key !== to) return { ...stage, steps: rest };
      const at = before ? rest.findIndex((one) => one.field === before) : -1;
      return { ...stage, steps: rest.toSpliced(at < 0 ? rest.length : at, 0, step) };
    });
    setStages(stages);
    setChosen({ kind: "step", key: field, stage: to });
    const list = stages.find((stage) => stage.key === to).steps;
    setSaid(t("%(name)s is step %(n)s of %(all)s in %(section)s.", { name: stepName(stageOf(to), step), n: list.indexOf(step) + 1, all: list.length, section: stageName(stageOf(to)) }));
  };
  const moveStep = (stage, field, by) => {
    const steps = [...stageOf(stage).steps];
    const at = steps.findIndex((one) => one.field === field);
    if (at + by < 0 || at + by >= steps.length) return;
    steps.splice(at + by, 0, ...steps.splice(at, 1));
    changeStage(stage, { steps });
    setSaid(t("%(name)s is step %(n)s of %(all)s in %(section)s.", { name: stepName(stageOf(stage), steps[at + by]), n: at + by + 1, all: steps.length, section: stageName(stageOf(stage)) }));
  };
  const { drag, grab } = useDrag({
    accepts: (item) => (item.kind === "stage" ? `[data-drop="stages"]` : `[data-table="${item.table}"]`),
    onDrop: (item, { drop, before }) => {
      if (item.kind !== "stage") return putStep(item.key, item.stage ?? "", drop.slice("stage:".length), before);
      const stage = stageOf(item.key);
      const rest = now.stages.filter((one) => one !== stage);
      const at = before ? rest.findIndex((one) => one.key === before) : rest.length;
      const stages = rest.toSpliced(at, 0, stage);
      if (stages.some((one, i) => one.entity === "lead" && stages[i - 1]?.entity === "opportunity")) return setSaid(t("The stages of the lead come first, those of the opportunity behind them."));
      setStages(stages);
      setChosen({ kind: "stage", key: stage.key });
    },
  });
  const keys = (e, run) => {
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[e.key];
    if (!e.altKey || !by) return;
    e.preventDefault();
    run(by);
  };
  const target = chosen && stageOf(chosen.kind === "stage" ? chosen.key : chosen.stage);
  const groups = useMemo(() => {
    const stage = target ?? now.stages[0];
    const free = Object.entries(tables[stage.entity]).filter(([name]) => !stage.steps.some((step) => step.field === name));
    const sorted = (list) => list.map(([name, spec]) => [name, t(spec.label), "field"]).sort((a, b) => a[1].localeCompare(b[1], t.locale));
    return [[t("Custom fields"), sorted(free.filter(([, spec]) => spec.custom))], [t("Fields"), sorted(free.filter(([, spec]) => !spec.custom))]].filter(([, items]) => items.length);
  }, [target, now.stages, tables.lead, tables.opportunity, t]);
  const title = worded(now.labels, t.locale, t(process.label)) || t("(no name)");
  const tableName = (entity) => (entity === "lead" ? t("Lead") : t("Opportunity"));
  const step = chosen?.kind === "step" && target?.steps.find((one) => one.field === chosen.key);
  return (
    <section className="form-editor" aria-label={t("Editor of the process")}>
      <header className="editor-head">
        <a href={`/settings/processes?table=${process.entity}`} className="icon-button" aria-label={t("Back to the processes")} title={t("Back to the processes")}><ArrowLeft className="icon" aria-hidden="true" /></a>
        <div><h2>{title}</h2><small>{process.entity === "lead" ? t("Begins with a lead") : t("Begins with an opportunity")}</small></div>
        <span className={`pill ${dirty ? "is-invited" : process.active ? "is-active" : ""}`} role="status">{dirty ? t("Unsaved changes") : process.active ? t("Active") : t("Not active")}</span>
        <span className="editor-tools">
          <button type="button" className="icon-button" disabled={!state.past.length} aria-label={t("Undo")} title={t("Undo")} onClick={() => go("past", "future")}><Undo2 className="icon" aria-hidden="true" /></button>
          <button type="button" className="icon-button" disabled={!state.future.length} aria-label={t("Redo")} title={t("Redo")} onClick={() => go("future", "past")}><Redo2 className="icon" aria-hidden="true" /></button>
          {(process.shipped || dirty) && (
            <Menu label={t("More commands")} text={t("More")} className="button" align="end">
              {process.shipped && <button type="button" role="menuitem" className="menu-entry" onClick={() => put({ labels: undefined, roles: [], stages: process.shipped })}><span>{t("Restore the shipped process")}<small>{t("It counts when you save it.")}</small></span></button>}
              {dirty && <button type="button" role="menuitem" className="menu-entry" onClick={() => setState({ base: begin(process), past: [], now: begin(process), future: [] })}><span>{t("Discard unsaved changes")}</span></button>}
            </Menu>
          )}
          <button type="button" className="button primary" disabled={busy || !dirty} onClick={() => save()}>{busy ? t("Saving…") : t("Save")}</button>
        </span>
      </header>
      <span className="unseen" role="status">{said}</span>
      {told && (
        <div className="form-message" role="alert">
          <p>{told.problem}</p>
          {told.stale && (
            <p className="message-buttons">
              <button type="button" className="button small" onClick={() => onReload(process.key)}>{t("Take theirs")}</button>
              {told.version > 0 && <button type="button" className="button small" onClick={() => save(told.version)}>{t("Save mine over it")}</button>}
            </p>
          )}
        </div>
      )}
      <div className="editor-main">
        <div className="editor-canvas" ref={canvas} tabIndex={-1}>
          <ol className={`stage-columns${dropClass(drag, "stages")}`} data-drop="stages" data-rows="" aria-label={t("Stages")}>
            {now.stages.map((stage, at) => {
              const name = stageName(stage), here = chosen?.kind === "stage" && chosen.key === stage.key, place = `stage:${stage.key}`, count = process.counts[stage.key] ?? 0;
              return (
                <li key={stage.key} data-item={stage.key} className={`stage-column${here ? " chosen" : ""}${dropClass(drag, "stages", stage.key)}${drag?.item.key === stage.key ? " dragged" : ""}`}>
                  <section aria-label={t("Stage %(name)s", { name })}>
                    <button type="button" className="stage-title" aria-pressed={here} onClick={() => setChosen({ kind: "stage", key: stage.key })} onKeyDown={(e) => keys(e, (by) => stepStage(stage.key, by))}
                      onPointerDown={(e) => grab(e, { kind: "stage", key: stage.key }, name)}>
                      <span className="grip" data-grip="" aria-hidden="true"><GripVertical className="icon" /></span>
                      <span><b>{at + 1}. {name}</b><small>{tableName(stage.entity)}{count > 0 && ` · ${t.n("%(n)s record", "%(n)s records", count)}`}</small></span>
                    </button>
                    <ul data-drop={place} data-table={stage.entity} className={`place-list${dropClass(drag, place)}`} aria-label={t("Steps of %(name)s", { name })}>
                      {stage.steps.map((one) => {
                        const label = stepName(stage, one), mine = chosen?.kind === "step" && chosen.stage === stage.key && chosen.key === one.field;
                        return (
                          <li key={one.field} data-item={one.field} className={`place${mine ? " chosen" : ""}${dropClass(drag, place, one.field)}${drag?.item.key === one.field && drag.item.stage === stage.key ? " dragged" : ""}`}
                            onPointerDown={(e) => (e.stopPropagation(), grab(e, { kind: "field", key: one.field, stage: stage.key, table: stage.entity }, label))}>
                            <button type="button" aria-pressed={mine} aria-label={one.required ? `${label}, ${t("required")}` : label} onClick={() => setChosen({ kind: "step", key: one.field, stage: stage.key })} onKeyDown={(e) => keys(e, (by) => moveStep(stage.key, one.field, by))}>
                              <span className="grip" data-grip="" aria-hidden="true"><GripVertical className="icon" /></span><span className="place-name">{label}</span>
                              {one.required && <span className="mark required" aria-hidden="true">*</span>}
                            </button>
                          </li>
                        );
                      })}
                      {!stage.steps.length && <li className="hint nothing">{t("No steps. Drag fields here.")}</li>}
                    </ul>
                  </section>
                </li>
              );
            })}
          </ol>
          <p className="stage-adds">
            {process.entity === "lead" && <button type="button" className="button small add-section" disabled={now.stages.length >= MOST_STAGES} onClick={() => addStage("lead")}><Plus className="icon" aria-hidden="true" />{t("Add stage of the lead")}</button>}
            <button type="button" className="button small add-section" disabled={now.stages.length >= MOST_STAGES} onClick={() => addStage("opportunity")}><Plus className="icon" aria-hidden="true" />{t("Add stage of the opportunity")}</button>
          </p>
        </div>
        <aside className="editor-panel" aria-label={t("Properties")}>
          {step ? (
            <StepPanel key={`${target.key}:${step.field}`} {...{ step, stage: target, names, tables, languages, moveStep, putStep, stageName }} stages={now.stages} name={stepName(target, step)} locked={locked[target.entity].includes(step.field)}
              change={(what, joined) => changeStage(target.key, { steps: target.steps.map((one) => (one === step ? cleaned({ ...one, ...what }) : one)) }, joined)}
              remove={() => (changeStage(target.key, { steps: target.steps.filter((one) => one !== step) }), setChosen({ kind: "stage", key: target.key }))} />
          ) : chosen?.kind === "stage" && target ? (
            <StagePanel key={target.key} {...{ names, languages, salesStages, stageName, tableName, stepStage, changeStage, setChosen, now, put }} stage={target} count={process.counts[target.key] ?? 0} />
          ) : (
            <section className="properties" aria-label={t("This process")}>
              <h2>{t("This process")}</h2>
              <LabelInputs label={t("Name")} labels={now.labels} otherwise={process.label} languages={languages} onChange={(labels) => put({ labels }, "labels")} />
              <RoleChoice roles={roles} chosen={now.roles} onChange={(chosenRoles) => put({ roles: chosenRoles })} />
              <p className="hint">{now.roles.length ? t("Only people with one of these roles can begin it or switch to it.") : t("No role is ticked: everybody can begin it and switch to it.")}</p>
            </section>
          )}
          {target && <button type="button" className="button" onClick={() => setChosen(null)}>{t("Name and roles of the process")}</button>}
          <Palette title={target ? t("Fields for %(name)s", { name: stageName(target) }) : t("Fields for %(name)s", { name: stageName(now.stages[0]) })} groups={groups}
            grab={(e, item, label) => grab(e, { ...item, table: (target ?? now.stages[0]).entity }, label)} onAdd={(_kind, key) => putStep(key, "", (target ?? now.stages[0]).key)} />
        </aside>
      </div>
      {drag && <span className="drag-ghost" style={{ left: drag.x, top: drag.y }} aria-hidden="true">{drag.label}</span>}
      <LeaveGuard dirty={dirty} />
    </section>
  );
}

const cleaned = (step) => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== false && value !== undefined));

function StepPanel({ step, stage, stages, name, names, tables, languages, locked, change, moveStep, putStep, stageName, remove }) {
  const t = useT();
  const at = stage.steps.indexOf(step);
  const own = t(tables[stage.entity][step.field]?.label ?? step.field);
  return (
    <section className="properties" aria-label={t("Step %(name)s", { name })}>
      <h2>{name}</h2>
      {name !== own && <p className="hint">{t("The field: %(name)s", { name: own })}</p>}
      <LabelInputs label={t("Label")} labels={step.labels} otherwise={names[`${stage.key}:${step.field}`] ?? own} languages={languages} onChange={(labels) => change({ labels }, `step:${stage.key}:${step.field}`)} />
      <Toggle label={t("Required")} hint={t("The process goes on only when it is filled in; a yes or no has to be Yes.")} why={locked ? t("Only the system writes this field.") : ""} value={step.required} onChange={(required) => change({ required })} />
      <Steps name={name} first={at === 0} last={at === stage.steps.length - 1} onStep={(by) => moveStep(stage.key, step.field, by)} />
      <Choice label={t("Stage")} value={stage.key} options={stages.filter((one) => one.entity === stage.entity).map((one) => [one.key, stageName(one)])} onChange={(to) => putStep(step.field, stage.key, to)} />
      <RemoveButton label={t("Remove the step")} onClick={remove} />
    </section>
  );
}

/** A stage with records in it goes only with a word about where they go. */
function StagePanel({ stage, now, names, languages, salesStages, stageName, tableName, stepStage, changeStage, setChosen, put, count }) {
  const t = useT();
  const at = now.stages.indexOf(stage);
  const same = now.stages.filter((one) => one.entity === stage.entity && one !== stage);
  const known = same.filter((one) => !one.key.startsWith("new"));
  const [to, setTo] = useState(known[Math.min(at, known.length - 1)]?.key ?? "");
  const name = stageName(stage);
  const why = now.stages.length === 1 || (stage.entity === "lead" && !same.length) ? t("A process needs a stage to begin with.")
    : count > 0 && !known.length ? t("Records are in it, and there is no other stage of this process where they could go.") : "";
  const remove = () => {
    // What was to go into this stage goes where this one's records go.
    const moves = Object.fromEntries(Object.entries(now.moves).map(([from, into]) => [from, into === stage.key ? to : into]));
    put({ stages: now.stages.filter((one) => one !== stage), moves: count > 0 ? { ...moves, [stage.key]: to } : moves });
    setChosen(null);
  };
  return (
    <section className="properties" aria-label={t("Chosen stage: %(name)s", { name })}>
      <h2>{name}</h2>
      <p className="hint">{t("Its steps are fields of the table: %(table)s", { table: tableName(stage.entity) })}</p>
      <LabelInputs label={t("Name")} labels={stage.labels} otherwise={names[stage.key] ?? ""} languages={languages} onChange={(labels) => changeStage(stage.key, { labels }, `stage:${stage.key}`)} />
      {stage.entity === "opportunity" && <Choice label={t("Sales Stage meanwhile")} value={String(stage.category)} options={salesStages.map(([value, text]) => [value, t(text)])} onChange={(value) => changeStage(stage.key, { category: +value })} />}
      <Steps across name={name} first={at === 0 || now.stages[at - 1].entity !== stage.entity} last={now.stages[at + 1]?.entity !== stage.entity} onStep={(by) => stepStage(stage.key, by)} />
      {count > 0 && known.length > 0 && <Choice label={t.n("%(n)s record is in it. If the stage goes, it moves to", "%(n)s records are in it. If the stage goes, they move to", count)} value={to} options={known.map((one) => [one.key, stageName(one)])} onChange={setTo} />}
      <RemoveButton label={t("Remove the stage")} why={why} onClick={remove} />
    </section>
  );
}
