import { Group, Switch, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { hasPermission, useProfile } from "../../api/session";
import { exportConnections } from "../../api/transfer";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { BusyButton } from "../../ui/BusyButton";
import { Card } from "../../ui/Card";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { formatBytes } from "../../util/format-bytes";
import { saveFile } from "../../util/save-file";
import { ErrorAlert } from "./ErrorAlert";
import classes from "./Export.module.css";

/** Downloads all connections as a file. */
export function Export() {
  const t = usePageMessages();
  const language = useLanguage();
  const profile = useProfile();
  const [secrets, setSecrets] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const download = useMutation({
    mutationFn: exportConnections,
    onSuccess: ({ file, name }) => saveFile(file, name),
    onSettled: () => setAsking(false),
    gcTime: 0,
  });
  return (
    <Card title={t.transfer.exportTitle}>
      <p className={classes.text}>{t.transfer.exportText}</p>
      {download.error && <ErrorAlert title={t.transfer.notExported} text={errorText(download.error, t)} />}
      {hasPermission(profile, "connections.export-secrets") ? (
        <Switch
          label={t.transfer.withSecrets}
          description={t.transfer.withSecretsText}
          checked={secrets}
          onChange={(event) => setSecrets(event.currentTarget.checked)}
        />
      ) : (
        <p className={classes.text}>{t.transfer.secretsForAdmins}</p>
      )}
      <Group mt="md">
        <BusyButton
          variant="default"
          leftSection={<IconDownload size={16} />}
          isBusy={download.isPending && !isAsking}
          onClick={() => (secrets ? setAsking(true) : download.mutate(false))}
        >
          {t.transfer.download}
        </BusyButton>
        <span role="status" className={classes.done}>
          {download.data && `${download.data.name} · ${formatBytes(download.data.file.size, language)}`}
        </span>
      </Group>
      {isAsking && (
        <ConfirmDialog
          title={t.transfer.secretsTitle}
          action={t.transfer.secretsYes}
          isDestructive
          isBusy={download.isPending}
          onConfirm={() => download.mutate(true)}
          onClose={() => setAsking(false)}
        >
          <Text>{t.transfer.secretsText}</Text>
          <Text mt="sm">{t.transfer.secretsAudited(profile?.username ?? "")}</Text>
        </ConfirmDialog>
      )}
    </Card>
  );
}
