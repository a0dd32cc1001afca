import { useHotkeys } from "@mantine/hooks";

import { singleKeyShortcuts } from "./single-key-shortcuts";

/** Single-key shortcuts, active while no field has the focus and unless the user has turned them off. */
export function useShortcuts(keys: readonly (readonly [string, () => void])[]): void {
  const isOn = singleKeyShortcuts.use();
  useHotkeys(isOn ? keys.map(([key, run]) => [key, run] as [string, () => void]) : []);
}
