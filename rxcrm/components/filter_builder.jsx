// A filter builder: rows of field, operator and value, in groups within groups, over related tables too (S 7.4).
import { useEffect, useRef, useState } from "react";
import { Copy, FolderPlus, Group as GroupSign, ListPlus, EllipsisVertical, Plus, Ungroup, X } from "lucide-react";
import { useT } from "./i18n.js";
import { FilterValue } from "./filter_values.jsx";
import { changed, fieldOf, firstOperator, harvested, newGroup, newTest, operatorsOf, planted, replanted, same, takes, unfinished } from "./filter_tree.js";
import { Menu } from "./ui.jsx";

// What stands before the key of a relation in the menu of fields.
const RELATED = "~";
const DEEPEST = 8;

/**
 * `description` says what can be asked (describe_filters), `value` is a condition as JSON data. `onChange(condition)` tells
 * every change of finished rows; rows that are not finished stay here. The row `focusAt` has the focus at first; with `add`,
 * the name of a field or "", a new row stands at the end and has it. `onUnfinished(count)` tells how many rows are not finished.
 */
export function FilterBuilder({ description, entity, value, names = {}, onChange, onUnfinished, onFind, focusAt, add, label, problems = [] }) {
  const t = useT();
  const [tree, setTree] = useState(() => (add === undefined ? planted(value) : withRow(planted(value), description, entity, add)));
  const told = useRef(JSON.stringify(value));
  const underWay = useRef(new Set());
  const box = useRef(null);
  useEffect(() => {
    // Answers to what was told from here change nothing: somebody may be typing on. Anything else is another condition.
    const now = JSON.stringify(value);
    if (now === told.current) underWay.current.clear();
    else if (!underWay.current.has(now)) (setTree(planted(value)), (told.current = now), underWay.current.clear());
  }, [value]);
  useEffect(() => {
    const rows = [...box.current.querySelectorAll(":scope > .filter-group > .filter-parts > li")];
    const row = add === undefined ? rows[focusAt] : rows[rows.length - 1];
    // After the dialog has opened, which puts the focus on its cross.
    const frame = requestAnimationFrame(() => [...(row?.querySelectorAll("select, input, .select-like") ?? [])][add ? 2 : 0]?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const edit = (key, change) => {
    const next = changed(tree, key, change) ?? planted({ all: [] });
    setTree(next);
    const found = harvested(description, entity, next);
    const now = JSON.stringify(found);
    if (now === told.current) return;
    told.current = now;
    underWay.current.add(now);
    onChange(found);
  };
  const left = unfinished(description, entity, tree);
  useEffect(() => {
    onUnfinished?.(left);
  }, [left]);
  return (
    <div className="filter-builder" ref={box} role="group" aria-label={label ?? t("Filter")}>
      {problems.map((problem) => <p key={problem} className="form-message" role="alert">{problem}</p>)}
      <Group node={tree} depth={0} {...{ description, entity, names, edit, onFind }} />
      {left > 0 && <p className="hint" role="status">{t.n("%(n)s row is not finished and is not asked yet.", "%(n)s rows are not finished and are not asked yet.", left)}</p>}
    </div>
  );
}

/** What goes leaves the focus to the button of its group that adds another one. */
function afterwards(gone) {
  const next = gone.closest(".filter-parts")?.parentElement.querySelector(":scope > .filter-add button");
  requestAnimationFrame(() => next?.focus());
}

function withRow(tree, description, entity, name) {
  const field = name && fieldOf(description, entity, name);
  const row = { ...newTest(), ...(field ? { field: name, operator: firstOperator(description, field) } : {}) };
  return { ...tree, parts: [...tree.parts, row] };
}

function Group({ node, depth, drop, loosen, ...shared }) {
  const t = useT();
  const box = useRef(null);
  const { edit } = shared;
  /** Something new stands at the end and has the focus. */
  const add = (part) => {
    edit(node.key, (group) => ({ ...group, parts: [...group.parts, part] }));
    requestAnimationFrame(() => box.current?.querySelector(":scope > .filter-parts > li:last-child select")?.focus());
  };
  /** Other parts in the place of one. */
  const instead = (key, parts) => edit(node.key, (group) => ({ ...group, parts: group.parts.flatMap((part) => (part.key === key ? parts(part) : [part])) }));
  return (
    <div ref={box} className={`filter-group depth-${depth % 2}`} role="group" aria-label={node.any ? t("Any of these") : t("All of these")}>
      <div className="filter-group-head">
        <select className="joint" aria-label={t("How the rows are joined")} value={node.any ? "any" : "all"} onChange={(e) => edit(node.key, (group) => ({ ...group, any: e.target.value === "any" }))}>
          <option value="all">{t("All of these")}</option>
          <option value="any">{t("Any of these")}</option>
        </select>
        {loosen && <button type="button" className="icon-button" aria-label={t("Ungroup")} title={t("Ungroup")} onClick={loosen}><Ungroup className="icon" aria-hidden="true" /></button>}
        {drop && <button type="button" className="icon-button" aria-label={t("Remove the group")} title={t("Remove the group")} onClick={(e) => (afterwards(e.currentTarget.closest(".filter-group")), drop())}><X className="icon" aria-hidden="true" /></button>}
      </div>
      <ol className="filter-parts">
        {node.parts.map((part, i) => (
          <li key={part.key}>
            {i > 0 && <span className="joint-word" aria-hidden="true">{node.any ? t("or") : t("and")}</span>}
            {part.type === "group" ? <Group node={part} depth={depth + 1} drop={() => edit(part.key, null)} loosen={() => instead(part.key, (group) => group.parts)} {...shared} />
              : part.type === "related" ? <Related node={part} depth={depth} {...shared} />
                : <Row node={part} number={i + 1} onCopy={() => instead(part.key, (row) => [row, replanted(row)])}
                  onGroup={depth < DEEPEST ? () => instead(part.key, (row) => [newGroup([row], !node.any)]) : undefined} {...shared} />}
          </li>
        ))}
      </ol>
      <div className="filter-add">
        <button type="button" className="button small" onClick={() => add(newTest())}><Plus className="icon" aria-hidden="true" />{t("Add row")}</button>
        {depth < DEEPEST && <button type="button" className="button small" onClick={() => add(newGroup())}><FolderPlus className="icon" aria-hidden="true" />{t("Add group")}</button>}
      </div>
    </div>
  );
}

/** One row: field, operator, value. */
function Row({ node, number, description, entity, names, edit, onFind, onCopy, onGroup }) {
  const t = useT();
  const field = fieldOf(description, entity, node.field);
  const put = (change) => edit(node.key, (row) => ({ ...row, ...change }));
  const chooseField = (name) => {
    if (name.startsWith(RELATED)) return edit(node.key, () => ({ ...planted({ related: name.slice(1), where: { all: [] } }), key: node.key }));
    const next = fieldOf(description, entity, name);
    const stays = field && next?.family === field.family && next.target === field.target && same(next.options, field.options);
    return put(stays ? { field: name } : { field: name, operator: firstOperator(description, next), values: [] });
  };
  const chooseOperator = (operator) => {
    const before = takes(description, field, node.operator), after = takes(description, field, operator);
    const dated = (key) => ["in-fiscal-year", "in-fiscal-period-and-year"].includes(key);
    const stays = after !== "" && (before === "number") === (after === "number") && !dated(operator) && !dated(node.operator);
    put({ operator, values: stays ? node.values.slice(0, after === "several" ? undefined : after === "two" ? 2 : 1) : [] });
  };
  const label = field ? (field.by ? `${t(field.by)} · ${t(field.label)}` : t(field.label)) : t("Value");
  const gone = node.field && !field;
  const wants = takes(description, field, node.operator);
  return (
    <div className={`filter-row${wants ? "" : " bare"}`} role="group" aria-label={t("Row %(n)s", { n: number })}>
      <FieldSelect {...{ description, entity }} value={node.field} gone={gone} onChange={chooseField} />
      {field && (
        <select className="operator" aria-label={t("Operator")} title={t(operatorsOf(description, field).find(([key]) => key === node.operator)?.[1] ?? "")} value={node.operator} onChange={(e) => chooseOperator(e.target.value)}>
          {!operatorsOf(description, field).some(([key]) => key === node.operator) && <option value={node.operator}>{t("Choose…")}</option>}
          {operatorsOf(description, field).map(([key, text]) => <option key={key} value={key}>{t(text)}</option>)}
        </select>
      )}
      {field && <FilterValue key={`${node.field} ${wants} ${node.operator.startsWith("in-fiscal")}`} {...{ field, names, label, onFind, wants }} operator={node.operator} values={node.values} onChange={(values) => put({ values })} />}
      <span className="row-ends">
        <Menu label={t("More for row %(n)s", { n: number })} className="icon-button" align="end" text={<EllipsisVertical className="icon" aria-hidden="true" />}>
          {onGroup && <button type="button" role="menuitem" onClick={onGroup}><GroupSign className="icon" aria-hidden="true" />{t("Make a group of it")}</button>}
          <button type="button" role="menuitem" onClick={onCopy}><Copy className="icon" aria-hidden="true" />{t("Duplicate row")}</button>
        </Menu>
        <button type="button" className="icon-button" aria-label={t("Remove row %(n)s", { n: number })} title={t("Remove")} onClick={(e) => (afterwards(e.currentTarget), edit(node.key, null))}><X className="icon" aria-hidden="true" /></button>
      </span>
    </div>
  );
}

/** Every field of the table, then those of the records that it points to, then tables that point to it. */
export function FieldSelect({ description, entity, value, gone, onChange, relations = true, label }) {
  const t = useT();
  const table = description.tables[entity];
  const byLabel = (a, b) => t(a.label).localeCompare(t(b.label));
  const through = table.fields.filter((f) => f.through);
  // What this user may not see cannot be asked for; a filter of somebody else's may ask for it all the same.
  const asked = (fields) => fields.filter((f) => !f.sealed);
  const sealedOne = table.fields.find((f) => f.sealed && f.name === value);
  return (
    <select className="field-select" aria-label={label ?? t("Field")} value={value} onChange={(e) => onChange(e.target.value)}>
      {!value && <option value="">{t("Choose a field…")}</option>}
      {gone && <option value={value}>{t("(a field that is gone)")}</option>}
      {!gone && sealedOne && <option value={value}>{t(sealedOne.label)}</option>}
      <optgroup label={t(table.label)}>
        {asked(table.fields).sort(byLabel).map((f) => <option key={f.name} value={f.name}>{t(f.label)}</option>)}
      </optgroup>
      {relations && table.relations.length > 0 && (
        <optgroup label={t("Related records")}>
          {table.relations.map((r) => <option key={r.key} value={RELATED + r.key}>{relationLabel(t, description, r)}</option>)}
        </optgroup>
      )}
      {through.map((look) => (
        <optgroup key={look.name} label={t(look.label)}>
          {asked(description.tables[look.target]?.fields ?? []).sort(byLabel).map((f) => <option key={f.name} value={`${look.name}.${f.name}`}>{`${t(look.label)} · ${t(f.label)}`}</option>)}
        </optgroup>
      ))}
    </select>
  );
}

const relationLabel = (t, description, relation) => `${t(description.tables[relation.entity].label)}${relation.label ? ` (${t(relation.label)})` : ""}`;

/** Records that point to the row: there are some, or none, for which the rows below hold. */
function Related({ node, depth, description, entity, ...shared }) {
  const t = useT();
  const { edit } = shared;
  const relation = description.tables[entity].relations.find((r) => r.key === node.relation);
  const name = relation ? relationLabel(t, description, relation) : t("(records that are gone)");
  return (
    <div className="filter-related" role="group" aria-label={name}>
      <div className="filter-row">
        <span className="related-name"><ListPlus className="icon" aria-hidden="true" />{name}</span>
        <select className="operator" aria-label={t("Operator")} value={node.missing ? "missing" : "there"} onChange={(e) => edit(node.key, (part) => ({ ...part, missing: e.target.value === "missing" }))}>
          <option value="there">{t("Contains data")}</option>
          <option value="missing">{t("Does not contain data")}</option>
        </select>
        <span className="row-ends"><button type="button" className="icon-button" aria-label={t("Remove %(name)s", { name })} onClick={(e) => (afterwards(e.currentTarget), edit(node.key, null))}><X className="icon" aria-hidden="true" /></button></span>
      </div>
      {relation && <Group node={node.where} depth={depth + 1} {...shared} description={description} entity={relation.entity} />}
    </div>
  );
}
