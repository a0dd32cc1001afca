import { useEffect } from "react";

/** Sets the title of the browser tab. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · haltere`;
    // The login in front of a page gives the title back.
    return () => {
      document.title = before;
    };
  }, [title]);
}
