// What a list shows stands in its address; this reads and changes it.
import { useLocation, useNavigate } from "react-router";

/** What an address changes of a view: everything that Discard takes out of it. */
export const OF_VIEW = ["sort", "filter", "columns", "group", "totals", "as", "lanes", "date", "find"];

/** Changes some parameters of the address; what depends on the page falls back to the first one. */
export function useAddress() {
  const navigate = useNavigate();
  const location = useLocation();
  const params = new URLSearchParams(location.search);
  const go = (changes, { keepPage, replace } = {}) => {
    const next = new URLSearchParams(location.search);
    if (!keepPage) ["page", "after", "before", "last"].forEach((p) => next.delete(p));
    for (const [name, value] of Object.entries(changes)) value === "" || value === null ? next.delete(name) : next.set(name, value);
    const search = next.toString();
    navigate(location.pathname + (search ? `?${search}` : ""), { replace });
  };
  return { params, go, location };
}
