import type { groupMessages as en } from "./en-groups";

/** The messages of `en-groups.ts` in German. */
export const groupMessages: typeof en = {
  groups: {
    text: "Eine Gruppe gibt ihren Mitgliedern eine Rolle für ihre Verbindungen und verbirgt alle anderen vor ihnen.",
    filter: "Nach Name, Mitglied, Rolle filtern …",
    noMatch: "Keine Gruppe passt.",
    noneYet: "Es gibt noch keine Gruppen.",
    noneYetText: "Ohne Gruppen sehen alle Benutzer alle Verbindungen, die ihre Rollen erlauben.",
    name: "Name",
    members: "Mitglieder",
    connections: "Verbindungen",
    actions: "Aktionen",
    deleteOf: (name) => `\u2068${name}\u2069 löschen`,
    memberCount: (n) => (n === 1 ? "1 Mitglied" : `${n} Mitglieder`),
    listed: (n) => `${n} in der Liste`,
    hidesNothing: "verbirgt nichts",
    seesNothing: "Mitglieder sehen keine Verbindung",

    description: "Beschreibung",
    mayText: (actions) =>
      `Das dürfen die Mitglieder mit den Verbindungen der Gruppe. Ihre eigenen Rollen gelten für alles andere und für keine Verbindung. Jede Rolle erlaubt: ${actions}.`,
    findMember: "Benutzer suchen …",
    noUsers: "Sie dürfen Benutzer nicht sehen; daher lassen sich die Mitglieder nicht ändern.",
    list: "Verbindungen in der Liste",
    byLabels: "Und Verbindungen mit diesen Labels",
    byLabelsText: "Nach dem jeweiligen Stand. Wer Labels ändern darf, ändert damit auch, was in der Gruppe ist.",
    sees: (name, covered) => `\u2068${name || "Die Gruppe"}\u2069 sieht ${covered}.`,
    hides: "Alle anderen sind vor ihren Mitgliedern verborgen.",
    withoutConnections: "Die Gruppe verbirgt nichts: Ihre Mitglieder sehen, was ihre eigenen Rollen erlauben.",
    hidesAll: "Alle Verbindungen verbergen",
    hidesAllText: "Die Gruppe hat keine Verbindungen. Ihre Mitglieder sehen keine, solange das an ist.",
    administrators: "Auch Administratoren unter den Mitgliedern sehen nur diese Verbindungen.",
    create: "Anlegen",
    created: (name) => `\u2068${name}\u2069 ist angelegt`,
    deleted: (name) => `\u2068${name}\u2069 ist gelöscht`,
    ask: (name) => `\u2068${name}\u2069 löschen?`,
    consequence: (members) =>
      members === 0
        ? "Die Gruppe hat keine Mitglieder. Das lässt sich nicht rückgängig machen."
        : `Die Gruppe hat ${members === 1 ? "1 Mitglied" : `${members} Mitglieder`}. Wer in keiner anderen Gruppe ist, sieht alle Verbindungen, die die eigenen Rollen erlauben. Das lässt sich nicht rückgängig machen.`,
    ownGroup: "Sie sind Mitglied: Eine Änderung betrifft, was Sie sehen.",
    settings: {
      description: "Beschreibung",
      role: "Rolle",
      users: "Mitglieder",
      connections: "Verbindungen",
      label: "Labels",
      narrows: "Was sie verbirgt",
    },
    gone: "Diese Gruppe gibt es nicht mehr.",
    ofUser: "Gruppen",
    ofGroups: (n) => `${n}, durch Gruppen`,
    noGroup: "keine",

    refusals: {
      "name: is taken": "Es gibt schon eine Gruppe mit diesem Namen.",
      "Maximum number of groups reached": "Es gibt so viele Gruppen, wie es geben kann.",
      "The last administrator can't be in a group that hides connections":
        "Es muss einen Administrator geben, der alle Verbindungen sieht: Vor dem letzten würden dadurch einige verborgen.",
    },
    unknown: (names) => `Gibt es nicht mehr: ${names}.`,
    tooMany: (n) => `Höchstens ${n}.`,
  },
};
