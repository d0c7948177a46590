// Which rows a chart or tile is about, beyond its view: the condition builder, folded away until somebody wants it.
import { useEffect, useState } from "react";
import { Filter } from "lucide-react";
import { FilterBuilder } from "./filter_builder.jsx";
import { partsOf } from "./filter_tree.js";
import { useT } from "./i18n.js";
import { find, send, useDesk } from "./views_store.js";

/** `value` is a condition as JSON data or null; `names` are those of people and records in it. */
export function Condition({ entity, value, names, onChange }) {
  const t = useT();
  const { described } = useDesk();
  const rows = partsOf(value).length;
  const [open, setOpen] = useState(rows > 0);
  const known = described?.entity === entity;
  useEffect(() => {
    if (open && !known) send("onDescribe", entity);
  }, [open, known, entity]);
  const put = (condition) => onChange(partsOf(condition).length ? condition : null);
  return (
    <fieldset className="rows-of">
      <legend className="unseen">{t("Only these rows")}</legend>
      <button type="button" className="button small" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Filter className="icon" aria-hidden="true" />{rows ? t.n("Filter: %(n)s row", "Filter: %(n)s rows", rows) : t("Filter the rows")}
      </button>
      {open && (known ? <FilterBuilder key={entity} description={described} {...{ entity, names }} value={value ?? { all: [] }} add={rows ? undefined : ""} onChange={put} onFind={find} />
        : <p className="hint" role="status">{t("Loading")}</p>)}
    </fieldset>
  );
}
