import { Button, Group, Modal, Switch, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useProfile } from "../../api/session";
import { exportConnections } from "../../api/transfer";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { bytes } from "../../util/bytes";
import { failureText } from "../../util/failure-text";
import { may } from "../../util/may";
import { offer } from "../../util/offer";
import classes from "./Export.module.css";
import { Failure } from "./Failure";

/** All connections as a file. */
export function Export() {
  const words = useWords();
  const language = useLanguage();
  const profile = useProfile();
  const [secrets, setSecrets] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const download = useMutation({
    mutationFn: exportConnections,
    onSuccess: ({ file, name }) => offer(file, name),
    onSettled: () => setAsking(false),
    gcTime: 0,
  });
  return (
    <Card title={words.transfer.exportTitle}>
      <p className={classes.text}>{words.transfer.exportText}</p>
      {download.error && <Failure title={words.transfer.notExported} text={failureText(download.error, words)} />}
      {may(profile, "exportSecrets") ? (
        <Switch
          label={words.transfer.withSecrets}
          description={words.transfer.withSecretsText}
          checked={secrets}
          onChange={(event) => setSecrets(event.currentTarget.checked)}
        />
      ) : (
        <p className={classes.text}>{words.transfer.secretsForAdmins}</p>
      )}
      <Group mt="md">
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={download.isPending && !isAsking}
          onClick={() => (secrets ? setAsking(true) : download.mutate(false))}
        >
          {words.transfer.download}
        </Button>
        <span role="status" className={classes.done}>
          {download.data && `${download.data.name} · ${bytes(download.data.file.size, language)}`}
        </span>
      </Group>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={words.transfer.secretsTitle} centered>
        <Text>{words.transfer.secretsText}</Text>
        <Text mt="sm">{words.transfer.secretsAudited(profile?.username ?? "")}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {words.cancel}
          </Button>
          <Button color="red" loading={download.isPending} onClick={() => download.mutate(true)}>
            {words.transfer.secretsYes}
          </Button>
        </Group>
      </Modal>
    </Card>
  );
}
