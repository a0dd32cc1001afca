import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import type { Invitation } from "../../api/schema";
import { useFocusReturn } from "../../hooks/use-focus-return";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { CopyButton } from "../../ui/CopyButton";
import { formatDateTime } from "../../util/format-time";
import classes from "./InvitationDialog.module.css";

/** Shows the link of an invitation, which the server does not show again. */
export function InvitationDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const t = usePageMessages();
  const language = useLanguage();
  useFocusReturn();
  const { username, path, expiresAt } = invitation;
  const [link] = useState(() => `${location.origin}${path}`);
  return (
    // A click next to it would lose the link.
    <Modal opened onClose={onClose} title={t.users.invitationFor(username)} centered closeOnClickOutside={false}>
      <Text mb="sm">{t.users.invitationText(username)}</Text>
      <div className={classes.link}>
        <TextInput
          label={t.users.link}
          readOnly
          data-autofocus
          spellCheck={false}
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={link} label={t.users.copyLink} />
      </div>
      <Text mt="sm" c="dimmed" size="sm">
        {t.users.invitationUntil(formatDateTime(expiresAt, language))}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t.close}</Button>
      </Group>
    </Modal>
  );
}
