import { basePath } from "../util/page-meta";
import type { ActivitySearch } from "./activity-search";
import type { AuditSearch } from "./audit-search";
import type { FleetSearch } from "./fleet-search";
import type { GroupsSearch } from "./groups-search";
import type { TokensSearch } from "./tokens-search";
import type { UsersSearch } from "./users-search";

/** The paths of all pages, below the base path. The server has the same list: a test in Rust compares the two. */
export const PATHS = {
  fleet: "/",
  login: "/login",
  invitation: "/invitation",
  connection: "/connections/$connectionId",
  connectionCertificates: "/connections/$connectionId/certificates",
  connectionHistory: "/connections/$connectionId/history",
  newConnection: "/new",
  editConnection: "/connections/$connectionId/edit",
  activity: "/activity",
  profile: "/profile",
  administration: "/administration",
  users: "/administration/users",
  groups: "/administration/groups",
  tokens: "/administration/tokens",
  plugins: "/administration/plugins",
  signOn: "/administration/sign-on",
  transfer: "/administration/transfer",
  audit: "/administration/audit",
  about: "/administration/about",
  gallery: "/gallery",
} as const;

/** Paths of earlier versions, which redirect. */
export const OLD_PATHS = {
  "/settings": PATHS.plugins,
  "/transfer": PATHS.transfer,
  "/about": PATHS.about,
} as const;

/** Builds link targets: `<Link {...linkTo.connection(id)}>`, `navigate(linkTo.fleet())`. */
export const linkTo = {
  fleet: (search: FleetSearch = {}) => ({ to: PATHS.fleet, search }),
  connection: (connectionId: string) => ({ to: PATHS.connection, params: { connectionId } }),
  connectionCertificates: (connectionId: string) => ({ to: PATHS.connectionCertificates, params: { connectionId } }),
  connectionHistory: (connectionId: string) => ({ to: PATHS.connectionHistory, params: { connectionId } }),
  newConnection: () => ({ to: PATHS.newConnection, search: {} }),
  duplicateConnection: (from: string) => ({ to: PATHS.newConnection, search: { from } }),
  editConnection: (connectionId: string) => ({ to: PATHS.editConnection, params: { connectionId } }),
  activity: (search: ActivitySearch = {}) => ({ to: PATHS.activity, search }),
  profile: () => ({ to: PATHS.profile }),
  users: (search: UsersSearch = {}) => ({ to: PATHS.users, search }),
  groups: (search: GroupsSearch = {}) => ({ to: PATHS.groups, search }),
  tokens: (search: TokensSearch = {}) => ({ to: PATHS.tokens, search }),
  plugins: () => ({ to: PATHS.plugins }),
  signOn: () => ({ to: PATHS.signOn }),
  transfer: () => ({ to: PATHS.transfer }),
  audit: (search: AuditSearch = {}) => ({ to: PATHS.audit, search }),
  about: () => ({ to: PATHS.about }),
} as const;

/** The API's documentation, which the server renders. */
export const API_DOCS_URL = `${basePath}/api/docs`;
