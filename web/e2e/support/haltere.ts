import { renameSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { BrowserContext } from "@playwright/test";

import { Api } from "./api";
import { Child, run } from "./child";
import { TempDir } from "./temp-dir";

/** The binary under test. */
const BINARY =
  process.env["HALTERE_BINARY"] ?? fileURLToPath(new URL("../../../target/debug/haltere", import.meta.url));

/** The password of all users, unless a test sets another. */
export const PASSWORD = "balance-in-flight";

export type Role = "admin" | "editor" | "viewer" | "connectionManager" | "monitoringViewer";

/** Settings as environment variables; an empty one counts as not set. */
export type Settings = Readonly<Record<`HALTERE_${string}`, string>>;

/** A haltere process with its own data folder. */
export class Haltere {
  readonly #folder = new TempDir();
  #process: Child | undefined;
  #url = "";

  private constructor(private readonly settings: Settings) {}

  static async start(settings: Settings = {}): Promise<Haltere> {
    const haltere = new Haltere(settings);
    await haltere.start();
    return haltere;
  }

  /** Scheme, address and port. */
  get origin(): string {
    return this.#url;
  }

  /** The URL of the console: origin and base path, without a trailing slash. */
  get url(): string {
    return `${this.#url}${this.settings["HALTERE_SERVER_BASE_PATH"] ?? ""}`;
  }

  /** Its output since the latest start. */
  get log(): string {
    return this.#process?.output ?? "";
  }

  /** The initial password that the first start printed. */
  get printedPassword(): string {
    const [, password] = /password {3}(\S+)/.exec(this.log) ?? [];
    if (!password) throw new Error("no password was printed");
    return password;
  }

  async start(): Promise<void> {
    this.#process = new Child(BINARY, ["serve"], {
      HALTERE_LISTEN: "127.0.0.1:0",
      HALTERE_ADMIN_PASSWORD: PASSWORD,
      HALTERE_DATA_DIR: this.#folder.at("data"),
      ...this.settings,
    });
    const [, url = ""] = await this.#process.until(/haltere is listening on (\S+)\n/);
    this.#url = url;
  }

  async stop(): Promise<void> {
    await this.#process?.end();
  }

  /** Stops it and removes its data. */
  async end(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }

  /** Adds a user while the server runs; the password is {@link PASSWORD}. */
  async addUser(name: string, ...roles: Role[]): Promise<void> {
    await this.users(PASSWORD, "add", name, ...roles.flatMap((role) => ["--role", role]));
  }

  /** Sets a user's password, which ends their sessions. */
  async setPassword(name: string, password: string): Promise<void> {
    await this.users(password, "passwd", name);
  }

  /** Corrupts the stored password of a connection; the server must be stopped. */
  async damage(connectionId: string): Promise<void> {
    const script = `import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    damage = "UPDATE connections SET password = x'00' WHERE id = ?"
    assert database.execute(damage, [sys.argv[2]]).rowcount == 1`;
    await run("python3", ["-c", script, this.#folder.at("data/haltere.db"), connectionId]);
  }

  /** Moves the data folder away while the server runs, or back. */
  moveData(isAway: boolean): void {
    const [here, there] = [this.#folder.at("data"), this.#folder.at("away")];
    renameSync(isAway ? here : there, isAway ? there : here);
  }

  async login(username = "admin", password = PASSWORD): Promise<Api> {
    return Api.login(this.url, username, password);
  }

  /** Gives the browser a session, as after a login. */
  async addSession(context: BrowserContext, username = "admin"): Promise<void> {
    const { session } = await this.login(username);
    await context.addCookies([{ ...session, url: `${this.url}/`, httpOnly: true, sameSite: "Lax" }]);
  }

  private async users(password: string, ...command: string[]): Promise<void> {
    const source = ["--password-stdin", "--data-dir", this.#folder.at("data")];
    await run(BINARY, ["users", ...command, ...source], { input: password });
  }
}
