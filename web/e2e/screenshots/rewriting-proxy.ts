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

  static async open(haltere: string, rewriter: Rewriter): Promise<RewritingProxy> {
    const server = createServer((incoming, outgoing) => void forward(haltere, rewriter, incoming, outgoing));
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
  rewriter: Rewriter,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const path = incoming.url ?? "/";
  const body = rewriter.rewriteRequest(await text(incoming));
  const headers = {
    ...incoming.headers,
    "accept-encoding": "identity",
    "content-length": String(Buffer.byteLength(body)),
  };
  const onward = request(`${haltere}${path}`, { method: incoming.method, headers, setHost: false }, (upstream) => {
    const { "content-length": _, "transfer-encoding": __, ...head } = upstream.headers;
    const type = head["content-type"] ?? "";
    outgoing.writeHead(upstream.statusCode ?? 500, head);
    if (type.startsWith("text/event-stream")) void events(path, rewriter, upstream, outgoing);
    else if (type.startsWith("application/json")) {
      void text(upstream).then((content) =>
        outgoing.end(content === "" ? "" : rewriter.rewriteResponse(path, content)),
      );
    } else upstream.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  onward.end(body);
}

/** Rewrites event by event. */
async function events(
  path: string,
  rewriter: Rewriter,
  upstream: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let buffer = "";
  try {
    for await (const chunk of upstream.setEncoding("utf8")) {
      buffer += String(chunk);
      const blocks = buffer.split("\n\n");
      buffer = blocks.pop() ?? "";
      for (const block of blocks) {
        const rewritten = block.replace(
          /^data: ?(.*)$/m,
          (_, data: string) => `data: ${rewriter.rewriteResponse(path, data)}`,
        );
        outgoing.write(`${rewritten}\n\n`);
      }
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

async function text(message: IncomingMessage): Promise<string> {
  let content = "";
  for await (const chunk of message.setEncoding("utf8")) content += String(chunk);
  return content;
}
