// The bar below a list while rows are ticked: how many, all of the list, and what can be done with them (peers 6.8).
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Download, Merge, Trash2, X } from "lucide-react";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { countOf, meant, newToken, selection, useSelection } from "./selection_store.js";
import { Dialog } from "./ui.jsx";

const counted = (t, s) => (s.everything && s.total > s.cap ? `${t.number(s.cap)}+` : t.number(Math.abs(countOf(s))));

/** The bar itself; its children are the commands. Escape lets go of the selection. */
export function SelectionBar({ entity, children }) {
  const t = useT();
  const s = useSelection();
  const there = s.entity === entity && s.ids.length > 0;
  useEffect(() => {
    if (!there) return undefined;
    const press = (e) => {
      if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open], .cell-editor, .peek, [role=menu]")) return;
      selection.clear();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [there]);
  if (!there) return null;
  const beyond = !s.everything && s.rows.length > 0 && s.rows.every((r) => s.ids.includes(Number(r.id))) && (s.total > s.rows.length || s.total > s.cap);
  const all = s.total > s.cap ? `${t.number(s.cap)}+` : t.number(s.total);
  return (
    <div className="selection-bar" role="toolbar" aria-label={t("Selected records")}>
      <b className="selected">{s.everything ? t("All %(n)s selected", { n: counted(t, s) }) : t.n("%(n)s selected", "%(n)s selected", s.ids.length)}</b>
      {beyond && <button type="button" className="button small" onClick={() => selection.set({ everything: true })}>{t("Select all %(n)s in this view", { n: all })}</button>}
      {s.everything && <button type="button" className="button small" onClick={() => selection.set({ everything: false })}>{t("Only this page")}</button>}
      <div className="selection-commands">{children}</div>
      <button type="button" className="icon-button" aria-label={t("Clear the selection")} title={t("Clear the selection")} onClick={selection.clear}><X className="icon" aria-hidden="true" /></button>
    </div>
  );
}

/** A command on the ticked rows; `most` is how many records it takes at once. */
export function PickedCommand({ label, hotkey, most, onPick, children }) {
  const t = useT();
  const s = useSelection();
  const count = countOf(s);
  const why = most && (count > most || count < 0) ? t("At most %(n)s at once", { n: t.number(most) }) : "";
  return (
    <button type="button" className="button command" data-hotkey={hotkey} aria-disabled={why ? true : undefined} title={why || undefined}
      onClick={() => !why && onPick(s.everything ? [] : s.ids, s.everything, s.query, (globalThis.rxcrmAsked = newToken()))}>
      {children}<span>{label}{why && <span className="unseen">, {why}</span>}</span>
    </button>
  );
}

/** Merge, for as many rows as can be merged. */
export function MergePicked({ entity, fewest, most }) {
  const t = useT();
  const s = useSelection();
  if (s.everything || s.ids.length < fewest || s.ids.length > most) return null;
  return <a className="button command" href={`/merge/${entity}?ids=${s.ids.join(",")}`}><Merge className="icon" aria-hidden="true" /><span>{t("Merge")}</span></a>;
}

/** Export of the ticked rows, or of the view; the menu above the list opens its dialog. */
export function ExportPicked() {
  const t = useT();
  const s = useSelection();
  const ask = () => window.dispatchEvent(new CustomEvent("rxcrm:export", { detail: { what: s.everything ? "view" : "picked" } }));
  return <button type="button" className="button command" onClick={ask}><Download className="icon" aria-hidden="true" /><span>{t("Export…")}</span></button>;
}

/** Delete: `onAsk` shows what goes along with ticked rows; all of a list are asked about here. */
export function DeletePicked({ entity, told, onAsk, onRun }) {
  const t = useT();
  const s = useSelection();
  const [asking, setAsking] = useState(false);
  const { send, pending, problem } = useRun({ entity, told, onRun, done: () => setAsking(false) });
  return (
    <>
      <button type="button" className="button command" onClick={() => (s.everything ? setAsking(true) : onAsk())}><Trash2 className="icon" aria-hidden="true" /><span>{t("Delete")}</span></button>
      {asking && createPortal(
        <Dialog open title={t("Delete")} onClose={() => setAsking(false)}>
          {problem && <p className="form-message" role="alert">{problem}</p>}
          <p>{t("Move all %(n)s records of this view to the recycle bin?", { n: counted(t, s) })}</p>
          <p className="hint">{t("What regards them goes along. All of it can be restored for 30 days.")}</p>
          <footer>
            <button type="button" className="button" onClick={() => setAsking(false)}>{t("Cancel")}</button>
            <button type="button" className="button danger" disabled={pending} onClick={() => send("delete", {})}>{pending ? t("Saving…") : t("Delete")}</button>
          </footer>
        </Dialog>, document.body)}
    </>
  );
}

/** Sends a bulk command for what is selected, and waits for its answer. */
export function useRun({ entity, told, onRun, done }) {
  const [token, setToken] = useState(0);
  const [problem, setProblem] = useState("");
  const [errors, setErrors] = useState({});
  const desist = useRef(() => {});
  useEffect(() => () => desist.current(), []);
  const finished = useRef(done);
  finished.current = done;
  useEffect(() => {
    if (!token || told?.token !== token) return;
    desist.current();
    setToken(0);
    if (told.ok) finished.current?.();
    else (setProblem(told.problem), setErrors(told.errors ?? {}));
  }, [told]);
  const send = (command, given, versions, fixed) => {
    const next = fixed ?? newToken();
    setToken(next);
    setProblem("");
    setErrors({});
    const [ids, seen, query, everything] = meant(selection.get(), versions);
    const ask = () => onRun(command, entity, ids, seen, query, everything, given, next);
    ask();
    desist.current();
    // By the token the server knows what it has done already.
    desist.current = insist(ask);
  };
  return { send, pending: token !== 0, problem, errors };
}
