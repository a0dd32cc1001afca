import type { Token } from "../api/schema";
import type { Messages } from "../i18n/en";
import { sortBy } from "../util/sort-by";
import { containsWords } from "../util/text-search";
import { tokenState } from "./token-state";
import type { TokenSortKey } from "./tokens-search";

/**
 * The tokens of which name, description, user, role, state and limits contain all words of a query, in the user's
 * language or as the API has them.
 */
export function filterTokens(tokens: readonly Token[], query: string, t: Messages, now: number): readonly Token[] {
  return tokens.filter((token) => {
    const state = tokenState(token, now);
    const texts = [
      token.name,
      token.description,
      token.requestedBy,
      t.roleNames[token.role],
      token.role,
      t.tokens.states[state],
      state,
      token.readOnly && t.tokens.readOnly,
      token.labels,
      ...(token.actions ?? []).flatMap((action) => [action, t.users.may[action]]),
      ...(token.connections ?? []),
      ...(token.networks ?? []),
    ];
    return containsWords(texts.filter(Boolean).join(" "), query);
  });
}

/** What limits a token, in a few words; empty if nothing but its role does. */
export function limitsText(
  { readOnly, actions, connections, labels, networks }: Token,
  { tokens, users }: Messages,
): string {
  const limits = [
    readOnly && tokens.readOnly,
    actions &&
      (actions.length > 1 ? tokens.actionCount(actions.length) : actions.map((action) => users.may[action]).join()),
    connections && tokens.connectionCount(connections.length),
    labels,
    networks && (networks.length === 1 ? networks[0] : tokens.networkCount(networks.length)),
  ];
  return limits.filter(Boolean).join(" · ");
}

interface TokenSort {
  readonly column: TokenSortKey;
  readonly descending: boolean;
}

/** Sorts tokens; those that are equal by name. */
export function sortTokens(tokens: readonly Token[], { column, descending }: TokenSort, t: Messages): Token[] {
  const values: Record<TokenSortKey, (token: Token) => string | number | undefined> = {
    name: ({ name }) => name,
    user: ({ requestedBy }) => requestedBy,
    role: ({ role }) => t.roleNames[role] ?? role,
    expires: ({ validUntil }) => Date.parse(validUntil),
    lastUsed: ({ lastUsed }) => (lastUsed ? Date.parse(lastUsed) : undefined),
  };
  return sortBy(sortBy(tokens, values.name, false), values[column], descending);
}
