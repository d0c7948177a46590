// What stands above a list: its view, the dot of a changed one with Discard and Save, the filter as chips, and their panels.
import { useEffect, useRef, useState } from "react";
import { MoreHorizontal } from "lucide-react";
import { useNavigate } from "react-router";
import { ColumnsEditor, FindEditor, SortEditor } from "./columns_editor.jsx";
import { FilterBar } from "./filter_bar.jsx";
import { FilterBuilder } from "./filter_builder.jsx";
import { same } from "./filter_tree.js";
import { keptSizes } from "./grid_columns.js";
import { useT } from "./i18n.js";
import { OF_VIEW, useAddress } from "./list_address.js";
import { Dialog, Menu } from "./ui.jsx";
import { DeleteViewDialog, HandOverDialog, ManageDialog, RenameDialog, SaveAsDialog, SaveOverDialog } from "./view_dialogs.jsx";
import { ViewEditor } from "./view_editor.jsx";
import { ViewPicker } from "./view_picker.jsx";
import { ShareViewDialog } from "./view_sharing.jsx";
import { ask, find, send, useDesk } from "./views_store.js";

/** How long a filter rests before it is asked, in milliseconds. */
const RESTS = 250;
const NONE = Object.fromEntries(OF_VIEW.map((name) => [name, ""]));
/** Columns as they stand in the address, with the widths and pins that they have. */
const spelled = (keys, { widths, pinned }) => keys.map((key) => [key, widths[key] ?? "", pinned.includes(key) ? "pin" : ""].join(":").replace(/:+$/, "")).join(",");

/** In the editor of a view its filter is there already: the row that is meant, or a new one, has the focus. */
function unfold({ row, add }) {
  const part = document.querySelector(".view-editor details:has(.filter-builder)");
  if (!part) return;
  part.open = true;
  if (add !== undefined) part.querySelector(".filter-builder > .filter-group > .filter-add button")?.click();
  else part.querySelectorAll(".filter-builder > .filter-group > .filter-parts > li")[row]?.querySelector("select")?.focus();
}

