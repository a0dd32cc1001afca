import { Link } from "@tanstack/react-router";

import { lastFleetSearch } from "../hooks/last-fleet-search";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useMessages } from "../i18n/language";
import { linkTo } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";

/** The page for unknown paths. */
export function NotFoundPage() {
  const t = useMessages();
  useDocumentTitle(t.errors.notFound);
  return (
    <EmptyState title={t.errors.notFound}>
      <Link {...linkTo.fleet(lastFleetSearch.get())}>{t.errors.toFleet}</Link>
    </EmptyState>
  );
}
