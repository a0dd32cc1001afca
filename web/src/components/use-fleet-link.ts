import { useMatch } from "@tanstack/react-router";

import { lastFleetSearch } from "../hooks/last-fleet-search";
import { linkTo, PATHS } from "../model/paths";

/** The link to the fleet as it was left, like all ways back to it; on the fleet itself, to all of it. */
export function useFleetLink() {
  const isThere = useMatch({ from: PATHS.fleet, shouldThrow: false }) !== undefined;
  return linkTo.fleet(isThere ? {} : lastFleetSearch.get());
}
