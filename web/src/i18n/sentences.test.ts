import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ApiError } from "../api/client";
import { ADVICE } from "./advice";
import { de } from "./de";
import type { Messages } from "./en";
import { en } from "./en";
import { faultText, FAULTS } from "./faults";
import { Sentences } from "./sentences";

const SECTIONS = [
  "reasons",
  "notes",
  "advice",
  "faults",
  "fileContents",
  "importNotes",
  "importReasons",
  "importExceeds",
] as const;
type Section = (typeof SECTIONS)[number];

const SENTENCES = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../openapi/sentences.json"), "utf8"),
) as Record<Section, Record<string, Record<string, string>>>;

const ofImport = ({ transfer: { notes, reasons, exceeds } }: Messages) => ({
  importNotes: notes,
  importReasons: reasons,
  importExceeds: exceeds,
});

const LANGUAGES = {
  en: { ...en, ...FAULTS.en, ...ofImport(en), advice: ADVICE.en },
  de: { ...de, ...FAULTS.de, ...ofImport(de), advice: ADVICE.de },
};

/** The names of the parameters in a template. */
const parameters = (template: string) => Array.from(template.matchAll(/\{(\w+)\}/g), ([, name]) => name);

for (const [language, messages] of Object.entries(LANGUAGES)) {
  for (const section of SECTIONS) {
    const templates: Record<string, string> = messages[section];

    test(`${language}: every sentence of the server's ${section} has a text, and only those`, () => {
      expect(Object.keys(templates).toSorted()).toEqual(Object.keys(SENTENCES[section]).toSorted());
    });

    test(`${language}: the texts of ${section} use only parameters that the server sends`, () => {
      for (const [key, kinds] of Object.entries(SENTENCES[section])) {
        const unknown = parameters(templates[key] ?? "").filter((name) => !Object.hasOwn(kinds, name ?? ""));
        expect(unknown, key).toEqual([]);
      }
    });

    test(`${language}: the texts of ${section} are not for users of the API or the command line`, () => {
      for (const text of Object.values(templates)) {
        expect(text).not.toMatch(
          /PUT \/api|the field|fields? cert|rejectUnauthorized|tls\.(serverName|alpn)| --(ca|cert|alpn|username|insecure)\b/,
        );
      }
    });
  }
}

test("a parameter's name says how it is shown", () => {
  const special: Record<string, string> = { date: "date", time: "time", certificate: "whose", content: "found" };
  for (const kinds of Object.values(SENTENCES).flatMap((section) => Object.values(section))) {
    for (const [name, kind] of Object.entries(kinds)) {
      const isSpecial = Object.values(special).includes(name);
      expect(special[kind] ?? (isSpecial ? undefined : name)).toBe(name);
    }
  }
});

test("the owners of certificates have the same names in all languages", () => {
  expect(Object.keys(de.certificateOwners)).toEqual(Object.keys(en.certificateOwners));
});

const german = new Sentences(de as Messages, "de");

test("a failure is a sentence with its notes; a value from outside is isolated", () => {
  const error = {
    code: "ERR",
    message: "English; more English",
    stage: "tls" as const,
    reason: { key: "certificateExpired", params: { whose: "broker", date: "2026-12-19T10:00:00Z" } },
    notes: [{ key: "tlsSettingsUnused", params: {} }],
  };
  const { text, lang } = german.failure(error);
  expect(lang).toBeUndefined();
  expect(text).toMatch(/^Das Zertifikat des Brokers ist am 19\.12\.2026 abgelaufen\. Das Plugin/);
  const named = { ...error, notes: [{ key: "brokerWords", params: { text: "\u05d0" } }] };
  expect(german.failure(named).text).toMatch(/Meldung des Brokers: \u2068\u05d0\u2069$/);
});

test("a sentence without a text, or without its parameters, is the server's", () => {
  const error = { code: "ERR", message: "English", stage: "tcp" as const };
  const server = { text: "English", lang: "en" };
  expect(german.failure(error)).toEqual(server);
  expect(german.failure({ ...error, reason: { key: "ofTomorrow", params: {} } })).toEqual(server);
  expect(german.failure({ ...error, reason: { key: "constructor", params: {} } })).toEqual(server);
  expect(german.failure({ ...error, reason: { key: "connectionRefused", params: {} } })).toEqual(server);
  expect(new Sentences(en, "en").failure(error)).toEqual({ text: "English" });
});

test("a value in a command is as it has to be typed", () => {
  const [line] = german.advice(ADVICE.de, {
    advice: ["English"],
    adviceKeys: [{ key: "checkListening", params: { port: 1883 } }],
  });
  expect(line?.text).toContain("`ss -ltn 'sport = :1883'`");
});

const germanFault = (key: string, params: object) =>
  faultText(new ApiError(400, "INVALID", "ca: English", { fault: { key, params } }), "de");

test("a fault of a field is a sentence in the user's language", () => {
  const params = { found: "pkcs12", command: "openssl pkcs12 -in FILE -nodes -out all.pem" };
  expect(germanFault("noCertificateButConvertible", params)).toBe(
    "Enthält kein Zertifikat, sondern eine PKCS-#12-Datei (.p12, .pfx). Umwandeln lässt sich das mit: `openssl pkcs12 -in FILE -nodes -out all.pem`",
  );
  expect(germanFault("noCertificateBut", { found: "ofTomorrow" })).toBeUndefined();
  expect(germanFault("tooLong", {})).toBeUndefined();
  expect(faultText(new ApiError(400, "INVALID", "ca: English"), "de")).toBeUndefined();
});
