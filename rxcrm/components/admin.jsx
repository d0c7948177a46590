// Settings: forms whose text lives in the browser until it is saved, one-time links, tabs that are pages.
import { useContext, useEffect, useId, useRef, useState } from "react";
import { useBlocker, useLocation, useNavigate } from "react-router";
import { Check, Copy } from "lucide-react";
import { AskContext, read } from "./asking.js";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

let counter = 0;
const newToken = () => (Date.now() + counter++) % 2147483647;
/** After this long without an answer the form may be sent again. */
const PATIENCE = 15000;

const focusOn = (form, name) => form?.querySelector(`[name="${CSS.escape(name)}"]:not([type="radio"]:not(:checked))`)?.focus();

/** The state of one form: what it began with, what was wrong, whether an answer is awaited. */
function useAsking({ subject, answer, whole, onSend, onDone }) {
  const form = useRef(null);
  const base = useRef({});
  const [errors, setErrors] = useState({});
  const [pending, setPending] = useState(0);
  const changed = () => Object.fromEntries(Object.entries(read(form.current)).filter(([name, value]) => value !== base.current[name]));
  const dirty = () => Object.keys(changed()).length > 0;
  const begin = () => {
    base.current = read(form.current);
    setErrors({});
  };
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setTimeout(() => setPending(0), PATIENCE);
    return () => clearTimeout(timer);
  }, [pending]);
  useEffect(() => {
    if (!pending || answer?.token !== pending) return;
    setPending(0);
    setErrors(answer.errors);
    if (answer.ok) {
      base.current = read(form.current);
      onDone?.();
    } else focusOn(form.current, [...form.current.elements].find((control) => control.name && answer.errors[control.name])?.name ?? "");
  }, [answer, pending]);
  const send = (event) => {
    event?.preventDefault();
    if (pending) return;
    const token = newToken();
    setErrors({});
    setPending(token);
    onSend(subject ?? 0, whole ? read(form.current) : changed(), token);
  };
  return { form, errors, pending, dirty, begin, send };
}

/** A dialog with a form. It closes by itself when the server says so; typed text is not dropped without asking. */
export function FormDialog({ open, title, submit, subject, values, answer, whole, wide, onSend, onClose, children }) {
  const inner = useRef(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => setAsking(false), [open]);
  const close = () => (inner.current?.dirty() && !asking ? setAsking(true) : onClose?.());
  return (
    <Dialog open={open} title={title} wide={wide} onClose={close}>
      <DialogForm {...{ submit, subject, values, answer, whole, onSend, onClose, close, inner, asking, setAsking }}>{children}</DialogForm>
    </Dialog>
  );
}

function DialogForm({ submit, subject, values, answer, whole, onSend, onClose, close, inner, asking, setAsking, children }) {
  const t = useT();
  const ask = useAsking({ subject, answer, whole, onSend });
  const keep = useRef(null);
  inner.current = ask;
  useEffect(() => {
    ask.begin();
    const first = ask.form.current?.querySelector("input, select");
    // After the dialog has opened, which puts the focus on its cross.
    requestAnimationFrame(() => (first?.focus(), first?.select?.()));
    return () => (inner.current = null);
  }, []);
  useEffect(() => {
    if (asking) keep.current?.focus();
  }, [asking]);
  return (
    <form ref={ask.form} className="ask-form" noValidate onSubmit={ask.send}>
      {ask.errors[""] && <p className="form-message" role="alert">{ask.errors[""]}</p>}
      <AskContext.Provider value={{ errors: ask.errors, values }}>{children}</AskContext.Provider>
      {asking ? (
        <footer className="discard" role="alert">
          <span>{t("Discard what you typed?")}</span>
          <button type="button" className="button" ref={keep} onClick={() => setAsking(false)}>{t("Keep editing")}</button>
          <button type="button" className="button danger" onClick={() => onClose?.()}>{t("Discard")}</button>
        </footer>
      ) : (
        <footer>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="submit" className="button primary" disabled={!!ask.pending}>{ask.pending ? t("Saving…") : submit}</button>
        </footer>
      )}
    </form>
  );
}

