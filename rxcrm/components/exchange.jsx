// Contact sources: the code of a sign-in, the choice of folders, how far a fetch is.
import { useEffect, useId, useRef, useState } from "react";
import { Check, Copy, ExternalLink, RotateCw } from "lucide-react";
import { useT } from "./i18n.js";

/** Seconds until a point in time, counted down; 0 once it has passed. */
function useSecondsTo(iso) {
  const left = () => (iso ? Math.max(0, Math.ceil((new Date(iso) - Date.now()) / 1000)) : 0);
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (!iso) return undefined;
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [iso]);
  return seconds;
}

/** The code, large enough to be read across a desk; it is copied on request. */
export function SignInCode({ source, zone }) {
  const t = useT();
  const id = useId();
  const [copied, setCopied] = useState("");
  const minutes = Math.ceil(useSecondsTo(source.expires) / 60);
  useEffect(() => setCopied(""), [source.code]);
  if (!source.code)
    return (
      <p className="waiting-line" role="status"><span className="spinner" aria-hidden="true" />{t("Asking Microsoft for a code…")}</p>
    );
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(source.code);
      setCopied("copied");
    } catch {
      setCopied("failed");
    }
  };
  return (
    <div className="sign-in-code">
      <ol>
        <li>
          <span id={`${id}-first`}>{t("Copy this code:")}</span>
          <span className="code-row">
            <output className="code" aria-labelledby={`${id}-first`}>{source.code}</output>
            <button type="button" className="button" onClick={copy}>
              {copied === "copied" ? <Check className="icon" aria-hidden="true" /> : <Copy className="icon" aria-hidden="true" />}
              {t("Copy the code")}
            </button>
          </span>
        </li>
        <li>
          <span>{t("Open Microsoft's page, enter the code there and sign in with your work account:")}</span>
          <a className="button primary" href={source.url} target="_blank" rel="noopener noreferrer">
            <ExternalLink className="icon" aria-hidden="true" />{t("Open %(address)s", { address: source.url.replace(/^https:\/\//, "") })}
          </a>
        </li>
        <li><span>{t("Come back: this page goes on by itself.")}</span></li>
      </ol>
      <p className="hint" role="status">
        {copied === "copied" ? t("Copied.") : copied === "failed" ? t("The browser did not allow it. Select the code and copy it yourself.") : ""}
      </p>
      <p className="waiting-line">
        <span className="spinner" aria-hidden="true" />
        {t("Waiting for you to sign in.")}{" "}
        <span title={t.moment(source.expires, zone)}>{t.n("The code is valid for %(n)s more minute.", "The code is valid for %(n)s more minutes.", minutes)}</span>
      </p>
    </div>
  );
}

/** Tick boxes with counts, and what the contacts become. */
export function FolderChoice({ source, folders, become, onFetch, onLook }) {
  const t = useT();
  const id = useId();
  const form = useRef(null);
  const [chosen, setChosen] = useState(() => folders.filter((f) => f.chosen).map((f) => f.id));
  const [told, setTold] = useState("");
  const known = folders.map((f) => f.id).join();
  useEffect(() => setChosen(folders.filter((f) => f.chosen).map((f) => f.id)), [known]);
  const toggle = (folder, on) => (setTold(""), setChosen((now) => (on ? [...now, folder] : now.filter((f) => f !== folder))));
  const all = chosen.length === folders.length;
  const sum = folders.filter((f) => chosen.includes(f.id)).reduce((n, f) => n + f.contacts, 0);
  const send = (event) => {
    event.preventDefault();
    if (!chosen.length) {
      setTold(t("Choose at least one folder."));
      form.current.querySelector("[data-folder]")?.focus();
      return;
    }
    const data = new FormData(form.current);
    onFetch(source.id, chosen, data.get("entity") ?? "contact", data.get("how") === "everything");
  };
  return (
    <form ref={form} className="folder-choice" onSubmit={send} noValidate>
      <fieldset className="folders" aria-describedby={told ? `${id}-told` : undefined}>
        <legend>{t("Folders")}</legend>
        {folders.length > 1 && (
          <label className="folder all">
            <input type="checkbox" checked={all} ref={(box) => box && (box.indeterminate = !all && chosen.length > 0)}
              onChange={(e) => (setTold(""), setChosen(e.target.checked ? folders.map((f) => f.id) : []))} />
            <b>{t("All folders")}</b>
          </label>
        )}
        {folders.map((folder) => (
          <label key={folder.id} className="folder">
            <input type="checkbox" data-folder="" checked={chosen.includes(folder.id)} onChange={(e) => toggle(folder.id, e.target.checked)} />
            <span>{folder.name}</span>
            <small>{t.n("%(n)s contact", "%(n)s contacts", folder.contacts)}</small>
          </label>
        ))}
        {told && <p className="problem" id={`${id}-told`} role="alert">{told}</p>}
      </fieldset>
      <fieldset className="choice-cards">
        <legend>{t("Import them as")}</legend>
        {become.map(([value, text]) => (
          <label key={value} className="choice-card">
            <input type="radio" name="entity" value={value} defaultChecked={value === source.entity} />
            <span><b>{t(text)}</b></span>
          </label>
        ))}
      </fieldset>
      {source.fetched && (
        <fieldset className="choice-cards">
          <legend>{t("What is fetched")}</legend>
          <label className="choice-card">
            <input type="radio" name="how" value="changes" defaultChecked />
            <span><b>{t("What has changed")}</b><small>{t("Since the last time that it was imported.")}</small></span>
          </label>
          <label className="choice-card">
            <input type="radio" name="how" value="everything" />
            <span><b>{t("Everything")}</b><small>{t("As if it were the first time. Known contacts are found again when they are imported.")}</small></span>
          </label>
        </fieldset>
      )}
      <footer>
        <button type="button" className="button start" onClick={() => onLook(source.id)}><RotateCw className="icon" aria-hidden="true" />{t("Look for folders again")}</button>
        <button type="submit" className="button primary">{chosen.length ? t.n("Fetch %(n)s contact", "Fetch %(n)s contacts", sum) : t("Fetch contacts")}</button>
      </footer>
    </form>
  );
}

/** A bar, the counts of the folders, and the waiting that the server asked for: read out once, counted down for the eye. */
export function FetchProgress({ source, folders, brief }) {
  const t = useT();
  const seconds = useSecondsTo(source.until);
  const [told, setTold] = useState("");
  useEffect(() => {
    const asked = source.until ? Math.ceil((new Date(source.until) - Date.now()) / 1000) : 0;
    setTold(asked > 0 ? t.n("The server is busy and wants %(n)s second of rest.", "The server is busy and wants %(n)s seconds of rest.", asked) : "");
  }, [source.until]);
  const counted = folders?.filter((f) => source.counts[f.id] !== undefined) ?? [];
  return (
    <div className="fetch-progress">
      <progress value={source.total ? source.done : undefined} max={source.total || undefined} aria-label={t("Fetching %(name)s", { name: source.name })} />
      <span className="unseen" role="status">{told}</span>
      <p className="hint">
        {source.until && seconds
          ? t.n("The server is busy: going on in %(n)s second.", "The server is busy: going on in %(n)s seconds.", seconds)
          : source.total
            ? t("%(n)s of about %(total)s contacts", { n: t.number(source.done), total: t.number(source.total) })
            : t.n("%(n)s contact", "%(n)s contacts", source.done)}
      </p>
      {!brief && counted.length > 0 && (
        <ul>
          {counted.map((f) => <li key={f.id}><span>{f.name}</span> <b>{t.number(source.counts[f.id])}</b></li>)}
        </ul>
      )}
    </div>
  );
}
