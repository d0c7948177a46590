// What column security keeps from the reader: a lock and a mask in the place of a value (S 9.3).
import { Lock } from "lucide-react";
import { useT } from "./i18n.js";

/** What the server puts in the place of a value. */
export const MASK = "********";

/** In a form: focusable, so that everybody can find out why there is nothing to type. */
export function SealedField({ id, name, label, why: told }) {
  const t = useT();
  const why = told ?? t("Secured: no column security profile lets you see this field.");
  return (
    <div id={id} className="sealed" data-field={name} role="textbox" aria-readonly="true" aria-label={label} aria-describedby={`${id}-sealed`} tabIndex={0} title={why}>
      <Lock className="icon" aria-hidden="true" /><span aria-hidden="true">{MASK}</span><span className="unseen" id={`${id}-sealed`}>{why}</span>
    </div>
  );
}

/** In a list, on a card, in a preview. */
export function SealedValue() {
  const t = useT();
  return <span className="sealed" title={t("Secured: no column security profile lets you see this field.")}><Lock className="icon" aria-hidden="true" /><span aria-hidden="true">{MASK}</span><span className="unseen">{t("Secured")}</span></span>;
}
