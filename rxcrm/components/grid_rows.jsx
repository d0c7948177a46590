// What stands in a list: a record, its cells, the heading of a group, the totals below.
import { memo, useState } from "react";
import { useNavigate } from "react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import { dayOf } from "./clock.js";
import { useT } from "./i18n.js";
import { initials } from "./names.js";
import { SealedValue } from "./sealed.jsx";
import { Tags } from "./tags.jsx";

/** One record; `at` is the column of the cell in the tab order, if it is in this row; `flash` the column that was just stored. */
export const Row = memo(function Row({ row, r, columns, starts, list, zone, picked, peeked, at, flash, onToggle, onFocus, onClick, onDouble }) {
  const t = useT();
  const stop = (c) => (at === c ? 0 : -1);
  return (
    <tr aria-rowindex={r + 2} aria-selected={picked} data-row={row.id} className={peeked ? "peeked" : undefined} onClick={(e) => onClick(row.id, r, e)} onDoubleClick={(e) => onDouble(row.id, r, e)}>
      <td className="tick" role="gridcell" data-cell={`${r}:0`}>
        <input type="checkbox" tabIndex={stop(0)} aria-label={t("Select %(name)s", { name: row.name || row.id })} checked={picked}
          onClick={(e) => onToggle(r, e.shiftKey)} onChange={() => {}} />
      </td>
      {columns.map((column, c) => {
        const value = row[column.key] ?? "";
        const link = column.kind === "link";
        const pinned = starts[column.key];
        return (
          <td key={column.key} role="gridcell" data-cell={`${r}:${c + 1}`} data-kind={column.kind} data-column={column.key} tabIndex={link ? undefined : stop(c + 1)} onFocus={() => onFocus(r, c + 1)}
            className={[pinned === undefined ? "" : "pinned", flash === column.key ? "stored" : ""].join(" ").trim() || undefined} style={pinned === undefined ? undefined : { insetInlineStart: pinned }}>
            {link ? <RowLink to={`${list}/${row.id}`} tabIndex={stop(c + 1)}>{value || t("(no name)")}</RowLink> : <Cell {...{ row, column, value, zone }} />}
            {flash === column.key && <span className="unseen" role="status">{t("Saved")}</span>}
          </td>
        );
      })}
    </tr>
  );
});

function RowLink({ to, tabIndex, children }) {
  const navigate = useNavigate();
  const go = (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    navigate(to);
  };
  return <a href={to} className="row-link" tabIndex={tabIndex} onClick={go}>{children}</a>;
}

export function Cell({ row, column, value, zone }) {
  const t = useT();
  if (column.kind === "sealed") return <SealedValue />;
  const text = column.options?.[value] ? t(column.options[value]) : value;
  if (column.kind === "moment") return value && <time dateTime={value} title={t.moment(value, zone)}>{t.short(value, zone)}</time>;
  if (column.kind === "due")
    return value && <time dateTime={value} className={row.overdue ? "overdue" : undefined} title={t.moment(value, zone)}>{row.all_day ? t.day(dayOf(value, zone)) : t.short(value, zone)}{row.overdue && <span className="pill late">{t("Overdue")}</span>}</time>;
  if (column.kind === "regarding" || (column.kind === "lookup" && row[`${column.key}_path`])) return value && <a href={row[`${column.key}_path`]} tabIndex={-1} title={value}>{value}</a>;
  if (column.kind === "tags") return <Tags value={value} />;
  if (column.kind === "date") return value && <time dateTime={value}>{t.day(value)}</time>;
  if (column.kind === "money") return value && <span className="amount">{t.money(value, row.currency)}</span>;
  if (column.kind === "number") return value && <span className="amount">{t.decimal(value)}</span>;
  if (column.kind === "percent") return value && <span className="amount">{t("%(n)s %", { n: t.number(value) })}</span>;
  const colour = column.colours?.[value];
  if (column.kind === "rating" || column.kind === "status" || colour) return value === "" ? null : <span className={colour ? "pill" : `pill ${column.key}-${value}`} data-colour={colour}>{text}</span>;
  if (column.kind === "owner") return value && <span className="owner" title={text}><span className="avatar small" aria-hidden="true">{initials(text)}</span><span>{text}</span></span>;
  return <span title={text}>{text}</span>;
}

