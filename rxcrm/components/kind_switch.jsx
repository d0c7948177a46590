// How a list shows its rows: as a list, on a board, in a calendar; and by what the board has its lanes.
import { CalendarDays, Columns3, List, RefreshCw, SquareKanban } from "lucide-react";
import { kindOf, useBoardDesk } from "./board_store.js";
import { useT } from "./i18n.js";
import { useAddress } from "./list_address.js";

const SIGNS = { list: List, board: SquareKanban, calendar: CalendarDays };
/** What of an address belongs to one kind alone. */
const NONE = { lanes: "", date: "", day: "" };

/** `kinds` are those that this table has; the charts pane is a list with a pane beside it. */
export function KindSwitch({ kinds, head }) {
  const t = useT();
  const { params, go } = useAddress();
  const kind = kindOf(params, head);
  const now = kind === "charts" ? "list" : kind;
  const names = { list: t("List"), board: t("Board"), calendar: t("Calendar") };
  const choose = (one) => go({ ...NONE, as: one === (head?.saved?.kind ?? "list") ? "" : one });
  return (
    <div className="kind-switch" role="group" aria-label={t("Show as")}>
      {["list", ...kinds].map((one) => {
        const Sign = SIGNS[one];
        return <button key={one} type="button" aria-pressed={one === now} title={names[one]} onClick={() => one !== now && choose(one)}><Sign className="icon" aria-hidden="true" /><span>{names[one]}</span></button>;
      })}
    </div>
  );
}

/** A menu in the address: `all` are [key, label], the `usual` ones first; `name` is the parameter that it sets. */
function Choice({ label, name, value, all, usual, own }) {
  const t = useT();
  const { go } = useAddress();
  const option = ([key, text]) => <option key={key} value={key}>{t(text)}</option>;
  return (
    <label className="lane-choice"><span>{label}</span>
      <select value={value} onChange={(e) => go({ [name]: e.target.value === (own || all[0][0]) ? "" : e.target.value })}>
        {all.slice(0, usual).map(option)}
        {all.length > usual && <optgroup label={t("Other fields")}>{all.slice(usual).map(option)}</optgroup>}
      </select>
    </label>
  );
}

/** By what a board has its lanes. */
export function LaneChoice({ head }) {
  const t = useT();
  const { shown } = useBoardDesk();
  if (!shown?.ways?.length) return null;
  return <Choice label={t("Lanes")} name="lanes" value={shown.way} all={shown.ways} usual={shown.usual} own={head?.saved?.settings?.lanes} />;
}

/** By which date a calendar shows its records. */
export function DateChoice({ head }) {
  const t = useT();
  const { days } = useBoardDesk();
  if (!days?.dates?.length) return null;
  return <Choice label={t("Date")} name="date" value={days.date} all={days.dates} usual={days.usual} own={head?.saved?.settings?.date} />;
}

/** Refresh in the command bar: the list, and what reads its rows itself. */
export function RefreshCommand({ onRefresh }) {
  const t = useT();
  return <button type="button" className="button command" onClick={() => (onRefresh(), window.dispatchEvent(new Event("rxcrm:again")))}><RefreshCw className="icon" aria-hidden="true" /><span>{t("Refresh")}</span></button>;
}
