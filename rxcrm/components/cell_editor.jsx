// One cell being edited in its place: the editor of the form, checked as there; Escape restores, Enter stores (S R7.8, peers 6.7).
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { insist } from "./insist.js";
import { FormContext, createStore, valueOf } from "./record_store.js";
import { newToken } from "./selection_store.js";

/** Whether a column can be edited in the list: a field of the record that people type into. */
export const isEditable = (column, fields, rights, entity) => {
  const spec = fields?.[column.key];
  return !!spec && !spec.locked && (!spec.secured || spec.secured.update) && entity !== "activity" && !column.key.includes(".") && !!rights?.[`write_${entity}`] && !["html", "parties", "regarding"].includes(spec.kind);
};

/** `cell` is the element that is edited; `done(row)` gets the row as it is now, `close` ends without a change. */
export function CellEditor({ entity, row, column, spec: now, cell, query, zone, currency, tools, done, close }) {
  const t = useT();
  // The field may go while it is edited: what was typed stays, and the server says why it is refused.
  const known = useRef(now);
  const spec = (known.current = now ?? known.current);
  const box = useRef(null);
  const store = useRef(null);
  store.current ??= createStore();
  const token = useRef(0);
  const [begun, setBegun] = useState(null);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState("");
  const [faster, setFaster] = useState(null);
  const name = column.key;
  const fields = useMemo(() => ({ [name]: { ...spec, matching: false, fills: false } }), [name, spec]);
  const live = useRef({});
  live.current = { answer: tools.lookedUp, onLookUp: tools.onLookUp, currency: row.currency || currency, zone, rights: {}, fields };
  const desist = useRef(() => {});
  /** Asks, and asks again what a broken connection swallowed: the server knows it by its token. */
  const ask = (question) => {
    const asked = (token.current = newToken());
    desist.current();
    question(asked);
    desist.current = insist(() => question(asked), () => token.current === asked);
  };
  useEffect(() => {
    ask((asked) => tools.onBeginCell(entity, Number(row.id), name, asked));
    return () => desist.current();
  }, []);
  useEffect(() => {
    const answer = tools.begun;
    if (begun || answer?.token !== token.current) return;
    desist.current();
    setBegun(answer);
    store.current.set({ base: { [name]: answer.value }, names: { [name]: answer.name } });
    if (answer.locked) setProblem(answer.locked);
  }, [tools.begun]);
  useEffect(() => {
    if (!begun) return;
    const control = box.current?.querySelector("[data-field]") ?? box.current;
    control?.focus();
    if (control?.matches("input:not([type=date], [role=combobox])")) control.select();
  }, [begun]);
  useEffect(() => {
    const answer = tools.stored;
    if (!pending || answer?.token !== token.current) return;
    desist.current();
    setPending(false);
    if (answer.ok) done(answer.row);
    else if (answer.faster) setFaster(answer);
    else {
      setProblem(answer.problem);
      store.current.set({ errors: { [name]: "" } });
    }
  }, [tools.stored]);
  useLayoutEffect(() => {
    const place = () => {
      if (!box.current || !cell.isConnected) return;
      const at = cell.getBoundingClientRect();
      const width = Math.max(at.width, 240);
      Object.assign(box.current.style, { left: `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`, top: `${Math.max(8, Math.min(at.top, window.innerHeight - box.current.offsetHeight - 8))}px`, width: `${width}px` });
    };
    place();
    document.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
    return () => (document.removeEventListener("scroll", place, true), window.removeEventListener("resize", place));
  });
  const save = (version) => {
    if (pending || !begun || begun.locked) return;
    const value = valueOf(store.current.get(), name);
    if (version === undefined && value === begun.value) {
      close();
      return;
    }
    setPending(true);
    setProblem("");
    setFaster(null);
    ask((asked) => tools.onStoreCell(entity, Number(row.id), version ?? begun.version, name, value, query, asked));
  };
  const api = useMemo(() => {
    const change = (field, value, shown) => {
      const { edits, editNames } = store.current.get();
      store.current.set({ edits: { ...edits, [field]: value }, editNames: { ...editNames, ...(shown === undefined ? {} : { [field]: shown }) }, errors: {} });
      setProblem("");
    };
    return { store: store.current, change, fields, props: live };
  }, [fields]);
  const keys = (e) => {
    e.stopPropagation();
    const listing = e.target.getAttribute?.("aria-expanded") === "true";
    if (e.key === "Tab") {
      // The editor stands at the end of the page: Tab goes round in it.
      const stops = [...box.current.querySelectorAll("input, select, textarea, button, a[href]")].filter((el) => !el.disabled && el.tabIndex >= 0);
      const at = stops.indexOf(document.activeElement) + (e.shiftKey ? -1 : 1);
      if (at < 0 || at >= stops.length) (e.preventDefault(), stops.at(at < 0 ? -1 : 0)?.focus());
    } else if (e.key === "Escape") (e.preventDefault(), close());
    else if (e.key === "Enter" && !e.defaultPrevented && !listing && e.target.matches("input, select") && !e.target.matches("[role=combobox]")) (e.preventDefault(), save());
    else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) (e.preventDefault(), save());
  };
  useEffect(() => {
    // A press beside it stores what was typed, as leaving a cell does in every spreadsheet.
    const away = (e) => {
      if (box.current?.contains(e.target) || e.target.closest?.("dialog, .messages")) return;
      if (begun && !begun.locked && !problem && !faster && valueOf(store.current.get(), name) !== begun.value) save();
      else close();
    };
    document.addEventListener("pointerdown", away, true);
    return () => document.removeEventListener("pointerdown", away, true);
  });
  const label = t("Edit %(field)s of %(name)s", { field: t(spec.label), name: row.name || row.id });
  return createPortal(
    <div ref={box} className={`cell-editor${problem ? " bad" : ""}`} role="dialog" aria-label={label} aria-busy={!begun || pending} tabIndex={-1} onKeyDown={keys}>
      {begun && !begun.locked && <FormContext.Provider value={api}><Field name={name} stacked /></FormContext.Provider>}
      {!begun && <p className="hint">{t("Loading")}</p>}
      {problem && <p className="problem" role="alert">{problem}</p>}
      {faster && (
        <div className="faster" role="alert">
          <p>{t("%(who)s was faster: it is “%(theirs)s” now.", { who: faster.who || t("Somebody"), theirs: faster.theirs || "---" })}</p>
          <div className="buttons">
            <button type="button" className="button small" onClick={() => save(faster.version)}>{t("Keep mine")}</button>
            <button type="button" className="button small" onClick={() => (close(), tools.onRefresh?.())}>{t("Take theirs")}</button>
          </div>
        </div>
      )}
      <div className="buttons">
        {begun && !begun.locked && !faster && <button type="button" className="button small primary" disabled={pending} onClick={() => save()}>{pending ? t("Saving…") : t("Save")}</button>}
        <button type="button" className="button small" onClick={close}>{begun?.locked ? t("Close") : t("Cancel")}</button>
      </div>
    </div>,
    document.body,
  );
}
