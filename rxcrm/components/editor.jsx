// The rich text editor (TipTap): what it makes is what rxcrm.models.richtext keeps. Loaded by richtext.jsx on first use.
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { EditorContent, useEditor, useEditorState } from "@tiptap/react";
import StarterKit from "@tiptap/starter-kit";
import Image from "@tiptap/extension-image";
import Mention from "@tiptap/extension-mention";
import { Placeholder } from "@tiptap/extensions";
import { Bold, Italic, Link as LinkIcon, List, ListOrdered, Paperclip, Strikethrough, TextQuote, Underline } from "lucide-react";
import { useT } from "./i18n.js";
import { plain } from "./rich.js";

/** Pictures come from our own gate only, as the server keeps no others. */
const OwnImage = Image.extend({ parseHTML: () => [{ tag: 'img[src^="/files/attachments/"]' }] });

/** "@" names a user, "#" a record; which one stands in `data-id`, as "user:5" or "lead:7". */
const Named = Mention.extend({
  addAttributes() {
    return { ...this.parent(), mentionSuggestionChar: { default: "@", parseHTML: (el) => (el.dataset.id?.startsWith("user:") ? "@" : "#"), renderHTML: () => ({}) } };
  },
});

/** What the list of names to mention shows, told by ProseMirror and drawn by React. */
function suggest(char, ask, popup) {
  return {
    char, debounce: 120, allowedPrefixes: [" ", "(", "\u00a0"],
    items: ({ query }) => ask(char === "@" ? "mention" : "refer", query),
    render: () => ({
      onStart: (props) => popup.current.show(props),
      onUpdate: (props) => popup.current.show(props),
      onExit: () => popup.current.hide(),
      onKeyDown: ({ event }) => popup.current.key(event),
    }),
  };
}

export function Editor({ id, label, value, onChange, placeholder, autoFocus, invalid, describedBy, ask, upload, children }) {
  const t = useT();
  const box = useRef(null);
  const popup = useRef({ show() {}, hide() {}, key: () => false });
  const live = useRef({});
  live.current = { onChange, upload, ask };
  const insert = (at) => (stored) => {
    if (!stored.mime.startsWith("image/") || !stored.width) return false;
    const size = editor.state.doc.content.size;
    const picture = { type: "image", attrs: { src: stored.url, alt: stored.name } };
    editor.chain().insertContentAt(Math.min(at ?? editor.state.selection.to, size), picture).run();
    return true;
  };
  const take = (files, at) => files.length > 0 && (live.current.upload([...files], insert(at)), true);
  const extensions = useMemo(() => [
    StarterKit.configure({ heading: { levels: [2, 3] }, link: { openOnClick: false, defaultProtocol: "https", HTMLAttributes: { rel: null, target: null } } }),
    OwnImage.configure({ inline: true }),
    Named.configure({ suggestions: ["@", "#"].map((char) => suggest(char, (kind, term) => live.current.ask(kind, term), popup)) }),
    Placeholder.configure({ placeholder: () => placeholder ?? "" }),
  ], [placeholder]);
  const editor = useEditor({
    extensions, injectCSS: false, content: value, shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: { ...(id ? { id } : {}), role: "textbox", "aria-multiline": "true", "aria-label": label, class: "rich" },
      handlePaste: (view, event) => {
        // Spreadsheets and word processors put a picture beside the text: then the text is meant.
        const { files } = event.clipboardData;
        return !event.clipboardData.getData("text/plain") && !plain(event.clipboardData.getData("text/html")).trim() && take(files);
      },
      handleDrop: (view, event, slice, moved) => !moved && take(event.dataTransfer.files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos),
    },
    onUpdate: ({ editor }) => live.current.onChange(editor.isEmpty ? "" : editor.getHTML()),
  }, []);
  // At once, not a frame later as TipTap does it: no key may fall between the text area and the editor.
  useLayoutEffect(() => {
    if (!autoFocus) return;
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus();
  }, [editor]);
  useEffect(() => {
    const marks = { "aria-invalid": invalid ? "true" : null, "aria-describedby": describedBy || null };
    for (const [name, mark] of Object.entries(marks)) mark ? editor.view.dom.setAttribute(name, mark) : editor.view.dom.removeAttribute(name);
  }, [editor, invalid, describedBy]);
  return (
    <div className="editor" ref={box}>
      <EditorContent editor={editor} className="editor-page" />
      <Names {...{ editor, popup, box, label }} />
      <Toolbar {...{ editor, t }} onFiles={(files) => take(files)}>{children}</Toolbar>
    </div>
  );
}

const MARKS = [
  ["bold", Bold, (c) => c.toggleBold()], ["italic", Italic, (c) => c.toggleItalic()], ["bulletList", List, (c) => c.toggleBulletList()], ["orderedList", ListOrdered, (c) => c.toggleOrderedList()],
  ["underline", Underline, (c) => c.toggleUnderline()], ["strike", Strikethrough, (c) => c.toggleStrike()], ["blockquote", TextQuote, (c) => c.toggleBlockquote()],
];

