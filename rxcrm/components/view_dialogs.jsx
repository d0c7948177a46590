// What is asked before a view is saved, shared, renamed or deleted (S 7.2).
import { useEffect, useId, useRef, useState } from "react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";
import { ask } from "./views_store.js";
import { People } from "./view_sharing.jsx";

/** Name and description of a new view; a name that is taken asks. `onDone(key)` goes there. */
export function SaveAsDialog({ entity, definition, onDone, onClose, system }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [answer, setAnswer] = useState(null);
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const save = async (replace) => {
    setBusy(true);
    const data = JSON.stringify(definition);
    const told = system ? await ask("onDraft", entity, "", 0, data, name, description) : await ask("onSaveAs", entity, name, description, data, replace);
    setBusy(false);
    if (told.ok) onDone(told.key);
    else (setAnswer(told), told.taken || field.current?.focus());
  };
  const submit = (e) => (e.preventDefault(), save(0));
  const title = system ? t("New system view") : t("Save as new view");
  return (
    <Dialog open title={title} onClose={onClose}>
      <form className="quick" aria-label={title} noValidate onSubmit={submit}>
        {answer && !answer.ok && <p className={answer.taken ? "form-message ask" : "form-message"} role="alert">{answer.problem}</p>}
        <div className="post-field"><label htmlFor={`${id}-name`}>{t("Name")}</label><input id={`${id}-name`} ref={field} maxLength={100} value={name} onChange={(e) => (setName(e.target.value), setAnswer(null))} /></div>
        <div className="post-field"><label htmlFor={`${id}-about`}>{t("Description")}</label><textarea id={`${id}-about`} rows={2} maxLength={500} value={description} onChange={(e) => setDescription(e.target.value)} /></div>
        <p className="hint">{system ? t("It stays a draft until it is published.") : t("Filter, columns, order and groups are kept together.")}</p>
        <footer>
          <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
          {answer?.taken ? <button type="button" className="button danger" disabled={busy} onClick={() => save(answer.taken)}>{t("Replace")}</button>
            : <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={busy}>{busy ? t("Saving…") : t("Save")}</button>}
        </footer>
      </form>
    </Dialog>
  );
}

