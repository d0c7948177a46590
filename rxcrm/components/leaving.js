// Lists that stand in the flow of a page close only after the click that left them: closing earlier, they would move what is clicked
// from under the pointer, and the click would be lost.
let pressed = false;
if (typeof window !== "undefined") {
  window.addEventListener("mousedown", () => (pressed = true), true);
  window.addEventListener("mouseup", () => (pressed = false), true);
}

/** For `onBlur`: closes the list of this box when the focus has left it. */
export const leaving = (close) => (e) => {
  const box = e.currentTarget;
  if (box.contains(e.relatedTarget)) return;
  const left = () => box.contains(document.activeElement) || close();
  if (pressed) window.addEventListener("mouseup", () => setTimeout(left), { once: true, capture: true });
  else close();
};
