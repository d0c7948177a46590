// A file of settings: where it is dropped, and what it would change, part by part, before anything is changed.
import { useEffect, useId, useRef, useState } from "react";
import { FileJson, TriangleAlert } from "lucide-react";
import { useT } from "./i18n.js";

/** Drop a file or choose one; what is refused is said here. */
export function SettingsDrop({ hint, onTaken }) {
  const t = useT();
  const id = useId();
  const input = useRef(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const take = async (file) => {
    if (!file || busy) return;
    setBusy(true);
    setProblem("");
    try {
      const answer = await fetch("/files/settings", { method: "POST", headers: { "x-file-name": encodeURIComponent(file.name) }, body: file });
      if (answer.status === 401) return window.location.assign("/login?next=/settings/file");
      const told = await answer.json();
      if (answer.ok) onTaken(told.id);
      else setProblem(told.message);
    } catch {
      setProblem(t("The connection broke. Try again."));
    } finally {
      setBusy(false);
      if (input.current) input.current.value = "";
    }
  };
  return (
    <div className={`settings-drop${over ? " over" : ""}`} role="group" aria-label={t("Import settings")}
      onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget) && setOver(false)}
      onDrop={(e) => (e.preventDefault(), setOver(false), take(e.dataTransfer.files[0]))}>
      <FileJson className="icon drop-sign" aria-hidden="true" />
      <label className="button primary">
        {busy ? t("Reading…") : t("Choose a file")}
        <input ref={input} type="file" accept=".json,application/json" className="visually-hidden" disabled={busy} aria-describedby={`${id}-hint`} onChange={(e) => take(e.target.files[0])} />
      </label>
      <p className="hint" id={`${id}-hint`}>{hint}</p>
      {problem && <p className="form-message" role="alert">{problem}</p>}
    </div>
  );
}

const changing = (part) => part.added + part.changed > 0;

/** What a file would change. Parts with something wrong in them cannot be ticked; nothing is applied before the button. */
export function SettingsPreview({ fileId, fileName, back, weighed, zone, onApply, onClose }) {
  const t = useT();
  const id = useId();
  const title = useRef(null);
  const parts = weighed.parts.filter((part) => changing(part) || part.problems);
  const same = weighed.parts.filter((part) => !changing(part) && !part.problems);
  const fit = parts.filter((part) => !part.problems).map((part) => part.name);
  const [ticked, setTicked] = useState(fit);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    setTicked(fit);
    setAsked(false);
    title.current?.focus();
  }, [fileId]);
  // An answer, whatever it says, lets the button be pressed again.
  useEffect(() => setAsked(false), [weighed]);
  const toggle = (name) => setTicked(ticked.includes(name) ? ticked.filter((other) => other !== name) : [...ticked, name]);
  const chosen = ticked.filter((name) => fit.includes(name));
  const all = chosen.length === fit.length;
  return (
    <section className="table-card settings-preview" aria-labelledby={`${id}-title`}>
      <header className="table-head">
        <h2 id={`${id}-title`} tabIndex={-1} ref={title}>{back ? t("Go back to what was before") : t("What the file would change")}</h2>
        <p className="hint">
          {fileName}
          {weighed.organisation && ` · ${weighed.organisation}`}
          {!isNaN(new Date(weighed.exported_on)) && weighed.exported_on && ` · ${t.moment(weighed.exported_on, zone)}`}
        </p>
      </header>
      <Notes told={weighed.problems} role="alert" title={t.n("%(n)s thing is wrong. It cannot be imported.", "%(n)s things are wrong. They cannot be imported.", weighed.problems.length)} bad />
      <Notes told={weighed.warnings} title={t.n("%(n)s thing is left out", "%(n)s things are left out", weighed.warnings.length)} />
      {parts.length === 0 && <p className="card-note">{t("Everything in this file is here already, just as it says.")}</p>}
      {parts.length > 0 && (
        <ul className="settings-parts" aria-label={t("Parts")}>
          <li className="settings-all">
            <label className="check"><input type="checkbox" checked={all && fit.length > 0} disabled={!fit.length} ref={(box) => box && (box.indeterminate = !all && chosen.length > 0)} onChange={() => setTicked(all ? [] : fit)} />{t("All parts")}</label>
          </li>
          {parts.map((part) => <Part key={part.name} part={part} ticked={chosen.includes(part.name)} onTick={() => toggle(part.name)} />)}
        </ul>
      )}
      {same.length > 0 && <p className="card-note">{t("Nothing changes in: %(parts)s.", { parts: t.list(same.map((part) => part.label)) })}</p>}
      <footer className="settings-foot">
        <button type="button" className="button" onClick={onClose}>{parts.length ? t("Cancel") : t("Close")}</button>
        {parts.length > 0 && (
          <button type="button" className="button primary" disabled={!chosen.length || asked} onClick={() => (setAsked(true), onApply(fileId, chosen, chosen.map((name) => parts.find((part) => part.name === name).stamp)))}>
            {asked ? t("Importing…") : t.n("Import %(n)s part", "Import %(n)s parts", chosen.length)}
          </button>
        )}
      </footer>
    </section>
  );
}

/** Sentences about places in the file; many are folded away. */
function Notes({ told, title, role, bad }) {
  if (!told.length) return null;
  return (
    <details className={`settings-notes${bad ? " bad" : ""}`} open={bad || told.length <= 3} role={role}>
      <summary><TriangleAlert className="icon" aria-hidden="true" />{title}</summary>
      <ul>
        {told.map((note, at) => (
          <li key={at}><b>{note.part}{note.place && ` › ${note.place}`}</b> <span>{note.text}</span></li>
        ))}
      </ul>
    </details>
  );
}

/** One part with its counts, and what becomes of each of its entries. */
function Part({ part, ticked, onTick }) {
  const t = useT();
  const id = useId();
  return (
    <li className="settings-part">
      <div>
        <label className="check">
          <input type="checkbox" checked={ticked} disabled={part.problems > 0} aria-describedby={`${id}-counts`} onChange={onTick} />
          <b>{part.label}</b>
        </label>
        <span className="settings-counts" id={`${id}-counts`}>
          {part.problems > 0 && <span className="pill run-failed">{t.n("%(n)s problem", "%(n)s problems", part.problems)}</span>}
          {part.added > 0 && <span className="pill is-active">{t("%(n)s new", { n: t.number(part.added) })}</span>}
          {part.changed > 0 && <span className="pill run-running">{t("%(n)s changed", { n: t.number(part.changed) })}</span>}
          {part.unchanged > 0 && <small>{t("%(n)s as before", { n: t.number(part.unchanged) })}</small>}
        </span>
      </div>
      {part.changes.length > 0 && (
        <details>
          <summary>{t("Show what changes")}<span className="unseen"> ({part.label})</span></summary>
          <ul className="settings-changes">
            {part.changes.map((change) => (
              <li key={change.name}>
                <b>{change.name}</b> <small>{change.kind === "added" ? t("new") : t("changed")}</small>
                {change.details.map((line) => <code key={line}>{line}</code>)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
