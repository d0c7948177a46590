// Which columns a list shows, in which order, and what it is sorted by: by dragging, by buttons, by keyboard (S 7.3).
import { useRef, useState } from "react";
import { ArrowDown, ArrowUp, GripVertical, Plus, RotateCcw, X } from "lucide-react";
import { useT } from "./i18n.js";
import { fieldOf } from "./filter_tree.js";
import { useAhead } from "./views_store.js";

const MOST_SORTS = 3;

/** The label of a column, also one of a related record. */
export function columnLabel(t, description, key) {
  const known = description.columns.find(([name]) => name === key);
  if (known) return t(known[1]);
  const field = fieldOf(description, description.entity, key);
  return field ? (field.by ? `${t(field.by)} · ${t(field.label)}` : t(field.label)) : t("(a field that is gone)");
}

/** The fields that this user may not see: neither shown anew nor sorted by. */
const sealedOf = (description) => new Set(description.tables[description.entity].fields.filter((f) => f.sealed).map((f) => f.name));

/** `columns` are keys in their order; `onChange(keys)` shows them, `onReset` goes back to those of the view; `related` offers those of look-ups, `folded` shows what could be added only when somebody asks. */
export function ColumnsEditor({ description, columns: told, changed, related = true, folded, onChange: tell, onReset }) {
  const t = useT();
  const [columns, onChange] = useAhead(told, tell);
  const [term, setTerm] = useState("");
  const [over, setOver] = useState("");
  const [said, setSaid] = useState("");
  const dragged = useRef("");
  const box = useRef(null);
  const name = (key) => columnLabel(t, description, key);
  const move = (key, by) => {
    const to = columns.indexOf(key) + by;
    if (to < 0 || to >= columns.length) return;
    const next = columns.filter((k) => k !== key);
    next.splice(to, 0, key);
    onChange(next);
    setSaid(t("%(name)s is column %(n)s of %(all)s.", { name: name(key), n: to + 1, all: columns.length }));
  };
  const drop = (before) => {
    const key = dragged.current;
    setOver("");
    if (!key || key === before) return;
    const next = columns.filter((k) => k !== key);
    next.splice(next.indexOf(before) + (columns.indexOf(key) < columns.indexOf(before) ? 1 : 0), 0, key);
    onChange(next);
  };
  const table = description.tables[description.entity];
  const seen = (fields) => fields.filter((f) => !f.sealed);
  const hidden = sealedOf(description);
  const groups = [
    [t("Fields"), [...description.columns.map(([key]) => key).filter((key) => !hidden.has(key)), ...seen(table.fields).filter((f) => !f.custom).map((f) => f.name)]],
    [t("Custom fields"), seen(table.fields).filter((f) => f.custom).map((f) => f.name)],
    ...table.fields.filter((f) => related && f.through).map((f) => [t(f.label), seen(description.tables[f.target]?.fields ?? []).map((g) => `${f.name}.${g.name}`)]),
  ];
  const offered = groups.map(([label, keys]) => [label, [...new Set(keys)].filter((key) => !columns.includes(key) && name(key).toLowerCase().includes(term.toLowerCase())).sort((a, b) => name(a).localeCompare(name(b)))]).filter(([, keys]) => keys.length);
  return (
    <div className="columns-editor" ref={box}>
      <span className="unseen" role="status">{said}</span>
      <ol className="chosen-columns" aria-label={t("Columns shown")}>
        {columns.map((key, i) => (
          <li key={key} className={over === key ? "over" : undefined} draggable onDragStart={(e) => ((dragged.current = key), e.dataTransfer.setData("text/plain", key), (e.dataTransfer.effectAllowed = "move"))}
            onDragEnter={() => setOver(key)} onDragOver={(e) => e.preventDefault()} onDragEnd={() => ((dragged.current = ""), setOver(""))} onDrop={(e) => (e.preventDefault(), drop(key))}>
            <GripVertical className="icon grip" aria-hidden="true" /><span>{name(key)}</span>
            <button type="button" className="icon-button" aria-label={t("Move %(name)s up", { name: name(key) })} disabled={i === 0} onClick={() => move(key, -1)}><ArrowUp className="icon" aria-hidden="true" /></button>
            <button type="button" className="icon-button" aria-label={t("Move %(name)s down", { name: name(key) })} disabled={i === columns.length - 1} onClick={() => move(key, 1)}><ArrowDown className="icon" aria-hidden="true" /></button>
            <button type="button" className="icon-button" aria-label={t("Remove %(name)s", { name: name(key) })} disabled={columns.length === 1} onClick={() => onChange(columns.filter((k) => k !== key))}><X className="icon" aria-hidden="true" /></button>
          </li>
        ))}
      </ol>
      {changed && <button type="button" className="button small quiet" onClick={onReset}><RotateCcw className="icon" aria-hidden="true" />{t("Back to the columns of the view")}</button>}
      <h3>{t("Add columns")}</h3>
      <input type="search" aria-label={t("Search fields")} placeholder={t("Search fields")} value={term} onChange={(e) => setTerm(e.target.value)} />
      <div className="offered-columns">
        {offered.map(([label, keys], i) => (
          <details key={label} open={!!term || (i === 0 && !folded)}>
            <summary>{label}<small className="badge">{keys.length}</small></summary>
            <ul>{keys.map((key) => <li key={key}><button type="button" onClick={() => onChange([...columns, key])}><Plus className="icon" aria-hidden="true" />{name(key)}</button></li>)}</ul>
          </details>
        ))}
        {!offered.length && <p className="hint">{t("Nothing found.")}</p>}
      </div>
    </div>
  );
}

