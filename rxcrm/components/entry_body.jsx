// The text of an entry: rich or plain, with what was searched for marked in it.
import { Fragment, useLayoutEffect, useRef } from "react";
import { nodesOf, pieces } from "./rich.js";

/** A plain text with the matches of a search marked. */
export function Marked({ text, terms }) {
  const found = pieces(text, terms);
  return found.length < 2 ? text : found.map((piece, i) => (i % 2 ? <mark key={i}>{piece}</mark> : <Fragment key={i}>{piece}</Fragment>));
}

/** HTML that the server has sanitised. */
export function Rich({ html, terms, className = "" }) {
  const box = useRef(null);
  useLayoutEffect(() => box.current.replaceChildren(...nodesOf(html, terms)), [html, terms]);
  return <div ref={box} className={`rich ${className}`} />;
}

/** Fields of one save, old → new. */
export function Changes({ changes, terms = [] }) {
  return (
    <ul className="changes">
      {changes.map((c, i) => (
        <li key={i}><span className="change-label">{c.label}</span> {c.old && <del><Marked text={c.old} terms={terms} /></del>}{c.old && <span className="arrow" aria-hidden="true"> → </span>}<ins><Marked text={c.new || "---"} terms={terms} /></ins></li>
      ))}
    </ul>
  );
}
