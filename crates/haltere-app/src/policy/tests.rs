use std::sync::Arc;

use haltere_core::{Caller, Labels, Role, Roles, TokenId, TokenName, UserName};

use super::*;

/// Who may do what, in the order admin, editor, viewer, connectionManager, monitoringViewer. Written down a second
/// time on purpose: a role that gains an action has to be meant twice.
const EXPECTED: [(Action, &str); 45] = [
    (Action::ListConnections, "xxxx-"),
    (Action::ReadConnectionSecrets, "x--x-"),
    (Action::CreateConnection, "x--x-"),
    (Action::UpdateConnection, "x--x-"),
    (Action::DeleteConnection, "x--x-"),
    (Action::ConnectConnection, "x--x-"),
    (Action::DisconnectConnection, "x--x-"),
    (Action::ImportConnections, "x--x-"),
    (Action::ExportConnections, "x--x-"),
    (Action::ExportConnectionSecrets, "x----"),
    (Action::TestConnection, "x--x-"),
    (Action::ListActivity, "xxxx-"),
    (Action::ListAuditEntries, "x----"),
    (Action::FollowEvents, "xxxxx"),
    (Action::ListPlugins, "x----"),
    (Action::SwitchPlugin, "x----"),
    (Action::ReadProfile, "xxxxx"),
    (Action::ListOwnSessions, "xxxxx"),
    (Action::EndOwnSessions, "xxxxx"),
    (Action::ListOwnTokens, "xxxxx"),
    (Action::RevokeOwnToken, "xxxxx"),
    (Action::ChangeOwnPassword, "xxxxx"),
    (Action::ChangeOwnPreferences, "xxxxx"),
    (Action::StopViewingAs, "xxxxx"),
    (Action::ChangeOwnSecondFactor, "xxxxx"),
    (Action::ListBackgroundTasks, "x----"),
    (Action::ListUsers, "x----"),
    (Action::CreateUser, "x----"),
    (Action::UpdateUser, "x----"),
    (Action::DeleteUser, "x----"),
    (Action::InviteUser, "x----"),
    (Action::EndUserSessions, "x----"),
    (Action::ViewAs, "x----"),
    (Action::ResetSecondFactor, "x----"),
    (Action::ListGroups, "x----"),
    (Action::CreateGroup, "x----"),
    (Action::UpdateGroup, "x----"),
    (Action::DeleteGroup, "x----"),
    (Action::ListTokens, "x----"),
    (Action::CreateToken, "x----"),
    (Action::RevokeToken, "x----"),
    (Action::ReadSignOn, "x----"),
    (Action::TestSignOn, "x----"),
    (Action::BackUp, "x----"),
    (Action::ManageVault, "x----"),
];

fn allows(roles: impl Into<Roles>, action: Action) -> bool {
    let user = UserName::parse("ann").unwrap();
    let principal = Principal::of(Caller { user, roles: roles.into(), session: None });
    decide(&principal, action, Resource::Instance).is_allowed()
}

#[test]
fn every_role_matches_the_table() {
    assert_eq!(EXPECTED.map(|(action, _)| action), Action::ALL, "no action is left out");
    for (action, expected) in EXPECTED {
        let row: String = Role::ALL
            .into_iter()
            .map(|role| if allows(role, action) { 'x' } else { '-' })
            .collect();
        assert_eq!(row, expected, "{}", action.as_str());
    }
}

#[test]
fn roles_add_up_and_without_a_role_nothing_is_allowed() {
    for action in Action::ALL {
        for first in Role::ALL {
            for second in Role::ALL {
                let both: Roles = [first, second].into_iter().collect();
                let either = allows(first, action) || allows(second, action);
                assert_eq!(allows(both, action), either, "{first} {second} {action:?}");
            }
        }
        assert!(!allows(Roles::default(), action), "{action:?}");
    }
}

/// MMC 2.8's rule: a user with only restricted roles sees only their own data.
#[test]
fn restricted_roles_alone_open_nothing_but_their_own_api() {
    let restricted: Roles = [Role::ConnectionManager, Role::MonitoringViewer].into_iter().collect();
    for action in Action::ALL {
        assert_eq!(
            allows(restricted, action),
            allows(Role::ConnectionManager, action),
            "{action:?}"
        );
    }
}

#[test]
fn the_command_line_and_haltere_itself_may_do_everything() {
    for action in Action::ALL {
        for principal in [Principal::CommandLine, Principal::System] {
            assert!(decide(&principal, action, Resource::Connection("a")).is_allowed());
        }
    }
}

