import { Kbd, Modal, Switch } from "@mantine/core";

import { useWords } from "../i18n/language";
import { singleKeys } from "../util/preference";
import classes from "./ShortcutsDialog.module.css";

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

/** Which keys do what. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const keys: readonly (readonly [readonly string[], string])[] = [
    [[MOD, "K"], words.nav.commands],
    [["/"], words.fleet.filter],
    [["n"], words.fleet.newConnection],
    [["e"], words.connection.edit],
    [[MOD, "Enter"], words.save],
    [["Esc"], words.close],
    [["?"], words.commands.shortcuts],
  ];
  return (
    <Modal opened onClose={onClose} title={words.commands.shortcuts} centered size="sm">
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
        label={words.commands.singleKeys}
        description={words.commands.singleKeysText}
        checked={singleKeys.use()}
        onChange={(event) => singleKeys.set(event.currentTarget.checked)}
      />
    </Modal>
  );
}
