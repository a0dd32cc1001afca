import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import { hasPermission, useProfile } from "../../api/session";
import { areTokensOff, tokensQuery } from "../../api/tokens";
import { Ago } from "../../components/Ago";
import { NotLoaded } from "../../components/NotLoaded";
import { TokenExpiry } from "../../components/TokenExpiry";
import { useNow } from "../../hooks/use-now";
import { usePageMessages } from "../../i18n/page-messages";
import { linkTo } from "../../model/paths";
import { sortTokens } from "../../model/token-list";
import { Card } from "../../ui/Card";
import classes from "./OwnTokens.module.css";

/** The tokens that act for the user, for those who may see tokens. */
export function OwnTokens() {
  const t = usePageMessages();
  return (
    hasPermission(useProfile(), "tokens.list") && (
      <Card title={t.nav.tokens}>
        <Tokens />
      </Card>
    )
  );
}

function Tokens() {
  const t = usePageMessages();
  const profile = useProfile();
  const now = useNow(60_000);
  const { data, error, failureReason } = useQuery(tokensQuery);
  const own = useMemo(() => {
    const tokens = data?.filter(({ requestedBy }) => requestedBy === profile?.username);
    return tokens && sortTokens(tokens, { column: "expires", descending: false }, t);
  }, [data, profile, t]);
  if (areTokensOff(error)) return <p className={classes.text}>{t.tokens.offText}</p>;
  if (!own) return <NotLoaded failure={failureReason} queryKey={tokensQuery.queryKey} isPart />;
  return (
    <>
      <p className={classes.text}>{own.length > 0 ? t.tokens.ofProfile : t.tokens.none}</p>
      {own.length > 0 && (
        <ul className={classes.tokens}>
          {own.map((token) => (
            <li key={token.hash}>
              <Link {...linkTo.tokens({ mine: true, show: "details", token: token.hash })} className={classes.name}>
                <bdi>{token.name}</bdi>
              </Link>
              <span className={classes.role}>{t.roleNames[token.role] ?? token.role}</span>
              <TokenExpiry token={token} now={now} isFull />
              <span className={classes.used}>
                {t.tokens.lastUsed}: {token.lastUsed ? <Ago time={token.lastUsed} now={now} /> : t.tokens.never}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Link {...linkTo.tokens({ mine: true })}>{t.tokens.manage}</Link>
    </>
  );
}
