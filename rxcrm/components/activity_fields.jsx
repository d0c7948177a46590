// Controls that activities need beyond those of any form: a moment, who takes part, what it regards.
import { useEffect, useRef, useState } from "react";
import { ExternalLink, X } from "lucide-react";
import { localTime } from "./clock.js";
import { useT } from "./i18n.js";
import { Parties } from "./parties.jsx";
import { addressOf } from "./paths.js";
import { nameOf, useForm, useStore, valueOf } from "./record_store.js";
import { RichText } from "./richtext.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** A moment as a date-time control holds it in the user's zone; what was typed there is that already. */
const wall = (text, zone) => (/(Z|[+-]\d\d:\d\d)$/.test(text) ? localTime(text, zone) : text);

const clock = (text) => Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);

/**
 * A date with its time, or a day for what lasts all day: the browser's own control, for fingers and keys. Below it
 * stands the same in words, with the weekday, in the user's language. The end of an appointment keeps its distance.
 */
export function MomentInput({ name, shared, locked }) {
  const { store, change, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const { zone } = props.current;
  const day = valueOf(s, "all_day") === "1" && valueOf(s, "kind") === "3";
  const value = wall(valueOf(s, name), zone);
  const put = (field, typed) => change(field, typed === wall(s.base[field] ?? "", zone) ? (s.base[field] ?? "") : typed);
  const set = (typed) => {
    put(name, typed);
    const end = wall(valueOf(s, "due_on"), zone);
    if (name !== "start_on" || valueOf(s, "kind") !== "3" || !typed || !value || !end) return;
    const moved = new Date(clock(end) + clock(typed) - clock(value));
    if (!Number.isNaN(moved.getTime()) && moved.getUTCFullYear() < 10000) put("due_on", moved.toISOString().slice(0, end.length === 10 ? 10 : 16));
  };
  const shown = day ? value.slice(0, 10) : value.length === 10 ? `${value}T00:00` : value;
  const words = shown && !Number.isNaN(clock(shown)) ? t.weekday(shown, day) : "";
  return (
    <div className="moment">
      <input {...shared} type={day ? "date" : "datetime-local"} max={day ? "9999-12-31" : "9999-12-31T23:59"} value={shown} readOnly={locked}
        onChange={(e) => set(e.target.value)} />
      {words && <small aria-hidden="true">{words}</small>}
    </div>
  );
}

/** What a look-up over several tables offers for what is typed: opens, asks, moves, picks. */
function useCandidates(target, onPick) {
  const { props } = useForm();
  const [term, setTerm] = useState(null);
  const [chosen, setChosen] = useState(0);
  const token = useRef(0);
  const timer = useRef(0);
  const { answer, onLookUp } = props.current;
  const open = term !== null;
  const fresh = open && token.current !== 0 && answer?.token === token.current;
  const hits = fresh ? answer.hits : [];
  const at = Math.min(chosen, hits.length - 1);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (text) => {
    clearTimeout(timer.current);
    token.current = 0;
    timer.current = setTimeout(() => onLookUp(target, text, 0, (token.current = newToken())), text ? 180 : 0);
  };
  const show = () => !open && (setTerm(""), setChosen(0), ask(""));
  const hide = () => setTerm(null);
  const type = (text) => (setTerm(text), setChosen(0), ask(text));
  const pick = (hit) => (onPick(hit), hide());
  const keys = (e) => {
    if (!open) {
      if (e.key === "ArrowDown" || e.key === "Enter") (e.preventDefault(), show());
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && hits.length) (e.preventDefault(), setChosen((at + step + hits.length) % hits.length));
    else if (e.key === "Enter") (e.preventDefault(), hits[at] && pick(hits[at]));
    else if (e.key === "Escape") (e.stopPropagation(), hide());
  };
  return { term, open, fresh, hits, at, show, hide, type, pick, keys, setChosen };
}

function CandidateList({ id, label, look }) {
  const t = useT();
  const kinds = { lead: t("Lead"), account: t("Account"), contact: t("Contact"), user: t("User") };
  if (!look.open) return null;
  return (
    <div className="lookup-list" role="listbox" id={id} aria-label={label}>
      {!look.fresh && <p className="hint">{t("Searching…")}</p>}
      {look.fresh && !look.hits.length && <p className="hint">{t("Nothing found.")}</p>}
      {look.hits.map((hit, i) => (
        <div key={`${hit.entity}${hit.id}`} id={`${id}-${i}`} role="option" aria-selected={i === look.at} className="hit" tabIndex={-1}
          onPointerEnter={() => look.setChosen(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => look.pick(hit)}>
          <b>{hit.name}</b><small>{[kinds[hit.entity], hit.detail].filter(Boolean).join(" · ")}</small>
        </div>
      ))}
    </div>
  );
}

const combobox = (look, id) => ({
  role: "combobox", "aria-expanded": look.open, "aria-controls": look.open ? id : undefined, "aria-autocomplete": "list", autoComplete: "off",
  "aria-activedescendant": look.open && look.hits[look.at] ? `${id}-${look.at}` : undefined,
});

/** The record that an activity regards: a lead, an account or a contact. */
export function Regarding({ name, shared, label, locked }) {
  const { store, change } = useForm();
  const s = useStore(store);
  const t = useT();
  const box = useRef(null);
  const value = valueOf(s, name);
  const title = nameOf(s, name);
  const [entity, id] = value.split(":");
  const look = useCandidates("regarding", (hit) => change(name, `${hit.entity}:${hit.id}`, hit.name));
  const listId = `${shared.id}-list`;
  return (
    <div className="lookup" ref={box} onBlur={(e) => !box.current.contains(e.relatedTarget) && look.hide()}>
      <input {...shared} {...combobox(look, listId)} placeholder={value ? "" : "---"} readOnly={locked} value={look.open ? look.term : title}
        onClick={() => !locked && look.show()} onKeyDown={locked ? undefined : look.keys} onChange={(e) => look.type(e.target.value)} />
      {value && !look.open && title && (
        <a className="field-link" href={addressOf(entity, id)} aria-label={t("Open %(value)s", { value: title })}><ExternalLink className="icon" aria-hidden="true" /></a>
      )}
      {value && !locked && (
        <button type="button" className="icon-button" aria-label={t("Clear %(label)s", { label })} onClick={() => (change(name, "", ""), box.current.querySelector("input").focus())}><X className="icon" aria-hidden="true" /></button>
      )}
      <CandidateList id={listId} label={label} look={look} />
    </div>
  );
}

const listed = (text) => {
  try {
    return JSON.parse(text || "[]");
  } catch {
    return []; // a draft that was damaged: nobody
  }
};

/** Asks as pieces of the timeline do: `ask(kind, term)` promises what is found. */
function useAsk() {
  const { props } = useForm();
  const waiting = useRef(new Map());
  const { answer } = props.current;
  useEffect(() => {
    waiting.current.get(answer?.token)?.(answer.hits);
    waiting.current.delete(answer?.token);
  }, [answer]);
  return (kind, term) => new Promise((found) => {
    const token = newToken();
    waiting.current.set(token, found);
    props.current.onLookUp(kind, term, 0, token);
  });
}

/** Who takes part: records, users, or mail addresses as they are; several stand beside each other. */
export function PartiesField({ name, shared, label, locked, addresses }) {
  const { store, change } = useForm();
  const s = useStore(store);
  const ask = useAsk();
  const people = listed(valueOf(s, name));
  if (locked) {
    return (
      <ul className="chips" aria-label={label} id={shared.id}>
        {people.map((p) => (
          <li key={`${p.entity}${p.id}${p.address}`} title={p.address || undefined}>
            {p.entity && p.entity !== "user" ? <a className="chip" href={addressOf(p.entity, p.id)}>{p.name}</a> : <span className="chip">{p.name || p.address}</span>}
          </li>
        ))}
        {!people.length && <li>---</li>}
      </ul>
    );
  }
  return (
    <Parties id={shared.id} label={label} value={people} onChange={(all) => change(name, spelled(all))} ask={ask} addresses={addresses}
      invalid={shared["aria-invalid"]} describedBy={shared["aria-describedby"]} />
  );
}

/** JSON spelled as the server spells it, so that a change that is taken back is none. */
const spelled = (all) =>
  `[${all.map(({ entity, id, name, address }) => `{${Object.entries({ entity, id: String(id), name, address }).map(([k, v]) => `"${k}": ${JSON.stringify(v ?? "")}`).join(", ")}}`).join(", ")}]`;

/** This form takes no files: those of a mail are added on the timeline. */
const noFiles = () => {};

/** The text of an e-mail. It is read anew whenever the record itself arrives anew. */
export function RichField({ name, shared, label, locked }) {
  const { store, change } = useForm();
  const s = useStore(store);
  const ask = useAsk();
  const value = valueOf(s, name);
  // Sanitised by the server before it was stored (rxcrm.models.richtext).
  if (locked) return <div className="rich" id={shared.id} role="document" aria-label={label} dangerouslySetInnerHTML={{ __html: s.base[name] || "---" }} />;
  return (
    <RichText key={`${s.id}:${s.loaded}`} id={shared.id} label={label} value={value} onChange={(html) => change(name, html === "<p></p>" ? "" : html)} ask={ask} upload={noFiles}
      invalid={shared["aria-invalid"]} describedBy={shared["aria-describedby"]} />
  );
}