function Toolbar({ editor, t, onFiles, children }) {
  const on = useEditorState({ editor, selector: ({ editor }) => Object.fromEntries([...MARKS.map(([name]) => [name, editor.isActive(name)]), ["link", editor.isActive("link")]]) });
  const [linking, setLinking] = useState(false);
  const [at, setAt] = useState(0);
  const picker = useRef(null);
  const names = { bold: t("Bold"), italic: t("Italic"), underline: t("Underline"), strike: t("Strikethrough"), bulletList: t("Bulleted list"), orderedList: t("Numbered list"), blockquote: t("Quote") };
  const marks = MARKS.map(([name, Icon, run]) => ({ name, label: names[name], Icon, pressed: on[name], run: () => run(editor.chain().focus()).run() }));
  // The bar scrolls on a telephone: what is used most stands first.
  const tools = [
    ...marks.slice(0, 4),
    { name: "link", label: t("Link"), Icon: LinkIcon, pressed: on.link || linking, run: () => setLinking(!linking) },
    { name: "files", label: t("Attach files"), Icon: Paperclip, run: () => picker.current.click() },
    ...marks.slice(4),
  ];
  const keys = (e) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tools.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = (to + tools.length) % tools.length;
    setAt(next);
    e.currentTarget.querySelectorAll("button")[next].focus();
  };
  return (
    <>
      {linking && <LinkField {...{ editor, t }} close={() => (setLinking(false), editor.commands.focus())} />}
      <div className="editor-bar">
        <div className="tools" role="toolbar" aria-label={t("Formatting")} onKeyDown={keys}>
          {tools.map(({ name, label, Icon, pressed, run }, i) => (
            <button key={name} type="button" className="icon-button" aria-label={label} title={label} aria-pressed={pressed} tabIndex={i === at ? 0 : -1}
              onMouseDown={(e) => e.preventDefault()} onFocus={() => setAt(i)} onClick={run}><Icon className="icon" aria-hidden="true" /></button>
          ))}
        </div>
        <input ref={picker} type="file" multiple hidden aria-label={t("Attach files")} onChange={(e) => (onFiles([...e.target.files]), (e.target.value = ""))} />
        {children}
      </div>
    </>
  );
}

/** Where the chosen words lead to; empty removes the link. */
function LinkField({ editor, t, close }) {
  const [address, setAddress] = useState(editor.getAttributes("link").href ?? "");
  const id = useId();
  const apply = () => {
    const chain = editor.chain().extendMarkRange("link");
    const to = address.trim();
    const href = /^(https?:|mailto:|tel:|\/)/i.test(to) ? to : /^[^\s/@]+@[^\s/@]+$/.test(to) ? `mailto:${to}` : `https://${to}`;
    if (!to) chain.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: to, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    close();
  };
  const keys = (e) => {
    if (e.key === "Enter") (e.preventDefault(), e.stopPropagation(), apply());
    else if (e.key === "Escape") (e.preventDefault(), e.stopPropagation(), close());
  };
  return (
    <div className="link-field">
      <label htmlFor={id}>{t("Link to")}</label>
      <input id={id} type="text" inputMode="url" autoFocus autoComplete="off" placeholder="https://" value={address} onChange={(e) => setAddress(e.target.value)} onKeyDown={keys} />
      <button type="button" className="button small" onClick={apply}>{address.trim() || !editor.isActive("link") ? t("Apply") : t("Remove")}</button>
    </div>
  );
}

/** The list of users or records to mention, below the caret. */
function Names({ editor, popup, box, label }) {
  const [shown, setShown] = useState(null);
  const [at, setAt] = useState(0);
  const id = useId();
  const t = useT();
  const items = shown?.items ?? [];
  const pick = (hit) => hit && shown.command({ id: `${hit.entity}:${hit.id}`, label: hit.name });
  popup.current = {
    show: (props) => {
      const caret = props.clientRect?.(), frame = box.current.getBoundingClientRect();
      if (!caret) return;
      setShown({ ...props, left: Math.max(0, Math.min(caret.left - frame.left, frame.width - 268)), top: caret.bottom - frame.top + 4 });
      setAt(0);
    },
    hide: () => setShown(null),
    key: (event) => {
      if (!shown) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && items.length) setAt((at + step + items.length) % items.length);
      else if ((event.key === "Enter" || event.key === "Tab") && items.length && !event.ctrlKey && !event.metaKey) pick(items[at]);
      else return false;
      return true;
    },
  };
  const open = !!shown;
  useEffect(() => {
    const dom = editor.view.dom;
    const marks = open ? { "aria-controls": id, "aria-expanded": "true", "aria-activedescendant": items.length ? `${id}-${at}` : null } : { "aria-controls": null, "aria-expanded": null, "aria-activedescendant": null };
    for (const [name, mark] of Object.entries(marks)) mark ? dom.setAttribute(name, mark) : dom.removeAttribute(name);
  }, [editor, open, items.length, at, id]);
  if (!shown) return null;
  return (
    <div className="lookup-list names" role="listbox" id={id} aria-label={label} style={{ left: shown.left, top: shown.top }}>
      {shown.loading && !items.length && <p className="hint">{t("Searching…")}</p>}
      {!shown.loading && !items.length && <p className="hint">{t("Nothing found.")}</p>}
      {items.map((hit, i) => (
        <div key={`${hit.entity}${hit.id}`} id={`${id}-${i}`} role="option" aria-selected={i === at} className="hit" onPointerEnter={() => setAt(i)}
          onMouseDown={(e) => e.preventDefault()} onClick={() => pick(hit)}><b>{hit.name}</b><small>{hit.detail}</small></div>
      ))}
    </div>
  );
}
