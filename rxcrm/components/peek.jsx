// A look at one record beside the list: what matters of it, what happened last, and what can be done (peers 6.6).
import { useEffect, useRef, useState } from "react";
import { CircleCheck, ExternalLink, Lock, Pencil, UserCheck, X } from "lucide-react";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { initials } from "./names.js";
import { SealedValue } from "./sealed.jsx";
import { newToken } from "./selection_store.js";
import { Tags } from "./tags.jsx";

const LINK = { email: "mailto:", phone: "tel:", url: "" };

/**
 * The panel; `id` is the record that it shows, `changed` is another object once a cell of its was stored.
 * `onCommand(key)` gives a command on it, as its key would; `canEdit(field)` and `onEdit(field, element)` edit one of its values.
 */
export function Peek({ entity, id, changed, zone, tools, onCommand, canEdit, onEdit, close }) {
  const t = useT();
  const token = useRef(0);
  const [shown, setShown] = useState(null);
  const [refreshes, setRefreshes] = useState(0);
  const live = useRef(null);
  live.current = (asked) => tools.onPeek(entity, Number(id), asked);
  useEffect(() => {
    const again = () => setRefreshes((n) => n + 1);
    window.addEventListener("rxcrm:refresh", again);
    return () => window.removeEventListener("rxcrm:refresh", again);
  }, []);
  useEffect(() => {
    let desist = () => {};
    const ask = () => {
      const asked = (token.current = newToken());
      live.current(asked);
      desist = insist(() => live.current(asked), () => token.current === asked);
    };
    // Whoever holds the arrow key down asks for the record on which he stops.
    const timer = setTimeout(ask, shown ? 120 : 0);
    return () => (clearTimeout(timer), desist());
  }, [id, changed, refreshes]);
  useEffect(() => {
    if (!tools.peeked || !token.current || tools.peeked.token !== token.current) return;
    token.current = 0;
    setShown({ ...tools.peeked, id });
  }, [tools.peeked]);
  useEffect(() => {
    const press = (e) => {
      if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open], .cell-editor, [role=menu]")) return;
      e.preventDefault();
      close();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [close]);
  const { glance, problem } = shown ?? { glance: null, problem: "" };
  const busy = shown?.id !== id;
  const open = !!glance && !glance.locked && glance.may.includes("edit");
  return (
    <aside className="peek" aria-label={t("Preview")} aria-busy={busy}>
      <header>
        <h2>{glance && !problem ? glance.name || t("(no name)") : problem ? t("Preview") : <i className="bone" />}</h2>
        <button type="button" className="icon-button" aria-label={t("Close the preview")} onClick={close}><X className="icon" aria-hidden="true" /></button>
      </header>
      <span className="unseen" role="status">{glance && !busy && !problem ? t("Preview of %(name)s", { name: glance.name || t("(no name)") }) : ""}</span>
      {problem && <p className="problem" role="alert">{problem}</p>}
      {glance && !problem && (
        <>
          <div className="peek-commands">
            <a className="button small primary" href={glance.path}><ExternalLink className="icon" aria-hidden="true" />{t("Open")}</a>
            {glance.may.includes("assign") && <button type="button" className="button small" onClick={() => onCommand("a")}><UserCheck className="icon" aria-hidden="true" />{t("Assign")}</button>}
            {open && entity === "lead" && <button type="button" className="button small" onClick={() => onCommand("q")}><CircleCheck className="icon" aria-hidden="true" />{t("Qualify")}</button>}
          </div>
          {glance.locked && <p className="peek-locked"><Lock className="icon" aria-hidden="true" />{glance.locked}</p>}
          <dl>
            <div><dt>{t("Owner")}</dt><dd><span className="owner"><span className="avatar small" aria-hidden="true">{initials(glance.owner)}</span><span>{glance.owner}</span></span></dd></div>
            {glance.lines.map((line) => (
              <div key={line.name}>
                <dt>{t(line.label)}</dt>
                <dd data-kind={line.kind}>
                  <Value {...line} />
                  {open && !busy && canEdit(line.name) && <button type="button" className="icon-button" aria-label={t("Edit %(label)s", { label: t(line.label) })} title={t("Edit")} onClick={(e) => onEdit(line.name, e.currentTarget.parentElement)}><Pencil className="icon" aria-hidden="true" /></button>}
                </dd>
              </div>
            ))}
          </dl>
          <section aria-label={t("Latest")}>
            <h3>{t("Latest")}</h3>
            <ul>{glance.entries.map((one, i) => <li key={i}><span><b>{one.who}</b> {one.what}</span><time dateTime={one.at} title={t.moment(one.at, zone)}>{t.ago(one.at)}</time></li>)}</ul>
            {!glance.entries.length && <p className="hint">{t("Nothing yet.")}</p>}
          </section>
        </>
      )}
      {!glance && !problem && <div className="bones" aria-hidden="true">{[70, 45, 60, 50, 65, 40].map((width, i) => <i key={i} className="bone" style={{ width: `${width}%` }} />)}</div>}
    </aside>
  );
}

/** One value: a link where it leads somewhere, a pill where the list has one too. */
function Value({ name, kind, raw, text, colour }) {
  if (kind === "sealed") return <SealedValue />;
  if (kind in LINK) return <a href={LINK[kind] + (kind === "phone" ? raw.replace(/[^\d+]/g, "") : raw)} target={kind === "url" ? "_blank" : undefined} rel="noreferrer">{text}</a>;
  if (kind === "tags") return <Tags value={raw} />;
  if (colour || name === "rating" || name === "status_reason") return <span className={colour ? "pill" : `pill ${name}-${raw}`} data-colour={colour || undefined}>{text}</span>;
  return text;
}