#[test]
fn a_connection_outside_the_set_is_hidden_and_nothing_else_is() {
    let viewer = |visibility| Principal::Session {
        caller: Caller {
            user: UserName::parse("ann").unwrap(),
            roles: Role::Viewer.into(),
            session: None,
        },
        visibility,
        due: None,
        viewed_by: None,
    };
    let (all, some) = (viewer(Visibility::ALL), viewer(Visibility::of(["a", "b"])));
    let see = |principal: &Principal, id| {
        decide(principal, Action::ListConnections, Resource::Connection(id))
    };
    assert_eq!(see(&all, "c"), Decision::Allowed);
    assert_eq!(see(&some, "a"), Decision::Allowed);
    assert_eq!(see(&some, "c"), Decision::Hidden);
    assert_eq!(see(&viewer(Visibility::of([])), "a"), Decision::Hidden);
    for other in [Resource::Instance, Resource::NewConnection("c"), Resource::Broker("c")] {
        assert_eq!(decide(&some, Action::ListConnections, other), Decision::Allowed, "{other:?}");
    }
    // A caller without the role learns nothing about the resource.
    let delete = decide(&some, Action::DeleteConnection, Resource::Connection("c"));
    assert_eq!(delete, Decision::InsufficientRole);
}

#[test]
fn a_user_for_whom_something_is_due_may_do_nothing_else() {
    let caller = Caller {
        user: UserName::parse("ann").unwrap(),
        roles: Role::ALL.into_iter().collect(),
        session: None,
    };
    let own = [
        Action::ReadProfile,
        Action::ListOwnSessions,
        Action::EndOwnSessions,
        Action::ListOwnTokens,
        Action::RevokeOwnToken,
        Action::ChangeOwnPassword,
        Action::StopViewingAs,
        Action::ChangeOwnSecondFactor,
    ];
    for due in [Due::Password, Due::SecondFactor] {
        let (caller, visibility) = (caller.clone(), Visibility::ALL);
        let ann = Principal::Session { caller, visibility, due: Some(due), viewed_by: None };
        for action in Action::ALL {
            let decision = decide(&ann, action, Resource::Connection("a"));
            let expected =
                if own.contains(&action) { Decision::Allowed } else { Decision::Due(due) };
            assert_eq!(decision, expected, "{action:?}");
        }
    }
}

fn token(role: Role, owner_roles: impl Into<Roles>) -> TokenPrincipal {
    TokenPrincipal {
        id: TokenId([1; 32]),
        name: TokenName::parse("ci").unwrap(),
        owner: UserName::parse("ann").unwrap(),
        role,
        owner_roles: owner_roles.into(),
        read_only: false,
        actions: None,
        visibility: Visibility::ALL,
        due: None,
    }
}

fn decides(token: TokenPrincipal, action: Action) -> Decision {
    decide(&Principal::Token(Arc::new(token)), action, Resource::Instance)
}

#[test]
fn a_token_may_do_what_its_role_and_its_owner_both_may() {
    for action in Action::ALL.into_iter().filter(|it| it.is_open_to_tokens()) {
        for role in Role::ALL {
            for owner in Role::ALL {
                let both = allows(role, action) && allows(owner, action);
                let decision = decides(token(role, owner), action);
                assert_eq!(decision.is_allowed(), both, "{role} of {owner}: {action:?}");
            }
            let of_nobody = decides(token(role, Roles::default()), action);
            assert_eq!(of_nobody, Decision::InsufficientRole);
        }
    }
}

#[test]
fn the_roles_of_a_token_are_no_more_than_those_of_its_owner() {
    let effective = |role, owner: &[Role]| {
        let owner: Roles = owner.iter().copied().collect();
        token(role, owner).effective_roles().iter().collect::<Vec<_>>()
    };
    assert_eq!(effective(Role::Viewer, &[Role::Admin]), [Role::Viewer]);
    assert_eq!(effective(Role::Admin, &[Role::Admin]), [Role::Admin]);
    assert_eq!(effective(Role::Admin, &[Role::Viewer]), [Role::Viewer]);
    let both = [Role::Viewer, Role::ConnectionManager];
    assert_eq!(effective(Role::Admin, &both), both);
    assert_eq!(effective(Role::MonitoringViewer, &[Role::Admin]), [Role::MonitoringViewer]);
    assert_eq!(effective(Role::Admin, &[]), []);
    for role in Role::ALL {
        for owner in Role::ALL {
            let roles = token(role, owner).effective_roles();
            for action in Action::ALL.into_iter().filter(|action| action.is_allowed_to(roles)) {
                let decision = decides(token(role, owner), action);
                assert_ne!(decision, Decision::InsufficientRole, "{role} of {owner}: {action:?}");
            }
        }
    }
}

