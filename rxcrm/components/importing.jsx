// Files in: choosing a file, and saying which column fills which field.
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { FileUp } from "lucide-react";
import { useT } from "./i18n.js";

/** Drop a file or choose one; it is sent with progress, and the next page opens. */
export function FileDrop({ action, accept, label, hint }) {
  const t = useT();
  const navigate = useNavigate();
  const input = useRef(null);
  const request = useRef(null);
  const [over, setOver] = useState(false);
  const [state, setState] = useState({ name: "", sent: 0, problem: "" });
  const busy = !!state.name && !state.problem;
  const send = (file) => {
    if (!file) return;
    const call = (request.current = new XMLHttpRequest());
    setState({ name: file.name, sent: 0, problem: "" });
    call.open("POST", action);
    call.setRequestHeader("x-file-name", encodeURIComponent(file.name));
    call.upload.onprogress = (e) => e.lengthComputable && setState((s) => ({ ...s, sent: e.loaded / e.total }));
    call.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(call.responseText);
      } catch {
        answer = { message: t("The server refused this file.") };
      }
      if (call.status === 200) navigate(answer.go);
      else if (call.status === 401) window.location.assign("/login?next=/import");
      else setState((s) => ({ ...s, problem: answer.message }));
    };
    call.onerror = () => setState((s) => ({ ...s, problem: t("The connection broke. Try again.") }));
    call.onabort = () => setState({ name: "", sent: 0, problem: "" });
    call.send(file);
    input.current.value = "";
  };
  const drop = (e) => {
    e.preventDefault();
    setOver(false);
    if (!busy) send(e.dataTransfer.files[0]);
  };
  return (
    <div className={`file-drop${over ? " over" : ""}`} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
      <FileUp className="icon" aria-hidden="true" />
      {busy ? (
        <>
          <p role="status">{t("Sending %(name)s…", { name: state.name })}</p>
          <progress value={state.sent} max={1} aria-label={t("Sending %(name)s…", { name: state.name })} />
          <button type="button" className="button" onClick={() => request.current.abort()}>{t("Cancel")}</button>
        </>
      ) : (
        <>
          <label className="button primary">
            {label}
            <input ref={input} type="file" accept={accept} className="visually-hidden" aria-label={label} onChange={(e) => send(e.target.files[0])} />
          </label>
          <p className="hint">{hint}</p>
          {state.problem && <p className="problem" role="alert">{state.problem}</p>}
        </>
      )}
    </div>
  );
}

/** Columns of the file with samples; each fills one field or is left out. One field takes one column. */
export function MappingForm({ runId, columns, targets, topicPattern, owners, busy, onEdited, onCheck, onStart }) {
  const t = useT();
  const [chosen, setChosen] = useState({});
  const [pattern, setPattern] = useState("");
  const [owner, setOwner] = useState("");
  const [moved, setMoved] = useState("");
  const id = useId();
  const place = `rxcrm:mapping:${runId}`;
  useEffect(() => {
    // What was chosen by hand on an earlier visit wins over the guesses.
    const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
    const same = kept && kept.headings === columns.map((c) => c.heading).join("\n");
    setChosen(same ? kept.chosen : Object.fromEntries(columns.map((c) => [c.index, c.target])));
    setPattern(same ? kept.pattern : topicPattern);
    setOwner((same && kept.owner) || "");
    setMoved("");
  }, [columns, topicPattern, place]);
  const keep = (next, text, who = owner) => {
    setChosen(next);
    setPattern(text);
    setOwner(who);
    sessionStorage.setItem(place, JSON.stringify({ headings: columns.map((c) => c.heading).join("\n"), chosen: next, pattern: text, owner: who }));
    onEdited();
  };
  const used = new Set(Object.values(chosen).filter(Boolean));
  const composed = !used.has("topic");
  const nameFound = used.has("full_name");
  const missing = targets.filter((f) => f.required && !used.has(f.name) && !(f.name === "topic" && pattern.trim()) && !(f.name === "last_name" && nameFound));
  const set = (index, target) => {
    const other = columns.find((c) => c.index !== index && target && chosen[c.index] === target);
    setMoved(other ? t("“%(heading)s” is left out now: a field takes one column.", { heading: other.heading }) : "");
    keep({ ...chosen, ...(other ? { [other.index]: "" } : {}), [index]: target }, target === "topic" ? "" : pattern);
  };
  // The importer stands first and is the default; somebody who has left since the last visit is no choice any more.
  const ownerId = owners.slice(1).find((o) => String(o.id) === owner)?.id ?? 0;
  const ownerHint =
    owners.length < 2 ? t("There is nobody else whom you may choose.")
    : used.has("owner") ? t("Takes the rows whose owner is empty or unknown.")
    : t("No column goes to Owner: takes every row.");
  const answers = () => [runId, Object.fromEntries(Object.entries(chosen).filter(([, target]) => target)), pattern, ownerId];
  const reason = missing.length ? t("Choose a column for %(fields)s.", { fields: missing.map((f) => t(f.label)).join(", ") }) : "";
  return (
    <form aria-label={t("Columns")} className="mapping" onSubmit={(e) => (e.preventDefault(), !reason && !busy && onStart(...answers()))}>
      <table>
        <thead>
          <tr><th scope="col">{t("Column in the file")}</th><th scope="col">{t("Samples")}</th><th scope="col">{t("Goes to")}</th></tr>
        </thead>
        <tbody>
          {columns.map((c) => (
            <tr key={c.index} data-ignored={chosen[c.index] ? undefined : ""}>
              <th scope="row">{c.heading}</th>
              <td className="samples">{c.samples.map((s, i) => <span key={i}>{s}</span>)}</td>
              <td>
                <select aria-label={t("Field for %(heading)s", { heading: c.heading })} aria-describedby={`${id}-${c.index}`} value={chosen[c.index] ?? ""} onChange={(e) => set(c.index, e.target.value)}>
                  <option value="">{t("Ignore")}</option>
                  {targets.map((f) => <option key={f.name} value={f.name}>{t(f.label)}{f.required ? " *" : ""}</option>)}
                </select>
                <small id={`${id}-${c.index}`}>{chosen[c.index] === c.target ? c.because : ""}</small>
              </td>
            </tr>
          ))}
          {composed && (
            <tr>
              <th scope="row"><label htmlFor={`${id}-topic`}>{t("Topic")}</label></th>
              <td className="hint">{t("No column goes to Topic: it is composed from this pattern.")}</td>
              <td><input id={`${id}-topic`} className="text-input" value={pattern} onChange={(e) => keep(chosen, e.target.value)} /></td>
            </tr>
          )}
          <tr>
            <th scope="row"><label htmlFor={`${id}-owner`}>{t("Owner of rows without one")}</label></th>
            <td className="hint" id={`${id}-owner-hint`}>{ownerHint}</td>
            <td>
              <select id={`${id}-owner`} aria-describedby={`${id}-owner-hint`} value={ownerId || ""} disabled={owners.length < 2} onChange={(e) => keep(chosen, pattern, e.target.value)}>
                {owners.map((o, i) => <option key={o.id} value={i ? o.id : ""}>{i ? `${o.name} (${o.email})` : t("Me (%(name)s)", { name: o.name })}</option>)}
              </select>
            </td>
          </tr>
        </tbody>
      </table>
      <footer className="sticky-footer">
        <span role="status">{reason || moved}</span>
        <button type="button" className="button" disabled={!!reason || !!busy} onClick={() => onCheck(...answers())}>{t("Check")}</button>
        <button type="submit" className="button primary" disabled={!!reason || !!busy}>{t("Import")}</button>
      </footer>
    </form>
  );
}
