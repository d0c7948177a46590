// What a record form has to tell: a draft that is back, somebody who was faster, a record that is gone.
import { useEffect, useId, useRef } from "react";
import { useT } from "./i18n.js";
import { isDirty, isLost, useForm, useStore } from "./record_store.js";

/** What was typed and is not saved: laid over the record again after an earlier visit, or left out because its field is gone. */
export function DraftBanner({ zone }) {
  const { restored } = useStore(useForm().store);
  return <><LeftOut />{restored && <Restored zone={zone} />}</>;
}

function Restored({ zone }) {
  const { store, discard } = useForm();
  const { restored } = useStore(store);
  const t = useT();
  return (
    <div className="banner" role="status">
      <span>{t("What you typed on %(when)s and had not saved is here again.", { when: t.moment(restored, zone) })}</span>
      <button type="button" className="button small" onClick={discard}>{t("Discard")}</button>
    </div>
  );
}

/** Texts of fields that an administrator has taken out of use while they were being typed. */
function LeftOut() {
  const { store, dropLeft } = useForm();
  const left = Object.entries(useStore(store).left);
  const t = useT();
  const box = useInView(left.length > 0);
  if (!left.length) return null;
  return (
    <section ref={box} className="left-out" role="alert" aria-label={t("Not saved")}>
      {left.map(([name, { spec, value, shown }]) => {
        const label = spec ? t(spec.label) : name;
        return (
          <div key={name}>
            <p>{value === "" ? t("“%(label)s” is out of use now; that you emptied it is not saved.", { label }) : t("“%(label)s” is out of use now. What you typed there is not saved:", { label })}</p>
            {value !== "" && <q>{display(spec, value, shown, t) || value}</q>}
            <button type="button" className="button small" aria-label={t("Discard what you typed into %(label)s", { label })} onClick={() => dropLeft(name)}>{t("Discard")}</button>
          </div>
        );
      })}
    </section>
  );
}

/** A message that must be seen comes into view when it appears, wherever the form is scrolled to. */
function useInView(shown) {
  const box = useRef(null);
  useEffect(() => {
    if (shown) box.current.scrollIntoView({ block: "nearest" });
  }, [shown]);
  return box;
}

/** Somebody else saved first: who changed what, both values, and a choice for every field that both changed. */
export function ConflictBanner({ zone }) {
  const { store, choose, fields, save } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const box = useInView(s.conflicts.length > 0);
  if (!s.conflicts.length) return null;
  const both = s.conflicts.filter((c) => c.field in s.mine && s.mine[c.field].value !== c.raw);
  const others = s.conflicts.filter((c) => !both.includes(c));
  const open = both.some((c) => !s.choices[c.field]);
  return (
    <section ref={box} className="conflict" role="alert" aria-labelledby={id}>
      <h2 id={id}>{t("%(who)s changed this record while you were editing it", { who: [...new Set(s.conflicts.map((c) => c.who))].join(", ") })}</h2>
      {others.length > 0 && (
        <ul>
          {others.map((c) => (
            <li key={c.field}>{t("%(who)s set %(field)s to “%(value)s” (%(when)s).", { who: c.who, field: t(c.label), value: c.theirs || "—", when: t.moment(c.at, zone) })}</li>
          ))}
        </ul>
      )}
      {both.map((c) => (
        <fieldset key={c.field}>
          <legend>{t(c.label)}</legend>
          <label><input type="radio" name={`conflict-${c.field}`} checked={s.choices[c.field] === "theirs"} onChange={() => choose(c.field, false)} />
            <span>{c.who}, {t.moment(c.at, zone)}: <b>{c.theirs || "—"}</b></span></label>
          <label><input type="radio" name={`conflict-${c.field}`} checked={s.choices[c.field] === "mine"} onChange={() => choose(c.field, true)} />
            <span>{t("Yours")}: <b>{display(fields[c.field], s.mine[c.field].value, s.mine[c.field].name, t) || "—"}</b></span></label>
        </fieldset>
      ))}
      <p>{open ? t("Choose a value for each field, then save.") : t("Nothing has been saved yet.")}</p>
      <button type="button" className="button primary small" disabled={open} onClick={() => save()}>{t("Save")}</button>
    </section>
  );
}

/** Somebody else deleted the record: who and when, if the user may know, and a way on for what is in the form. */
export function LostBanner({ zone }) {
  const { store, createAgain, entity, props } = useForm();
  const s = useStore(store);
  const t = useT();
  const id = useId();
  const box = useInView(isLost(s));
  if (!isLost(s)) return null;
  const { who, at } = s.lost;
  const label = { lead: t("Create a new lead from it"), account: t("Create a new account from it"), contact: t("Create a new contact from it"), opportunity: t("Create a new opportunity from it"), activity: t("Create a new activity from it") }[entity];
  return (
    <section ref={box} className="conflict lost" role="alert" aria-labelledby={id}>
      <h2 id={id}>
        {at ? t("%(who)s deleted this record on %(when)s", { who: who || t("The system"), when: t.moment(at, zone) }) : t("This record does not exist any more, or you may no longer see it")}
      </h2>
      <p>{isDirty(s) ? t("What you typed is still here, but it can no longer be saved into this record.") : t("What you see is what the record held last.")}</p>
      {props.current.rights?.[`create_${entity}`] && (
        <button type="button" className="button primary small" aria-disabled={s.pending ? true : undefined} onClick={createAgain}>{label}</button>
      )}
    </section>
  );
}

function display(spec, value, name, t) {
  if (!spec || value === "") return "";
  if (spec.kind === "lookup") return name ?? "";
  const option = spec.options?.find(([v]) => v === value);
  return option ? t(option[1]) : spec.kind === "date" ? t.day(value) : value;
}
