import type { Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";

import type { Api } from "./api";
import type { BrokerOptions } from "./broker";
import { Broker } from "./broker";
import type { Pki } from "./certificates";
import { makePki } from "./certificates";
import { Guard, UNAUTHORIZED } from "./guard";
import type { Settings } from "./haltere";
import { Haltere } from "./haltere";
import { startSilentServer } from "./tcp-server";
import { TempDir } from "./temp-dir";

interface Fixtures {
  /** The settings of this test's haltere. */
  settings: Settings;
  /** The user who is logged in in `page`; empty if no user is. */
  loggedInAs: string;
  /** A haltere for this test. */
  haltere: Haltere;
  /** An administrator's session with the API. */
  admin: Api;
  /** A plain broker without a password. */
  broker: Broker;
  /** Starts another broker. */
  startBroker: (options?: BrokerOptions) => Promise<Broker>;
  /** The URL of a server that accepts connections and sends nothing. */
  silent: string;
  /** Opens a window with its own cookies, in which the given user is logged in. */
  openWindow: (who?: string) => Promise<Page>;
  guard: Guard;
}

interface WorkerFixtures {
  /** Certificates for brokers and clients. */
  pki: Pki;
  /** Certificates that expire in 20 days. */
  expiringPki: Pki;
}

async function withPki(provide: (pki: Pki) => Promise<void>, days?: number): Promise<void> {
  const folder = new TempDir();
  await provide(await makePki(folder, days));
  folder.remove();
}

/** A test with its own haltere, brokers and a guarded browser, which all end with it. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  settings: [{}, { option: true }],
  loggedInAs: ["admin", { option: true }],

  haltere: async ({ settings }, provide, info) => {
    const haltere = await Haltere.start(settings);
    await provide(haltere);
    await haltere.end();
    if (info.status !== info.expectedStatus) await info.attach("haltere.log", { body: haltere.log });
  },
  baseURL: async ({ haltere }, provide) => provide(haltere.url),
  admin: async ({ haltere }, provide) => provide(await haltere.login()),

  startBroker: async ({}, provide) => {
    const started: Broker[] = [];
    await provide(async (options) => {
      const broker = await Broker.start(options);
      started.push(broker);
      return broker;
    });
    await Promise.all(started.map(async (broker) => broker.end()));
  },
  silent: async ({}, provide) => {
    const { url, end } = await startSilentServer();
    await provide(url);
    end();
  },
  broker: async ({ startBroker }, provide) => provide(await startBroker()),

  guard: async ({ haltere }, provide) => {
    const guard = new Guard(() => haltere.origin);
    await provide(guard);
    expect(guard.problems, "nothing is wrong in the browser").toEqual([]);
  },
  context: async ({ context, guard, haltere, loggedInAs }, provide) => {
    await guard.watch(context);
    if (loggedInAs) await haltere.addSession(context, loggedInAs);
    else guard.allow(UNAUTHORIZED);
    await provide(context);
  },
  openWindow: async ({ browser, guard, haltere }, provide) => {
    const opened: Page[] = [];
    await provide(async (who = "admin") => {
      const context = await browser.newContext();
      await guard.watch(context);
      if (who) await haltere.addSession(context, who);
      const page = await context.newPage();
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map(async (page) => page.context().close()));
  },

  pki: [async ({}, provide) => withPki(provide), { scope: "worker" }],
  expiringPki: [async ({}, provide) => withPki(provide, 20), { scope: "worker" }],
});

export { expect };
