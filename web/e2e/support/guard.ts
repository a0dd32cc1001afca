import type { BrowserContext } from "@playwright/test";

/**
 * Records what is easy to miss: warnings and errors in the browser's console, violations of the content
 * security policy, uncaught errors, dialogs, and requests to other origins.
 */
export class Guard {
  readonly #found: string[] = [];
  readonly #allowed: RegExp[] = [DELETED_MEANWHILE, FONT_IS_EARLY];

  constructor(private readonly origin: () => string) {}

  /** Allows what a test causes on purpose. A message ends with the URL that it is about. */
  allow(...patterns: readonly RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  /** What was recorded and is not allowed. */
  get problems(): readonly string[] {
    return this.#found.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      if (["warning", "error", "assert"].includes(message.type())) {
        this.#found.push(`${message.type()}: ${message.text()} ${message.location().url}`);
      }
    });
    context.on("weberror", (error) => this.#found.push(`uncaught: ${error.error().stack}`));
    context.on("dialog", (dialog) => {
      // The browser asks this way whether to leave unsaved changes.
      if (dialog.type() !== "beforeunload") this.#found.push(`dialog: ${dialog.message()}`);
      void dialog.accept();
    });
    context.on("request", (request) => {
      const url = request.url();
      const isOurs = url.startsWith(`${this.origin()}/`) || /^(data|blob|about):/.test(url);
      if (!isOurs) this.#found.push(`request: ${request.method()} ${url}`);
    });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
        console.error(`policy: ${violatedDirective} ${blockedURI} ${sample}`);
      });
    });
  }
}

/** The browser's message about a request without a session. */
export const UNAUTHORIZED = /status of 401 .*\/(api\/profile|api\/events\?pause=2000|auth\?json=1)$/;

/** Its message when a connection is deleted while its page requests details; the event arrives a moment later. */
const DELETED_MEANWHILE = /status of 404 .*\/api\/connections\/[^/]+\/(history|certificates|advice)$/;

/** Its message if the scripts need seconds to run, as on a busy machine; a test of its own says that the font is used. */
const FONT_IS_EARLY = /woff2 was preloaded using link preload but not used within a few seconds/;

/** Its message while the server is down. */
export const SERVER_DOWN =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;
