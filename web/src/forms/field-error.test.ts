import { expect, test } from "vitest";

import { ApiError } from "../api/client";
import { CONNECTION_BODIES, requestProperties } from "../api/request-properties";
import { EMPTY_DRAFT } from "./draft";
import { fieldError, isEdited } from "./field-error";

const refusal = (message: string) => new ApiError(400, "INVALID", message);

/** Properties that the form does not send. */
const NOT_IN_FORM = ["caFile", "certFile", "keyFile"];

for (const body of CONNECTION_BODIES) {
  test(`every property of ${body} that the server can refuse has a field`, () => {
    const named = requestProperties(body);
    expect(named).toEqual(
      expect.arrayContaining(["name", "url", "credentials.password", "ca.data", "tls.alpn", "key"]),
    );
    const without = named.filter((path) => fieldError(refusal(`${path}: is wrong`), "en") === undefined);
    expect(without).toEqual(NOT_IN_FORM);
  });
}

test("a refusal is taken apart into field and reason", () => {
  expect(fieldError(refusal("key: does not belong to the first certificate in cert"), "en")).toEqual({
    field: "key",
    text: "does not belong to the first certificate in cert",
  });
  expect(fieldError(refusal("tls.alpn[1]: is too long"), "en")?.field).toBe("alpn");
  expect(fieldError(refusal("ca.data: must be base64"), "en")?.field).toBe("ca");
  expect(fieldError(refusal("credentials.domain: is unknown"), "en")?.field).toBe("username");
});

test("a refusal with a key is in the user's language", () => {
  const fault = { key: "tooManyBytes", params: { max: 65_535 } };
  const error = new ApiError(400, "INVALID", "credentials.clientId: must be at most 65535 bytes long", { fault });
  expect(fieldError(error, "de")).toEqual({ field: "clientId", text: "Höchstens 65535 Bytes." });
});

test("a refusal that names no field, or none of the form's, has none", () => {
  for (const message of ["already exists", "caFile: is too long", "body: is not JSON", "toString: x"]) {
    expect(fieldError(refusal(message), "en"), message).toBeUndefined();
  }
  expect(fieldError(new ApiError(0, "UNREACHABLE", "url: nothing answered"), "en")).toBeUndefined();
  expect(fieldError(new Error("url: wrong"), "en")).toBeUndefined();
  expect(fieldError(null, "en")).toBeUndefined();
});

test("an error no longer applies once its field, or the one checked with it, is edited", () => {
  expect(isEdited("key", EMPTY_DRAFT, { ...EMPTY_DRAFT, cert: "a" })).toBe(true);
  expect(isEdited("username", EMPTY_DRAFT, { ...EMPTY_DRAFT, password: "a" })).toBe(true);
  expect(isEdited("url", EMPTY_DRAFT, { ...EMPTY_DRAFT, name: "a" })).toBe(false);
});
