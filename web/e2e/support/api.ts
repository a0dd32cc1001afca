import { expect } from "@playwright/test";

import type { Connection, ConnectionInput, ImportReport } from "../../src/api/schema";

/** The cookie of a session. */
export interface SessionCookie {
  readonly name: string;
  readonly value: string;
}

/** A session with the API that prepares and checks what the browser does. */
export class Api {
  private constructor(
    private readonly url: string,
    readonly session: SessionCookie,
  ) {}

  static async login(url: string, username: string, password: string): Promise<Api> {
    const response = await logIn(url, username, password);
    if (!response.ok) throw new Error(`login of ${username}: ${response.status} ${await response.text()}`);
    const [name = "", value = ""] = (response.headers.getSetCookie()[0]?.split(";")[0] ?? "").split("=");
    return new Api(url, { name, value });
  }

  /** Opens event streams up to the limit; returns a function that closes them. */
  async takeAllStreams(): Promise<() => void> {
    const aborter = new AbortController();
    const headers = { Cookie: `${this.session.name}=${this.session.value}` };
    for (let opened = 0; opened < 1_000; opened += 1) {
      const { status } = await fetch(`${this.url}/api/events`, { headers, signal: aborter.signal });
      if (status === 429) return () => aborter.abort();
    }
    throw new Error("there is room for any number of streams");
  }

  /** Sends a request and returns the body; throws unless it succeeds. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        Cookie: `${this.session.name}=${this.session.value}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async connections(): Promise<Connection[]> {
    return (await this.ask("GET", "/api/connections")) as Connection[];
  }

  async connection(id: string): Promise<Connection> {
    return (await this.ask("GET", `/api/connections/${encodeURIComponent(id)}`)) as Connection;
  }

  /** Creates a connection, whether or not its broker is reachable. */
  async create(connection: ConnectionInput & { id: string }): Promise<void> {
    await this.ask("POST", "/api/connections", connection);
  }

  /** Creates many connections without waiting for their brokers. */
  async load(connections: readonly ConnectionInput[]): Promise<void> {
    const report = (await this.ask("POST", "/api/connection-import", connections)) as ImportReport;
    expect(report.create).toBe(connections.length);
  }

  async disconnect(id: string): Promise<void> {
    await this.ask("POST", `/api/connections/${encodeURIComponent(id)}/disconnect`);
  }

  async delete(id: string): Promise<void> {
    await this.ask("DELETE", `/api/connections/${encodeURIComponent(id)}`);
  }

  /** Waits until a link is up. */
  async isOnline(id: string): Promise<void> {
    await expect.poll(async () => (await this.connection(id)).status?.connected).toBe(true);
  }
}

/** Sends a login and returns the response. */
export async function logIn(
  url: string,
  username: string,
  password: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/auth?json=1`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ username, password }),
  });
}
