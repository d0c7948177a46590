// What can be said of a field, a section, a tab or the form itself in the editor of a form.
import { useMemo } from "react";
import { Choice, LabelInputs, RemoveButton, RoleChoice, Steps, Toggle } from "./form_panel.jsx";
import {
  bodyFields, changeField, changeSection, changeTab, columnOf, fieldsIn, partsOf, placesOfSections, putField, putSection, removeField, removeSection, setColumns,
} from "./form_tree.js";
import { useT } from "./i18n.js";

/** What does not stand on the form, as groups of the palette. */
export function useUnused({ layout, fields, parts, nameOf }, form) {
  const t = useT();
  return useMemo(() => {
    const placed = new Set(bodyFields(layout)), shown = new Set(partsOf(layout));
    const sorted = (list) => list.sort((a, b) => a[1].localeCompare(b[1], t.locale));
    const free = Object.entries(fields).filter(([name]) => !placed.has(name));
    const as = (list) => sorted(list.map(([name]) => [name, nameOf(name), "field"]));
    return [
      [t("Custom fields"), as(free.filter(([, spec]) => spec.custom))],
      [t("Fields"), as(free.filter(([, spec]) => !spec.custom))],
      [t("Parts"), sorted(form.parts.filter((part) => !shown.has(part)).map((part) => [part, t(parts[part]), "part"]))],
    ].filter(([, items]) => items.length);
  }, [layout, fields, parts, form, t]);
}

export function FieldPanel({ layout, change, step, setChosen, fields, names, languages, fixed, nameOf, tabName, sectionName, slot, name }) {
  const t = useT();
  const list = fieldsIn(layout, slot);
  const at = list.findIndex((place) => place.field === name);
  const place = list[at];
  const why = fixed[name] ?? {};
  const inHeader = slot === "header";
  const shown = nameOf(name, place.labels);
  const put = (what, joined) => change(changeField(layout, slot, name, what), joined);
  const slots = [
    ...(inHeader ? [["header", t("Header")]] : []),
    ...placesOfSections(layout).filter(({ section }) => !section.part).map(({ section, tab }) => [section.key, `${tabName(layout.tabs.find((one) => one.key === tab))} › ${sectionName(section)}`]),
  ];
  const move = (to) => {
    change(putField(layout, name, slot, to));
    setChosen({ kind: "field", key: name, slot: to });
  };
  return (
    <section className="properties" aria-label={t("Field %(name)s", { name: shown })}>
      <h2>{shown}</h2>
      {shown !== t(fields[name]?.label ?? name) && <p className="hint">{t("Everywhere else: %(name)s", { name: t(fields[name]?.label ?? name) })}</p>}
      {!fields[name] && <p className="hint">{t("This field is out of use: nobody sees it, and it keeps its place.")}</p>}
      <LabelInputs label={t("Label")} labels={place.labels} otherwise={names[`header:${name}`] && inHeader ? names[`header:${name}`] : fields[name]?.label ?? name} languages={languages} onChange={(labels) => put({ labels }, `label:${slot}:${name}`)} />
      {!inHeader && (
        <>
          <Toggle label={t("Required")} hint={t("The form is saved only when it is filled in.")} why={why.required || (place.locked ? t("Nobody could fill in a read-only field.") : "")} value={place.required || fields[name]?.level === "required"} onChange={(required) => put({ required })} />
          <Toggle label={t("Read-only")} hint={t("On this form it is shown and not changed.")} why={why.locked || (place.required ? t("Nobody could fill in a read-only field.") : "")} value={place.locked || fields[name]?.locked} onChange={(locked) => put({ locked })} />
        </>
      )}
      <Steps name={shown} first={at === 0} last={at === list.length - 1} onStep={(by) => step("field", name, slot, by)} />
      <Choice label={inHeader ? t("Move to") : t("Section")} value={slot} options={slots} onChange={move} />
      <RemoveButton label={inHeader ? t("Take out of the header") : t("Take off the form")} why={inHeader ? "" : why.remove} onClick={() => (change(removeField(layout, slot, name)), setChosen(null))} />
    </section>
  );
}

const blocking = (sections, mustStay, nameOf) => sections.flatMap((section) => section.fields ?? []).filter((place) => mustStay.includes(place.field)).map((place) => nameOf(place.field, place.labels));

