import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useFleet } from "../../api/fleet";
import type { AuditEntry } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { LocalTime } from "../../components/LocalTime";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import type { AuditSearch } from "../../model/audit-search";
import { OBJECT_KINDS } from "../../model/audit-search";
import { auditText, objectName, sentenceText, SYSTEM } from "../../model/audit-sentence";
import { linkTo } from "../../model/paths";
import { CopyButton } from "../../ui/CopyButton";
import { PropertyList } from "../../ui/PropertyList";
import { SidePanel } from "../../ui/SidePanel";
import classes from "./AuditDetails.module.css";
import { Changes } from "./Changes";

interface Props {
  entry: AuditEntry;
  onClose: () => void;
}

/** An entry with all it says, next to the list. */
export function AuditDetails({ entry, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const { byId } = useFleet();
  const { details, outcomes, system } = t.audit;
  const { actor, address, requestId, action, outcome, since, timestamp, changes = [] } = entry;
  const { sentence, rest } = auditText(entry, (id) => byId.get(id)?.name, t, language);
  return (
    <SidePanel title={sentenceText(sentence)} onClose={onClose}>
      <div className={classes.details}>
        {changes.length > 0 && <Changes changes={changes} />}
        <PropertyList
          properties={[
            [details.time, <LocalTime key="time" time={timestamp} />],
            [details.since, since !== undefined && <LocalTime key="since" time={since} />],
            [t.audit.outcome, outcomes[outcome as keyof typeof outcomes] ?? outcome],
            [
              details.user,
              <Lines key="user" first={actor === SYSTEM ? system : <bdi>{actor}</bdi>}>
                <SearchLink text={details.byUser} search={{ actor }} />
              </Lines>,
            ],
            [
              details.action,
              <Lines key="action" first={t.activity.actions[action] ?? action}>
                <code>{action}</code>
              </Lines>,
            ],
            [details.object, entry.object !== undefined && <ObjectLines key="object" entry={entry} />],
            [details.detail, rest],
            [
              t.audit.address,
              address === undefined ? (
                details.noAddress
              ) : (
                <Copyable key="address" text={address} label={details.copyAddress} />
              ),
            ],
            [
              details.requestId,
              <Lines key="request" first={<Copyable text={requestId} label={details.copyRequestId} />}>
                <SearchLink text={details.ofRequest} search={{ requestId }} />
              </Lines>,
            ],
          ]}
        />
        <Chain entry={entry} />
        <div>
          <CopyButton text={() => JSON.stringify(entry, undefined, 2)} label={details.copyJson}>
            {details.copyJson}
          </CopyButton>
        </div>
      </div>
    </SidePanel>
  );
}

/** Filters the list, which closes the entry. */
function SearchLink({ text, search }: { text: string; search: AuditSearch }) {
  return (
    <Link {...linkTo.audit(search)} className={classes.search}>
      {text}
    </Link>
  );
}

function Lines({ first, children }: { first: ReactNode; children: ReactNode }) {
  return (
    <>
      <div>{first}</div>
      <div>{children}</div>
    </>
  );
}

/** The object, with a link to it if there still is one. */
function ObjectLines({ entry }: { entry: AuditEntry }) {
  const { details } = usePageMessages().audit;
  const { byId } = useFleet();
  const profile = useProfile();
  const { object = "", objectKind } = entry;
  const name = objectName(entry, (id) => byId.get(id)?.name) ?? object;
  const kind = OBJECT_KINDS.find((each) => each === objectKind);
  const isConnection = objectKind === "connection" && byId.has(object);
  const isPlugin = objectKind === "plugin" && hasPermission(profile, "plugins.switch");
  const isUser = objectKind === "user" && hasPermission(profile, "users.list");
  return (
    <Lines
      first={
        isConnection ? (
          <Link {...linkTo.connection(object)}>{name}</Link>
        ) : isPlugin ? (
          <Link {...linkTo.plugins()}>{name}</Link>
        ) : isUser ? (
          <Link {...linkTo.users({ q: object })}>{name}</Link>
        ) : (
          <bdi>{name}</bdi>
        )
      }
    >
      {name !== object && <code className={classes.id}>{object}</code>}
      <SearchLink text={details.aboutObject} search={{ objectKind: kind, object }} />
    </Lines>
  );
}

function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className={classes.copyable}>
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  );
}

/** The entry's place in the hash chain. */
function Chain({ entry: { sequence, chain } }: { entry: AuditEntry }) {
  const { details } = usePageMessages().audit;
  const [beforeCode, code, afterCode] = details.chainText.split("`");
  return (
    <section className={classes.section}>
      <h3>{details.chain}</h3>
      {chain ? (
        <>
          <PropertyList
            properties={[
              [details.sequence, String(sequence)],
              [details.position, String(chain.position)],
              [details.writer, <code key="writer">{chain.writer}</code>],
              [details.hash, <Copyable key="hash" text={chain.hash} label={details.copyHash} />],
              ...(chain.names ?? []).map(
                ({ kind, writer, position, hash }) =>
                  [
                    details.names[kind] ?? kind,
                    <code key={`${writer} ${position}`}>
                      {writer} · {position} · {hash}
                    </code>,
                  ] as const,
              ),
            ]}
          />
          <p>
            {beforeCode}
            <code>{code}</code>
            {afterCode}
          </p>
        </>
      ) : (
        <p>{details.noChain}</p>
      )}
    </section>
  );
}
