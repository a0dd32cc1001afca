import { Text } from "@mantine/core";

import type { SwitchedPlugin } from "../api/schema";
import { usePageMessages } from "../i18n/page-messages";
import { ConfirmDialog } from "../ui/ConfirmDialog";
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
  const t = usePageMessages();
  const { switching } = t.settings;
  const what = affected && switching.effect(id, enabled, affected);
  const parts = PARTS.filter((part) => affected?.[part]);
  return (
    <ConfirmDialog
      title={switching.title(id, enabled)}
      action={enabled ? switching.on : switching.off}
      isDestructive={!enabled}
      isBusy={isBusy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <Text>{what}</Text>
      {parts.length > 0 && (
        <ul className={classes.parts}>
          {parts.map((part) => (
            <li key={part}>{switching.parts[part](affected?.[part] ?? 0)}</li>
          ))}
        </ul>
      )}
    </ConfirmDialog>
  );
}
