import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useRef } from "react";

import { useFocusHandover } from "../hooks/use-focus-handover";
import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import classes from "./PagesEnd.module.css";

interface Props {
  query: UseInfiniteQueryResult<InfiniteData<unknown>>;
  /** Whether the pages that are loaded have no entries. */
  isEmpty: boolean;
  /** Says that there are no older entries. */
  end: string;
  /** The button that shows older entries. */
  more: string;
}

/** Follows a list that is loaded in pages: the button for the next one, or the end of the list. */
export function PagesEnd({ query, isEmpty, end, more }: Props) {
  const t = useMessages();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const note = useRef<HTMLParagraphElement>(null);
  const button = useFocusHandover(note);
  return (
    <>
      {/* That of an older page; the button tries again. */}
      {data && error && <p role="alert">{errorText(error, t)}</p>}
      {data && data.pages.length > 1 && !hasNextPage && !isEmpty && (
        <p ref={note} className={classes.end}>
          {end}
        </p>
      )}
      {hasNextPage && (
        <BusyButton
          ref={button}
          variant="default"
          mt="md"
          isBusy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {more}
        </BusyButton>
      )}
    </>
  );
}
