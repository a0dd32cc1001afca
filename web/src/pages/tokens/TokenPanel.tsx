import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";

import { useFleet } from "../../api/fleet";
import type { Token } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { tokensQuery } from "../../api/tokens";
import { Ago } from "../../components/Ago";
import { LocalTime } from "../../components/LocalTime";
import { roleText } from "../../forms/RoleFields";
import { usePageMessages } from "../../i18n/page-messages";
import { sortByName } from "../../model/connection-sort";
import { linkTo } from "../../model/paths";
import { coveredBy } from "../../model/token-draft";
import { CopyButton } from "../../ui/CopyButton";
import { PropertyList } from "../../ui/PropertyList";
import { SidePanel } from "../../ui/SidePanel";
import { TokenExpiry } from "../../components/TokenExpiry";
import classes from "./TokenPanel.module.css";

interface Props {
  token: Token;
  now: number;
  /** Whether a dialog asks whether to revoke it. */
  isRevoking: boolean;
  onRevoke: (token: Token) => void;
  onClose: () => void;
}

/** What a token may do, until when, and when it was used. */
export function TokenPanel({ token, now, isRevoking, onRevoke, onClose }: Props) {
  const t = usePageMessages();
  const profile = useProfile();
  const queries = useQueryClient();
  // It may have been used or revoked since the list was requested.
  useEffect(() => void queries.invalidateQueries(tokensQuery), [queries]);
  const { name, hash, description, role, requestedBy, issueDate, lastUsed, readOnly, labels, networks } = token;
  return (
    <SidePanel title={name} isCovered={isRevoking} onClose={onClose}>
      <PropertyList
        properties={[
          [t.tokens.description, description],
          [t.tokens.user, <bdi key="user">{requestedBy}</bdi>],
          [t.tokens.expires, <TokenExpiry key="expires" token={token} now={now} />],
          [t.tokens.lastUsed, lastUsed ? <Ago time={lastUsed} now={now} /> : t.tokens.never],
          [t.tokens.createdAt, <LocalTime key="created" time={issueDate} />],
          [t.scope.role, t.roleNames[role] ?? role],
          [
            t.tokens.may,
            <>
              {roleText(role, t)} <span className={classes.soft}>({t.tokens.mayOfUser(requestedBy)})</span>
            </>,
          ],
          [t.tokens.limits, readOnly && t.tokens.readOnly],
          [t.tokens.onlyTheseActions, token.actions?.map((action) => t.users.may[action]).join(" · ")],
          [t.tokens.coverage, <Coverage key="covers" token={token} />],
          [t.tokens.ids, token.connections && <Connections ids={token.connections} />],
          [t.scope.labels, labels && <code>{labels}</code>],
          [t.tokens.fromNetworks, networks?.join(", ")],
          [
            t.tokens.hash,
            <span key="hash" className={classes.hash}>
              <code>{hash}</code> <CopyButton text={hash} label={t.tokens.copyHash} />
            </span>,
          ],
        ]}
      />
      <div className={classes.actions}>
        {hasPermission(profile, "audit.list") && (
          <Link {...linkTo.audit({ objectKind: "token", object: name })}>{t.tokens.audit}</Link>
        )}
        {hasPermission(profile, "tokens.revoke") && (
          <Button variant="light" color="red" onClick={() => onRevoke(token)}>
            {t.tokens.revoke}
          </Button>
        )}
      </div>
    </SidePanel>
  );
}

/** How many of all connections a token covers now. */
function Coverage({ token }: { token: Token }) {
  const t = usePageMessages();
  const { byId } = useFleet();
  const all = sortByName(byId);
  return t.scope.covered(coveredBy(token, all).length, all.length);
}

/** The connections of a list, with links to those that exist. */
function Connections({ ids }: { ids: readonly string[] }) {
  const t = usePageMessages();
  const { byId } = useFleet();
  return (
    <ul className={classes.connections}>
      {ids.map((id) => {
        const connection = byId.get(id);
        return (
          <li key={id}>
            {connection ? (
              <Link {...linkTo.connection(id)}>
                <bdi>{connection.name}</bdi>
              </Link>
            ) : (
              <>
                <code>{id}</code> <span className={classes.soft}>{t.scope.missing}</span>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
