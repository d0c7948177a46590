// One entry of the timeline: what it is, who, when; its text, files and changes; what can be done with it (S R4.4, 4.8).
import { memo, useEffect, useRef, useState } from "react";
import { Ban, Check, ChevronDown, CircleDot, Ellipsis, ExternalLink, Heart, Pencil, Pin, PinOff, Reply, RotateCcw, Send, Trash2 } from "lucide-react";
import { dayOf, dueText, today } from "./clock.js";
import { ICONS, kindNames } from "./composer.jsx";
import { Changes, Marked, Rich } from "./entry_body.jsx";
import { EntryForm } from "./entry_form.jsx";
import { initials } from "./names.js";
import { addressOf } from "./paths.js";
import { useT } from "./i18n.js";
import { useTimeline } from "./timeline_store.js";
import { Menu } from "./ui.jsx";
import { Files } from "./uploads.jsx";

const RICH = new Set(["note", "post", "email"]);

/** `open` says whether it is expanded, `full` holds the body of a long one once it has arrived. */
export const Entry = memo(function Entry({ item, open, full, terms, dated, planned, flash }) {
  const { zone, toggle, want } = useTimeline();
  const t = useT();
  const [form, setForm] = useState("");
  const Icon = ICONS[item.kind] ?? CircleDot;
  const names = kindNames(t);
  const body = full ?? item.body;
  const rich = RICH.has(item.kind);
  // Short notes and posts are shown whole: there is nothing to expand.
  const whole = (item.kind === "note" || item.kind === "post") && !item.long && item.excerpt.length < 300;
  const told = item.details.length + item.parties.length + (item.regarding?.id ? 1 : 0) > 0;
  const expandable = !whole && (item.long || item.excerpt.length > 120 || item.excerpt.includes("\n") || told || (item.kind === "email" && body)) ;
  const waiting = item.long && full === undefined;
  useEffect(() => {
    if ((open || form === "edit") && waiting) want(item.key, item.version);
  }, [open, form, waiting, item.key, item.version]);
  const heading = item.title || (whole || item.excerpt ? "" : names[item.kind]);
  const active = item.tag === "active" || item.tag === "overdue";
  const shownFiles = item.files.filter((f) => !body.includes(f.url) && !body.includes(encodeURI(f.url)));
  if (form === "edit") return (
    <li className={`entry kind-${item.kind} editing`} data-key={item.key}>
      {waiting ? <div className="skeleton" role="status" aria-label={t("Loading")}><i /><i /></div> : (
        <NoteForm {...{ item, body, close: () => setForm("") }} />
      )}
    </li>
  );
  return (
    <li className={`entry kind-${item.kind}${item.fresh ? " fresh" : ""}${flash ? " flash" : ""}${item.tag ? ` ${item.tag}` : ""}`} data-key={item.key} tabIndex={-1}>
      {active && "complete" in item.may ? <Complete {...{ item }} /> : <span className="entry-icon" aria-hidden="true"><Icon className="icon" /></span>}
      <div className="entry-main">
        <div className="entry-head">
          <span className="entry-name">
            {heading && <b className="entry-title"><Marked text={heading} terms={terms} /></b>}
            {!heading && <Who {...{ item, names }} />}
            {item.fresh && <span className="badge new">{t("New")}</span>}
            {item.pinned && <Pin className="icon pinned" role="img" aria-label={t("Pinned")} />}
            <Tag {...{ item }} />
            <Origin {...{ item }} />
          </span>
          <span className="entry-side">
            {!planned && <time dateTime={item.at} title={t.moment(item.at, zone)}>{dated ? t.day(`${dayOf(item.at, zone)}T00:00:00Z`) : t.time(item.at, zone)}</time>}
            {expandable && (
              <button type="button" className="icon-button caret" aria-expanded={open} aria-label={open ? t("Collapse") : t("Expand")} onClick={() => toggle(item.key)}><ChevronDown className="icon" aria-hidden="true" /></button>
            )}
            <Commands {...{ item }} onForm={setForm} />
          </span>
        </div>
        {heading && <p className="entry-who"><Who {...{ item, names }} />{active && (item.due || item.start) && <Due {...{ item }} />}</p>}
        {item.problem && <p className="problem" role="note">{item.problem}</p>}
        {whole && body ? <Rich html={body} terms={terms} />
          : open ? (waiting ? <div className="skeleton" role="status" aria-label={t("Loading")}><i /><i /><i /></div> : rich ? <Rich html={body} terms={terms} className={item.kind === "email" ? "mail" : ""} /> : body && <p className="plain-text"><Marked text={body} terms={terms} /></p>)
          : item.excerpt && <p className="excerpt"><Marked text={item.excerpt} terms={terms} /></p>}
        {open && told && <Facts {...{ item }} />}
        <Files files={open || !item.long ? shownFiles : item.files} />
        {item.kind === "post" && <Replies {...{ item, terms, form, setForm }} />}
      </div>
    </li>
  );
});

