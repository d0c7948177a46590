// The recycle bin: what one may restore, by table, with a search; one or many come back at once (S 3.8, 13.6).
import { useEffect, useRef, useState } from "react";
import { ArchiveRestore } from "lucide-react";
import { useT } from "./i18n.js";

export function RecycleBin({ rows, more, entity, term, ready, tables, zone, onSearch, onMore, onRestore }) {
  const t = useT();
  const [picked, setPicked] = useState([]);
  const [text, setText] = useState(term);
  const timer = useRef(0);
  useEffect(() => setPicked((now) => now.filter((key) => rows.some((row) => row.key === key))), [rows]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (next) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(entity, next), 180);
  };
  const all = rows.length > 0 && picked.length === rows.length;
  const toggle = (key) => setPicked((now) => (now.includes(key) ? now.filter((one) => one !== key) : [...now, key]));
  const labels = Object.fromEntries(tables);
  return (
    <div className="bin">
      <div className="bin-head">
        <input type="search" className="search" aria-label={t("Search the recycle bin")} placeholder={t("Search the recycle bin")} data-hotkey="/" value={text} onChange={(e) => search(e.target.value)} />
        <select aria-label={t("Table")} value={entity} onChange={(e) => onSearch(e.target.value, text)}>
          <option value="">{t("Everything")}</option>
          {tables.map(([value, , many]) => <option key={value} value={value}>{t(many)}</option>)}
        </select>
        {picked.length > 0 && <button type="button" className="button primary" onClick={() => onRestore(picked)}><ArchiveRestore className="icon" aria-hidden="true" />{t.n("Restore %(n)s record", "Restore %(n)s records", picked.length)}</button>}
        <span className="unseen" role="status">{picked.length ? t.n("%(n)s selected", "%(n)s selected", picked.length) : ""}</span>
      </div>
      {!ready && <div className="waiting" role="status" aria-label={t("Loading")}><span className="spinner" /></div>}
      {ready && rows.length > 0 && (
        <div className="table-card">
          <table className="binned" aria-label={t("Recycle bin")}>
            <thead>
              <tr>
                <th scope="col" className="tick"><input type="checkbox" aria-label={t("Select all")} checked={all} onChange={() => setPicked(all ? [] : rows.map((row) => row.key))} /></th>
                <th scope="col">{t("Name")}</th><th scope="col">{t("Table")}</th><th scope="col">{t("Deleted by")}</th><th scope="col">{t("Time left")}</th><th scope="col"><span className="unseen">{t("Commands")}</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <td className="tick"><input type="checkbox" aria-label={t("Select %(name)s", { name: row.name })} checked={picked.includes(row.key)} onChange={() => toggle(row.key)} /></td>
                  <th scope="row"><span className="who"><b>{row.name}</b>{row.detail && <small>{row.detail}</small>}
                    <small className="on-phone">{t(labels[row.entity])} · {row.who || t("The system")} · {t.n("%(n)s day left", "%(n)s days left", row.days_left)}</small></span></th>
                  <td>{t(labels[row.entity])}</td>
                  <td><span className="who"><span>{row.who || t("The system")}</span><small><time dateTime={row.at} title={t.moment(row.at, zone)}>{t.ago(row.at)}</time></small></span></td>
                  <td className={row.days_left <= 3 ? "soon" : undefined}>{t.n("%(n)s day", "%(n)s days", row.days_left)}</td>
                  <td className="restore"><button type="button" className="button small" aria-label={t("Restore %(name)s", { name: row.name })} onClick={() => onRestore([row.key])}><ArchiveRestore className="icon" aria-hidden="true" /><span>{t("Restore")}</span></button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {ready && !rows.length && (
        <div className="empty">
          <h2>{term || entity ? t("Nothing matches") : t("The recycle bin is empty")}</h2>
          <p>{term || entity ? t("Nothing that you may restore is called so.") : t("What you delete lies here for 30 days and can be restored with everything that belongs to it.")}</p>
          {(term || entity) && <p><button type="button" className="button" onClick={() => (setText(""), onSearch("", ""))}>{t("Clear the search")}</button></p>}
        </div>
      )}
      {more && <p className="bin-more"><button type="button" className="button" onClick={() => onMore()}>{t("Show more")}</button></p>}
    </div>
  );
}
