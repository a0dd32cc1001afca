import { actionMessages } from "./de-actions";
import { connectionMessages } from "./de-connection";
import { certificateOwners, notes, reasons } from "./de-reasons";
import { settingsMessages } from "./de-settings";
import type { Messages } from "./en";

/** All messages in German. Imports nothing but messages, because the first render waits for it. */
export const de: Messages = {
  product: "haltere",
  motto: "Ihre Mosquitto-Broker im Gleichgewicht.",
  loading: "Lädt …",
  cancel: "Abbrechen",
  close: "Schließen",
  copy: "Kopieren",
  copied: "Kopiert",
  save: "Speichern",
  delete: "Löschen",
  more: "Mehr",
  retry: "Erneut versuchen",
  undo: "Rückgängig",

  nav: {
    main: "Hauptmenü",
    fleet: "Flotte",
    activity: "Aktivität",
    administration: "Verwaltung",
    about: "Über haltere",
    api: "API",
    profile: "Profil",
    logOut: "Abmelden",
    skip: "Zum Inhalt",
    commands: "Befehle",
    labels: "Beschriftung der Navigation",
    collapse: "Navigation einklappen",
    expand: "Navigation ausklappen",
  },

  commands: {
    open: "Gehe zu …",
    search: "Eine Verbindung, eine Seite oder ein Befehl …",
    connections: "Verbindungen",
    nothing: "Nichts gefunden.",
    down: "Nicht erreichbare zeigen",
    transfer: "Importieren und exportieren",
    api: "Dokumentation der API",
    shortcuts: "Tastenkürzel",
    focusFilter: "Flotte filtern",
    editConnection: "Verbindung bearbeiten",
    saveForm: "Formular speichern",
    closeDialog: "Dialog schließen, Filter löschen",
    singleKeys: "Kürzel aus einer Taste",
    singleKeysText: "Ausgeschaltet wirken nur Kürzel mit Strg oder ⌘.",
  },

  states: {
    online: "Verbunden",
    down: "Nicht erreichbar",
    connecting: "Verbindungsaufbau",
    idle: "Getrennt",
    unreadable: "Unlesbar",
    unobserved: "Nicht beobachtet",
  },
  stateDescriptions: {
    online: "Verbunden, der Broker antwortet.",
    down: "Verbindung fehlgeschlagen. haltere versucht es weiter.",
    connecting: "Der erste Verbindungsaufbau läuft.",
    idle: "Absichtlich getrennt.",
    unreadable: "haltere kann die gespeicherten Einstellungen dieser Verbindung nicht lesen.",
  },

  stages: {
    dns: "beim Auflösen des Namens",
    tcp: "beim Verbinden",
    tls: "beim TLS-Handshake",
    websocket: "beim WebSocket-Upgrade",
    mqtt: "beim Anmelden am Broker",
    subscribe: "beim Abonnieren",
    roundtrip: "beim Hin- und Rückweg einer Nachricht",
    closed: "nachdem die Verbindung stand",
  },
  stageNames: {
    dns: "Name",
    tcp: "Verbindung",
    tls: "TLS",
    websocket: "WebSocket",
    mqtt: "MQTT",
    subscribe: "$SYS",
    roundtrip: "Hin und zurück",
    closed: "Sitzung",
  },

  reasons,
  notes,
  certificateOwners,

  login: {
    title: "Anmelden",
    username: "Benutzername",
    password: "Passwort",
    submit: "Anmelden",
    reasons: {
      "session-expired":
        "Ihre Sitzung ist beendet. Melden Sie sich wieder an, dann geht es hier weiter, mit allem, was Sie eingegeben haben.",
      "authentication-failed": "Benutzername oder Passwort ist falsch.",
      throttled: "Zu viele Versuche. Bitte warten Sie eine Minute.",
    },
    tooManyAttempts: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} erneut.`,
    unreachable: "haltere ist nicht erreichbar. Läuft es?",
    firstTime: "Zum ersten Mal hier? Das Passwort von admin steht im Protokoll vom Start von haltere.",
  },

  initialPassword: {
    title: "Neues Passwort wählen",
    text: "Das erste Passwort steht im Protokoll. Wählen Sie eines, das nur Sie kennen.",
    later: "Später",
  },

  offline: {
    title: "haltere ist nicht erreichbar",
    keepsTrying: "Diese Seite versucht es automatisch weiter.",
    stale: (age) => `Sie sehen den Stand von ${age}. Die Verbindung wird wieder aufgebaut …`,
    notLive: "Dieses Fenster ist nicht aktuell",
    nextTry: (time) => `Nächster Versuch in ${time}.`,
    busy: "haltere ist ausgelastet",
    again: (wait) => `Versuchen Sie es in ${wait} erneut.`,
    later: "Versuchen Sie es später erneut.",
    limits: {
      streams: "Zu viele Fenster sind offen; schließen Sie einige",
      tests: "Zu viele Verbindungstests laufen",
      import: "Ein anderer Import läuft noch",
      session: "Zu viele Sitzungen sind offen",
      password_checks: "Zu viele melden sich gleichzeitig an",
      memory: "Zu viel wird gleichzeitig gesendet oder empfangen",
      audited_actions: "Das wurde innerhalb einer Stunde zu oft getan",
      refusals: "Das wurde in kurzer Zeit zu oft abgelehnt",
      connections: "Zu viele Netzverbindungen sind offen",
    },
  },

  storage: {
    notReady: "haltere ist nicht bereit",
    effect: "Änderungen lassen sich zurzeit nicht speichern. Die Anzeige läuft weiter.",
    reasons: {
      "the disk is full": {
        title: "Die Festplatte ist voll",
        how: "Schaffen Sie Platz: haltere versucht es jede Sekunde erneut und braucht keinen Neustart.",
      },
      "the database is read-only": {
        title: "Die Datenbank ist schreibgeschützt",
        how: "Halten Sie haltere an, prüfen und mounten Sie das Dateisystem, und starten Sie es wieder.",
      },
      "the disk fails": {
        title: "Die Festplatte hat Fehler",
        how: "Die Nummer des Fehlers steht im Protokoll. Prüfen Sie die Festplatte.",
      },
      "the database is damaged": {
        title: "Die Datenbank ist beschädigt",
        how: "Sichern Sie sie, halten Sie haltere an, verschieben Sie haltere.db* und spielen Sie eine gute Sicherung ein.",
      },
      "the database's files were removed or replaced": {
        title: "Die Dateien der Datenbank wurden entfernt oder ersetzt",
        how: "Halten Sie haltere an, legen Sie die richtigen Dateien an ihren Platz, und starten Sie es wieder. Sonst beginnt der nächste Start mit dem, was dort liegt.",
      },
    },
  },

  fleet: {
    title: "Flotte",
    allWell: (n) => (n === 1 ? "Ihr Broker ist verbunden." : `Alle ${n} Broker sind verbunden.`),
    someDown: (bad, n) =>
      n === 1
        ? "Ihr Broker ist nicht erreichbar."
        : `${bad} von ${n} Brokern ${bad === 1 ? "ist" : "sind"} nicht erreichbar.`,
    allIdle: "Alle Broker sind absichtlich getrennt.",
    connecting: "Verbindungsaufbau …",
    someUnreadable: (n) => (n === 1 ? "1 Verbindung ist unlesbar." : `${n} Verbindungen sind unlesbar.`),
    failuresTitle: "Probleme",
    causes: (n) => (n === 1 ? "1 Ursache in der ganzen Flotte." : `${n} Ursachen in der ganzen Flotte.`),
    showCauses: "Filter löschen und zeigen",
    moreCauses: (n) => (n === 1 ? "1 weitere Ursache" : `${n} weitere Ursachen`),
    showBrokers: (n) => `${n} Broker zeigen`,
    fresh: (n) => `${n} neu in den letzten 2 min`,
    allFresh: "neu in den letzten 2 min",
    latest: (age) => `zuletzt vor ${age}`,
    addresses: (n) => `${n} Adressen`,
    issuers: (n) => `${n} Aussteller`,
    sharedFailure: (code) => `Broker scheitern mit ${code}`,
    sharedFailures: {
      ECONNREFUSED: "Broker lehnen die Verbindung ab",
      ETIMEDOUT: "Broker antworten nicht",
      ECONNCLOSED: "Broker haben die Verbindung geschlossen",
      ECONNRESET: "Broker haben die Verbindung abgebrochen",
      EHOSTUNREACH: "Broker, zu denen es keine Route gibt",
      ENOTFOUND: "Broker, deren Hostnamen unbekannt sind",
      EAI_AGAIN: "Broker, deren Hostnamen sich zurzeit nicht auflösen lassen",
      NOT_AUTHORIZED: "Broker lehnen die Zugangsdaten ab",
      CERT_HAS_EXPIRED: "Broker haben ein abgelaufenes Zertifikat",
      SELF_SIGNED_CERT_IN_CHAIN: "Broker verwenden eine CA, der noch nicht vertraut wird",
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Broker verwenden eine CA, der noch nicht vertraut wird",
      DEPTH_ZERO_SELF_SIGNED_CERT: "Broker haben ein selbstsigniertes Zertifikat, dem noch nicht vertraut wird",
    },
    expiring: {
      broker: (n) => `Broker ${n === 1 ? "hat" : "haben"} ein Zertifikat, das innerhalb von 30 Tagen abläuft`,
      client: (n) =>
        `${n === 1 ? "Verbindung benutzt" : "Verbindungen benutzen"} ein Client-Zertifikat, das innerhalb von 30 Tagen abläuft`,
      both: (n, brokers, own) =>
        `${n === 1 ? "Verbindung hat" : "Verbindungen haben"} Zertifikate, die innerhalb von 30 Tagen ablaufen: ${brokers} von Brokern, ${own} von haltere`,
    },
    firstExpiry: (when) => `das erste ${when}`,
    expiringCertificates: "Zertifikat läuft innerhalb von 30 Tagen ab",
    allTitle: "Alle Verbindungen",
    brokers: (n) => (n === 1 ? "1 Broker" : `${n} Broker`),
    andMore: (n) => `und ${n} ${n === 1 ? "weiterer" : "weitere"}`,
    sinceWhen: (age) => `seit ${age}`,
    sinceAtLeast: (age) => `seit mindestens ${age}`,
    atLeast: (age) => `≥ ${age}`,
    orBefore: (when) => `${when} oder davor`,
    filter: "Nach Name, URL, Grund filtern …",
    clearFilter: "Filter löschen",
    choose: "Filter",
    table: "Tabelle",
    grid: "Raster",
    view: "Ansicht",
    name: "Name",
    state: "Zustand",
    reason: "Grund",
    code: "Code",
    certificate: "Zertifikat bis",
    certificateOf: { broker: "Broker", client: "haltere" },
    brokerCertificate: "Broker-Zertifikat bis",
    clientCertificate: "Client-Zertifikat bis",
    changed: "Seit",
    version: "Version",
    sortBy: (column) => `Nach ${column} sortieren`,
    shown: (n, all) => (n === all ? `${n}` : `${n} von ${all}`),
    noMatch: "Keine Verbindung passt.",
    newConnection: "Neue Verbindung",
    otherWays: "Weitere Wege, Verbindungen anzulegen",
    empty: "Noch kein Broker",
    emptyText:
      "Tragen Sie Ihren ersten Broker ein. haltere verbindet sich sofort und stellt die Verbindung danach von selbst wieder her.",
    transfer: "Import, Export",
    firstByHand: "Einen Broker eintragen",
    firstByHandText: "Seine URL genügt für den Anfang. Ein Test zeigt Schritt für Schritt, wie weit haltere kommt.",
    firstByImport: "Aus MMC importieren",
    firstByImportText:
      "Mit der config.json eines Management Centers für Mosquitto oder dem Export eines anderen haltere.",
    firstByScript: "Aus einem Skript",
    firstByScriptText: "Die API ist mit MMC 2.8 kompatibel. Nach dem Anmelden:",
    select: (name) => `${name} auswählen`,
    selectAll: "Alle gezeigten auswählen",
    skipToList: "Zur Liste springen",
    downloadCsv: (n) => `Als CSV herunterladen (${n})`,
    selected: (n) => `${n} ausgewählt`,
    connect: "Verbinden",
    disconnect: "Trennen",
    expires: {
      broker: (when) => `Broker-Zertifikat läuft am ${when} ab`,
      client: (when) => `Client-Zertifikat läuft am ${when} ab`,
    },
    expired: {
      broker: "Broker-Zertifikat ist abgelaufen",
      client: "Client-Zertifikat ist abgelaufen",
    },
    noRight: "Ihre Rolle erlaubt es nicht, Verbindungen zu sehen.",
    noRightText: "Bitten Sie um die Rolle viewer, editor oder connectionManager.",
  },

  table: {
    options: "Ansicht",
    columns: "Spalten",
    density: "Zeilenhöhe",
    densities: { comfortable: "Normal", compact: "Kompakt" },
    selection: "Auswahl",
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
    failed: (n) => `${n} fehlgeschlagen`,
    typeNumber: (n) => `Zur Bestätigung ${n} eintippen`,
    done: {
      connect: (n) => `${n} Broker ${n === 1 ? "wird" : "werden"} verbunden`,
      disconnect: (n) => `${n} Broker getrennt`,
      delete: (n) => (n === 1 ? "1 Verbindung gelöscht" : `${n} Verbindungen gelöscht`),
    },
  },

  errors: {
    title: "Etwas ist schiefgegangen",
    unreachable: "haltere ist nicht erreichbar.",
    refusals: {
      "Plugin not found": "Das hat ein Administrator abgeschaltet: siehe Verwaltung, Plugins.",
      "Not allowed": "Ihre Rolle erlaubt das nicht.",
      "oldPassword: is wrong": "Das aktuelle Passwort ist falsch.",
      "Connection not found": "Diese Verbindung gibt es nicht mehr.",
      "Connection with the same name/id already exists":
        "Es gibt schon eine Verbindung mit diesem Namen und dieser Kennung.",
      "Connection with either the same name or id already exists":
        "Es gibt schon eine Verbindung mit diesem Namen oder dieser Kennung.",
      "Maximum number of connections reached": "Es gibt so viele Verbindungen, wie die Konfiguration erlaubt.",
      "Maximum size of all connections reached": "Die Verbindungen enthalten so viel, wie die Konfiguration erlaubt.",
    },
    notLoaded: "Das konnte nicht geladen werden",
    notFound: "Seite nicht gefunden",
    toFleet: "Zur Flotte",
    renderFailed: "Auf dieser Seite ist ein Fehler aufgetreten. Bitte neu laden.",
  },

  ...actionMessages,
  ...connectionMessages,
  ...settingsMessages,
};
