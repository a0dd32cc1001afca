import { coreMessages } from "./en-core";
import { pageMessages } from "./en-pages";

/** All messages in English, for tests. */
export const en = { ...coreMessages, ...pageMessages };

/** The type of every catalogue of messages. */
export type Messages = typeof en;
