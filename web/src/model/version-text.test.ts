import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { en } from "../i18n/en";
import { versionText } from "./version-text";

const UP_SINCE = 1_000_000;

const textOf = (broker: Partial<Connection["broker"]>, after: number) =>
  versionText(
    { broker, status: { timestamp: UP_SINCE, state: "online", connected: true } } as Connection,
    UP_SINCE + after,
    en,
  );

test("a broker that has just been connected gets time to report its version", () => {
  const { unknownVersion } = en.connection;
  expect(textOf({}, 0)).toBe(unknownVersion.asked);
  expect(textOf({}, 59_999)).toBe(unknownVersion.asked);
  expect(textOf({}, 60_000)).toBe(unknownVersion.granted);
  // What is known needs no time.
  expect(textOf({ sys: "denied" }, 0)).toBe(unknownVersion.denied);
  expect(textOf({ version: "mosquitto version 2.0.11" }, 0)).toBe("mosquitto version 2.0.11");
});
