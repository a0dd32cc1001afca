import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";

import type { Pki } from "./certificates";
import { Child, run } from "./child";
import { freePort } from "./ports";
import { TempDir } from "./temp-dir";

/** Options beyond a plain broker. */
export interface BrokerOptions {
  /** TLS with this certificate; `chain` sends the CA's certificate, too. */
  readonly tls?: { readonly pki: Pki; readonly chain?: boolean; readonly wantsClientCertificate?: boolean };
  /** Requires this user. */
  readonly user?: { readonly name: string; readonly password: string };
  /** The content of its acl_file; without one, everything is allowed. */
  readonly acl?: string;
}

/** A Mosquitto that can be stopped and restarted on the same port. */
export class Broker {
  readonly #folder = new TempDir();
  readonly #scheme: "mqtt" | "mqtts";
  #process: Child | undefined;

  private constructor(
    readonly port: number,
    private readonly options: BrokerOptions,
  ) {
    this.#scheme = options.tls ? "mqtts" : "mqtt";
  }

  static async start(options: BrokerOptions = {}): Promise<Broker> {
    for (let tries = 1; ; tries += 1) {
      const broker = new Broker(await freePort(), options);
      try {
        await broker.configure();
        await broker.start();
        return broker;
      } catch (error) {
        await broker.end();
        // Another process may have taken the port.
        if (tries === 3) throw error;
      }
    }
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#process = new Child("mosquitto", ["-c", this.#folder.at("mosquitto.conf")]);
    await this.#process.until(/mosquitto version \S+ running/);
  }

  async stop(): Promise<void> {
    await this.#process?.end();
  }

  /** Stops it and removes its files. */
  async end(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }

  private async configure(): Promise<void> {
    const { tls, user, acl } = this.options;
    const lines = [
      `user ${userInfo().username}`,
      `listener ${this.port} 127.0.0.1`,
      "persistence false",
      `allow_anonymous ${user === undefined}`,
    ];
    if (tls) {
      const { pki, chain, wantsClientCertificate } = tls;
      lines.push(`certfile ${chain ? pki.chainFile : pki.server.certFile}`, `keyfile ${pki.server.keyFile}`);
      if (wantsClientCertificate) lines.push(`cafile ${pki.ca.certFile}`, "require_certificate true");
    }
    if (user) {
      const file = this.#folder.at("passwords");
      await run("mosquitto_passwd", ["-c", "-b", file, user.name, user.password]);
      lines.push(`password_file ${file}`);
    }
    if (acl !== undefined) {
      const file = this.#folder.at("acl");
      writeFileSync(file, acl);
      lines.push(`acl_file ${file}`);
    }
    writeFileSync(this.#folder.at("mosquitto.conf"), `${lines.join("\n")}\n`);
  }
}
