//! Who wants something.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use haltere_core::{Caller, Role, Roles, SessionId, TokenId, TokenName, UserName};

use super::action::Action;
use super::visibility::{GroupRoles, Visibility};
use crate::error::{Due, TokenRule};

/// Who wants something done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A user who has logged in.
    Session {
        caller: Caller,
        /// The connections that the user may see, if a role allows to see any.
        visibility: Visibility,
        /// What the user has to do before anything else.
        due: Option<Due>,
        /// The administrator whose session it is and who sees haltere as the caller does.
        viewed_by: Option<UserName>,
    },
    /// A program that acts for a user, with one of their application tokens.
    Token(Arc<TokenPrincipal>),
    /// The user of the command line, who has access to the database anyway.
    CommandLine,
    System,
}

/// A program with an application token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPrincipal {
    pub id: TokenId,
    pub name: TokenName,
    /// The user for whom it acts.
    pub owner: UserName,
    /// The role that the token was given.
    pub role: Role,
    /// The roles that its owner has now.
    pub owner_roles: Roles,
    /// Whether it may only do what changes nothing.
    pub read_only: bool,
    /// The only actions that it may do, in addition to seeing its profile; `None` for all.
    pub actions: Option<BTreeSet<Action>>,
    /// The connections that it may see, if the roles allow to see any: what limits it, and what the groups of its owner give.
    pub visibility: Visibility,
    /// What its owner has to do before anything else; until then, it may do nothing either.
    pub due: Option<Due>,
}

impl TokenPrincipal {
    /// The roles whose rights it has: its own, as far as those of its owner reach that far, else those of the owner that
    /// do not exceed it.
    pub fn effective_roles(&self) -> Roles {
        let is_within = |role: Role, limit: Roles| {
            Action::ALL.into_iter().all(|it| !it.is_allowed_to(role) || it.is_allowed_to(limit))
        };
        if is_within(self.role, self.owner_roles) {
            return self.role.into();
        }
        self.owner_roles.iter().filter(|role| is_within(*role, self.role.into())).collect()
    }

    /// Whether the actions that it is limited to include this one.
    fn is_for(&self, action: Action) -> bool {
        action == Action::ReadProfile
            || self.actions.as_ref().is_none_or(|actions| actions.contains(&action))
    }

    /// The rule about tokens that does not allow `action`, whatever the roles.
    pub(super) fn broken_rule(&self, action: Action) -> Option<TokenRule> {
        if !action.is_open_to_tokens() {
            Some(TokenRule::NeedsLogin)
        } else if self.read_only && !action.only_reads() {
            Some(TokenRule::ReadOnly)
        } else if !self.is_for(action) {
            Some(TokenRule::OtherActions)
        } else if self.visibility.is_limited() && !action.keeps_to_visibility() {
            Some(TokenRule::LimitedToConnections)
        } else {
            None
        }
    }
}

static SYSTEM_USER: LazyLock<UserName> =
    LazyLock::new(|| UserName::parse(Principal::SYSTEM_NAME).expect("a valid name"));

impl Principal {
    /// How haltere itself and its command line appear in the audit trail. No user can have this name.
    pub const SYSTEM_NAME: &str = "system";

    /// Precedes the name of a token in the audit trail. The name of a new user can not contain it.
    pub const TOKEN_MARK: &str = " (token ";

    /// A user who has logged in, and whom no group concerns.
    pub fn of(caller: Caller) -> Self {
        Self::Session { caller, visibility: Visibility::ALL, due: None, viewed_by: None }
    }

    /// The name in the audit trail: that of the user who is answerable, and of the token if the request came with one.
    pub fn actor(&self) -> Cow<'_, str> {
        match self {
            Self::Token(token) => {
                Cow::Owned(format!("{}{}{})", token.owner, Self::TOKEN_MARK, token.name))
            }
            Self::Session { .. } | Self::CommandLine | Self::System => {
                Cow::Borrowed(self.answerable().as_str())
            }
        }
    }

    /// The user who wants it, for whom a token acts, or as whom an administrator sees haltere.
    pub fn user(&self) -> &UserName {
        match self {
            Self::Session { caller, .. } => &caller.user,
            Self::Token(token) => &token.owner,
            Self::CommandLine | Self::System => &SYSTEM_USER,
        }
    }

    /// The user who answers for it, in the audit trail and for quotas: the administrator who sees haltere as [`Self::user`],
    /// if one does, else that user.
    pub fn answerable(&self) -> &UserName {
        self.viewed_by().unwrap_or_else(|| self.user())
    }

    /// The administrator who sees haltere as [`Self::user`] does.
    pub fn viewed_by(&self) -> Option<&UserName> {
        match self {
            Self::Session { viewed_by, .. } => viewed_by.as_ref(),
            Self::Token(_) | Self::CommandLine | Self::System => None,
        }
    }

    /// The roles of a user; the others need none.
    pub fn roles(&self) -> Roles {
        match self {
            Self::Session { caller, .. } => caller.roles,
            Self::Token(token) => token.effective_roles(),
            Self::CommandLine | Self::System => Roles::default(),
        }
    }

    /// The connections that it may see, if it may see any.
    pub fn visibility(&self) -> &Visibility {
        static ALL: Visibility = Visibility::ALL;
        match self {
            Self::Session { visibility, .. } => visibility,
            Self::Token(token) => &token.visibility,
            Self::CommandLine | Self::System => &ALL,
        }
    }

    /// Replaces what the user may see by what groups say now.
    pub(crate) fn set_groups(&mut self, groups: Option<Arc<GroupRoles>>) {
        match self {
            Self::Session { visibility, .. } => visibility.set_groups(groups),
            Self::Token(token) => {
                // Shared by all requests with the token, and rarely of a member of groups.
                if groups.is_some() || token.visibility.is_by_groups() {
                    Arc::make_mut(token).visibility.set_groups(groups);
                }
            }
            Self::CommandLine | Self::System => {}
        }
    }

    /// Replaces what the administrator who sees haltere as the user may see by what groups say now.
    pub(crate) fn set_groups_of_viewer(&mut self, groups: Option<Arc<GroupRoles>>) {
        match self {
            Self::Session { visibility, .. } => visibility.set_viewer(groups),
            Self::Token(_) | Self::CommandLine | Self::System => {}
        }
    }

    /// What the user has to do before anything else.
    pub fn due(&self) -> Option<Due> {
        match self {
            Self::Session { due, .. } => *due,
            Self::Token(token) => token.due,
            Self::CommandLine | Self::System => None,
        }
    }

    /// The session of a user.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Session { caller, .. } => caller.session.as_ref(),
            Self::Token(_) | Self::CommandLine | Self::System => None,
        }
    }

    /// The token of a program.
    pub fn token(&self) -> Option<&TokenPrincipal> {
        match self {
            Self::Token(token) => Some(token),
            Self::Session { .. } | Self::CommandLine | Self::System => None,
        }
    }

    /// Whether haltere limits how often it may do something: users and their tokens.
    pub fn is_limited(&self) -> bool {
        match self {
            Self::Session { .. } | Self::Token(_) => true,
            Self::CommandLine | Self::System => false,
        }
    }
}
