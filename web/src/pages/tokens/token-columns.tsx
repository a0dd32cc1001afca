import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Token } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { Ago } from "../../components/Ago";
import { usePageMessages } from "../../i18n/page-messages";
import { linkTo } from "../../model/paths";
import { limitsText } from "../../model/token-list";
import type { TokenSortKey, TokensSearch } from "../../model/tokens-search";
import type { Column } from "../../ui/table/column";
import classes from "./token-columns.module.css";
import { TokenExpiry } from "../../components/TokenExpiry";

/** Those by which tokens can be sorted, and the others. */
export type TokenColumn = TokenSortKey | "actions";

/** A token as a row of the table. */
export interface TokenRow extends Token {
  /** The hash. */
  readonly id: string;
}

/** The attribute of the link that names the token. */
const TOKEN = "data-token";

/** The link of a token in the table, if it is there. */
export const findToken = (hash: string): HTMLElement | null =>
  document.querySelector(`[${TOKEN}="${CSS.escape(hash)}"]`);

/** The columns of the table of tokens. Links keep the filter and the order of `search`. */
export function useTokenColumns(
  search: TokensSearch,
  now: number,
  onRevoke: (token: Token) => void,
): readonly Column<TokenRow, TokenColumn>[] {
  const t = usePageMessages();
  const profile = useProfile();
  return useMemo(
    () => [
      {
        id: "name",
        title: t.tokens.name,
        width: 7,
        grow: 2,
        isRowHeader: true,
        isSortable: true,
        hasControl: true,
        cell: (token, tabIndex) => (
          <div className={classes.identity}>
            <Link
              {...linkTo.tokens({ ...search, show: "details", token: token.hash })}
              resetScroll={false}
              className={classes.name}
              tabIndex={tabIndex}
              {...{ [TOKEN]: token.hash }}
            >
              {token.name}
            </Link>
            {token.description !== undefined && <span className={classes.description}>{token.description}</span>}
            {/* Where there is no column for it. */}
            <span className={classes.more}>
              <TokenExpiry token={token} now={now} isFull />
            </span>
          </div>
        ),
      },
      {
        id: "user",
        title: t.tokens.user,
        width: 5.5,
        grow: 1,
        dropOrder: 2,
        isSortable: true,
        cell: ({ requestedBy }) => <span title={requestedBy}>{requestedBy}</span>,
      },
      {
        id: "role",
        title: t.scope.role,
        width: 10,
        grow: 2,
        dropOrder: 3,
        isSortable: true,
        cell: (token) => {
          const limits = limitsText(token, t);
          return (
            <div className={classes.identity}>
              <span>{t.roleNames[token.role] ?? token.role}</span>
              {limits && (
                <span className={classes.description} title={limits}>
                  {limits}
                </span>
              )}
            </div>
          );
        },
      },
      {
        id: "expires",
        title: t.tokens.expires,
        width: 8,
        dropOrder: 1,
        isSortable: true,
        cell: (token) => (
          <span className={classes.expires}>
            <TokenExpiry token={token} now={now} />
          </span>
        ),
      },
      {
        id: "lastUsed",
        title: t.tokens.lastUsed,
        width: 7.5,
        dropOrder: 4,
        isSortable: true,
        cell: ({ lastUsed }) => (lastUsed ? <Ago time={lastUsed} now={now} /> : t.tokens.never),
      },
      ...(hasPermission(profile, "tokens.revoke")
        ? ([
            {
              id: "actions",
              title: t.tokens.actions,
              width: 5.5,
              hasControl: true,
              align: "end",
              cell: (token, tabIndex) => (
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  tabIndex={tabIndex}
                  aria-label={t.tokens.revokeOf(token.name)}
                  onClick={() => onRevoke(token)}
                >
                  {t.tokens.revoke}
                </Button>
              ),
            },
          ] satisfies Column<TokenRow, TokenColumn>[])
        : []),
    ],
    [t, profile, search, now, onRevoke],
  );
}
