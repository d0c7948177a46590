// The form of one entry: what is typed stays in a draft of this browser until the server says that it has it (S 13.7).
import { useEffect, useId, useRef, useState } from "react";
import { ChevronRight } from "lucide-react";
import { drafts } from "./drafts.js";
import { EntryField, LAYOUT } from "./entry_fields.jsx";
import { useT } from "./i18n.js";
import { RichText } from "./richtext.jsx";
import { newToken, useAnswer, useTimeline } from "./timeline_store.js";
import { Dialog } from "./ui.jsx";
import { FileChips, useUploads } from "./uploads.jsx";

export const POST_LENGTH = 1000;
/** Bytes of a text that one message to the server can carry. */
const LARGEST = 900_000;
/** How long an answer may take before the form says so and can be sent again, in milliseconds. */
const PATIENCE = 15_000;

export const blank = { values: {}, parties: {}, body: "", files: [] };
const same = (a, b) => JSON.stringify([a.values, a.parties, a.body, a.files]) === JSON.stringify([b.values, b.parties, b.body, b.files]);

/** What is typed into one form, kept as a draft under `place` and `id` until it is stored. */
function useDraft(place, id, initial) {
  const { userId } = useTimeline();
  const [found] = useState(() => drafts.read(userId, place, id));
  const [draft, setDraft] = useState(() => ({ ...blank, ...initial, ...found?.draft }));
  const live = useRef({ draft, stored: false });
  live.current.draft = draft;
  const keep = useRef(null);
  keep.current = () => {
    if (live.current.stored || same(live.current.draft, { ...blank, ...initial })) drafts.drop(userId, place, id);
    else drafts.keep(userId, place, id, { draft: live.current.draft });
  };
  useEffect(() => {
    const timer = setTimeout(() => keep.current(), 250);
    return () => clearTimeout(timer);
  }, [draft]);
  useEffect(() => {
    const now = () => keep.current();
    window.addEventListener("pagehide", now);
    return () => (window.removeEventListener("pagehide", now), now());
  }, []);
  const forget = () => ((live.current.stored = true), drafts.drop(userId, place, id));
  return { draft, setDraft, live, forget, restored: found?.at ?? "", dirty: !same(draft, { ...blank, ...initial }) };
}

/**
 * `kind` says which fields, `submits` which buttons ([{then, label}], the first is the main one); `onSend(token, draft, then)`
 * sends it, `onDone(answer)` follows once it is stored; `onRefused` may know better than the server why it was not. `onClose` puts the form away.
 */
