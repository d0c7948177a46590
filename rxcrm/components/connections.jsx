// Connections of a record: the card of stakeholders, and all connections and competitors of the tab Related (S 5).
import { useEffect, useRef, useState } from "react";
import { Ellipsis, Link2, Pencil, Plus, Trash2, UserPlus, CirclePause, CirclePlay } from "lucide-react";
import { useT } from "./i18n.js";
import { addressOf } from "./paths.js";
import { Command, Dialog, Menu } from "./ui.jsx";
import { ConnectionPane, RoleOptions } from "./connecting.jsx";

/** Stakeholders that the card shows before "Show all" (S R5.1). */
const SHOWN = 6;
// The card and the tab stand on one page: they ask once for both.
const asked = { key: "", at: 0 };

/** Asks for the connections whenever the form shows another record or has been saved. */
function useConnections({ entity, recordId, loaded, onOpen }) {
  useEffect(() => {
    const key = `${entity}:${recordId}:${loaded}`;
    if (!loaded || (asked.key === key && Date.now() - asked.at < 500)) return;
    Object.assign(asked, { key, at: Date.now() });
    onOpen(entity, recordId);
  }, [entity, recordId, loaded]);
}

/** What works: command → undefined if it is hidden, else empty or why it does not work now. */
function useMay({ recordId, may }) {
  const t = useT();
  return (name) => (recordId > 0 ? may[name] : t("Save this record first."));
}

/** A command that is hidden without the privilege. */
function Maybe({ may, name, ...rest }) {
  const why = may(name);
  return why === undefined ? null : <Command {...rest} why={why} className="button" />;
}

/** The contacts that matter for the decision, with their roles to be changed in place. */
export function StakeholdersCard(props) {
  const { entity, recordId, stakeholders, stakeholdersHidden } = props;
  const t = useT();
  const may = useMay(props);
  const [all, setAll] = useState(false);
  const [pane, setPane] = useState(null);
  const card = useRef(null);
  useConnections(props);
  const rows = recordId > 0 ? stakeholders : [];
  const shown = all ? rows : rows.slice(0, SHOWN);
  const focus = () => card.current?.querySelector("button, a")?.focus();
  return (
    <section className="section stakeholders" aria-label={t("Stakeholders")} ref={card}>
      <h2>{t("Stakeholders")}</h2>
      <div className="card-commands">
        <Maybe may={may} name="connect" label={t("New Connection")} onClick={() => setPane({ kind: "stakeholder" })}><Plus className="icon" aria-hidden="true" /></Maybe>
        <Maybe may={may} name="contact" label={t("New Contact")} onClick={() => setPane({ kind: "contact" })}><UserPlus className="icon" aria-hidden="true" /></Maybe>
      </div>
      {rows.length > 0 && (
        <div role="grid" aria-label={t("Stakeholders")} className="people" onKeyDown={alongColumn}>
          <div role="row" className="unseen">
            {[t("Name"), t("As this role"), t("Commands"), t("Description")].map((label) => <span key={label} role="columnheader">{label}</span>)}
          </div>
          {shown.map((link) => <Stakeholder key={link.id} link={link} {...{ props, may, setPane, focus }} />)}
        </div>
      )}
      {rows.length > SHOWN && (
        <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t("Show fewer") : t.n("Show all (%(n)s)", "Show all (%(n)s)", rows.length)}</button>
      )}
      {!rows.length && !stakeholdersHidden && <p className="hint">{t("Nobody yet: who decides, who influences, who uses it?")}</p>}
      <Hidden n={recordId > 0 ? stakeholdersHidden : 0} />
      <ConnectionPane pane={pane} entity={entity} {...props} onClose={() => setPane(null)} />
    </section>
  );
}

/** The users who sell together, with their roles to be changed in place (S R5.7). */
export function SalesTeamCard(props) {
  const { entity, recordId, team } = props;
  const t = useT();
  const may = useMay(props);
  const [pane, setPane] = useState(null);
  const card = useRef(null);
  useConnections(props);
  const rows = recordId > 0 ? team : [];
  const focus = () => card.current?.querySelector("button, a")?.focus();
  return (
    <section className="section stakeholders" aria-label={t("Sales Team")} ref={card}>
      <h2>{t("Sales Team")}</h2>
      <div className="card-commands">
        <Maybe may={may} name="connect" label={t("Add Member")} onClick={() => setPane({ kind: "member" })}><UserPlus className="icon" aria-hidden="true" /></Maybe>
      </div>
      {rows.length > 0 ? (
        <div role="grid" aria-label={t("Sales Team")} className="people" onKeyDown={alongColumn}>
          <div role="row" className="unseen">
            {[t("Name"), t("As this role"), t("Commands"), t("Description")].map((label) => <span key={label} role="columnheader">{label}</span>)}
          </div>
          {rows.map((link) => <Stakeholder key={link.id} link={link} only="team" {...{ props, may, setPane, focus }} />)}
        </div>
      ) : <p className="hint">{t("Nobody yet: who sells this together?")}</p>}
      <ConnectionPane pane={pane} entity={entity} {...props} onClose={() => setPane(null)} />
    </section>
  );
}

