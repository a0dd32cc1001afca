import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";

import type { Messages } from "../../src/i18n/en";
import { en } from "../../src/i18n/en";
import { galleryMessages } from "../../src/i18n/gallery";

/** A page of the console for an administrator of the fleet that `populate` creates. */
interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** Its main heading. */
  readonly heading: (t: Messages) => string;
  /** A text that appears once the page has loaded completely. */
  readonly loadedText?: (t: Messages) => string;
}

const languageOf = (t: Messages) => (t === en ? "en" : "de");

/** All pages that need a session. */
export const PAGES: readonly ConsolePage[] = [
  { name: "fleet", path: "/", heading: ({ fleet }) => fleet.title, loadedText: () => "Lathe" },
  { name: "fleet as a grid", path: "/?view=grid", heading: ({ fleet }) => fleet.title },
  { name: "fleet, filtered", path: "/?state=down&q=oven", heading: ({ fleet }) => fleet.title },
  { name: "fleet, nothing found", path: "/?q=nothing-like-that", heading: ({ fleet }) => fleet.title },
  {
    name: "connection that is up",
    path: "/connections/press",
    heading: () => "Press",
    loadedText: () => "mosquitto version",
  },
  {
    name: "connection that is down",
    path: "/connections/oven",
    heading: () => "Oven",
    loadedText: ({ reasons }) => reasons.connectionRefused.replace("{peer} ", "").split(":")[0] ?? "",
  },
  { name: "connection at rest", path: "/connections/store", heading: () => "Store" },
  { name: "no such connection", path: "/connections/gone", heading: ({ connection }) => connection.gone },
  { name: "new connection", path: "/new", heading: ({ fleet }) => fleet.newConnection },
  { name: "edit", path: "/connections/lathe/edit", heading: () => "Lathe", loadedText: ({ form }) => form.name },
  {
    name: "certificates",
    path: "/connections/press/certificates",
    heading: () => "Press",
    loadedText: ({ certificates }) => certificates.none,
  },
  {
    name: "history",
    path: "/connections/press/history",
    heading: () => "Press",
    loadedText: ({ timeline }) => timeline.now,
  },
  {
    name: "activity",
    path: "/activity",
    heading: ({ activity }) => activity.title,
    loadedText: ({ activity }) => activity.actions["connection.import"] ?? "",
  },
  {
    name: "users",
    path: "/administration/users",
    heading: ({ nav }) => nav.users,
    loadedText: ({ roleNames }) => roleNames["admin"] ?? "",
  },
  {
    name: "new user",
    path: "/administration/users?show=new",
    heading: ({ nav }) => nav.users,
    loadedText: ({ roleNames }) => roleNames["admin"] ?? "",
  },
  {
    name: "groups",
    path: "/administration/groups",
    heading: ({ nav }) => nav.groups,
    loadedText: ({ groups }) => groups.noneYet,
  },
  {
    name: "new group",
    path: "/administration/groups?show=new",
    heading: ({ nav }) => nav.groups,
    loadedText: ({ groups }) => groups.noneYet,
  },
  {
    name: "application tokens",
    path: "/administration/tokens",
    heading: ({ nav }) => nav.tokens,
    loadedText: ({ tokens }) => tokens.noneYet,
  },
  {
    name: "new application token",
    path: "/administration/tokens?show=new",
    heading: ({ nav }) => nav.tokens,
    loadedText: ({ tokens }) => tokens.noneYet,
  },
  { name: "import and export", path: "/administration/transfer", heading: ({ transfer }) => transfer.title },
  {
    name: "profile",
    path: "/profile",
    heading: () => "admin",
    loadedText: ({ profile }) => profile.thisSession,
  },
  {
    name: "plugins",
    path: "/administration/plugins",
    heading: ({ nav }) => nav.plugins,
    loadedText: () => "connections-rest-api",
  },
  {
    name: "audit trail",
    path: "/administration/audit",
    heading: ({ audit }) => audit.title,
    loadedText: ({ audit }) => audit.event,
  },
  { name: "about", path: "/administration/about", heading: ({ product }) => product, loadedText: () => "0.1.0" },
  {
    name: "components",
    path: "/gallery",
    heading: (t) => galleryMessages[languageOf(t)].title,
  },
  { name: "nothing there", path: "/nothing/here", heading: ({ errors }) => errors.notFound },
];

/** Navigates on the client, as a link does. */
async function navigate(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(history.state, "", path);
    dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
  }, path);
}

/** Opens a page, without a reload if possible, and waits until it has loaded completely. */
export async function openPage(page: Page, { path, heading, loadedText }: ConsolePage, t: Messages): Promise<void> {
  if (page.url() === "about:blank") await page.goto(path);
  else await navigate(page, path);
  await expect(page.getByRole("heading", { level: 1, name: heading(t) })).toBeVisible();
  if (loadedText) await expect(page.getByRole("main")).toContainText(loadedText(t));
}
