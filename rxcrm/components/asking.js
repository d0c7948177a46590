// What the forms of the settings share. A module of its own: pages import admin.jsx by another path, which would make two contexts.
import { createContext } from "react";

export const AskContext = createContext({ errors: {}, values: {} });

/** What the form's controls hold: ticked boxes of a group as words, switches as "1" or "0". */
export function read(form) {
  const found = {};
  for (const control of form?.elements ?? []) {
    const { name, type, value, checked } = control;
    if (!name) continue;
    if (control.dataset.group !== undefined) found[name] = [found[name], checked && value].filter(Boolean).join(" ");
    else if (type === "checkbox") found[name] = checked ? "1" : "0";
    else if (type !== "radio") found[name] = value;
    else if (checked) found[name] = value;
  }
  return found;
}
