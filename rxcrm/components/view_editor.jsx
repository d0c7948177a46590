// A view of the system in its editor: the list itself beside a panel; a draft until it is published (peers 6.29, S R9.2).
import { useEffect, useId, useState } from "react";
import { X } from "lucide-react";
import { useT } from "./i18n.js";
import { OF_VIEW } from "./list_address.js";
import { ask, useDesk } from "./views_store.js";

const NONE = Object.fromEntries(OF_VIEW.map((name) => [name, ""]));

const PURPOSES = (t) => ({
  lookup: t("Look-ups show these columns under each name, and only the records that the filter lets through."),
  find: t("Global search shows these columns under each name, and only the records that the filter lets through."),
  associated: t("The tables within forms show these columns, and only the records that the filter lets through."),
});

/** `leave(gone)` closes it; `published` is whether there is something to go back to when a draft is thrown away. */
export function ViewEditor({ entity, head, view, params, go, builder, columnEditor, findEditor, definition, published, leave, onRefresh }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState(head.label);
  const [about, setAbout] = useState(head.description);
  const { roles } = useDesk();
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => (setName(head.label), setAbout(head.description)), [head.key, head.label, head.description]);
  const run = async (...call) => {
    setBusy(true);
    const told = await ask(...call);
    setBusy(false);
    setProblem(told.ok ? null : told);
    return told.ok;
  };
  const draft = async () => {
    if (!(await run("onDraft", entity, view, head.version, JSON.stringify(definition), name, about))) return;
    if (OF_VIEW.some((part) => params.has(part))) go({ ...NONE, view, edit: "1" });
    else onRefresh?.();
  };
  const publish = async () => {
    if (!(await run("onPublish", entity, view, head.version))) return;
    if (head.purpose) leave();
    else go({ ...NONE, view, edit: "", as_role: "", from: "" });
  };
  const throwAway = async () => (await run("onDiscardDraft", entity, view, head.version)) && leave(!published);
  const changed = head.changed || name !== head.label || about !== head.description;
  return (
    <aside className="view-editor" aria-label={t("Editor of the view")}>
      <header>
        <h2>{t("Edit for everybody")}</h2>
        <span className={`pill ${changed ? "is-changed" : head.draft ? "is-invited" : "is-active"}`}>{changed ? t("Not saved") : head.draft ? t("Draft") : t("Published")}</span>
        <button type="button" className="icon-button" aria-label={t("Close the editor")} title={t("Close the editor")} onClick={() => leave(!published && !head.draft)}><X className="icon" aria-hidden="true" /></button>
      </header>
      {problem && (
        <div className="form-message" role="alert">
          <p>{problem.problem}</p>
          {problem.stale && <button type="button" className="button small" onClick={() => (setProblem(null), go({ ...NONE, view, edit: "1" }), onRefresh?.())}>{t("Show how it is now")}</button>}
        </div>
      )}
      <div className="post-field"><label htmlFor={`${id}-name`}>{t("Name")}</label><input id={`${id}-name`} maxLength={100} value={name} onChange={(e) => setName(e.target.value)} /></div>
      {head.purpose && <p className="hint">{PURPOSES(t)[head.purpose]}</p>}
      {!head.purpose && <div className="post-field"><label htmlFor={`${id}-about`}>{t("Description")}</label><textarea id={`${id}-about`} rows={2} maxLength={500} value={about} onChange={(e) => setAbout(e.target.value)} /></div>}
      <div className="post-field"><label htmlFor={`${id}-role`}>{t("Preview as")}</label>
        <select id={`${id}-role`} value={params.get("as_role") ?? ""} onChange={(e) => go({ as_role: e.target.value })}><option value="">{t("Myself")}</option>{(roles ?? []).map(([key, text]) => <option key={key} value={key}>{t(text)}</option>)}</select>
      </div>
      {findEditor && <details open><summary>{t("Find columns")}</summary>{findEditor}</details>}
      <details open={!findEditor}><summary>{t("Columns and order")}</summary>{columnEditor}</details>
      <details><summary>{t("Filter")}</summary>{builder}</details>
      <footer>
        {head.draft && <button type="button" className="button" disabled={busy} onClick={throwAway}>{t("Discard the draft")}</button>}
        <button type="button" className="button" disabled={busy || !changed} onClick={draft}>{t("Save draft")}</button>
        <button type="button" className="button primary" disabled={busy || changed || !head.draft} title={changed ? t("Save the draft first.") : undefined} onClick={publish}>{t("Publish")}</button>
      </footer>
    </aside>
  );
}
