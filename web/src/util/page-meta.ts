/** The values that the server writes into the page's meta elements, read once at the start. */

function meta(name: string): string {
  const content = document.querySelector(`meta[name="haltere-${name}"]`)?.getAttribute("content");
  // The development server leaves the placeholders.
  return content && !content.startsWith("__HALTERE_") ? content : "";
}

/** The path of the console without a trailing slash: empty, or `/haltere`. */
export const basePath = meta("base");

/** The nonce that the content security policy requires of style elements; empty in development. */
export const styleNonce = meta("nonce");

// Mantine's dialogs use a library that adds a style element; it reads its nonce from here.
if (styleNonce) Object.assign(globalThis, { __webpack_nonce__: styleNonce });
