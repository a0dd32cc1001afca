import type { QueryClient } from "@tanstack/react-query";
import {
  Navigate,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";

import type { Sort } from "../util/select";
import { SORTS } from "../util/select";
import type { Shown } from "../util/state";
import { SHOWN } from "../util/state";
import { FleetPage } from "../pages/FleetPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { CrashPage } from "../pages/CrashPage";
import { basePath } from "./server";
import { Shell } from "./Shell";

/** The table of all pages. The first one comes with the script, the others when they are opened. */
const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

/** What of the fleet page is worth sharing. */
export interface FleetSearch {
  q?: string;
  state?: Shown;
  code?: string;
  version?: string;
  sort?: Sort;
  down?: boolean;
  view?: "grid";
}

const fleet = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: FleetPage,
  validateSearch: (given: Record<string, unknown>): FleetSearch => {
    const search: FleetSearch = {};
    for (const key of ["q", "code", "version"] as const) {
      // A number stays a number in the router's idea of a query; a filter is text.
      if (given[key] !== undefined && given[key] !== "") search[key] = String(given[key]);
    }
    const state = SHOWN.find((each) => each === given["state"]);
    if (state) search.state = state;
    const sort = SORTS.find((each) => each === given["sort"]);
    if (sort) search.sort = sort;
    if (given["down"] === true) search.down = true;
    if (given["view"] === "grid") search.view = "grid";
    return search;
  },
});

/** `/login` says why one has to log in; whoever is logged in already has nothing to do there. */
const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: () => <Navigate to="/" replace />,
  validateSearch: ({ error }: Record<string, unknown>): { error?: string } =>
    typeof error === "string" ? { error } : {},
});

const connection = createRoute({
  getParentRoute: () => root,
  path: "/connections/$connectionId",
  component: lazyRouteComponent(() => import("../pages/ConnectionPage"), "ConnectionPage"),
});

const form = () => import("../pages/ConnectionFormPage");

const newConnection = createRoute({
  getParentRoute: () => root,
  path: "/new",
  component: lazyRouteComponent(form, "NewConnectionPage"),
});

const editConnection = createRoute({
  getParentRoute: () => root,
  path: "/connections/$connectionId/edit",
  component: lazyRouteComponent(form, "EditConnectionPage"),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: "/profile",
  component: lazyRouteComponent(() => import("../pages/ProfilePage"), "ProfilePage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("../pages/SettingsPage"), "SettingsPage"),
});

const transfer = createRoute({
  getParentRoute: () => root,
  path: "/transfer",
  component: lazyRouteComponent(() => import("../pages/TransferPage"), "TransferPage"),
});

const about = createRoute({
  getParentRoute: () => root,
  path: "/about",
  component: lazyRouteComponent(() => import("../pages/AboutPage"), "AboutPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    fleet,
    login,
    connection,
    newConnection,
    editConnection,
    profile,
    settings,
    transfer,
    about,
  ]),
  basepath: basePath || "/",
  context: { queries: undefined as unknown as QueryClient },
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
