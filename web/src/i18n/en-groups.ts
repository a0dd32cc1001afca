/** Messages of the page Groups. */
export const groupMessages = {
  groups: {
    text: "A group gives its members a role on its connections, and hides all others from them.",
    filter: "Filter by name, member, role …",
    noMatch: "No group matches.",
    noneYet: "There are no groups yet.",
    noneYetText: "Without groups, every user sees all connections that their roles allow.",
    name: "Name",
    members: "Members",
    connections: "Connections",
    actions: "Actions",
    deleteOf: (name: string) => `Delete \u2068${name}\u2069`,
    memberCount: (n: number) => (n === 1 ? "1 member" : `${n} members`),
    listed: (n: number) => `${n} listed`,
    hidesNothing: "hides nothing",
    seesNothing: "Members see no connection",

    description: "Description",
    mayText: (actions: string) =>
      `The members may do this with the group's connections. Their own roles count for everything else, and for no connection. Every role allows: ${actions}.`,
    findMember: "Find a user …",
    noUsers: "You are not allowed to see users, so the members can't be changed.",
    list: "Connections in the list",
    byLabels: "And connections with these labels",
    byLabelsText: "As they are at the time. Anyone who may change labels changes with them what is in the group.",
    sees: (name: string, covered: string) => `\u2068${name || "The group"}\u2069 sees ${covered}.`,
    hides: "All others are hidden from its members.",
    withoutConnections: "The group hides nothing: its members see what their own roles allow.",
    hidesAll: "Hide all connections",
    hidesAllText: "The group has no connections. Its members see none while this is on.",
    administrators: "Administrators among the members see only these connections, too.",
    create: "Create",
    created: (name: string) => `\u2068${name}\u2069 is created`,
    deleted: (name: string) => `\u2068${name}\u2069 is deleted`,
    ask: (name: string) => `Delete \u2068${name}\u2069?`,
    consequence: (members: number) =>
      members === 0
        ? "The group has no members. This can't be undone."
        : `The group has ${members === 1 ? "1 member" : `${members} members`}. Those who are in no other group see all connections that their own roles allow. This can't be undone.`,
    ownGroup: "You are a member: a change concerns what you see.",
    settings: {
      description: "Description",
      role: "Role",
      users: "Members",
      connections: "Connections",
      label: "Labels",
      narrows: "What it hides",
    },
    gone: "This group does not exist any more.",
    ofUser: "Groups",
    ofGroups: (n: number) => (n === 1 ? "1, by groups" : `${n}, by groups`),
    noGroup: "none",

    /** By the server's message, for those without a key. */
    refusals: {
      "name: is taken": "There is a group with this name already.",
      "Maximum number of groups reached": "There are as many groups as there can be.",
      "The last administrator can't be in a group that hides connections":
        "There must be an administrator who sees all connections: this would hide some from the last one.",
    } as Record<string, string>,
    unknown: (names: string) => `Does not exist any more: ${names}.`,
    tooMany: (n: string) => `At most ${n}.`,
  },
};
