// A condition as the builder holds it: a tree of rows with keys of their own. JSON is what the server and the address know.

let counter = 0;
const fresh = (node) => ({ key: ++counter, ...node });

export const newTest = () => fresh({ type: "test", field: "", operator: "", values: [] });
export const newGroup = (parts = [newTest()], any = true) => fresh({ type: "group", any, parts });

/** The tree of JSON data; what is missing in them is an empty group. */
export function planted(data) {
  if (data?.field !== undefined) return fresh({ type: "test", field: data.field, operator: data.operator, values: data.values ?? [] });
  if (data?.related !== undefined) return fresh({ type: "related", relation: data.related, missing: !!data.missing, where: planted(data.where ?? { all: [] }) });
  const any = data?.any !== undefined;
  return fresh({ type: "group", any, parts: (data?.any ?? data?.all ?? []).map(planted) });
}

/** The same part again, with keys of its own. */
export const replanted = (node) => planted(spelled(node));

function spelled(node) {
  if (node.type === "test") return { field: node.field, operator: node.operator, values: node.values };
  if (node.type === "related") return { related: node.relation, missing: node.missing, where: spelled(node.where) };
  return { [node.any ? "any" : "all"]: node.parts.map(spelled) };
}

/** Where "rating" or "existing_account_id.city" is described: its field, with the label of the look-up before it. */
export function fieldOf(description, entity, name) {
  const own = description.tables[entity]?.fields ?? [];
  const dot = name.lastIndexOf(".");
  if (dot < 0) return own.find((f) => f.name === name);
  const through = own.find((f) => f.name === name.slice(0, dot) && f.through);
  const there = through && description.tables[through.target]?.fields.find((f) => f.name === name.slice(dot + 1));
  return there && { ...there, name, by: through.label };
}

export const operatorsOf = (description, field) => (field ? description.operators[field.family] ?? [] : []);

/** What an operator takes: "", "one", "two", "several" or "number". */
export const takes = (description, field, operator) => operatorsOf(description, field).find(([key]) => key === operator)?.[2];

/** With which operator a row begins: the one that people mean most often. */
export function firstOperator(description, field) {
  const keys = operatorsOf(description, field).map(([key]) => key);
  return ["like", "in", "eq-userid", "this-month"].find((key) => keys.includes(key)) ?? keys[0] ?? "";
}

function isWhole(description, entity, node) {
  const field = fieldOf(description, entity, node.field);
  const wanted = takes(description, field, node.operator);
  if (wanted === undefined) return false;
  const filled = node.values.filter((v) => v !== "").length;
  if (wanted === "") return true;
  return wanted === "two" ? filled === 2 : filled >= 1;
}

const relatedTable = (description, entity, relation) => description.tables[entity]?.relations.find((r) => r.key === relation)?.entity;

/** The JSON data of a tree without rows that are not finished; those that the description does not know stay as they came. */
export function harvested(description, entity, node, keepUnknown = true) {
  if (node.type === "test") {
    const known = fieldOf(description, entity, node.field);
    if (!node.field || (known ? !isWhole(description, entity, node) : !keepUnknown)) return null;
    const wanted = takes(description, known, node.operator);
    return { field: node.field, operator: node.operator, values: wanted === "" ? [] : node.values.filter((v) => v !== "") };
  }
  if (node.type === "related") {
    const other = relatedTable(description, entity, node.relation);
    return { related: node.relation, missing: node.missing, where: other ? harvested(description, other, node.where) : { all: [] } };
  }
  const parts = node.parts.map((part) => harvested(description, entity, part)).filter((part) => part && (part.field || part.related || (part.all ?? part.any).length));
  return { [node.any ? "any" : "all"]: parts };
}

/** How many rows are not finished. */
export function unfinished(description, entity, node) {
  if (node.type === "test") return !node.field || (fieldOf(description, entity, node.field) && !isWhole(description, entity, node)) ? 1 : 0;
  if (node.type === "related") return unfinished(description, relatedTable(description, entity, node.relation) ?? "", node.where);
  return node.parts.reduce((sum, part) => sum + unfinished(description, entity, part), 0);
}

/** The tree with one node changed, or taken out where the change is null. */
export function changed(tree, key, change) {
  if (tree.key === key) return typeof change === "function" ? change(tree) : change;
  if (tree.type === "group") return { ...tree, parts: tree.parts.map((part) => changed(part, key, change)).filter(Boolean) };
  if (tree.type === "related") return { ...tree, where: changed(tree.where, key, change) ?? planted({ all: [] }) };
  return tree;
}

/** The parts of a condition in JSON, and the same with other parts. */
export const partsOf = (condition) => condition?.any ?? condition?.all ?? [];
export const withParts = (condition, parts, any = condition?.any !== undefined) => ({ [any ? "any" : "all"]: parts });
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
