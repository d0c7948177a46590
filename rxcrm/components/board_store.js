// What the state of boards tells and is asked: one desk on each page with a board.
import { useSyncExternalStore } from "react";

let desk = {};
const listeners = new Set();

/** The properties of the page's desk, each time they change. */
export function furnish(props) {
  desk = props;
  listeners.forEach((listener) => listener());
}

const NONE = {};
const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));

/** What the desk holds now. */
export const useBoardDesk = () => useSyncExternalStore(subscribe, () => desk, () => NONE);

/** Sends an event of the desk. */
export const send = (event, ...args) => desk[event]?.(...args);

/** Kinds of views that the page can show besides its list: by the address, else as they were saved. */
export const kindOf = (params, head) => params.get("as") || head?.saved?.kind || "list";