export function EntryForm({ kind, label, place, id = 0, initial, submits, templates, hint, onSend, onRefused, onDone, onClose, autoFocus = true, bodyFirst }) {
  const { zone, ask, fill, dateText } = useTimeline();
  const t = useT();
  const answer = useAnswer();
  const uploads = useUploads();
  const box = useRef(null);
  const bodyId = useId();
  const { draft, setDraft, live, forget, restored, dirty } = useDraft(place, id, initial);
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(null);
  const [slow, setSlow] = useState(false);
  const [asking, setAsking] = useState(false);
  const [generation, setGeneration] = useState(0);
  const [seen, setSeen] = useState(restored);
  const layout = LAYOUT[kind] ?? { fields: kind === "note" ? ["title"] : [], rest: [] };
  const [more, setMore] = useState(() => layout.rest.some((name) => draft.values[name] && draft.values[name] !== (initial?.values?.[name] ?? "") || draft.parties[name]?.length));

  useEffect(() => {
    if (autoFocus) box.current.scrollIntoView({ block: "nearest" });
  }, []);
  const change = (values, parties) => {
    setDraft((d) => ({ ...d, values: { ...d.values, ...values }, parties: { ...d.parties, ...parties } }));
    const touched = [...Object.keys(values), ...Object.keys(parties ?? {})];
    setErrors((e) => Object.fromEntries(Object.entries(e).filter(([name]) => !touched.includes(name))));
  };
  const setBody = (body) => (setDraft((d) => ({ ...d, body })), setErrors(({ body: _, ...rest }) => rest));
  const focusFirst = (names) => requestAnimationFrame(() => {
    const bad = [...box.current.querySelectorAll("[data-field-box]")].find((el) => names.includes(el.dataset.fieldBox));
    (bad?.querySelector("input:not([type=file]), select, textarea, [contenteditable]") ?? box.current.querySelector(".form-message"))?.focus();
  });
  const refuse = (found) => {
    setErrors(found);
    if (layout.rest.some((name) => name in found)) setMore(true);
    focusFirst(Object.keys(found));
  };

  const submit = (then = submits[0].then) => {
    if (pending && !slow) return;
    const now = live.current.draft;
    const found = check(kind, now, uploads, t);
    if (Object.keys(found).length) return refuse(found);
    // The same token when it is sent again: the server may have it already.
    const token = pending && pending.sent === now && pending.then === then ? pending.token : newToken();
    setPending({ token, then, sent: now });
    setSlow(false);
    setErrors({});
    const files = now.files.filter((f) => !f.inline || now.body.includes(f.url));
    onSend(token, { ...now, files: files.map((f) => f.id) }, then);
  };
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setTimeout(() => setSlow(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [pending]);
  useEffect(() => {
    if (!pending || answer?.token !== pending.token) return;
    setPending(null);
    setSlow(false);
    if (answer.ok) (forget(), onDone(answer));
    else {
      const why = onRefused?.();
      refuse(why ? { "": why } : renamed(answer.errors ?? {}));
    }
  }, [answer]);

  const upload = (files, insert) => uploads.add(files, (stored) => {
    const inline = !!insert?.(stored);
    setDraft((d) => ({ ...d, files: [...d.files, { ...stored, inline }] }));
  });
  const discard = () => {
    setDraft({ ...blank, ...initial });
    setErrors({});
    setSeen("");
    setGeneration((n) => n + 1);
  };
  const close = () => (dirty || uploads.busy ? setAsking(true) : onClose?.());
  const keysFirst = (e) => {
    // Before the editor, which would begin a new line.
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) (e.preventDefault(), e.stopPropagation(), submit());
    // And Escape, which the editor keeps to itself; a list of names is closed first.
    else if (e.key === "Escape" && onClose && e.target.isContentEditable && !box.current.querySelector("[role=listbox]")) (e.preventDefault(), e.stopPropagation(), close());
  };
  const keys = (e) => {
    if (e.defaultPrevented) return;
    if (e.key === "Escape" && onClose) (e.preventDefault(), e.stopPropagation(), close());
    // The form of the record lies around this one and must not be saved by Enter in a line of it.
    else if (e.key === "Enter" && e.target.matches("input:not([type=checkbox])")) e.preventDefault();
  };
  const drop = (e) => e.dataTransfer.files.length > 0 && !e.defaultPrevented && (e.preventDefault(), upload([...e.dataTransfer.files]));
  const fillIn = (key) => key && fill(Number(key)).then(({ subject, body }) => {
    setDraft((d) => ({ ...d, values: { ...d.values, subject: subject || d.values.subject }, body }));
    setGeneration((n) => n + 1);
  });

  const field = (name, i) => <EntryField key={name} {...{ kind, name, draft, change, zone, ask }} problem={errors[name]} autoFocus={autoFocus && !bodyFirst && i === 0} />;
  const takesFiles = kind === "note" || kind === "email";
  const message = errors[""] ?? Object.entries(errors).filter(([name]) => ![...layout.fields, ...layout.rest, "body"].includes(name)).map(([, text]) => text)[0];
  const characters = kind === "post" ? [...(draft.values.text ?? "")].length : 0;
  return (
    <div ref={box} className={`entry-form kind-${kind}`} role="form" aria-label={label} aria-busy={!!pending && !slow} onKeyDownCapture={keysFirst} onKeyDown={keys}
      onDragOver={takesFiles ? (e) => e.preventDefault() : undefined} onDrop={takesFiles ? drop : undefined}>
      {seen && (
        <p className="restored" role="status">{t("What you typed on %(when)s is here again.", { when: dateText(seen) })}
          <button type="button" className="link-button" onClick={discard}>{t("Discard")}</button></p>
      )}
      {message && <p className="form-message" role="alert" tabIndex={-1}>{message}</p>}
      {templates?.length > 0 && (
        <label className="template"><span>{t("Template")}</span>
          <select defaultValue="" onChange={(e) => fillIn(e.target.value)}><option value="">{t("No template")}</option>{templates.map((x) => <option key={x.id} value={x.id}>{x.name}</option>)}</select></label>
      )}
      {kind === "note" && (
        <div data-field-box="title" className={errors.title ? "bad" : undefined}>
          <input className="note-title" aria-label={t("Title")} placeholder={t("Title (optional)")} maxLength={500} autoComplete="off" value={draft.values.title ?? ""} onChange={(e) => change({ title: e.target.value })} />
          {errors.title && <p className="problem">{errors.title}</p>}
        </div>
      )}
      {kind === "post" && (
        <div data-field-box="body" className={errors.body ? "bad" : undefined}>
          <textarea id={bodyId} className="rich plain" aria-label={label} placeholder={t("Say something to everybody who works on this…")} rows={3} autoFocus={autoFocus} aria-invalid={!!errors.body || undefined} aria-describedby={`${bodyId}-problem`}
            value={draft.values.text ?? ""} onChange={(e) => (change({ text: e.target.value }), setErrors({}))} />
          <p className={characters > POST_LENGTH ? "problem" : "hint"} id={`${bodyId}-problem`}>{errors.body || (characters > POST_LENGTH * 0.8 ? t("%(n)s of %(limit)s characters", { n: t.number(characters), limit: t.number(POST_LENGTH) }) : "")}</p>
        </div>
      )}
      {layout.fields[0] !== "title" && layout.fields.length > 0 && <div className="entry-fields">{layout.fields.map(field)}{more && layout.rest.map((name) => field(name))}</div>}
      {layout.rest.length > 0 && (
        <button type="button" className="link-button more-fields" aria-expanded={more} onClick={() => setMore(!more)}>
          <ChevronRight className="icon" aria-hidden="true" />{kind === "email" ? t("Cc and Bcc") : more ? t("Fewer fields") : t("More fields")}
        </button>
      )}
      {takesFiles && (
        <div data-field-box="body" className={errors.body ? "bad" : undefined}>
          <RichText key={generation} label={kind === "note" ? t("Note") : t("Message")} placeholder={kind === "note" ? t("Enter a note… @ names a colleague, # a record") : t("Write your message…")} value={draft.body} onChange={setBody}
            upload={upload} ask={ask} autoFocus={(autoFocus && (kind === "note" || bodyFirst)) || generation > 0} invalid={!!errors.body} describedBy={errors.body ? `${bodyId}-problem` : undefined} />
          {errors.body && <p className="problem" id={`${bodyId}-problem`}>{errors.body}</p>}
          <FileChips files={[...draft.files.filter((f) => !f.inline)]} uploads={uploads} onRemove={(file) => setDraft((d) => ({ ...d, files: d.files.filter((f) => f.id !== file.id) }))} />
        </div>
      )}
      {hint && <p className="hint">{hint}</p>}
      {slow && <p className="form-message" role="alert">{t("The server has not answered yet. What you typed is kept; you can send it again.")}</p>}
      <footer>
        {onClose && <button type="button" className="button small" onClick={close}>{t("Cancel")}</button>}
        {[...submits].reverse().map(({ then, label: text }, i, all) => (
          <button key={then} type="button" className={`button small${i === all.length - 1 ? " primary" : ""}`} disabled={uploads.busy} aria-disabled={pending && !slow ? true : undefined}
            title={i === all.length - 1 ? t("Ctrl+Enter") : undefined} onClick={() => submit(then)}>{pending?.then === then && !slow ? t("Saving…") : text}</button>
        ))}
      </footer>
      <Dialog open={asking} title={t("Discard what you typed?")} onClose={() => setAsking(false)}>
        <p>{t("It has not been saved. As a draft it waits here in this browser until you come back.")}</p>
        <footer>
          <button type="button" className="button" onClick={() => (forget(), onClose())}>{t("Discard")}</button>
          <button type="button" className="button" onClick={onClose}>{t("Keep as draft")}</button>
          <button type="button" className="button primary" onClick={() => setAsking(false)}>{t("Go on writing")}</button>
        </footer>
      </Dialog>
    </div>
  );
}

