import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import type { Token } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { areTokensOff, ownTokensQuery, revokeOwnToken } from "../../api/tokens";
import { Ago } from "../../components/Ago";
import { NotLoaded } from "../../components/NotLoaded";
import { RevokeDialog } from "../../components/RevokeDialog";
import { TokenExpiry } from "../../components/TokenExpiry";
import { useNow } from "../../hooks/use-now";
import { usePageMessages } from "../../i18n/page-messages";
import { linkTo } from "../../model/paths";
import { sortTokens } from "../../model/token-list";
import { Card } from "../../ui/Card";
import { focusHeading } from "../../util/focus-heading";
import classes from "./OwnTokens.module.css";

/** The tokens that act for the user. For those who may not see all tokens the card is there only if they have some. */
export function OwnTokens() {
  const t = usePageMessages();
  const profile = useProfile();
  const canManage = hasPermission(profile, "tokens.list");
  const { data, error, failureReason } = useQuery(ownTokensQuery);
  const own = useMemo(() => data && sortTokens(data, { column: "expires", descending: false }, t), [data, t]);
  const isOff = areTokensOff(error);
  const isHidden = !canManage && (isOff || (own ? own.length === 0 : !failureReason));
  const now = useNow(60_000);
  const [revoking, setRevoking] = useState<Token>();
  const isRevoked = useRef(false);
  // The button that asked is gone, and the card may be.
  useEffect(() => {
    if (revoking || !isRevoked.current) return;
    isRevoked.current = false;
    focusHeading();
  }, [revoking]);
  return (
    <>
      {!isHidden && (
        <Card title={t.nav.tokens}>
          {isOff && <p className={classes.text}>{t.tokens.offText}</p>}
          {!isOff && own && <Tokens tokens={own} now={now} canManage={canManage} onRevoke={setRevoking} />}
          {!isOff && !own && <NotLoaded failure={failureReason} queryKey={ownTokensQuery.queryKey} isPart />}
        </Card>
      )}
      {revoking && (
        <RevokeDialog
          token={revoking}
          now={now}
          revoke={revokeOwnToken}
          onRevoked={() => {
            isRevoked.current = true;
            setRevoking(undefined);
          }}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </>
  );
}

interface TokensProps {
  tokens: readonly Token[];
  now: number;
  /** Whether the user may see the page of all tokens. */
  canManage: boolean;
  onRevoke: (token: Token) => void;
}

function Tokens({ tokens, now, canManage, onRevoke }: TokensProps) {
  const t = usePageMessages();
  return (
    <>
      <p className={classes.text}>{tokens.length > 0 ? t.tokens.ofProfile : t.tokens.none}</p>
      {tokens.length > 0 && (
        <ul className={classes.tokens}>
          {tokens.map((token) => (
            <li key={token.hash}>
              {canManage ? (
                <Link {...linkTo.tokens({ mine: true, show: "details", token: token.hash })} className={classes.name}>
                  <bdi>{token.name}</bdi>
                </Link>
              ) : (
                <bdi className={classes.name}>{token.name}</bdi>
              )}
              <span className={classes.role}>{t.roleNames[token.role] ?? token.role}</span>
              <TokenExpiry token={token} now={now} isFull />
              <span className={classes.used}>
                {t.tokens.lastUsed}: {token.lastUsed ? <Ago time={token.lastUsed} now={now} /> : t.tokens.never}
              </span>
              <Button
                variant="subtle"
                color="red"
                size="compact-sm"
                aria-label={t.tokens.revokeOf(token.name)}
                onClick={() => onRevoke(token)}
              >
                {t.tokens.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {canManage && <Link {...linkTo.tokens({ mine: true })}>{t.tokens.manage}</Link>}
    </>
  );
}
