import { Alert, Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { groupsQuery } from "../api/groups";
import type { Invitation, User } from "../api/schema";
import { hasPermission, useProfile, viewAs } from "../api/session";
import { changeUser, inviteUser, usersQuery } from "../api/users";
import { NotLoaded } from "../components/NotLoaded";
import { useSearchUpdate } from "../components/use-query-state";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useTitledErrorNotification } from "../hooks/use-error-notification";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useNow } from "../hooks/use-now";
import { useTrailingText } from "../hooks/use-trailing-text";
import { usePageMessages } from "../i18n/page-messages";
import { groupsByUser } from "../model/group-list";
import { linkTo, PATHS } from "../model/paths";
import { filterUsers, sortUsers } from "../model/user-list";
import type { UserSortKey, UsersSearch } from "../model/users-search";
import { FilterField } from "../ui/FilterField";
import { nextSort } from "../ui/table/column";
import { AdministrationStart } from "./AdministrationPage";
import { EditUserPanel } from "./users/EditUserPanel";
import { InvitationDialog } from "./users/InvitationDialog";
import { NewUserPanel } from "./users/NewUserPanel";
import { useChangeNotification } from "./users/use-change-notification";
import type { QuestionedAction } from "./users/UserActionDialog";
import { UserActionDialog } from "./users/UserActionDialog";
import type { UserAction } from "./users/UserMenu";
import { findMenuButton } from "./users/UserMenu";
import { UserSessionsPanel } from "./users/UserSessionsPanel";
import { TABLE_START, UserTable } from "./users/UserTable";
import classes from "./UsersPage.module.css";

/** The users, or for those who may not see them the first section that they have. */
export function UsersPage() {
  return hasPermission(useProfile(), "users.list") ? <Users /> : <AdministrationStart />;
}

function Users() {
  const t = usePageMessages();
  useDocumentTitle(t.nav.users);
  const profile = useProfile();
  const canCreate = hasPermission(profile, "users.create");
  const [invitation, setInvitation] = useState<Invitation>();
  const [question, setQuestion] = useState<{ action: QuestionedAction; user: User }>();
  const search = useSearch({ from: "/administration/users" });
  const updateSearch = useSearchUpdate<UsersSearch>(PATHS.users);
  const { data: users, failureReason } = useQuery(usersQuery);
  const canListGroups = hasPermission(profile, "groups.list");
  const { data: allGroups } = useQuery({ ...groupsQuery, enabled: canListGroups });
  const groups = useMemo(() => groupsByUser(allGroups ?? []), [allGroups]);
  const { text, type, saveNow, replace } = useTrailingText(search.q ?? "", (q) => updateSearch({ q: q || undefined }));
  const field = useRef<HTMLInputElement>(null);
  const clearLink = useFocusHandover(field);
  const now = useNow(60_000);
  const { sort: column = "name", down: descending = false } = search;
  const rows = useMemo(
    () => sortUsers(filterUsers(users ?? [], text, t, now, groups), { column, descending }, t, now),
    [users, text, column, descending, t, now, groups],
  );
  const queries = useQueryClient();
  const notifyError = useTitledErrorNotification();
  const notifyChange = useChangeNotification();
  const enabling = useMutation({
    mutationFn: (user: User) => changeUser(queries, user.username, { disabled: false }),
    onSuccess: (_, user) => notifyChange(t.users.nowEnabled(user.username), { disabled: false }, user, false),
    onError: (error, { username }) => notifyError(t.users.notEnabled(username), error),
  });
  const inviting = useMutation({
    mutationFn: (user: User) => inviteUser(queries, user.username),
    onSuccess: setInvitation,
    onError: (error, { username }) => notifyError(t.users.notInvited(username), error),
  });
  const viewing = useMutation({
    mutationFn: viewAs,
    onError: (error, username) => notifyError(t.users.notViewed(username), error),
  });
  // The menu item that opened something is gone when it closes.
  const opener = useRef<string>(undefined);
  const isOpen = search.show !== undefined || question !== undefined || invitation !== undefined;
  useEffect(() => {
    if (isOpen || opener.current === undefined || inviting.isPending) return;
    const target = findMenuButton(opener.current) ?? document.querySelector<HTMLElement>(TABLE_START);
    opener.current = undefined;
    target?.focus({ preventScroll: true });
  }, [isOpen, inviting.isPending]);
  const { mutate: enable } = enabling;
  const { mutate: invite } = inviting;
  const { mutate: view } = viewing;
  const onAction = useCallback(
    (action: UserAction, user: User) => {
      if (action === "enable") enable(user);
      else if (action === "invite") invite(user);
      else if (action === "view") view(user.username);
      else if (action === "edit" || action === "sessions") updateSearch({ show: action, user: user.username });
      else setQuestion({ action, user });
      if (action !== "enable" && action !== "view") opener.current = user.username;
    },
    [enable, invite, view, updateSearch],
  );
  const chosen = users?.find(({ username }) => username === search.user);
  const isOwn = (user: User) => user.username === profile?.username;
  const closePanel = useCallback(() => updateSearch({ show: undefined, user: undefined }), [updateSearch]);
  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{t.nav.users}</h1>
        {users && <span className={classes.total}>{t.fleet.shown(rows.length, users.length)}</span>}
        {users && canCreate && (
          <Button
            className={classes.actions}
            leftSection={<IconUserPlus size={16} />}
            onClick={() => updateSearch({ show: "new" })}
          >
            {t.commands.newUser}
          </Button>
        )}
      </div>
      {users ? (
        <>
          <div className={classes.toolbar}>
            <FilterField field={field} label={t.users.filter} text={text} onText={type} onTextDone={saveNow} />
          </div>
          {search.user !== undefined && !chosen && (
            <Alert color="yellow" variant="light" role="alert" mb="md">
              {t.errors.refusals["User does not exist"]}
            </Alert>
          )}
          <UserTable
            users={rows}
            groups={groups}
            now={now}
            search={search}
            sort={{ column, descending }}
            onSort={(by) => {
              const next = nextSort({ column, descending }, by);
              // Columns without a value to sort by have no button that does.
              updateSearch({ sort: next.column as UserSortKey, down: next.descending || undefined });
            }}
            onAction={onAction}
            empty={
              <>
                {t.users.noMatch}{" "}
                <Link ref={clearLink} {...linkTo.users()} onClick={() => replace("")}>
                  {t.fleet.clearFilter}
                </Link>
              </>
            }
          />
        </>
      ) : (
        <NotLoaded failure={failureReason} queryKey={usersQuery.queryKey} />
      )}
      {users && canCreate && search.show === "new" && (
        <NewUserPanel
          canInvite={hasPermission(profile, "users.invite")}
          onCreated={(made) => {
            closePanel();
            setInvitation(made);
          }}
          onClose={closePanel}
        />
      )}
      {chosen && search.show === "edit" && hasPermission(profile, "users.update") && (
        <EditUserPanel
          key={chosen.username}
          user={chosen}
          groups={canListGroups ? (groups.get(chosen.username) ?? []) : undefined}
          isOwn={isOwn(chosen)}
          onClose={closePanel}
        />
      )}
      {chosen && search.show === "sessions" && (
        <UserSessionsPanel
          name={chosen.username}
          isOwn={isOwn(chosen)}
          canEnd={hasPermission(profile, "users.end-sessions")}
          onClose={closePanel}
        />
      )}
      {question && (
        <UserActionDialog {...question} isOwn={isOwn(question.user)} onClose={() => setQuestion(undefined)} />
      )}
      {invitation && <InvitationDialog invitation={invitation} onClose={() => setInvitation(undefined)} />}
    </>
  );
}
