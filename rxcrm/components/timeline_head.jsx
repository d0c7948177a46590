// Above the timeline: its title, search, filter pane, order, and what one has missed (S 4.2, 4.6, R4.9).
import { useEffect, useId, useRef, useState } from "react";
import { ArrowDownNarrowWide, ArrowUpNarrowWide, Bell, ChevronsDownUp, ChevronsUpDown, Ellipsis, ListFilter, RefreshCw, Search, X } from "lucide-react";
import { useT } from "./i18n.js";
import { Menu } from "./ui.jsx";

/** `query` is {search, filters, newest}; `ask(query)` asks for another. While the pane is open, the server keeps its counters up to date. */
export function Head({ query, ask, facets, ready, busy, onCount, onRefresh, onExpand, onCollapse }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const paneId = useId();
  const filter = useRef(null);
  const chosen = Object.values(query.filters).reduce((n, keys) => n + keys.length, 0);
  useEffect(() => {
    // A server that was started again meanwhile has to be told again: then the timeline is not ready for a moment.
    if (!open || !ready) return undefined;
    onCount(true);
    return () => onCount(false);
  }, [open, ready]);
  const close = () => (setOpen(false), filter.current.focus());
  return (
    <>
      <div className="timeline-head">
        <h2>{t("Timeline")}</h2>
        <SearchBox value={query.search} busy={busy} onSearch={(search) => ask({ ...query, search })} />
        <button ref={filter} type="button" className={`icon-button filter${chosen ? " active" : ""}`} aria-expanded={open} aria-controls={open ? paneId : undefined} title={t("Filter")}
          aria-label={chosen ? t.n("Filter, %(n)s chosen", "Filter, %(n)s chosen", chosen) : t("Filter")} onClick={() => setOpen(!open)}>
          <ListFilter className="icon" aria-hidden="true" />{chosen > 0 && <span className="count-dot" aria-hidden="true">{t.number(chosen)}</span>}
        </button>
        <Menu label={t("More timeline commands")} text={<Ellipsis className="icon" aria-hidden="true" />} className="icon-button" align="end">
          <button type="button" role="menuitem" onClick={onRefresh}><RefreshCw className="icon" aria-hidden="true" />{t("Refresh")}</button>
          <button type="button" role="menuitem" onClick={() => ask({ ...query, newest: !query.newest })}>
            {query.newest ? <ArrowUpNarrowWide className="icon" aria-hidden="true" /> : <ArrowDownNarrowWide className="icon" aria-hidden="true" />}
            {query.newest ? t("Sort older to newer") : t("Sort newer to older")}
          </button>
          <button type="button" role="menuitem" onClick={onExpand}><ChevronsUpDown className="icon" aria-hidden="true" />{t("Expand all")}</button>
          <button type="button" role="menuitem" onClick={onCollapse}><ChevronsDownUp className="icon" aria-hidden="true" />{t("Collapse all")}</button>
        </Menu>
      </div>
      {open && <FilterPane {...{ facets, chosen, close }} id={paneId} filters={query.filters} onChange={(filters) => ask({ ...query, filters })} />}
      {!open && chosen > 0 && <ChosenFilters {...{ facets }} filters={query.filters} onChange={(filters) => ask({ ...query, filters })} />}
    </>
  );
}

/** Searches while one types; the cross or Escape empties it. */
function SearchBox({ value, busy, onSearch }) {
  const t = useT();
  const [text, setText] = useState(value);
  const timer = useRef(0);
  const sent = useRef(value);
  const input = useRef(null);
  useEffect(() => {
    if (value !== sent.current) (setText(value), (sent.current = value));
  }, [value]);
  const search = (next, wait) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => next.trim() !== sent.current && onSearch((sent.current = next.trim())), wait);
  };
  const empty = () => (setText(""), search("", 0), input.current.focus());
  const keys = (e) => {
    if (e.key === "Enter") (e.preventDefault(), search(text, 0));
    else if (e.key === "Escape" && text) (e.preventDefault(), e.stopPropagation(), empty());
  };
  return (
    <div className="timeline-search" role="search" aria-busy={busy}>
      <Search className="icon" aria-hidden="true" />
      <input ref={input} type="text" enterKeyHint="search" aria-label={t("Search timeline")} placeholder={t("Search timeline")} autoComplete="off" maxLength={200} value={text}
        onChange={(e) => (setText(e.target.value), search(e.target.value, 250))} onKeyDown={keys} />
      {text && <button type="button" className="icon-button" aria-label={t("Clear search")} onClick={empty}><X className="icon" aria-hidden="true" /></button>}
    </div>
  );
}

