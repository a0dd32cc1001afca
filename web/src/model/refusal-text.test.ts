import { expect, test } from "vitest";

import { toApiError } from "../api/client";
import { de } from "../i18n/de";
import type { Messages } from "../i18n/en";
import { en } from "../i18n/en";
import { refusalText } from "./refusal-text";

const refused = (status: number, body: object) => toApiError({ status, headers: new Headers() }, body);

test("a refusal names the field, in the user's language", () => {
  const error = refused(400, {
    code: "INVALID",
    message: "url: the host is missing",
    fault: { key: "noHost", params: {} },
  });
  expect(refusalText(error, en, "en")).toBe("URL: The host is missing.");
});

test("a connection that can't be read says so, and why", () => {
  const error = refused(409, {
    code: "CONFLICT",
    message: "the stored connection can't be read: credentials.password: it was sealed with another key",
    longError: "credentials.password: it was sealed with another key",
    fault: { key: "sealedWithOtherKey", params: {} },
  });
  expect(refusalText(error, en, "en")).toBe(
    "What is stored of this connection can't be read; open it to enter it again. Password: It was encrypted with another key.",
  );
  expect(refusalText(error, de as Messages, "de")).toBe(
    "Was von dieser Verbindung gespeichert ist, ist nicht lesbar; geben Sie es auf ihrer Seite neu ein. Passwort: Der Wert wurde mit einem anderen Schlüssel verschlüsselt.",
  );
});