/** A form that is a page. What somebody else saved appears only while nothing is typed here. */
export function SettingsForm({ label, submit, values, answer, onSend, children }) {
  const wanted = JSON.stringify(values);
  const [shown, setShown] = useState(wanted);
  const state = useRef(null);
  useEffect(() => {
    if (wanted === shown || state.current?.dirty() || state.current?.own) return;
    setShown(wanted);
  }, [wanted]);
  return <PageForm key={shown} {...{ label, submit, values, answer, onSend, state }}>{children}</PageForm>;
}

function PageForm({ label, submit, values, answer, onSend, state, children }) {
  const t = useT();
  const [touched, setTouched] = useState(false);
  const own = useRef(false);
  const ask = useAsking({ answer, onSend, onDone: () => (setTouched(false), (own.current = true)) });
  state.current = { dirty: ask.dirty, own: own.current };
  useEffect(() => ask.begin(), []);
  const leaving = (next) => !["/login", "/setup"].includes(next.pathname);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => ask.dirty() && currentLocation.pathname !== nextLocation.pathname && leaving(nextLocation));
  useEffect(() => {
    const stay = (event) => {
      if (!ask.dirty()) return;
      event.preventDefault();
      event.returnValue = "";
      // Reflex closes its socket here; if the user stays, this opens it again.
      setTimeout(() => document.dispatchEvent(new Event("visibilitychange")), 50);
    };
    window.addEventListener("beforeunload", stay, true);
    return () => window.removeEventListener("beforeunload", stay, true);
  }, []);
  const undo = () => (ask.form.current.reset(), ask.begin(), setTouched(false));
  return (
    <form ref={ask.form} className="settings-form" aria-label={label} noValidate onSubmit={ask.send} onInput={() => setTouched(ask.dirty())}>
      {ask.errors[""] && <p className="form-message" role="alert">{ask.errors[""]}</p>}
      <AskContext.Provider value={{ errors: ask.errors, values }}>{children}</AskContext.Provider>
      <footer>
        {touched && <span className="unsaved">{t("Unsaved changes")}</span>}
        {touched && <button type="button" className="button" onClick={undo}>{t("Discard")}</button>}
        <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!ask.pending}>{ask.pending ? t("Saving…") : submit}</button>
      </footer>
      <Dialog open={blocker.state === "blocked"} title={t("Unsaved changes")} onClose={() => blocker.reset()}>
        <p>{t("What you typed has not been saved yet.")}</p>
        <footer>
          <button type="button" className="button" onClick={() => blocker.reset()}>{t("Keep editing")}</button>
          <button type="button" className="button danger" onClick={() => blocker.proceed()}>{t("Discard")}</button>
        </footer>
      </Dialog>
    </form>
  );
}

const described = (...ids) => ids.filter(Boolean).join(" ") || undefined;

