import "@mantine/core/styles/Checkbox.css";

import { Alert, Button, Checkbox } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { CreatedToken, Token } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { areTokensOff, revokeToken, tokensQuery } from "../api/tokens";
import { LinkButton } from "../components/LinkButton";
import { NotLoaded } from "../components/NotLoaded";
import { RevokeDialog } from "../components/RevokeDialog";
import { useSearchUpdate } from "../components/use-query-state";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useNow } from "../hooks/use-now";
import { useTrailingText } from "../hooks/use-trailing-text";
import { usePageMessages } from "../i18n/page-messages";
import { linkTo, PATHS } from "../model/paths";
import { filterTokens, sortTokens } from "../model/token-list";
import type { TokenSortKey, TokensSearch } from "../model/tokens-search";
import { EmptyState } from "../ui/EmptyState";
import { FilterField } from "../ui/FilterField";
import { nextSort } from "../ui/table/column";
import { focusHeading } from "../util/focus-heading";
import { AdministrationStart } from "./AdministrationPage";
import { NewTokenPanel } from "./tokens/NewTokenPanel";
import { SecretDialog } from "./tokens/SecretDialog";
import { findToken } from "./tokens/token-columns";
import { TokenPanel } from "./tokens/TokenPanel";
import { TABLE_START, TokenTable } from "./tokens/TokenTable";
import classes from "./AccessPage.module.css";

/** Application tokens, or for those who may not see them the first section that they have. */
export function TokensPage() {
  return hasPermission(useProfile(), "tokens.list") ? <Tokens /> : <AdministrationStart />;
}

function Tokens() {
  const t = usePageMessages();
  useDocumentTitle(t.nav.tokens);
  const profile = useProfile();
  const [created, setCreated] = useState<CreatedToken>();
  const [revoking, setRevoking] = useState<Token>();
  const search = useSearch({ from: "/administration/tokens" });
  const updateSearch = useSearchUpdate<TokensSearch>(PATHS.tokens);
  const { data, error, failureReason } = useQuery(tokensQuery);
  const isOff = areTokensOff(error);
  const tokens = isOff ? undefined : data;
  const canCreate = tokens !== undefined && hasPermission(profile, "tokens.create");
  const now = useNow(60_000);
  const closePanel = useCallback(() => updateSearch({ show: undefined, token: undefined }), [updateSearch]);
  const chosen = tokens?.find(({ hash }) => hash === search.token);
  // The element that opened something may be gone when it closes, or be another one.
  const focusNext = useRef<() => HTMLElement | null | undefined>(undefined);
  const isOpen = search.show !== undefined || revoking !== undefined || created !== undefined;
  useEffect(() => {
    if (isOpen || !focusNext.current) return;
    const target = focusNext.current() ?? document.querySelector<HTMLElement>(TABLE_START);
    focusNext.current = undefined;
    if (target) target.focus({ preventScroll: true });
    else focusHeading();
  }, [isOpen]);
  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{t.nav.tokens}</h1>
        {canCreate && (
          <Button
            className={classes.actions}
            leftSection={<IconKey size={16} />}
            onClick={() => updateSearch({ show: "new" })}
          >
            {t.commands.newToken}
          </Button>
        )}
      </div>
      <p className={classes.text}>{t.tokens.text}</p>
      {isOff && (
        <EmptyState title={t.tokens.off} isPart>
          <p>{t.tokens.offText}</p>
          {hasPermission(profile, "plugins.switch") && (
            <LinkButton {...linkTo.plugins()} variant="default">
              {t.tokens.toPlugins}
            </LinkButton>
          )}
        </EmptyState>
      )}
      {!isOff && !tokens && <NotLoaded failure={failureReason} queryKey={tokensQuery.queryKey} />}
      {tokens && search.token !== undefined && !chosen && (
        <Alert color="yellow" variant="light" role="alert" mb="md" withCloseButton onClose={closePanel}>
          {t.tokens.gone}
        </Alert>
      )}
      {tokens && <List tokens={tokens} now={now} search={search} onSearch={updateSearch} onRevoke={setRevoking} />}
      {canCreate && search.show === "new" && (
        <NewTokenPanel
          onCreated={(token) => {
            focusNext.current = () => findToken(token.hash);
            setCreated(token);
            closePanel();
          }}
          onClose={closePanel}
        />
      )}
      {chosen && search.show === "details" && (
        <TokenPanel
          key={chosen.hash}
          token={chosen}
          now={now}
          isRevoking={revoking !== undefined}
          onRevoke={setRevoking}
          onClose={closePanel}
        />
      )}
      {revoking && (
        <RevokeDialog
          token={revoking}
          now={now}
          revoke={revokeToken}
          onRevoked={() => {
            focusNext.current = () => undefined;
            setRevoking(undefined);
            closePanel();
          }}
          onClose={() => setRevoking(undefined)}
        />
      )}
      {created && <SecretDialog created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

interface ListProps {
  tokens: readonly Token[];
  now: number;
  search: TokensSearch;
  onSearch: (change: TokensSearch) => void;
  onRevoke: (token: Token) => void;
}

function List({ tokens, now, search, onSearch, onRevoke }: ListProps) {
  const t = usePageMessages();
  const profile = useProfile();
  const field = useRef<HTMLInputElement>(null);
  const clearLink = useFocusHandover(field);
  const { text, type, saveNow, replace } = useTrailingText(search.q ?? "", (q) => onSearch({ q: q || undefined }));
  const { sort: column = "name", down: descending = false, mine = false } = search;
  const rows = useMemo(() => {
    const own = mine ? tokens.filter(({ requestedBy }) => requestedBy === profile?.username) : tokens;
    return sortTokens(filterTokens(own, text, t, now), { column, descending }, t);
  }, [tokens, mine, profile, text, column, descending, t, now]);
  if (tokens.length === 0) return <EmptyState title={t.tokens.noneYet} isPart />;
  return (
    <>
      <div className={classes.toolbar}>
        <FilterField field={field} label={t.tokens.filter} text={text} onText={type} onTextDone={saveNow} />
        <Checkbox
          label={t.tokens.mine}
          checked={mine}
          onChange={(event) => onSearch({ mine: event.currentTarget.checked || undefined })}
        />
        <span role="status" className={classes.total}>
          {t.fleet.shown(rows.length, tokens.length)}
        </span>
      </div>
      <TokenTable
        tokens={rows}
        now={now}
        search={search}
        sort={{ column, descending }}
        onSort={(by) => {
          const next = nextSort({ column, descending }, by);
          // Columns without a value to sort by have no button that does.
          onSearch({ sort: next.column as TokenSortKey, down: next.descending || undefined });
        }}
        onRevoke={onRevoke}
        empty={
          <>
            {t.tokens.noMatch}{" "}
            <Link ref={clearLink} {...linkTo.tokens()} onClick={() => replace("")}>
              {t.fleet.clearFilter}
            </Link>
          </>
        }
      />
    </>
  );
}
