/** Copies a text; whether it worked. */
export async function writeToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages over plain HTTP, the usual first contact with haltere, have no clipboard API.
    const field = document.createElement("textarea");
    field.value = text;
    // Next to the focused element, so that a dialog's focus trap does not interfere.
    (document.activeElement?.parentElement ?? document.body).append(field);
    const before = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
