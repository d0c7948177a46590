// Records that belong to the one that a form shows: contacts, leads and opportunities, a card for each kind.
import { useEffect, useId } from "react";
import { Plus } from "lucide-react";
import { useT } from "./i18n.js";

/** Asks for its rows whenever the form shows another record or has been read again. */
export function SubGrids({ entity, recordId, loaded, shown, shownId, grids, onOpen, onMore }) {
  useEffect(() => {
    if (loaded) onOpen(entity, recordId);
  }, [entity, recordId, loaded]);
  useEffect(() => {
    const created = () => onOpen(entity, recordId);
    window.addEventListener("rxcrm:created", created);
    return () => window.removeEventListener("rxcrm:created", created);
  });
  if (recordId <= 0 || shown !== entity || shownId !== recordId) return null;
  return grids.map((grid) => <Grid key={grid.key} grid={grid} more={() => onMore(entity, recordId, grid.key)} />);
}

function Grid({ grid, more }) {
  const t = useT();
  const id = useId();
  const { rows, total } = grid;
  if (!rows.length && !grid.new) return null;
  return (
    <section className="section subgrid" aria-labelledby={id} data-entity={grid.entity}>
      <header>
        <h2 id={id}>{t(grid.label)}{total > 0 && <span className="badge">{t.number(total)}</span>}</h2>
        {grid.new && <a href={grid.new} className="button small" aria-label={t(grid.new_label)}><Plus className="icon" aria-hidden="true" />{t("New")}</a>}
      </header>
      {rows.length > 0 ? (
        <ul>
          {rows.map((row) => (
            <li key={row.id} className={row.open ? undefined : "closed"}>
              <a className="link" href={row.path}>{row.name}</a>
              {grid.entity !== "contact" || !row.open ? <span className={`pill status_reason-${row.reason}`}>{row.status}</span> : null}
              {row.details.length > 0 && <small>{row.details.join(" · ")}</small>}
            </li>
          ))}
        </ul>
      ) : <p className="hint">{t("Nothing here yet.")}</p>}
      {total > rows.length && <button type="button" className="button quiet" onClick={more}>{t.n("Show more (%(n)s left)", "Show more (%(n)s left)", total - rows.length)}</button>}
    </section>
  );
}
