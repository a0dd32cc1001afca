import type * as en from "./en-field-names";

/** The messages of `en-field-names.ts` in German. */
export const fieldNames: typeof en.fieldNames = {
  name: "Name",
  url: "URL",
  id: "Kennung",
  labels: "Labels",
  "credentials.username": "Benutzername",
  "credentials.password": "Passwort",
  "credentials.clientId": "MQTT-Client-Kennung",
  rejectUnauthorized: "Zertifikatsprüfung",
  ca: "CA",
  cert: "Client-Zertifikat",
  key: "Privater Schlüssel",
  "tls.alpn": "ALPN",
  "tls.serverName": "Servername (SNI)",
  noMetricsMode: "Version und Laufzeit ($SYS)",
  caFile: "Datei der CA",
  certFile: "Datei des Zertifikats",
  keyFile: "Datei des Schlüssels",
};