/** A labelled control: text input, or a list where `options` are given. `literal` options are names, not messages. */
export function AskField({ name, label, type = "text", hint, options, literal, required, maxLength, lines }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const problem = errors[name];
  const props = {
    id, name, defaultValue: values[name] ?? "", "aria-invalid": problem ? true : undefined, "aria-required": required || undefined,
    "aria-describedby": described(problem && `${id}-problem`, hint && `${id}-hint`),
  };
  return (
    <div className={`post-field${problem ? " bad" : ""}`}>
      <span className="ask-label">
        <label htmlFor={id}>{label}</label>
        {required && <span className="mark required" aria-hidden="true">*</span>}
      </span>
      {options ? (
        <select {...props}>{options.map(([v, text]) => <option key={v} value={v}>{literal ? text : t(text)}</option>)}</select>
      ) : lines ? (
        <textarea {...props} rows={lines} maxLength={maxLength} />
      ) : (
        <input {...props} type={type} maxLength={maxLength} autoComplete="off" spellCheck={type === "text" ? undefined : false} />
      )}
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** One or several of a few, each with an explanation: tick boxes, or with `single` radio buttons. */
export function ChoiceCards({ name, label, options, single, required }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const problem = errors[name];
  const chosen = (values[name] ?? "").split(" ");
  return (
    <fieldset className={`choice-cards${problem ? " bad" : ""}`} aria-describedby={described(problem && `${id}-problem`)}>
      <legend>
        {label}
        {required && <span className="mark required" aria-hidden="true">*</span>}
      </legend>
      {options.map(([value, text, hint]) => (
        <label key={value} className="choice-card">
          <input type={single ? "radio" : "checkbox"} name={name} value={value} defaultChecked={chosen.includes(value)} data-group={single ? undefined : ""}
            aria-labelledby={`${id}-${value}`} aria-describedby={`${id}-${value}-hint`} aria-invalid={problem ? true : undefined} />
          <span>
            <b id={`${id}-${value}`}>{t(text)}</b>
            <small id={`${id}-${value}-hint`}>{t(hint)}</small>
          </span>
        </label>
      ))}
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </fieldset>
  );
}

/** One of the colours of options, each shown and named. */
export function ColourChoice({ name, label, options, hint }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const problem = errors[name];
  return (
    <fieldset className={`colour-choice${problem ? " bad" : ""}`} aria-describedby={described(problem && `${id}-problem`, `${id}-hint`)}>
      <legend>{label}</legend>
      <div>
        {options.map(([value, text]) => (
          <label key={value}>
            <input type="radio" className="unseen" name={name} value={value} defaultChecked={(values[name] ?? "") === value} />
            <span className="swatch" data-colour={value} aria-hidden="true" />{t(text)}
          </label>
        ))}
      </div>
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
      <p className="hint" id={`${id}-hint`}>{hint}</p>
    </fieldset>
  );
}

/** Lets the address name what the page shows, so that loading it again shows the same; it is seen in a long list of choices, too. */
export function AddressQuery({ name, value }) {
  useEffect(() => {
    document.querySelector('.shaping-lists [aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const url = new URL(window.location.href);
    if (!value || url.searchParams.get(name) === value) return;
    url.searchParams.set(name, value);
    window.history.replaceState(window.history.state, "", url);
  }, [name, value]);
  return null;
}

/** Something that is on or off, with an explanation. */
export function Switch({ name, label, hint, fixed }) {
  const { values } = useContext(AskContext);
  const id = useId();
  return (
    <label className="switch-card">
      <span>
        <b id={id}>{label}</b>
        <small id={`${id}-hint`}>{hint}</small>
      </span>
      <input type="checkbox" role="switch" name={name} disabled={fixed} defaultChecked={values[name] === "1"} aria-labelledby={id} aria-describedby={`${id}-hint`} />
    </label>
  );
}

/** How far a privilege reaches: a menu whose closed face is a picture that fills with the depth. */
export function DepthField({ name, label, short, options, fixed }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const [depth, setDepth] = useState(values[name] ?? "0");
  const select = useRef(null);
  useEffect(() => {
    const form = select.current.form;
    // "Discard" resets the form: the picture follows.
    const follow = () => requestAnimationFrame(() => select.current && setDepth(select.current.value));
    form?.addEventListener("reset", follow);
    return () => form?.removeEventListener("reset", follow);
  }, []);
  return (
    <label className="depth-field">
      <span className="depth-short" aria-hidden="true">{short}</span>
      <span className="depth" data-depth={depth} aria-hidden="true" />
      <span className="depth-name" aria-hidden="true">{t(options.find(([value]) => value === depth)?.[1] ?? "")}</span>
      <select ref={select} name={name} aria-label={label} title={t(options.find(([value]) => value === depth)?.[1] ?? "")} disabled={fixed}
        aria-invalid={errors[name] ? true : undefined} defaultValue={depth} onChange={(event) => setDepth(event.target.value)}>
        {options.map(([value, text]) => <option key={value} value={value}>{t(text)}</option>)}
      </select>
    </label>
  );
}

/** Puts a text on the clipboard; where the browser forbids that (plain http) the old way through a selection works. */
async function copyText(text, input) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    input.focus();
    input.select();
    return document.execCommand("copy");
  }
}

/** A link that is shown once: select or copy it. Closing without having copied asks first. */
export function LinkDialog({ path, base, secret, title, note, label, copyLabel, warning, onClose }) {
  const t = useT();
  const open = !!(path || secret);
  const input = useRef(null);
  const button = useRef(null);
  const id = useId();
  const [state, setState] = useState("");
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    setState("");
    setAsking(false);
    if (open) requestAnimationFrame(() => button.current?.focus());
  }, [path, secret]);
  const link = secret || (open ? (base || window.location.origin) + path : "");
  const copy = async () => setState((await copyText(link, input.current)) ? "copied" : "failed");
  const taken = state === "copied";
  return (
    <Dialog wide open={open} title={title} onClose={() => (taken || asking ? onClose?.() : setAsking(true))}>
      <p id={`${id}-note`}>{note}</p>
      <div className="link-row">
        <input ref={input} className="text-input" readOnly value={link} aria-label={label} aria-describedby={`${id}-note`}
          onFocus={(e) => e.target.select()} onCopy={() => setState("copied")} />
        <button ref={button} type="button" className="button primary" onClick={copy}>
          {taken ? <Check className="icon" aria-hidden="true" /> : <Copy className="icon" aria-hidden="true" />}{copyLabel}
        </button>
      </div>
      <p className="hint" role="status">
        {taken ? t("Copied.") : state === "failed" ? t("The browser did not allow it. Select the text and copy it yourself.") : ""}
      </p>
      {asking && !taken ? (
        <footer className="discard" role="alert">
          <span>{warning}</span>
          <button type="button" className="button" onClick={() => (setAsking(false), button.current?.focus())}>{t("Keep open")}</button>
          <button type="button" className="button danger" onClick={() => onClose?.()}>{t("Close")}</button>
        </footer>
      ) : (
        <footer><button type="button" className="button" onClick={() => (taken ? onClose?.() : setAsking(true))}>{t("Done")}</button></footer>
      )}
    </Dialog>
  );
}

