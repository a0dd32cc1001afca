import { certificateOwners, notes, reasons } from "./en-reasons";

/**
 * The messages of the first load: the frame around the pages, the fleet and the login. Texts from brokers and the
 * server are shown as they are. U+2068 and U+2069 isolate a name within a sentence: a right-to-left name must not
 * reorder the text around it.
 */
export const coreMessages = {
  product: "haltere",
  motto: "Your Mosquitto brokers, in balance.",
  loading: "Loading …",
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  save: "Save",
  delete: "Delete",
  more: "More",
  retry: "Try again",
  undo: "Undo",

  nav: {
    main: "Main",
    fleet: "Fleet",
    activity: "Activity",
    administration: "Administration",
    plugins: "Plugins",
    about: "About",
    api: "API",
    profile: "Profile",
    logOut: "Log out",
    skip: "Skip to content",
    commands: "Commands",
    labels: "Labels of the navigation",
    collapse: "Collapse navigation",
    expand: "Expand navigation",
  },

  appearance: {
    theme: "Theme",
    themes: { auto: "System", light: "Light", dark: "Dark" },
    language: "Language",
    languageNotLoaded: "The language could not be changed",
  },

  commands: {
    open: "Go to …",
    search: "A connection, a page or a command …",
    connections: "Connections",
    nothing: "Nothing found.",
    down: "Show what is down",
    transfer: "Import and export",
    api: "Documentation of the API",
    shortcuts: "Keyboard shortcuts",
    focusFilter: "Filter the fleet",
    editConnection: "Edit the connection",
    saveForm: "Save the form",
    closeDialog: "Close a dialog, clear the filter",
    /** As keyboards of this language label the key. */
    ctrl: "Ctrl",
    singleKeys: "Single-key shortcuts",
    singleKeysText: "When off, only shortcuts with Ctrl or ⌘ work.",
  },

  states: {
    online: "Connected",
    down: "Down",
    connecting: "Connecting",
    idle: "Disconnected",
    unreadable: "Unreadable",
    unobserved: "Not observed",
  },
  stateDescriptions: {
    online: "Connected and responding.",
    down: "Connection failed. haltere keeps retrying.",
    connecting: "Connecting for the first time.",
    idle: "Disconnected on purpose.",
    unreadable: "haltere can't read this connection's stored settings.",
  },

  reasons,
  notes,
  certificateOwners,

  login: {
    title: "Log in",
    username: "User name",
    password: "Password",
    submit: "Log in",
    /** By the value of `?error=` that the server redirects to `/login` with. */
    reasons: {
      "session-expired":
        "Your session has ended. Log in again and you are back where you were, with all that you typed.",
      "authentication-failed": "The user name or the password is wrong.",
      throttled: "Too many attempts. Please wait a minute, then try again.",
    } as Record<string, string>,
    tooManyAttempts: (wait: string) => `Too many attempts. Try again in ${wait}.`,
    unreachable: "Can't reach haltere. Is it running?",
    firstTime: "First time here? Find the admin password in haltere's startup log.",
  },

  offline: {
    title: "Can't reach haltere",
    keepsTrying: "This page keeps retrying.",
    stale: (age: string) => `Showing data from ${age}. Reconnecting …`,
    notLive: "This window is not up to date",
    nextTry: (time: string) => `Next try in ${time}.`,
    trying: "trying now",
    busy: "haltere is busy",
    again: (wait: string) => `Try again in ${wait}.`,
    later: "Try again later.",
    /** By a part of the limit's name; the first match counts. */
    limits: {
      streams: "too many windows are open; close some of them",
      tests: "too many connection tests are running",
      import: "another import is under way",
      session: "too many sessions are open",
      password_checks: "too many people log in at once",
      memory: "too much is being sent or received at once",
      audited_actions: "this was done too often within an hour",
      refusals: "this was refused too often in a short time",
      connections: "too many network connections are open",
    } as Record<string, string>,
  },

  /** What is wrong with the server's storage, by the server's reason. */
  storage: {
    notReady: "haltere is not ready",
    effect: "Changes can't be saved at the moment. The display continues.",
    reasons: {
      "the disk is full": {
        title: "The disk is full",
        how: "Free some space: haltere retries every second and needs no restart.",
      },
      "the database is read-only": {
        title: "The database is read-only",
        how: "Stop haltere, check and mount the file system, then start it.",
      },
      "the disk fails": { title: "The disk fails", how: "Check the disk. haltere's log shows the error number." },
      "the database is damaged": {
        title: "The database is damaged",
        how: "Stop haltere, keep a copy of haltere.db*, and restore a good backup.",
      },
      "the database's files were removed or replaced": {
        title: "The database's files were removed or replaced",
        how: "Stop haltere, put the right files in place, then start it. Otherwise the next start uses the files that are there.",
      },
    } as Record<string, { title: string; how: string }>,
  },

  fleet: {
    title: "Fleet",
    allWell: (n: number) => (n === 1 ? "Your broker is connected." : `All ${n} brokers are connected.`),
    someDown: (bad: number, n: number) =>
      n === 1 ? "Your broker is down." : `${bad} of ${n} brokers ${bad === 1 ? "is" : "are"} down.`,
    allIdle: "All brokers are disconnected on purpose.",
    connecting: "Connecting …",
    someUnreadable: (n: number) => (n === 1 ? "1 connection can't be read." : `${n} connections can't be read.`),
    failuresTitle: "Problems",
    causes: (n: number) => (n === 1 ? "1 cause in the whole fleet." : `${n} causes in the whole fleet.`),
    showCauses: "Clear the filter and show them",
    moreCauses: (n: number) => (n === 1 ? "1 more cause" : `${n} more causes`),
    showBrokers: (n: number) => `Show ${n} brokers`,
    fresh: (n: number) => `${n} new in the last 2 min`,
    allFresh: "new in the last 2 min",
    latest: (age: string) => `newest ${age} ago`,
    addresses: (n: number) => `${n} addresses`,
    issuers: (n: number) => `${n} issuers`,
    /** What several brokers at different addresses have in common, by failure code. Their number is in front of it. */
    sharedFailure: (code: string) => `brokers fail with ${code}`,
    sharedFailures: {
      ECONNREFUSED: "brokers refuse the connection",
      ETIMEDOUT: "brokers do not respond",
      ECONNCLOSED: "brokers closed the connection",
      ECONNRESET: "brokers reset the connection",
      EHOSTUNREACH: "brokers to which there is no route",
      ENOTFOUND: "brokers whose host names are unknown",
      EAI_AGAIN: "brokers whose host names can't be resolved at the moment",
      NOT_AUTHORIZED: "brokers refuse the credentials",
      CERT_HAS_EXPIRED: "brokers have an expired certificate",
      SELF_SIGNED_CERT_IN_CHAIN: "brokers use a CA that is not trusted yet",
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: "brokers use a CA that is not trusted yet",
      DEPTH_ZERO_SELF_SIGNED_CERT: "brokers have a self-signed certificate that is not trusted yet",
    } as Record<string, string>,
    /** Whose certificates expire within 30 days. The number of connections is in front of it. */
    expiring: {
      broker: (n: number) => `${n === 1 ? "broker has" : "brokers have"} a certificate that expires within 30 days`,
      client: (n: number) =>
        `${n === 1 ? "connection uses" : "connections use"} a client certificate that expires within 30 days`,
      both: (n: number, brokers: number, own: number) =>
        `${n === 1 ? "connection has" : "connections have"} certificates that expire within 30 days: ${brokers} of brokers, ${own} of haltere`,
    },
    firstExpiry: (when: string) => `the first ${when}`,
    expiringCertificates: "Certificate expires within 30 days",
    allTitle: "All connections",
    brokers: (n: number) => (n === 1 ? "1 broker" : `${n} brokers`),
    andMore: (n: number) => `and ${n} more`,
    sinceWhen: (age: string) => `for ${age}`,
    sinceAtLeast: (age: string) => `for at least ${age}`,
    atLeast: (age: string) => `≥ ${age}`,
    orBefore: (when: string) => `${when} or before`,
    filter: "Filter by name, URL, reason …",
    clearFilter: "Clear the filter",
    choose: "Filters",
    table: "Table",
    grid: "Grid",
    view: "View",
    name: "Name",
    state: "State",
    reason: "Reason",
    code: "Code",
    certificate: "Certificate until",
    certificateOf: { broker: "broker", client: "haltere" },
    brokerCertificate: "Broker's certificate until",
    clientCertificate: "Client certificate until",
    changed: "Since",
    labels: "Labels",
    sections: "Sections",
    noSections: "None",
    withoutLabel: (key: string) => `Without \u2068${key}\u2069`,
    version: "Version",
    sortBy: (column: string) => `Sort by ${column}`,
    shown: (n: number, all: number) => (n === all ? `${n}` : `${n} of ${all}`),
    noMatch: "No connection matches.",
    newConnection: "New connection",
    otherWays: "Other ways to add connections",
    empty: "No broker yet",
    emptyText: "Add your first broker. haltere connects right away and keeps reconnecting on its own.",
    transfer: "Import, export",
    firstByHand: "Add a broker",
    firstByHandText: "Its URL is enough to start with. A test shows step by step how far haltere gets.",
    firstByImport: "Import from MMC",
    firstByImportText: "Choose the config.json of a management center for Mosquitto, or an export of another haltere.",
    firstByScript: "From a script",
    firstByScriptText: "The API is compatible with MMC 2.8. Log in, then:",
    select: (name: string) => `Select ${name}`,
    selectAll: "Select all that are shown",
    skipToList: "Skip to the list",
    downloadCsv: (n: number) => `Download as CSV (${n})`,
    selected: (n: number) => `${n} selected`,
    edit: "Edit",
    connect: "Connect",
    disconnect: "Disconnect",
    expires: {
      broker: (when: string) => `the broker's certificate expires ${when}`,
      client: (when: string) => `haltere's client certificate expires ${when}`,
    },
    expired: { broker: "the broker's certificate has expired", client: "haltere's client certificate has expired" },
    noRight: "Your role does not allow you to see connections.",
    noRightText: "Ask an administrator for the role viewer, editor or connectionManager.",
  },

  table: {
    options: "View",
    columns: "Columns",
    density: "Row height",
    densities: { comfortable: "Comfortable", compact: "Compact" },
    selection: "Selection",
  },

  errors: {
    editConflict: "This connection was changed in the meantime",
    nothingSaved: "Nothing was saved.",
    title: "Something went wrong",
    unreachable: "Can't reach haltere.",
    /** By the server's message, for refusals that name no field. */
    refusals: {
      "Plugin not found": "An administrator has turned this off: see Administration, Plugins.",
      "Not allowed": "Your role does not allow this.",
      "oldPassword: is wrong": "The current password is wrong.",
      "Connection not found": "This connection does not exist any more.",
      "Connection with the same name/id already exists": "A connection with this name and this id already exists.",
      "Connection with either the same name or id already exists":
        "A connection with this name or this id already exists.",
      "User already exists": "There is a user with this name already.",
      "User does not exist": "This user does not exist any more.",
      "The last administrator can't be deleted, disabled or lose the role admin":
        "There must be an administrator: this one is the last.",
      "Maximum number of connections reached": "There are as many connections as the configuration allows.",
      "Maximum size of all connections reached": "The connections hold as much as the configuration allows.",
      "Session not found": "This session has ended already.",
      "Another program holds the database; try again": "Another program holds the database. Try again.",
      "An internal server error occurred": "haltere failed. Its log says more.",
    } as Record<string, string>,
    serverSays: (message: string) => message,
    notLoaded: "This could not be loaded",
    notFound: "Page not found",
    toFleet: "To the fleet",
    renderFailed: "This page crashed. Reload to continue.",
  },
};

/** Their type in every language. */
export type CoreMessages = typeof coreMessages;