const toggled = (filters, group, key) => {
  const { [group]: before = [], ...rest } = filters;
  const now = before.includes(key) ? before.filter((k) => k !== key) : [...before, key];
  return now.length ? { ...rest, [group]: now } : rest;
};

/** Groups with counters: OR inside a group, AND between groups (S 4.6). */
function FilterPane({ id, facets, filters, chosen, onChange, close }) {
  const t = useT();
  const box = useRef(null);
  const counted = facets.length > 0;
  useEffect(() => box.current.focus(), []);
  useEffect(() => {
    if (counted && document.activeElement === box.current) box.current.querySelector("input")?.focus();
  }, [counted]);
  const keys = (e) => e.key === "Escape" && (e.preventDefault(), e.stopPropagation(), close());
  return (
    <div className="filter-pane" id={id} ref={box} role="group" aria-label={t("Filter")} aria-busy={!counted} tabIndex={-1} onKeyDown={keys}>
      <header>
        <b>{t("Filter")}</b>
        <button type="button" className="link-button" disabled={!chosen} onClick={() => (onChange({}), box.current.querySelector("input")?.focus())}>{t("Clear all")}</button>
        <button type="button" className="icon-button" aria-label={t("Close")} onClick={close}><X className="icon" aria-hidden="true" /></button>
      </header>
      {!counted && <div className="skeleton" role="status" aria-label={t("Loading")}><i /><i /><i /></div>}
      <div className="filter-groups">
        {facets.filter((group) => group.options.length).map((group) => (
          <fieldset key={group.key}>
            <legend>{t(group.label)}</legend>
            {group.options.map((option) => {
              const on = filters[group.key]?.includes(option.key) ?? false;
              return (
                <label key={option.key} className={!option.count && !on ? "none" : undefined}>
                  <input type="checkbox" checked={on} onChange={() => onChange(toggled(filters, group.key, option.key))} />
                  <span>{t(option.label)}</span><small>{t.number(option.count)}</small>
                </label>
              );
            })}
          </fieldset>
        ))}
      </div>
    </div>
  );
}

/** While the pane is closed, what it holds back stays in sight, and can be let go one by one. */
function ChosenFilters({ facets, filters, onChange }) {
  const t = useT();
  const labels = facets.flatMap((group) => (filters[group.key] ?? []).map((key) => ({ group: group.key, key, label: group.options.find((o) => o.key === key)?.label ?? key })));
  return (
    <ul className="chips chosen" aria-label={t("Filters in force")}>
      {labels.map(({ group, key, label }) => (
        <li key={`${group}:${key}`} className="chip"><span className="chip-name">{t(label)}</span>
          <button type="button" className="icon-button" aria-label={t("Remove the filter %(name)s", { name: t(label) })} onClick={() => onChange(toggled(filters, group, key))}><X className="icon" aria-hidden="true" /></button></li>
      ))}
      <li><button type="button" className="link-button" onClick={() => onChange({})}>{t("Clear all")}</button></li>
    </ul>
  );
}

/** What others added since the last visit. */
export function Missed({ missed, since, zone, onJump, onDismiss }) {
  const t = useT();
  if (!missed) return null;
  return (
    <aside className="missed" aria-label={t("What you've missed")}>
      <Bell className="icon" aria-hidden="true" />
      <div><b>{t("What you've missed")}</b>
        <p>{t.n("%(n)s entry is new since your last visit on %(when)s.", "%(n)s entries are new since your last visit on %(when)s.", missed, { when: t.moment(since, zone) })}</p></div>
      <button type="button" className="button small" onClick={onJump}>{t("Show")}</button>
      <button type="button" className="icon-button" aria-label={t("Dismiss")} onClick={onDismiss}><X className="icon" aria-hidden="true" /></button>
    </aside>
  );
}
