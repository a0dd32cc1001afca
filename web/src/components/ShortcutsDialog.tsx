import { Kbd, Modal, Switch } from "@mantine/core";

import { singleKeyShortcuts } from "../hooks/single-key-shortcuts";
import { useFocusReturn } from "../hooks/use-focus-return";
import { useMessages } from "../i18n/language";
import { HAS_COMMAND_KEY } from "../util/platform";
import classes from "./ShortcutsDialog.module.css";

/** The list of keyboard shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const t = useMessages();
  useFocusReturn();
  const modifier = HAS_COMMAND_KEY ? "⌘" : t.commands.ctrl;
  const keys: readonly (readonly [readonly string[], string])[] = [
    [[modifier, "K"], t.nav.commands],
    [["/"], t.commands.focusFilter],
    [["n"], t.fleet.newConnection],
    [["e"], t.commands.editConnection],
    [[modifier, "Enter"], t.commands.saveForm],
    [["Esc"], t.commands.closeDialog],
    [["?"], t.commands.shortcuts],
  ];
  return (
    <Modal opened onClose={onClose} title={t.commands.shortcuts} centered size="sm">
      <dl className={classes.keys}>
        {keys.map(([combination, does]) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {combination.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label={t.commands.singleKeys}
        description={t.commands.singleKeysText}
        checked={singleKeyShortcuts.use()}
        onChange={(event) => singleKeyShortcuts.set(event.currentTarget.checked)}
      />
    </Modal>
  );
}
