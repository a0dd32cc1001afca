import { createServer } from "node:net";

/**
 * Below the kernel's ephemeral ports (from 32768), so that no outgoing connection takes the port of a stopped
 * broker.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** An unused port on 127.0.0.1. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The URL of a broker that does not exist: nothing listens on port 1. */
export const UNREACHABLE_URL = "mqtt://127.0.0.1:1";