/** Whose entry it is, what kind of thing, and how it stands. */
function Who({ item, names }) {
  const t = useT();
  const who = item.who || item.parties.find((p) => p.role === "from")?.name || t("The system");
  return (
    <span className="entry-who">
      <span className="avatar small" aria-hidden="true">{initials(who)}</span>
      <span>{who}</span><span className="dot">{item.what || names[item.kind]}</span>{item.status && <span className="dot">{item.status}</span>}
    </span>
  );
}

/** Marks an activity as done with one touch; while the server thinks, the tick is there already. */
function Complete({ item }) {
  const { perform } = useTimeline();
  const t = useT();
  const [sent, setSent] = useState(false);
  const why = item.may.complete;
  useEffect(() => {
    if (!sent) return undefined;
    const timer = setTimeout(() => setSent(false), 5000);
    return () => clearTimeout(timer);
  }, [sent, item.version]);
  return (
    <button type="button" className={`complete${sent ? " sent" : ""}`} aria-label={t("Mark complete: %(title)s", { title: item.title })} title={why || t("Mark Complete")} aria-disabled={why || sent ? true : undefined}
      onClick={() => !why && !sent && (setSent(true), perform("complete", item))}><Check className="icon" aria-hidden="true" /></button>
  );
}

/** The other record on whose timeline it stands: the lead of an opportunity, or what belongs to an account (S 4.9). */
function Origin({ item }) {
  const { entity } = useTimeline();
  const t = useT();
  const { origin } = item;
  if (!origin?.id) return null;
  const lead = entity === "opportunity";
  return <a className="pill origin" href={addressOf(origin.entity, origin.id)} title={origin.name}>{lead ? t("from lead") : <><span className="unseen">{t("Belongs to")} </span>{origin.name}</>}</a>;
}

function Tag({ item }) {
  const t = useT();
  if (!item.tag) return null;
  return <span className={`pill tag-${item.tag}`}>{{ active: t("Active"), overdue: t("Overdue"), closed: t("Closed") }[item.tag]}</span>;
}

function Due({ item }) {
  const { zone } = useTimeline();
  const t = useT();
  const late = item.tag === "overdue", now = dayOf(item.start || item.due, zone) === today(zone);
  return <span className={`due${late ? " late" : now ? " now" : ""}`}><span className="unseen">{item.kind === "appointment" ? t("Takes place") : t("Due")} </span>{dueText(t, item, zone)}</span>;
}

/** Who takes part, and fields that are not in the text. */
function Facts({ item }) {
  const t = useT();
  const roles = [];
  for (const party of item.parties) {
    const [, same] = roles.find(([label]) => label === party.label) ?? [];
    if (same) same.push(party);
    else roles.push([party.label, [party]]);
  }
  return (
    <dl className="facts">
      {roles.map(([label, parties]) => (
        <div key={label}><dt>{label}</dt><dd>{parties.map((p, i) => (
          <span key={i}>{i > 0 && ", "}{p.entity && p.entity !== "user" && p.id ? <a href={addressOf(p.entity, p.id)}>{p.name}</a> : p.address && !p.entity ? <a href={`mailto:${p.address}`}>{p.name}</a> : p.name}</span>
        ))}</dd></div>
      ))}
      {item.details.map(([label, text]) => <div key={label}><dt>{label}</dt><dd>{text}</dd></div>)}
      {item.regarding?.id > 0 && <div><dt>{t("Regarding")}</dt><dd><a href={addressOf(item.regarding.entity, item.regarding.id)}>{item.regarding.name}</a></dd></div>}
    </dl>
  );
}

/** The menu of an entry: hidden without the privilege, disabled with the reason in the wrong state (S 13.2). */
function Commands({ item, onForm }) {
  const { perform, reply } = useTimeline();
  const t = useT();
  const { may } = item;
  const activity = !["note", "post", "change"].includes(item.kind);
  const back = (e) => e.currentTarget.closest(".menu").querySelector("button").focus();
  const entry = (name, Icon, label, run, key = name) => name in may && (
    <button key={key} type="button" role="menuitem" className="menu-entry" aria-disabled={may[name] ? true : undefined} onClick={(e) => (may[name] ? e.stopPropagation() : (back(e), run()))}>
      <Icon className="icon" aria-hidden="true" /><span>{label}{may[name] && <small>{may[name]}</small>}</span>
    </button>
  );
  const all = [
    item.kind === "note" && entry("edit", Pencil, t("Edit"), () => onForm("edit")),
    activity && <a key="open" role="menuitem" href={addressOf("activity", item.id)}><ExternalLink className="icon" aria-hidden="true" /><span>{t("Open")}</span></a>,
    entry("send", Send, t("Send"), () => perform("send", item)),
    ...(item.kind === "phone_call"
      ? [entry("complete", Check, t("Mark Complete: Made"), () => perform("complete", item, 202), "made"), entry("complete", Check, t("Mark Complete: Received"), () => perform("complete", item, 204), "received")]
      : [entry("complete", Check, t("Mark Complete"), () => perform("complete", item))]),
    entry("cancel", Ban, t("Cancel activity"), () => perform("cancel", item)),
    entry("reopen", RotateCcw, t("Reopen"), () => perform("reopen", item)),
    item.kind === "email" ? entry("reply", Reply, t("Reply"), () => reply(item)) : entry("reply", Reply, t("Reply"), () => onForm("reply")),
    item.pinned ? entry("pin", PinOff, t("Unpin"), () => perform("pin", item, false)) : entry("pin", Pin, t("Pin"), () => perform("pin", item, true)),
    entry("delete", Trash2, t("Delete"), () => perform("delete", item)),
  ].filter(Boolean);
  if (!all.length) return null;
  return <Menu label={t("Commands for %(title)s", { title: item.title || item.excerpt.slice(0, 40) || kindNames(t)[item.kind] })} text={<Ellipsis className="icon" aria-hidden="true" />} className="icon-button" align="end">{all}</Menu>;
}

