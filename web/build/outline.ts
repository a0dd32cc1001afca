import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

const OUTLINE = new URL("../src/app/outline.css", import.meta.url);
const STYLE_SHEETS = /\s*<link rel="stylesheet"[^>]*>/g;

/** Where Vite adds the style sheets of code that loads later, and where they belong. */
const TO_HEAD = "document.head.appendChild(link)";
const BEFORE_ROOT = 'document.getElementById("root").before(link)';

/**
 * Shows the outline in `index.html` before style sheets and scripts have arrived: its style is in the page, and the
 * style sheets come after it, because browsers paint nothing that follows one which is still loading. They come before
 * the root, whose own styles have to prevail. Those of pages that load later come after them, as they override the
 * components' styles.
 */
export function outline(): Plugin {
  return {
    name: "haltere-outline",
    transform: {
      filter: { id: /vite\/preload-helper/ },
      handler(code) {
        if (!code.includes(TO_HEAD)) throw new Error("Vite adds style sheets in another way");
        return { code: code.replace(TO_HEAD, BEFORE_ROOT), map: null };
      },
    },
    transformIndexHtml: {
      order: "post",
      async handler(page) {
        const style = `<style nonce="__HALTERE_NONCE__">\n${await readFile(OUTLINE, "utf8")}</style>\n`;
        const sheets = page.match(STYLE_SHEETS) ?? [];
        return page
          .replaceAll(STYLE_SHEETS, "")
          .replace("</head>", () => `${style}</head>`)
          .replace('<div id="root">', (root) => `${sheets.join("").trim()}\n    ${root}`);
      },
    },
  };
}