function Stakeholder({ link, props, may, setPane, focus, only = "stakeholder" }) {
  const t = useT();
  return (
    <div role="row" className="person-row">
      <span role="gridcell" className="person-name"><OtherSide link={link} /></span>
      <span role="gridcell" className="person-role"><RoleChoice {...{ link, props, may, only }} /></span>
      <span role="gridcell" className="person-commands"><LinkCommands {...{ link, props, may, setPane, focus }} /></span>
      <span role="gridcell" className="person-words">{link.description || <span className="unseen">{t("No description")}</span>}</span>
    </div>
  );
}

/** Arrow up and down go to the same control of the row above and below; in a choice they change it. */
function alongColumn(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const cell = event.target.closest('[role="gridcell"]');
  if (!step || !cell || event.target.matches("select") || event.target.closest('.menu-list, [aria-expanded="true"]')) return;
  const rows = [...event.currentTarget.querySelectorAll(".person-row")];
  const row = cell.parentElement;
  const next = rows[rows.indexOf(row) + step]?.children[[...row.children].indexOf(cell)];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a, button")?.focus();
}

function OtherSide({ link }) {
  const t = useT();
  return (
    <>
      {link.entity === "user" ? <b>{link.name}</b> : <a className="link" href={addressOf(link.entity, link.record_id)}>{link.name}</a>}
      {link.inactive && <span className="pill">{t("Inactive")}</span>}
    </>
  );
}

/** The role of the other side, to be chosen in place; words where it cannot be changed. */
function RoleChoice({ link, props, may, only }) {
  const t = useT();
  const [chosen, setChosen] = useState(null);
  useEffect(() => {
    if (chosen === null) return undefined;
    // After a refusal nothing arrives: then what is stored shows again.
    const timer = setTimeout(() => setChosen(null), 4000);
    return () => clearTimeout(timer);
  }, [chosen]);
  useEffect(() => setChosen(null), [link.version, link.role_id]);
  if (may("change") !== "") return <span>{link.role || "---"}</span>;
  const set = (value) => {
    setChosen(value);
    props.onSetRole(props.entity, props.recordId, link.id, link.version, Number(value));
  };
  return (
    <select aria-label={t("Role of %(name)s", { name: link.name })} value={chosen ?? String(link.role_id)} onChange={(e) => set(e.target.value)}>
      <RoleOptions offers={props.offers} entity={link.entity} only={only} current={link} />
    </select>
  );
}

function LinkCommands({ link, props, may, setPane, focus }) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  if (may("change") !== "") return null;
  const send = (event) => {
    focus(); // the row is about to go, and the focus with it
    event(props.entity, props.recordId, link.id, link.version);
  };
  return (
    <>
      <Menu label={t("Commands for %(name)s", { name: link.name })} text={<Ellipsis className="icon" aria-hidden="true" />} className="icon-button" align="end">
        <button type="button" role="menuitem" onClick={() => setPane({ kind: "edit", link })}><Pencil className="icon" aria-hidden="true" />{t("Edit")}</button>
        {link.active
          ? <button type="button" role="menuitem" onClick={() => send(props.onDeactivate)}><CirclePause className="icon" aria-hidden="true" />{t("Deactivate")}</button>
          : <button type="button" role="menuitem" onClick={() => send(props.onActivate)}><CirclePlay className="icon" aria-hidden="true" />{t("Activate")}</button>}
        <button type="button" role="menuitem" onClick={() => setAsking(true)}><Trash2 className="icon" aria-hidden="true" />{t("Remove")}</button>
      </Menu>
      <Dialog open={asking} title={t("Remove")} onClose={() => setAsking(false)}>
        <p>{t("Remove the connection to %(name)s? Both records lose it.", { name: link.name })}</p>
        <footer>
          <button type="button" className="button" onClick={() => setAsking(false)}>{t("Cancel")}</button>
          <button type="button" className="button danger" onClick={() => (setAsking(false), send(props.onRemove))}>{t("Remove")}</button>
        </footer>
      </Dialog>
    </>
  );
}

function Hidden({ n }) {
  const t = useT();
  if (!n) return null;
  return <p className="hint">{t.n("%(n)s more leads to a record that you may not see.", "%(n)s more lead to records that you may not see.", n)}</p>;
}

