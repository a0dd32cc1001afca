import type { BrowserContext } from "@playwright/test";

/**
 * Watches a browser for what a person might never notice: warnings and errors in its console,
 * violations of the content security policy, errors nobody caught, dialogs, and requests to anybody
 * but haltere.
 */
export class Guard {
  readonly #found: string[] = [];
  readonly #allowed: RegExp[] = [DELETED_MEANWHILE];

  constructor(private readonly origin: () => string) {}

  /** What a test brings about on purpose is no fault. The text of a message ends with the URL it is about. */
  allow(...patterns: readonly RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  /** What was found and not allowed. */
  get faults(): readonly string[] {
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
      // Asking before one leaves is the browser's way to say that something is not saved.
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

/** What the browser says when the server answers that nobody is logged in. */
export const UNAUTHORIZED = /status of 401 .*\/(api\/profile|api\/events\?pause=1000|auth\?json=1)$/;

/** What it says when a connection is deleted at the moment its page asks about it: the page learns of it only after the server. */
const DELETED_MEANWHILE = /status of 404 .*\/api\/connections\/[^/]+\/(history|certificates|advice)$/;

/** What the browser says while nobody listens where haltere was. */
export const SERVER_DOWN =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;
