// The test of a server of addresses, inside the form that names it: what came back is said in full.
import { useId, useRef, useState } from "react";
import { CircleCheck, CircleX, PlugZap } from "lucide-react";
import { useT } from "./i18n.js";

export function AddressTrial({ answer, onTry }) {
  const t = useT();
  const id = useId();
  const sample = useRef(null);
  const [token, setToken] = useState(0);
  const waiting = token > 0 && answer?.token !== token;
  const told = token > 0 && answer?.token === token ? answer : null;
  const go = () => {
    if (waiting) return;
    const form = sample.current.form;
    const value = (name) => form.elements[name]?.value ?? "";
    const fresh = (Date.now() + Math.floor(Math.random() * 1000)) % 2147483647;
    setToken(fresh);
    onTry({ kind: value("kind"), url: value("url"), key: value("key"), sample: sample.current.value }, fresh);
  };
  return (
    <section className="address-trial server-only" aria-label={t("Test")}>
      <div>
        <div className="post-field">
          <label className="ask-label" htmlFor={id}>{t("Address to test with")}</label>
          <input id={id} ref={sample} defaultValue="Unter den Linden 1" maxLength={120} autoComplete="off" spellCheck={false}
            onKeyDown={(e) => e.key === "Enter" && (e.preventDefault(), go())} onInput={(e) => e.stopPropagation()} />
        </div>
        <button type="button" className="button" aria-disabled={waiting || undefined} onClick={go}><PlugZap className="icon" aria-hidden="true" />{waiting ? t("Testing…") : t("Test")}</button>
      </div>
      <output htmlFor={id} aria-live="polite">
        {told && (
          <p className={`told ${told.ok ? "good" : "bad"}`}>
            {told.ok ? <CircleCheck className="icon" aria-hidden="true" /> : <CircleX className="icon" aria-hidden="true" />}
            <span>{told.text}{told.milliseconds > 0 && <small> {t("%(n)s ms", { n: t.number(told.milliseconds) })}</small>}</span>
          </p>
        )}
        {told?.found.length > 0 && <ul>{told.found.map(([street, detail], at) => <li key={at}><b>{street}</b><small>{detail}</small></li>)}</ul>}
      </output>
    </section>
  );
}
