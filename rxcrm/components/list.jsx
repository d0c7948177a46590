// A list of records: view picker, search, grid, pages. What is shown stands in the address; the grid only navigates.
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { kindOf } from "./board_store.js";
import { Grid } from "./grid.jsx";
import { groupOf } from "./grid_groups.js";
import { useT } from "./i18n.js";
import { DateChoice, KindSwitch, LaneChoice } from "./kind_switch.jsx";
import { useAddress } from "./list_address.js";
import { Count, Pager } from "./list_pager.jsx";
import { offerViews } from "./palette_store.js";
import { useShape } from "./shape.js";
import { ViewHead } from "./view_head.jsx";

const Board = lazy(() => import("./board.jsx").then((m) => ({ default: m.Board })));

const RecordCalendar = lazy(() => import("./board_calendar.jsx").then((m) => ({ default: m.RecordCalendar })));

/** The whole list below the page's title; `kinds` are the other ways to show its rows. */
export function RecordList({ entity, list, kinds = [], views, view, head, columns, rows, sort, page, size, first, last, moreAfter, moreBefore, total, cap, shown, ready, zone, label, empty, onSelect, onRefresh, ...tools }) {
  const { params, go, location } = useAddress();
  const t = useT();
  const [picked, setPicked] = useState([]);
  const busy = ready && shown !== location.search.replace(/^\?/, "");
  useEffect(() => {
    sessionStorage.setItem(`rxcrm:list:${entity}`, location.pathname + location.search);
  }, [entity, location]);
  useEffect(() => {
    const created = ({ detail }) => detail.entity === entity && onRefresh?.();
    window.addEventListener("rxcrm:created", created);
    return () => window.removeEventListener("rxcrm:created", created);
  });
  // An administrator has renamed, coloured or made something: columns and words come anew.
  const { number: shaped } = useShape();
  const known = useRef(shaped);
  useEffect(() => {
    if (ready && shaped !== known.current) onRefresh?.();
    known.current = shaped;
  }, [shaped]);
  const pick = (ids) => {
    if (ids.join() === picked.join()) return;
    setPicked(ids);
    onSelect?.(ids);
  };
  useEffect(() => {
    // The command palette finds them too.
    offerViews(views.map((v) => ({ label: t(v.label), path: `${list}?view=${v.key}` })));
    return () => offerViews([]);
  }, [views, list, t]);
  const searched = params.get("q") ?? "";
  const sortTo = (next) => go({ sort: next.map(([key, down]) => (down ? "-" : "") + key).join(",") });
  const filtered = ready && head?.chips.length > 0 && !searched;
  const rights = tools.rights ?? {};
  const asked = kindOf(params, head);
  const kind = kinds.includes(asked) ? asked : "list";
  const apart = { entity, list, ready, busy, zone, go, params, total, cap, tools, head, empty, query: shown ?? "", label: t(head?.label ?? label) };
  return (
    <div className={`list${params.get("edit") === "1" ? " editing" : ""}`}>
      <ViewHead bar={kind === "board" ? <LaneChoice head={head} /> : kind === "calendar" && <DateChoice head={head} />} {...{ entity, head, views, view, ready, rights, sort, onRefresh }} onSort={sortTo} count={total > cap ? `${t.number(cap)}+` : total < 0 ? "" : t.number(total)}>
        {kinds.length > 0 && <KindSwitch {...{ kinds, head }} />}
        <Count {...{ total, cap }} picked={picked.length} />
        <Search value={searched} within={head?.searched ?? []} onSearch={(q) => go({ q })} />
      </ViewHead>
      {kind === "board" && <Suspense fallback={<div className="board" aria-busy="true" />}><Board {...apart} /></Suspense>}
      {kind === "calendar" && <Suspense fallback={<div className="board" aria-busy="true" />}><RecordCalendar {...apart} /></Suspense>}
      {kind === "list" && <Grid {...{ entity, list, columns, rows, sort, busy, ready, zone, label, view, params, go, shown, total, cap }} onPick={pick} tools={{ ...tools, onRefresh }} onSort={sortTo} />}
      {kind === "list" && ready && !rows.length && <Empty {...{ searched, empty, filtered }} problems={head?.problems ?? []} clear={() => go({ q: "" })} everywhere={() => go({ q: searched, view: "all", filter: "" })}
        unfilter={() => go({ filter: JSON.stringify({ all: [] }) })} all={views.some((v) => v.key === "all") && view !== "all"} />}
      {kind === "list" && !groupOf(params, tools.group) && <Pager {...{ params, go, page, size, rows, first, last, moreAfter, moreBefore, total, cap }} />}
    </div>
  );
}

/** Searches while one types; every letter stays, whatever the server does meanwhile. */
function Search({ value, within, onSearch }) {
  const t = useT();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const timer = useRef(0);
  useEffect(() => {
    if (value !== sent.current) (setText(value), (sent.current = value));
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next, wait) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => next.trim() !== sent.current && ((sent.current = next.trim()), onSearch(next.trim())), wait);
  };
  return (
    <input type="search" className="search" aria-label={t("Search this view")} placeholder={t("Search this view")} data-hotkey="/" value={text}
      title={within.length ? t("Searches in: %(names)s", { names: within.join(", ") }) : undefined}
      onChange={(e) => (setText(e.target.value), send(e.target.value, 120))} onKeyDown={(e) => e.key === "Enter" && send(text, 0)} />
  );
}

function Empty({ searched, empty, filtered, problems, clear, everywhere, unfilter, all }) {
  const t = useT();
  if (problems.length && !searched) {
    return (
      <div className="empty">
        <h2>{t("This list cannot be shown as it is")}</h2>
        <p><button type="button" className="button" onClick={unfilter}>{t("Show it without the filter")}</button></p>
      </div>
    );
  }
  return (
    <div className="empty">
      {searched ? (
        <>
          <h2>{t("No record here contains “%(term)s”.", { term: searched })}</h2>
          <p>
            <button type="button" className="button" onClick={clear}>{t("Clear the search")}</button>
            {all && <button type="button" className="button" onClick={everywhere}>{t("Search all records")}</button>}
          </p>
        </>
      ) : (
        <>
          {empty}
          {filtered && <p><button type="button" className="button" onClick={unfilter}>{t("Clear the filter")}</button></p>}
        </>
      )}
    </div>
  );
}