const LABEL = (t) => ({ sum: t("Sum"), avg: t("Average"), min: t("Minimum"), max: t("Maximum") });

/** Totals in the place of their column. `quiet` does not say what they are: the totals below all of it do. */
export function Totals({ totals, columns, quiet }) {
  const by = Object.fromEntries(totals.map((total) => [total.column, total]));
  return columns.map((column) => (
    <td key={column.key} role="gridcell" data-kind={column.kind} data-column={column.key}>{by[column.key] && <Total total={by[column.key]} {...{ column, quiet }} />}</td>
  ));
}

/** How many currencies stand below each other before the others have to be asked for. */
const CURRENCIES = 2;

/** One total: a value for each currency, as amounts in different ones are no sum. */
function Total({ total, column, quiet }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const { values } = total;
  const what = LABEL(t)[total.function];
  const shown = all || values.length <= CURRENCIES ? values : values.slice(0, 1);
  const say = ([currency, value]) => (currency ? t.money(value, currency) : column.kind === "percent" ? t("%(n)s %", { n: t.decimal(value) }) : t.decimal(value));
  return (
    <span className="totals" title={`${what}: ${values.map(say).join(" + ") || "–"}`}>
      <small className={quiet ? "unseen" : undefined}>{what}</small>
      {shown.map((one) => <span key={one[0]} className="amount">{say(one)}</span>)}
      {!values.length && <span className="amount">–</span>}
      {values.length > CURRENCIES && <button type="button" className="others" aria-expanded={all} aria-label={t("Other currencies")} onClick={() => setAll(!all)}>{all ? "–" : `+${values.length - 1}`}</button>}
    </span>
  );
}

/** The heading of a group: its value, how many rows, its totals; a click opens and closes it. */
export const GroupRow = memo(function GroupRow({ group, r, columns, open, at, onToggle, onFocus }) {
  const t = useT();
  const Arrow = open ? ChevronDown : ChevronRight;
  const [first, ...rest] = columns;
  const count = t.n("%(n)s record", "%(n)s records", group.count);
  return (
    <tr className="group-row" aria-rowindex={r + 2}>
      <td className="tick" role="gridcell" />
      <td role="gridcell" data-cell={`${r}:1`} data-column={first?.key} colSpan={group.totals.length ? 1 : columns.length}>
        <button type="button" tabIndex={at >= 0 ? 0 : -1} aria-expanded={open} title={`${group.label}, ${count}`} onFocus={() => onFocus(r, 1)} onClick={() => onToggle(group.key)}>
          <Arrow className="icon" aria-hidden="true" /><b>{group.label}</b><span className="count">{count}</span>
        </button>
      </td>
      {group.totals.length > 0 && <Totals totals={group.totals} columns={rest} quiet />}
    </tr>
  );
});

/** "More" below the rows of a group, or below the groups; while they are on their way, that they are, or why not. */
export function MoreRow({ r, span, at, line, onFocus }) {
  const t = useT();
  const label = line.of ? t("More of %(name)s", { name: line.of }) : t("More groups");
  return (
    <tr className="more-row" aria-rowindex={r + 2}>
      <td className="tick" role="gridcell" />
      <td role="gridcell" data-cell={`${r}:1`} colSpan={span} tabIndex={line.run ? undefined : at >= 0 ? 0 : -1}>
        {line.run ? <button type="button" className="button small" tabIndex={at >= 0 ? 0 : -1} onFocus={() => onFocus(r, 1)} onClick={line.run}>{label}</button>
          : line.problem ? <span className="problem" role="alert">{line.problem}</span> : <span className="hint" role="status">{t("Loading")}</span>}
      </td>
    </tr>
  );
}
