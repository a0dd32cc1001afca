import { Fragment } from "react";

import type { SentencePart } from "../../model/audit-sentence";

/** A sentence with the names in it emphasized. */
export function Sentence({ parts }: { parts: readonly SentencePart[] }) {
  // The parts of a sentence don't move.
  return parts.map(({ text, isName }, index) =>
    // oxlint-disable-next-line react/no-array-index-key
    isName ? <strong key={index}>{text}</strong> : <Fragment key={index}>{text}</Fragment>,
  );
}
