// How many rows a list has, and which of them are shown.
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from "lucide-react";
import { useT } from "./i18n.js";

const SIZES = [50, 100, 250];

const countText = (t, total, cap) => (total < 0 ? "" : total > cap ? `${t.number(cap)}+` : t.number(total));

export function Count({ total, cap, picked }) {
  const t = useT();
  const text = picked ? t.n("%(n)s selected", "%(n)s selected", picked) : total < 0 ? " " : total > cap ? t("%(n)s+ records", { n: t.number(cap) }) : t.n("%(n)s record", "%(n)s records", total);
  return <span className="count" role="status">{text}</span>;
}

/** First, previous, next, last, and how many rows a page has. */
export function Pager({ params, go, page, size, rows, first, last, moreAfter, moreBefore, total, cap }) {
  const t = useT();
  const counted = total >= 0 && total <= cap;
  const atEnd = params.has("last") || (!moreAfter && page === 0);
  const start = page > 0 ? (page - 1) * size + 1 : counted && atEnd ? total - rows.length + 1 : 0;
  const range = !rows.length ? "" : start > 0 ? t("%(from)s – %(to)s of %(all)s", { from: t.number(start), to: t.number(start + rows.length - 1), all: countText(t, total, cap) || "…" }) : t("Last page");
  const turn = (changes) => go({ page: "", after: "", before: "", last: "", ...changes }, { keepPage: true });
  const next = () => turn({ page: page > 0 && page < 200 ? page + 1 : "", after: last });
  const previous = () => (page === 2 ? turn({}) : turn({ page: page > 1 ? page - 1 : "", before: first }));
  return (
    <nav className="pager" aria-label={t("Pages")}>
      <span>{range}</span>
      <label>{t("Rows per page")}
        <select value={size} onChange={(e) => go({ size: e.target.value === "50" ? "" : e.target.value })}>{SIZES.map((n) => <option key={n} value={n}>{n}</option>)}</select>
      </label>
      <div className="buttons">
        <button type="button" className="icon-button" aria-label={t("First page")} disabled={!moreBefore} onClick={() => turn({})}><ChevronFirst className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Previous page")} disabled={!moreBefore} onClick={previous}><ChevronLeft className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Next page")} disabled={!moreAfter} onClick={next}><ChevronRight className="icon" aria-hidden="true" /></button>
        <button type="button" className="icon-button" aria-label={t("Last page")} disabled={!moreAfter} onClick={() => turn({ last: "1" })}><ChevronLast className="icon" aria-hidden="true" /></button>
      </div>
    </nav>
  );
}
