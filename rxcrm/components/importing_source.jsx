// The step Upload of one import: what was found in the file, with the first rows as they will be read.
import { useEffect, useId, useState } from "react";
import { Info } from "lucide-react";
import { useT } from "./i18n.js";
import { Foot, Phase, Trouble } from "./importing_steps.jsx";

const signName = (t, sign) => ({ ",": t("Comma (,)"), ";": t("Semicolon (;)"), "\t": t("Tab"), "|": t("Vertical bar (|)"), ":": t("Colon (:)"), " ": t("Space"), "^": t("Caret (^)"), "~": t("Tilde (~)") })[sign] ?? sign;
const formatName = (t, format) => ({
  csv: t("Text with delimiters (CSV)"), xlsx: t("Excel workbook"), xls: t("Excel 97–2003 workbook"), ods: t("OpenDocument spreadsheet"), xml: t("XML Spreadsheet 2003"), vcf: t("vCards"),
  graph: t("Contacts from Exchange"), carddav: t("Contacts from CardDAV"),
})[format] ?? format;

/** A setting of the file in one line. */
function Setting({ label, value, options, long, onChange }) {
  const id = useId();
  return (
    <span className="source-setting" data-long={long || undefined}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onChange(e.target.value)}>
        {options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}
      </select>
    </span>
  );
}

/** The whole step. Every change is shown at once; nothing is kept before Continue. */
export function SourceForm({ run, view, tables, work, onPeek, onRead, onDiscard, onStop }) {
  const t = useT();
  const [entity, setEntity] = useState(view.entity);
  // What was just asked for shows at once; the file is read so a moment later.
  const [asked, setAsked] = useState({});
  const busy = Object.keys(asked).length > 0;
  useEffect(() => setEntity(view.entity), [view.entity, run.id]);
  useEffect(() => setAsked({}), [view]);
  const options = { ...view.options, ...asked };
  const source = asked.heading_row >= 0 ? { ...view.source, heading_row: asked.heading_row } : view.source;
  const [one, setOne] = useState(false);
  useEffect(() => setOne(false), [run.id]);
  const peek = (patch) => {
    const now = { ...options, ...patch };
    setAsked({ ...asked, ...patch });
    onPeek(run.id, now.sheet, now.encoding, now.delimiter, now.heading_row);
  };
  const read = () => onRead(run.id, entity, options.sheet, options.encoding, options.delimiter, options.heading_row);
  if (work.kind === "read") return <Phase work={work} onCancel={() => onStop(run.id)} />;
  const text = source.format === "csv";
  const why = view.unreadable ? t("This file cannot be read as it is.") : source.single_column && !one ? t("Say first what stands between the values.") : "";
  return (
    <>
      <div className="step-body" aria-busy={busy || undefined}>
        {work.problem && <p className="form-message" role="alert">{work.problem}</p>}
        <section className="source-settings" aria-label={t("How the file is read")}>
          <Setting label={t("Table")} value={entity} options={tables.map(([v, label]) => [v, t(label)])} onChange={setEntity} />
          {source.format && <span className="source-setting"><span className="label">{t("Format")}</span><b>{formatName(t, source.format)}</b></span>}
          {(text || view.unreadable) && view.encodings.length > 0 && (
            <Setting long label={t("Encoding")} value={options.encoding || source.encoding} options={view.encodings.map(([code, label]) => [code, t(label)])} onChange={(encoding) => peek({ encoding })} />
          )}
          {text && <Setting label={t("Delimiter")} value={options.delimiter || source.delimiter} options={choices(source.delimiter, view.delimiters, (v) => signName(t, v))} onChange={(delimiter) => peek({ delimiter, heading_row: -1 })} />}
          {source.sheets.length > 1 && <Setting label={t("Sheet")} value={options.sheet || source.sheet} options={source.sheets.map((s) => [s, s])} onChange={(sheet) => peek({ sheet, heading_row: -1 })} />}
        </section>
        {view.unreadable ? (
          <Trouble title={t("This file cannot be read")} text={view.unreadable}>
            <a className="button primary" href="/import">{t("Choose another file")}</a>
            <button type="button" className="button" onClick={() => onDiscard(run.id)}>{t("Remove this one")}</button>
          </Trouble>
        ) : (
          <>
            {view.notes.length > 0 && (
              <ul className="source-notes" aria-label={t("Notes about the file")}>
                {view.notes.map((note) => <li key={note}><Info className="icon" aria-hidden="true" />{note}</li>)}
              </ul>
            )}
            {source.single_column && <SingleColumn delimiters={view.delimiters} one={one} onOne={() => setOne(true)} onChoose={(delimiter) => peek({ delimiter, heading_row: -1 })} />}
            <FirstRows source={source} rows={view.rows} onPick={(heading_row) => peek({ heading_row })} />
          </>
        )}
      </div>
      <Foot back="/import" next={t("Continue")} why={why} busy={busy} onNext={read}>
        {!view.unreadable && (
          <>
            <b>{t.n("%(n)s column", "%(n)s columns", source.headings.length)}</b>
            <span>{source.data_rows > 0 && t.n("%(n)s data row", "%(n)s data rows", source.data_rows)}</span>
          </>
        )}
      </Foot>
    </>
  );
}

