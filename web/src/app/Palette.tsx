import { CommandPalette } from "../components/CommandPalette";
import { useCommands } from "./commands";

/** The command palette with all commands. `onShortcuts` opens the list of shortcuts. */
export function Palette({ onShortcuts, onClose }: { onShortcuts: () => void; onClose: () => void }) {
  return <CommandPalette commands={useCommands(onShortcuts)} onClose={onClose} />;
}
