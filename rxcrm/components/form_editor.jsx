// The editor of a form: the form itself in edit state beside a panel; a draft until it is published (S 2.2, 13.11).
import { useEffect, useRef, useState } from "react";
import { useBlocker } from "react-router";
import { ArrowLeft, GripVertical, Lock, Plus, Redo2, Undo2 } from "lucide-react";
import { dropClass, useDrag } from "./drag.js";
import { insist } from "./insist.js";
import { FieldPanel, FormPanel, SectionPanel, TabPanel, useUnused } from "./form_properties.jsx";
import { FormPreview } from "./form_preview.jsx";
import { Palette } from "./form_panel.jsx";
import { drawn, fieldsIn, freshKey, placesOfSections, putField, putSection, slotOf, stepField, stepSection, stepTab, worded } from "./form_tree.js";
import { useT } from "./i18n.js";
import { useFields } from "./shape.js";
import { Dialog, Menu } from "./ui.jsx";

const MOST_HEADER = 4, MOST_TABS = 12;
let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;

/** What is drawn, with its past and its future; `base` is what the server knows. */
function useDrawing(form) {
  const begin = () => ({ name: form.name, roles: form.roles, layout: form.layout });
  const [state, setState] = useState(() => ({ base: begin(), past: [], now: begin(), future: [] }));
  const step = (from, to) => setState((s) => (s[from].length ? { ...s, now: s[from].at(-1), [from]: s[from].slice(0, -1), [to]: [...s[to], s.now] } : s));
  return {
    ...state,
    dirty: JSON.stringify(state.now) !== JSON.stringify(state.base),
    put: (change, joined) => setState((s) => ({ ...s, now: { ...s.now, ...change }, past: joined && s.joined === joined ? s.past : [...s.past.slice(-99), s.now], future: [], joined })),
    undo: () => step("past", "future"),
    redo: () => step("future", "past"),
    rebase: (whole) => setState((s) => (whole ? { base: begin(), past: [], now: begin(), future: [] } : { ...s, base: begin() })),
  };
}

