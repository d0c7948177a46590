// The start of imports: files in, and the list of everything that was imported or is on its way.
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Contact, FileSpreadsheet, FileUp, X } from "lucide-react";
import { useT } from "./i18n.js";

/** Files that are sent at the same time. */
const AT_ONCE = 2;
let counter = 0;

/** Send one file; resolves with the server's answer, null if it was called off, or rejects with a sentence. */
function send(file, entity, broken, onPart) {
  const call = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    call.upload.onprogress = (e) => e.lengthComputable && onPart(e.loaded / e.total);
    call.onload = () => {
      if (call.status === 401) window.location.assign("/login?next=/import");
      else if (call.status === 200) resolve(call.response);
      else reject(new Error(call.response?.message || broken.refused));
    };
    call.onerror = () => reject(new Error(broken.lost));
    call.onabort = () => resolve(null);
  });
  call.open("POST", `/files/import?entity=${encodeURIComponent(entity)}`);
  call.responseType = "json";
  call.setRequestHeader("x-file-name", encodeURIComponent(file.name));
  call.send(file);
  return { done, stop: () => call.abort() };
}

/** Drop files or choose them. One file opens its import; of several each gets its own line in the list below. */
export function FileDrop({ accept, hint, tables, past, onSent, children }) {
  const t = useT();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const id = useId();
  const input = useRef(null);
  const queue = useRef([]);
  const calls = useRef(new Map());
  const came = useRef([]);
  const [over, setOver] = useState(false);
  const [entity, setEntity] = useState("");
  const [files, setFiles] = useState([]);
  const [told, setTold] = useState("");
  const busy = files.some((f) => !f.problem);
  // An earlier import whose settings the next file takes over.
  const like = past.find((run) => String(run.id) === query.get("like"));
  const table = like?.entity ?? entity;
  const change = (key, patch) => setFiles((all) => all.map((f) => (f.key === key ? { ...f, ...patch } : f)));
  const drop = (key) => setFiles((all) => all.filter((f) => f.key !== key));
  const broken = { refused: t("The server refused this file."), lost: t("The connection broke. Try again.") };
  const settle = () => {
    if (calls.current.size || queue.current.length) return;
    const all = came.current.splice(0);
    if (!all.length) return;
    if (all.length === 1 && all[0].imports.length === 1) navigate(like ? `${all[0].go}?like=${like.id}` : all[0].go);
    else {
      setTold(t.n("%(n)s import was made of them: go on with it below.", "%(n)s imports were made of them: go on with each below.", all.reduce((sum, one) => sum + one.imports.length, 0)));
      onSent();
    }
  };
  const next = () => {
    while (calls.current.size < AT_ONCE && queue.current.length) {
      const { key, file } = queue.current.shift();
      const { done, stop } = send(file, table, broken, (part) => change(key, { part }));
      calls.current.set(key, stop);
      const end = () => (calls.current.delete(key), next(), settle());
      done.then(
        (answer) => (answer && came.current.push(answer), drop(key), end()),
        (problem) => (change(key, { problem: problem.message }), end()),
      );
    }
  };
  const add = (list) => {
    const fresh = [...(list ?? [])].map((file) => ({ key: ++counter, file }));
    if (!fresh.length) return;
    setTold("");
    setFiles((all) => [...all.filter((f) => !f.problem), ...fresh.map(({ key, file }) => ({ key, name: file.name, part: 0, problem: "" }))]);
    queue.current.push(...fresh);
    next();
    input.current.value = "";
  };
  const stop = (key) => {
    queue.current = queue.current.filter((f) => f.key !== key);
    if (calls.current.has(key)) calls.current.get(key)();
    else drop(key);
  };
  useEffect(() => () => calls.current.forEach((abort) => abort()), []);
  return (
    <section className={`file-drop${over ? " over" : ""}`} aria-label={t("Files to import")}
      onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget) && setOver(false)}
      onDrop={(e) => (e.preventDefault(), setOver(false), add(e.dataTransfer.files))}>
      <FileUp className="icon drop-sign" aria-hidden="true" />
      <div className="drop-sources">
        <label className="button primary">
          {like ? t("Choose a file") : t("Choose files")}
          <input ref={input} type="file" multiple={!like} accept={accept} className="visually-hidden" aria-describedby={`${id}-hint`} onChange={(e) => add(e.target.files)} />
        </label>
        {!like && <a className="button" href="/settings/exchange"><Contact className="icon" aria-hidden="true" />{t("From Exchange or CardDAV")}</a>}
      </div>
      <p className="hint" id={`${id}-hint`}>{hint}</p>
      {like && (
        <p className="drop-like">
          {t("It is imported like “%(name)s”: same columns, same corrections.", { name: like.name })}
          <button type="button" className="button small" onClick={() => setQuery({})}>{t("Start anew")}</button>
        </p>
      )}
      <label className="drop-table">
        {t("Table")}
        <select value={table} disabled={busy || !!like} onChange={(e) => setEntity(e.target.value)}>
          <option value="">{t("As the file suggests")}</option>
          {tables.map(([name, text]) => <option key={name} value={name}>{t(text)}</option>)}
        </select>
      </label>
      {files.length > 0 && (
        <ul className="sendings">
          {files.map((file) => (
            <li key={file.key} data-bad={file.problem ? true : undefined}>
              <FileSpreadsheet className="icon" aria-hidden="true" />
              <span className="sending-name">
                <b>{file.name}</b>
                {file.problem ? <span className="problem" role="alert">{file.problem}</span> : <progress value={file.part} max={1} aria-label={t("Sending %(name)s…", { name: file.name })} />}
              </span>
              {!file.problem && <span className="sending-part">{file.part < 1 ? `${Math.floor(file.part * 100)} %` : t("Storing…")}</span>}
              <button type="button" className="icon-button" aria-label={file.problem ? t("Dismiss %(name)s", { name: file.name }) : t("Cancel %(name)s", { name: file.name })} onClick={() => stop(file.key)}><X className="icon" aria-hidden="true" /></button>
            </li>
          ))}
        </ul>
      )}
      <p className="drop-told" role="status">{told}</p>
      {children}
    </section>
  );
}

