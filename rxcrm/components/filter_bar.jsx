// The second line of a list: its filter in words, a chip for each row, and what can be done with a changed view.
import { Columns3, ListFilter, Plus, X } from "lucide-react";
import { useT } from "./i18n.js";
import { partsOf, same, withParts } from "./filter_tree.js";
import { useAhead } from "./views_store.js";

/** `head` is state.views.Head; `onFilter(condition)` shows other rows, `onEdit(row)` opens the builder, `onColumns` the columns. */
export function FilterBar({ head, onFilter, onEdit, onColumns, children }) {
  const t = useT();
  const where = head.shown.where;
  const parts = partsOf(where);
  const [any, join] = useAhead(head.any, (value) => onFilter(withParts(where, parts, value)));
  const drop = (index) => onFilter(withParts(where, parts.filter((_, i) => i !== index)));
  return (
    <div className="filter-bar" role="toolbar" aria-label={t("Filter and columns")}>
      <ListFilter className="icon lead" aria-hidden="true" />
      {head.chips.length > 1 && (
        <select className="joint" aria-label={t("How the rows are joined")} value={any ? "any" : "all"} onChange={(e) => join(e.target.value === "any")}>
          <option value="all">{t("All of these")}</option>
          <option value="any">{t("Any of these")}</option>
        </select>
      )}
      <ul className="chips" aria-label={t("Filter")}>
        {head.chips.map((chip, i) => (
          <li key={`${i} ${chip.text}`} className={`chip${chip.problem ? " bad" : ""}`} title={chip.problem || chip.text}>
            <button type="button" className="chip-name" aria-label={t("Edit %(filter)s", { filter: chip.text })} onClick={() => onEdit(i)}>{chip.field ? <>{chip.field} <span className="chip-operator">{chip.operator}</span> {chip.values && <b>{chip.values}</b>}</> : chip.text}</button>
            <button type="button" className="chip-drop" aria-label={t("Remove %(name)s", { name: chip.text })} onClick={() => drop(i)}><X className="icon" aria-hidden="true" /></button>
          </li>
        ))}
      </ul>
      <button type="button" className="button small quiet" data-hotkey="f" onClick={() => onEdit(head.chips.length)}><Plus className="icon" aria-hidden="true" />{t("Filter")}</button>
      {parts.length > 0 && !same(where, head.saved.where) && partsOf(head.saved.where).length === 0 && (
        <button type="button" className="button small quiet" onClick={() => onFilter(withParts(where, []))}>{t("Clear")}</button>
      )}
      <span className="bar-end">
        {children}
        {onColumns && <button type="button" className="button small quiet" aria-label={t("Columns")} onClick={onColumns}><Columns3 className="icon" aria-hidden="true" /><span>{t("Columns")}</span></button>}
      </span>
    </div>
  );
}
