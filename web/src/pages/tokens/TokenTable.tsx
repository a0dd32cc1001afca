import type { ReactNode } from "react";
import { useMemo } from "react";

import type { Token } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import type { TokensSearch } from "../../model/tokens-search";
import type { Sort } from "../../ui/table/column";
import { ListTable } from "../../ui/table/ListTable";
import type { TokenColumn } from "./token-columns";
import { useTokenColumns } from "./token-columns";

const TABLE_ID = "tokens";

/** A selector of what the keyboard operates first in the table. */
export const TABLE_START = `#${TABLE_ID} [tabindex="0"]`;

interface Props {
  tokens: readonly Token[];
  now: number;
  search: TokensSearch;
  sort: Sort<TokenColumn>;
  onSort: (column: TokenColumn) => void;
  onRevoke: (token: Token) => void;
  /** Replaces the rows if there are none. */
  empty: ReactNode;
}

/** Application tokens, a row each. */
export function TokenTable({ tokens, now, search, onRevoke, ...table }: Props) {
  const t = usePageMessages();
  const rows = useMemo(() => tokens.map((token) => ({ ...token, id: token.hash })), [tokens]);
  const columns = useTokenColumns(search, now, onRevoke);
  return <ListTable id={TABLE_ID} label={t.nav.tokens} rows={rows} columns={columns} {...table} />;
}
