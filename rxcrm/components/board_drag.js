// Dragging the cards of a board: by mouse from anywhere on a card, by touch from its handle or after a long press, by keyboard.
import { useCallback, useEffect, useRef, useState } from "react";

/** Pixels after which a press is a drag, milliseconds of a long press, and how near to an edge the board scrolls along. */
const FAR = 5, LONG = 350, EDGE = 56, SPEED = 14;

const laneAt = (x, y) => document.elementFromPoint(x, y)?.closest("[data-lane]")?.dataset.lane ?? "";

/**
 * `drag` is {id, how, over} while a card is held: `how` is "mouse", "touch" or "keys", `over` the lane below it.
 * `may(id)` says whether a card can be moved, `onDrop(id, lane)` hears where it was let go, `onLift(id)` that it was taken.
 */
export function useDrag({ board, ghost, may, onLift, onDrop, onCancel }) {
  const [drag, setDrag] = useState(null);
  const held = useRef(null);
  const press = useRef(null);
  const live = useRef({});
  live.current = { may, onLift, onDrop, onCancel };

  const show = (next) => (held.current = next, setDrag(next));
  const over = useCallback((lane) => held.current && held.current.over !== lane && show({ ...held.current, over: lane }), []);
  const end = useCallback((drop) => {
    const now = held.current, then = press.current;
    press.current = null;
    clearTimeout(then?.timer);
    cancelAnimationFrame(then?.frame);
    if (!now) return;
    show(null);
    document.documentElement.classList.remove("dragging-card");
    if (drop && now.over) live.current.onDrop(now.id, now.over, now.how);
    else live.current.onCancel?.(now.id, now.how);
  }, []);

  const lift = useCallback((id, how, lane) => {
    if (!live.current.may(id)) return false;
    show({ id, how, over: lane, from: lane });
    if (how !== "keys") document.documentElement.classList.add("dragging-card");
    live.current.onLift?.(id, how);
    return true;
  }, []);

  useEffect(() => {
    const root = board.current;
    if (!root) return undefined;
    const follow = () => {
      const at = press.current;
      if (!at || !held.current) return;
      if (ghost.current) ghost.current.style.translate = `${at.x - at.dx}px ${at.y - at.dy}px`;
      over(laneAt(at.x, at.y));
    };
    // Near an edge the board, or the lane below the card, scrolls along.
    const scroll = () => {
      const at = press.current;
      if (!at || !held.current) return;
      const box = root.getBoundingClientRect();
      const nearer = (from, to, p) => (p < from + EDGE ? -Math.min(1, (from + EDGE - p) / EDGE) : p > to - EDGE ? Math.min(1, (p - to + EDGE) / EDGE) : 0);
      root.scrollLeft += SPEED * nearer(Math.max(0, box.left), Math.min(window.innerWidth, box.right), at.x);
      const list = root.querySelector(`[data-lane="${CSS.escape(held.current.over || " ")}"] .lane-cards`);
      if (list) {
        const within = list.getBoundingClientRect();
        list.scrollTop += SPEED * nearer(within.top, within.bottom, at.y);
      }
      follow();
      at.frame = requestAnimationFrame(scroll);
    };
    const begin = (how) => {
      const at = press.current;
      const lane = at.card.closest("[data-lane]").dataset.lane;
      if (!lift(Number(at.card.dataset.card), how, lane)) return end(false);
      window.getSelection()?.removeAllRanges();
      if (how === "touch") navigator.vibrate?.(12);
      requestAnimationFrame(follow);
      at.frame = requestAnimationFrame(scroll);
      return undefined;
    };
    const down = (e) => {
      const card = e.target.closest?.("[data-card]");
      if (!card || !e.isPrimary || (e.pointerType === "mouse" && e.button !== 0) || held.current || e.target.closest("[role=menu]")) return;
      const box = card.getBoundingClientRect();
      const touch = e.pointerType !== "mouse";
      const grip = !!e.target.closest(".grip");
      press.current = { id: e.pointerId, card, touch, grip, x: e.clientX, y: e.clientY, x0: e.clientX, y0: e.clientY, dx: e.clientX - box.left, dy: e.clientY - box.top };
      if (touch && !grip) press.current.timer = setTimeout(() => press.current && begin("touch"), LONG);
    };
    const moved = (e) => {
      const at = press.current;
      if (!at || e.pointerId !== at.id) return;
      at.x = e.clientX;
      at.y = e.clientY;
      if (held.current) return follow();
      const far = Math.hypot(at.x - at.x0, at.y - at.y0) > FAR;
      if (far && at.touch && !at.grip) end(false); // it is a swipe
      else if (far) begin(at.touch ? "touch" : "mouse");
      return undefined;
    };
    const up = (e) => {
      if (!press.current || e.pointerId !== press.current.id) return;
      if (held.current) {
        // The click that follows belongs to the drag.
        const swallow = (click) => (click.preventDefault(), click.stopPropagation());
        window.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
      }
      end(e.type === "pointerup");
    };
    const keys = (e) => {
      if (e.key !== "Escape" || !held.current || held.current.how === "keys") return;
      e.preventDefault();
      e.stopPropagation();
      end(false);
    };
    // While a card is held the finger scrolls nothing.
    const still = (e) => held.current?.how === "touch" && e.cancelable && e.preventDefault();
    const menu = (e) => (press.current?.touch || held.current) && e.preventDefault();
    const native = (e) => e.preventDefault();
    const listeners = [[root, "pointerdown", down], [window, "pointermove", moved], [window, "pointerup", up], [window, "pointercancel", up], [window, "keydown", keys, true], [root, "touchmove", still, { passive: false }], [root, "contextmenu", menu], [root, "dragstart", native]];
    listeners.forEach(([on, type, listener, how]) => on.addEventListener(type, listener, how));
    return () => {
      listeners.forEach(([on, type, listener, how]) => on.removeEventListener(type, listener, how));
      end(false);
    };
  }, [lift, over, end]);
  return { drag, lift, over, end };
}
