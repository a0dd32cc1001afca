import type { AffectedByPlugin } from "../api/schema";

/** Messages of import and export, settings, profile and the About page. */
export const settingsMessages = {
  transfer: {
    title: "Import and export",
    noRight: "Your role does not allow you to import or export connections.",
    noRightText: "Ask an administrator for the role Connection manager.",
    importTitle: "Import",
    importText:
      "config.json of the management center for Mosquitto, an export of haltere, or a saved answer of GET /api/connections. You'll see a preview of every entry before anything is saved.",
    drop: "Drop a file here, or",
    paste: "Or paste its content",
    check: "Check",
    pasted: "Pasted text",
    tooLarge: "This is too large",
    tooLargeText: (size: string, limit: string) =>
      `It has ${size}, and haltere takes ${limit} at once. It was not sent. Split it, or use haltere import on the server.`,
    notRead: "This can't be imported",
    notImported: "Nothing was imported",
    notExported: "Export failed",
    stages: { checking: "Checking …", storing: "Storing …" },
    sources: {
      mmc: "from the management center for Mosquitto",
      haltere: "an export of haltere",
      list: "a list of connections",
    } as Record<string, string>,
    planStatus: {
      ready: (n: number) => `${n === 1 ? "1 connection is" : `${n} connections are`} new and can be imported.`,
      refused: (n: number) => `${n === 1 ? "1 entry has" : `${n} entries have`} errors.`,
      nothingNew: () => "The file contains nothing new.",
      empty: () => "The file contains no connections.",
    },
    refusedChoice: (good: number): string =>
      good > 0
        ? "Fix them in the file, then import again, or import only the valid entries."
        : "Fix them in the file, then import again.",
    importGood: (n: number) => `Import only the ${n === 1 ? "valid one" : `${n} valid ones`}`,
    credentialsMoved: (n: number) =>
      `User name and password move from the URL to their own fields in ${n === 1 ? "1 entry" : `${n} entries`}.`,
    pathDropped: (n: number) =>
      `The path in the URL is dropped in ${n === 1 ? "1 entry" : `${n} entries`}: mqtt:// has none.`,
    /** What is not imported of an entry, or was changed in it; this and the next two by the keys of `openapi/sentences.json`. */
    notes: {
      passwordMissing: "The password is not in the file: enter it, then connect.",
      keyMissing:
        "The private key is not in the file, so the certificate is not imported either: enter both, then connect.",
      disconnected: "Will be imported disconnected.",
      caFileNotRead: "caFile is kept, but the file is not read: enter its content as the CA.",
      certFileNotRead: "certFile is kept, but the file is not read: enter its content as the certificate.",
      keyFileNotRead: "keyFile is kept, but the file is not read: enter its content as the private key.",
      notTakenOver: "{property} is not imported.",
      urlPasswordAlone: "The password in the URL is not imported, because the user name is missing.",
      urlUserName: "The user name in the URL is not imported, because credentials has one.",
      urlCredentials: "User name and password in the URL are not imported, because credentials has its own.",
      urlCredentialsMoved: "User name and password move from the URL to their own fields.",
      urlPathDropped:
        "The path of the URL is dropped, because mqtt:// and mqtts:// have none. If the broker speaks MQTT over WebSocket there, use ws:// or wss://",
    },
    /** Why an entry is skipped. */
    reasons: {
      idAndName: "Id and name exist already.",
      id: "The id exists already, under the name {name}.",
      name: "The name exists already, under the id {id}.",
      twoOthers: "The id exists already, under the name {name}, and the name under the id {id}.",
      hidden: "The id or the name exists already.",
    },
    /** Why nothing of a file can be imported. */
    exceeds: {
      connectionsMax:
        "With {new} more there would be {all} connections; the configuration allows {max} (connections.max).",
      materialBudget:
        "With {new} bytes more there would be {all} in all connections; the configuration allows {max} (connections.material_budget).",
    },
    exceeded: "Nothing of it can be imported.",
    refused: "Something has changed in the meantime. This is the file's state now:",
    import: (n: number) => `Import ${n === 1 ? "1 connection" : `${n} connections`}`,
    other: "Choose another file",
    change: "Edit text",
    notTakenOver: "Skipped (not connections):",
    outcomes: { create: "new", skip: "exists already", refuse: "with errors" },
    entries: "Entries of the file",
    nameless: "without a name",
    position: "Its position among the connections of the file",
    imported: (n: number) => `${n === 1 ? "1 connection is" : `${n} connections are`} imported.`,
    skipped: (n: number) => `${n === 1 ? "1 exists" : `${n} exist`} already.`,
    dialling: "haltere is connecting to the new brokers",
    leftOutCount: (n: number) => `${n} ${n === 1 ? "was" : "were"} left out because of errors.`,
    leftOut: "Left out",
    toDo: "Left to do",
    changedUrls: "Changed URLs",
    exportTitle: "Export",
    exportText:
      "All connections in one file, for Import. Without passwords and private keys it is for reading and comparing; connections that need them are imported disconnected.",
    withSecrets: "With passwords and private keys",
    withSecretsText: "A complete backup: importing it restores every connection.",
    secretsForAdmins: "Passwords and private keys are left out; only administrators may export them.",
    download: "Download",
    secretsTitle: "Export passwords and private keys?",
    secretsText: "The file contains them unencrypted. Anyone who has it can log in to your brokers.",
    secretsAudited: (user: string) => `The audit trail records that ${user} exported them.`,
    secretsYes: "Download with secrets",
  },

  settings: {
    pluginsText: "Parts of the API that can be switched on and off, named as in the management center for Mosquitto.",
    source: { default: "Default", configuration: "Set in the configuration", administrator: "Changed here" } as Record<
      string,
      string
    >,
    fixed: "Always on.",
    descriptions: {
      "connections-rest-api":
        "Create, change and delete connections, over HTTP and in this console. Off: the API and this console become read-only.",
      tls: "CAs and certificates of connections. Off: they stay stored but are not used, and brokers are checked against the system's CAs only.",
      "multiple-connections": "More than one broker.",
      "user-profile-edit": "Users can change their own password.",
      "user-management":
        "Manage users, over HTTP and in this console. Off: users can be managed on the command line only.",
      "application-tokens": "Programs authenticate with application tokens. Off: no token is valid.",
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
        const { connections = 0, up = 0, users = 0, tokens = 0 } = affected;
        if (id === "tls") {
          const which = `${connections} ${connections === 1 ? "connection has" : "connections have"} a CA, a client certificate or other TLS settings of their own.`;
          return on
            ? `${which} The settings are used again, and haltere reconnects to these brokers.`
            : `${which} Without them most of these brokers can't be reached: ${up} of these connections ${up === 1 ? "is" : "are"} up now.`;
        }
        if (id === "connections-rest-api") {
          return on
            ? `Connections can be seen and changed over HTTP again: ${connections}.`
            : `Programs no longer see or change connections over HTTP (${connections} of them), and this console becomes read-only. Links stay as they are.`;
        }
        if (id === "user-management") {
          return on
            ? "Users can be managed over HTTP again."
            : `Users can be managed on the command line only. There ${users === 1 ? "is" : "are"} ${users}.`;
        }
        if (id === "application-tokens") {
          return on
            ? `Application tokens are valid again: ${tokens}.`
            : `Programs can no longer authenticate with application tokens (${tokens} of them).`;
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
    changed: "Password changed. Your other sessions are logged out.",
    mismatch: "Passwords don't match.",
    short: "At least 8 characters.",
    appearance: "Appearance",
    sessions: "Active sessions",
    thisSession: "this session",
    sessionSince: (time: string) => `since ${time}`,
    sessionUsed: (ago: string) => `last used ${ago}`,
    unknownDevice: "unknown device",
    endSession: "Log out",
    endSessionAt: (device: string) => `Log out the session at ${device}`,
    endOthers: "Log out all other sessions",
    othersEnded: "All other sessions are logged out.",
  },

  about: {
    title: "About",
    version: "Version",
    text: "The management center for fleets of Mosquitto brokers.",
    licence: "haltere is free software under the Apache License 2.0.",
    licenceText: "Licence text",
    inside: "What is inside",
    insideText: "haltere is built on open source. Everything in the binary and the console:",
    find: "Name or licence …",
    found: (n: number, all: number) => (n === all ? `${n}` : `${n} of ${all}`),
    kinds: { haltere: "haltere", npm: "console", cargo: "binary" },
    nothingFound: "Nothing found.",
    textVersion: "Everything as text",
    tasks: "Background tasks",
    tasksText: "What haltere does on its own.",
    task: "Task",
    lastRun: "Last run",
    result: "Result",
    taskNames: {
      reconciler: "Apply changes",
      "session-use": "Store the last use of sessions",
      "token-use": "Store the last use of tokens",
      "session-clean-up": "Remove ended sessions",
      "link-history": "Store the history of links",
      "audit-retention": "Remove old entries of the audit trail",
      "audit-sums": "Sum up the audit trail",
      "audit-file": "Copy the audit trail to a file",
      "audit-syslog": "Send the audit trail to a syslog receiver",
      "master-key-watch": "Check the master key",
      "certificate-watch": "Check the server's certificate",
      "memory-trim": "Return unused memory",
      "metrics-log": "Log metrics",
    },
    taskResults: {
      ok: "Succeeded",
      failed: "Failed",
      running: "Running",
      restarting: "Restarting after a crash",
      notYet: "Not run yet",
    },
  },

  invitation: {
    title: "You are invited",
    text: "Choose the password that you will log in with.",
    incomplete: "This link is incomplete. Copy all of it into the address bar, or ask for another one.",
    set: "Set password",
    accepted: (username: string) => `The password is set. Your user name is ${username}.`,
    logIn: "Log in",
  },

  secondFactor: {
    title: "Second factor",
    off: "Off. With a second factor, the password alone is not enough to log in: an app on your phone or computer shows a code.",
    on: (codesLeft: number) =>
      codesLeft === 1 ? "On. You have 1 recovery code left." : `On. You have ${codesLeft} recovery codes left.`,
    setUp: "Set up",
    begin: "Continue",
    beginText: "You need an app for one-time passwords (TOTP): an authenticator or a password manager.",
    scan: "Scan this code with the app.",
    qrCode: "QR code for the app",
    orType: "Or type in this secret:",
    copySecret: "Copy the secret",
    firstCode: "Code that the app shows",
    confirm: "Confirm",
    recoveryCodes: "Recovery codes",
    recoveryCodesText:
      "For the day on which the app is lost. Each of them logs you in once. Keep them in a safe place: they are shown only now.",
    copyCodes: "Copy all",
    saveCodes: "Download",
    fileTitle: (user: string, host: string) => `Recovery codes of ${user} for haltere at ${host}`,
    fileName: "haltere-recovery-codes.txt",
    done: "Done",
    goOn: "Continue",
    renew: "New recovery codes",
    renewText: "New codes replace those that you have. Your other sessions are logged out.",
    remove: "Switch off",
    removeText: "The password alone logs you in then. Your other sessions are logged out.",
    removeRequiredText: "You need one: you set up another one next. Your other sessions are logged out.",
    removed: "The second factor is off. Your other sessions are logged out.",
    dueTitle: "Set up a second factor",
    dueText: "You need one before you continue: your role requires it.",
    resetTitle: "Your second factor was reset",
    resetText: (by: string, time: string) =>
      `By \u2068${by}\u2069, ${time}. If you did not ask for it, tell an administrator.`,
    dismiss: "Dismiss",
    notDismissed: "The notice is not dismissed",
    /** By the server's message. */
    refusals: {
      "password: is wrong": "The current password is wrong.",
      "code: is wrong": "The code is wrong, was used already, or has expired.",
      "There is a second factor already": "You have set up a second factor already. Reload the page.",
      "There is no second factor": "There is no second factor any more. Reload the page.",
    } as Record<string, string>,
  },

  initialPassword: {
    title: "Choose a new password",
    text: "The initial password is in the log. Choose one only you know.",
    /** For users of whom an administrator requires it. */
    required: "An administrator requires a new password before you continue.",
    later: "Later",
  },
};
