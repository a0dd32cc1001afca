import { Link } from "@tanstack/react-router";

import { useMessages } from "../i18n/language";
import { linkTo } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";

/** Replaces the page of a connection that does not exist. */
export function ConnectionGone() {
  const t = useMessages();
  return (
    <EmptyState title={t.connection.gone}>
      <p>{t.connection.goneText}</p>
      <Link {...linkTo.fleet()}>{t.errors.toFleet}</Link>
    </EmptyState>
  );
}
