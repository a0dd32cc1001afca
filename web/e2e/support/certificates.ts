import { readFileSync, writeFileSync } from "node:fs";

import { run } from "./child";
import type { TempDir } from "./temp-dir";

/** A certificate and its key, as files for a broker and as text for a form. */
export interface Identity {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A private CA with a server and a client certificate. */
export interface Pki {
  readonly ca: Identity;
  /** For `localhost` and 127.0.0.1, without the CA's certificate. */
  readonly server: Identity;
  /** The server's certificate and the CA's in one file. */
  readonly chainFile: string;
  readonly client: Identity;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Certificates that are valid for some days, of a CA with a name. */
export async function makePki(folder: TempDir, days = 90, ca = "Works 4 CA"): Promise<Pki> {
  const openssl = async (...args: string[]) => run("openssl", args, { cwd: folder.path });
  const identity = (name: string): Identity => {
    const [certFile, keyFile] = [folder.at(`${name}.pem`), folder.at(`${name}.key`)];
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  };
  const issue = async (name: string, subject: string, extensions: string) => {
    writeFileSync(folder.at(`${name}.ext`), extensions);
    await openssl("req", ...NEW_KEY, "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    const from = ["-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    await openssl("x509", ...from, "-days", `${days}`, "-extfile", `${name}.ext`, "-out", `${name}.pem`);
  };

  const self = ["-x509", ...NEW_KEY, "-days", `${days}`, "-subj", `/O=Works 4/CN=${ca}`];
  await openssl("req", ...self, "-keyout", "ca.key", "-out", "ca.pem");
  await issue("server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  await issue("client", "/CN=haltere", "extendedKeyUsage=clientAuth\n");
  const pki = { ca: identity("ca"), server: identity("server"), client: identity("client") };
  const chainFile = folder.at("chain.pem");
  writeFileSync(chainFile, pki.server.cert + pki.ca.cert);
  return { ...pki, chainFile };
}

/** The fingerprint of a certificate according to openssl. */
export async function fingerprint({ certFile }: Identity): Promise<string> {
  const output = await run("openssl", ["x509", "-in", certFile, "-noout", "-fingerprint", "-sha256"]);
  return output.trim().split("=")[1] ?? "";
}
