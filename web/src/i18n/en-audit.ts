/** Messages about the audit trail. */
export const auditMessages = {
  audit: {
    title: "Audit trail",
    text: "What users did and were refused, newest first.",
    noRight: "Your role does not allow you to see the audit trail.",
    list: "Entries of the audit trail, newest first",
    time: "Time",
    event: "Event",
    outcome: "Outcome",
    address: "Address",
    outcomes: { success: "Succeeded", denied: "Refused" },

    /**
     * What was done, and what was refused, by the names of the server; after some of them the detail that the sentence
     * says, too. `[a|b]` is the first of its texts that lacks no value.
     */
    sentences: {
      "connection.create": [
        "{actor} created [the connection {object}|a connection]",
        "{actor} tried to create [the connection {object}|a connection]",
      ],
      "connection.overwrite": [
        "{actor} overwrote [the connection {object}|a connection]",
        "{actor} tried to overwrite [the connection {object}|a connection]",
      ],
      "connection.update": [
        "{actor} changed [{fields} of {object}|the connection {object}|several connections]",
        "{actor} tried to change [the connection {object}|several connections]",
      ],
      "connection.delete": [
        "{actor} deleted [the connection {object}|several connections]",
        "{actor} tried to delete [the connection {object}|several connections]",
      ],
      "connection.connect": [
        "{actor} connected [{object}|several brokers]",
        "{actor} tried to connect [{object}|several brokers]",
      ],
      "connection.disconnect": [
        "{actor} disconnected [{object}|several brokers]",
        "{actor} tried to disconnect [{object}|several brokers]",
      ],
      "connection.import": ["{actor} imported connections", "{actor} tried to import connections"],
      "connection.export": ["{actor} exported connections", "{actor} tried to export connections"],
      "connection.test": [
        "{actor} tested the connection to [{object}|several brokers]",
        "{actor} tried to test the connection to [{object}|a broker]",
      ],
      "connection.read_secrets": [
        "{actor} read passwords or keys of [{object}|several connections]",
        "{actor} tried to read passwords or keys of [{object}|several connections]",
      ],
      "session.login": ["{actor} logged in", "{actor} tried to log in"],
      "session.logout": ["{actor} logged out", "{actor} tried to log out"],
      "session.end": [
        "{actor} ended [their session {object}|all their other sessions]",
        "{actor} tried to end [their session {object}|their other sessions]",
      ],
      "user.create": [
        "{actor} added [the user {object}|several users]",
        "{actor} tried to add [the user {object}|a user]",
      ],
      "user.update": [
        "{actor} changed [the user {object}|several users]",
        "{actor} tried to change [the user {object}|several users]",
      ],
      "user.update disabled": ["{actor} disabled the user {object}"],
      "user.update enabled": ["{actor} enabled the user {object}"],
      "user.password": [
        "{actor} changed the password of [{object}|several users]",
        "{actor} tried to change the password of [{object}|several users]",
      ],
      "user.password own": ["{actor} changed their own password"],
      "user.password by invitation": ["{actor} set their own password, by invitation"],
      "user.password wrong old password": [
        "{actor} changed their own password",
        "{actor} tried to change their own password",
      ],
      "user.second_factor": [
        "{actor} changed their own second factor",
        "{actor} tried to change their own second factor",
      ],
      "user.second_factor begun": ["{actor} began to set up a second factor"],
      "user.second_factor set up": ["{actor} set up a second factor"],
      "user.second_factor removed": ["{actor} removed their own second factor"],
      "user.second_factor new recovery codes": ["{actor} made new recovery codes"],
      "user.second_factor reset seen": ["{actor} has seen that their second factor was reset"],
      "user.invite": [
        "{actor} invited [the user {object}|several users]",
        "{actor} tried to invite [the user {object}|several users]",
      ],
      "user.end_sessions": [
        "{actor} ended sessions of [{object}|several users]",
        "{actor} tried to end sessions of [{object}|several users]",
      ],
      "user.view_as": [
        "{actor} began to see haltere as [{object}|another user] does",
        "{actor} tried to see haltere as [{object}|another user] does",
      ],
      "user.view_as begin": ["{actor} began to see haltere as {object} does"],
      "user.view_as end": ["{actor} stopped seeing haltere as {object} does"],
      "user.reset_second_factor": [
        "{actor} reset the second factor of [{object}|several users]",
        "{actor} tried to reset the second factor of [{object}|several users]",
      ],
      "user.delete": [
        "{actor} removed [the user {object}|several users]",
        "{actor} tried to remove [the user {object}|several users]",
      ],
      "group.create": [
        "{actor} created [the group {object}|a group]",
        "{actor} tried to create [the group {object}|a group]",
      ],
      "group.update": [
        "{actor} changed [the group {object}|a group]",
        "{actor} tried to change [the group {object}|a group]",
      ],
      "group.delete": [
        "{actor} deleted [the group {object}|a group]",
        "{actor} tried to delete [the group {object}|a group]",
      ],
      "token.create": [
        "{actor} created [the application token {object}|an application token]",
        "{actor} tried to create an application token",
      ],
      "token.revoke": [
        "{actor} revoked [the application token {object}|an application token]",
        "{actor} tried to revoke an application token",
      ],
      "plugin.switch": [
        "{actor} switched [the plugin {object}|several plugins]",
        "{actor} tried to switch [the plugin {object}|several plugins]",
      ],
      "plugin.switch on": ["{actor} switched the plugin {object} on"],
      "plugin.switch off": ["{actor} switched the plugin {object} off"],
      "sign_on.test": ["{actor} tested single sign-on", "{actor} tried to test single sign-on"],
      "backup.create": ["{actor} made a backup", "{actor} tried to make a backup"],
      "backup.restore": ["{actor} restored a backup", "{actor} tried to restore a backup"],
      "audit.remove": [
        "{actor} removed old entries of the audit trail",
        "{actor} tried to remove old entries of the audit trail",
      ],
      "audit.checkpoint": [
        "{actor} signed a checkpoint of the audit trail",
        "{actor} tried to sign a checkpoint of the audit trail",
      ],
      "secrets.rotate": ["{actor} changed the encryption keys", "{actor} tried to change the encryption keys"],
    } as Record<string, readonly [done: string, denied?: string]>,
    /** For an action of a later version. */
    unknownAction: "{actor}: {action}[ ({object})]",
    /** What haltere does itself, or its command line, as the subject of a sentence. */
    system: "haltere or its command line",
    /** Fields of a connection as the object of a sentence, by their names in the API. */
    fields: {
      name: "the name",
      url: "the URL",
      id: "the id",
      labels: "the labels",
      "credentials.username": "the user name",
      "credentials.password": "the password",
      "credentials.clientId": "the MQTT client id",
      rejectUnauthorized: "the certificate check",
      ca: "the CA",
      cert: "the client certificate",
      key: "the private key",
      "tls.alpn": "ALPN",
      "tls.serverName": "the server name (SNI)",
      noMetricsMode: "version and uptime ($SYS)",
      caFile: "the file of the CA",
      certFile: "the file of the certificate",
      keyFile: "the file of the key",
    } as Record<string, string>,
    /** Fields of users and groups, by their names in the API. */
    otherFields: {
      identity: "Identity at the provider",
      roles: "Roles",
      disabled: "Disabled",
      mustChangePassword: "Has to change the password",
      description: "Description",
      role: "Role",
      label: "Selected by labels",
      narrows: "Hides other connections",
      users: "Members",
      connections: "Connections",
    } as Record<string, string>,
    manyFields: (n: number) => `${n} settings`,

    filter: {
      label: "Filter",
      text: "Text",
      textHint: "Name, id, address, detail …",
      period: "When",
      periods: {
        all: "Any time",
        hour: "Last hour",
        day: "Last 24 hours",
        week: "Last 7 days",
        month: "Last 30 days",
        custom: "From … to …",
      },
      from: "From",
      to: "To",
      actor: "User",
      action: "Action",
      objectKind: "Kind of object",
      object: "Object",
      objectHint: "Id or name",
      outcome: "Outcome",
      address: "Address",
      requestId: "Request id",
      all: "All",
      another: "Add another …",
      more: "More filters",
      none: "Remove all filters",
      /** Names the button of a filter. */
      remove: (filter: string) => `Remove the filter: ${filter}`,
      endsBeforeItBegins: "This is before the beginning.",
      /** What the server refuses, by the filter. */
      faults: {
        address: "Must be an IP address, such as 10.0.0.5.",
        action: "There is no such action.",
        from: "Must be a time since 1970.",
        to: "Must be a time since 1970.",
      } as Record<string, string>,
      refused: "Correct the filter to see entries.",
    },
    /** Kinds of objects, by their names in the API. */
    objectKinds: {
      connection: "Connections",
      session: "Sessions",
      user: "Users",
      group: "Groups",
      token: "Application tokens",
      plugin: "Plugins",
      installation: "Installation",
    },

    details: {
      time: "Time",
      since: "Since",
      user: "User",
      action: "Action",
      object: "Object",
      detail: "Detail",
      requestId: "Request id",
      noAddress: "none: not a request over HTTP",
      copyAddress: "Copy the address",
      copyRequestId: "Copy the request id",
      copyHash: "Copy the hash",
      copyJson: "Copy as JSON",
      byUser: "All entries of this user",
      aboutObject: "All entries about this object",
      ofRequest: "All entries of this request",
      changes: "Changes",
      field: "Field",
      before: "Before",
      after: "After",
      withheld: {
        set: "was set; the trail does not contain it",
        changed: "was changed; the trail contains neither value",
        removed: "was removed; the trail does not contain it",
      } as Record<string, string>,
      chain: "Hash chain",
      chainText: "`haltere audit verify` on the server checks that no entry was changed or removed.",
      sequence: "Number",
      position: "Position",
      writer: "Writer",
      hash: "Hash",
      noChain: "This entry is not part of the hash chain: something else than haltere has added it.",
      names: { newest: "Names the newest of another writer", removed: "Names the last that was removed" } as Record<
        string,
        string
      >,
    },
    export: "Export",
    formats: { csv: "CSV, for spreadsheets", ndjson: "NDJSON, for programs" },
    exportText: "All entries that match the filter",

    none: "No entries match the filter.",
    noneYet: "None of the newest entries match the filter; older ones may.",
    end: "There are no older entries.",
    more: "Show older entries",
    refresh: "Refresh",
    refreshed: (n: number) => (n === 0 ? "No new entries" : n === 1 ? "1 new entry" : `${n} new entries`),
    notRefreshed: "The newest entries were not loaded",
    refreshedAll: "The newest entries are shown",
    ofConnection: "Who changed it: audit trail",
  },
};
