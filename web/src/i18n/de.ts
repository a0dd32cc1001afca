import { coreMessages } from "./de-core";
import { pageMessages } from "./de-pages";
import type { Messages } from "./en";

/** All messages in German, for tests. */
export const de: Messages = { ...coreMessages, ...pageMessages };
