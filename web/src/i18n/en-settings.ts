import type { AffectedByPlugin } from "../api/schema";

/** Messages of import and export, settings, profile and the About page. */
export const settingsMessages = {
  transfer: {
    title: "Import and export",
    noRight: "Your role does not let you import or export connections.",
    noRightText: "Ask an administrator for the role connectionManager.",
    importTitle: "Import",
    importText:
      "config.json of the management center for Mosquitto, an export of haltere, or a saved answer of GET /api/connections. You see what would become of each entry before anything is stored.",
    drop: "Drop a file here, or",
    paste: "Or paste its content",
    check: "Check",
    pasted: "Pasted text",
    tooLarge: "This is too large",
    tooLargeText: (size: string, limit: string) =>
      `It has ${size}, and haltere takes ${limit} at once. It was not sent. Split it, or use haltere import on the server.`,
    notRead: "This can't be imported",
    notImported: "Nothing was imported",
    notExported: "There is no export",
    stages: { checking: "Checking …", storing: "Storing …" },
    sources: {
      mmc: "from the management center for Mosquitto",
      haltere: "an export of haltere",
      list: "a list of connections",
    } as Record<string, string>,
    planStatus: {
      ready: (n: number) => `${n === 1 ? "1 connection is" : `${n} connections are`} new and can be imported.`,
      refused: (n: number) => `${n === 1 ? "1 entry has" : `${n} entries have`} errors.`,
      nothingNew: () => "There is nothing new in it.",
      empty: () => "There are no connections in it.",
    },
    refusedChoice: (good: number): string =>
      good > 0
        ? "Fix the file and check it again, or import only what is good."
        : "Nothing can be imported until the file is fixed.",
    importGood: (n: number) => `Import only the ${n === 1 ? "good one" : `${n} good ones`}`,
    credentialsMoved: (n: number) =>
      `User name and password move from the URL to their own fields in ${n === 1 ? "1 entry" : `${n} entries`}.`,
    pathDropped: (n: number) =>
      `The path in the URL is dropped in ${n === 1 ? "1 entry" : `${n} entries`}: mqtt:// has none.`,
    /** Translations of the server's notes; untranslated notes are shown as they are. */
    notes: {} as Record<string, string>,
    import: (n: number) => `Import ${n === 1 ? "1 connection" : `${n} connections`}`,
    other: "Another file",
    change: "Change the text",
    notTakenOver: "Not taken over, because they are no connections:",
    outcomes: { create: "new", skip: "there already", refuse: "with errors" },
    entries: "Entries of the file",
    nameless: "without a name",
    position: "Its position among the connections of the file",
    imported: (n: number) => `${n === 1 ? "1 connection is" : `${n} connections are`} imported.`,
    skipped: (n: number) => `${n === 1 ? "1 was" : `${n} were`} there already.`,
    dialling: "The new links are being dialled",
    leftOutCount: (n: number) => `${n} ${n === 1 ? "was" : "were"} left out because of errors.`,
    leftOut: "Left out",
    toDo: "Left to do",
    changedUrls: "Changed URLs",
    exportTitle: "Export",
    exportText:
      "All connections in one file, for Import. Without passwords and private keys it is for reading and comparing; connections that need them are imported disconnected.",
    withSecrets: "With passwords and private keys",
    withSecretsText: "All there is: such a file brings everything back as it was.",
    secretsForAdmins: "Passwords and private keys are left out; only administrators may export them.",
    download: "Download",
    secretsTitle: "Export passwords and private keys?",
    secretsText: "The file contains them unencrypted. Anyone who has it can log in to your brokers.",
    secretsAudited: (user: string) => `The audit trail records that ${user} exported them.`,
    secretsYes: "Download with secrets",
  },

  settings: {
    title: "Plugins",
    pluginsText: "Parts of the API that can be switched on and off, named as in the management center for Mosquitto.",
    source: { default: "default", configuration: "set in the configuration", administrator: "switched here" } as Record<
      string,
      string
    >,
    fixed: "Always on.",
    descriptions: {
      "connections-rest-api":
        "Creating, changing and deleting connections, over HTTP and in this console. Off: both only look.",
      tls: "CAs and certificates of connections. Off: they are kept, but brokers are checked against the system's CAs only.",
      "multiple-connections": "More than one broker.",
      "user-profile-edit": "Everybody may change their own password.",
    } as Record<string, string>,
    noRight: "Only administrators see the plugins.",
    switched: (id: string, on: boolean) => `${id} is ${on ? "on" : "off"}`,
    switching: {
      /** The affected settings, with the number of connections. */
      parts: {
        ca: (n: number) => `${n} with a CA of ${n === 1 ? "its" : "their"} own`,
        clientCertificate: (n: number) => `${n} with a client certificate`,
        unverified: (n: number) => `${n} without a check of the broker's certificate`,
      },
      title: (id: string, on: boolean) => `Switch ${id} ${on ? "on" : "off"}?`,
      on: "Switch on",
      off: "Switch off",
      effect: (id: string, on: boolean, affected: AffectedByPlugin) => {
        const { connections = 0, up = 0, users = 0 } = affected;
        if (id === "tls") {
          const which = `${connections} ${connections === 1 ? "connection has" : "connections have"} a CA, a client certificate or other TLS settings of their own.`;
          return on
            ? `${which} The settings are used again, and haltere reconnects to these brokers.`
            : `${which} Without them most of these brokers can't be reached: ${up} of these connections ${up === 1 ? "is" : "are"} up now.`;
        }
        if (id === "connections-rest-api") {
          return on
            ? `Connections can be seen and changed over HTTP again: ${connections}.`
            : `Programs no longer see or change connections over HTTP (${connections} of them), and this console only looks. Links stay as they are.`;
        }
        const who = `${users} ${users === 1 ? "user" : "users"}`;
        return on ? `${who} may change their own password again.` : `${who} can no longer change their own password.`;
      },
    },
  },

  profile: {
    title: "Profile",
    roles: "Roles",
    password: "Password",
    oldPassword: "Current password",
    newPassword: "New password",
    again: "Confirm new password",
    change: "Change password",
    changed: "The password is changed. Your other sessions have ended.",
    mismatch: "Passwords don't match.",
    short: "At least 8 characters.",
    appearance: "Look",
    theme: "Theme",
    themes: { auto: "System", light: "Light", dark: "Dark" },
    language: "Language",
    sessions: "Where you are logged in",
    thisSession: "this one",
    sessionTimes: (since: string, used: string) => `since ${since} · last used ${used}`,
    unknownDevice: "unknown device",
    endSession: "End",
    endSessionAt: (device: string) => `End the session at ${device}`,
    endOthers: "End all others",
    othersEnded: "All other sessions have ended.",
  },

  about: {
    title: "About",
    version: "Version",
    text: "The management center for fleets of Mosquitto brokers.",
    licence: "haltere is free software under the Apache License 2.0.",
    licenceText: "Its text",
    inside: "What is inside",
    insideText: "haltere is built on the work of many. This is everything in the binary and in this console.",
    find: "Name or licence …",
    found: (n: number, all: number) => (n === all ? `${n}` : `${n} of ${all}`),
    kinds: { haltere: "haltere", npm: "console", cargo: "binary" },
    nothingFound: "Nothing by that name.",
    noList: "The list can't be loaded. It comes with a console that was built, not with one under development.",
    textVersion: "All of it as text",
    tasks: "Background tasks",
    tasksText: "What haltere does by itself.",
    task: "Task",
    lastRun: "Last run",
    result: "Result",
    taskNames: {
      reconciler: "Apply changes",
      "session-use": "Store the last use of sessions",
      "session-clean-up": "Remove ended sessions",
      "link-history": "Store the history of links",
      "audit-sums": "Sum up the audit trail",
    },
    taskResults: {
      ok: "Succeeded",
      failed: "Failed",
      running: "Running",
      restarting: "Restarting after a crash",
      notYet: "Not run yet",
    },
  },
};
