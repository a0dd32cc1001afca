import { useCallback, useEffect, useState } from "react";

/** How long typing has to rest, in milliseconds. Browsers limit how often a page may change its URL. */
const REST = 150;

/**
 * A text that is typed here and kept elsewhere, such as in the URL: `value` follows once typing rests or the field
 * is left. If `value` changes otherwise, the text follows it.
 */
export function useTrailingText(value: string, save: (text: string) => void) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [saved, setSaved] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // The echo of what was saved must not undo what has been typed since.
    if (value !== saved) {
      setText(value);
      setSaved(value);
    }
  }
  const saveText = (latest: string) => {
    if (latest === saved) return;
    setSaved(latest);
    save(latest);
  };
  useEffect(() => {
    // Nothing may be saved after the field was left: by then another page may be opening.
    if (text === saved) return undefined;
    // The text is not set: what was typed since may still be in a transition, and would be lost.
    const timer = setTimeout(() => saveText(text), REST);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only typing starts the time again
  }, [text, saved]);
  return {
    text,
    type: setText,
    /** Saves `latest`, which may be ahead of the text while that is set in a transition. */
    saveNow: (latest: string) => {
      setText(latest);
      saveText(latest);
    },
    /** Replaces the text where the caller saves it. */
    replace: useCallback((by: string) => {
      setText(by);
      setSaved(by);
    }, []),
  };
}
