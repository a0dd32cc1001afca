import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";

/** A server that accepts connections and sends nothing, so that a link stays in the state `connecting`. */
export async function startSilentServer(): Promise<{ url: string; end: () => void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => open.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const end = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, end };
}
