// The command palette, and the keys of every page: Ctrl or ⌘ K finds records, pages, views and commands; ? lists the keys.
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Building2, CalendarCheck, Command as Sign, CornerDownLeft, Eye, Handshake, Plus, Tag as TagSign, Target, User } from "lucide-react";
import { useT } from "./i18n.js";
import { offeredViews, standing } from "./palette_store.js";
import { newToken } from "./selection_store.js";
import { openQuickCreate } from "./shell.jsx";
import { useTags } from "./tags.jsx";
import { Dialog } from "./ui.jsx";

const ICONS = { lead: Target, opportunity: Handshake, activity: CalendarCheck, account: Building2, contact: User };
/** Tags whose lists are offered for one term. */
const MOST_TAGS = 2;
/** G, then one of these letters, goes to a page. */
const GOES = { l: "/leads", o: "/opportunities", a: "/activities", c: "/contacts", b: "/accounts", k: "/activities/calendar" };
const KEYS = (t) => [
  [t("Anywhere"), [
    ["Ctrl K", t("Find records and commands")], ["/", t("Search this view")], ["C", t("Create a record")], ["Ctrl S", t("Save")],
    ["G L", t("Go to leads")], ["G O", t("Go to opportunities")], ["G A", t("Go to activities")], ["G C", t("Go to contacts")], ["G B", t("Go to accounts")], ["G K", t("Go to the calendar")], ["G V", t("Choose a view")], ["?", t("Show these keys")],
  ]],
  [t("In a list"), [
    ["J K ↑ ↓", t("Next or previous row")], ["← →", t("Next or previous cell")], ["Home End", t("First or last cell")], ["Ctrl Home End", t("First or last row")], ["Enter", t("Open the record, edit the cell")], [t("Space"), t("Preview")],
    ["X", t("Select the row")], ["Shift ↑ ↓", t("Select several rows")], ["Esc", t("Clear the selection, close the preview")], ["E", t("Edit the cell, or all that is selected")], ["A", t("Assign")], ["Q", t("Qualify")], ["T", t("Add tags to all that is selected")], ["F", t("Filter")],
  ]],
  [t("While a cell is edited"), [["Enter", t("Save")], ["Ctrl Enter", t("Save a text of several lines")], ["Esc", t("Leave it as it was")]]],
  [t("In the head of a list"), [["Enter", t("Sort")], ["Shift Enter", t("Add to the sorting")], ["Alt ↓", t("Column options")], ["Alt ← →", t("Move the column")], ["Alt Shift ← →", t("Change the width")]]],
];

const onMac = () => /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");
const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
/** Whether every word of a term begins a word of a text. */
const fits = (text, term) => {
  const words = folded(text).split(/[^\p{L}\p{N}]+/u);
  return folded(term).split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
};

/** What the page under the palette offers, as its links and buttons say it. */
function offered(t) {
  const found = [];
  const visible = (el) => el.getClientRects().length > 0 && el.getAttribute("aria-disabled") !== "true" && !el.disabled;
  for (const link of document.querySelectorAll(".site-map a[href]")) found.push({ group: t("Pages"), label: link.title || link.textContent.trim(), hotkey: Object.entries(GOES).find(([, to]) => to === link.getAttribute("href"))?.[0], go: link.getAttribute("href"), Icon: CornerDownLeft });
  for (const el of document.querySelectorAll(".selection-bar :is(button, a), .command-bar > :is(button, a, span, div)")) {
    const button = el.matches("button, a") ? el : el.querySelector("button, a");
    const label = button?.querySelector(":scope > span:not(.caret)")?.textContent.trim() || button?.getAttribute("aria-label");
    if (button?.getAttribute("href")?.endsWith("/new")) continue; // "New Lead" stands here anyway
    if (button && label && visible(button) && !found.some((one) => one.label === label)) found.push({ group: t("Commands"), label, hotkey: button.dataset.hotkey, click: button, Icon: Sign });
  }
  for (const { label, path } of offeredViews()) found.push({ group: t("Views"), label, go: path, Icon: Eye });
  return found;
}

