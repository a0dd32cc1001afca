import { useHotkeys } from "@mantine/hooks";

import { singleKeys } from "../util/preference";

/** What single keys do while no field is being typed in, unless somebody has switched that off. */
export function useKeys(keys: readonly (readonly [string, () => void])[]): void {
  const isOn = singleKeys.use();
  useHotkeys(isOn ? keys.map(([key, run]) => [key, run] as [string, () => void]) : []);
}
