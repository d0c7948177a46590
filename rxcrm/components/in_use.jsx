// The question when an undo would remove what somebody has used since (S 3.5 [OURS]).
import { useT } from "./i18n.js";
import { Dialog } from "./ui.jsx";

/** What was created has been used since: who touched what, and the offer to reopen the lead only. */
export function InUseDialog({ asked, touches, zone, onKeep, onDismiss }) {
  const t = useT();
  return (
    <Dialog open={asked > 0} title={t("The created records are in use")} onClose={() => onDismiss()}>
      <p>{t("Undoing would remove records that somebody has used since:")}</p>
      <ul className="touches">
        {(touches ?? []).map((touch) => (
          <li key={`${touch.entity}${touch.id}`}><b>{touch.name}</b> <small>{t("%(who)s, %(when)s", { who: touch.who || t("The system"), when: t.moment(touch.at, zone) })}</small></li>
        ))}
      </ul>
      <p>{t("You can open the lead again and keep these records. They stay linked to it.")}</p>
      <footer>
        <button type="button" className="button" onClick={() => onDismiss()}>{t("Cancel")}</button>
        <button type="button" className="button primary" data-autofocus onClick={() => onKeep(asked)}>{t("Reopen the lead only")}</button>
      </footer>
    </Dialog>
  );
}
