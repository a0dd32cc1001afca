import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useRef, useState } from "react";

import type { CreatedToken } from "../../api/schema";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { usePageMessages } from "../../i18n/page-messages";
import { actionsOf, allowsEverything } from "../../model/role-actions";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { CopyButton } from "../../ui/CopyButton";
import { CodeBlock } from "../../ui/viewers/CodeBlock";
import { basePath } from "../../util/page-meta";
import classes from "./SecretDialog.module.css";

/** Shows a new token, which the server does not show again. Closing asks unless it was copied. */
export function SecretDialog({ created, onClose }: { created: CreatedToken; onClose: () => void }) {
  const t = usePageMessages();
  const isCopied = useRef(false);
  const [isAsking, setAsking] = useState(false);
  const { name, token, role } = created;
  const setCopied = () => {
    isCopied.current = true;
  };
  const close = () => {
    if (isCopied.current) onClose();
    else setAsking(true);
  };
  const closeAnyway = () => {
    isCopied.current = true;
    onClose();
  };
  const seesConnections = allowsEverything(role) || actionsOf(role).includes("connections.list");
  const url = `${location.origin}${basePath}/api/${seesConnections ? "connections" : "profile"}`;
  const command = `curl -H "Authorization: Bearer ${token}" ${url}`;
  const question = { title: t.tokens.notCopied, text: t.tokens.notCopiedText };
  return (
    <>
      {/* A click next to it would lose the token. */}
      <Modal
        opened
        onClose={close}
        title={t.tokens.secretTitle(name)}
        centered
        size="lg"
        closeOnClickOutside={false}
        closeOnEscape={!isAsking}
        // The page returns the focus.
        returnFocus={false}
      >
        <UnsavedChangesGuard isDirty={() => !isCopied.current} texts={question} />
        <Text mb="sm">{t.tokens.secretText}</Text>
        {/* Also what is copied by keyboard. */}
        <div onCopy={setCopied}>
          <div className={classes.secret}>
            <TextInput
              label={t.tokens.secret}
              readOnly
              data-autofocus
              spellCheck={false}
              classNames={{ input: classes.input ?? "" }}
              value={token}
              onFocus={(event) => event.currentTarget.select()}
            />
            <CopyButton text={token} label={t.tokens.copySecret} onCopied={setCopied} />
          </div>
          <div className={classes.command}>
            <CodeBlock label={t.tokens.tryIt} text={command} onCopied={setCopied} />
          </div>
        </div>
        <Group justify="flex-end" mt="lg">
          <Button onClick={close}>{t.close}</Button>
        </Group>
      </Modal>
      {isAsking && (
        <ConfirmDialog
          title={question.title}
          action={t.tokens.closeAnyway}
          cancel={t.tokens.back}
          isDestructive
          onConfirm={closeAnyway}
          onClose={() => setAsking(false)}
        >
          {question.text}
        </ConfirmDialog>
      )}
    </>
  );
}
