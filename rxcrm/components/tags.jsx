// Tags: shown beside their colour by name, and chosen by typing. A value is what the form holds: "3,17;A new one".
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Plus, Tag as Sign, TagX, X } from "lucide-react";
import { useT } from "./i18n.js";
import { leaving } from "./leaving.js";
import { useForm, useStore, valueOf } from "./record_store.js";
import { useRun } from "./selection_bar.jsx";
import { countOf, useSelection } from "./selection_store.js";
import { useShape } from "./shape.js";
import { Dialog } from "./ui.jsx";

const NONE = { known: [], closed: false };
/** Suggestions that are shown at once; typing finds the others. */
const SHOWN = 50;

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
const idsIn = (value) => (value || "").split(";")[0].split(",").filter(Boolean);
const newIn = (value) => (value || "").split(";").slice(1).filter(Boolean);
const packed = (ids, names) => [[...new Set(ids)].sort((a, b) => a - b).join(","), ...names].join(";");

/** The tags that there are: by number, and in the order of their names. */
export function useTags() {
  const { known, closed } = useShape().tags ?? NONE;
  return useMemo(() => {
    const all = known.map(([id, name, colour]) => ({ id, name, colour }));
    return { all, closed, byId: new Map(all.map((tag) => [tag.id, tag])), byName: new Map(all.map((tag) => [folded(tag.name), tag])) };
  }, [known, closed]);
}

/** What a value holds, by name; a new one has no number yet. */
function tagsOf(value, { byId }) {
  const known = idsIn(value).map((id) => byId.get(id)).filter(Boolean).sort((a, b) => a.name.localeCompare(b.name));
  return [...known, ...newIn(value).map((name) => ({ id: "", name, colour: "" }))];
}

/** What a value says, in words. */
export const useTagNames = () => {
  const tags = useTags();
  return (value) => tagsOf(value, tags).map((tag) => tag.name);
};

/** The tags of a record where they are only read; beyond `most` they are counted. */
export function Tags({ value, most = 100 }) {
  const t = useT();
  const tags = tagsOf(value, useTags());
  if (!tags.length) return null;
  const rest = tags.slice(most);
  return (
    <span className="tag-list" title={tags.map((tag) => tag.name).join("; ")}>
      {tags.slice(0, most).map((tag) => <span key={tag.id + tag.name} className="tag" data-colour={tag.colour || undefined}>{tag.name}</span>)}
      {rest.length > 0 && <span className="tag more"><span aria-hidden="true">+{rest.length}</span><span className="unseen">{rest.map((tag) => tag.name).join("; ") || t("Tags")}</span></span>}
    </span>
  );
}

/**
 * Chips and a combobox. `onChange(value, words)`; with `creates` a name that no tag has can be added, too.
 * `control` are the attributes of the input.
 */
