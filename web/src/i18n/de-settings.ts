import type { settingsMessages as en } from "./en-settings";

/** The messages of `en-settings.ts` in German. */
export const settingsMessages: typeof en = {
  transfer: {
    title: "Import und Export",
    noRight: "Ihre Rolle erlaubt es nicht, Verbindungen zu importieren oder zu exportieren.",
    noRightText: "Bitten Sie einen Administrator um die Rolle Verbindungsverwalter.",
    importTitle: "Import",
    importText:
      "config.json des Management Center for Mosquitto, ein Export von haltere oder eine gespeicherte Antwort von GET /api/connections. Vor dem Speichern sehen Sie eine Vorschau jedes Eintrags.",
    drop: "Datei hier ablegen, oder",
    paste: "Oder den Inhalt einfügen",
    check: "Prüfen",
    pasted: "Eingefügter Text",
    tooLarge: "Das ist zu groß",
    tooLargeText: (size, limit) =>
      `Es sind ${size}, und haltere nimmt ${limit} auf einmal. Nichts wurde gesendet. Teilen Sie es auf, oder benutzen Sie haltere import auf dem Server.`,
    notRead: "Das lässt sich nicht importieren",
    notImported: "Nichts wurde importiert",
    notExported: "Export fehlgeschlagen",
    stages: { checking: "Wird geprüft …", storing: "Wird gespeichert …" },
    sources: {
      mmc: "aus dem Management Center for Mosquitto",
      haltere: "ein Export von haltere",
      list: "eine Liste von Verbindungen",
    },
    planStatus: {
      ready: (n) =>
        n === 1
          ? "1 Verbindung ist neu und kann importiert werden."
          : `${n} Verbindungen sind neu und können importiert werden.`,
      refused: (n) => `${n === 1 ? "1 Eintrag hat" : `${n} Einträge haben`} Fehler.`,
      nothingNew: () => "Die Datei enthält nichts Neues.",
      empty: () => "Die Datei enthält keine Verbindungen.",
    },
    refusedChoice: (good) =>
      good > 0
        ? "Beheben Sie die Fehler in der Datei und importieren Sie sie erneut, oder importieren Sie nur die gültigen Einträge."
        : "Beheben Sie die Fehler in der Datei, und importieren Sie sie erneut.",
    importGood: (n) => (n === 1 ? "Nur den gültigen Eintrag importieren" : `Nur die ${n} gültigen importieren`),
    credentialsMoved: (n) =>
      `In ${n === 1 ? "1 Eintrag" : `${n} Einträgen`} ziehen Benutzername und Passwort aus der URL in eigene Felder um.`,
    pathDropped: (n) => `In ${n === 1 ? "1 Eintrag" : `${n} Einträgen`} entfällt der Pfad der URL: mqtt:// hat keinen.`,
    notes: {
      passwordMissing: "Das Passwort steht nicht in der Datei: Geben Sie es ein, und verbinden Sie dann.",
      keyMissing:
        "Der private Schlüssel steht nicht in der Datei, darum wird auch das Zertifikat nicht übernommen: Geben Sie beide ein, und verbinden Sie dann.",
      disconnected: "Wird getrennt importiert.",
      caFileNotRead: "caFile bleibt stehen, aber die Datei wird nicht gelesen: Geben Sie ihren Inhalt als CA ein.",
      certFileNotRead:
        "certFile bleibt stehen, aber die Datei wird nicht gelesen: Geben Sie ihren Inhalt als Zertifikat ein.",
      keyFileNotRead:
        "keyFile bleibt stehen, aber die Datei wird nicht gelesen: Geben Sie ihren Inhalt als privaten Schlüssel ein.",
      notTakenOver: "{property} wird nicht übernommen.",
      urlPasswordAlone: "Das Passwort in der URL wird nicht übernommen, weil der Benutzername fehlt.",
      urlUserName: "Der Benutzername in der URL wird nicht übernommen, denn unter credentials steht einer.",
      urlCredentials:
        "Benutzername und Passwort in der URL werden nicht übernommen, denn unter credentials stehen eigene.",
      urlCredentialsMoved: "Benutzername und Passwort ziehen aus der URL in eigene Felder um.",
      urlPathDropped:
        "Der Pfad der URL entfällt, denn mqtt:// und mqtts:// haben keinen. Spricht der Broker dort MQTT über WebSocket, nehmen Sie ws:// oder wss://",
    },
    reasons: {
      idAndName: "Kennung und Name sind schon da.",
      id: "Die Kennung ist schon da, unter dem Namen {name}.",
      name: "Der Name ist schon da, unter der Kennung {id}.",
      twoOthers: "Die Kennung ist schon da, unter dem Namen {name}, und der Name unter der Kennung {id}.",
      hidden: "Die Kennung oder der Name ist schon da.",
    },
    exceeds: {
      connectionsMax:
        "Mit {new} weiteren wären es {all} Verbindungen; die Konfiguration erlaubt {max} (connections.max).",
      materialBudget:
        "Mit {new} weiteren wären es {all} Bytes in allen Verbindungen; die Konfiguration erlaubt {max} (connections.material_budget).",
    },
    exceeded: "Davon kann nichts importiert werden.",
    refused: "Inzwischen hat sich etwas geändert. So steht es jetzt um die Datei:",
    import: (n) => (n === 1 ? "1 Verbindung importieren" : `${n} Verbindungen importieren`),
    other: "Andere Datei wählen",
    change: "Text bearbeiten",
    notTakenOver: "Übersprungen (keine Verbindungen):",
    outcomes: { create: "neu", skip: "schon da", refuse: "mit Fehlern" },
    entries: "Einträge der Datei",
    nameless: "ohne Namen",
    position: "Seine Position unter den Verbindungen der Datei",
    imported: (n) => (n === 1 ? "1 Verbindung ist importiert." : `${n} Verbindungen sind importiert.`),
    skipped: (n) => (n === 1 ? "1 war schon da." : `${n} waren schon da.`),
    dialling: "haltere verbindet sich mit den neuen Brokern",
    leftOutCount: (n) => (n === 1 ? "1 blieb wegen Fehlern draußen." : `${n} blieben wegen Fehlern draußen.`),
    leftOut: "Nicht importiert",
    toDo: "Noch zu tun",
    changedUrls: "Geänderte URLs",
    exportTitle: "Export",
    exportText:
      "Alle Verbindungen in einer Datei, die sich wieder importieren lässt. Ohne Passwörter und private Schlüssel ist sie zum Ansehen und Vergleichen; Verbindungen, die sie brauchen, werden getrennt importiert.",
    withSecrets: "Mit Passwörtern und privaten Schlüsseln",
    withSecretsText: "Eine vollständige Sicherung: Ihr Import stellt jede Verbindung wieder her.",
    secretsForAdmins: "Passwörter und private Schlüssel bleiben weg; nur Administratoren dürfen sie exportieren.",
    download: "Herunterladen",
    secretsTitle: "Passwörter und private Schlüssel exportieren?",
    secretsText: "Sie stehen lesbar in der Datei. Wer sie hat, kann sich an Ihren Brokern anmelden.",
    secretsAudited: (user) => `Das Audit-Protokoll hält fest, dass ${user} sie exportiert hat.`,
    secretsYes: "Mit Geheimnissen herunterladen",
  },

  settings: {
    pluginsText: "Teile der API, die sich ein- und ausschalten lassen, benannt wie im Management Center for Mosquitto.",
    source: {
      default: "Voreinstellung",
      configuration: "in der Konfiguration gesetzt",
      administrator: "hier geändert",
    },
    fixed: "Immer an.",
    descriptions: {
      "connections-rest-api":
        "Verbindungen anlegen, ändern und löschen, über HTTP und in dieser Konsole. Aus: Beide zeigen nur an.",
      tls: "CAs und Zertifikate von Verbindungen. Aus: Sie bleiben gespeichert, werden aber nicht benutzt; Broker werden nur gegen die CAs des Systems geprüft.",
      "multiple-connections": "Mehr als ein Broker.",
      "user-profile-edit": "Alle dürfen ihr eigenes Passwort ändern.",
      "user-management":
        "Benutzer verwalten, über HTTP und in dieser Konsole. Aus: Benutzer lassen sich nur auf der Kommandozeile verwalten.",
      "application-tokens": "Programme melden sich mit Zugriffstokens an. Aus: Kein Zugriffstoken gilt.",
    },
    noRight: "Nur Administratoren sehen die Plugins.",
    switched: (id, on) => `${id} ist ${on ? "eingeschaltet" : "ausgeschaltet"}`,
    switching: {
      parts: {
        ca: (n) => `${n} mit eigener CA`,
        clientCertificate: (n) => `${n} mit Client-Zertifikat`,
        unverified: (n) => `${n} ohne Prüfung des Zertifikats des Brokers`,
      },
      title: (id, on) => `${id} ${on ? "einschalten" : "ausschalten"}?`,
      on: "Einschalten",
      off: "Ausschalten",
      effect: (id, on, { connections = 0, up = 0, users = 0, tokens = 0 }) => {
        if (id === "tls") {
          const which = `${connections} ${connections === 1 ? "Verbindung hat" : "Verbindungen haben"} eine eigene CA, ein Client-Zertifikat oder andere eigene TLS-Einstellungen.`;
          return on
            ? `${which} Die Einstellungen gelten wieder, und haltere verbindet sich neu mit diesen Brokern.`
            : `${which} Ohne sie sind die meisten dieser Broker nicht erreichbar: ${up} dieser Verbindungen ${up === 1 ? "steht" : "stehen"} jetzt.`;
        }
        if (id === "connections-rest-api") {
          return on
            ? `Verbindungen sind über HTTP wieder zu sehen und zu ändern: ${connections}.`
            : `Programme sehen und ändern Verbindungen nicht mehr über HTTP (${connections}), und diese Konsole zeigt nur noch an. Die Verbindungen selbst bleiben, wie sie sind.`;
        }
        if (id === "user-management") {
          return on
            ? "Benutzer können wieder über HTTP verwaltet werden."
            : `Benutzer lassen sich nur noch auf der Kommandozeile verwalten. Es gibt ${users}.`;
        }
        if (id === "application-tokens") {
          return on
            ? `Zugriffstokens gelten wieder: ${tokens}.`
            : `Programme können sich nicht mehr mit Zugriffstokens anmelden (${tokens}).`;
        }
        const who = users === 1 ? "Ein Benutzer kann" : `${users} Benutzer können`;
        return on ? `${who} das eigene Passwort wieder ändern.` : `${who} das eigene Passwort nicht mehr ändern.`;
      },
    },
  },

  profile: {
    title: "Profil",
    roles: "Rollen",
    password: "Passwort",
    oldPassword: "Aktuelles Passwort",
    newPassword: "Neues Passwort",
    again: "Neues Passwort bestätigen",
    change: "Passwort ändern",
    changed: "Das Passwort ist geändert. Ihre anderen Sitzungen sind beendet.",
    mismatch: "Die Passwörter stimmen nicht überein.",
    short: "Mindestens 8 Zeichen.",
    appearance: "Aussehen",
    sessions: "Aktive Sitzungen",
    thisSession: "diese Sitzung",
    sessionSince: (time) => `seit ${time}`,
    sessionUsed: (ago) => `zuletzt benutzt ${ago}`,
    unknownDevice: "unbekanntes Gerät",
    endSession: "Abmelden",
    endSessionAt: (device) => `Sitzung an ${device} abmelden`,
    endOthers: "Alle anderen Sitzungen abmelden",
    othersEnded: "Alle anderen Sitzungen sind abgemeldet.",
  },

  about: {
    title: "Über haltere",
    version: "Version",
    text: "Das Management Center für Flotten von Mosquitto-Brokern.",
    licence: "haltere ist freie Software unter der Apache-Lizenz 2.0.",
    licenceText: "Lizenztext",
    inside: "Enthaltene Software",
    insideText: "haltere baut auf Open Source auf. Alles, was in der Binärdatei und in der Konsole steckt:",
    find: "Name oder Lizenz …",
    found: (n, all) => (n === all ? `${n}` : `${n} von ${all}`),
    kinds: { haltere: "haltere", npm: "Konsole", cargo: "Binärdatei" },
    nothingFound: "Nichts gefunden.",
    textVersion: "Alles als Text",
    tasks: "Hintergrundaufgaben",
    tasksText: "Was haltere selbsttätig erledigt.",
    task: "Aufgabe",
    lastRun: "Letzter Lauf",
    result: "Ergebnis",
    taskNames: {
      reconciler: "Änderungen anwenden",
      "session-use": "Letzte Nutzung der Sitzungen speichern",
      "token-use": "Letzte Nutzung der Zugriffstokens speichern",
      "session-clean-up": "Beendete Sitzungen entfernen",
      "link-history": "Verlauf der Verbindungen speichern",
      "audit-retention": "Altes Audit-Protokoll entfernen",
      "audit-sums": "Audit-Protokoll zusammenfassen",
      "audit-file": "Audit-Protokoll in eine Datei kopieren",
      "audit-syslog": "Audit-Protokoll an einen Syslog-Empfänger senden",
      "master-key-watch": "Hauptschlüssel prüfen",
      "certificate-watch": "Zertifikat des Servers prüfen",
      "memory-trim": "Ungenutzten Speicher zurückgeben",
      "metrics-log": "Kennzahlen protokollieren",
    },
    taskResults: {
      ok: "Erfolgreich",
      failed: "Fehlgeschlagen",
      running: "Läuft",
      restarting: "Neustart nach einem Absturz",
      notYet: "Noch nicht gelaufen",
    },
  },

  invitation: {
    title: "Sie sind eingeladen",
    text: "Wählen Sie ein Passwort für die Anmeldung.",
    incomplete:
      "Dieser Link ist unvollständig. Kopieren Sie den ganzen Link in die Adresszeile oder bitten Sie um einen neuen.",
    set: "Passwort festlegen",
    accepted: (username: string) => `Das Passwort ist gesetzt. Ihr Benutzername ist ${username}.`,
    logIn: "Anmelden",
  },

  secondFactor: {
    title: "Zweiter Faktor",
    off: "Aus. Mit einem zweiten Faktor genügt das Passwort allein nicht zur Anmeldung: Eine App auf Ihrem Telefon oder Rechner zeigt einen Code.",
    on: (codesLeft) =>
      codesLeft === 1
        ? "Ein. Sie haben noch 1 Wiederherstellungscode."
        : `Ein. Sie haben noch ${codesLeft} Wiederherstellungscodes.`,
    setUp: "Einrichten",
    begin: "Weiter",
    beginText: "Sie brauchen eine App für Einmalpasswörter (TOTP): einen Authenticator oder einen Passwortmanager.",
    scan: "Scannen Sie diesen Code mit der App.",
    qrCode: "QR-Code für die App",
    orType: "Oder tippen Sie dieses Geheimnis ein:",
    copySecret: "Geheimnis kopieren",
    firstCode: "Code, den die App zeigt",
    confirm: "Bestätigen",
    recoveryCodes: "Wiederherstellungscodes",
    recoveryCodesText:
      "Für den Tag, an dem die App verloren ist. Jeder davon meldet Sie einmal an. Bewahren Sie sie sicher auf: Sie werden nur jetzt gezeigt.",
    copyCodes: "Alle kopieren",
    saveCodes: "Herunterladen",
    fileTitle: (user, host) => `Wiederherstellungscodes von ${user} für haltere auf ${host}`,
    fileName: "haltere-wiederherstellungscodes.txt",
    done: "Fertig",
    goOn: "Weiter",
    renew: "Neue Wiederherstellungscodes",
    renewText: "Neue Codes ersetzen die, die Sie haben. Ihre anderen Sitzungen werden abgemeldet.",
    remove: "Abschalten",
    removeText: "Danach genügt das Passwort zur Anmeldung. Ihre anderen Sitzungen werden abgemeldet.",
    removeRequiredText:
      "Sie brauchen einen: Als Nächstes richten Sie einen anderen ein. Ihre anderen Sitzungen werden abgemeldet.",
    removed: "Der zweite Faktor ist abgeschaltet. Ihre anderen Sitzungen sind abgemeldet.",
    dueTitle: "Zweiten Faktor einrichten",
    dueText: "Sie brauchen einen, bevor es weitergeht: Ihre Rolle verlangt ihn.",
    resetTitle: "Ihr zweiter Faktor wurde zurückgesetzt",
    resetText: (by, time) =>
      `Von \u2068${by}\u2069, ${time}. Wenn Sie nicht darum gebeten haben, wenden Sie sich an die Administration.`,
    dismiss: "Ausblenden",
    notDismissed: "Der Hinweis ist nicht ausgeblendet",
    refusals: {
      "password: is wrong": "Das aktuelle Passwort ist falsch.",
      "code: is wrong": "Der Code ist falsch, schon benutzt oder abgelaufen.",
      "There is a second factor already": "Sie haben schon einen zweiten Faktor eingerichtet. Laden Sie die Seite neu.",
      "There is no second factor": "Es gibt keinen zweiten Faktor mehr. Laden Sie die Seite neu.",
    },
  },

  initialPassword: {
    title: "Neues Passwort wählen",
    text: "Das erste Passwort steht im Protokoll. Wählen Sie eines, das nur Sie kennen.",
    /** For users of whom an administrator requires it. */
    required: "Ein Administrator verlangt ein neues Passwort, bevor es weitergeht.",
    later: "Später",
  },
};
