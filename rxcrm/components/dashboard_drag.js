// Tiles are moved and resized by pointer: the order and the sizes change while one drags, so that one sees what will be.
import { useEffect, useRef, useState } from "react";

/** Columns of the grid, the gap between tiles and the height of a row with its gap, in pixels (charts.css); the bounds of tiles. */
export const COLUMNS = 12, GAP = 12, STEP = 44;
export const BOUNDS = { wide: [2, COLUMNS], tall: [3, 20] };
/** How far a pointer goes before it drags, and how near to an edge the page scrolls, in pixels. */
const SLACK = 5, EDGE = 70;

export const within = (side, n) => Math.min(BOUNDS[side][1], Math.max(BOUNDS[side][0], n));

const scroller = () => document.getElementById("main");

function scrollNear(y) {
  const main = scroller(), { top, bottom } = main.getBoundingClientRect();
  if (y < top + EDGE) main.scrollBy(0, -14);
  else if (y > bottom - EDGE) main.scrollBy(0, 14);
}

/** A picture of a tile that follows the pointer. */
function lift(tile) {
  const { left, top, width, height } = tile.getBoundingClientRect();
  const copy = tile.cloneNode(true);
  copy.classList.add("lifted");
  copy.setAttribute("aria-hidden", "true");
  copy.inert = true;
  Object.assign(copy.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  document.body.append(copy);
  return copy;
}

/** Which tile the pointer stands over; null between them. */
const tileAt = (x, y) => document.elementsFromPoint(x, y).map((el) => el.closest(".tile[data-tile]:not(.lifted)")).find(Boolean) ?? null;

/** Whether the pointer is past the middle of a tile, in reading order. */
function past(tile, x, y) {
  const { left, top, width, bottom } = tile.getBoundingClientRect();
  return y > bottom || (y > top && x > left + width / 2);
}

/**
 * `[held, grip, corner]`: the uid of the tile that is being dragged, and what a grip and a corner of a tile listen to.
 * `onOrder(uid, to)` moves a tile to another place, `onSize(uid, {wide, tall})` resizes it; `onBegin()` comes before, and
 * `onBack()` if Escape undoes the drag.
 */
export function useDrag(handlers) {
  const [held, setHeld] = useState("");
  const last = useRef({});
  last.current = handlers;
  const stop = useRef(null);
  useEffect(() => () => stop.current?.(), []);
  /** Follows the pointer until it is let go; `follow(event)` is called again while the page scrolls below it. */
  const drag = (down, uid, follow, end) => {
    if (down.button > 0 || stop.current) return;
    let moved = false, event = down, frame = 0;
    const tick = () => (scrollNear(event.clientY), follow(event), (frame = requestAnimationFrame(tick)));
    const move = (e) => {
      event = e;
      if (moved || Math.hypot(e.clientX - down.clientX, e.clientY - down.clientY) < SLACK) return;
      moved = true;
      // What is taken hold of moves about in the page; the page itself stays.
      document.body.setPointerCapture?.(down.pointerId);
      last.current.onBegin();
      setHeld(uid);
      tick();
    };
    const finish = (back) => {
      cancelAnimationFrame(frame);
      Object.entries(listeners).forEach(([type, listener]) => window.removeEventListener(type, listener, true));
      stop.current = null;
      end?.();
      setHeld("");
      if (back && moved) last.current.onBack();
    };
    const listeners = { pointermove: move, pointerup: () => finish(false), pointercancel: () => finish(true), keydown: (e) => e.key === "Escape" && (e.preventDefault(), e.stopPropagation(), finish(true)) };
    Object.entries(listeners).forEach(([type, listener]) => window.addEventListener(type, listener, true));
    stop.current = () => finish(false);
  };
  const grip = (uid) => ({
    onPointerDown: (down) => {
      const tile = down.currentTarget.closest(".tile");
      // A finger on the head scrolls the page; only the grip takes hold.
      if (down.target.closest(".tile-tools") || (down.pointerType !== "mouse" && !down.target.closest(".grip"))) return;
      let copy = null;
      const follow = (e) => {
        copy ??= lift(tile);
        copy.style.translate = `${e.clientX - down.clientX}px ${e.clientY - down.clientY}px`;
        const over = tileAt(e.clientX, e.clientY), here = document.querySelector(`.tile[data-uid="${uid}"]`);
        if (!over || !here || over === here) return;
        const from = Number(here.dataset.tile), to = Number(over.dataset.tile);
        if (to > from === past(over, e.clientX, e.clientY)) last.current.onOrder(uid, to);
      };
      drag(down, uid, follow, () => copy?.remove());
    },
  });
  const corner = (uid) => ({
    onPointerDown: (down) => {
      const tile = down.currentTarget.closest(".tile"), from = tile.getBoundingClientRect();
      const column = (tile.parentElement.clientWidth - 2 * parseFloat(getComputedStyle(tile.parentElement).paddingInlineStart) + GAP) / COLUMNS;
      const scrolled = scroller().scrollTop;
      drag(down, uid, (e) => {
        const wide = (from.width + e.clientX - down.clientX + GAP) / column, tall = (from.height + e.clientY - down.clientY + scroller().scrollTop - scrolled + GAP) / STEP;
        last.current.onSize(uid, { wide: within("wide", Math.round(wide)), tall: within("tall", Math.round(tall)) });
      });
    },
  });
  return [held, grip, corner];
}