#[test]
fn rules_about_tokens_hold_whatever_the_role() {
    let admin = || token(Role::Admin, Role::Admin);
    let read_only = || TokenPrincipal { read_only: true, ..admin() };
    let limited = || TokenPrincipal { visibility: Visibility::of(["a"]), ..admin() };
    for action in Action::ALL.into_iter().filter(|it| !it.is_open_to_tokens()) {
        for token in [admin(), read_only(), limited()] {
            assert_eq!(decides(token, action), Decision::Token(TokenRule::NeedsLogin));
        }
    }
    for action in Action::ALL.into_iter().filter(|it| it.is_open_to_tokens()) {
        assert!(decides(admin(), action).is_allowed(), "{action:?}");
        assert_eq!(decides(read_only(), action).is_allowed(), action.only_reads());
        assert_eq!(decides(limited(), action).is_allowed(), action.keeps_to_visibility());
    }
    // What a token may not do for its role, no rule explains.
    let viewer = TokenPrincipal { read_only: true, ..token(Role::Viewer, Role::Admin) };
    assert_eq!(decides(viewer, Action::DeleteConnection), Decision::InsufficientRole);
    let hidden = Resource::Connection("b");
    let limited = Principal::Token(Arc::new(limited()));
    assert_eq!(decide(&limited, Action::ListConnections, hidden), Decision::Hidden);
}

#[test]
fn a_token_for_some_actions_does_no_others() {
    for role in Role::ALL {
        for only in Action::ALL {
            let one = TokenPrincipal { actions: Some([only].into()), ..token(role, Role::Admin) };
            for action in Action::ALL.into_iter().filter(|it| it.is_open_to_tokens()) {
                let expected = match action {
                    _ if !allows(role, action) => Decision::InsufficientRole,
                    Action::ReadProfile => Decision::Allowed,
                    _ if action == only => Decision::Allowed,
                    _ => Decision::Token(TokenRule::OtherActions),
                };
                assert_eq!(decides(one.clone(), action), expected, "{role}: {action:?}");
            }
        }
    }
}

#[test]
fn an_action_is_found_by_its_name() {
    for action in Action::ALL {
        assert_eq!(Action::parse(action.as_str()), Some(action));
    }
    assert_eq!(Action::parse("connections.conjure"), None);
}

#[test]
fn a_token_is_within_its_limits_and_the_groups_of_its_owner() {
    let scope = |ids: &[&str]| {
        let ids = ids.iter().map(|id| Box::from(*id)).collect();
        ConnectionScope { ids, ..ConnectionScope::default() }
    };
    let (seen, managed) = (scope(&["a", "b"]), scope(&["c", "d"]));
    let scopes = [(&seen, Role::Viewer.into()), (&managed, Role::Admin.into())];
    let labels = Labels::default();
    let connections = ["a", "b", "c", "d", "e"].map(|id| (id, &labels));
    let groups = Arc::new(GroupRoles::of(&scopes, connections));
    let of = |role, ids: Option<[&str; 3]>| {
        let visibility = ids.map_or(Visibility::ALL, Visibility::of);
        let token = TokenPrincipal { visibility, ..token(role, Role::Viewer) };
        let mut principal = Principal::Token(Arc::new(token));
        principal.set_groups(Some(Arc::clone(&groups)));
        principal
    };
    let on = |principal: &Principal, action: Action| {
        let ids = ["a", "b", "c", "d", "e"].into_iter();
        let decide = |id: &&str| decide(principal, action, Resource::Connection(id)).is_allowed();
        ids.filter(decide).collect::<String>()
    };
    let (read, delete) = (Action::ListConnections, Action::DeleteConnection);
    // What groups give exceeds the owner's own roles, but not the token's role.
    let admin = of(Role::Admin, None);
    assert_eq!((on(&admin, read), on(&admin, delete)), ("abcd".to_owned(), "cd".to_owned()));
    let viewer = of(Role::Viewer, None);
    assert_eq!((on(&viewer, read), on(&viewer, delete)), ("abcd".to_owned(), String::new()));
    let limited = of(Role::Admin, Some(["b", "c", "e"]));
    assert_eq!((on(&limited, read), on(&limited, delete)), ("bc".to_owned(), "c".to_owned()));
}

/// Ann, an administrator, sees haltere as Bob does.
fn view(roles: impl Into<Roles>) -> Principal {
    Principal::Session {
        caller: Caller {
            user: UserName::parse("bob").unwrap(),
            roles: roles.into(),
            session: None,
        },
        visibility: Visibility::ALL,
        due: None,
        viewed_by: Some(UserName::parse("ann").unwrap()),
    }
}

