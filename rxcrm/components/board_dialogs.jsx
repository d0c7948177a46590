// What a board asks before it moves a card: the steps that a stage requires, and the dialogs that close a record.
import { useEffect, useMemo, useRef } from "react";
import { createPortal } from "react-dom";
import { useBoardDesk } from "./board_store.js";
import { Field } from "./fields.jsx";
import { useT } from "./i18n.js";
import { DisqualifyDialog } from "./life.jsx";
import { FormContext, createStore } from "./record_store.js";
import { ClosingDialog } from "./sales.jsx";
import { useFields, useSealed, useShape } from "./shape.js";
import { Dialog } from "./ui.jsx";

/** Steps that a gate misses, filled in where one is; `asked` is the refused move with its card, its lane and the fields. */
export function FillDialog({ entity, asked, lane, list, fields: shipped, currency, zone, lookedUp, onLookUp, onMove, close }) {
  const t = useT();
  const fields = useSealed(useFields(entity, shipped), false);
  const store = useRef(null);
  store.current ??= createStore();
  const form = useRef(null);
  const specs = useMemo(() => Object.fromEntries(asked.missing.filter((name) => fields[name]).map((name) => [name, { ...fields[name], locked: !!fields[name].secured && fields[name].shut }])), [fields, asked.missing]);
  const live = useRef({});
  live.current = { answer: lookedUp, onLookUp, currency: asked.card.row.currency || currency, zone, rights: {}, fields: specs };
  useEffect(() => {
    const frame = requestAnimationFrame(() => form.current?.querySelector("[data-field]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    store.current.set({ errors: asked.errors ?? {} });
  }, [asked]);
  const api = useMemo(() => {
    const change = (name, value, shown) => {
      const { edits, editNames, errors } = store.current.get();
      const { [name]: _, ...others } = errors;
      store.current.set({ edits: { ...edits, [name]: value }, editNames: { ...editNames, ...(shown === undefined ? {} : { [name]: shown }) }, errors: others });
    };
    return { store: store.current, change, fields: specs, props: live };
  }, [specs]);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    onMove(asked.card, asked.to, store.current.get().edits);
  };
  const title = t("Move %(name)s to %(lane)s", { name: asked.card.row.name, lane: t(lane?.label ?? "") });
  return createPortal(
    <Dialog open title={title} onClose={close}>
      <FormContext.Provider value={api}>
        <form ref={form} className="quick fill-steps" aria-label={title} noValidate onSubmit={submit}>
          <p className="form-message ask" role="alert">{asked.problem}</p>
          {Object.keys(specs).map((name) => <Field key={name} name={name} text={asked.labels[name]} stacked needed />)}
          <footer>
            <a className="button quiet" href={`${list}/${asked.card.id}`}>{t("Open the record")}</a>
            <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
            <button type="submit" className="button primary" data-hotkey="ctrl+s">{t("Fill in and move")}</button>
          </footer>
        </form>
      </FormContext.Provider>
    </Dialog>,
    document.body,
  );
}

/** The dialog that closes the record of a card which was dropped where records are closed: as on its form. */
export function CloseDialog({ entity, asked, currency, close }) {
  const desk = useBoardDesk();
  const reasons = useShape().disqualify ?? desk.reasons;
  const { card, closes, reason } = asked;
  useEffect(() => {
    if (closes === "won" || closes === "lost") desk.onAskClose?.(card.id, closes === "won" ? 1 : 2);
  }, []);
  const began = useRef(false);
  useEffect(() => {
    // The dialog of a sale is opened and closed by the server.
    if (desk.asking) began.current = true;
    else if (began.current) close();
  }, [desk.asking]);
  if (entity === "lead") {
    const send = (...chosen) => desk.onDisqualify([card.id], card.version, ...chosen);
    return createPortal(<DisqualifyDialog {...{ reason, reasons, close, send }} reminders={desk.reminders} commentLength={desk.commentLength} count={1} told={desk.disqualified} />, document.body);
  }
  return <ClosingDialog open={!!desk.asking && desk.draft.status === (closes === "won" ? 1 : 2)} draft={desk.draft} told={desk.closed} recordId={card.id} version={card.version} currency={card.row.currency || currency} found={desk.found} onSearch={desk.onSearch} onCloseSale={desk.onCloseSale} onDismiss={() => (desk.onDismissSale(), close())} />;
}
