import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ApiError, toApiError } from "../api/client";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { errorText } from "./error-text";

function refused(status: number, body: object, retryAfter?: number): ApiError {
  const headers = new Headers(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) });
  return toApiError({ status, headers }, { code: "ANY", message: "In the server's words", ...body });
}

test("a limit is named, with the time to wait", () => {
  const error = refused(429, { limit: "limits.streams_per_user" }, 7);
  expect(errorText(error, en)).toBe(
    "haltere is busy: too many windows are open; close some of them. Try again in 7 s.",
  );
  expect(errorText(error, de)).toContain("Zu viele Fenster sind offen");
  // Also with another status.
  expect(errorText(refused(409, { limit: "imports_per_user" }, 10), en)).toBe(
    "haltere is busy: another import is under way. Try again in 10 s.",
  );
});

test("an unknown limit keeps the server's name and message", () => {
  expect(errorText(refused(503, { limit: "moons" }), en)).toBe(
    "haltere is busy: In the server's words (moons). Try again later.",
  );
  expect(errorText(refused(503, {}), en)).toBe("haltere is busy: In the server's words. Try again later.");
});

test("without a session, the user is asked to log in, in their language", () => {
  const error = refused(401, { code: "UNAUTHORIZED", message: "Unauthorized" });
  expect(errorText(error, en)).toBe("Your session has ended. Log in, then try again.");
  expect(errorText(error, de)).toMatch(/^Ihre Sitzung ist beendet\./);
});

test("too many failed logins don't make haltere busy", () => {
  expect(errorText(refused(429, {}, 300), en)).toBe("Too many attempts. Try again in 5 min.");
  const error = refused(429, { limit: "limits.failed_logins_per_user" }, 30);
  expect(errorText(error, en)).toBe("Too many attempts. Try again in 30 s.");
});

test("every limit in the server's sources has a message in both languages", () => {
  const folder = join(import.meta.dirname, "../../../crates/haltere-api/src");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs"));
  const names = sources.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return Array.from(
      text.matchAll(/"((?:limits\.|server\.max_|refusals\.|imports_per_)\w+)"/g),
      ([, name = ""]) => name,
    );
  });
  expect(new Set(names).size).toBeGreaterThan(4);
  for (const t of [en, de]) {
    const bare = names.filter((limit) => errorText(refused(429, { limit }, 5), t).includes("server's words"));
    expect(bare).toEqual([]);
  }
});

test("a storage failure gives its reason", () => {
  const error = refused(500, { reason: "the database is damaged" });
  expect(errorText(error, en)).toBe(`The database is damaged. ${en.storage.effect}`);
  expect(errorText(refused(500, { reason: "the moon is full" }), en)).toContain("the moon is full");
  const internal = refused(500, { message: "An internal server error occurred", reason: "the database is damaged" });
  expect(errorText(internal, en)).toBe(errorText(error, en));
});

test("a response that is not the API's gives its status", () => {
  const error = toApiError({ status: 502, headers: new Headers() }, undefined);
  expect(errorText(error, en)).toBe("HTTP 502");
});

test("a limit on connections is not one on network connections", () => {
  const message = "Maximum size of all connections reached";
  const error = refused(403, { message, limit: "connections.material_budget" });
  expect(errorText(error, en)).toBe(en.errors.refusals[message]);
});

test("every message of the server that the console may get has a text in both languages", () => {
  /** Those with a field of their own in the body, and those for other clients. */
  const others =
    /^(UNAUTHORIZED|CODE_REQUIRED|WRONG_CODE|REFUSED_TOO_OFTEN|TOO_MANY_ACTIONS|OUTDATED|OTHER_ORIGIN|OTHER_ORIGIN_LOGOUT|TOKEN_IN_URL|TOKEN_EXISTS|TOO_MANY_WRONG_TOKENS|WRONG_TOKENS_LIMIT|BUSY_REASON|WITHOUT_STATUS)$/;
  const source = readFileSync(join(import.meta.dirname, "../../../crates/haltere-api/src/error.rs"), "utf8");
  const messages = Array.from(source.matchAll(/const ([A-Z_]+): &str =\s+"((?:[^"\\]|\\.)+)"/g));
  expect(messages.length).toBeGreaterThan(10);
  const known = messages.filter(([, name = ""]) => !others.test(name) && name !== "ACTIONS_LIMIT");
  for (const t of [en, de]) {
    expect(known.flatMap(([, , text = ""]) => (Object.hasOwn(t.errors.refusals, text) ? [] : [text]))).toEqual([]);
  }
});

test("a message that is not known is said to be the server's", () => {
  expect(errorText(refused(400, {}), en)).toBe("In the server's words");
  expect(errorText(refused(400, {}), de)).toBe("Meldung des Servers: „In the server's words“");
});
