import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionItems, connectionList } from "./support/locators";
import { startTcpServer } from "./support/tcp-server";
import { expect, test } from "./support/test";

const { fleet } = en;

/** Ports that refuse: nothing listens below 20 on a machine that runs tests. */
const REFUSING = [3, 4] as const;

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, number) => `${prefix} ${number}`);
const wrong = (page: Page) => page.getByRole("region", { name: fleet.failuresTitle });

test("brokers that fail with one code at two addresses are one cause that opens into two", async ({ page, admin }) => {
  await admin.load([
    ...names("Old", 3).map((name) => ({ name, url: `mqtt://127.0.0.1:${REFUSING[0]}` })),
    ...names("New", 4).map((name) => ({ name, url: `mqtt://127.0.0.1:${REFUSING[1]}` })),
  ]);
  await page.goto("/");
  const cause = wrong(page).getByRole("button", { name: `brokers refuse the connection · ${fleet.addresses(2)}` });
  await expect(cause).toHaveAttribute("aria-expanded", "false");
  await expect(wrong(page).getByTitle(fleet.brokers(7))).toHaveText("7");
  await expect(wrong(page)).toContainText(fleet.allFresh);
  await expectAccessible(page, "a cause with two addresses");
  await cause.click();
  await expect(wrong(page).getByText(`127.0.0.1:${REFUSING[0]} refused`)).toBeVisible();
  await expect(wrong(page).getByText(`127.0.0.1:${REFUSING[1]} refused`)).toBeVisible();
  await expectAccessible(page, "an open cause");

  // Each leads to its brokers and to no others.
  await wrong(page)
    .getByRole("button", { name: fleet.showBrokers(3) })
    .click();
  await expect(connectionItems(page)).toHaveText([/Old 0/, /Old 1/, /Old 2/]);
  // The buttons that were used are gone; what they lead to has the focus.
  await expect(page.getByRole("heading", { name: fleet.allTitle })).toBeFocused();
  await wrong(page).getByRole("button", { name: fleet.showCauses }).click();
  await expect(page.getByRole("heading", { name: fleet.failuresTitle })).toBeFocused();
});

