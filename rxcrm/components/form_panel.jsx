// The panel beside the editor of a form: what is chosen and what can be said of it, and what does not stand on the form.
import { useContext, useId, useState } from "react";
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, GripVertical, Plus, Trash2 } from "lucide-react";
import { AskContext } from "./asking.js";
import { useT } from "./i18n.js";

/** Roles to tick, in a form of the settings; sent as their names with blanks between. */
export function RoleTicks({ roles }) {
  const { errors, values } = useContext(AskContext);
  const t = useT();
  const id = useId();
  const chosen = (values.roles ?? "").split(" ");
  return (
    <fieldset className="role-ticks" aria-describedby={errors.roles ? `${id}-problem` : undefined}>
      <legend>{t("Roles")}</legend>
      {roles.map(([value, text]) => <label key={value}><input type="checkbox" name="roles" data-group="" value={value} defaultChecked={chosen.includes(value)} />{t(text)}</label>)}
      {errors.roles && <p className="problem" id={`${id}-problem`}>{errors.roles}</p>}
    </fieldset>
  );
}

/** The same in an editor, which holds what is ticked. */
export function RoleChoice({ roles, chosen, onChange }) {
  const t = useT();
  return (
    <fieldset className="role-ticks">
      <legend>{t("Roles")}</legend>
      {roles.map(([value, text]) => (
        <label key={value}><input type="checkbox" checked={chosen.includes(value)} onChange={(e) => onChange(e.target.checked ? [...chosen, value] : chosen.filter((role) => role !== value))} />{t(text)}</label>
      ))}
    </fieldset>
  );
}

/** A text in every language; empty is what was shipped, which stands there in grey. */
export function LabelInputs({ label, labels, otherwise, languages, maxLength = 80, onChange }) {
  const t = useT();
  const id = useId();
  return languages.map((language) => (
    <div key={language} className="post-field">
      <label htmlFor={`${id}-${language}`}>{languages.length > 1 ? `${label} (${language})` : label}</label>
      <input id={`${id}-${language}`} maxLength={maxLength} autoComplete="off" placeholder={t(otherwise)} value={labels?.[language] ?? ""}
        onChange={(e) => {
          const { [language]: _, ...rest } = labels ?? {};
          const next = e.target.value ? { ...rest, [language]: e.target.value } : rest;
          onChange(Object.keys(next).length ? next : undefined);
        }} />
    </div>
  ));
}

/** On or off; with `why` it cannot be changed and says why. */
export function Toggle({ label, hint, why, value, onChange }) {
  const id = useId();
  return (
    <label className={`switch-card${why ? " disabled" : ""}`}>
      <span><b id={id}>{label}</b>{(why || hint) && <small id={`${id}-hint`}>{why || hint}</small>}</span>
      <input type="checkbox" role="switch" checked={!!value} disabled={!!why} aria-labelledby={id} aria-describedby={why || hint ? `${id}-hint` : undefined} onChange={(e) => onChange(e.target.checked)} />
    </label>
  );
}

export function Choice({ label, value, options, onChange }) {
  const id = useId();
  return (
    <div className="post-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onChange(e.target.value)}>{options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>
    </div>
  );
}

/** Two buttons that move what is chosen; `across` if left and right. */
export function Steps({ name, first, last, across, onStep }) {
  const t = useT();
  const [Before, After] = across ? [ArrowLeft, ArrowRight] : [ArrowUp, ArrowDown];
  return (
    <div className="move-buttons">
      <button type="button" className="button" disabled={first} aria-label={across ? t("Move %(name)s left", { name }) : t("Move %(name)s up", { name })} onClick={() => onStep(-1)}><Before className="icon" aria-hidden="true" />{across ? t("Left") : t("Move up")}</button>
      <button type="button" className="button" disabled={last} aria-label={across ? t("Move %(name)s right", { name }) : t("Move %(name)s down", { name })} onClick={() => onStep(1)}><After className="icon" aria-hidden="true" />{across ? t("Right") : t("Move down")}</button>
    </div>
  );
}

export function RemoveButton({ label, why, onClick }) {
  const id = useId();
  return (
    <div className="remove-row">
      <button type="button" className="button" disabled={!!why} aria-describedby={why ? id : undefined} onClick={onClick}><Trash2 className="icon" aria-hidden="true" />{label}</button>
      {why && <small id={id}>{why}</small>}
    </div>
  );
}

/** Fields that stand nowhere yet: with a button, or to be dragged. `groups` are [title, [[key, label, kind]]]. */
export function Palette({ title, hint, groups, grab, onAdd }) {
  const t = useT();
  const [term, setTerm] = useState("");
  const shown = groups.map(([label, items]) => [label, items.filter(([, text]) => text.toLowerCase().includes(term.toLowerCase()))]).filter(([, items]) => items.length);
  return (
    <section className="palette" aria-label={title}>
      <h2>{title}</h2>
      <input type="search" aria-label={t("Search fields")} placeholder={t("Search fields")} value={term} onChange={(e) => setTerm(e.target.value)} />
      {hint && <p className="hint">{hint}</p>}
      {shown.map(([label, items]) => (
        <div key={label} role="group" aria-label={label}>
          <h3>{label}</h3>
          <ul>
            {items.map(([key, text, kind]) => (
              <li key={key} onPointerDown={(e) => grab(e, { kind, key }, text)}>
                <span className="grip" data-grip="" aria-hidden="true"><GripVertical className="icon" /></span><span className="palette-name">{text}</span>
                <button type="button" className="icon-button" aria-label={t("Add %(name)s", { name: text })} title={t("Add %(name)s", { name: text })} onClick={() => onAdd(kind, key)}><Plus className="icon" aria-hidden="true" /></button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {!shown.length && <p className="hint">{term ? t("Nothing found.") : t("Everything stands on the form.")}</p>}
    </section>
  );
}
