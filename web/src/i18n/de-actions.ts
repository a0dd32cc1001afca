import type { actionMessages as en } from "./en-actions";

/** The messages of `en-actions.ts` in German. */
export const actionMessages: typeof en = {
  pem: {
    until: (day) => `bis ${day}`,
    expired: (day) => `abgelaufen am ${day}`,
    more: (n) => `und ${n} weitere`,
  },

  merge: {
    changedBy: (who, ago) => `Geändert von \u2068${who}\u2069 ${ago}`,
    choose: "Wählen Sie für jedes Feld, welcher Wert gelten soll. Ihre übrigen Änderungen bleiben.",
    nothingVisible:
      "Nichts, was hier zu sehen ist, wurde geändert. Es kann ein Passwort oder ein privater Schlüssel sein.",
    theirs: "Neu",
    mine: "Ihr Wert",
    take: "Diese Werte übernehmen",
    merged: "Das Formular enthält die gewählten Werte. Speichern Sie, damit sie gelten.",
    secret: "nicht gezeigt",
    none: "keiner",
  },

  duplicate: {
    action: "Duplizieren",
    title: (name) => `Kopie von \u2068${name}\u2069`,
    name: (name) => `Kopie von ${name}`,
    note: "Kennung, Passwort, Client-Kennung, Client-Zertifikat und privater Schlüssel werden nicht kopiert.",
  },

  diagnosis: {
    copy: "Diagnose kopieren",
    copied: "Die Diagnose ist in der Zwischenablage. Sie enthält keine Geheimnisse.",
    notCopied: "Der Browser hat den Zugriff auf die Zwischenablage nicht erlaubt.",
    time: "Zeit",
    orBefore: "oder früher",
    code: "Code",
    reason: "Grund",
    stage: "Schritt",
    address: "Adresse",
    attempt: "Versuch",
    nextTry: "Nächster Versuch",
    test: "Test",
    verdict: "Zertifikate",
  },

  trustAll: {
    found: (n) => `${n} Broker zeigen diese CA vor und scheitern daran.`,
    trust: (n) => `Für alle ${n} vertrauen`,
    names: "Anzeigen",
    replaced: (n) => `${n} davon ${n === 1 ? "vertraut" : "vertrauen"} jetzt einer anderen CA; sie wird ersetzt.`,
    done: (n) => `Der CA wird für ${n === 1 ? "1 Verbindung" : `${n} Verbindungen`} vertraut`,
    undone: (n) => `Der CA wird für ${n === 1 ? "1 Verbindung" : `${n} Verbindungen`} nicht mehr vertraut`,
  },

  labels: {
    add: "Label hinzufügen",
    addText: "Schlüssel=Wert, zum Beispiel site=graz. Nach jedem die Eingabetaste drücken; bis zu 16 je Verbindung.",
    remove: (label: string) => `Label \u2068${label}\u2069 entfernen`,
    set: "Labels setzen",
    unset: "Label entfernen",
    unsetNone: "alle behalten",
  },

  bulkEdit: {
    title: (n) => (n === 1 ? "1 Verbindung bearbeiten" : `${n} Verbindungen bearbeiten`),
    scheme: "Schema",
    schemeText: "Ein Standardport ändert sich mit.",
    keep: "Beibehalten",
    ca: "Vertrauenswürdige CA",
    credentials: "Zugangsdaten",
    replace: "Ersetzen",
    remove: "Entfernen",
    removed: "keine",
    plan: "Was sich ändert",
    unchanged: (n) => `${n} ${n === 1 ? "ist" : "sind"} schon so.`,
    nothing: "Wählen Sie, was sich ändern soll.",
    change: (n) => (n === 1 ? "1 Verbindung ändern" : `${n} Verbindungen ändern`),
    done: (n) => (n === 1 ? "1 Verbindung geändert" : `${n} Verbindungen geändert`),
    undone: (n) =>
      n === 1 ? "Änderung an 1 Verbindung zurückgenommen" : `Änderung an ${n} Verbindungen zurückgenommen`,
    newPassword: "mit neuem Passwort",
  },

  refusedFilters: "Abgelehnte Abonnements",

  outcome: {
    saved: (name) => `\u2068${name}\u2069 ist gespeichert`,
    undone: (name) => `Die Änderung an \u2068${name}\u2069 ist rückgängig gemacht`,
    connecting: (name) => `\u2068${name}\u2069 wird jetzt verbunden`,
    disconnected: (name) => `\u2068${name}\u2069 ist getrennt`,
    sessionEnded: (device) => `Die Sitzung an \u2068${device}\u2069 ist beendet`,
  },

  failed: {
    connect: (name) => `Verbinden mit \u2068${name}\u2069 ist fehlgeschlagen`,
    disconnect: (name) => `Trennen von \u2068${name}\u2069 ist fehlgeschlagen`,
    delete: (name) => `\u2068${name}\u2069 wurde nicht gelöscht`,
    test: "Der Test konnte nicht laufen",
    trust: "Dem Zertifikat wird nicht vertraut",
    undo: "Das ließ sich nicht rückgängig machen",
    save: "Nichts wurde gespeichert",
    switchPlugin: "Das Plugin wurde nicht umgeschaltet",
    endSession: "Die Sitzung wurde nicht beendet",
    endOthers: "Die anderen Sitzungen wurden nicht beendet",
    unreadable: "Was von dieser Verbindung gespeichert ist, ist nicht lesbar; geben Sie es auf ihrer Seite neu ein.",
    logOut: "Sie sind noch angemeldet",
  },

  viewer: {
    showAs: "Anzeigen als",
    kinds: { json: "JSON", text: "Text", hex: "Hex" },
    cut: (size) => `Nur der Anfang wird angezeigt. „Kopieren“ kopiert alle ${size}.`,
  },

  bulk: {
    connect: (n) => (n === 1 ? "1 Broker verbinden?" : `${n} Broker verbinden?`),
    disconnect: (n) => (n === 1 ? "1 Broker trennen?" : `${n} Broker trennen?`),
    delete: (n) => (n === 1 ? "1 Verbindung löschen?" : `${n} Verbindungen löschen?`),
    connectText: "haltere verbindet jetzt und versucht es bei Fehlern automatisch weiter.",
    disconnectText:
      "haltere trennt die Verbindungen und stellt sie erst auf Anforderung wieder her. Die Broker laufen weiter.",
    deleteText:
      "Das entfernt die Verbindungen samt gespeicherten Zugangsdaten und Schlüsseln. Die Broker laufen weiter. Das lässt sich nicht rückgängig machen.",
    unchanged: (n) => (n === 1 ? "1 ist es schon" : `${n} sind es schon`),
    progress: (done, all) => `${done} von ${all}`,
    outcome: (done, failed) => (done > 0 ? `${done} erledigt, ${failed} fehlgeschlagen` : `${failed} fehlgeschlagen`),
    typeNumber: (n) => `Zur Bestätigung ${n} eintippen`,
    done: {
      connect: (n) => `${n} Broker ${n === 1 ? "wird" : "werden"} verbunden`,
      disconnect: (n) => `${n} Broker getrennt`,
      delete: (n) => (n === 1 ? "1 Verbindung gelöscht" : `${n} Verbindungen gelöscht`),
    },
  },
};