/** A tab that is a page of its own; with `below` it stands for the pages below its address too. */
export function TabLink({ to, label, current, below }) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const path = pathname.replace(/(.)\/$/, "$1");
  const here = current || path === to || (below && path.startsWith(`${to}/`));
  const link = useRef(null);
  useEffect(() => {
    // Where the tabs do not all fit, that of the page is among those seen; in a column they scroll with what stands above them.
    const bar = link.current.closest("nav") ?? link.current.parentNode;
    const column = link.current.closest(".settings-head") ?? bar;
    const [own, whole, tall] = [link.current, bar, column].map((box) => box.getBoundingClientRect());
    if (!here) return;
    bar.scrollLeft += own.left - whole.left - (whole.width - own.width) / 2;
    if (own.bottom > tall.bottom || own.top < tall.top) column.scrollTop += own.top - tall.top - (tall.height - own.height) / 2;
  }, [here]);
  const go = (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    navigate(to);
  };
  return <a ref={link} href={to} className="tab-link" aria-current={here ? "page" : undefined} onClick={go}>{label}</a>;
}

/** An entry of a menu; with `why` it can't be chosen and says so. The focus returns to the menu's button, and from there into dialogs and back. */
export function MenuEntry({ label, why, onClick, children }) {
  const id = useId();
  const go = (event) => {
    if (why) {
      event.stopPropagation();
      return;
    }
    event.currentTarget.closest(".menu")?.querySelector("button")?.focus();
    onClick?.(event);
  };
  return (
    <button type="button" role="menuitem" className="menu-entry" aria-label={label} aria-disabled={why ? true : undefined} aria-describedby={why ? id : undefined} onClick={go}>
      {children}
      <span>{label}{why && <small id={id}>{why}</small>}</span>
    </button>
  );
}

/** An entry of a menu that is a page of its own. */
export function MenuLink({ label, to, children }) {
  const navigate = useNavigate();
  const go = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} role="menuitem" className="menu-entry" onClick={go}>{children}<span>{label}</span></a>;
}
