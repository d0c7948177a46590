// The composer on top of the timeline: one touch for each kind of entry, its form opens in place (S 4.3).
import { useEffect, useMemo, useRef, useState } from "react";
import { CalendarDays, CheckSquare, Mail, MessageSquare, Phone, StickyNote } from "lucide-react";
import { drafts } from "./drafts.js";
import { EntryForm } from "./entry_form.jsx";
import { useT } from "./i18n.js";
import { fetchEditor } from "./richtext.jsx";
import { useTimeline } from "./timeline_store.js";
import { Command } from "./ui.jsx";

export const ICONS = { note: StickyNote, task: CheckSquare, phone_call: Phone, appointment: CalendarDays, email: Mail, post: MessageSquare };
export const KINDS = Object.keys(ICONS);
export const kindNames = (t) => ({ note: t("Note"), task: t("Task"), phone_call: t("Phone Call"), appointment: t("Appointment"), email: t("E-mail"), post: t("Post") });

const formNames = (t) => ({ note: t("New note"), task: t("New task"), phone_call: t("New phone call"), appointment: t("New appointment"), email: t("New e-mail"), post: t("New post") });

/** The buttons under each form, the main one first. */
export function submitsOf(t, kind, mail) {
  return {
    note: [{ then: "", label: t("Add note") }], post: [{ then: "", label: t("Add post") }],
    task: [{ then: "", label: t("Save") }, { then: "complete", label: t("Save & Mark Complete") }],
    phone_call: [{ then: "", label: t("Save") }, { then: "complete", label: t("Save & Mark Complete") }],
    appointment: [{ then: "", label: t("Save") }], email: [...(mail ? [{ then: "send", label: t("Send") }] : []), { then: "", label: t("Save draft") }],
  }[kind];
}

/** What a new entry begins with (S 1.6): a call goes to the record on its number, a mail to its address. */
export function initialOf(kind, { party, subject = "", phone_number = "" } = {}) {
  const people = party?.id ? [{ ...party, id: String(party.id), address: "" }] : [];
  const usual = { priority: "1" };
  if (kind === "task") return { values: { ...usual, subject: "" } };
  if (kind === "phone_call") return { values: { ...usual, subject, phone_number, outgoing: "1" }, parties: { to: people } };
  if (kind === "appointment") return { values: usual, parties: { required: people } };
  if (kind === "email") return { values: { subject }, parties: { to: people } };
  return { values: {} };
}

/** Name under which the draft of a kind is kept. */
const placeOf = (entity, kind) => `${entity}-${kind}`;

export function Composer({ may, defaults, reply, onReplied }) {
  const { userId, entity, recordId, write, announce } = useTimeline();
  const t = useT();
  const box = useRef(null);
  const [kind, setKind] = useState("");
  const [byHand, setByHand] = useState(false);
  const names = kindNames(t);
  const offered = KINDS.filter((k) => k in may);

  // What was typed before a reload, or in a tab that is gone, is open again.
  useEffect(() => {
    const found = offered.map((k) => [k, drafts.read(userId, placeOf(entity, k), recordId)]).filter(([, draft]) => draft);
    found.sort(([, a], [, b]) => b.at.localeCompare(a.at));
    if (found.length) setKind(found[0][0]);
    for (const k of offered)
      drafts.adopt(userId, placeOf(entity, k), recordId, (orphan) => {
        if (drafts.read(userId, placeOf(entity, k), recordId)) return false;
        drafts.keep(userId, placeOf(entity, k), recordId, orphan);
        setKind((now) => now || k);
        return true;
      });
  }, []);
  // A reply to a mail is a mail that begins with its sender, subject and text.
  useEffect(() => {
    if (reply) (setByHand(true), setKind("email"));
  }, [reply]);

  const initial = useMemo(() => (kind ? (reply && kind === "email" ? reply : initialOf(kind, defaults)) : null), [kind, reply]);
  const open = (next) => (setByHand(true), setKind(next));
  const close = () => {
    setKind("");
    onReplied();
  };
  const before = useRef("");
  useEffect(() => {
    if (before.current && !kind) box.current.querySelector(".quick-entry, .kinds button")?.focus({ preventScroll: true });
    before.current = kind;
  }, [kind]);
  const done = () => {
    announce(t("Saved"));
    close();
  };
  const send = (token, draft, then) => write.create(kind, token, draft, then);
  const quick = offered.find((k) => k === "note" && may[k] === "");
  return (
    <section className="composer" ref={box} aria-label={t("New entry")}>
      {!kind && quick && (
        <button type="button" className="quick-entry" onPointerEnter={fetchEditor} onFocus={fetchEditor} onClick={() => open("note")}>{t("Enter a note…")}</button>
      )}
      <div className="kinds" role="group" aria-label={t("Kind of entry")}>
        {offered.map((k) => {
          const Icon = ICONS[k];
          if (may[k]) return <Command key={k} label={names[k]} why={t(may[k])} className="kind"><Icon className="icon" aria-hidden="true" /></Command>;
          return (
            <button key={k} type="button" className="kind" aria-pressed={k === kind} onClick={() => (k === kind ? box.current.querySelector(".entry-form :is(input, textarea, [contenteditable])")?.focus() : (onReplied(), open(k)))}>
              <Icon className="icon" aria-hidden="true" /><span>{names[k]}</span>
            </button>
          );
        })}
      </div>
      {kind && (
        <EntryForm key={`${kind}${reply?.key ?? ""}`} kind={kind} label={formNames(t)[kind]} place={reply && kind === "email" ? `reply-${entity}` : placeOf(entity, kind)} id={reply && kind === "email" ? reply.key : recordId}
          initial={initial} submits={submitsOf(t, kind, defaults?.mail)} hint={kind === "email" && !defaults?.mail ? t("Mail is not set up on this server yet: what you write is kept as a draft.") : ""} templates={kind === "email" ? defaults?.templates : undefined} autoFocus={byHand} bodyFirst={!!reply} onSend={send} onDone={done} onClose={close} />
      )}
    </section>
  );
}