/** `children` stand at the end of the first line. Everything that is changed here goes to the address. */
export function ViewHead({ entity, head, views, view, ready, rights, sort, count, onSort, onRefresh, bar, children }) {
  const t = useT();
  const { params, go } = useAddress();
  const navigate = useNavigate();
  const { described } = useDesk();
  const [panel, setPanel] = useState(null);
  const [dialog, setDialog] = useState("");
  const timer = useRef(0);
  const waiting = useRef(null);
  const pushed = useRef(false);
  const editing = params.get("edit") === "1" && rights.administer;
  const known = described?.entity === entity;
  const here = views.find((v) => v.key === view);
  const open = (next) => (editing ? unfold(next) : (known || send("onDescribe", entity), (pushed.current = false), setPanel(next)));
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (editing && !known) send("onDescribe", entity);
  }, [editing, known, entity]);
  useEffect(() => {
    // The menu of a column asks for a filter by it.
    const wanted = ({ detail }) => open({ kind: "filter", add: detail.field });
    window.addEventListener("rxcrm:filter", wanted);
    return () => window.removeEventListener("rxcrm:filter", wanted);
  });
  const filterBy = (condition, options) => {
    go({ filter: same(condition, head.saved.where) ? "" : JSON.stringify(condition) }, options);
  };
  /** Changes within one panel are one step of the browser's history. */
  const later = (condition) => {
    clearTimeout(timer.current);
    waiting.current = () => ((waiting.current = null), filterBy(condition, { replace: pushed.current }), (pushed.current = true));
    timer.current = setTimeout(() => waiting.current?.(), RESTS);
  };
  /** What was typed last is asked at once when the panel goes. */
  const close = () => (clearTimeout(timer.current), waiting.current?.(), setPanel(null));
  const columnsTo = (keys) => (go({ columns: spelled(keys, head.shown) }, { keepPage: true, replace: pushed.current }), (pushed.current = true));
  const discard = () => {
    window.dispatchEvent(new CustomEvent("rxcrm:columns:forget", { detail: { entity, view } }));
    go(NONE);
  };
  const arrived = (key) => {
    setDialog("");
    window.dispatchEvent(new CustomEvent("rxcrm:columns:forget", { detail: { entity, view: key } }));
    if (key === params.get("view") && !OF_VIEW.some((name) => params.has(name))) onRefresh?.();
    else go({ ...NONE, view: key });
  };
  const run = async (event, ...args) => (await ask(event, ...args)).ok && onRefresh?.();
  // Of the same shape as below: what stands at the end is kept when the view arrives, and with it what somebody types there already.
  if (!head?.key) return <><div className="list-head"><ViewPicker {...{ views, view, head }} onPick={(key) => go({ ...NONE, view: key })} />{null}{null}{children}</div></>;
  // What is saved is what one sees: also columns that one widened on another day.
  const definition = { ...head.shown, widths: { ...head.shown.widths, ...keptSizes(entity, view, head.shown.columns) } };
  const own = !head.system;
  const listed = !head.purpose;
  const chosen = { description: described, entity };
  const ofFilter = { ...chosen, value: head.shown.where, names: head.names, problems: head.chips.map((chip) => chip.problem).filter(Boolean), onChange: later, onFind: find };
  const builder = known && <FilterBuilder {...ofFilter} focusAt={panel?.row} add={panel?.add} />;
  const columnEditor = known && (
    <>
      <ColumnsEditor {...chosen} columns={head.shown.columns} related={listed} folded={editing} changed={!same(head.shown.columns, head.saved.columns)} onChange={columnsTo} onReset={() => go({ columns: "" })} />
      <h3>{t("Sorted by")}</h3>
      <SortEditor {...chosen} columns={head.shown.columns} sort={sort} onChange={onSort} />
    </>
  );
  const findEditor = known && head.purpose === "find" && <FindEditor {...chosen} found={head.shown.find} onChange={(keys) => go({ find: keys.join(",") }, { keepPage: true, replace: true })} />;
  /** Out of the editor: to the settings where one came from them, else to the view, if it can be shown at all. */
  const leave = (gone) => (params.get("from") === "settings" || !listed ? navigate(`/settings/views?entity=${entity}`) : go({ ...NONE, view: gone ? "" : view, edit: "", as_role: "", from: "" }));
  const item = (label, run) => <button key={label} type="button" role="menuitem" onClick={run}>{label}</button>;
  return (
    <>
      <div className="list-head">
        <ViewPicker {...{ views, view, head }} changed={head.changed} onPick={(key) => go({ ...NONE, view: key, edit: "" })} onManage={() => setDialog("manage")} />
        {ready && listed && !editing && (
          <Menu label={t("View commands")} className="icon-button" text={<MoreHorizontal className="icon" aria-hidden="true" />}>
            {item(t("Save as new view…"), () => setDialog("saveAs"))}
            {own && head.mine && item(t("Share…"), () => setDialog("share"))}
            {own && head.mine && item(t("Hand over…"), () => setDialog("handOver"))}
            {own && head.change && item(t("Name and description…"), () => setDialog("rename"))}
            <hr />
            {!here?.default && item(t("Set as my default view"), () => run("onBeginWith", entity, view))}
            {item(here?.pinned ? t("Unpin from the site map") : t("Pin to the site map"), () => run("onPin", entity, view, !here?.pinned))}
            {item(t("Manage views…"), () => setDialog("manage"))}
            {own && head.mine && <hr />}
            {own && head.mine && item(here?.active === false ? t("Use it again") : t("Deactivate"), () => run("onActivate", head.id, !here?.active))}
            {own && head.mine && item(t("Delete…"), () => setDialog("delete"))}
            {rights.administer && <hr />}
            {rights.administer && !own && item(t("Edit for everybody…"), () => go({ view, edit: "1" }))}
            {rights.administer && own && item(t("Publish to everybody"), () => run("onPublishPersonal", head.id))}
            {rights.administer && item(t("Save as new system view…"), () => setDialog("saveSystem"))}
            {rights.administer && <a role="menuitem" href={`/settings/views?entity=${entity}`}>{t("Views of the system")}</a>}
          </Menu>
        )}
        {head.changed && !editing && (
          <span className="changed-view" role="group" aria-label={t("This view is changed")}>
            <button type="button" className="button small" onClick={discard}>{t("Discard")}</button>
            {own && head.change && <button type="button" className="button small primary" onClick={() => setDialog("saveOver")}>{t("Save")}</button>}
            <button type="button" className={`button small${own && head.change ? "" : " primary"}`} onClick={() => setDialog("saveAs")}>{t("Save as new")}</button>
          </span>
        )}
        {children}
      </div>
      <FilterBar head={head} onFilter={(condition) => filterBy(condition)} onEdit={(row) => open({ kind: "filter", ...(row < head.chips.length ? { row } : { add: "" }) })} onColumns={editing ? undefined : () => open({ kind: "columns" })}>{bar}</FilterBar>
      {head.problems.length > 0 && <div className="view-problem" role="alert">{head.problems.map((problem) => <p key={problem}>{problem}</p>)}</div>}
      {editing && <ViewEditor {...{ entity, head, view, params, go, columnEditor, findEditor, definition, leave, onRefresh }} published={!!here || !listed} builder={known && <FilterBuilder {...ofFilter} />} />}
      <Dialog open={!!panel} side title={panel?.kind === "columns" ? t("Columns") : t("Filter")} onClose={close}>
        <div className="view-panel">
          {!known && <p className="hint" role="status">{t("Loading")}</p>}
          {panel?.kind === "columns" ? columnEditor : builder}
          <footer>
            {panel?.kind === "filter" && <button type="button" className="button" disabled={same(head.shown.where, head.saved.where)} onClick={() => filterBy(head.saved.where)}>{t("Back to the filter of the view")}</button>}
            <button type="button" className="button primary" onClick={close}>{panel?.kind === "filter" && count ? t("Show %(n)s", { n: count }) : t("Done")}</button>
          </footer>
        </div>
      </Dialog>
      {dialog === "saveAs" && <SaveAsDialog {...{ entity, definition }} onDone={arrived} onClose={() => setDialog("")} />}
      {dialog === "saveOver" && <SaveOverDialog {...{ head, definition }} onDone={arrived} onClose={() => setDialog("")} onSaveAs={() => setDialog("saveAs")} />}
      {dialog === "saveSystem" && <SaveAsDialog {...{ entity, definition }} system onDone={(key) => (setDialog(""), go({ ...NONE, view: key, edit: "1" }))} onClose={() => setDialog("")} />}
      {dialog === "handOver" && <HandOverDialog view={head.id} label={head.label} onDone={(kept) => (setDialog(""), kept ? onRefresh?.() : go({ ...NONE, view: "" }))} onClose={() => setDialog("")} />}
      {dialog === "share" && <ShareViewDialog view={head.id} label={head.label} onClose={() => setDialog("")} />}
      {dialog === "rename" && <RenameDialog view={{ key: head.key, label: head.label, version: head.version, description: head.description }} onDone={() => (setDialog(""), onRefresh?.())} onClose={() => setDialog("")} />}
      {dialog === "delete" && <DeleteViewDialog view={{ key: head.key, label: head.label }} onDone={() => (setDialog(""), go({ ...NONE, view: "" }))} onClose={() => setDialog("")} />}
      {dialog === "manage" && <ManageDialog {...{ entity, views }} onChanged={() => onRefresh?.()} onClose={() => setDialog("")} onEdit={(v) => (setDialog(""), go({ ...NONE, view: v.key }))} />}
    </>
  );
}