/** What the server calls the parts of a form, as the form calls them. */
const renamed = ({ from, organizer, text, ...errors }) => ({ ...errors, ...(from && { to: from }), ...(organizer && { required: organizer }), ...(text && { body: text }) });

function check(kind, { values, parties, body, files }, uploads, t) {
  const errors = {};
  const required = (name, label) => !values[name]?.trim() && (errors[name] = t("%(label)s is required.", { label }));
  if (["task", "phone_call", "appointment"].includes(kind)) required("subject", t("Subject"));
  if (kind === "appointment") (required("start_on", t("Start Time")), required("due_on", t("End Time")));
  if (kind === "appointment" && !errors.due_on && !errors.start_on && values.due_on < values.start_on) errors.due_on = t("An appointment cannot end before it starts.");
  if (kind === "phone_call" && !parties.to?.length) errors.to = t("%(label)s is required.", { label: values.outgoing === "0" ? t("Call From") : t("Call To") });
  if (kind === "note" && !values.title?.trim() && !body && !files.length) errors.body = t("A note needs a text, a title or a file.");
  if (kind === "post" && !values.text?.trim()) errors.body = t("%(label)s is required.", { label: t("Post") });
  if (kind === "post" && [...(values.text ?? "")].length > POST_LENGTH) errors.body = t("A post can have at most %(limit)s characters.", { limit: t.number(POST_LENGTH) });
  if (new Blob([body]).size > LARGEST) errors.body = t("This text is too long to be sent in one piece.");
  return errors;
}
