// Who takes part in an activity: people as chips, found by typing; where it is allowed, bare e-mail addresses too.
import { useId, useRef, useState } from "react";
import { X } from "lucide-react";
import { useT } from "./i18n.js";

const ADDRESS = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/;
const keyOf = (p) => `${p.entity}:${p.id}:${p.entity ? "" : p.address}`;

/** `value` is a list of {entity, id, name, address}; `ask(kind, term)` finds people. */
export function Parties({ id, label, value, onChange, ask, addresses, invalid, describedBy, autoFocus }) {
  const [term, setTerm] = useState("");
  const [hits, setHits] = useState(null);
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const timer = useRef(0);
  const turn = useRef(0);
  const listId = useId();
  const t = useT();
  const input = () => box.current.querySelector("input");
  const search = (text) => {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    timer.current = setTimeout(() => ask("party", text).then((found) => mine === turn.current && (setHits(found), setAt(0))), text ? 160 : 0);
  };
  const close = () => (clearTimeout(timer.current), (turn.current += 1), setHits(null));
  const add = (party) => {
    if (!value.some((p) => keyOf(p) === keyOf(party))) onChange([...value, party]);
    setTerm("");
    close();
  };
  const pick = (hit) => hit && add({ entity: hit.entity, id: String(hit.id), name: hit.name, address: "" });
  const typed = () => {
    const found = term.trim().replace(/[,;]$/, "");
    if (!addresses || !ADDRESS.test(found)) return false;
    add({ entity: "", id: "", name: "", address: found });
    return true;
  };
  const remove = (party) => (onChange(value.filter((p) => p !== party)), input().focus());
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (!hits) search(term);
      else if (hits.length) setAt((at + step + hits.length) % hits.length);
    } else if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      if (hits?.length && !(addresses && ADDRESS.test(term.trim()))) pick(hits[at]);
      else typed();
    } else if ((e.key === "," || e.key === ";") && typed()) e.preventDefault();
    else if (e.key === "Backspace" && !term && value.length) onChange(value.slice(0, -1));
    else if (e.key === "Escape" && hits) (e.preventDefault(), close());
  };
  const open = hits !== null;
  return (
    <div className="parties" ref={box} onClick={(e) => e.target === box.current && input().focus()}
      onBlur={(e) => !box.current.contains(e.relatedTarget) && (typed(), close())}>
      {value.map((party) => (
        <span key={keyOf(party)} className="chip">
          <span className="chip-name">{party.name || party.address}</span>
          <button type="button" aria-label={t("Remove %(name)s", { name: party.name || party.address })} onClick={() => remove(party)}><X className="icon" aria-hidden="true" /></button>
        </span>
      ))}
      <input id={id} autoFocus={autoFocus} role="combobox" aria-expanded={open} aria-controls={open ? listId : undefined} aria-autocomplete="list" autoComplete="off" inputMode={addresses ? "email" : undefined}
        aria-activedescendant={open && hits.length ? `${listId}-${at}` : undefined} aria-invalid={invalid || undefined} aria-describedby={describedBy}
        value={term} onChange={(e) => (setTerm(e.target.value), search(e.target.value))} onKeyDown={keys} onClick={() => !open && search(term)} />
      {open && (
        <div className="lookup-list" role="listbox" id={listId} aria-label={label}>
          {!hits.length && <p className="hint">{addresses ? t("Nothing found. A whole e-mail address can be entered too.") : t("Nothing found.")}</p>}
          {hits.map((hit, i) => (
            <div key={`${hit.entity}${hit.id}`} id={`${listId}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)}
              onMouseDown={(e) => e.preventDefault()} onClick={() => (pick(hit), input().focus())}><b>{hit.name}</b><small>{hit.detail}</small></div>
          ))}
        </div>
      )}
    </div>
  );
}
