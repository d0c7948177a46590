// Files on their way to the server: progress, cancel, refusals; and files as they are shown.
import { useCallback, useRef, useState } from "react";
import { File, FileImage, FileSpreadsheet, FileText, X } from "lucide-react";
import { useT } from "./i18n.js";

/** Send one file; `done` is the stored file's description, null if it was cancelled, or a rejection with a sentence. */
function send(file, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    request.onload = () => {
      const answer = request.response ?? {};
      if (request.status === 200 && answer.id) resolve(answer);
      else reject(new Error(answer.message ?? ""));
    };
    request.onerror = () => reject(new Error(""));
    request.onabort = () => resolve(null);
  });
  request.open("POST", "/files/attachments");
  request.responseType = "json";
  request.setRequestHeader("x-file-name", encodeURIComponent(file.name || "picture.png"));
  request.send(file);
  return { done, cancel: () => request.abort() };
}

let count = 0;

/** Uploads that are running or were refused; `add(files, take)` starts some and hands each stored one to `take`. */
export function useUploads() {
  const [running, setRunning] = useState([]);
  const t = useT();
  const live = useRef(t);
  live.current = t;
  const change = (key, patch) => setRunning((all) => all.map((u) => (u.key === key ? { ...u, ...patch } : u)));
  const drop = useCallback((key) => setRunning((all) => all.filter((u) => u.key !== key)), []);
  const add = useCallback((files, take) => {
    for (const file of files) {
      const key = ++count;
      const { done, cancel } = send(file, (part) => change(key, { part }));
      setRunning((all) => [...all, { key, name: file.name, size: file.size, part: 0, problem: "", cancel }]);
      done.then(
        (stored) => (drop(key), stored && take(stored)),
        (refused) => change(key, { problem: refused.message || live.current("%(name)s could not be sent. Try again.", { name: file.name }) }),
      );
    }
  }, [drop]);
  return { running, add, drop, busy: running.some((u) => !u.problem) };
}

const KINDS = [[/^image\//, FileImage], [/sheet|excel|csv/, FileSpreadsheet], [/^text\/|pdf|word|document/, FileText]];
function FileIcon({ mime = "" }) {
  const Icon = KINDS.find(([kind]) => kind.test(mime))?.[1] ?? File;
  return <Icon className="icon" aria-hidden="true" />;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
export function sizeText(t, size) {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return new Intl.NumberFormat(t.locale, { style: "unit", unit: UNITS[power], unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0 }).format(size / 1000 ** power);
}

/** Files that will go with what is typed: stored ones, running ones, refused ones; each can be removed. */
export function FileChips({ files, uploads, onRemove }) {
  const t = useT();
  if (!files.length && !uploads.running.length) return null;
  return (
    <ul className="chips" aria-label={t("Files")}>
      {files.map((file) => (
        <li key={file.id} className="chip">
          {file.mime.startsWith("image/") ? <img src={file.url} alt="" /> : <FileIcon mime={file.mime} />}
          <span className="chip-name">{file.name}</span><small>{sizeText(t, file.size)}</small>
          <button type="button" className="icon-button" aria-label={t("Remove %(name)s", { name: file.name })} onClick={() => onRemove(file)}><X className="icon" aria-hidden="true" /></button>
        </li>
      ))}
      {uploads.running.map((u) => (
        <li key={`up${u.key}`} className={`chip${u.problem ? " bad" : " sending"}`}>
          <File className="icon" aria-hidden="true" />
          <span className="chip-name">{u.problem || u.name}</span>
          {!u.problem && <progress max="1" value={u.part} aria-label={t("Sending %(name)s", { name: u.name })} />}
          <button type="button" className="icon-button" aria-label={u.problem ? t("Dismiss") : t("Cancel sending %(name)s", { name: u.name })}
            onClick={() => (u.problem || u.cancel(), uploads.drop(u.key))}><X className="icon" aria-hidden="true" /></button>
          {u.problem && <span className="unseen" role="alert">{u.problem}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Files of an entry: pictures as thumbnails, others as chips; all open through the gate. */
export function Files({ files }) {
  const t = useT();
  if (!files.length) return null;
  const pictures = files.filter((f) => f.mime.startsWith("image/") && f.width);
  const others = files.filter((f) => !pictures.includes(f));
  return (
    <ul className="entry-files" aria-label={t("Files")}>
      {pictures.map((f) => (
        <li key={f.id}>
          <a className="thumbnail" href={f.url} target="_blank" rel="noreferrer" title={f.name}>
            <img src={f.url} alt={f.name} loading="lazy" decoding="async" width={f.width} height={f.height} />
          </a>
        </li>
      ))}
      {others.map((f) => (
        <li key={f.id}><a className="chip" href={f.url} download={f.name}><FileIcon mime={f.mime} /><span className="chip-name">{f.name}</span><small>{sizeText(t, f.size)}</small></a></li>
      ))}
    </ul>
  );
}
