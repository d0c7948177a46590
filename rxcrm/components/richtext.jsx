// A field for rich text. The editor is heavy and is fetched when somebody begins to write; until it is here, and where it
// cannot be fetched at all, a plain text area takes what is typed.
import { useEffect, useRef, useState } from "react";
import { useT } from "./i18n.js";
import { ofPlain, plain } from "./rich.js";

let loaded = null;
let loading = null;

/** How long nothing is typed before the editor takes the text area's place, in milliseconds. */
const PAUSE = 500;

/** Fetch the editor ahead of its use. */
export function fetchEditor() {
  loading ??= import("./editor.jsx").then(
    (module) => (loaded = module.Editor),
    () => (loading = null), // no connection just now: asked again at the next use
  );
  return loading;
}

/**
 * `value` is HTML; it is read when the field appears, after that the field tells what it holds by `onChange`. `upload`
 * takes files that are pasted, dropped or picked and a function that is given each stored picture to show it in place.
 */
export function RichText(props) {
  const { id, label, value, onChange, placeholder, invalid, describedBy, autoFocus } = props;
  const [Editor, setEditor] = useState(() => loaded);
  const [focused, setFocused] = useState(autoFocus);
  const html = useRef(value);
  const t = useT();
  // When the last key was pressed; while a composed letter is under way that is still to come.
  const typed = useRef(0);
  const now = () => (typed.current = Date.now());
  useEffect(() => {
    let timer = 0, gone = false;
    const takeOver = (found) => {
      const wait = typed.current + PAUSE - Date.now();
      if (gone || !found) return;
      if (wait > 0) timer = setTimeout(() => takeOver(found), Math.min(wait, PAUSE));
      else setEditor(() => found);
    };
    if (!Editor) fetchEditor().then(takeOver);
    return () => (clearTimeout(timer), (gone = true));
  }, [Editor]);
  const change = (next) => ((html.current = next), onChange(next));
  if (Editor) return <Editor {...props} value={html.current} onChange={change} autoFocus={focused} />;
  return (
    <div className="editor">
      <textarea id={id} className="rich plain" aria-label={label} aria-invalid={invalid || undefined} aria-describedby={describedBy} placeholder={placeholder ?? t("Write…")} autoFocus={autoFocus}
        defaultValue={plain(value)} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
        onKeyDown={now} onCompositionStart={() => (typed.current = Infinity)} onCompositionEnd={now} onChange={(e) => change(ofPlain(e.target.value))} />
    </div>
  );
}