#[test]
fn who_sees_haltere_as_another_user_reads_what_that_one_may_and_changes_nothing() {
    for action in Action::ALL {
        for role in Role::ALL {
            let may = allows(role, action);
            let expected = match action {
                Action::StopViewingAs => Decision::Allowed,
                _ if !may => Decision::InsufficientRole,
                Action::ListOwnSessions | Action::ListOwnTokens => Decision::ViewOnly,
                _ if action.only_reads() => Decision::Allowed,
                _ => Decision::ViewOnly,
            };
            assert_eq!(decide(&view(role), action, Resource::Instance), expected, "{action:?}");
        }
    }
    let view = view(Role::Viewer);
    assert_eq!((view.user().as_str(), view.answerable().as_str()), ("bob", "ann"));
    assert_eq!(view.actor(), "ann");
}

#[test]
fn who_sees_haltere_as_another_user_sees_no_more_than_as_themselves() {
    let scope = |ids: &[&str]| {
        let ids = ids.iter().map(|id| Box::from(*id)).collect();
        ConnectionScope { ids, ..ConnectionScope::default() }
    };
    let labels = Labels::default();
    let connections = ["a", "b", "c"].map(|id| (id, &labels));
    let given =
        |scopes: &[(&ConnectionScope, Roles)]| Some(Arc::new(GroupRoles::of(scopes, connections)));
    let on = |principal: &Principal, action: Action| {
        let ids = ["a", "b", "c"].into_iter();
        let decide = |id: &&str| {
            let allowed = decide(principal, action, Resource::Connection(id)).is_allowed();
            assert_eq!(
                allowed,
                principal.visibility().allows(action, id)
                    && action.is_allowed_to(principal.roles())
            );
            allowed
        };
        ids.filter(decide).collect::<String>()
    };
    let (list, secrets) = (Action::ListConnections, Action::ReadConnectionSecrets);
    let mut principal = view(Role::Admin);
    assert_eq!((&*on(&principal, list), &*on(&principal, secrets)), ("abc", "abc"));
    let (seen, managed) = (scope(&["a"]), scope(&["b"]));
    principal.set_groups_of_viewer(given(&[
        (&seen, Role::Viewer.into()),
        (&managed, Role::ConnectionManager.into()),
    ]));
    assert_eq!((&*on(&principal, list), &*on(&principal, secrets)), ("ab", "b"));
    assert!(!principal.visibility().is_all());
    principal.set_groups_of_viewer(given(&[(&seen, Role::Viewer.into())]));
    let any = decide(&principal, secrets, Resource::Instance);
    assert_eq!(any, Decision::InsufficientRole);
    principal.set_groups(given(&[(&managed, Role::Admin.into())]));
    assert_eq!(&*on(&principal, list), "");
}

#[test]
fn what_only_reads_is_asked_for_by_get() {
    for rule in TABLE.iter().filter(|rule| !rule.routes.is_empty()) {
        let is_get = rule.routes.iter().all(|route| route.starts_with("GET "));
        assert_eq!(rule.action.only_reads(), is_get, "{}", rule.name);
    }
}

#[test]
fn a_token_of_a_user_who_must_change_the_password_may_only_see_the_profile() {
    for action in Action::ALL.into_iter().filter(|it| it.is_open_to_tokens()) {
        let token = TokenPrincipal { due: Some(Due::Password), ..token(Role::Admin, Role::Admin) };
        assert_eq!(decides(token, action).is_allowed(), action == Action::ReadProfile);
    }
}

#[test]
fn the_audit_trail_names_owner_and_token() {
    let token = Principal::Token(Arc::new(token(Role::Viewer, Role::Admin)));
    assert_eq!(token.actor(), "ann (token ci)");
    assert_eq!(token.user().as_str(), "ann");
}

#[test]
fn names_and_routes_are_unique() {
    let names = TABLE.iter().map(|rule| rule.name);
    let routes = TABLE.iter().flat_map(|rule| rule.routes).chain(PUBLIC_ROUTES).chain(LOGIN_ROUTES);
    let all: Vec<&str> = names.chain(routes.copied()).collect();
    let unique: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
}

/// What changes something is on record, also when it is refused.
#[test]
fn a_refusal_is_audited_unless_the_action_only_reads() {
    for rule in TABLE {
        let changes = rule.routes.iter().any(|route| !route.starts_with("GET "));
        assert!(!changes || rule.audited_as.is_some(), "{}", rule.name);
        assert!(!rule.is_rate_limited || rule.audited_as.is_some(), "{}", rule.name);
    }
}
