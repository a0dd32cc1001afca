import type { Profile } from "../api/schema";

/** What a page offers to a user. The server enforces permissions; the console only hides what it would refuse. */
export type Permission = "seeConnections" | "changeConnections" | "exportSecrets" | "switchPlugins";

export function hasPermission(profile: Profile | null | undefined, permission: Permission): boolean {
  if (!profile) return false;
  const { isAdmin, isEditor, isViewer, isConnectionManager } = profile;
  switch (permission) {
    case "seeConnections":
      return isAdmin || isEditor || isViewer || isConnectionManager;
    case "changeConnections":
      return isAdmin || isConnectionManager;
    case "exportSecrets":
    case "switchPlugins":
      return isAdmin;
  }
}
