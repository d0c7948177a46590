// With whom a dashboard is shared: users, teams and roles, each with or without the right to change it.
import { useEffect, useId, useRef, useState } from "react";
import { Shield, User, Users, X } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";
import { find } from "./views_store.js";

const SIGNS = { user: User, team: Users, role: Shield };
/** How long a search rests, in milliseconds. */
const RESTS = 180;

export function ShareDialog({ sharing, onShare, onClose }) {
  const t = useT();
  const [wanted, setWanted] = useState(sharing.now.map(({ kind, key, name, change }) => ({ kind, key, name: t(name), change })));
  const add = (hit) => {
    const cut = hit.key.indexOf(":");
    setWanted([...wanted, { kind: hit.key.slice(0, cut), key: hit.key.slice(cut + 1), name: t(hit.name), change: false }]);
  };
  return (
    <Dialog open wide title={t("Share this dashboard")} onClose={onClose}>
      <form className="ask-form" onSubmit={(e) => (e.preventDefault(), onShare(wanted.map(({ kind, key, change }) => ({ kind, key, change }))))}>
        <p className="hint">{t("Everybody sees the numbers of the records that he may see himself.")}</p>
        <Find known={wanted} onPick={add} />
        <ul className="audience">
          {wanted.map((one, i) => {
            const Sign = SIGNS[one.kind] ?? User;
            return (
              <li key={`${one.kind}:${one.key}`}>
                <Sign className="icon" aria-hidden="true" /><span>{one.name}</span>
                <label className="tick-line"><input type="checkbox" checked={one.change} onChange={(e) => setWanted(wanted.map((w, k) => (k === i ? { ...w, change: e.target.checked } : w)))} /> {t("may change it")}</label>
                <button type="button" className="icon-button" aria-label={t("Remove %(name)s", { name: one.name })} onClick={() => setWanted(wanted.filter((_, k) => k !== i))}><X className="icon" aria-hidden="true" /></button>
              </li>
            );
          })}
          {!wanted.length && <li className="hint">{t("With nobody yet.")}</li>}
        </ul>
        <footer>
          <button type="button" className="button" onClick={onClose}>{t("Cancel")}</button>
          <button type="submit" className="button primary">{t("Save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Finds users, teams and roles by name; arrows choose, Enter takes. */
function Find({ known, onPick }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState("");
  const [hits, setHits] = useState(null);
  const [at, setAt] = useState(0);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (text) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => find("reader", text).then((found) => (setHits(found), setAt(0))), text ? RESTS : 0);
  };
  const offered = (hits ?? []).filter((hit) => !known.some((one) => `${one.kind}:${one.key}` === hit.key));
  const pick = (hit) => hit && (onPick(hit), setTerm(""), setHits(null));
  const keys = (e) => {
    if (e.key === "Escape" && hits) return e.preventDefault(), e.stopPropagation(), setHits(null);
    if (e.key === "Enter") return e.preventDefault(), pick(offered[at]);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[e.key];
    if (to === undefined || !offered.length) return undefined;
    return e.preventDefault(), setAt((to + offered.length) % offered.length);
  };
  return (
    <div className="post-field">
      <label htmlFor={id}>{t("Add a user, team or role")}</label>
      <div className="find-reader">
        <input id={id} role="combobox" autoComplete="off" aria-expanded={!!hits} aria-controls={`${id}-list`} aria-activedescendant={hits && offered.length ? `${id}-${at}` : undefined} placeholder={t("Search by name")}
          value={term} onChange={(e) => (setTerm(e.target.value), search(e.target.value))} onFocus={() => search(term)} onBlur={() => setTimeout(() => setHits(null), 150)} onKeyDown={keys} />
        {hits && (
          <div className="lookup-list" role="listbox" id={`${id}-list`} aria-label={t("Add a user, team or role")}>
            {offered.map((hit, i) => {
              const Sign = SIGNS[hit.key.split(":")[0]] ?? User;
              return <div key={hit.key} role="option" id={`${id}-${i}`} aria-selected={i === at} onPointerDown={(e) => (e.preventDefault(), pick(hit))}><Sign className="icon" aria-hidden="true" /> {t(hit.name)} <small>{t(hit.detail)}</small></div>;
            })}
            {!offered.length && <p className="hint">{t("Nobody found.")}</p>}
          </div>
        )}
      </div>
    </div>
  );
}