/** Every connection of a record, whatever its kind and role (S R5.6). */
export function ConnectionsTable(props) {
  const { entity, recordId, hidden, more, active } = props;
  const t = useT();
  const may = useMay(props);
  const [pane, setPane] = useState(null);
  const card = useRef(null);
  useConnections(props);
  const rows = recordId > 0 ? props.links : [];
  const why = may("connect");
  const focus = () => card.current?.querySelector(".table-head button")?.focus();
  const kinds = { lead: t("Lead"), account: t("Account"), contact: t("Contact"), user: t("User") };
  return (
    <section className="table-card connections" aria-label={t("Connections")} ref={card}>
      <header className="table-head">
        <h2>{t("Connections")}</h2>
        {recordId > 0 && (
          <select className="text-input" aria-label={t("Show")} value={active ? "1" : "0"} onChange={(e) => props.onShow(entity, recordId, e.target.value === "1")}>
            <option value="1">{t("Active connections")}</option>
            <option value="0">{t("Deactivated connections")}</option>
          </select>
        )}
        {why === "" ? (
          <Menu label={t("Connect")} text={<><Link2 className="icon" aria-hidden="true" />{t("Connect")}</>} className="button primary" align="end">
            <button type="button" role="menuitem" onClick={() => setPane({ kind: "another" })}>{t("To Another")}</button>
            <button type="button" role="menuitem" onClick={() => setPane({ kind: "me" })}>{t("To Me")}</button>
          </Menu>
        ) : <Maybe may={may} name="connect" label={t("Connect")}><Link2 className="icon" aria-hidden="true" /></Maybe>}
      </header>
      {rows.length > 0 && (
        <table className="links">
          <caption className="unseen">{t("Connections")}</caption>
          <thead>
            <tr>
              {[t("Name"), t("Type"), t("As this role"), t("Description"), t("Starting"), t("Ending")].map((label) => <th key={label} scope="col">{label}</th>)}
              <th scope="col" className="commands"><span className="unseen">{t("Commands")}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((link) => (
              <tr key={link.id}>
                <th scope="row"><OtherSide link={link} /></th>
                <td className="other-kind">{kinds[link.entity]}</td>
                <td className="role"><RoleChoice {...{ link, props, may }} />{link.own_role && <small>{t("This record: %(role)s", { role: link.own_role })}</small>}</td>
                <td className="words">{link.description}</td>
                <td className="day" data-label={link.starts_on && t("Starting")}>{t.day(link.starts_on)}</td>
                <td className="day" data-label={link.ends_on && t("Ending")}>{t.day(link.ends_on)}</td>
                <td className="commands"><LinkCommands {...{ link, props, may, setPane, focus }} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {(!rows.length || hidden > 0) && (
        <div className="table-note">
          {!rows.length && !hidden && <p>{active ? t("Nothing is connected yet.") : t("No connection is deactivated.")}</p>}
          <Hidden n={recordId > 0 ? hidden : 0} />
        </div>
      )}
      {more && <div className="table-note"><button type="button" className="button" onClick={() => props.onMore(entity, recordId)}>{t("Show more")}</button></div>}
      <ConnectionPane pane={pane} {...props} onClose={() => setPane(null)} />
    </section>
  );
}

/** Who else wants to sell (S R5.10). */
export function CompetitorsTable(props) {
  const { entity, recordId } = props;
  const t = useT();
  const may = useMay(props);
  const [pane, setPane] = useState(null);
  const card = useRef(null);
  useConnections(props);
  const rows = recordId > 0 ? props.competitors : [];
  const remove = (id) => {
    card.current?.querySelector(".table-head button")?.focus();
    props.onRemoveCompetitor(entity, recordId, id);
  };
  return (
    <section className="table-card competitors" aria-label={t("Competitors")} ref={card}>
      <header className="table-head">
        <h2>{t("Competitors")}</h2>
        <Maybe may={may} name="competitor" label={t("Add Competitor")} onClick={() => setPane({ kind: "competitor" })}><Plus className="icon" aria-hidden="true" /></Maybe>
      </header>
      {rows.length ? (
        <table>
          <caption className="unseen">{t("Competitors")}</caption>
          <thead><tr><th scope="col">{t("Name")}</th><th scope="col">{t("Website")}</th><th scope="col" className="commands"><span className="unseen">{t("Commands")}</span></th></tr></thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.id}>
                <th scope="row">{one.name}</th>
                <td>{one.website && <a className="link" href={one.website} target="_blank" rel="noreferrer">{one.website.replace(/^https?:\/\//, "")}</a>}</td>
                <td className="commands">
                  {may("competitor") === "" && (
                    <button type="button" className="icon-button" aria-label={t("Remove %(name)s", { name: one.name })} title={t("Remove")} onClick={() => remove(one.id)}><Trash2 className="icon" aria-hidden="true" /></button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : <p className="table-note">{t("No competitor is known yet.")}</p>}
      <ConnectionPane pane={pane} {...props} onClose={() => setPane(null)} />
    </section>
  );
}
