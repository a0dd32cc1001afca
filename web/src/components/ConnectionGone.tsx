import { Link } from "@tanstack/react-router";

import { lastFleetSearch } from "../hooks/last-fleet-search";
import { usePageMessages } from "../i18n/page-messages";
import { linkTo } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";

/** Replaces the page of a connection that does not exist. */
export function ConnectionGone() {
  const t = usePageMessages();
  return (
    <EmptyState title={t.connection.gone}>
      <p>{t.connection.goneText}</p>
      <Link {...linkTo.fleet(lastFleetSearch.get())}>{t.errors.toFleet}</Link>
    </EmptyState>
  );
}
