import type { StaticDataRouteOption } from "@tanstack/react-router";
import { useMatches } from "@tanstack/react-router";

/** What the route table says about the current page; what a page does not say itself it has from the page around it. */
export function useRouteData<Name extends keyof StaticDataRouteOption>(
  name: Name,
): StaticDataRouteOption[Name] | undefined {
  const find = (matches: readonly { staticData: StaticDataRouteOption }[]) =>
    matches.findLast(({ staticData }) => staticData[name] !== undefined)?.staticData[name];
  return useMatches({ select: find }) as StaticDataRouteOption[Name] | undefined;
}
