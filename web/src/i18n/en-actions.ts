/** Messages about what is done with connections: merging edits, copies, diagnoses, changes of many. */
export const actionMessages = {
  pem: {
    until: (day: string) => `until ${day}`,
    expired: (day: string) => `expired on ${day}`,
    more: (n: number) => `and ${n} more`,
  },

  /** The choice between the changes of two users. */
  merge: {
    changedBy: (who: string, ago: string) => `Changed by \u2068${who}\u2069 ${ago}`,
    choose: "Choose whose value to keep for each field. Your other changes stay.",
    nothingVisible: "Nothing that is shown here was changed. It may be a password or a private key.",
    theirs: "Theirs",
    mine: "Yours",
    take: "Use these values",
    merged: "The form has the values you chose. Save to store them.",
    secret: "not shown",
    none: "none",
  },

  duplicate: {
    action: "Duplicate",
    title: (name: string) => `Copy of \u2068${name}\u2069`,
    /** The name of the new connection. */
    name: (name: string) => `Copy of ${name}`,
    note: "Id, password, client id, client certificate and private key are not copied.",
  },

  /** A text for a ticket. */
  diagnosis: {
    copy: "Copy diagnosis",
    copied: "The diagnosis is on the clipboard. It contains no secrets.",
    notCopied: "The browser did not allow access to the clipboard.",
    time: "Time",
    orBefore: "or before",
    code: "Code",
    reason: "Reason",
    stage: "Stage",
    address: "Address",
    attempt: "Attempt",
    nextTry: "Next try",
    test: "Test",
    verdict: "Certificates",
  },

  trustAll: {
    found: (n: number) => `${n} brokers present this CA and fail because of it.`,
    trust: (n: number) => `Trust it for all ${n}`,
    names: "Show them",
    replaced: (n: number) => `${n} of them ${n === 1 ? "trusts" : "trust"} another CA now, which it replaces.`,
    done: (n: number) => `The CA is trusted for ${n === 1 ? "1 connection" : `${n} connections`}`,
    undone: (n: number) => `The CA is no longer trusted for ${n === 1 ? "1 connection" : `${n} connections`}`,
  },

  labels: {
    add: "Add a label",
    addText: "key=value, such as site=graz. Press Enter after each; up to 16 per connection.",
    remove: (label: string) => `Remove the label \u2068${label}\u2069`,
    set: "Set labels",
    unset: "Remove the label",
    unsetNone: "keep all",
  },

  bulkEdit: {
    title: (n: number) => `Edit ${n === 1 ? "1 connection" : `${n} connections`}`,
    scheme: "Scheme",
    schemeText: "A default port changes with it.",
    keep: "Keep",
    ca: "Trusted CA",
    credentials: "Credentials",
    replace: "Replace",
    remove: "Remove",
    removed: "none",
    plan: "What will change",
    unchanged: (n: number) => `${n} ${n === 1 ? "is" : "are"} like that already.`,
    nothing: "Choose what to change.",
    change: (n: number) => `Change ${n === 1 ? "1 connection" : `${n} connections`}`,
    done: (n: number) => `${n === 1 ? "1 connection" : `${n} connections`} changed`,
    undone: (n: number) => `${n === 1 ? "1 connection" : `${n} connections`} changed back`,
    newPassword: "with a new password",
  },

  /** Topic filters that the broker refused, with its reasons. */
  refusedFilters: "Refused subscriptions",

  /** The outcome of an action, briefly shown. */
  outcome: {
    saved: (name: string) => `\u2068${name}\u2069 is saved`,
    undone: (name: string) => `The change of \u2068${name}\u2069 is undone`,
    connecting: (name: string) => `Connecting to \u2068${name}\u2069 now`,
    disconnected: (name: string) => `\u2068${name}\u2069 is disconnected`,
    sessionEnded: (device: string) => `The session at \u2068${device}\u2069 has ended`,
  },

  /** Titles of errors. */
  failed: {
    connect: (name: string) => `Connecting to \u2068${name}\u2069 failed`,
    disconnect: (name: string) => `Disconnecting \u2068${name}\u2069 failed`,
    delete: (name: string) => `\u2068${name}\u2069 was not deleted`,
    test: "The test could not run",
    trust: "The certificate was not trusted",
    undo: "This could not be undone",
    save: "This was not saved",
    switchPlugin: "The plugin was not switched",
    endSession: "The session has not ended",
    endOthers: "The other sessions have not ended",
    unreadable: "What is stored of this connection can't be read; open it to enter it again.",
    logOut: "You are still logged in",
  },

  viewer: {
    showAs: "Show as",
    kinds: { json: "JSON", text: "Text", hex: "Hex" },
    cut: (size: string) => `Only the beginning is shown. “Copy” copies all ${size}.`,
  },

  bulk: {
    connect: (n: number) => `Connect ${n === 1 ? "1 broker" : `${n} brokers`}?`,
    disconnect: (n: number) => `Disconnect ${n === 1 ? "1 broker" : `${n} brokers`}?`,
    delete: (n: number) => `Delete ${n === 1 ? "1 connection" : `${n} connections`}?`,
    connectText: "haltere connects now and keeps retrying until it succeeds.",
    disconnectText: "haltere disconnects and stays disconnected until you reconnect. The brokers keep running.",
    deleteText:
      "This removes the connections and their stored credentials and keys. The brokers keep running. This can't be undone.",
    unchanged: (n: number) => `${n} already ${n === 1 ? "is" : "are"}`,
    progress: (done: number, all: number) => `${done} of ${all}`,
    outcome: (done: number, failed: number) => (done > 0 ? `${done} done, ${failed} failed` : `${failed} failed`),
    typeNumber: (n: number) => `Type ${n} to confirm`,
    done: {
      connect: (n: number) => `${n === 1 ? "1 broker is" : `${n} brokers are`} being connected`,
      disconnect: (n: number) => `${n === 1 ? "1 broker" : `${n} brokers`} disconnected`,
      delete: (n: number) => `${n === 1 ? "1 connection" : `${n} connections`} deleted`,
    },
  },
};
