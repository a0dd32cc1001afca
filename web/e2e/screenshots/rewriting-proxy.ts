import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Rewrites requests to haltere and its responses. */
export interface Rewriter {
  rewriteRequest(text: string): string;
  /** Rewrites a response to a request for `path`, or the data of one event of its stream. */
  rewriteResponse(path: string, text: string): string;
}

/** Changes nothing. */
export const UNCHANGED: Rewriter = { rewriteRequest: (text) => text, rewriteResponse: (_, text) => text };

/** A proxy between the browser and haltere that rewrites both directions. */
export class RewritingProxy {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(haltere: string, interpreter: Rewriter): Promise<RewritingProxy> {
    const server = createServer((asked, answer) => void forward(haltere, interpreter, asked, answer));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RewritingProxy(server, (server.address() as AddressInfo).port);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function forward(
  haltere: string,
  interpreter: Rewriter,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const path = asked.url ?? "/";
  const body = interpreter.rewriteRequest(await text(asked));
  const headers = {
    ...asked.headers,
    "accept-encoding": "identity",
    "content-length": String(Buffer.byteLength(body)),
  };
  const onward = request(`${haltere}${path}`, { method: asked.method, headers, setHost: false }, (told) => {
    const { "content-length": _, "transfer-encoding": __, ...head } = told.headers;
    const type = head["content-type"] ?? "";
    answer.writeHead(told.statusCode ?? 500, head);
    if (type.startsWith("text/event-stream")) void events(path, interpreter, told, answer);
    else if (type.startsWith("application/json")) {
      void text(told).then((content) => answer.end(content === "" ? "" : interpreter.rewriteResponse(path, content)));
    } else told.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  answer.on("close", () => onward.destroy());
  onward.end(body);
}

/** Rewrites event by event. */
async function events(
  path: string,
  interpreter: Rewriter,
  told: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  let held = "";
  try {
    for await (const some of told.setEncoding("utf8")) {
      held += String(some);
      const blocks = held.split("\n\n");
      held = blocks.pop() ?? "";
      for (const block of blocks) {
        const said = block.replace(
          /^data: ?(.*)$/m,
          (_, data: string) => `data: ${interpreter.rewriteResponse(path, data)}`,
        );
        answer.write(`${said}\n\n`);
      }
    }
    answer.end();
  } catch {
    answer.destroy();
  }
}

async function text(message: IncomingMessage): Promise<string> {
  let whole = "";
  for await (const some of message.setEncoding("utf8")) whole += String(some);
  return whole;
}
