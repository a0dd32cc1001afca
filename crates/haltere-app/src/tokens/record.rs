//! The scope of a token as the columns of its row, and back.

use std::collections::BTreeSet;

use haltere_core::{ConnectionId, LabelSelector, Network, TokenScope};
use haltere_store::TokenRecord;

use crate::policy::Action;

/// The columns of a scope.
pub(super) struct ScopeColumns {
    pub(super) read_only: bool,
    pub(super) connections: Option<String>,
    pub(super) labels: Option<String>,
    pub(super) networks: Option<String>,
}

impl From<&TokenScope> for ScopeColumns {
    fn from(scope: &TokenScope) -> Self {
        let TokenScope { connections, labels, networks, read_only } = scope;
        // Ids contain no line breaks, and none is empty.
        let lines = |ids: &BTreeSet<ConnectionId>| {
            ids.iter().map(ConnectionId::as_str).collect::<Vec<_>>().join("\n")
        };
        let listed = || networks.iter().map(Network::to_string).collect::<Vec<_>>().join(",");
        Self {
            read_only: *read_only,
            connections: connections.as_ref().map(lines),
            labels: (!labels.is_empty()).then(|| labels.to_string()),
            networks: (!networks.is_empty()).then(listed),
        }
    }
}

/// The scope of a stored token; `None` if it can't be read. Such a token is not valid: what limits it is unknown.
pub(super) fn scope(record: &TokenRecord) -> Option<TokenScope> {
    let TokenRecord { read_only, connections, labels, networks, .. } = record;
    let ids = |lines: &String| {
        lines
            .split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| ConnectionId::parse(line).ok())
            .collect::<Option<BTreeSet<_>>>()
    };
    let connections = match connections {
        Some(lines) => Some(ids(lines)?),
        None => None,
    };
    let labels = match labels {
        // Without a term it would select everything.
        Some(text) => Some(LabelSelector::parse(text).ok()?).filter(|it| !it.is_empty())?,
        None => LabelSelector::default(),
    };
    let networks = match networks {
        Some(text) => text.split(',').map(|it| it.parse().ok()).collect::<Option<Vec<_>>>()?,
        None => Vec::new(),
    };
    Some(TokenScope { connections, labels, networks, read_only: *read_only })
}

/// The actions that a token is limited to, as the column of its row: their names, separated by commas.
pub(super) fn actions_to_text(actions: &BTreeSet<Action>) -> String {
    actions.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(",")
}

/// A token is limited to an action that this version does not know. It is not valid, either.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownAction;

/// The only actions that a stored token may do; `None` for all.
pub(super) fn actions(record: &TokenRecord) -> Result<Option<BTreeSet<Action>>, UnknownAction> {
    let Some(names) = &record.actions else { return Ok(None) };
    let actions = names.split(',').map(Action::parse).collect::<Option<BTreeSet<_>>>();
    actions.map(Some).ok_or(UnknownAction)
}

#[cfg(test)]
pub(super) mod tests {
    use haltere_core::{Role, Timestamp, TokenId, TokenName, UserName};

    use super::*;

    /// A token without limits.
    pub(in super::super) fn record() -> TokenRecord {
        TokenRecord {
            id: TokenId([1; 32]),
            name: TokenName::parse("ci").unwrap(),
            description: String::new(),
            owner: UserName::parse("ann").unwrap(),
            role: Role::Viewer,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::MAX,
            last_used_at: None,
            read_only: false,
            connections: None,
            labels: None,
            networks: None,
            actions: None,
        }
    }

    fn stored(scope: &TokenScope) -> TokenRecord {
        let ScopeColumns { read_only, connections, labels, networks } = scope.into();
        TokenRecord { read_only, connections, labels, networks, ..record() }
    }

    #[test]
    fn a_scope_is_read_back() {
        let ids = ["b", "a c", "a,b=\u{2028}"].map(|id| ConnectionId::parse(id).unwrap());
        let all = TokenScope {
            connections: Some(ids.into()),
            labels: LabelSelector::parse("site in (graz,wien),!test").unwrap(),
            networks: ["10.0.0.0/8", "::1"].map(|it| it.parse().unwrap()).into(),
            read_only: true,
        };
        let none = TokenScope { connections: Some(BTreeSet::new()), ..TokenScope::default() };
        for it in [TokenScope::default(), all, none] {
            assert_eq!(scope(&stored(&it)), Some(it));
        }
    }

    #[test]
    fn actions_are_read_back_and_unknown_ones_are_not_dropped() {
        let of = |text: &str| actions(&TokenRecord { actions: Some(text.to_owned()), ..record() });
        assert_eq!(actions(&record()), Ok(None));
        let all: BTreeSet<_> = Action::ALL.into();
        assert_eq!(of(&actions_to_text(&all)), Ok(Some(all)));
        for wrong in ["", "connections.conjure", "connections.create,connections.conjure"] {
            assert_eq!(of(wrong), Err(UnknownAction), "{wrong}");
        }
    }

    #[test]
    fn a_limit_that_can_not_be_read_is_not_dropped() {
        let text = |text: &str| Some(text.to_owned());
        for record in [
            TokenRecord { labels: text("a b"), ..record() },
            TokenRecord { labels: text(""), ..record() },
            TokenRecord { networks: text(""), ..record() },
            TokenRecord { networks: text("10.0.0.1/8"), ..record() },
            TokenRecord { connections: text("."), ..record() },
        ] {
            assert_eq!(scope(&record), None, "{record:?}");
        }
    }
}
