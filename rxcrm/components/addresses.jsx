// Street 1 with suggestions of whole addresses: typing is always possible, whatever the server does (S R3.8).
import { useEffect, useId, useRef, useState } from "react";
import { useT } from "./i18n.js";
import { useForm, useStore, valueOf } from "./record_store.js";

/** Letters from which on it is asked, and the pause after the last of them. */
const FEWEST = 3;
const PAUSE = 300;
const PARTS = ["street1", "city", "state", "postal_code", "country"];

/** The input of a street. A suggestion that is chosen fills the parts that this form shows and lets be changed. */
export function Street({ shared, label, value, set, credit: [credit, terms] }) {
  const { store, change, fields } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const box = useRef(null);
  const timer = useRef(0);
  const call = useRef(null);
  const [list, setList] = useState(null); // the text it answers, and the addresses
  const [at, setAt] = useState(-1);
  const [failed, setFailed] = useState(false);
  const [filled, setFilled] = useState(null); // what was there before
  const open = !!list?.found.length && list.text === value;
  const stop = () => {
    clearTimeout(timer.current);
    call.current?.abort();
  };
  const hide = () => (stop(), setList(null), setAt(-1));
  useEffect(() => stop, []);
  // Another record in the same form has other addresses.
  useEffect(() => (hide(), setFilled(null), setFailed(false)), [s.id]);
  const ask = (text) => {
    stop();
    if (text.trim().length < FEWEST) return setList(null);
    timer.current = setTimeout(async () => {
      const mine = (call.current = new AbortController());
      try {
        const answer = await fetch(`/data/addresses?q=${encodeURIComponent(text)}`, { signal: mine.signal });
        const told = answer.ok ? await answer.json() : { found: [], failed: true };
        if (mine.signal.aborted || document.activeElement?.id !== shared.id) return;
        setFailed(told.failed);
        setList({ text, found: told.found });
        setAt(-1);
      } catch {
        if (!mine.signal.aborted) setFailed(true);
      }
    }, PAUSE);
  };
  const type = (text) => {
    set(text);
    setFilled(null);
    setAt(-1);
    ask(text);
  };
  const pick = (address) => {
    const before = {};
    for (const name of PARTS) {
      const spec = fields[name];
      if (!spec || spec.locked || spec.shown === false || !address[name]) continue;
      const old = valueOf(store.get(), name);
      if (old === address[name]) continue;
      before[name] = old;
      change(name, address[name]);
    }
    hide();
    setFilled(Object.keys(before).length ? before : null);
    box.current.querySelector("input").focus();
  };
  const undo = () => {
    Object.entries(filled).forEach(([name, old]) => change(name, old));
    setFilled(null);
    box.current.querySelector("input").focus();
  };
  const keys = (e) => {
    if (e.nativeEvent.isComposing) return;
    if (!open) {
      if (e.key === "ArrowDown" && value) (e.preventDefault(), ask(value));
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      // Before the first and behind the last stands the text itself.
      setAt(((at + 1 + step + list.found.length + 1) % (list.found.length + 1)) - 1);
    } else if (e.key === "Enter" && at >= 0) (e.preventDefault(), pick(list.found[at]));
    else if (e.key === "Escape") (e.preventDefault(), e.stopPropagation(), hide());
    else if (e.key === "Tab" || e.key === "Enter") hide();
  };
  const listId = `${id}-list`;
  useEffect(() => {
    if (open) box.current.querySelector(at >= 0 ? `[id="${listId}-${at}"]` : ".street-list")?.scrollIntoView({ block: "nearest" });
  }, [open, at]);
  const others = filled && Object.keys(filled).filter((name) => name !== "street1").map((name) => t(fields[name].label));
  return (
    <div className="street" ref={box} onBlur={(e) => !box.current.contains(e.relatedTarget) && hide()}>
      <input {...shared} type="text" role="combobox" aria-expanded={open} aria-controls={open ? listId : undefined} aria-autocomplete="list" autoComplete="off"
        aria-activedescendant={open && at >= 0 ? `${listId}-${at}` : undefined} placeholder="---" value={value} onKeyDown={keys} onChange={(e) => type(e.target.value)} />
      {open && (
        <div className="lookup-list street-list">
          <div role="listbox" id={listId} aria-label={t("Suggestions for %(label)s", { label })}>
            {list.found.map((address, i) => (
              <div key={i} id={`${listId}-${i}`} role="option" aria-selected={i === at} className="hit" tabIndex={-1}
                onPointerEnter={() => setAt(i)} onMouseDown={(e) => e.preventDefault()} onClick={() => pick(address)}>
                <b>{address.street1}</b><small>{address.detail}</small>
              </div>
            ))}
          </div>
          {credit && <p className="street-credit"><a href={terms} target="_blank" rel="noreferrer" tabIndex={-1} onMouseDown={(e) => e.preventDefault()}>{credit}</a></p>}
        </div>
      )}
      <p className="street-told" role="status">
        {open ? <span className="unseen">{t.n("%(n)s address suggested", "%(n)s addresses suggested", list.found.length)}</span>
          : filled ? <>{others.length ? t("Filled in: %(fields)s.", { fields: t.list(others) }) : t("Filled in.")} <button type="button" className="link" onClick={undo}>{t("Undo")}</button></>
          : failed ? <span className="faint">{t("No suggestions at the moment.")}</span> : null}
      </p>
    </div>
  );
}
