// A form as its editor holds it: what is stored, changed by functions that give a new one. Knows no page.

/** Every section with its place: the key of its tab, and its column, −1 below the columns. */
export const placesOfSections = (layout) => layout.tabs.flatMap((tab) => [
  ...tab.columns.flatMap((column, at) => column.map((section, index) => ({ section, tab: tab.key, column: at, index }))),
  ...(tab.below ?? []).map((section, index) => ({ section, tab: tab.key, column: -1, index })),
]);

const mapTabs = (layout, change) => ({ ...layout, tabs: layout.tabs.map(change) });
const mapColumns = (tab, change) => ({ ...tab, columns: tab.columns.map((column, at) => change(column, at)), below: change(tab.below ?? [], -1) });
const mapSections = (layout, change) => mapTabs(layout, (tab) => mapColumns(tab, (column) => column.map(change)));

export const changeTab = (layout, key, change) => mapTabs(layout, (tab) => (tab.key === key ? { ...tab, ...change } : tab));
export const changeSection = (layout, key, change) => mapSections(layout, (section) => (section.key === key ? { ...section, ...change } : section));
const isHeader = (slot) => slot === "header";

/** The fields in a slot: "header" or the key of a section. */
export const fieldsIn = (layout, slot) => (isHeader(slot) ? layout.header : placesOfSections(layout).find(({ section }) => section.key === slot)?.section.fields ?? []);
const withFields = (layout, slot, fields) => (isHeader(slot) ? { ...layout, header: fields } : changeSection(layout, slot, { fields }));

/** The slot in which a field stands; one of the header may stand in the body too. */
export function slotOf(layout, name, inHeader) {
  if (inHeader) return "header";
  return placesOfSections(layout).find(({ section }) => section.fields?.some((place) => place.field === name))?.section.key ?? "";
}

export const changeField = (layout, slot, name, change) =>
  withFields(layout, slot, fieldsIn(layout, slot).map((place) => (place.field === name ? cleaned({ ...place, ...change }) : place)));

/** A field without marks that say nothing. */
const cleaned = (place) => Object.fromEntries(Object.entries(place).filter(([, value]) => value !== false && value !== ""));

export const removeField = (layout, slot, name) => withFields(layout, slot, fieldsIn(layout, slot).filter((place) => place.field !== name));

/**
 * Put a field into a slot before another one, or at its end. Within the header or below it moves there; from below the
 * header shows it too, and out of the header it goes where it stands already or else into the slot.
 */
export function putField(layout, name, from, to, before = "") {
  const same = from && isHeader(from) === isHeader(to);
  const place = same ? fieldsIn(layout, from).find((one) => one.field === name) : { field: name };
  const without = same || (from && isHeader(from)) ? removeField(layout, from, name) : layout;
  if (!isHeader(to) && !same && bodyFields(without).includes(name)) return without;
  const fields = fieldsIn(without, to).filter((one) => one.field !== name);
  const at = before ? fields.findIndex((one) => one.field === before) : -1;
  fields.splice(at < 0 ? fields.length : at, 0, place);
  return withFields(without, to, fields);
}

/** One place up or down within its slot. */
export function stepField(layout, slot, name, by) {
  const fields = [...fieldsIn(layout, slot)];
  const at = fields.findIndex((one) => one.field === name);
  if (at < 0 || at + by < 0 || at + by >= fields.length) return layout;
  fields.splice(at + by, 0, ...fields.splice(at, 1));
  return withFields(layout, slot, fields);
}

/** Put a section into a column of a tab before another one, or at its end. */
export function putSection(layout, section, tab, column, before = "") {
  const without = mapTabs(layout, (one) => mapColumns(one, (held) => held.filter(({ key }) => key !== section.key)));
  return mapTabs(without, (one) => (one.key !== tab ? one : mapColumns(one, (held, at) => {
    if (at !== column) return held;
    const index = before ? held.findIndex(({ key }) => key === before) : held.length;
    return [...held.slice(0, index < 0 ? held.length : index), section, ...(index < 0 ? [] : held.slice(index))];
  })));
}

export const removeSection = (layout, key) => mapTabs(layout, (tab) => mapColumns(tab, (column) => column.filter((section) => section.key !== key)));

/** One place up or down within its column. */
export function stepSection(layout, key, by) {
  const found = placesOfSections(layout).find(({ section }) => section.key === key);
  const column = columnOf(layout, found.tab, found.column);
  const to = found.index + by;
  if (to < 0 || to >= column.length) return layout;
  const before = column[by > 0 ? to + 1 : to]?.key ?? "";
  return putSection(layout, found.section, found.tab, found.column, before);
}

export const columnOf = (layout, key, at) => {
  const tab = layout.tabs.find((one) => one.key === key);
  return (at < 0 ? tab?.below : tab?.columns[at]) ?? [];
};

/** As many columns as wanted; what stood in those that go stands at the end of the last one. */
export function setColumns(layout, key, n) {
  const tab = layout.tabs.find((one) => one.key === key);
  const columns = Array.from({ length: n }, (_, at) => tab.columns[at] ?? []);
  columns[n - 1] = [...columns[n - 1], ...tab.columns.slice(n).flat()];
  return changeTab(layout, key, { columns });
}

export function stepTab(layout, key, by) {
  const tabs = [...layout.tabs];
  const at = tabs.findIndex((tab) => tab.key === key);
  if (at + by < 0 || at + by >= tabs.length) return layout;
  tabs.splice(at + by, 0, ...tabs.splice(at, 1));
  return { ...layout, tabs };
}

/** A key that no tab, section or part of the form has. */
export function freshKey(layout, prefix) {
  const taken = new Set([...layout.tabs.map((tab) => tab.key), ...placesOfSections(layout).map(({ section }) => section.key)]);
  let n = 1;
  while (taken.has(`${prefix}${n}`)) n += 1;
  return `${prefix}${n}`;
}

/** Names of the fields below the header. */
export const bodyFields = (layout) => placesOfSections(layout).flatMap(({ section }) => (section.fields ?? []).map((place) => place.field));
export const partsOf = (layout) => placesOfSections(layout).map(({ section }) => section.part).filter(Boolean);

/** What a form is called in the user's language, else in any; without labels of its own as `otherwise`. */
export const worded = (labels, locale, otherwise) => (labels && (labels[locale] ?? Object.values(labels)[0])) || otherwise || "";

/** The form as the browser draws it for its users. */
export function drawn(layout, names, locale) {
  const place = ({ labels, ...rest }) => ({ ...rest, label: worded(labels, locale, "") });
  const section = (one) => ({
    key: one.key, two: !!one.two, part: one.part, renamed: !!one.labels, fields: one.fields?.map(place),
    label: worded(one.labels, locale, names[`section:${one.key}`]),
  });
  return {
    header: layout.header.map((one) => ({ ...place(one), label: worded(one.labels, locale, names[`header:${one.field}`]) })),
    tabs: layout.tabs.map((tab) => ({
      key: tab.key, label: worded(tab.labels, locale, names[`tab:${tab.key}`]), even: !!tab.even,
      columns: tab.columns.map((column) => column.map(section)), below: (tab.below ?? []).map(section),
    })),
  };
}
