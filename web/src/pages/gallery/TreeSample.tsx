import { useState } from "react";

import { useQueryText } from "../../components/use-query-state";
import type { GalleryMessages } from "../../i18n/gallery";
import { Card } from "../../ui/Card";
import { Tree } from "../../ui/tree/Tree";
import { TREE } from "./samples";

export function TreeSample({ texts }: { texts: GalleryMessages }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(["works", "hostile"]));
  const [selected, setSelected] = useQueryText("topic");
  const toggle = (id: string) => {
    const after = new Set(open);
    if (!after.delete(id)) after.add(id);
    setOpen(after);
  };
  return (
    <Card title={texts.tree}>
      <Tree
        label={texts.topics}
        nodes={TREE}
        open={open}
        onToggle={toggle}
        selected={selected || undefined}
        onSelect={setSelected}
      />
    </Card>
  );
}
