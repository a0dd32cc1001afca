import { createServer } from "node:net";

/**
 * Ports that the kernel gives to nobody by itself (those begin at 32768): while a broker is away, no
 * other connection on this machine happens to take its port.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** A port on 127.0.0.1 that nobody uses. */
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

/** The URL of a broker that is not there: nobody listens on port 1. */
export const UNREACHABLE_URL = "mqtt://127.0.0.1:1";
