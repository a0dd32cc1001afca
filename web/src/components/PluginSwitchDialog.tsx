import { Button, Group, Modal, Text } from "@mantine/core";

import type { SwitchedPlugin } from "../api/schema";
import { useMessages } from "../i18n/language";
import classes from "./PluginSwitchDialog.module.css";

/** The TLS settings that the plugin `tls` affects. */
const PARTS = ["ca", "clientCertificate", "unverified"] as const;

interface Props {
  /** The preview of the switch. */
  plan: SwitchedPlugin;
  isBusy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Says in numbers what switching a plugin would do, and asks for confirmation. */
export function PluginSwitchDialog({ plan: { id, enabled, affected }, isBusy, onConfirm, onClose }: Props) {
  const t = useMessages();
  const { switching } = t.settings;
  const what = affected && switching.effect(id, enabled, affected);
  const parts = PARTS.filter((part) => affected?.[part]);
  return (
    <Modal opened onClose={onClose} title={switching.title(id, enabled)} centered>
      <Text>{what}</Text>
      {parts.length > 0 && (
        <ul className={classes.parts}>
          {parts.map((part) => (
            <li key={part}>{switching.parts[part](affected?.[part] ?? 0)}</li>
          ))}
        </ul>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.cancel}
        </Button>
        <Button {...(!enabled && { color: "red" })} loading={isBusy} onClick={onConfirm}>
          {enabled ? switching.on : switching.off}
        </Button>
      </Group>
    </Modal>
  );
}
