use haltere_core::{Caller, Role, Roles, UserName};

use super::*;

/// Who may do what, in the order admin, editor, viewer, connectionManager, monitoringViewer. Written down a second
/// time on purpose: a role that gains an action has to be meant twice.
const EXPECTED: [(Action, &str); 28] = [
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
    (Action::EndOwnSessions, "xxxxx"),
    (Action::ChangeOwnPassword, "xxxxx"),
    (Action::ListBackgroundTasks, "x----"),
    (Action::ListUsers, "x----"),
    (Action::CreateUser, "x----"),
    (Action::UpdateUser, "x----"),
    (Action::DeleteUser, "x----"),
    (Action::InviteUser, "x----"),
    (Action::EndUserSessions, "x----"),
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
        must_change_password: false,
    };
    let (all, some) = (viewer(Visibility::All), viewer(Visibility::of(["a", "b"])));
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
fn a_user_who_must_change_the_password_may_do_nothing_else() {
    let caller = Caller {
        user: UserName::parse("ann").unwrap(),
        roles: Role::ALL.into_iter().collect(),
        session: None,
    };
    let ann =
        Principal::Session { caller, visibility: Visibility::All, must_change_password: true };
    let own = [Action::ReadProfile, Action::EndOwnSessions, Action::ChangeOwnPassword];
    for action in Action::ALL {
        let decision = decide(&ann, action, Resource::Connection("a"));
        let expected =
            if own.contains(&action) { Decision::Allowed } else { Decision::MustChangePassword };
        assert_eq!(decision, expected, "{action:?}");
    }
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
