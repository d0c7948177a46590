/** Milliseconds after which a question that nobody answered is asked again. */
const PATIENCE = 8000;

/**
 * What a broken connection swallowed is asked again, and again, while `waits()` says that the answer is still missing.
 * Returns a function that gives up. The question was asked once before, and the server must know it again by its content.
 */
export function insist(ask, waits = () => true) {
  const timer = setInterval(() => (waits() ? ask() : clearInterval(timer)), PATIENCE);
  return () => clearInterval(timer);
}
