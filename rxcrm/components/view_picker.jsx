// The title of a list is its view: a click opens all views, one's own, shared ones and those of the system, with a search box.
import { useEffect, useRef, useState } from "react";
import { ChevronDown, Pin } from "lucide-react";
import { useT } from "./i18n.js";

/** `head` tells what is shown; `changed` marks it with a dot. */
export function ViewPicker({ views, view, head, changed, onPick, onManage }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [term, setTerm] = useState("");
  const box = useRef(null);
  const label = views.find((v) => v.key === view)?.label ?? head?.label ?? "";
  const found = views.filter((v) => v.active && !v.hidden && `${t(v.label)} ${v.owner}`.toLowerCase().includes(term.toLowerCase()));
  const named = [["mine", t("My views")], ["shared", t("Shared views")], ["system", t("System views")]];
  const groups = [...new Set(found.map((v) => v.group))].map((group) => named.find(([key]) => key === group));
  useEffect(() => {
    if (!open) return undefined;
    box.current.querySelector("input")?.focus();
    const away = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const close = () => (setOpen(false), setTerm(""), box.current.querySelector("button").focus());
  const choose = (key) => (close(), onPick(key));
  const keys = (e) => {
    const options = [...box.current.querySelectorAll('[role="option"]')];
    const at = options.indexOf(document.activeElement);
    if (e.key === "Escape") (e.stopPropagation(), close());
    else if (e.key === "ArrowDown") (e.preventDefault(), options[Math.min(at + 1, options.length - 1)]?.focus());
    else if (e.key === "ArrowUp") (e.preventDefault(), at > 0 ? options[at - 1].focus() : box.current.querySelector("input").focus());
    else if (e.key === "Enter" && e.target.matches("input") && options.length) (e.preventDefault(), choose(options[0].dataset.key));
    else if ((e.key === "Enter" || e.key === " ") && at >= 0) (e.preventDefault(), choose(options[at].dataset.key));
  };
  return (
    <div className="view-picker" ref={box} onKeyDown={open ? keys : undefined}>
      <h1>
        <button type="button" aria-haspopup="listbox" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(label) || " "}{changed && <><span className="dot" aria-hidden="true" /><span className="unseen">{t("(changed, not saved)")}</span></>} <ChevronDown className="icon" aria-hidden="true" />
        </button>
      </h1>
      {open && (
        <div className="picker-list">
          <input type="search" aria-label={t("Search views")} placeholder={t("Search views")} value={term} onChange={(e) => setTerm(e.target.value)} />
          <div role="listbox" aria-label={t("Views")} className="picker-options">
            {groups.map(([group, text]) => (
              <div key={group} role="group" aria-label={text}>
                <p className="hint" role="presentation">{text}</p>
                {found.filter((v) => v.group === group).map((v) => (
                  <div key={v.key} role="option" tabIndex={-1} data-key={v.key} aria-selected={v.key === view} onClick={() => choose(v.key)}>
                    <span>{t(v.label)}{v.owner && <small> · {v.owner}</small>}{v.description && <small className="about">{v.description}</small>}</span>
                    <span className="marks">{v.pinned && <Pin className="icon" role="img" aria-label={t("Pinned")} />}{v.default && <small className="badge">{t("Default")}</small>}</span>
                  </div>
                ))}
              </div>
            ))}
            {!found.length && <p className="hint">{t("Nothing found.")}</p>}
          </div>
          {onManage && <button type="button" className="link picker-manage" onClick={() => (setOpen(false), setTerm(""), onManage())}>{t("Manage views…")}</button>}
        </div>
      )}
    </div>
  );
}