/** Opens by its key or by the event `rxcrm:palette`. */
export function Palette({ found, rights, onFind }) {
  const t = useT();
  const navigate = useNavigate();
  const id = useId();
  const [shown, setShown] = useState(standing.open);
  const open = shown === "palette", keys = shown === "keys";
  const put = (what) => setShown((standing.open = what));
  const [term, setTerm] = useState(standing.term);
  const [at, setAt] = useState(0);
  const tags = useTags();
  const [page, setPage] = useState([]);
  const token = useRef(0);
  const timer = useRef(0);
  const input = useRef(null);
  const pending = useRef("");
  const show = () => {
    setPage(offered(t));
    setTerm((standing.term = ""));
    setAt(0);
    token.current = 0;
    put("palette");
  };
  const live = useRef(null);
  live.current = { show, showKeys: () => put("keys"), create: () => {
    const entity = quickOf(window.location.pathname);
    if (rights[`create_${entity}`]) openQuickCreate(entity);
  } };
  useEffect(() => {
    const press = (e) => {
      const key = e.key.toLowerCase();
      if ((e.ctrlKey || e.metaKey) && key === "k" && !e.shiftKey && !e.altKey) {
        e.preventDefault();
        if (!document.querySelector("dialog[open]")) live.current.show();
        return;
      }
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open], .cell-editor")) return;
      if (pending.current === "g") {
        pending.current = "";
        if (key === "v") (e.preventDefault(), document.querySelector(".view-picker h1 button")?.click());
        else if (GOES[key]) (e.preventDefault(), e.stopImmediatePropagation(), navigate(GOES[key]));
        return;
      }
      if (key === "g") {
        pending.current = "g";
        setTimeout(() => (pending.current = ""), 1_200);
      } else if (e.key === "?") (e.preventDefault(), live.current.showKeys());
      else if (key === "c" && !e.shiftKey) (e.preventDefault(), live.current.create());
    };
    const ask = () => live.current.show();
    // Before the keys of lists: the second letter of G A is no command on a row.
    document.addEventListener("keydown", press, true);
    window.addEventListener("rxcrm:palette", ask);
    return () => (document.removeEventListener("keydown", press, true), window.removeEventListener("rxcrm:palette", ask));
  }, [navigate]);
  useEffect(() => {
    if (!open) return undefined;
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [open]);
  useEffect(() => {
    // It was opened on the page before: here other commands are offered.
    if (!open) return undefined;
    const timer = setTimeout(() => setPage(offered(t)), 300);
    if (standing.term.trim()) onFind(standing.term, (token.current = newToken()));
    return () => clearTimeout(timer);
  }, []);
  const type = (text) => {
    setTerm((standing.term = text));
    setAt(0);
    clearTimeout(timer.current);
    token.current = 0;
    if (text.trim()) timer.current = setTimeout(() => onFind(text, (token.current = newToken())), 180);
  };
  const fresh = found?.token === token.current && token.current !== 0;
  const here = open ? quickOf(window.location.pathname) : "";
  const views = !open ? [] : [...document.querySelectorAll(".view-picker h1 button")].map((button) => ({ group: t("Commands"), label: t("Choose a view"), hotkey: "g v", click: button, Icon: Eye }));
  const creating = [["lead", t("New Lead")], ["account", t("New Account")], ["contact", t("New Contact")], ["opportunity", t("New Opportunity")]]
    .filter(([entity]) => rights[`create_${entity}`]).map(([entity, label]) => ({ group: t("Commands"), label, hotkey: entity === here ? "c" : "", run: () => openQuickCreate(entity), Icon: Plus }));
  const all = open ? [...page.filter((o) => o.group === t("Commands")), ...views, ...creating, { group: t("Commands"), label: t("Show these keys"), hotkey: "?", run: () => put("keys"), Icon: Sign }, ...page.filter((o) => o.group === t("Views")), ...page.filter((o) => o.group === t("Pages"))] : [];
  const records = fresh && term.trim() ? found.hits.map((hit) => ({ group: t("Records"), label: hit.name || t("(no name)"), detail: [t(hit.title), hit.detail].filter(Boolean).join(" · "), go: hit.path, Icon: ICONS[hit.entity] ?? Target })) : [];
  // A command that begins with what was typed comes first, so that records that arrive later move nothing under the finger.
  const begins = (one) => !!term.trim() && folded(one.label).startsWith(folded(term.trim()));
  const fitting = all.filter((one) => !term.trim() || fits(one.label, term));
  // Lists of what has a tag: only of tags whose name was typed from its beginning.
  const tagged = !open || term.trim().length < 2 ? [] : tags.all.filter((tag) => fits(tag.name, term)).slice(0, MOST_TAGS).flatMap((tag) =>
    [["/leads", t("Leads")], ["/opportunities", t("Opportunities")], ["/accounts", t("Accounts")], ["/contacts", t("Contacts")]].map(([path, label]) => ({
      group: t("Tags"), label: tag.name, detail: label, Icon: TagSign, go: `${path}?view=all&filter=${encodeURIComponent(JSON.stringify({ all: [{ field: "tags", operator: "contain-values", values: [tag.id] }] }))}`,
    })));
  const rows = [...fitting.filter(begins), ...records, ...fitting.filter((one) => !begins(one)), ...tagged];
  const choose = (one) => {
    put("");
    if (one.go) navigate(one.go);
    else setTimeout(() => (one.click ? one.click.click() : one.run())); // once the dialog has given the focus back
  };
  const press = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && rows.length) (e.preventDefault(), setAt((at + step + rows.length) % rows.length));
    else if (e.key === "Enter") (e.preventDefault(), rows[at] && choose(rows[at]));
  };
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <>
      <Dialog open={open} title={t("Find records and commands")} onClose={() => put("")}>
        <div className="palette">
          <input ref={input} role="combobox" aria-label={t("Find records and commands")} placeholder={t("Type a name, a page or a command")} aria-expanded="true" aria-controls={id} aria-autocomplete="list" autoComplete="off"
            aria-activedescendant={rows[at] ? `${id}-${at}` : undefined} value={term} onChange={(e) => type(e.target.value)} onKeyDown={press} />
          <div role="listbox" id={id} aria-label={t("Records and commands")}>
            {rows.map((one, i) => (
              <div key={`${one.group}${one.label}${one.go ?? i}`} role="presentation">
                {rows[i - 1]?.group !== one.group && <p className="hint" aria-hidden="true">{one.group}</p>}
                <div id={`${id}-${i}`} role="option" aria-selected={i === at} className="palette-row" tabIndex={-1} onPointerMove={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => choose(one)}>
                  <one.Icon className="icon" aria-hidden="true" /><span><b>{one.label}</b>{one.detail && <small>{one.detail}</small>}</span>
                  {one.hotkey && <kbd aria-hidden="true">{one.go && one.hotkey.length === 1 ? `G ${one.hotkey.toUpperCase()}` : one.hotkey.toUpperCase().replace("+", " ")}</kbd>}
                </div>
              </div>
            ))}
          </div>
          <p className="hint" role="status">{term.trim() && !fresh ? t("Searching…") : rows.length ? "" : t("Nothing found.")}</p>
        </div>
      </Dialog>
      <Dialog open={keys} title={t("Keys")} wide onClose={() => put("")}>
        <div className="key-lists">
          {KEYS(t).map(([title, list]) => (
            <section key={title} aria-label={title}><h3>{title}</h3><dl>{list.map(([key, what]) => <div key={key}><dt><kbd>{onMac() ? key.replace("Ctrl", "⌘") : key}</kbd></dt><dd>{what}</dd></div>)}</dl></section>
          ))}
        </div>
      </Dialog>
    </>
  );
}

/** What C creates on a page: a record of its table. */
const quickOf = (path) => (path.startsWith("/accounts") ? "account" : path.startsWith("/contacts") ? "contact" : path.startsWith("/opportunities") ? "opportunity" : "lead");

/** Opens the palette by touch or mouse. */
export function PaletteButton() {
  const t = useT();
  return <button type="button" className="icon-button palette-button" aria-label={t("Find records and commands")} title={`${t("Find records and commands")} (${onMac() ? "⌘" : "Ctrl"} K)`} onClick={() => window.dispatchEvent(new Event("rxcrm:palette"))}><Sign className="icon" aria-hidden="true" /></button>;
}