export function SectionPanel({ layout, change, step, setChosen, names, parts, languages, nameOf, tabName, sectionName, id, mustStay }) {
  const t = useT();
  const { section, tab, column, index } = placesOfSections(layout).find((one) => one.section.key === id);
  const stays = blocking([section], mustStay, nameOf);
  const places = layout.tabs.flatMap((one) => [...one.columns.map((_, at) => [`${one.key}:${at}`, `${tabName(one)} › ${t("Column %(n)s", { n: at + 1 })}`]), [`${one.key}:-1`, `${tabName(one)} › ${t("Below the columns")}`]]);
  const move = (to) => {
    const [, key, at] = /^(.+):(-?\d+)$/.exec(to);
    change(putSection(layout, section, key, +at));
  };
  const name = sectionName(section);
  return (
    <section className="properties" aria-label={t("Section %(name)s", { name })}>
      <h2>{name}</h2>
      {section.part === "more" && <p className="hint">{t("Shows every custom field that stands nowhere else on the form, also those that are added later.")}</p>}
      {(!section.part || section.part === "more") && <LabelInputs label={t("Title")} labels={section.labels} otherwise={section.part ? parts[section.part] : names[`section:${id}`] ?? ""} languages={languages} onChange={(labels) => change(changeSection(layout, id, { labels }), `section:${id}`)} />}
      {!section.part && <Choice label={t("Fields in")} value={section.two ? "2" : "1"} options={[["1", t("One column")], ["2", t("Two columns")]]} onChange={(n) => change(changeSection(layout, id, { two: n === "2" || undefined }))} />}
      <Steps name={name} first={index === 0} last={index === columnOf(layout, tab, column).length - 1} onStep={(by) => step("section", id, "", by)} />
      <Choice label={t("Place")} value={`${tab}:${column}`} options={places} onChange={move} />
      <RemoveButton label={section.part ? t("Take off the form") : t("Remove the section")} why={stays.length ? t("%(fields)s must stay on the form: move it elsewhere first.", { fields: t.list(stays) }) : ""} onClick={() => (change(removeSection(layout, id)), setChosen(null))} />
    </section>
  );
}

export function TabPanel({ layout, change, step, setChosen, setTabKey, names, languages, nameOf, tabName, id, mustStay }) {
  const t = useT();
  const at = layout.tabs.findIndex((tab) => tab.key === id);
  const tab = layout.tabs[at];
  const stays = blocking([...tab.columns.flat(), ...(tab.below ?? [])], mustStay, nameOf);
  const why = layout.tabs.length === 1 ? t("A form needs at least one tab.") : stays.length ? t("%(fields)s must stay on the form: move it elsewhere first.", { fields: t.list(stays) }) : "";
  const remove = () => {
    change({ ...layout, tabs: layout.tabs.filter((one) => one.key !== id) });
    (setChosen(null), setTabKey(""));
  };
  return (
    <section className="properties" aria-label={t("Tab %(name)s", { name: tabName(tab) })}>
      <h2>{tabName(tab)}</h2>
      <LabelInputs label={t("Name")} labels={tab.labels} otherwise={names[`tab:${id}`] ?? ""} languages={languages} onChange={(labels) => change(changeTab(layout, id, { labels }), `tab:${id}`)} />
      <Choice label={t("Columns")} value={String(tab.columns.length)} options={[1, 2, 3].map((n) => [String(n), t.number(n)])} onChange={(n) => change(setColumns(layout, id, +n))} />
      {tab.columns.length === 3 && <Toggle label={t("Columns of equal width")} hint={t("Otherwise the middle one is wide, for the timeline.")} value={tab.even} onChange={(even) => change(changeTab(layout, id, { even }))} />}
      <Steps across name={tabName(tab)} first={at === 0} last={at === layout.tabs.length - 1} onStep={(by) => step("tab", id, "", by)} />
      <RemoveButton label={t("Remove the tab")} why={why} onClick={remove} />
    </section>
  );
}

/** Nothing is chosen: the form itself, its name and for whom it is. */
export function FormPanel({ form, now, roles, put }) {
  const t = useT();
  return (
    <section className="properties" aria-label={t("This form")}>
      <h2>{t("This form")}</h2>
      {form.main ? <p className="hint">{t("Everybody gets it who has no role with a form of its own.")}</p> : (
        <>
          <div className="post-field"><label htmlFor="form-name">{t("Name")}</label><input id="form-name" maxLength={100} autoComplete="off" value={now.name} onChange={(e) => put({ name: e.target.value }, "name")} /></div>
          <RoleChoice roles={roles} chosen={now.roles} onChange={(chosen) => put({ roles: chosen })} />
        </>
      )}
      <p className="hint">{t("Choose a field, a section or a tab to change it. Drag it, or move it with Alt and the arrow keys.")}</p>
    </section>
  );
}
