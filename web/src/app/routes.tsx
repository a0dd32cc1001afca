import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  redirect,
} from "@tanstack/react-router";

import { whenReachable } from "../api/lazy-component";
import { parseActivitySearch } from "../model/activity-search";
import { parseAuditSearch } from "../model/audit-search";
import { parseFleetSearch } from "../model/fleet-search";
import { parseGroupsSearch } from "../model/groups-search";
import { parseTokensSearch } from "../model/tokens-search";
import { parseUsersSearch } from "../model/users-search";
import { linkTo, OLD_PATHS, PATHS } from "../model/paths";
import { CrashPage } from "../pages/CrashPage";
import { FleetPage } from "../pages/FleetPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { Skeleton } from "../ui/Skeleton";
import { basePath } from "../util/page-meta";
import type { NavId } from "./nav-items";
import { scrollsOnOtherPath } from "./scrolls-on-other-path";
import { Shell } from "./Shell";

/** The table of all pages. The fleet is part of the first load; other pages load when they open. */
const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  // Without the frame, which is what failed.
  errorComponent: (props) => (
    <main>
      <CrashPage {...props} />
    </main>
  ),
});

const fleet = createRoute({
  getParentRoute: () => root,
  path: PATHS.fleet,
  component: FleetPage,
  validateSearch: parseFleetSearch,
  staticData: { nav: "fleet", width: "list" },
});

/** The server redirects to `/login` and says why in `?error=`. With a session there is nothing to do here. */
const login = createRoute({
  getParentRoute: () => root,
  path: PATHS.login,
  component: () => <Navigate {...linkTo.fleet()} replace />,
  validateSearch: ({ error }: Record<string, unknown>): { error?: string } =>
    typeof error === "string" ? { error } : {},
});

/** Shown by the frame, because it needs no session. */
const invitation = createRoute({
  getParentRoute: () => root,
  path: PATHS.invitation,
});

const connectionPage = whenReachable(() => import("../pages/ConnectionPage"));

const connection = createRoute({
  getParentRoute: () => root,
  path: PATHS.connection,
  component: lazyRouteComponent(connectionPage, "ConnectionPage"),
  staticData: { nav: "fleet" },
});

const connectionOverview = createRoute({
  getParentRoute: () => connection,
  path: "/",
  component: lazyRouteComponent(connectionPage, "OverviewTab"),
});

const connectionCertificates = createRoute({
  getParentRoute: () => connection,
  path: "certificates",
  component: lazyRouteComponent(connectionPage, "CertificatesTab"),
});

const connectionHistory = createRoute({
  getParentRoute: () => connection,
  path: "history",
  component: lazyRouteComponent(connectionPage, "HistoryTab"),
});

const form = whenReachable(() => import("../pages/ConnectionFormPage"));

const newConnection = createRoute({
  getParentRoute: () => root,
  path: PATHS.newConnection,
  component: lazyRouteComponent(form, "NewConnectionPage"),
  staticData: { nav: "fleet" },
  validateSearch: ({ from }: Record<string, unknown>): { from?: string } => (typeof from === "string" ? { from } : {}),
});

const editConnection = createRoute({
  getParentRoute: () => connection,
  path: "edit",
  component: lazyRouteComponent(form, "EditConnectionTab"),
});

const activity = createRoute({
  getParentRoute: () => root,
  path: PATHS.activity,
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/ActivityPage")),
    "ActivityPage",
  ),
  validateSearch: parseActivitySearch,
  staticData: { nav: "activity", width: "list" },
});

const profile = createRoute({
  getParentRoute: () => root,
  path: PATHS.profile,
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/ProfilePage")),
    "ProfilePage",
  ),
});

const administrationPage = whenReachable(() => import("../pages/AdministrationPage"));

const administration = createRoute({
  getParentRoute: () => root,
  path: PATHS.administration,
  component: lazyRouteComponent(administrationPage, "AdministrationPage"),
  staticData: { nav: "administration" },
});

/** Leads to the first section that the user has. */
const administrationStart = createRoute({
  getParentRoute: () => administration,
  path: "/",
  component: lazyRouteComponent(administrationPage, "AdministrationStart"),
});

const users = createRoute({
  getParentRoute: () => administration,
  path: "users",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/UsersPage")),
    "UsersPage",
  ),
  validateSearch: parseUsersSearch,
  staticData: { width: "list" },
});

const groups = createRoute({
  getParentRoute: () => administration,
  path: "groups",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/GroupsPage")),
    "GroupsPage",
  ),
  validateSearch: parseGroupsSearch,
  staticData: { width: "list" },
});

const tokens = createRoute({
  getParentRoute: () => administration,
  path: "tokens",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/TokensPage")),
    "TokensPage",
  ),
  validateSearch: parseTokensSearch,
  staticData: { width: "list" },
});

const plugins = createRoute({
  getParentRoute: () => administration,
  path: "plugins",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/PluginsPage")),
    "PluginsPage",
  ),
});

const signOn = createRoute({
  getParentRoute: () => administration,
  path: "sign-on",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/SignOnPage")),
    "SignOnPage",
  ),
});

const transfer = createRoute({
  getParentRoute: () => administration,
  path: "transfer",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/TransferPage")),
    "TransferPage",
  ),
});

const audit = createRoute({
  getParentRoute: () => administration,
  path: "audit",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/AuditPage")),
    "AuditPage",
  ),
  validateSearch: parseAuditSearch,
  staticData: { width: "list" },
});

const about = createRoute({
  getParentRoute: () => administration,
  path: "about",
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/AboutPage")),
    "AboutPage",
  ),
});

/** For people who work on the console. */
const gallery = createRoute({
  getParentRoute: () => root,
  path: PATHS.gallery,
  component: lazyRouteComponent(
    whenReachable(() => import("../pages/GalleryPage")),
    "GalleryPage",
  ),
  staticData: { width: "list", isInternal: true },
});

const redirects = Object.entries(OLD_PATHS).map(([path, to]) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: () => {
      throw redirect({ to, replace: true });
    },
  }),
);

export const router = createRouter({
  routeTree: root.addChildren([
    fleet,
    login,
    invitation,
    connection.addChildren([connectionOverview, connectionCertificates, connectionHistory, editConnection]),
    newConnection,
    activity,
    profile,
    administration.addChildren([administrationStart, users, groups, tokens, plugins, signOn, transfer, audit, about]),
    gallery,
    ...redirects,
  ]),
  basepath: basePath || "/",
  context: { queryClient: undefined as unknown as QueryClient },
  defaultPreload: "intent",
  defaultErrorComponent: CrashPage,
  defaultPendingComponent: Skeleton,
  // A page that is there by then needs none.
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  scrollRestoration: scrollsOnOtherPath(),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  /** What a route says about its page. */
  interface StaticDataRouteOption {
    /** The item of the navigation that it belongs to. */
    nav?: NavId;
    /** `list` for pages that use the width of a large screen. */
    width?: "list";
    /** Whether users don't open it, so that it is not preloaded. */
    isInternal?: true;
  }
}
