import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";

export interface TcpServer {
  /** Its URL as a broker. */
  readonly url: string;
  /** Stops it and closes all connections. */
  readonly end: () => void;
}

/** A server on a free loopback port. Errors of connections are ignored. */
export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<TcpServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("error", () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const end = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, end };
}

/** A server that accepts connections and sends nothing, so that a link stays in the state `connecting`. */
export const startSilentServer = async (): Promise<TcpServer> => startTcpServer(() => undefined);
