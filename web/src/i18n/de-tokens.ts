import type { tokenMessages as en } from "./en-tokens";

/** The messages of `en-tokens.ts` in German. */
export const tokenMessages: typeof en = {
  scope: {
    role: "Rolle",
    connections: "Verbindungen",
    chosen: (n) => `${n} gewählt`,
    none: "Nichts passt.",
    more: (n) => `${n} weitere: mit dem Filter zu finden.`,
    remove: (name) => `\u2068${name}\u2069 entfernen`,
    findConnection: "Verbindung suchen …",
    labels: "Labels",
    labelsHint: "site=graz,line!=2",
    covered: (n, all) =>
      n === all && all > 0 ? `alle ${all} Verbindungen` : `${n === 0 ? "keine" : n} von ${all} Verbindungen`,
    missing: "gibt es nicht mehr",
  },

  tokens: {
    text: "Programme melden sich mit einem Token statt mit einem Passwort an. Ein Token handelt für den Benutzer, der es erstellt hat, bis es abläuft oder widerrufen wird.",
    filter: "Nach Name, Benutzer, Rolle, Zustand filtern …",
    mine: "Nur meine Tokens",
    noMatch: "Kein Zugriffstoken passt.",
    noneYet: "Es gibt noch keine Zugriffstokens.",
    name: "Name",
    user: "Benutzer",
    limits: "Grenzen",
    expires: "Läuft ab",
    expiresIn: (when) => `Läuft ${when} ab`,
    lastUsed: "Zuletzt benutzt",
    never: "nie",
    actions: "Aktionen",
    states: { valid: "Gültig", expiring: "Läuft bald ab", expired: "Abgelaufen", unreadable: "Unlesbar" },
    stateDescriptions: {
      valid: "Lässt sich benutzen.",
      expiring: "Lässt sich benutzen, aber nicht mehr lange. Erstellen Sie rechtzeitig ein neues.",
      expired: "Lässt sich nicht mehr benutzen.",
      unreadable:
        "Lässt sich nicht benutzen: haltere kann seine Grenzen nicht lesen. Widerrufen Sie es, und erstellen Sie ein neues.",
    },
    readOnly: "Nur lesen",
    connectionCount: (n) => (n === 1 ? "1 Verbindung" : `${n} Verbindungen`),
    networkCount: (n) => (n === 1 ? "1 Netz" : `${n} Netze`),
    actionCount: (n) => (n === 1 ? "1 Aktion" : `${n} Aktionen`),

    off: "Zugriffstokens sind aus",
    offText: "Das Plugin application-tokens ist aus: Kein Token gilt. Die vorhandenen bleiben gespeichert.",
    toPlugins: "Zu den Plugins",

    description: "Beschreibung",
    descriptionHint: "Wofür das Token ist, und wo es aufbewahrt wird",
    nameText: "Im Audit-Protokoll heißt, was das Programm getan hat, „Sie (token NAME)“.",
    mayText: (actions) =>
      `Das Token darf, was zum Zeitpunkt einer Anfrage sowohl seine Rolle als auch Ihre eigenen Rollen erlauben. Jede Rolle erlaubt: ${actions}. Kein Token ändert Passwörter, Sitzungen oder Tokens.`,
    expiry: "Läuft ab",
    expiryDays: (n) => `${n} Tage`,
    expiryDate: "Datum",
    lastDay: "Letzter Tag",
    expiresOn: (time) => `Gültig bis ${time}.`,
    limitsTitle: "Grenzen",
    readOnlyText: "Das Token kann nichts tun, was etwas ändert oder verbindet.",
    onlyActions: "Nur einige Aktionen",
    onlyActionsText:
      "Das Token kann sonst nur sein Profil lesen. Ohne „Verbindungen sehen“ sieht es keine, auch keine von ihm angelegten.",
    actionsTitle: "Aktionen",
    findAction: "Eine Aktion suchen …",
    onlySome: "Nur einige Verbindungen",
    onlySomeText: "Andere gibt es für das Token nicht.",
    onlyLabels: "Nur Verbindungen mit diesen Labels",
    onlyLabelsText: "Nach dem Stand zum Zeitpunkt einer Anfrage. Leer: mit beliebigen.",
    covers: (covered) => `Das Token gilt für ${covered}.`,
    onlyConnections: "Es tut nur, was Verbindungen betrifft.",
    networks: "Nur aus diesen Netzen",
    networksText:
      "Adressen oder Netze wie 10.0.0.0/8, durch Leerzeichen oder Zeilenumbrüche getrennt. Leer: aus allen.",
    create: "Erstellen",

    created: (name) => `\u2068${name}\u2069 ist erstellt`,
    secretTitle: (name) => `Das Token \u2068${name}\u2069`,
    secretText:
      "Kopieren Sie es jetzt: haltere behält es nicht und kann es nicht noch einmal zeigen. Wer es hat, kann es benutzen.",
    secret: "Token",
    copySecret: "Token kopieren",
    tryIt: "Ausprobieren",
    notCopied: "Schließen, ohne zu kopieren?",
    notCopiedText:
      "Das Token wird nur jetzt gezeigt. Haben Sie es nicht kopiert, müssen Sie es widerrufen und ein neues erstellen.",
    closeAnyway: "Schließen",
    back: "Zurück",

    detailsOf: (name) => `Details zu \u2068${name}\u2069`,
    may: "Darf",
    mayOfUser: (name) => `soweit es auch die Rollen von \u2068${name}\u2069 erlauben`,
    coverage: "Gilt für",
    ids: "Nur diese Verbindungen",
    onlyTheseActions: "Nur diese Aktionen",
    fromNetworks: "Nur aus",
    createdAt: "Erstellt",
    hash: "Hash (SHA-256)",
    copyHash: "Hash kopieren",
    audit: "Im Audit-Protokoll",

    revoke: "Widerrufen",
    revokeOf: (name) => `\u2068${name}\u2069 widerrufen`,
    ask: (name) => `\u2068${name}\u2069 widerrufen?`,
    consequence:
      "Programme, die es benutzen, haben sofort keinen Zugriff mehr. Das lässt sich nicht rückgängig machen.",
    consequenceExpired:
      "Es ist schon abgelaufen. Der Widerruf entfernt es aus der Liste. Das lässt sich nicht rückgängig machen.",
    lastUse: (ago) => `Zuletzt wurde es benutzt: ${ago}.`,
    revoked: (name) => `\u2068${name}\u2069 ist widerrufen`,
    gone: "Dieses Token gibt es nicht.",

    ofProfile: "Mit diesen Tokens handeln Programme für Sie.",
    none: "Sie haben keine Zugriffstokens.",
    manage: "Ihre Zugriffstokens verwalten",

    refusals: {
      "name: is taken": "Es gibt schon ein Token mit diesem Namen.",
      "validUntil: must be in the future": "Muss in der Zukunft liegen.",
      "actions: must name at least one action": "Wählen Sie mindestens eine Aktion.",
      "connections: must name at least one connection": "Wählen Sie mindestens eine Verbindung.",
      "description: must not contain control, invisible or direction-changing characters":
        "Darf keine Steuerzeichen, keine unsichtbaren und keine die Schreibrichtung ändernden Zeichen enthalten.",
      "You have too many tokens": "Sie haben so viele Tokens, wie ein Benutzer haben kann. Widerrufen Sie einige.",
      "Maximum number of tokens reached": "Es gibt so viele Tokens, wie es geben kann. Widerrufen Sie einige.",
      "Not allowed with a token; log in": "Ein Token kann das nicht. Melden Sie sich an.",
    },
    noDate: "Wählen Sie einen Tag.",
    tooLate: (days) => `Höchstens ${days} Tage ab jetzt.`,
    roleExceeds: "Diese Rolle erlaubt mehr als Ihre eigenen Rollen.",
    notNetwork: (text) => `„\u2068${text}\u2069“ ist weder eine IP-Adresse noch ein Netz wie 10.0.0.0/8.`,
    badPrefix: (text, max) => `„\u2068${text}\u2069“: Die Länge des Präfixes muss eine Zahl von 0 bis ${max} sein.`,
    hostBits: (text, network) =>
      `In „\u2068${text}\u2069“ sind Bits hinter dem Präfix gesetzt. Schreiben Sie ${network} für das Netz, oder lassen Sie für die Adresse das Präfix weg.`,
    tooManyNetworks: (n) => `Höchstens ${n} Netze.`,
    tooManyConnections: (n) => `Höchstens ${n} Verbindungen. Für mehr gibt es Labels.`,
  },
};