test("five causes are listed at first, and the others on demand", async ({ page, admin, pki, startBroker }) => {
  const [plain, locked, encrypted, http] = await Promise.all([
    startBroker(),
    startBroker({ user: { name: "press", password: "right" } }),
    startBroker({ tls: { pki } }),
    startTcpServer((socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  ]);
  const failing = {
    refused: { url: `mqtt://127.0.0.1:${REFUSING[0]}` },
    nowhere: { url: "mqtt://nowhere.invalid" },
    anonymous: { url: locked.url },
    "private-ca": { url: encrypted.url },
    "wrong-name": { url: encrypted.url, ca: pki.ca.cert, tls: { serverName: "other.example" } },
    "no-tls": { url: plain.url.replace("mqtt:", "mqtts:") },
    http: { url: http.url },
  };
  await admin.load(Object.entries(failing).map(([id, settings]) => ({ id, name: id, ...settings })));
  const codes = async () => (await admin.connections()).map(({ status }) => status?.error?.code);
  const count = Object.keys(failing).length;
  await expect.poll(async () => new Set((await codes()).filter(Boolean)).size).toBe(count);

  await page.goto("/");
  const causes = wrong(page).getByRole("listitem");
  const more = wrong(page).getByRole("button", { name: fleet.moreCauses(count - 5) });
  await expect(causes).toHaveCount(6);
  await expect(causes.last()).toContainText(fleet.moreCauses(count - 5));
  await more.click();
  await expect(causes).toHaveCount(count);
  await expect(more).toBeHidden();
  // The first of those that were hidden has the focus, and the next key goes on from there.
  await expect(causes.nth(5)).toBeFocused();
  await page.keyboard.press("Tab");
  expect(await causes.nth(5).evaluate((cause) => cause.contains(document.activeElement))).toBe(true);
  for (const id of Object.keys(failing)) await expect(wrong(page).getByRole("link", { name: id })).toBeVisible();
  http.end();
});

test("brokers that fail because the plugin tls is off are a cause apart from those with an unknown CA", async ({
  page,
  admin,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.load([
    ...names("Own CA", 3).map((name) => ({ name, url: broker.url, ca: pki.ca.cert })),
    ...names("No CA", 4).map((name) => ({ name, url: broker.url })),
  ]);
  await admin.ask("PUT", "/api/plugins/tls", { enabled: false });
  await page.goto("/");
  const causes = wrong(page).getByRole("listitem");
  await expect(causes).toHaveCount(2);
  await expect(causes.filter({ hasText: "brokers use a CA that is not trusted yet" })).toContainText(/^4/);
  const cause = causes.filter({ hasText: fleet.sharedPluginOff });
  await expect(cause).toContainText(/^3/);
  await cause.getByRole("button", { name: fleet.showBrokers(3) }).click();
  await expect(connectionItems(page)).toHaveText([/Own CA 0/, /Own CA 1/, /Own CA 2/]);
  await wrong(page).getByRole("button", { name: fleet.showCauses }).click();
  // The other cause has the same code, and leads only to its own.
  await causes
    .filter({ hasNotText: fleet.sharedPluginOff })
    .getByRole("button", { name: fleet.showBrokers(4) })
    .click();
  await expect(connectionItems(page)).toHaveText([/No CA 0/, /No CA 1/, /No CA 2/, /No CA 3/]);
  await page.getByRole("button", { name: `${fleet.clearFilter}: ${fleet.otherReason}` }).click();
  await expect(connectionItems(page)).toHaveCount(7);
});

test("a long code leaves the sentence of a cause its space", async ({ page, admin, pki, startBroker }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.load(names("Press", 3).map((name) => ({ name, url: broker.url })));
  await page.goto("/");
  const cause = wrong(page).getByRole("listitem").filter({ hasText: "SELF_SIGNED_CERT_IN_CHAIN" });
  const sentence = cause.getByText(/brokers use a CA that is not trusted yet/);
  await expect(sentence).toBeVisible();
  expect(await sentence.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
  await expect(cause.getByTitle("SELF_SIGNED_CERT_IN_CHAIN")).toBeVisible();
});

test("connections that can't be read are a cause", async ({ page, admin, haltere }) => {
  const credentials = { username: "haltere", password: "lost" };
  await admin.load([
    ...["mqtt://127.0.0.1:3", "mqtts://127.0.0.1:3", "mqtt://nowhere.invalid"].map((url, number) => ({
      name: `Down ${number}`,
      url,
    })),
    { id: "lost", name: "Lost", url: "mqtt://127.0.0.1:3", credentials },
  ]);
  await page.goto("about:blank");
  await haltere.stop();
  await haltere.damage("lost");
  await haltere.start();
  await page.goto(haltere.url);
  await expect(page.getByRole("status")).toContainText(`${fleet.someDown(3, 4)} ${fleet.someUnreadable(1)}`);
  await expect(wrong(page)).toContainText(en.stateDescriptions.unreadable);
  await expect(wrong(page).getByRole("link", { name: "Lost" })).toBeVisible();
});

test("certificates that expire within 30 days are a cause, on both sides", async ({
  page,
  admin,
  pki,
  expiringPki,
  startBroker,
}) => {
  const [lasting, expiring] = await Promise.all([
    startBroker({ tls: { pki } }),
    startBroker({ tls: { pki: expiringPki } }),
  ]);
  const { client } = expiringPki;
  await Promise.all([
    admin.create({ id: "lasting", name: "Lasting", url: lasting.url, ca: pki.ca.cert }),
    admin.create({ id: "broker", name: "Broker", url: expiring.url, ca: expiringPki.ca.cert }),
    admin.create({ id: "ours", name: "Ours", url: lasting.url, ca: pki.ca.cert, cert: client.cert, key: client.key }),
    admin.create({
      id: "both",
      name: "Both",
      url: expiring.url,
      ca: expiringPki.ca.cert,
      cert: client.cert,
      key: client.key,
    }),
  ]);
  await page.goto("/");
  await expect(page.getByRole("status")).toHaveText(fleet.allWell(4));
  await expect(wrong(page)).toContainText(fleet.expiring.both(3, 2, 2));
  await expect(wrong(page)).toContainText(/in (19|20) days/);
  await expectAccessible(page, "expiring certificates");
  await wrong(page)
    .getByRole("button", { name: fleet.showBrokers(3) })
    .click();
  const [brokers, own] = [/the broker's certificate expires/, /haltere's client certificate expires/];
  await expect(connectionItems(page)).toHaveText([/Both/, /Broker/, /Ours/]);
  await expect(connectionItems(page)).toContainText([/certificate expires/, brokers, own]);
  await expect(page).toHaveURL(/\?cert=expiring$/);
  await page.getByRole("button", { name: `${fleet.clearFilter}: ${fleet.expiringCertificates}` }).click();
  await expect(connectionItems(page)).toHaveCount(4);
});

for (const [where, width, height] of [
  ["desktop", 1280, 800],
  ["phone", 360, 740],
] as const) {
  test(`a filter shows its list where one looks, on a ${where}`, async ({ page, admin }) => {
    await page.setViewportSize({ width, height });
    // Many causes: the list would be far below them.
    await admin.load(
      Array.from({ length: 24 }, (_, number) => ({
        name: `Press-${number}`,
        url: ["mqtt://127.0.0.1:3", "mqtts://press.invalid", "ws://127.0.0.1:3", "mqtt://oven.invalid"][number % 4]!,
      })),
    );
    await page.goto("/");
    await expect(page.getByRole("status")).toHaveText(fleet.someDown(24, 24));
    // The icon is next to the first line of its text, also where the text wraps.
    const cause = wrong(page).getByRole("listitem").first();
    const offset = await cause.evaluate((element) => {
      const [icon, message] = [element.querySelector("svg"), element.querySelector("strong + *")];
      const text = message && document.createTreeWalker(message, NodeFilter.SHOW_TEXT).nextNode();
      if (!icon || !text) throw new Error("the cause has no icon or no text");
      const range = document.createRange();
      range.selectNodeContents(text);
      const [firstLine] = range.getClientRects();
      if (!firstLine) throw new Error("the text of the cause has no line");
      const middle = ({ top, height }: DOMRect) => top + height / 2;
      return middle(icon.getBoundingClientRect()) - middle(firstLine);
    });
    expect(Math.abs(offset)).toBeLessThan(6);
    await page.getByRole("button", { name: `24 ${en.states.down}` }).click();
    await expect(connectionList(page).getByRole("link").first()).toBeInViewport();
    await expect(wrong(page)).toContainText(/in the whole fleet/);

    // So does a shared link.
    await page.goto("/?q=press-7");
    await expect(connectionItems(page)).toHaveText([/Press-7/]);
    await expect(connectionItems(page).first()).toBeInViewport();
    await wrong(page).getByRole("button", { name: fleet.showCauses }).click();
    await expect(wrong(page).getByRole("listitem").first()).toBeVisible();
    await expect(page.getByRole("searchbox")).toHaveValue("");
  });
}

test("a connection that is down is tried at once, tested on its page, and the way back keeps the filter", async ({
  page,
  admin,
  startBroker,
}) => {
  const broker = await startBroker();
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await broker.stop();
  await page.goto("/?state=down");
  await connectionItems(page).getByRole("link", { name: "Press" }).click();
  await expect(page.getByRole("main")).toContainText("ECONNREFUSED");
  await page.getByRole("button", { name: en.form.test }).click();
  const panel = page.getByRole("region", { name: en.form.test });
  await expect(panel).toContainText("ECONNREFUSED");
  await expectAccessible(page, "connection with a test");
  await panel.getByRole("button", { name: en.close }).click();
  await expect(panel).toBeHidden();

  await broker.start();
  await page.getByRole("button", { name: en.connection.tryNow }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(page.getByRole("button", { name: en.connection.tryNow })).toBeHidden();
  await page.getByRole("link", { name: en.connection.back }).click();
  await expect(page).toHaveURL(/\?state=down$/);
});
