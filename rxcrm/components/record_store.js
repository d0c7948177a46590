// What the parts of a record form share: one value per field, whatever shows it (form, header, process bar).
import { createContext, useContext, useSyncExternalStore } from "react";

export function createStore() {
  let state = {
    id: 0, version: 0, base: {}, names: {}, edits: {}, editNames: {}, left: {}, errors: {}, pending: null, conflicts: [], choices: {}, mine: {}, restored: "", ready: false, lost: null, alike: null,
  };
  const listeners = new Set();
  return {
    get: () => state,
    set: (change) => {
      state = { ...state, ...change };
      listeners.forEach((listener) => listener());
    },
    subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
  };
}

export const FormContext = createContext(null);
export const useForm = () => useContext(FormContext);
export const useStore = (store) => useSyncExternalStore(store.subscribe, store.get, store.get);

export const valueOf = (state, name) => state.edits[name] ?? state.base[name] ?? "";
export const nameOf = (state, name) => (name in state.edits ? state.editNames[name] : state.names[name]) ?? "";
export const isDirty = (state) => Object.keys(state.edits).length > 0;
/** Whether somebody else has deleted the record under the form. */
export const isLost = (state) => state.id > 0 && state.lost?.id === state.id;
