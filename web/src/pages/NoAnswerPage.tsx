import { Button } from "@mantine/core";
import { useState } from "react";

import { ApiFailure } from "../api/client";
import { useProfileFailure } from "../api/session";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Front } from "../ui/Front";
import { failureText } from "../util/failure-text";

/** Says why there is nothing to show yet; nothing while the first answer is on its way. */
export function NoAnswerPage() {
  const { failure, askNow } = useProfileFailure();
  // What is known stays while haltere is asked again.
  const [known, setKnown] = useState(failure);
  if (failure && failure !== known) setKnown(failure);
  return known && <NoAnswer failure={known} onAgain={askNow} />;
}

function NoAnswer({ failure, onAgain }: { failure: Error; onAgain: () => void }) {
  const words = useWords();
  const isBusy = failure instanceof ApiFailure && failure.isBusy;
  const title = isBusy ? words.offline.busy : words.offline.title;
  useTitle(title);
  return (
    <Front product={words.product} title={title} text={words.offline.keepsTrying}>
      <p role="alert">{failureText(failure, words)}</p>
      <Button fullWidth mt="md" onClick={onAgain}>
        {words.retry}
      </Button>
    </Front>
  );
}
