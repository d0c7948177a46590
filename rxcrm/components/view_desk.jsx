// Brings the state of views to everything on the page that shows or changes views; draws nothing itself.
import { useEffect } from "react";
import { furnish } from "./views_store.js";

export function ViewDesk(props) {
  useEffect(() => furnish(props));
  return null;
}
