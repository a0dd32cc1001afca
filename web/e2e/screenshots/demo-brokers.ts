import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";

import type { Api } from "../support/api";
import { Child, run } from "../support/child";
import { freePort } from "../support/ports";
import type { TempDir } from "../support/temp-dir";
import { Authority } from "./authority";
import type { Machine } from "./demo-fleet";
import { hostOf, MACHINES, UNREGISTERED, WITH_HISTORY } from "./demo-fleet";
import { DisplayNames } from "./display-names";

/** The user of brokers that require a password. */
const USER = "haltere";

/** The brokers of the demo fleet: real ones, each on its own loopback address. */
export class DemoBrokers {
  /** The fingerprints of all certificates, and the displayed ones. */
  readonly fingerprints = new Map<string, string>();
  readonly #names: DisplayNames;
  readonly #brokers = new Map<string, Child>();

  private constructor(
    private readonly folder: TempDir,
    readonly port: { plain: number; tls: number },
  ) {
    this.#names = new DisplayNames([...MACHINES, UNREGISTERED], port);
  }

  static async start(folder: TempDir): Promise<DemoBrokers> {
    const fleet = new DemoBrokers(folder, { plain: await freePort(), tls: await freePort() });
    const known = await Authority.create(folder, "ca", "Works CA");
    const others = await Authority.create(folder, "other", "Plant engineering CA");
    await fleet.#run(known, others);
    for (const [real, shown] of [...known.fingerprints, ...others.fingerprints]) fleet.fingerprints.set(real, shown);
    return fleet;
  }

  /** The real and displayed names and addresses. */
  get names(): DisplayNames {
    return this.#names;
  }

  #pem = "";

  /** Registers all connections and waits until each has its intended state. */
  async register(admin: Api): Promise<void> {
    const ca = { data: Buffer.from(this.#pem).toString("base64"), encoding: "base64" as const };
    await admin.load(
      MACHINES.map((machine) => ({
        id: machine.id,
        name: machine.name,
        url: this.#names.urlOf(machine),
        labels: { area: machine.hall },
        // Brokers that end each session look like ones that refuse $SYS.
        ...(WITH_HISTORY.includes(machine.id) && { noMetricsMode: true }),
        ...(machine.isTls && { ca }),
        ...(machine.isTls && { credentials: { username: USER, password: "in the vault" } }),
      })),
    );
    for (const { id, condition } of MACHINES) if (condition === "idle") await admin.disconnect(id);
    await this.#live(admin);
    // The other one is down and would have another attempt in its history.
    await admin.ask("PATCH", "/api/connections/press-4", { noMetricsMode: false });
    for (;;) {
      const connections = await admin.connections();
      const isSettled = connections.every(({ id, status }) => {
        const condition = MACHINES.find((machine) => machine.id === id)?.condition;
        if (condition === "idle") return status?.state === "idle";
        return condition === undefined || condition === "expires-soon" ? status?.connected : status?.error;
      });
      if (isSettled) return;
      await poll();
    }
  }

  /** Creates a history of failures for two of them. */
  async #live(admin: Api): Promise<void> {
    const hasCode = async (id: string, code: string) => {
      while ((await admin.connection(id)).status?.error?.code !== code) await poll();
    };
    await Promise.all(
      WITH_HISTORY.map(async (id) => {
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
    for (const id of WITH_HISTORY) lines[id] = ["allow_anonymous true"];
    for (const machine of [...MACHINES, UNREGISTERED]) {
      const { id, condition, isTls } = machine;
      if (condition === "misspelt" || (condition === "refused" && !WITH_HISTORY.includes(id))) continue;
      const broker = lines[condition === "wrong-password" ? "guarded" : WITH_HISTORY.includes(id) ? id : "open"];
      const address = this.#names.addressOf(machine);
      broker?.push(`listener ${isTls ? this.port.tls : this.port.plain} ${address}`);
      if (!isTls) continue;
      const isUnknown = condition === "unknown-ca";
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

const poll = async () => new Promise((resolve) => setTimeout(resolve, 100));

/** The first and last day of a certificate, relative to today. */
function validity({ condition }: Machine): [from: number, to: number] {
  if (condition === "expired") return [-366, -1];
  return condition === "expires-soon" ? [-356, 10] : [-100, 266];
}
