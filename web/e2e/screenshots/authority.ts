import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { run } from "../support/child";
import type { TempDir } from "../support/temp-dir";
import { DAY, REAL_MIDNIGHT } from "./timestamps";

const CONFIGURATION = `
[ca]
default_ca = works
[works]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = nothing
[nothing]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
`;

/** The demo's certificate authority; its certificates start and end exactly at midnight. */
export class Authority {
  /** The fingerprints of issued certificates, which differ per run, and the ones that screenshots show instead. */
  readonly fingerprints = new Map<string, string>();

  private constructor(
    private readonly folder: TempDir,
    private readonly name: string,
    readonly pem: string,
  ) {
    this.#keep(pem);
  }

  static async create(folder: TempDir, name: string, commonName: string): Promise<Authority> {
    writeFileSync(folder.at("openssl.cnf"), CONFIGURATION);
    writeFileSync(folder.at("index.txt"), "");
    const openssl = async (...args: string[]) => run("openssl", args, { cwd: folder.path });
    await openssl("req", "-new", ...NEW_KEY, "-subj", `/O=Works/CN=${commonName}`, ...files(name));
    const self = ["-selfsign", "-keyfile", `${name}.key`, "-extensions", "authority"];
    await openssl("ca", ...CA, ...self, ...valid(-400, 3_250), "-in", `${name}.csr`, "-out", `${name}.pem`);
    return new Authority(folder, name, readFileSync(folder.at(`${name}.pem`), "utf8"));
  }

  /**
   * A certificate for a host, valid between two days relative to today; with `chain` the file contains the
   * CA's, too.
   */
  async issue(
    host: string,
    address: string,
    from: number,
    to: number,
    chain: boolean,
  ): Promise<[cert: string, key: string]> {
    const openssl = async (...args: string[]) => run("openssl", args, { cwd: this.folder.path });
    writeFileSync(this.folder.at(`${host}.ext`), `subjectAltName = DNS:${host}, IP:${address}\n`);
    await openssl("req", "-new", ...NEW_KEY, "-subj", `/O=Works/CN=${host}`, ...files(host));
    const by = ["-cert", `${this.name}.pem`, "-keyfile", `${this.name}.key`, "-extfile", `${host}.ext`];
    await openssl("ca", ...CA, ...by, ...valid(from, to), "-in", `${host}.csr`, "-out", `${host}.pem`);
    const cert = this.folder.at(`${host}.pem`);
    this.#keep(readFileSync(cert, "utf8"));
    if (chain) writeFileSync(cert, readFileSync(cert, "utf8") + this.pem);
    return [cert, this.folder.at(`${host}.key`)];
  }

  #keep(pem: string): void {
    const { fingerprint256, subject } = new X509Certificate(pem);
    const made = createHash("sha256").update(subject).digest("hex").toUpperCase();
    this.fingerprints.set(fingerprint256, (made.match(/../g) ?? []).join(":"));
  }
}

const NEW_KEY = ["-config", "openssl.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const CA = ["-batch", "-notext", "-config", "openssl.cnf"];

const files = (name: string): string[] => ["-keyout", `${name}.key`, "-out", `${name}.csr`];

function valid(from: number, to: number): string[] {
  const at = (days: number) => `${new Date(REAL_MIDNIGHT + days * DAY).toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`;
  return ["-startdate", at(from), "-enddate", at(to)];
}
