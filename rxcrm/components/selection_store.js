// Which rows of the list are ticked: the grid ticks them; the bar below it and the commands in there act on them.
import { useSyncExternalStore } from "react";

const NONE = { entity: "", ids: [], rows: [], everything: false, total: -1, cap: 0, query: "" };
let state = NONE;
const listeners = new Set();
const tell = (next) => {
  state = next;
  listeners.forEach((listener) => listener());
};

export const selection = {
  get: () => state,
  /** `rows` are those that are drawn; `everything` says that all rows of the list are meant, beyond the page too. */
  set: (change) => tell({ ...state, ...change }),
  clear: () => tell({ ...state, ids: [], everything: false }),
};

const subscribe = (listener) => (listeners.add(listener), () => listeners.delete(listener));
const none = () => NONE;
export const useSelection = () => useSyncExternalStore(subscribe, selection.get, none);

/** How many records are meant; less than none for more than are counted. */
export const countOf = (s) => (s.everything ? (s.total > s.cap ? -s.cap : s.total) : s.ids.length);

let counter = 0;
/** A number by which an answer is recognised. */
export const newToken = () => (Date.now() + counter++) % 2147483647;

/** What a bulk command is sent with: ids, versions, address and whether all of the list is meant (rxcrm.state.bulk). */
export const meant = (s, versions = {}) => [s.everything ? [] : s.ids, versions, s.query, s.everything];
