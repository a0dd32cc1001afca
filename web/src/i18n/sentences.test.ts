import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ApiError } from "../api/client";
import { ADVICE } from "./advice";
import { de } from "./de";
import { details as germanDetails } from "./de-details";
import type { Messages } from "./en";
import { en } from "./en";
import { details as englishDetails } from "./en-details";
import { faultText, FAULTS } from "./faults";
import { isKey, Sentences } from "./sentences";

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

type Kinds = Record<string, Record<string, string>>;

/** Sentences within sentences are in sections of their own, by the name of the parameter. */
const { details: DETAILS, ...SENTENCES } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../openapi/sentences.json"), "utf8"),
) as Record<Section, Kinds> & { details: Record<string, Kinds> };

const ofImport = ({ transfer: { notes, reasons, exceeds } }: Messages) => ({
  importNotes: notes,
  importReasons: reasons,
  importExceeds: exceeds,
});

const LANGUAGES = {
  en: { ...en, ...FAULTS.en, ...ofImport(en), advice: ADVICE.en, details: englishDetails },
  de: { ...de, ...FAULTS.de, ...ofImport(de), advice: ADVICE.de, details: germanDetails },
};

/** The names of the parameters in a template. */
const parameters = (template: string) => Array.from(template.matchAll(/\{(\w+)\}/g), ([, name]) => name);

for (const [language, messages] of Object.entries(LANGUAGES)) {
  const { fault: _fault, found: _found, field: _field, ...details } = messages.details;
  const ALL: [string, Record<string, string>, Kinds][] = [
    ...SECTIONS.map(
      (section) => [section, messages[section], SENTENCES[section]] as [string, typeof messages.notes, Kinds],
    ),
    ...Object.entries(details).map(
      ([name, texts]) => [name, texts, DETAILS[name] ?? {}] as [string, typeof texts, Kinds],
    ),
  ];

  test(`${language}: every kind of sentence within a sentence has texts`, () => {
    expect(Object.keys(details).toSorted()).toEqual(Object.keys(DETAILS).toSorted());
    expect(Object.keys(details).filter((name) => !isKey(name))).toEqual([]);
  });

  for (const [section, templates, sentences] of ALL) {
    test(`${language}: every sentence of the server's ${section} has a text, and only those`, () => {
      expect(Object.keys(templates).toSorted()).toEqual(Object.keys(sentences).toSorted());
    });

    test(`${language}: the texts of ${section} use only parameters that the server sends`, () => {
      for (const [key, kinds] of Object.entries(sentences)) {
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
  for (const name of ["fault", ...Object.keys(DETAILS)]) special[name] = name;
  const sections = [...Object.values(SENTENCES), ...Object.values(DETAILS)];
  for (const kinds of sections.flatMap((section) => Object.values(section))) {
    for (const [name, kind] of Object.entries(kinds)) {
      const isSpecial = Object.values(special).includes(name);
      expect(special[kind] ?? (isSpecial ? undefined : name)).toBe(name);
    }
  }
});

test("words of others are quoted", () => {
  for (const [language, quotes] of [
    ["en", ["“", "”"]],
    ["de", ["„", "“"]],
  ] as const) {
    const sections = [...Object.entries(SENTENCES), ...Object.entries(DETAILS)];
    for (const [section, sentences] of sections) {
      const messages = LANGUAGES[language];
      const templates = { ...messages, ...messages.details }[section as Section] as Record<string, string>;
      for (const [key, kinds] of Object.entries(sentences)) {
        // The number of a status may be followed by words, which the server quotes.
        const names = Object.keys(kinds).filter((name) => kinds[name] === "words" && name !== "status");
        for (const name of names) {
          const unquoted = templates[key]?.replaceAll(`${quotes[0]}{${name}}${quotes[1]}`, "");
          // What older versions have stored is a whole message.
          if (key !== "text") expect(unquoted, key).not.toContain(`{${name}}`);
        }
      }
    }
  }
});

test("the owners of certificates have the same names in all languages", () => {
  expect(Object.keys(de.certificateOwners)).toEqual(Object.keys(en.certificateOwners));
});

const german = new Sentences(de as Messages, "de", germanDetails);

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
  expect(german.failure(named).text).toMatch(/Meldung des Brokers: „\u2068\u05d0\u2069“$/);
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
  const [line] = german.advice(ADVICE.de, FAULTS.de.faults, {
    advice: ["English"],
    adviceKeys: [{ key: "checkListening", params: { port: 1883 } }],
  });
  expect(line?.text).toContain("`ss -ltn 'sport = :1883'`");
});

test("a sentence within a sentence is in the user's language, with its parameters", () => {
  const params = {
    peer: "10.0.0.7:1883",
    io: "alertReceived",
    alert: "unnamedAlert",
    number: 7,
  };
  const failed = { code: "EIO", message: "English", stage: "mqtt" as const };
  expect(german.failure({ ...failed, reason: { key: "connectionFailed", params } }).text).toBe(
    "Die Verbindung zu 10.0.0.7:1883 ist gescheitert: Der Broker hat einen TLS-Alert gesendet (Alert 7).",
  );
  const system = { peer: "10.0.0.7:1883", io: "system", words: "No buffer space available (os error 105)" };
  expect(german.failure({ ...failed, reason: { key: "connectFailed", params: system } }).text).toBe(
    "haltere kann sich nicht mit 10.0.0.7:1883 verbinden: Das Betriebssystem meldet „No buffer space available (os error 105)“.",
  );
  const settings = { field: "key", fault: "noKeyBut", found: "dsaKey" };
  expect(german.failure({ ...failed, reason: { key: "tlsSettings", params: settings } }).text).toBe(
    "Die TLS-Einstellungen dieser Verbindung sind unbrauchbar. Privater Schlüssel: Enthält keinen privaten Schlüssel, sondern einen DSA-Schlüssel, den TLS nicht mehr verwendet.",
  );
  const ofTomorrow = { ...params, io: "ofTomorrow" };
  expect(german.failure({ ...failed, reason: { key: "connectionFailed", params: ofTomorrow } }).lang).toBe("en");
});

test("a cause is missing until its texts are loaded", () => {
  const reason = { key: "connectionFailed", params: { peer: "10.0.0.7:1883", io: "aborted" } };
  const failed = { code: "EIO", message: "English", stage: "mqtt" as const, reason };
  const { text } = new Sentences(de as Messages, "de").failure(failed);
  expect(text).toBe("Die Verbindung zu 10.0.0.7:1883 ist gescheitert: …");
});

test("advice names a field that can't be read, and why, in the user's language", () => {
  const params = { field: "credentials.password", fault: "sealedWithOtherKey" };
  const [line] = german.advice(ADVICE.de, FAULTS.de.faults, {
    advice: ["English"],
    adviceKeys: [{ key: "unreadable", params }],
  });
  expect(line?.text).toContain("„Passwort“: Der Wert wurde mit einem anderen Schlüssel verschlüsselt.");
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
