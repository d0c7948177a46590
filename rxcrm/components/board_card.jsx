// A card of a board: who or what, how much, whose, and what is next.
import { memo } from "react";
import { AlarmClock, Building2, CalendarClock, GripVertical, Lock, Mail, Phone, SquareCheck, Users } from "lucide-react";
import { dayOf, daysAfter, today } from "./clock.js";
import { useT } from "./i18n.js";
import { initials } from "./names.js";
import { MASK, SealedValue } from "./sealed.jsx";
import { Tags, useTagNames } from "./tags.jsx";
import { Menu } from "./ui.jsx";

const SIGNS = { 1: SquareCheck, 2: Phone, 3: Users, 4: Mail };
const SHOWN = { lead: ["topic", "company_name", "estimated_amount"], opportunity: ["customer", "", "estimated_revenue"] };

/** A day as briefly as it can be said. */
function briefDay(t, day, zone) {
  const now = today(zone), year = day.slice(0, 4) === now.slice(0, 4) ? undefined : "numeric";
  const near = { [now]: t("Today"), [daysAfter(now, -1)]: t("Yesterday"), [daysAfter(now, 1)]: t("Tomorrow") };
  return near[day] ?? new Intl.DateTimeFormat(t.locale, { day: "numeric", month: "short", year, timeZone: "UTC" }).format(new Date(day));
}

/** A value, or nothing where column security keeps it from the reader. */
const unmasked = (value) => (value === MASK ? "" : value);
const said = (value) => (value === MASK ? <SealedValue /> : value);

/** Everything that a card says, in one line for those who hear it. */
export const spoken = (t, entity, card, zone, tagNames = () => []) => {
  const { row } = card;
  const [second, third, amount] = SHOWN[entity];
  return [row.name || t("(no name)"), unmasked(row[second]), third && unmasked(row[third]), row[amount] && row[amount] !== MASK && t.money(row[amount], row.currency), row.owner && t("Owner: %(name)s", { name: row.owner }), ...tagNames(row.tags), card.next.overdue && t("Overdue"), nextText(t, card, zone), card.locked].filter(Boolean).join(", ");
};

const nextText = (t, { next, row }, zone) => {
  if (!next.kind) return row.created_on ? t("Created %(time)s", { time: t.ago(row.created_on) }) : "";
  return [next.subject || t("(no name)"), next.due_on && briefDay(t, dayOf(next.due_on, zone), zone)].filter(Boolean).join(" · ");
};

/** The inside of a card, also of the one that hangs at the pointer. */
export function CardBody({ entity, card, way, list, zone, options, children }) {
  const t = useT();
  const { row, next } = card;
  const [second, third, amount] = SHOWN[entity];
  const Sign = next.overdue ? AlarmClock : next.kind ? SIGNS[next.kind] ?? CalendarClock : null;
  const rating = way !== "rating" && unmasked(row.rating);
  return (
    <>
      <div className="card-top">
        {list ? <a href={`${list}/${card.id}`} tabIndex={-1} draggable={false}>{row.name || t("(no name)")}</a> : <b>{row.name || t("(no name)")}</b>}
        {card.locked && <span className="card-lock" title={card.locked}><Lock className="icon" aria-hidden="true" /></span>}
        {children}
      </div>
      {row[second] && <p className="card-second">{said(row[second])}</p>}
      {third && row[third] && <p className="card-third"><Building2 className="icon" aria-hidden="true" />{said(row[third])}</p>}
      <div className="card-facts">
        {rating && <span className={options.colours?.[rating] ? "pill" : `pill rating-${rating}`} data-colour={options.colours?.[rating]}>{t(options.labels[rating] ?? rating)}</span>}
        {Number(row.score) > 0 && <span className="card-score" title={t("Score")}>{t.number(row.score)}</span>}
        {row[amount] && <span className="card-amount">{row[amount] === MASK ? <SealedValue /> : t.money(row[amount], row.currency)}</span>}
        {row.estimated_close_date && row.estimated_close_date !== MASK && <time className="card-date" dateTime={row.estimated_close_date} title={t("Est. Close Date")}>{briefDay(t, row.estimated_close_date, zone)}</time>}
      </div>
      {row.tags && <p className="card-tags"><Tags value={row.tags} most={3} /></p>}
      <p className={`card-next${next.overdue ? " overdue" : ""}`}>{Sign && <Sign className="icon" aria-hidden="true" />}<span title={next.overdue ? t("Overdue") : undefined}>{nextText(t, card, zone)}</span>{way !== "owner" && row.owner && <span className="avatar small" title={row.owner}>{initials(row.owner)}</span>}</p>
    </>
  );
}

/** A card in its lane. `focus` puts it into the tab order; `held` says that it is being moved. */
export const BoardCard = memo(function BoardCard({ entity, card, lane, lanes, way, list, zone, options, focus, held, waiting, arrived, peeked, help, on }) {
  const t = useT();
  const name = card.row.name || t("(no name)");
  const tagNames = useTagNames();
  return (
    <li>
      <div className={["board-card", held && "held", waiting && "waiting-card", arrived && "arrived", peeked && "peeked", card.locked && "locked"].filter(Boolean).join(" ")} data-card={card.id} role="group"
        aria-roledescription={t("Card")} aria-label={spoken(t, entity, card, zone, tagNames)} aria-describedby={help} aria-busy={waiting || undefined} tabIndex={focus ? 0 : -1} onFocus={(e) => e.target === e.currentTarget && on.focus(card.id)}
        onClick={(e) => on.click(card, e)}>
        <CardBody {...{ entity, card, way, list, zone, options }}>
          {!card.locked && (
            <Menu label={t("Move %(name)s", { name })} className="icon-button grip" align="end" tabIndex={-1} text={<GripVertical className="icon" aria-hidden="true" />}>
              <span className="menu-title">{t("Move to")}</span>
              {lanes.filter((one) => one.key !== lane).map((one) => <button key={one.key} type="button" role="menuitem" onClick={() => on.move(card, one.key)}>{t(one.label)}</button>)}
            </Menu>
          )}
        </CardBody>
      </div>
    </li>
  );
});
