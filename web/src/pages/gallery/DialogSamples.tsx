import { Button, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import type { GalleryMessages } from "../../i18n/gallery";
import { useMessages } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { SidePanel } from "../../ui/SidePanel";

export function DialogSamples({ texts }: { texts: GalleryMessages }) {
  const t = useMessages();
  const [open, setOpen] = useState<"panel" | "dialog">();
  const close = () => setOpen(undefined);
  return (
    <Card title={texts.dialogs}>
      <Group>
        <Button variant="default" onClick={() => setOpen("panel")}>
          {texts.openPanel}
        </Button>
        <Button variant="default" onClick={() => setOpen("dialog")}>
          {texts.openDialog}
        </Button>
      </Group>
      {open === "panel" && <UserPanel texts={texts} onClose={close} />}
      {open === "dialog" && (
        <ConfirmDialog title={texts.question} action={t.delete} isDestructive onConfirm={close} onClose={close}>
          <Text>{texts.consequence}</Text>
        </ConfirmDialog>
      )}
    </Card>
  );
}

function UserPanel({ texts, onClose }: { texts: GalleryMessages; onClose: () => void }) {
  const t = useMessages();
  const [user, setUser] = useState("");
  const [note, setNote] = useState("");
  return (
    <SidePanel
      title={texts.panel}
      form={{ action: t.save, isDirty: user !== "" || note !== "", onSubmit: onClose }}
      onClose={onClose}
    >
      <TextInput
        label={texts.user}
        data-autofocus
        required
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      <TextInput label={texts.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </SidePanel>
  );
}
