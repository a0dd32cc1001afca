import { fileURLToPath } from "node:url";

import { Child } from "./child";

const SCRIPT = fileURLToPath(new URL("oidc-provider-process.mjs", import.meta.url));

/** A real OpenID Connect provider, in a process of its own. */
export class OidcProvider {
  private constructor(private readonly process: Child) {}

  static async start(port: number, haltereUrl: string): Promise<OidcProvider> {
    const process = new Child(globalThis.process.execPath, [SCRIPT, String(port), haltereUrl]);
    await process.until(/ is ready\n/);
    return new OidcProvider(process);
  }

  async end(): Promise<void> {
    await this.process.end();
  }
}
