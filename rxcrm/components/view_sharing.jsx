// With whom a view is shared, and the field that finds people (S 7.2).
import { useEffect, useId, useRef, useState } from "react";
import { Shield, User, Users, X } from "lucide-react";
import { useT } from "./i18n.js";
import { leaving } from "./leaving.js";
import { Dialog } from "./ui.jsx";
import { ask, find, send, useDesk } from "./views_store.js";

const SIGNS = { user: User, team: Users, role: Shield };
/** How long a term rests before it is asked, in milliseconds. */
const RESTS = 180;

/** A field that finds somebody by typing: `target` is "user" or "reader" (teams and roles too); those of `without` are not offered. */
export function People({ target, label, without = [], onPick }) {
  const t = useT();
  const id = useId();
  const [term, setTerm] = useState("");
  const [hits, setHits] = useState(null);
  const [at, setAt] = useState(0);
  const timer = useRef(0);
  const turn = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (text) => {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    timer.current = setTimeout(() => find(target, text).then((found) => mine === turn.current && (setHits(found), setAt(0))), text ? RESTS : 0);
  };
  const close = () => (clearTimeout(timer.current), (turn.current += 1), setHits(null));
  const offered = (hits ?? []).filter((hit) => !without.includes(hit.key));
  const pick = (hit) => {
    if (!hit) return;
    setTerm("");
    close();
    onPick(hit);
  };
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) (e.preventDefault(), hits ? offered.length && setAt((at + step + offered.length) % offered.length) : search(term));
    else if (e.key === "Enter") (e.preventDefault(), pick(offered[at]));
    else if (e.key === "Escape" && hits) (e.preventDefault(), e.stopPropagation(), close());
  };
  return (
    <div className="post-field find-people" onBlur={leaving(close)}>
      <label htmlFor={id}>{label}</label>
      <input id={id} role="combobox" aria-expanded={!!hits} aria-controls={hits ? `${id}-list` : undefined} aria-autocomplete="list" autoComplete="off" placeholder={t("Search…")}
        aria-activedescendant={hits && offered[at] ? `${id}-${at}` : undefined} value={term} onClick={() => !hits && search(term)} onKeyDown={keys} onChange={(e) => (setTerm(e.target.value), search(e.target.value))} />
      {hits && (
        <div className="lookup-list" role="listbox" id={`${id}-list`} aria-label={label}>
          {!offered.length && <p className="hint">{t("Nobody found.")}</p>}
          {offered.map((hit, i) => <div key={hit.key} id={`${id}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => pick(hit)}><b>{hit.name}</b><small>{t(hit.detail)}</small></div>)}
        </div>
      )}
    </div>
  );
}

/** With whom a view is shared: users, teams and roles, who may change it or only use it. */
export function ShareViewDialog({ view, label, onClose }) {
  const t = useT();
  const { sharing } = useDesk();
  const [readers, setReaders] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    send("onReaders", view);
  }, [view]);
  useEffect(() => {
    if (readers === null && sharing?.id === view) setReaders(sharing.readers);
  }, [sharing]);
  const put = async (next) => {
    setReaders(next);
    const told = await ask("onShare", view, next.map((r) => ({ kind: r.kind, id: r.id, change: r.change ? "1" : "0" })));
    setProblem(told.ok ? "" : told.problem);
  };
  const known = readers ?? [];
  const pick = (hit) => {
    const at = hit.key.indexOf(":");
    put([...known, { kind: hit.key.slice(0, at), id: hit.key.slice(at + 1), name: hit.name, change: false }]);
  };
  return (
    <Dialog open side title={t("Share %(name)s", { name: label })} onClose={onClose}>
      <div className="sharing view-sharing">
        {problem && <p className="form-message" role="alert">{problem}</p>}
        <People target="reader" label={t("User, team or role")} without={known.map((r) => `${r.kind}:${r.id}`)} onPick={pick} />
        <section aria-label={t("Shared with")}>
          <h3>{t("Shared with")}</h3>
          {readers && !readers.length && <p className="hint">{t("Nobody yet. Whom you share it with sees the same view over the records that he may read himself.")}</p>}
          {!readers && <p className="hint" role="status">{t("Loading")}</p>}
          <ul className="holders">
            {known.map((reader) => {
              const Sign = SIGNS[reader.kind] ?? User;
              return (
                <li key={`${reader.kind}${reader.id}`} className="holder-head">
                  <span className="holder"><Sign className="icon" aria-hidden="true" /><b>{reader.name}</b></span>
                  <select aria-label={t("What %(name)s may do", { name: reader.name })} value={reader.change ? "1" : "0"} onChange={(e) => put(known.map((r) => (r === reader ? { ...r, change: e.target.value === "1" } : r)))}>
                    <option value="0">{t("May use it")}</option>
                    <option value="1">{t("May change it")}</option>
                  </select>
                  <button type="button" className="icon-button" aria-label={t("Stop sharing with %(name)s", { name: reader.name })} onClick={() => put(known.filter((r) => r !== reader))}><X className="icon" aria-hidden="true" /></button>
                </li>
              );
            })}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
