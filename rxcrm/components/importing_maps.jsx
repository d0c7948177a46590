// Saved maps: offered when a file has the headings of one, kept under a name, used and forgotten.
import { useEffect, useId, useState } from "react";
import { Bookmark, Trash2 } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog, Menu } from "./ui.jsx";

/** A map whose headings this file has. */
export function OfferedMap({ view, onUse }) {
  const t = useT();
  const [away, setAway] = useState(false);
  const map = view.maps.find((m) => m.fits);
  useEffect(() => setAway(false), [map?.id]);
  if (!map || away) return null;
  return (
    <div className="offer" role="status">
      <Bookmark className="icon" aria-hidden="true" />
      <p>{t("The map “%(name)s” was saved for files with these headings.", { name: map.name })}</p>
      <button type="button" className="button small primary" onClick={() => onUse(map.id)}>{t("Use the map")}</button>
      <button type="button" className="button small" onClick={() => setAway(true)}>{t("No, thanks")}</button>
    </div>
  );
}

/** The menu of saved maps, and the dialogs to save and to forget one. */
export function MapMenu({ run, view, flush, onSave, onUse, onForget }) {
  const t = useT();
  const [asked, setAsked] = useState("");
  const mine = view.maps.filter((m) => m.mine);
  return (
    <>
      <Menu label={t("Saved maps")} text={<span className="with-icon"><Bookmark className="icon" aria-hidden="true" /><span className="wide-only">{t("Saved maps")}</span></span>} align="end">
        {view.maps.map((m) => (
          <button key={m.id} type="button" role="menuitem" onClick={() => onUse(m.id)}><span className="menu-two"><span>{t("Use “%(name)s”", { name: m.name })}</span>{m.shared && <small>{t("shared with everybody who may import")}</small>}</span></button>
        ))}
        {view.maps.length > 0 && <hr />}
        <button type="button" role="menuitem" onClick={() => (flush(), setAsked("save"))}>{t("Save this map…")}</button>
        {mine.length > 0 && <button type="button" role="menuitem" onClick={() => setAsked("forget")}>{t("Delete maps…")}</button>}
      </Menu>
      <SaveMap open={asked === "save"} known={mine} onClose={() => setAsked("")} onSave={(name, shared) => (setAsked(""), onSave(run.id, name, shared))} />
      <Dialog open={asked === "forget"} title={t("Delete maps")} onClose={() => setAsked("")}>
        <ul className="map-list">
          {mine.map((m) => (
            <li key={m.id}>
              <span>{m.name}</span>
              <button type="button" className="icon-button" aria-label={t("Delete the map “%(name)s”", { name: m.name })} onClick={() => onForget(run.id, m.id)}><Trash2 className="icon" aria-hidden="true" /></button>
            </li>
          ))}
          {!mine.length && <li className="hint">{t("None yet.")}</li>}
        </ul>
        <footer><button type="button" className="button" onClick={() => setAsked("")}>{t("Close")}</button></footer>
      </Dialog>
    </>
  );
}

/** Asks for the name of a map. */
function SaveMap({ open, known, onClose, onSave }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const again = known.some((m) => m.name.toLowerCase() === name.trim().toLowerCase());
  useEffect(() => {
    if (!open) return undefined;
    setName("");
    setShared(false);
    const frame = requestAnimationFrame(() => document.getElementById(id)?.focus());
    return () => cancelAnimationFrame(frame);
  }, [open]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (name.trim()) onSave(name.trim(), shared);
  };
  return (
    <Dialog open={open} title={t("Save this map")} onClose={onClose}>
      <form className="ask-form" onSubmit={submit}>
        <div className="post-field">
          <label htmlFor={id}>{t("Name")}</label>
          <input id={id} value={name} maxLength={100} required autoComplete="off" aria-describedby={`${id}-hint`} onChange={(e) => setName(e.target.value)} />
          <p className="hint" id={`${id}-hint`}>{again ? t("Your map of this name is replaced.") : t("It is offered when a file has the same headings, with every value that you corrected.")}</p>
        </div>
        <label className="check"><input type="checkbox" checked={shared} onChange={(e) => setShared(e.target.checked)} />{t("Offer it to everybody who may import")}</label>
        <footer>
          <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
          <button type="submit" className="button primary" disabled={!name.trim()}>{t("Save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
