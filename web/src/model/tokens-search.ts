import type { ListSearch } from "./list-search";
import { parseListSearch, searchText } from "./list-search";

/** The columns that application tokens can be sorted by. */
const TOKEN_SORT_KEYS = ["name", "user", "role", "expires", "lastUsed"] as const;
export type TokenSortKey = (typeof TOKEN_SORT_KEYS)[number];

/** What is open next to the list: the form for a new token, or what a token may do. */
const PANELS = ["new", "details"] as const;

/** The search parameters of the page Application tokens, so that a URL can be shared. */
export interface TokensSearch extends ListSearch<TokenSortKey, (typeof PANELS)[number]> {
  /** Only tokens of the user of this console. */
  readonly mine?: boolean | undefined;
  /** The hash of the token that the panel is about. */
  readonly token?: string | undefined;
}

/** Reads search parameters, which may hold anything; leaves out invalid ones. */
export function parseTokensSearch(params: Record<string, unknown>): TokensSearch {
  return {
    ...parseListSearch(params, TOKEN_SORT_KEYS, PANELS),
    ...(params["mine"] === true && { mine: true }),
    ...searchText(params, "token"),
  };
}