/** Saving over a view that others use: what changes for them, before it is done. */
export function SaveOverDialog({ head, definition, onDone, onClose, onSaveAs }) {
  const t = useT();
  const [summary, setSummary] = useState(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const data = JSON.stringify(definition);
  const save = async () => {
    setBusy(true);
    const told = await ask("onSave", head.id, head.version, data);
    setBusy(false);
    if (told.ok) onDone(head.key);
    else setProblem(told.problem);
  };
  useEffect(() => {
    ask("onSummarise", head.id, data).then((found) => (setSummary(found), setProblem(found.problem), !found.problem && !found.people && save()));
  }, []);
  const shown = summary && (summary.people > 0 || problem);
  return (
    <Dialog open={!!shown} title={t("Save %(name)s", { name: head.label })} onClose={onClose}>
      {problem && <p className="form-message" role="alert">{problem}</p>}
      {summary?.people > 0 && (
        <>
          <p>{t.n("%(n)s other person uses this view. For that person this changes:", "%(n)s other people use this view. For them this changes:", summary.people)}</p>
          <ul className="changes">{summary.changes.map((line) => <li key={line}>{line}</li>)}{!summary.changes.length && <li>{t("Nothing that they would see.")}</li>}</ul>
          {summary.shared_with.length > 0 && <p className="hint">{t("Shared with: %(names)s", { names: summary.shared_with.join(", ") })}</p>}
        </>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
        <button type="button" className="button" onClick={onSaveAs}>{t("Save as new…")}</button>
        {!problem && <button type="button" className="button primary" autoFocus disabled={busy} onClick={save}>{t("Save for all")}</button>}
      </footer>
    </Dialog>
  );
}

/** Another name and description. */
export function RenameDialog({ view, onDone, onClose }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState(view.label);
  const [description, setDescription] = useState(view.description ?? "");
  const [problem, setProblem] = useState("");
  const save = async (e) => {
    e.preventDefault();
    const told = await ask("onRename", +view.key.slice(1), view.version, name, description);
    if (told.ok) onDone();
    else setProblem(told.problem);
  };
  return (
    <Dialog open title={t("Name and description")} onClose={onClose}>
      <form className="quick" aria-label={t("Name and description")} noValidate onSubmit={save}>
        {problem && <p className="form-message" role="alert">{problem}</p>}
        <div className="post-field"><label htmlFor={`${id}-name`}>{t("Name")}</label><input id={`${id}-name`} autoFocus maxLength={100} value={name} onChange={(e) => setName(e.target.value)} /></div>
        <div className="post-field"><label htmlFor={`${id}-about`}>{t("Description")}</label><textarea id={`${id}-about`} rows={2} maxLength={500} value={description} onChange={(e) => setDescription(e.target.value)} /></div>
        <footer><button type="button" className="button" onClick={onClose}>{t("Cancel")}</button><button type="submit" className="button primary" data-hotkey="ctrl+s">{t("Save")}</button></footer>
      </form>
    </Dialog>
  );
}

/** Gives a view to another user; `onDone(kept)` says whether one still uses it. */
export function HandOverDialog({ view, label, onDone, onClose }) {
  const t = useT();
  const [to, setTo] = useState(null);
  const [keep, setKeep] = useState(true);
  const [problem, setProblem] = useState("");
  const give = async () => {
    const told = await ask("onHandOver", view, Number(to.key.replace("user:", "")), keep);
    if (told.ok) onDone(keep);
    else setProblem(told.problem);
  };
  return (
    <Dialog open title={t("Hand over %(name)s", { name: label })} onClose={onClose}>
      <div className="hand-over">
        {problem && <p className="form-message" role="alert">{problem}</p>}
        {to ? (
          <p className="chosen-person"><b>{to.name}</b> <small>{to.detail}</small><button type="button" className="link" onClick={() => setTo(null)}>{t("Choose somebody else")}</button></p>
        ) : <People target="user" label={t("New owner")} onPick={setTo} />}
        <label className="tick-line"><input type="checkbox" checked={keep} onChange={(e) => setKeep(e.target.checked)} />{t("I still use and change it")}</label>
        <p className="hint">{t("Everybody with whom it is shared keeps it.")}</p>
        <footer><button type="button" className="button" onClick={onClose}>{t("Cancel")}</button><button type="button" className="button primary" disabled={!to} onClick={give}>{t("Hand over")}</button></footer>
      </div>
    </Dialog>
  );
}

/** Before a view goes for good. */
export function DeleteViewDialog({ view, onDone, onClose }) {
  const t = useT();
  const [problem, setProblem] = useState("");
  const remove = async () => {
    const told = await ask("onRemove", +view.key.slice(1));
    if (told.ok) onDone();
    else setProblem(told.problem);
  };
  return (
    <Dialog open title={t("Delete the view %(name)s?", { name: view.label })} onClose={onClose}>
      {problem && <p className="form-message" role="alert">{problem}</p>}
      <p>{t("Its records stay. For everybody with whom it is shared the view is gone too.")}</p>
      <footer><button type="button" className="button" onClick={onClose}>{t("Cancel")}</button><button type="button" className="button danger" onClick={remove}>{t("Delete")}</button></footer>
    </Dialog>
  );
}

const ARRANGED = (t) => [["", t("My views first")], ["system", t("System views first")], ["name", t("By name")]];

/** Every view of the table: shown or not, pinned, the default, and in which order they stand. */
export function ManageDialog({ entity, views, onChanged, onClose, onEdit }) {
  const t = useT();
  const groups = views.map((v) => v.group);
  const [arranged, setArranged] = useState(() => (groups[0] === "system" && groups.includes("mine") ? "system" : ""));
  const [problem, setProblem] = useState("");
  const run = async (event, ...args) => {
    const told = await ask(event, entity, ...args);
    setProblem(told.ok ? "" : told.problem);
    if (told.ok) onChanged();
  };
  return (
    <Dialog open side title={t("Manage views")} onClose={onClose}>
      {problem && <p className="form-message" role="alert">{problem}</p>}
      <label className="post-field"><span>{t("Order")}</span>
        <select value={arranged} onChange={(e) => (setArranged(e.target.value), run("onArrange", e.target.value))}>{ARRANGED(t).map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>
      </label>
      <table className="manage-views" aria-label={t("Views")}>
        <thead><tr><th scope="col">{t("View")}</th><th scope="col">{t("Default")}</th><th scope="col">{t("Shown")}</th><th scope="col">{t("Pinned")}</th></tr></thead>
        <tbody>
          {views.map((view) => (
            <tr key={view.key}>
              <th scope="row">{view.group === "mine" ? <button type="button" className="link" onClick={() => onEdit(view)}>{view.label}</button> : t(view.label)}{view.owner && <small> · {view.owner}</small>}</th>
              <td><input type="radio" name="default-view" aria-label={t("Begin with %(name)s", { name: t(view.label) })} checked={view.default} onChange={() => run("onBeginWith", view.key)} /></td>
              <td><input type="checkbox" aria-label={t("Show %(name)s in the list of views", { name: t(view.label) })} checked={!view.hidden} onChange={() => run("onHide", view.key, !view.hidden)} /></td>
              <td><input type="checkbox" aria-label={t("Pin %(name)s to the site map", { name: t(view.label) })} checked={view.pinned} onChange={() => run("onPin", view.key, !view.pinned)} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <p><button type="button" className="button small" onClick={() => run("onBeginWith", "")}>{t("Begin as everybody does")}</button></p>
    </Dialog>
  );
}
