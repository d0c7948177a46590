// Pieces that every page uses: dialog, menu, messages, forms that post to an HTTP route, theme.
import { createContext, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { Check, X } from "lucide-react";
import { useT, setLocale } from "./i18n.js";

/** A modal dialog on the native element: focus is trapped, Escape closes, focus returns. */
export function Dialog({ open, title, onClose, wide, side, children }) {
  const ref = useRef(null);
  const id = useId();
  const t = useT();
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  useLayoutEffect(() => {
    // Also when the dialog leaves the page while it is open: closing it first gives the focus back.
    const dialog = ref.current;
    return () => dialog.open && dialog.close();
  }, []);
  const cancel = (event) => (event.preventDefault(), onClose?.());
  return (
    <dialog ref={ref} className={`dialog${wide ? " wide" : ""}${side ? " side" : ""}`} aria-labelledby={id} onCancel={cancel}
      onMouseDown={(e) => e.target === ref.current && onClose?.()}>
      {open && (
        <div className="dialog-body">
          <header>
            <h2 id={id}>{title}</h2>
            <button type="button" className="icon-button" aria-label={t("Close")} onClick={() => onClose?.()}><X className="icon" aria-hidden="true" /></button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

/** The list of a menu in a bar, or in the head of a grid, is placed on the screen: what scrolls would clip it. */
function usePlaced(box, open) {
  useLayoutEffect(() => {
    if (!open || !box.current.closest(".command-bar, .selection-bar, .grid-frame, .board")) return undefined;
    const [button, list] = box.current.children;
    const place = () => {
      const at = button.getBoundingClientRect();
      list.style.position = "fixed";
      list.style.insetInlineEnd = "auto";
      list.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - list.offsetWidth - 8))}px`;
      const below = at.bottom + 4 + list.offsetHeight <= window.innerHeight || at.top < list.offsetHeight;
      list.style.top = `${below ? at.bottom + 4 : at.top - list.offsetHeight - 4}px`;
      // One that fits nowhere scrolls, rather than to go on below the screen.
      if (below && at.bottom + 12 + list.offsetHeight > window.innerHeight) Object.assign(list.style, { maxHeight: `${window.innerHeight - at.bottom - 12}px`, overflowY: "auto" });
      list.style.bottom = "auto";
    };
    place();
    document.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
    return () => (document.removeEventListener("scroll", place, true), window.removeEventListener("resize", place));
  }, [open]);
}

/** A button with a menu; arrows move, Escape closes. Children are buttons or links. */
export function Menu({ label, text, className = "button", align = "start", disabled, tabIndex, children }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  usePlaced(box, open);
  const items = () => [...box.current.querySelectorAll('[role="menu"] :is(button, a):not(:disabled)')];
  useEffect(() => {
    if (!open) return undefined;
    const away = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", away);
    items()[0]?.focus();
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const keys = (e) => {
    if (!open) return;
    const all = items();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (e.key === "Escape") {
      e.stopPropagation();
      setOpen(false);
      box.current.querySelector("button").focus();
    } else if (e.key === "Tab") setOpen(false);
    else if (to !== undefined) {
      e.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    }
  };
  return (
    <div className="menu" ref={box} onKeyDown={keys}>
      <button type="button" className={className} aria-haspopup="menu" aria-expanded={open} aria-label={label} title={text ? undefined : label}
        disabled={disabled} tabIndex={tabIndex} onClick={() => setOpen(!open)}>
        {text ?? label}
      </button>
      {open && (
        <div role="menu" aria-label={label} className={`menu-list ${align}`} onClick={() => setOpen(false)}>
          {children}
        </div>
      )}
    </div>
  );
}

/**
 * A command of a command bar. With `why` it does nothing but tell: the reason is its description, stands below it while
 * it has the focus or the pointer, and is read out when it is pressed or tapped (S 13.2).
 */
export function Command({ label, why, hotkey, className = "button command", onClick, children }) {
  const [shown, setShown] = useState(false);
  const [told, setTold] = useState(false);
  const id = useId();
  const slot = useRef(null);
  const open = shown && !!why;
  useLayoutEffect(() => {
    if (!open) return undefined;
    // The bar scrolls sideways and would clip what hangs below it: the reason is placed on the screen.
    const [button, tip] = slot.current.children;
    const place = () => {
      const at = button.getBoundingClientRect();
      tip.style.left = `${Math.max(8, Math.min(at.left + (at.width - tip.offsetWidth) / 2, window.innerWidth - tip.offsetWidth - 8))}px`;
      tip.style.top = `${at.bottom + 4}px`;
    };
    const hide = (e) => (e.type === "keydown" ? e.key === "Escape" : !slot.current.contains(e.target)) && setShown(false);
    const listeners = { keydown: hide, pointerdown: hide, scroll: place };
    place();
    Object.entries(listeners).forEach(([type, listener]) => document.addEventListener(type, listener, true));
    return () => Object.entries(listeners).forEach(([type, listener]) => document.removeEventListener(type, listener, true));
  }, [open]);
  const press = (event) => (why ? (setShown(true), setTold(true)) : onClick?.(event));
  const leave = () => (setShown(false), setTold(false));
  return (
    <span className="command-slot" ref={slot} onPointerEnter={(e) => e.pointerType === "mouse" && setShown(true)}
      onPointerLeave={(e) => e.pointerType === "mouse" && !slot.current.contains(document.activeElement) && leave()}>
      <button type="button" className={className} data-hotkey={hotkey} aria-disabled={why ? true : undefined} aria-describedby={why ? id : undefined}
        onClick={press} onFocus={() => setShown(true)} onBlur={leave}>
        {children}<span>{label}</span>
      </button>
      {why && <span className="tip" role="tooltip" id={id} hidden={!open}>{why}</span>}
      {why && <span className="unseen" role="status">{told ? why : ""}</span>}
    </span>
  );
}

// How long a message stays, in milliseconds; one that offers to undo stays longer.
const STAYS = 5_000, STAYS_TO_UNDO = 12_000;
const REFRESH = "rxcrm:refresh";
// The last message that this tab has heard: one that is loaded again has nothing new to say.
const HEARD = "rxcrm:heard";
// What stands on the screen; it outlasts the page on which it was said.
let standing = [];

/** Messages from the server, one by one, read out politely; errors stay until they are closed. */
export function Messages({ notice, onUndo }) {
  const navigate = useNavigate();
  const [shown, setShown] = useState(() => standing);
  const t = useT();
  const keep = (change) => setShown((standing = change(standing)));
  useEffect(() => {
    const mark = `${notice?.seq}:${notice?.text}`;
    if (!notice?.text || sessionStorage.getItem(HEARD) === mark) return;
    sessionStorage.setItem(HEARD, mark);
    const entry = { ...notice, key: `${notice.seq}:${Date.now()}` };
    // What succeeds now has put right what was refused before; what was done since has another Undo.
    const over = (m) => m.text === entry.text || (notice.kind === "success" && m.kind === "error");
    keep((all) => [...all.filter((m) => !over(m)), entry].slice(-3));
    if (notice.go && notice.go !== window.location.pathname) navigate(notice.go);
    else if (notice.refresh) window.dispatchEvent(new Event(REFRESH));
  }, [notice]);
  const close = (key) => keep((all) => all.filter((m) => m.key !== key));
  const undo = (m) => (close(m.key), onUndo?.(m.undo));
  return (
    <div className="messages" role="region" aria-label={t("Messages")}>
      {shown.map((m) => <Message key={m.key} {...m} close={() => close(m.key)} onUndo={() => undo(m)} />)}
    </div>
  );
}

/** One message. It goes by itself unless somebody points at it or stands in it. */
function Message({ kind, text, undo, close, onUndo }) {
  const t = useT();
  const [held, setHeld] = useState(false);
  const offers = undo?.length > 0;
  useEffect(() => {
    if (held || kind === "error") return undefined;
    const timer = setTimeout(close, offers ? STAYS_TO_UNDO : STAYS);
    return () => clearTimeout(timer);
  }, [held]);
  const hold = () => setHeld(true), release = () => setHeld(false);
  return (
    <div className={`message ${kind}`} role={kind === "error" ? "alert" : "status"} onPointerEnter={hold} onPointerLeave={release} onFocus={hold} onBlur={release}>
      <span>{text}</span>
      {offers && <button type="button" className="button small" onClick={onUndo}>{t("Undo")}</button>}
      <button type="button" className="icon-button" aria-label={t("Close")} onClick={close}><X className="icon" aria-hidden="true" /></button>
    </div>
  );
}

/** Brings the page up to date when a message says that something on it may have changed. */
export function Refresher({ onRefresh }) {
  useEffect(() => {
    window.addEventListener(REFRESH, onRefresh);
    return () => window.removeEventListener(REFRESH, onRefresh);
  });
  return null;
}

const PostContext = createContext({ errors: {} });

/** A form that is posted as JSON to an HTTP route; errors appear at their fields, success opens the next page. */
export function PostForm({ action, label, submit, busyText, extra, children }) {
  const [state, setState] = useState({ errors: {}, message: "", busy: false });
  const t = useT();
  const form = useRef(null);
  const send = async (event) => {
    event.preventDefault();
    const data = Object.fromEntries([...new FormData(form.current)].map(([k, v]) => [k, String(v)]));
    setState({ errors: {}, message: "", busy: true });
    try {
      const answer = await fetch(action, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...data, ...fromAddress(), ...extra }) });
      const found = await answer.json();
      if (answer.ok) {
        window.location.assign(found.go);
        return;
      }
      setState({ errors: found.errors ?? {}, message: found.message, busy: false });
      const first = Object.keys(found.errors ?? {}).map((name) => form.current.elements.namedItem(name)).find(Boolean);
      (first ?? form.current.querySelector("input"))?.focus();
    } catch {
      setState({ errors: {}, message: t("The server cannot be reached. Try again in a moment."), busy: false });
    }
  };
  return (
    <form ref={form} aria-label={label} className="post-form" onSubmit={send} noValidate>
      {state.message && <p className="form-message" role="alert">{state.message}</p>}
      <PostContext.Provider value={state}>{children}</PostContext.Provider>
      <button type="submit" className="button primary" disabled={state.busy}>{state.busy ? busyText ?? submit : submit}</button>
    </form>
  );
}

const fromAddress = () => Object.fromEntries([...new URLSearchParams(window.location.search)].filter(([k]) => k === "next" || k === "token"));

/** A labelled control inside a PostForm: text input, or a list where `options` are given. */
export function PostField({ name, label, type = "text", hint, options, value, autoComplete, guess }) {
  const { errors } = useContext(PostContext);
  const t = useT();
  const id = useId();
  const problem = errors[name];
  const [chosen, setChosen] = useState(value ?? "");
  useEffect(() => {
    const guessed = guess && guesses[guess]?.();
    if (guessed && (!options || options.some(([o]) => o === guessed))) setChosen(guessed);
  }, [guess]);
  const described = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const props = { id, name, "aria-invalid": !!problem, "aria-describedby": described, value: chosen, onChange: (e) => setChosen(e.target.value) };
  return (
    <div className={`post-field${problem ? " bad" : ""}`}>
      <label htmlFor={id}>{label}</label>
      {options ? (
        <select {...props}>{options.map(([v, text]) => <option key={v} value={v}>{t(text)}</option>)}</select>
      ) : (
        <input {...props} type={type} autoComplete={autoComplete ?? "off"} />
      )}
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
      {problem && <p className="problem" id={`${id}-problem`}>{problem}</p>}
    </div>
  );
}

// What the browser knows better than a default.
const guesses = {
  timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  country: () => new Intl.Locale(navigator.language).maximize().region,
};

/** A tick box inside a PostForm. */
export function PostTick({ name, label, hint }) {
  const id = useId();
  return (
    <div className="post-tick">
      <input type="checkbox" id={id} name={name} value="1" aria-describedby={hint ? `${id}-hint` : undefined} />
      <label htmlFor={id}>{label}</label>
      {hint && <p className="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** A button that posts to a route and opens the page that the route names. */
export function PostButton({ action, className, role, children }) {
  const post = async () => {
    const answer = await fetch(action, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    window.location.assign((await answer.json()).go ?? "/login");
  };
  return <button type="button" className={className} role={role} onClick={post}>{children}</button>;
}

/** Light, dark or as the system. */
export function ThemeChoice({ role }) {
  const t = useT();
  const [theme, setTheme] = useState("");
  useEffect(() => setTheme(localStorage.getItem("rxcrm:theme") ?? ""), []);
  const choose = (value) => (window.rxcrmTheme(value), setTheme(value));
  return [["", t("System theme")], ["light", t("Light theme")], ["dark", t("Dark theme")]].map(([value, text]) => (
    <button key={value} type="button" role="menuitemradio" aria-checked={theme === value} onClick={() => choose(value)}>
      <span className="tick" aria-hidden="true">{theme === value ? <Check className="icon" /> : null}</span>{text}
    </button>
  ));
}

/** Follows the user's language once it is known. */
export function Language({ locale }) {
  useEffect(() => {
    if (locale) setLocale(locale);
  }, [locale]);
  return null;
}

/** Keys for what the page offers: a click on the element that carries the key. "/" goes to the search box. */
export function Hotkeys() {
  useEffect(() => {
    const press = (event) => {
      const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
      const key = (event.ctrlKey || event.metaKey ? "ctrl+" : "") + event.key.toLowerCase();
      if (!key.startsWith("ctrl+") && (typing || event.altKey)) return;
      if (key === "ctrl+s") event.preventDefault(); // never the browser's own "save page"
      const scope = document.querySelector("dialog[open]") ?? document;
      const target = scope.querySelector(`[data-hotkey="${CSS.escape(key)}"]`);
      if (!target || target.disabled) return;
      event.preventDefault();
      if (target.matches("input")) target.focus();
      else target.click();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return null;
}

/** Plain links inside the application open without loading the page anew. */
export function Navigation() {
  const navigate = useNavigate();
  useEffect(() => {
    const click = (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const path = link.getAttribute("href");
      if (!path.startsWith("/") || path.startsWith("//") || path.startsWith("/files/") || link.target || link.hasAttribute("download")) return;
      event.preventDefault();
      navigate(path);
    };
    document.addEventListener("click", click);
    return () => document.removeEventListener("click", click);
  }, [navigate]);
  return null;
}

/** A link of the site map; the current page is marked for eyes and screen readers. */
export function SiteLink({ to, label, aside, children }) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const here = pathname === to || pathname.startsWith(`${to}/`);
  const go = (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} className={aside ? "site-link aside" : "site-link"} aria-current={here ? "page" : undefined} onClick={go} title={label}>
      {children}
      <span>{label}</span>
    </a>
  );
}
