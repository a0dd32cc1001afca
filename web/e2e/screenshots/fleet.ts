import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";

import type { Api } from "../support/api";
import { Child, run } from "../support/child";
import type { Folder } from "../support/folder";
import { freePort } from "../support/ports";
import { Authority } from "./authority";
import { Names } from "./names";
import type { Machine } from "./works";
import { LIVELY, MACHINES, NEW, hostOf } from "./works";

/** The user that brokers with a password let in. */
const USER = "haltere";

/** The brokers of the works: real ones, each on a loopback address of its own. */
export class Fleet {
  /** Those of all certificates, and what stands in their place. */
  readonly fingerprints = new Map<string, string>();
  readonly #names: Names;
  readonly #brokers = new Map<string, Child>();

  private constructor(
    private readonly folder: Folder,
    readonly port: { plain: number; tls: number },
  ) {
    this.#names = new Names([...MACHINES, NEW], port);
  }

  static async start(folder: Folder): Promise<Fleet> {
    const fleet = new Fleet(folder, { plain: await freePort(), tls: await freePort() });
    const known = await Authority.found(folder, "ca", "Works CA");
    const others = await Authority.found(folder, "other", "Plant engineering CA");
    await fleet.#run(known, others);
    for (const [real, shown] of [...known.fingerprints, ...others.fingerprints]) fleet.fingerprints.set(real, shown);
    return fleet;
  }

  /** Which of their names and addresses are whose. */
  get names(): Names {
    return this.#names;
  }

  #pem = "";

  /** Registers all of them, and waits until each is as it is to be. */
  async register(admin: Api): Promise<void> {
    const ca = { data: Buffer.from(this.#pem).toString("base64"), encoding: "base64" as const };
    await admin.load(
      MACHINES.map((machine) => ({
        id: machine.id,
        name: machine.name,
        url: this.#names.urlOf(machine),
        ...(machine.isTls && { ca }),
        ...(machine.isTls && { credentials: { username: USER, password: "in the vault" } }),
      })),
    );
    for (const { id, fate } of MACHINES) if (fate === "idle") await admin.disconnect(id);
    await this.#live(admin);
    for (;;) {
      const connections = await admin.connections();
      const isSettled = connections.every(({ id, status }) => {
        const fate = MACHINES.find((machine) => machine.id === id)?.fate;
        if (fate === "idle") return status?.state === "idle";
        return fate === undefined || fate === "expires-soon" ? status?.connected : status?.error;
      });
      if (isSettled) return;
      await pause();
    }
  }

  /** Two of them had their troubles, of which their history tells. */
  async #live(admin: Api): Promise<void> {
    const hasCode = async (id: string, code: string) => {
      while ((await admin.connection(id)).status?.error?.code !== code) await pause();
    };
    await Promise.all(
      LIVELY.map(async (id) => {
        for (let times = 1; times <= 2; times += 1) {
          await admin.isOnline(id);
          await this.#brokers.get(id)?.end();
          await hasCode(id, "ECONNREFUSED");
          if (times === 2 && id === "kiln-2") return;
          await this.#broker(id);
        }
        await admin.isOnline(id);
      }),
    );
  }

  async end(): Promise<void> {
    await Promise.all([...this.#brokers.values()].map(async (broker) => broker.end()));
  }

  async #run(known: Authority, others: Authority): Promise<void> {
    this.#pem = known.pem;
    const lines: Record<string, string[]> = { open: ["allow_anonymous true"], guarded: ["allow_anonymous false"] };
    for (const id of LIVELY) lines[id] = ["allow_anonymous true"];
    for (const machine of [...MACHINES, NEW]) {
      const { id, fate, isTls } = machine;
      if (fate === "misspelt" || (fate === "refused" && !LIVELY.includes(id))) continue;
      const broker = lines[fate === "wrong-password" ? "guarded" : LIVELY.includes(id) ? id : "open"];
      const address = this.#names.addressOf(machine);
      broker?.push(`listener ${isTls ? this.port.tls : this.port.plain} ${address}`);
      if (!isTls) continue;
      const isUnknown = fate === "unknown-ca";
      const issuer = isUnknown ? others : known;
      const [cert, key] = await issuer.issue(hostOf(machine), address, ...validity(machine), isUnknown);
      broker?.push(`certfile ${cert}`, `keyfile ${key}`);
    }
    const passwords = this.folder.at("passwords");
    await run("mosquitto_passwd", ["-c", "-b", passwords, USER, "another one"]);
    lines["guarded"]?.push(`password_file ${passwords}`);
    for (const [name, each] of Object.entries(lines)) {
      const file = this.folder.at(`${name}.conf`);
      writeFileSync(file, [`user ${userInfo().username}`, "persistence false", ...each, ""].join("\n"));
      await this.#broker(name);
    }
  }

  async #broker(name: string): Promise<void> {
    const broker = new Child("mosquitto", ["-c", this.folder.at(`${name}.conf`)]);
    this.#brokers.set(name, broker);
    await broker.until(/mosquitto version \S+ running/);
  }
}

const pause = async () => new Promise((resolve) => setTimeout(resolve, 100));

/** From and to which day a certificate is valid, counted from today. */
function validity({ fate }: Machine): [from: number, to: number] {
  if (fate === "expired") return [-366, -1];
  return fate === "expires-soon" ? [-356, 10] : [-100, 266];
}