export function TagsInput({ control = {}, label, value, placeholder, creates, onChange }) {
  const t = useT();
  const tags = useTags();
  const own = useId();
  const id = `${control.id ?? own}-tags`;
  const [term, setTerm] = useState("");
  const [open, setOpen] = useState(false);
  const [chosenAt, setAt] = useState(-1);
  const [said, setSaid] = useState("");
  const box = useRef(null);
  const chosen = tagsOf(value, tags);
  const input = () => box.current.querySelector("input");
  const put = (ids, names) => {
    const next = packed(ids, names);
    onChange(next, tagsOf(next, tags).map((tag) => tag.name).join("; "));
  };
  const sought = folded(term);
  const taken = new Set(chosen.map((tag) => folded(tag.name)));
  const free = tags.all.filter((tag) => !taken.has(folded(tag.name)) && folded(tag.name).includes(sought));
  const begins = (tag) => folded(tag.name).startsWith(sought);
  const fitting = (sought ? [...free.filter(begins), ...free.filter((tag) => !begins(tag))] : free).slice(0, SHOWN);
  const fresh = creates && sought && !term.includes(";") && !tags.byName.has(sought) && !taken.has(sought) ? term.trim() : "";
  const rows = [...fitting.map((tag) => ({ key: tag.id, tag })), ...(fresh ? [{ key: "new", fresh }] : [])];
  const at = Math.min(chosenAt >= 0 ? chosenAt : sought && rows.length ? 0 : -1, rows.length - 1);
  // Where all tags are chosen there is nothing to say before somebody types.
  const shown = open && (rows.length > 0 || !!sought || !tags.all.length);
  const show = () => (setOpen(true), requestAnimationFrame(() => box.current?.querySelector(".lookup-list")?.scrollIntoView({ block: "nearest" })));
  const hide = () => (setOpen(false), setAt(-1));
  const pick = (row) => {
    if (!row) return;
    put(row.tag ? [...idsIn(value), row.tag.id] : idsIn(value), row.fresh ? [...newIn(value), row.fresh] : newIn(value));
    setSaid(t("%(name)s was added.", { name: row.tag?.name ?? row.fresh }));
    setTerm("");
    setAt(-1);
  };
  const remove = (tag) => {
    put(idsIn(value).filter((one) => one !== tag.id), tag.id ? newIn(value) : newIn(value).filter((name) => name !== tag.name));
    setSaid(t("%(name)s was removed.", { name: tag.name }));
    input()?.focus();
  };
  const keys = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (!open) show();
      else if (rows.length) setAt((Math.max(at, step > 0 ? -1 : 0) + step + rows.length) % rows.length);
    } else if ((e.key === "Enter" && !e.ctrlKey && !e.metaKey) || e.key === ";") {
      if (e.key === "Enter" && !open && !term) return;
      e.preventDefault();
      pick(rows[at]);
    } else if (e.key === "Backspace" && !term && chosen.length) remove(chosen.at(-1));
    else if (e.key === "Escape" && (open || term)) (e.preventDefault(), e.stopPropagation(), setTerm(""), hide());
  };
  useEffect(() => {
    if (open) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [open, at]);
  return (
    <div className="parties tags-input" ref={box} onClick={(e) => e.target === box.current && input().focus()} onBlur={leaving(hide)}>
      {chosen.map((tag) => (
        <span key={tag.id + tag.name} className="tag" data-colour={tag.colour || undefined}><span className="chip-name">{tag.name}</span>
          <button type="button" aria-label={t("Remove %(name)s", { name: tag.name })} onClick={() => remove(tag)}><X className="icon" aria-hidden="true" /></button>
        </span>
      ))}
      <input {...control} role="combobox" aria-label={control.id ? undefined : label} aria-expanded={shown} aria-controls={shown ? id : undefined} aria-autocomplete="list" autoComplete="off" enterKeyHint="enter"
        maxLength={50} placeholder={placeholder ?? t("Add tag")} aria-activedescendant={open && rows[at] ? `${id}-${at}` : undefined} value={term}
        onChange={(e) => (setTerm(e.target.value), setAt(-1), show())} onKeyDown={keys} onClick={() => !open && show()} />
      <span className="unseen" role="status">{said}</span>
      {shown && (
        <div className="lookup-list" role="listbox" id={id} aria-label={label}>
          {!rows.length && <p className="hint">{none(t, { sought, taken: taken.has(sought), creates })}</p>}
          {rows.map((row, i) => (
            <div key={row.key} id={`${id}-${i}`} role="option" aria-selected={i === at} className={row.tag ? "hit" : "extra"} tabIndex={-1}
              onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => (pick(row), input().focus())}>
              {row.tag ? <span className="tag" data-colour={row.tag.colour || undefined}>{row.tag.name}</span> : <><Plus className="icon" aria-hidden="true" />{t("Create “%(name)s”", { name: row.fresh })}</>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Why there is nothing to choose. */
const none = (t, { sought, taken, creates }) =>
  sought ? (taken ? t("It is chosen already.") : t("Nothing found.")) : creates ? t("There are no tags yet. Type a name to make one.") : t("There are no tags yet.");

/** The tags of a form: the same value wherever they stand, in the header, on a tab, in a cell. */
export function TagsField({ name, shared, label, locked, placeholder }) {
  const { store, change, props } = useForm();
  const s = useStore(store);
  const { closed } = useTags();
  const value = valueOf(s, name);
  const { disabled: _, ...control } = shared;
  if (locked) return <span id={shared.id} role="group" aria-label={label}>{value ? <Tags value={value} /> : "---"}</span>;
  return <TagsInput {...{ control, label, value, placeholder }} creates={!closed || !!props.current.rights?.administer} onChange={(next, words) => change(name, next, words)} />;
}

/** The tags of a record below its title; saved with the rest of the form. */
export function RecordTags() {
  const { store, fields, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const spec = fields.tags;
  if (!spec || spec.placed) return null;
  const locked = spec.locked || !!props.current.locked;
  const problem = s.errors.tags;
  if (locked && !valueOf(s, "tags")) return null;
  return (
    <div className={`record-tags${problem ? " bad" : ""}`}>
      <label htmlFor={locked ? undefined : id} className="unseen">{t("Tags")}</label>
      <TagsField name="tags" label={t("Tags")} locked={locked} shared={{ id, "data-field": "tags", "aria-invalid": problem ? true : undefined, "aria-describedby": problem ? `${id}-problem` : undefined }} />
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}

/** Add tags and Remove tags in the bar below a list. */
export function TagPicked(props) {
  const t = useT();
  const [asked, setAsked] = useState("");
  const { all } = useTags();
  return (
    <>
      <button type="button" className="button command" data-hotkey="t" onClick={() => setAsked("tag")}><Sign className="icon" aria-hidden="true" /><span>{t("Add tags…")}</span></button>
      {all.length > 0 && <button type="button" className="button command" onClick={() => setAsked("untag")}><TagX className="icon" aria-hidden="true" /><span>{t("Remove tags…")}</span></button>}
      {asked && createPortal(<TagDialog {...props} command={asked} close={() => setAsked("")} />, document.body)}
    </>
  );
}

function TagDialog({ entity, rights, told, onRun, command, close }) {
  const t = useT();
  const s = useSelection();
  const { closed } = useTags();
  const [value, setValue] = useState("");
  const [lacks, setLacks] = useState(false);
  const form = useRef(null);
  const { send, pending, problem } = useRun({ entity, told, onRun, done: close });
  const count = countOf(s), adds = command === "tag";
  useEffect(() => {
    const frame = requestAnimationFrame(() => form.current?.querySelector("[role=combobox]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const submit = (e) => {
    e.preventDefault();
    if (pending) return;
    if (!value) setLacks(true);
    else send(command, { tags: value });
  };
  const label = adds ? t("Tags to add") : t("Tags to remove");
  const why = lacks && !value ? t("Choose at least one tag.") : problem;
  return (
    <Dialog open title={adds ? t("Add tags") : t("Remove tags")} onClose={close}>
      <form ref={form} className="quick tag-dialog" noValidate onSubmit={submit}>
        {why && <p className="form-message" role="alert">{why}</p>}
        <p className="hint">{adds ? t("The records keep the tags that they have.") : t("Other tags of the records stay.")}</p>
        <TagsInput label={label} value={value} creates={adds && (!closed || !!rights?.administer)} onChange={setValue} />
        <footer>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" className="button primary" disabled={pending}>{pending ? t("Saving…") : adds ? t.n("Tag %(n)s record", "Tag %(n)s records", Math.abs(count)) : t.n("Remove from %(n)s record", "Remove from %(n)s records", Math.abs(count))}</button>
        </footer>
      </form>
    </Dialog>
  );
}
