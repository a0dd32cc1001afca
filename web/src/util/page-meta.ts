/** What the server wrote into the page: read once, at the start. */

function meta(name: string): string {
  const content = document.querySelector(`meta[name="haltere-${name}"]`)?.getAttribute("content");
  // During development nobody has filled the page in.
  return content && !content.startsWith("__HALTERE_") ? content : "";
}

/** The path the console lives under, without a slash at its end: empty, or `/haltere`. */
export const basePath = meta("base");

/** The number that lets style elements pass the content security policy; empty in development. */
export const styleNonce = meta("nonce");

// A dialog holds the page behind it still with a style element that is not Mantine's; its library looks here.
if (styleNonce) Object.assign(globalThis, { __webpack_nonce__: styleNonce });
