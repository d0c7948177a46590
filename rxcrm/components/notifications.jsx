// The bell: how many notifications are unread, and a pane with all of them.
import { useEffect, useRef, useState } from "react";
import { Bell as BellIcon } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

/** A button with the unread count; its pane stays up to date while it is open. */
export function Bell({ unread, lines, more, ready, zone, onOpen, onMore, onRead, onReadAll }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [told, setTold] = useState("");
  const before = useRef(unread);
  const list = useRef(null);
  const next = useRef(null);
  const name = unread ? t.n("Notifications, %(n)s unread", "Notifications, %(n)s unread", unread) : t("Notifications");
  useEffect(() => {
    // Read out only what comes while the page is open, not what stood there when it opened.
    if (unread > before.current) setTold(t.n("%(n)s unread notification", "%(n)s unread notifications", unread));
    if (!unread) setTold("");
    before.current = unread;
  }, [unread]);
  useEffect(() => {
    setPending(false);
    // The button that was pressed may be gone: the focus goes to the first of the lines that it brought.
    if (next.current !== null && lines.length > next.current) list.current?.children[next.current]?.querySelector("a, button")?.focus();
    next.current = null;
  }, [lines]);
  const show = () => (setOpen(true), onOpen());
  const loadMore = () => ((next.current = lines.length), setPending(true), onMore());
  return (
    <>
      <button type="button" className="icon-button bell" aria-label={name} title={t("Notifications")} aria-haspopup="dialog" aria-expanded={open} onClick={show}>
        <BellIcon className="icon" aria-hidden="true" />
        {unread > 0 && <span className="badge" aria-hidden="true">{unread > 99 ? "99+" : t.number(unread)}</span>}
      </button>
      <span className="unseen" role="status">{told}</span>
      <Dialog open={open} side title={t("Notifications")} onClose={() => setOpen(false)}>
        <div className="notifications">
          {unread > 0 && <button type="button" className="button small" onClick={onReadAll}>{t("Mark all as read")}</button>}
          {!ready && <p className="hint" role="status">{t("Loading")}</p>}
          {ready && !lines.length && <p className="hint">{t("Nothing yet. Follow a record to hear of its changes.")}</p>}
          <ul ref={list} aria-label={t("Notifications")}>
            {lines.map((line) => (
              <li key={line.id} className={line.read ? undefined : "unread"}>
                <Line line={line} zone={zone} t={t} onRead={onRead} onLeave={() => setOpen(false)} />
              </li>
            ))}
          </ul>
          {more && <button type="button" className="button" disabled={pending} onClick={loadMore}>{pending ? t("Loading") : t("Show more")}</button>}
        </div>
      </Dialog>
    </>
  );
}

function Line({ line, zone, t, onRead, onLeave }) {
  const body = (
    <>
      <span>
        {!line.read && <span className="unseen">{t("Unread")}: </span>}
        {line.text}
      </span>
      {line.quote && <q>{line.quote}</q>}
      <time dateTime={line.at} title={t.moment(line.at, zone)}>{t.ago(line.at)}</time>
    </>
  );
  const read = () => line.read || onRead(line.id);
  if (line.url) return <a href={line.url} onClick={(e) => (read(), e.ctrlKey || e.metaKey || e.shiftKey || onLeave())}>{body}</a>;
  return line.read ? <div>{body}</div> : <button type="button" onClick={read} title={t("Mark as read")}>{body}</button>;
}
