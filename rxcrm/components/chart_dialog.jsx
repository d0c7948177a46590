// Makes a chart for the charts pane or changes one, with what it shows beside it.
import { useEffect, useRef, useState } from "react";
import { Condition } from "./chart_condition.jsx";
import { ChartFields, Control, emptyChart } from "./chart_editor.jsx";
import { RESTS, useFigures } from "./chart_fetch.js";
import { ChartBody } from "./charts_pane.jsx";
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

/** `chart` has id, version, label and definition (id 0 for a new one); `asked` are the rows of the list, as parameters. */
export function ChartDialog({ chart, entity, asked, vocabulary, administrator, answer, onSave, onClose }) {
  const t = useT();
  const [name, setName] = useState(chart.id ? chart.label : "");
  const [definition, setDefinition] = useState({ ...emptyChart(entity), ...chart.definition });
  const [system, setSystem] = useState(false);
  const [token, setToken] = useState(0);
  const field = useRef(null);
  const told = token && answer?.token === token ? answer : null;
  const [problems, setProblems] = useState({});
  useEffect(() => {
    if (told?.ok) onClose(told.key);
    else if (told) (setToken(0), setProblems(told.errors), field.current?.focus());
  }, [told]);
  const wanted = new URLSearchParams(asked);
  wanted.set("definition", JSON.stringify(definition));
  const [found, refresh] = useFigures(`/data/charts/${entity}?${wanted}`, { rests: RESTS });
  const save = (e) => {
    e.preventDefault();
    const next = Date.now() % 2147483647;
    setProblems({});
    setToken(next);
    onSave(definition, name, chart.id, chart.version, system, next);
  };
  return (
    <Dialog open side title={chart.id ? t("Change chart") : t("New chart")} onClose={() => onClose()}>
      <form className="ask-form chart-form" onSubmit={save} noValidate aria-label={t("Chart")}>
        {problems[""] && <p className="form-message" role="alert">{problems[""]}</p>}
        <div className="made-of">
          <Control label={t("Name")} problem={problems.name}>{(p) => <input {...p} ref={field} autoFocus maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />}</Control>
          <ChartFields vocabulary={vocabulary} value={definition} onChange={setDefinition} />
          <Condition entity={entity} value={definition.where} names={found.names} onChange={(where) => setDefinition((was) => ({ ...was, where }))} />
          {administrator && !chart.id && <label className="tick-line"><input type="checkbox" checked={system} onChange={(e) => setSystem(e.target.checked)} /> {t("For everybody")}</label>}
        </div>
        <Preview {...{ found, refresh }} kind={definition.kind} />
        <footer>
          <button type="button" className="button" onClick={() => onClose()}>{t("Cancel")}</button>
          <button type="submit" className="button primary" data-hotkey="ctrl+s" disabled={!!token}>{token ? t("Saving…") : t("Save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What is described, as it would look; `children` instead of a chart. */
export function Preview({ found, refresh, kind, title, children }) {
  const t = useT();
  return (
    <section className={`chart-preview${kind === "number" ? " number" : ""}`} aria-label={t("Preview")}>
      <h3>{title || t("Preview")}</h3>
      {children ?? <ChartBody found={found} kind={found.busy ? undefined : kind} onAgain={refresh} />}
    </section>
  );
}
