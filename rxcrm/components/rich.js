// Rich text as the server sends it, sanitised: mentions become links, what was searched for is marked.
import { addressOf } from "./paths.js";
const LETTERS = { ł: "l", ø: "o", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i" };
const fold = (letter) => letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[łøđßæœı]/g, (c) => LETTERS[c]);

/** What to mark for a search: its text, folded as the server's search folds it (S 13.13). */
export function termsOf(search) {
  const wanted = [...search.trim().replace(/\s+/g, " ")].map(fold).join("");
  return wanted ? [wanted] : [];
}

/** A text in pieces, every second of which is a match: ["before", "match", "after"]. */
export function pieces(text, terms) {
  if (!terms.length || !text) return [text];
  let folded = "";
  const at = []; // where each folded letter comes from
  let i = 0;
  for (const letter of text) {
    const plain = fold(letter);
    for (let n = 0; n < plain.length; n++) at.push(i);
    folded += plain;
    i += letter.length;
  }
  at.push(text.length);
  const found = [];
  for (const term of terms)
    for (let from = folded.indexOf(term); from >= 0; from = folded.indexOf(term, from + term.length)) found.push([at[from], at[from + term.length]]);
  found.sort(([a], [b]) => a - b);
  const out = [];
  let end = 0;
  for (const [from, to] of found) {
    if (from < end || from === to) continue;
    out.push(text.slice(end, from), text.slice(from, to));
    end = to;
  }
  return [...out, text.slice(end)];
}

const MENTION = /^(user|lead|account|contact|opportunity):(\d+)$/;

/** Nodes to show for sanitised HTML: parsed apart, so that nothing loads or runs on the way. */
export function nodesOf(html, terms) {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll('span[data-type="mention"]').forEach((span) => {
    const [, entity, id] = MENTION.exec(span.dataset.id ?? "") ?? [];
    const shown = page.createElement(entity && entity !== "user" ? "a" : "span");
    if (shown.tagName === "A") shown.href = addressOf(entity, id);
    shown.className = "mention";
    shown.textContent = span.textContent;
    span.replaceWith(shown);
  });
  page.querySelectorAll("img").forEach((img) => {
    img.loading = "lazy";
    img.decoding = "async";
  });
  page.querySelectorAll('a[href^="http"]').forEach((link) => (link.target = "_blank"));
  if (terms.length) markIn(page, terms);
  return [...page.body.childNodes];
}

function markIn(page, terms) {
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const found = pieces(text.data, terms);
    if (found.length < 2) continue;
    text.replaceWith(...found.map((piece, i) => {
      if (i % 2 === 0) return page.createTextNode(piece);
      const mark = page.createElement("mark");
      mark.textContent = piece;
      return mark;
    }));
  }
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** HTML that shows a plain text with its lines; a blank at the end of one is kept, since somebody may be about to go on. */
export const ofPlain = (text) => (text ? text.split("\n").map((line) => `<p>${line.replace(/[&<>]/g, (c) => ENTITIES[c]).replace(/ $/, "&nbsp;")}</p>`).join("") : "");

/** The text of some HTML, one line per paragraph. */
export function plain(html) {
  if (!html) return "";
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
  page.querySelectorAll("p, div, li, h1, h2, h3, h4, pre, blockquote, tr").forEach((block) => block.after("\n"));
  return page.body.textContent.replace(/\n+$/, "");
}
