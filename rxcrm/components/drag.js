// Dragging by mouse, pen or finger. Places that take something are marked `data-drop`, what stands in them `data-item`.
import { useEffect, useRef, useState } from "react";

/** So far a pointer may move before a press becomes a drag, in pixels. */
const THRESHOLD = 5;
/** Within so much of its edge the page scrolls along, and by how much at once. */
const EDGE = 56, STEP = 14;

const scroller = (element) => {
  for (let at = element; at; at = at.parentElement) if (at.scrollHeight > at.clientHeight + 2 && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  return document.scrollingElement;
};

/** Where something would fall: the place and the item before which it goes, "" at the end. */
function targetAt(x, y, accepts, dragged) {
  const element = document.elementFromPoint(x, y);
  const place = element?.closest(accepts);
  if (!place) return null;
  const items = [...place.querySelectorAll("[data-item]")].filter((item) => item.parentElement.closest("[data-drop]") === place && item.dataset.item !== dragged);
  const inRows = "rows" in place.dataset;
  const before = items.find((item) => {
    const box = item.getBoundingClientRect();
    return inRows ? y < box.top || (y <= box.bottom && x < box.left + box.width / 2) : y < box.top + box.height / 2;
  });
  return { drop: place.dataset.drop, before: before?.dataset.item ?? "" };
}

/**
 * `onDrop(item, target)` when something was dropped; `accepts(item)` says by a selector which places take it; `onOver(element)`
 * hears what the pointer is over. Gives `drag` ({item, label, x, y, target} or null) and `grab(event, item, label)` for
 * onPointerDown; with a finger only what is marked `data-grip` begins a drag, so that the rest scrolls.
 */
export function useDrag({ onDrop, accepts, onOver }) {
  const [drag, setDrag] = useState(null);
  const live = useRef({});
  live.current = { onDrop, accepts, onOver };
  const held = useRef(null);
  useEffect(() => () => held.current?.stop(), []);
  const grab = (event, item, label) => {
    if (event.button || (event.pointerType === "touch" && !event.target.closest("[data-grip]"))) return;
    const from = { x: event.clientX, y: event.clientY };
    const area = scroller(event.currentTarget);
    let at = from, moving = false, timer = 0, target = null;
    const follow = () => {
      target = targetAt(at.x, at.y, live.current.accepts(item), item.key);
      setDrag({ item, label, x: at.x, y: at.y, target });
    };
    const glide = () => {
      const box = area === document.scrollingElement ? { top: 0, bottom: window.innerHeight } : area.getBoundingClientRect();
      const by = at.y < box.top + EDGE ? -STEP : at.y > box.bottom - EDGE ? STEP : 0;
      if (by) (area.scrollBy(0, by), follow());
      timer = requestAnimationFrame(glide);
    };
    const move = (e) => {
      if (e.pointerId !== event.pointerId) return;
      at = { x: e.clientX, y: e.clientY };
      if (!moving && Math.hypot(at.x - from.x, at.y - from.y) < THRESHOLD) return;
      if (!moving) (moving = true, glide());
      e.preventDefault();
      live.current.onOver?.(document.elementFromPoint(at.x, at.y));
      follow();
    };
    const stop = () => {
      cancelAnimationFrame(timer);
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", stop);
      document.removeEventListener("keydown", escape, true);
      document.removeEventListener("click", swallow, true);
      held.current = null;
      setDrag(null);
    };
    const swallow = (e) => (e.preventDefault(), e.stopPropagation());
    const up = (e) => {
      if (e.pointerId !== event.pointerId) return;
      if (moving) {
        // The click that follows a drag chooses nothing.
        document.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => document.removeEventListener("click", swallow, true));
      }
      const last = moving ? target : null;
      stop();
      if (last) live.current.onDrop(item, last);
    };
    const escape = (e) => e.key === "Escape" && moving && (e.stopPropagation(), stop());
    document.addEventListener("pointermove", move, { passive: false });
    document.addEventListener("pointerup", up);
    document.addEventListener("pointercancel", stop);
    document.addEventListener("keydown", escape, true);
    held.current = { stop };
  };
  return { drag, grab };
}

/** The class of an item or place while something is dragged over it. */
export const dropClass = (drag, drop, item) =>
  drag?.target?.drop !== drop ? "" : item === undefined ? (drag.target.before ? " over" : " over at-end") : drag.target.before === item ? " drop-before" : "";
