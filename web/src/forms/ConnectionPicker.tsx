import { useMemo } from "react";

import type { Connection } from "../api/schema";
import { usePageMessages } from "../i18n/page-messages";
import { PickList } from "./PickList";

interface Props {
  title?: string;
  /** By name. */
  connections: readonly Connection[];
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** Chooses connections. */
export function ConnectionPicker({ title, connections, ...props }: Props) {
  const t = usePageMessages();
  const items = useMemo(
    () => connections.map(({ id, name }) => ({ id, name, ...(id !== name && { detail: id }) })),
    [connections],
  );
  return (
    <PickList
      field="connections"
      title={title ?? t.scope.connections}
      find={t.scope.findConnection}
      items={items}
      {...props}
    />
  );
}
