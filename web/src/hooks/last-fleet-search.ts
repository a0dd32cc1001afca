import type { FleetSearch } from "../model/fleet-search";
import { Store } from "../util/store";

/** Filter, order and view that the fleet was left with, for the way back. */
export const lastFleetSearch = new Store<FleetSearch>({});