/** What became of the rows of one import, in few words. */
function Sums({ run }) {
  const t = useT();
  const parts = [
    ["good", run.created && t.n("%(n)s created", "%(n)s created", run.created)],
    ["good", run.updated && t.n("%(n)s updated", "%(n)s updated", run.updated)],
    ["", run.skipped && t.n("%(n)s skipped", "%(n)s skipped", run.skipped)],
    ["bad", run.rejected && t.n("%(n)s rejected", "%(n)s rejected", run.rejected)],
  ].filter(([, text]) => text);
  if (run.status === "running") return <progress className="in-row" value={run.position} max={run.total || 1} aria-label={t("%(name)s: progress", { name: run.name })} />;
  if (!parts.length) return <span className="faint">{run.total ? t.n("%(n)s row", "%(n)s rows", run.total) : ""}</span>;
  return <span className="sums" data-over={run.status === "undone" || undefined}>{parts.map(([tone, text]) => <span key={text} className={tone}>{text}</span>)}</span>;
}

const next = (t, step) => ({ upload: t("To be read"), map: t("At Map"), review: t("At Review"), preview: t("At Preview") })[step] ?? "";

/** Every import that the user may see, newest first. */
export function ImportList({ runs, ready, zone }) {
  const t = useT();
  if (!runs.length) return ready ? <p className="hint">{t("None yet.")}</p> : <p className="hint" role="status">{t("Loading")}</p>;
  return (
    <div className="table-card">
      <table className="import-list" aria-label={t("Imports")}>
        <thead>
          <tr>{[t("File"), t("Status"), t("Rows"), t("Created On"), t("Undo until")].map((label) => <th key={label} scope="col">{label}</th>)}</tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <span className="who">
                  <a className="link" href={`/import/${run.id}`}>{run.name}</a>
                  <small>{t(run.table)}{run.mine ? "" : ` · ${run.who}`}</small>
                </span>
              </th>
              <td data-cell="status"><span className={`pill run-${run.status}`}>{run.status === "uploaded" ? next(t, run.step) : t(run.label)}</span></td>
              <td data-cell="sums"><Sums run={run} /></td>
              <td data-cell="at"><time dateTime={run.at} title={t.moment(run.at, zone)}>{t.ago(run.at)}</time></td>
              <td data-cell="until">{run.undo_until && <time dateTime={run.undo_until}>{t.day(run.undo_until)}</time>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
