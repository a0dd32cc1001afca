import { useHotkeys } from "@mantine/hooks";

import { singleKeyShortcuts } from "./single-key-shortcuts";

/** What single keys do while no field is being typed in, unless somebody has switched that off. */
export function useShortcuts(keys: readonly (readonly [string, () => void])[]): void {
  const isOn = singleKeyShortcuts.use();
  useHotkeys(isOn ? keys.map(([key, run]) => [key, run] as [string, () => void]) : []);
}
