import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";

import { parseFleetSearch } from "../model/fleet-search";
import { linkTo, PATHS } from "../model/paths";
import { CrashPage } from "../pages/CrashPage";
import { FleetPage } from "../pages/FleetPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { basePath } from "../util/page-meta";
import { Shell } from "./Shell";

/** The table of all pages. The fleet is part of the entry; other pages load when they open. */
const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

const fleet = createRoute({
  getParentRoute: () => root,
  path: PATHS.fleet,
  component: FleetPage,
  validateSearch: parseFleetSearch,
});

/** The server redirects to `/login` and says why in `?error=`. With a session there is nothing to do here. */
const login = createRoute({
  getParentRoute: () => root,
  path: PATHS.login,
  component: () => <Navigate {...linkTo.fleet()} replace />,
  validateSearch: ({ error }: Record<string, unknown>): { error?: string } =>
    typeof error === "string" ? { error } : {},
});

const connection = createRoute({
  getParentRoute: () => root,
  path: PATHS.connection,
  component: lazyRouteComponent(() => import("../pages/ConnectionPage"), "ConnectionPage"),
});

const form = () => import("../pages/ConnectionFormPage");

const newConnection = createRoute({
  getParentRoute: () => root,
  path: PATHS.newConnection,
  component: lazyRouteComponent(form, "NewConnectionPage"),
});

const editConnection = createRoute({
  getParentRoute: () => root,
  path: PATHS.editConnection,
  component: lazyRouteComponent(form, "EditConnectionPage"),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: PATHS.profile,
  component: lazyRouteComponent(() => import("../pages/ProfilePage"), "ProfilePage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: PATHS.settings,
  component: lazyRouteComponent(() => import("../pages/SettingsPage"), "SettingsPage"),
});

const transfer = createRoute({
  getParentRoute: () => root,
  path: PATHS.transfer,
  component: lazyRouteComponent(() => import("../pages/TransferPage"), "TransferPage"),
});

const about = createRoute({
  getParentRoute: () => root,
  path: PATHS.about,
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
  context: { queryClient: undefined as unknown as QueryClient },
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