const choices = (found, known, text) => [...new Set([found, ...known])].filter(Boolean).map((v) => [v, text(v)]);

/** A text that was not split: what stands between its values is asked, not guessed. */
function SingleColumn({ delimiters, one, onOne, onChoose }) {
  const t = useT();
  return (
    <fieldset className="segments ask-delimiter">
      <legend>{t("This file has one column only. Is another sign between the values?")}</legend>
      {delimiters.map((sign) => (
        <label key={sign}><input type="radio" name="delimiter" checked={false} onChange={() => onChoose(sign)} /><span>{signName(t, sign)}</span></label>
      ))}
      <label><input type="radio" name="delimiter" checked={one} onChange={onOne} /><span>{t("No, it is one column")}</span></label>
    </fieldset>
  );
}

/** The first rows; the one that is picked holds the headings, what stands above it is left out. */
function FirstRows({ source, rows, onPick }) {
  const t = useT();
  const id = useId();
  const fixed = ["vcf", "graph", "carddav"].includes(source.format);
  const width = Math.max(source.headings.length, ...rows.map((row) => row.cells.length), 1);
  return (
    <section className="first-rows" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{fixed ? t("First rows") : t("Which row holds the headings?")}</h2>
        {!fixed && (
          <label className="check">
            <input type="checkbox" checked={source.heading_row === 0} onChange={(e) => onPick(e.target.checked ? 0 : -1)} />
            {t("The file has no headings")}
          </label>
        )}
      </header>
      <div className="cells-frame" tabIndex={0} role="region" aria-label={t("First rows of the file")}>
        <table className="cells">
          {(fixed || source.heading_row === 0) && (
            <thead><tr><td /><>{source.headings.map((heading, i) => <th key={i} scope="col">{heading}</th>)}</></tr></thead>
          )}
          <tbody>
            {rows.map(({ number, cells }) => {
              const heads = number === source.heading_row && !fixed;
              return (
                <tr key={number} data-heads={heads || undefined} data-above={number < source.heading_row || undefined} onClick={fixed ? undefined : () => number !== source.heading_row && onPick(number)}>
                  <th scope="row">
                    {fixed ? number : (
                      <label>
                        <input type="radio" name={`${id}-row`} checked={heads} aria-label={t("Row %(n)s holds the headings", { n: number })} onChange={() => onPick(number)} />
                        <span aria-hidden="true">{number}</span>
                      </label>
                    )}
                  </th>
                  {Array.from({ length: width }, (_, i) => <td key={i} title={cells[i]}>{cells[i]}</td>)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