export function FormEditor({ editing, fields: shipped, answer, onDraft, onPublish, onDiscard, onReload }) {
  const { form, names, parts, roles, languages, fixed } = editing;
  const t = useT();
  const fields = useFields(form.entity, shipped[form.entity]);
  const drawing = useDrawing(form);
  const { now, dirty } = drawing;
  const layout = now.layout;
  const [chosen, setChosen] = useState(null);
  const [tabKey, setTabKey] = useState("");
  const [role, setRole] = useState("");
  const [said, setSaid] = useState("");
  const [told, setTold] = useState(null);
  const [asking, setAsking] = useState("");
  const pending = useRef(null);
  const [busy, setBusy] = useState(false);
  const canvas = useRef(null);
  const tab = layout.tabs.find((one) => one.key === tabKey) ?? layout.tabs[0];
  const nameOf = (name, labels) => worded(labels, t.locale, t(fields[name]?.label ?? name));
  const tabName = (one) => worded(one.labels, t.locale, t(names[`tab:${one.key}`] ?? "")) || t("(no name)");
  const sectionName = (one) => (one.part && one.part !== "more" ? t(parts[one.part] ?? one.part) : worded(one.labels, t.locale, t(names[`section:${one.key}`] ?? ""))) || t("(no title)");
  const change = (next, joined) => drawing.put({ layout: next }, joined);

  // Another form than before, or one that somebody else's version replaces.
  const loaded = useRef(editing.loaded);
  useEffect(() => {
    if (loaded.current === editing.loaded) return;
    loaded.current = editing.loaded;
    drawing.rebase(true);
    setTold(null);
  }, [editing]);
  useEffect(() => {
    if (!pending.current || answer.token !== pending.current) return;
    settle();
    setTold(answer.ok ? null : answer);
  }, [answer]);
  const desist = useRef(() => {});
  useEffect(() => () => desist.current(), []);
  const settle = () => {
    desist.current();
    pending.current = null;
    setBusy(false);
  };
  const send = (event, version = form.version) => {
    if (pending.current) return;
    const token = (pending.current = newToken());
    setBusy(true);
    last.current = event;
    const ask = () => (event === onDiscard ? onDiscard(form.entity, form.id, version, token) : event(form.entity, form.id, version, now, token));
    ask();
    // By the token the server knows what it has done already.
    desist.current = insist(ask, () => pending.current === token);
  };
  const last = useRef(null);

  const add = (kind, key, to = null, before = "") => {
    if (kind === "part") {
      const where = to ?? { tab: tab.key, column: chosen?.kind === "section" ? placesOfSections(layout).find(({ section }) => section.key === chosen.key)?.column ?? 0 : 0 };
      change(putSection(layout, { key, part: key }, where.tab, where.column, before));
      setChosen({ kind: "section", key });
      setSaid(t("%(name)s was added.", { name: t(parts[key]) }));
      return;
    }
    const slot = to ?? slotFor();
    if (!slot) return setSaid(t("Add a section first."));
    if (slot === "header" && layout.header.length >= MOST_HEADER) return setSaid(t("The header has room for %(n)s fields.", { n: MOST_HEADER }));
    change(putField(layout, key, "", slot, before));
    setChosen({ kind: "field", key, slot });
    setSaid(t("%(name)s was added.", { name: nameOf(key) }));
  };
  /** Into the chosen section, that of the chosen field, or the first one of the tab. */
  const slotFor = () => {
    const inTab = placesOfSections(layout).filter((one) => one.tab === tab.key && !one.section.part);
    if (chosen?.kind === "section" && inTab.some(({ section }) => section.key === chosen.key)) return chosen.key;
    if (chosen?.kind === "field" && inTab.some(({ section }) => section.key === chosen.slot)) return chosen.slot;
    return inTab[0]?.section.key ?? "";
  };
  const drop = (item, { drop: place, before }) => {
    if (item.kind === "field") {
      const to = place === "header" ? "header" : place.slice("section:".length);
      if (!item.slot) return add("field", item.key, to, before);
      if (to === "header" && item.slot !== "header" && layout.header.length >= MOST_HEADER) return setSaid(t("The header has room for %(n)s fields.", { n: MOST_HEADER }));
      const next = putField(layout, item.key, item.slot, to, before);
      change(next);
      setChosen({ kind: "field", key: item.key, slot: item.slot === "header" && to !== "header" ? slotOf(next, item.key) : to });
      return announce(next, item.key, to);
    }
    const [, key, column] = /^column:(.+):(-?\d+)$/.exec(place);
    if (item.kind === "part" && !item.placed) return add("part", item.key, { tab: key, column: +column }, before);
    const { section } = placesOfSections(layout).find((one) => one.section.key === item.key);
    change(putSection(layout, section, key, +column, before));
    setChosen({ kind: "section", key: item.key });
  };
  const announce = (next, name, slot) => {
    const list = fieldsIn(next, slot);
    const where = slot === "header" ? t("Header") : sectionName(placesOfSections(next).find(({ section }) => section.key === slot).section);
    setSaid(t("%(name)s is field %(n)s of %(all)s in %(section)s.", { name: nameOf(name), n: list.findIndex((one) => one.field === name) + 1, all: list.length, section: where }));
  };
  const { drag, grab } = useDrag({
    onDrop: drop,
    accepts: (item) => (item.kind === "field" ? '[data-drop="header"], [data-drop^="section:"]' : '[data-drop^="column:"]'),
    // Over a tab for a moment: what is dragged can go there.
    onOver: (element) => {
      const key = element?.closest("[data-tab]")?.dataset.tab;
      if (key) setTabKey(key);
    },
  });
  const step = (kind, key, slot, by) => {
    const next = kind === "field" ? stepField(layout, slot, key, by) : kind === "section" ? stepSection(layout, key, by) : stepTab(layout, key, by);
    if (next === layout) return;
    change(next);
    if (kind === "field") announce(next, key, slot);
  };
  /** Alt and an arrow move what has the focus. */
  const keys = (e, kind, key, slot) => {
    const by = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: kind === "tab" ? -1 : 0, ArrowRight: kind === "tab" ? 1 : 0 }[e.key];
    if (!e.altKey || !by) return;
    e.preventDefault();
    step(kind, key, slot, by);
  };
  /** Without Alt the arrows go from tab to tab. */
  const turn = (e, key) => {
    const at = layout.tabs.findIndex((one) => one.key === key);
    const to = layout.tabs[at + ({ ArrowLeft: -1, ArrowRight: 1 }[e.key] ?? NaN)];
    if (!to) return;
    e.preventDefault();
    setTabKey(to.key);
    document.getElementById(`tab-${to.key}`)?.focus();
  };
  useEffect(() => {
    const press = (e) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== "z" || e.target.closest("input:not([type=checkbox]), textarea, dialog")) return;
      e.preventDefault();
      if (e.shiftKey) drawing.redo();
      else drawing.undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  const addSection = (column) => {
    const key = freshKey(layout, "s");
    change(putSection(layout, { key, labels: { [languages[0]]: t("New section") }, fields: [] }, tab.key, column));
    setChosen({ kind: "section", key });
  };
  const addTab = () => {
    const key = freshKey(layout, "t");
    change({ ...layout, tabs: [...layout.tabs, { key, labels: { [languages[0]]: t("New tab") }, even: true, columns: [[{ key: freshKey(layout, "s"), labels: { [languages[0]]: t("New section") }, fields: [] }], []] }] });
    (setTabKey(key), setChosen({ kind: "tab", key }));
  };

  /** What was chosen may just have gone: then the focus stays in the form. */
  const choose = (what) => {
    setChosen(what);
    if (!what) requestAnimationFrame(() => canvas.current?.focus());
  };
  const pane = { layout, change, step, setChosen: choose, fields, names, parts, languages, fixed, nameOf, tabName, sectionName, tab };
  const unused = useUnused(pane, form);
  const other = role && otherFor(form, now, role);
  const status = dirty ? t("Unsaved changes") : form.drafted ? t("Draft") : t("Published");
  const table = t({ lead: "Lead", account: "Account", contact: "Contact", opportunity: "Opportunity" }[form.entity]);
  return (
    <section className="form-editor" aria-label={t("Editor of the form")}>
      <header className="editor-head">
        <a href={`/settings/forms?table=${form.entity}`} className="icon-button" aria-label={t("Back to the forms")} title={t("Back to the forms")}><ArrowLeft className="icon" aria-hidden="true" /></a>
        <div><h2>{form.main ? form.name : now.name || t("(no name)")}</h2><small>{table}</small></div>
        <span className={`pill ${dirty || form.drafted ? "is-invited" : "is-active"}`} role="status">{status}</span>
        <span className="editor-tools">
          <button type="button" className="icon-button" disabled={!drawing.past.length} aria-label={t("Undo")} title={t("Undo")} onClick={drawing.undo}><Undo2 className="icon" aria-hidden="true" /></button>
          <button type="button" className="icon-button" disabled={!drawing.future.length} aria-label={t("Redo")} title={t("Redo")} onClick={drawing.redo}><Redo2 className="icon" aria-hidden="true" /></button>
          <label className="preview-as"><span>{t("Preview as")}</span>
            <select value={role} onChange={(e) => setRole(e.target.value)}><option value="">{t("(editing)")}</option>{roles.map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>
          </label>
          <Menu label={t("More commands")} text={t("More")} className="button" align="end">
            <button type="button" role="menuitem" className="menu-entry" onClick={() => change(form.shipped)}><span>{t("Restore the shipped form")}<small>{t("It is not seen by others until you publish it.")}</small></span></button>
            {(form.drafted || !form.published) && <button type="button" role="menuitem" className="menu-entry" onClick={() => setAsking("discard")}><span>{t("Discard draft")}</span></button>}
            {dirty && <button type="button" role="menuitem" className="menu-entry" onClick={() => drawing.rebase(true)}><span>{t("Discard unsaved changes")}</span></button>}
          </Menu>
          <button type="button" className="button" disabled={busy || !dirty} onClick={() => send(onDraft)}>{t("Save draft")}</button>
          <button type="button" className="button primary" disabled={busy || !(dirty || form.drafted)} onClick={() => send(onPublish)}>{busy ? t("Saving…") : t("Publish")}</button>
        </span>
      </header>
      <span className="unseen" role="status">{said}</span>
      {told && (
        <div className="form-message" role="alert">
          <p>{told.problem}</p>
          {told.stale && (
            <p className="message-buttons">
              <button type="button" className="button small" onClick={() => onReload(form.entity, form.id)}>{t("Take theirs")}</button>
              {told.version > 0 && <button type="button" className="button small" onClick={() => send(last.current ?? onDraft, told.version)}>{last.current === onPublish ? t("Publish mine over it") : t("Save mine over it")}</button>}
            </p>
          )}
        </div>
      )}
      {role ? (
        other ? (
          <div className="empty preview-other"><p>{t("%(role)s gets the form “%(name)s”.", { role: roles.find(([key]) => key === role)[1], name: other.name })}</p>
            <a className="button" href={`/settings/forms/${form.entity}${other.id ? `?form=${other.id}` : ""}`}>{t("Open that form")}</a></div>
        ) : <FormPreview entity={form.entity} layout={drawn(layout, names, t.locale)} fields={fields} parts={parts} title={table} />
      ) : (
        <div className="editor-main">
          <div className="editor-canvas" ref={canvas} tabIndex={-1} data-dragging={drag ? drag.item.kind : undefined}>
            <Strip {...{ layout, fields, drag, grab, chosen, setChosen, keys, nameOf, names, t }} />
            <div className="editor-tabs">
              <div role="tablist" aria-label={t("Tabs of the form")}>
                {layout.tabs.map((one) => (
                  <button key={one.key} type="button" role="tab" id={`tab-${one.key}`} data-tab={one.key} aria-controls={one.key === tab?.key ? "tab-shown" : undefined} aria-selected={one.key === tab?.key}
                    tabIndex={one.key === tab?.key ? 0 : -1} className={chosen?.kind === "tab" && chosen.key === one.key ? "chosen" : undefined}
                    onClick={() => (setTabKey(one.key), setChosen({ kind: "tab", key: one.key }))} onKeyDown={(e) => (e.altKey ? keys(e, "tab", one.key) : turn(e, one.key))}>{tabName(one)}</button>
                ))}
              </div>
              <button type="button" className="button small add-tab" disabled={layout.tabs.length >= MOST_TABS} onClick={addTab}><Plus className="icon" aria-hidden="true" />{t("Add tab")}</button>
            </div>
            {tab && (
              <div role="tabpanel" id="tab-shown" aria-labelledby={`tab-${tab.key}`}>
                <div className={`editor-columns${tab.even ? " even" : ""}`} data-n={tab.columns.length}>
                  {tab.columns.map((column, at) => <Column key={at} {...{ tab, at, column, fields, drag, grab, chosen, setChosen, keys, nameOf, sectionName, addSection, t }} />)}
                </div>
                <Column {...{ tab, at: -1, column: tab.below ?? [], fields, drag, grab, chosen, setChosen, keys, nameOf, sectionName, addSection, t }} />
              </div>
            )}
          </div>
          <aside className="editor-panel" aria-label={t("Properties")}>
            {chosen?.kind === "field" && fieldsIn(layout, chosen.slot).some((one) => one.field === chosen.key) ? <FieldPanel key={`${chosen.slot}:${chosen.key}`} {...pane} {...chosen} name={chosen.key} />
              : chosen?.kind === "section" && placesOfSections(layout).some(({ section }) => section.key === chosen.key) ? <SectionPanel key={chosen.key} {...pane} id={chosen.key} mustStay={form.must_stay} />
              : chosen?.kind === "tab" && layout.tabs.some((one) => one.key === chosen.key) ? <TabPanel key={chosen.key} {...pane} id={chosen.key} mustStay={form.must_stay} setTabKey={setTabKey} />
              : <FormPanel {...{ form, now, roles }} put={drawing.put} />}
            <Palette title={t("Not on the form")} hint={t("Drag them onto the form, or add them to the chosen section.")} groups={unused} grab={grab} onAdd={add} />
          </aside>
        </div>
      )}
      {drag && <span className="drag-ghost" style={{ left: drag.x, top: drag.y }} aria-hidden="true">{drag.label}</span>}
      <LeaveGuard dirty={dirty} />
      <Dialog open={asking === "discard"} title={t("Discard draft")} onClose={() => setAsking("")}>
        <p>{form.published ? t("What was drafted goes. Everybody goes on seeing the published form.") : t("This form was never published: it goes altogether.")}</p>
        <footer>
          <button type="button" className="button" onClick={() => setAsking("")}>{t("Cancel")}</button>
          <button type="button" className="button danger" onClick={() => (setAsking(""), drawing.rebase(true), send(onDiscard))}>{t("Discard draft")}</button>
        </footer>
      </Dialog>
    </section>
  );
}

/** The form that a role gets instead of this one; null if it gets this one. */
function otherFor(form, now, role) {
  const fits = (one) => one.roles.includes(role);
  const before = form.before.find(fits);
  if (before) return before;
  if (form.main || now.roles.includes(role)) return null;
  return form.after.find(fits) ?? { id: 0, name: "…" };
}

function Strip({ layout, fields, drag, grab, chosen, setChosen, keys, nameOf, names, t }) {
  return (
    <div className="editor-header">
      <span className="hint">{t("Header")}</span>
      <ul data-drop="header" data-rows="" className={`place-list rows${dropClass(drag, "header")}`} aria-label={t("Fields of the header")}>
        {layout.header.map((place) => (
          <PlaceRow key={place.field} {...{ place, spec: fields[place.field], slot: "header", drag, grab, keys, t }} label={worded(place.labels, t.locale, t(names[`header:${place.field}`] ?? "")) || nameOf(place.field)}
            chosen={chosen?.kind === "field" && chosen.slot === "header" && chosen.key === place.field} onChoose={() => setChosen({ kind: "field", key: place.field, slot: "header" })} />
        ))}
      </ul>
    </div>
  );
}

function PlaceRow({ place, spec, slot, label, drag, grab, keys, chosen, onChoose, t }) {
  const required = slot !== "header" && (place.required || spec?.level === "required");
  const locked = place.locked || spec?.locked;
  const marks = [required && t("required"), locked && t("read-only")].filter(Boolean);
  return (
    <li data-item={place.field} className={`place${chosen ? " chosen" : ""}${dropClass(drag, slot === "header" ? slot : `section:${slot}`, place.field)}${drag?.item.kind === "field" && drag.item.key === place.field && drag.item.slot === slot ? " dragged" : ""}`}
      onPointerDown={(e) => grab(e, { kind: "field", key: place.field, slot }, label)}>
      <button type="button" aria-pressed={chosen} aria-label={marks.length ? `${label}, ${marks.join(", ")}` : label} onClick={onChoose} onKeyDown={(e) => keys(e, "field", place.field, slot)}>
        <span className="grip" data-grip="" aria-hidden="true"><GripVertical className="icon" /></span>
        <span className="place-name">{label}</span>
        {required && <span className="mark required" aria-hidden="true">*</span>}
        {locked && <Lock className="icon mark" aria-hidden="true" />}
      </button>
    </li>
  );
}

/** One column of a tab, or what stands below its columns. */
function Column({ tab, at, column, fields, drag, grab, chosen, setChosen, keys, nameOf, sectionName, addSection, t }) {
  const place = `column:${tab.key}:${at}`;
  return (
    <div className={`editor-column${at < 0 ? " below" : ""}${dropClass(drag, place)}`} data-drop={place} role="group" aria-label={at < 0 ? t("Below the columns") : t("Column %(n)s", { n: at + 1 })}>
      {at < 0 && <span className="hint">{t("Below the columns, over the whole width")}</span>}
      {column.map((section) => {
        const name = sectionName(section);
        const here = chosen?.kind === "section" && chosen.key === section.key;
        return (
          <section key={section.key} data-item={section.key} aria-label={name} className={`editor-section${section.part ? " is-part" : ""}${here ? " chosen" : ""}${dropClass(drag, place, section.key)}${drag?.item.key === section.key && drag.item.kind !== "field" ? " dragged" : ""}`}>
            <button type="button" className="section-title" aria-pressed={here} onClick={() => setChosen({ kind: "section", key: section.key })} onKeyDown={(e) => keys(e, "section", section.key)}
              onPointerDown={(e) => grab(e, { kind: section.part ? "part" : "section", key: section.key, placed: true }, name)}>
              <span className="grip" data-grip="" aria-hidden="true"><GripVertical className="icon" /></span><span>{name}</span>
            </button>
            {!section.part && (
              <ul data-drop={`section:${section.key}`} data-rows={section.two ? "" : undefined} className={`place-list${section.two ? " two" : ""}${dropClass(drag, `section:${section.key}`)}`}>
                {section.fields.map((one) => (
                  <PlaceRow key={one.field} {...{ place: one, spec: fields[one.field], slot: section.key, drag, grab, keys, t }} label={nameOf(one.field, one.labels)}
                    chosen={chosen?.kind === "field" && chosen.slot === section.key && chosen.key === one.field} onChoose={() => setChosen({ kind: "field", key: one.field, slot: section.key })} />
                ))}
                {!section.fields.length && <li className="hint nothing">{t("Drag fields here")}</li>}
              </ul>
            )}
          </section>
        );
      })}
      <button type="button" className="button small add-section" onClick={() => addSection(at)}><Plus className="icon" aria-hidden="true" />{t("Add section")}</button>
    </div>
  );
}

/** Leaving with unsaved changes asks; a reload too. */
export function LeaveGuard({ dirty }) {
  const t = useT();
  const held = useRef(dirty);
  held.current = dirty;
  const blocker = useBlocker(({ currentLocation, nextLocation }) => held.current && currentLocation.pathname !== nextLocation.pathname && !["/login", "/setup"].includes(nextLocation.pathname));
  useEffect(() => {
    const stay = (event) => {
      if (!held.current) return;
      event.preventDefault();
      event.returnValue = "";
      // Reflex closes its socket here; if the user stays, this opens it again.
      setTimeout(() => document.dispatchEvent(new Event("visibilitychange")), 50);
    };
    window.addEventListener("beforeunload", stay, true);
    return () => window.removeEventListener("beforeunload", stay, true);
  }, []);
  return (
    <Dialog open={blocker.state === "blocked"} title={t("Unsaved changes")} onClose={() => blocker.reset()}>
      <p>{t("What you changed has not been saved yet, not even as a draft.")}</p>
      <footer>
        <button type="button" className="button" onClick={() => blocker.reset()}>{t("Keep editing")}</button>
        <button type="button" className="button danger" onClick={() => blocker.proceed()}>{t("Discard")}</button>
      </footer>
    </Dialog>
  );
}
