// Brings the state of boards to the board of the page; draws nothing itself.
import { useEffect } from "react";
import { furnish } from "./board_store.js";

export function BoardDesk(props) {
  useEffect(() => furnish(props));
  return null;
}
