import type { Connection } from "../api/schema";

/** A connection that fails with a code since a time. */
export const failing = (id: string, code: string, timestamp: number): Connection => ({
  id,
  name: `Press ${id}`,
  url: `mqtt://${id}.example:1883`,
  status: {
    connected: false,
    timestamp,
    state: "waiting",
    error: { code, message: `${code} since ${timestamp}`, stage: "tcp" },
  },
});

export const online = (id: string): Connection => ({
  id,
  name: `Oven ${id}`,
  url: `mqtt://${id}.example:1883`,
  status: { connected: true, timestamp: 5, state: "online" },
  broker: { version: "mosquitto version 2.0.11", protocolVersion: "5" },
});

export const CONNECTIONS = [
  online("a10"),
  failing("b", "ECONNREFUSED", 3),
  online("a9"),
  failing("c", "ENOTFOUND", 1),
  failing("d", "ECONNREFUSED", 2),
];

/** The ids of connections in their order. */
export const ids = (connections: readonly Connection[]) => connections.map(({ id }) => id).join(" ");
