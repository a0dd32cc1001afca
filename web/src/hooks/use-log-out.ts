import { useCallback } from "react";

import { logOut } from "../api/session";
import { usePageMessages } from "../i18n/page-messages";
import { toError } from "../util/to-error";
import { useErrorNotification } from "./use-error-notification";

/** Returns a function that logs out. If haltere is unreachable or refuses, a notification says so. */
export function useLogOut(): () => void {
  const onError = useErrorNotification(usePageMessages().failed.logOut);
  return useCallback(() => {
    logOut().catch((error: unknown) => onError(toError(error)));
  }, [onError]);
}