/** Likes and answers below a post. */
function Replies({ item, terms, form, setForm }) {
  const { zone, entity, perform, write } = useTimeline();
  const t = useT();
  return (
    <div className="replies">
      <p>
        {"like" in item.may ? (
          <button type="button" className="link-button" aria-pressed={item.liked} onClick={() => perform("like", item)}><Heart className={`icon${item.liked ? " full" : ""}`} aria-hidden="true" />{item.likes > 0 ? t.n("%(n)s like", "%(n)s likes", item.likes) : t("Like")}</button>
        ) : item.likes > 0 && <span>{t.n("%(n)s like", "%(n)s likes", item.likes)}</span>}
        {"reply" in item.may && form !== "reply" && <button type="button" className="link-button" onClick={() => setForm("reply")}>{t("Reply")}</button>}
      </p>
      {item.replies.length > 0 && (
        <ul aria-label={t("Replies")}>
          {item.replies.map((r) => (
            <li key={r.key}>
              <span className="avatar small" aria-hidden="true">{initials(r.who || "?")}</span>
              <div><p className="entry-who"><b>{r.who}</b><time className="dot" dateTime={r.at}>{t.short(r.at, zone)}</time>
                {"delete" in r.may && <button type="button" className="link-button" aria-label={t("Delete the reply of %(who)s", { who: r.who })} onClick={() => perform("delete", r)}>{t("Delete")}</button>}</p>
                <Rich html={r.body} terms={terms} /></div>
            </li>
          ))}
        </ul>
      )}
      {form === "reply" && (
        <EntryForm kind="post" label={t("Reply")} place={`reply-${entity}`} id={item.id} initial={{}} submits={[{ then: "", label: t("Reply") }]} onClose={() => setForm("")} onDone={() => setForm("")}
          onSend={(token, draft) => write.post(token, draft.values.text ?? "", item.id)} />
      )}
    </div>
  );
}

/** A note, edited in its place; the version on which the text was based goes along. */
function NoteForm({ item, body, close }) {
  const { write } = useTimeline();
  const t = useT();
  const [initial] = useState(() => ({ values: { title: item.title, version: String(item.version) }, body, files: item.files.map((f) => ({ ...f, inline: body.includes(f.url) })) }));
  const live = useRef({ version: item.version, sent: 0, replaces: 0 });
  live.current.version = item.version;
  const refused = () => {
    const { version, sent } = live.current;
    if (version === sent) return "";
    live.current.replaces = version;
    return t("Somebody else changed this note meanwhile. Save again to replace that text by yours, or cancel to read it.");
  };
  return (
    <EntryForm kind="note" label={t("Edit note")} place="note" id={item.id} initial={initial} submits={[{ then: "", label: t("Save") }]} onClose={close} onDone={close}
      onRefused={refused} onSend={(token, draft) => write.note(token, item.id, (live.current.sent = live.current.replaces || Number(draft.values.version)), draft)} />
  );
}

/** A save of the record; alone, or one of several that are folded into one line. */
export const Change = memo(function Change({ item, terms, flash }) {
  const { zone } = useTimeline();
  const t = useT();
  return (
    <li className={`entry kind-change${item.fresh ? " fresh" : ""}${flash ? " flash" : ""}`} data-key={item.key} tabIndex={-1}>
      <span className="entry-icon" aria-hidden="true"><CircleDot className="icon" /></span>
      <div className="entry-main">
        <div className="entry-head"><span className="entry-name"><span className="sentence"><b>{item.who || t("The system")}</b> <Marked text={item.what || item.title} terms={terms} /></span></span>
          <span className="entry-side"><time dateTime={item.at} title={t.moment(item.at, zone)}>{t.time(item.at, zone)}</time></span></div>
        {item.regarding?.id > 0 && <p className="led-to"><a href={addressOf(item.regarding.entity, item.regarding.id)}>{t("Open %(name)s and its history", { name: item.regarding.name })}</a></p>}
        {item.changes.length > 0 && <Changes changes={item.changes} terms={terms} />}
      </div>
    </li>
  );
});
