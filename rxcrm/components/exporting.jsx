// Rows out: the Export menu of a list with its dialog. The file itself comes by HTTP.
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { Download, FileSpreadsheet, History, ListChecks } from "lucide-react";
import { useT } from "./i18n.js";
import { Dialog, Menu } from "./ui.jsx";

/** Lets the browser save a file. */
function save(url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** The columns as somebody has chosen and moved them: they stand in the address, else the browser remembers them. */
function columnsOf(params, entity, view) {
  const asked = params.get("columns");
  if (asked) return asked.split(",").map((part) => part.split(":")[0]);
  try {
    return JSON.parse(localStorage.getItem(`rxcrm:columns:${entity}:${view}`))?.order ?? [];
  } catch {
    return [];
  }
}

/** Export ▾ above a list: the view or the ticked rows, templates, and what was exported before. */
export function ExportMenu({ entity, views, view: told, picked, rows, total, cap, formats, columns, delimiters, templates }) {
  const t = useT();
  const location = useLocation();
  const [asked, setAsked] = useState("");
  useEffect(() => {
    // The bar below the list asks for the rows that are selected.
    const open = ({ detail }) => setAsked(detail.what);
    window.addEventListener("rxcrm:export", open);
    return () => window.removeEventListener("rxcrm:export", open);
  }, []);
  // Until the list has answered, the address says which view it will be; without one it is the first.
  const wanted = new URLSearchParams(location.search).get("view");
  const view = told || (wanted ?? views[0]?.key ?? "");
  return (
    <>
      <Menu label={t("Export")} className="button command" text={<><Download className="icon" aria-hidden="true" /><span>{t("Export")}</span></>}>
        <button type="button" role="menuitem" onClick={() => setAsked("view")}><FileSpreadsheet className="icon" aria-hidden="true" />{t("Export this view…")}</button>
        {picked.length > 0 && <button type="button" role="menuitem" onClick={() => setAsked("picked")}><ListChecks className="icon" aria-hidden="true" />{t("Export the selected rows…")}</button>}
        {templates && <a role="menuitem" href={`/files/templates/${entity}.xlsx?view=${view}`} download=""><FileSpreadsheet className="icon" aria-hidden="true" />{t("Template of this view")}</a>}
        {templates && <a role="menuitem" href={`/files/templates/${entity}.xlsx`} download=""><FileSpreadsheet className="icon" aria-hidden="true" />{t("Template with all fields")}</a>}
        <a role="menuitem" href="/exports"><History className="icon" aria-hidden="true" />{t("Past exports")}</a>
      </Menu>
      <ExportDialog {...{ asked, entity, views, view, picked, rows, total, cap, formats, columns, delimiters }} close={() => setAsked("")} />
    </>
  );
}

/** What is asked before an export: which rows, which format, which columns. */
function ExportDialog({ asked, entity, views, view, picked, rows, total, cap, formats, columns, delimiters, close }) {
  const t = useT();
  const navigate = useNavigate();
  const location = useLocation();
  const [choice, setChoice] = useState({ what: "view", format: "xlsx", which: "shown", delimiter: "" });
  const [state, setState] = useState({ busy: false, problem: "", later: false });
  useEffect(() => {
    if (asked) (setChoice((c) => ({ ...c, what: asked })), setState({ busy: false, problem: "", later: false }));
  }, [asked]);
  const choose = (change) => setChoice({ ...choice, ...change });
  const params = new URLSearchParams(location.search);
  const label = t(views.find((v) => v.key === view)?.label ?? "");
  const term = params.get("q") ?? "";
  const count = total < 0 ? "" : total > cap ? `${t.number(cap)}+` : t.number(total);
  const send = async (event) => {
    event.preventDefault();
    setState({ busy: true, problem: "", later: false });
    const ids = rows.map((r) => +r.id).filter((id) => picked.includes(id));
    const wanted = {
      entity, view, format: choice.format, which: choice.which, delimiter: choice.format === "csv" ? choice.delimiter : "",
      search: term, sort: params.get("sort") ?? "", filter: params.get("filter") ?? "", columns: columnsOf(params, entity, view).join(","), ids: choice.what === "picked" ? ids.join(",") : "",
    };
    try {
      const answer = await fetch("/files/export", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted) });
      const found = await answer.json();
      if (answer.status === 401) window.location.assign(`/login?next=${location.pathname}`);
      else if (!answer.ok) setState({ busy: false, problem: found.message, later: false });
      else if (found.file) (save(found.file), close());
      else setState({ busy: false, problem: "", later: true });
    } catch {
      setState({ busy: false, problem: t("The server cannot be reached. Try again in a moment."), later: false });
    }
  };
  return (
    <Dialog open={!!asked} title={t("Export")} onClose={close}>
      {state.later ? (
        <>
          <p role="status">{t("This is a large export: it is made in the background. The bell tells you when the file is ready; it is on the page of your exports for 7 days.")}</p>
          <footer>
            <button type="button" className="button" onClick={close}>{t("Close")}</button>
            <button type="button" className="button primary" autoFocus onClick={() => (close(), navigate("/exports"))}>{t("Show my exports")}</button>
          </footer>
        </>
      ) : (
        <form className="export-form" onSubmit={send}>
          <Radios name="what" legend={t("Rows")} value={choice.what} onPick={(what) => choose({ what })} options={[
            ["view", count ? t("All rows of “%(view)s” (%(n)s)", { view: label, n: count }) : t("All rows of “%(view)s”", { view: label }), term ? t("only those that contain “%(term)s”", { term }) : ""],
            ...(picked.length ? [["picked", t.n("The selected row", "The %(n)s selected rows", picked.length), ""]] : []),
          ]} />
          <Radios name="format" legend={t("Format")} value={choice.format} onPick={(format) => choose({ format })} options={formats.map(([key, text]) => [key, t(text), ""])} />
          {choice.format === "vcf" ? <p className="hint">{t("A vCard always holds names, numbers, addresses, birthday and description.")}</p> : (
            <Radios name="which" legend={t("Columns")} value={choice.which} onPick={(which) => choose({ which })} options={columns.map(([key, text, hint]) => [key, t(text), t(hint)])} />
          )}
          {choice.format === "csv" && (
            <label className="post-field"><span>{t("Delimiter")}</span>
              <select value={choice.delimiter} onChange={(e) => choose({ delimiter: e.target.value })}>{delimiters.map(([sign, text]) => <option key={text} value={sign}>{t(text)}</option>)}</select>
            </label>
          )}
          {state.problem && <p className="form-message" role="alert">{state.problem}</p>}
          <footer>
            <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
            <button type="submit" className="button primary" disabled={state.busy}>{state.busy ? t("Exporting…") : t("Export")}</button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}

/** One of several, each with a hint. */
function Radios({ name, legend, value, options, onPick }) {
  return (
    <fieldset className="export-choices">
      <legend>{legend}</legend>
      {options.map(([key, text, hint]) => (
        <label key={key} className="radio">
          <input type="radio" name={name} value={key} checked={value === key} onChange={() => onPick(key)} />
          <span>{text}{hint && <small>{hint}</small>}</span>
        </label>
      ))}
    </fieldset>
  );
}
