import { Link } from "@tanstack/react-router";

import { useWords } from "../i18n/language";
import { useTitle } from "../hooks/use-title";
import { Empty } from "../ui/Empty";

/** There is no page at this address. */
export function NotFoundPage() {
  const words = useWords();
  useTitle(words.errors.notFound);
  return (
    <Empty title={words.errors.notFound}>
      <Link to="/">{words.errors.toFleet}</Link>
    </Empty>
  );
}
