import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";

import { deletionQuery } from "../api/audit";
import { hasPermission, useProfile } from "../api/session";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import { usePageMessages } from "../i18n/page-messages";
import { linkTo } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";
import { focusHeading } from "../util/focus-heading";
import { LocalTime } from "./LocalTime";

interface Props {
  /** Undefined if none is named. */
  connectionId: string | undefined;
  /** Whether it replaces what was shown of the connection until it was deleted. */
  wasShown?: boolean;
}

/** Replaces the page of a connection that does not exist; to users who may see the audit trail it says who deleted it. */
export function ConnectionGone({ connectionId, wasShown = false }: Props) {
  const t = usePageMessages();
  const isAllowed = hasPermission(useProfile(), "audit.list");
  const { data: deletion } = useQuery({
    ...deletionQuery(connectionId ?? ""),
    enabled: isAllowed && connectionId !== undefined,
  });
  // What had the focus is gone with the connection.
  useEffect(() => {
    if (wasShown && document.activeElement === document.body) focusHeading();
  }, [wasShown]);
  return (
    <EmptyState title={t.connection.gone}>
      <p>
        {deletion ? (
          <LocalTime time={deletion.timestamp} format={(time) => t.connection.deletedBy(deletion.actor, time)} />
        ) : (
          t.connection.goneText
        )}
      </p>
      <Link {...linkTo.fleet(lastFleetSearch.get())}>{t.errors.toFleet}</Link>
    </EmptyState>
  );
}