/** Which fields a quick find view looks through; at least one. `found` are keys, `onChange(keys)` tells others. */
export function FindEditor({ description, found: told, onChange: tell }) {
  const t = useT();
  const [found, onChange] = useAhead(told, tell);
  const [term, setTerm] = useState("");
  const ticked = new Set(found);
  const offered = [...description.findable].filter(([key, label]) => ticked.has(key) || t(label).toLowerCase().includes(term.toLowerCase()))
    .sort((a, b) => ticked.has(b[0]) - ticked.has(a[0]) || t(a[1]).localeCompare(t(b[1])));
  return (
    <div className="find-editor">
      <p className="hint">{t("The search box of every list, global search and look-ups look through these fields.")}</p>
      <input type="search" aria-label={t("Search fields")} placeholder={t("Search fields")} value={term} onChange={(e) => setTerm(e.target.value)} />
      <div role="group" aria-label={t("Fields that are searched")} className="find-columns">
        {offered.map(([key, label]) => (
          <label key={key}><input type="checkbox" checked={ticked.has(key)} disabled={ticked.has(key) && found.length === 1} onChange={(e) => onChange(e.target.checked ? [...found, key] : found.filter((k) => k !== key))} />{t(label)}</label>
        ))}
      </div>
    </div>
  );
}

/** By what a list is sorted: up to three columns. */
export function SortEditor({ description, columns, sort: told, onChange: tell }) {
  const t = useT();
  const [sort, onChange] = useAhead(told, tell);
  const keys = [...new Set([...columns, ...sort.map(([key]) => key)])].filter((key) => !key.includes(".") && !sealedOf(description).has(key));
  const put = (index, entry) => onChange(entry ? Object.assign([...sort], { [index]: entry }) : sort.filter((_, i) => i !== index));
  const rows = sort.length < MOST_SORTS ? [...sort, ["", false]] : sort;
  return (
    <ol className="sort-editor" aria-label={t("Sorted by")}>
      {rows.map(([key, down], i) => (
        <li key={i}>
          <select aria-label={i ? t("Then by") : t("Sort by")} value={key} onChange={(e) => put(i, e.target.value ? [e.target.value, down] : null)}>
            {(!key || rows.length > 2) && <option value="">{key ? t("(not at all)") : t("Choose…")}</option>}
            {keys.filter((k) => k === key || !sort.some(([s]) => s === k)).map((k) => <option key={k} value={k}>{columnLabel(t, description, k)}</option>)}
          </select>
          {key && (
            <select aria-label={t("Direction")} value={down ? "down" : "up"} onChange={(e) => put(i, [key, e.target.value === "down"])}>
              <option value="up">{t("Ascending")}</option>
              <option value="down">{t("Descending")}</option>
            </select>
          )}
        </li>
      ))}
    </ol>
  );
}
