//! Which groups at the provider give which roles and which memberships.

use haltere_core::{GroupName, Role, Roles, TextError, UnknownRole};

/// The group that matches every user.
const EVERYBODY: &str = "*";

/// Which groups at the provider give which roles here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMapping(Vec<Rule<Role>>);

/// Which groups at the provider make their users members of which groups here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupMapping(Vec<Rule<GroupName>>);

/// What those in a group at the provider get here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule<T> {
    group: String,
    gives: T,
}

/// A rule of a mapping can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("{0:?} is not a group, an equals sign and a role, as in \"mqtt-admins = admin\"")]
    NoRole(String),
    #[error("{0:?}: the role {1}")]
    Role(String, UnknownRole),
    #[error(
        "{0:?} is not a group at the provider, an equals sign and a group of haltere, as in \"plant-graz = Graz\""
    )]
    NoGroup(String),
    #[error("{0:?}: the name of the group {1}")]
    Group(String, TextError),
}

impl RoleMapping {
    /// Reads rules, each a group (`*`: every user), an equals sign and a role. Groups may contain equals signs.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, MappingError> {
        let read = |text: &'a str| {
            let no_role = || MappingError::NoRole(text.to_owned());
            let (group, role) = halves(text).ok_or_else(no_role)?;
            let gives = role.parse().map_err(|error| MappingError::Role(text.to_owned(), error))?;
            Ok(Rule { group: group.to_owned(), gives })
        };
        rules.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// All rules: a group, and what it gives.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|rule| (&*rule.group, rule.gives))
    }

    /// The roles of a user who is in these groups.
    pub(super) fn roles_of(&self, groups: &[&str]) -> Roles {
        given(&self.0, groups).copied().collect()
    }
}

impl GroupMapping {
    /// Reads rules, each a group at the provider (`*`: every user), an equals sign and a group of haltere. The former may
    /// contain equals signs.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, MappingError> {
        let read = |text: &'a str| {
            let no_group = || MappingError::NoGroup(text.to_owned());
            let (group, name) =
                halves(text).filter(|(_, name)| !name.is_empty()).ok_or_else(no_group)?;
            let gives = GroupName::parse(name);
            let gives = gives.map_err(|error| MappingError::Group(text.to_owned(), error))?;
            Ok(Rule { group: group.to_owned(), gives })
        };
        rules.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The groups here of a user who is in these groups there, each once.
    pub(super) fn groups_of(&self, groups: &[&str]) -> Vec<GroupName> {
        sorted(given(&self.0, groups))
    }

    /// All rules: a group at the provider, and one here.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&str, &GroupName)> {
        self.0.iter().map(|rule| (&*rule.group, &rule.gives))
    }

    /// All groups here that it names, each once.
    pub(super) fn names(&self) -> Vec<GroupName> {
        sorted(self.0.iter().map(|rule| &rule.gives))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a GroupName>) -> Vec<GroupName> {
    let mut names: Vec<_> = names.cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn given<'a, T>(rules: &'a [Rule<T>], groups: &'a [&str]) -> impl Iterator<Item = &'a T> {
    let matches = |rule: &&Rule<T>| rule.group == EVERYBODY || groups.contains(&&*rule.group);
    rules.iter().filter(matches).map(|rule| &rule.gives)
}

/// What is on the two sides of the last equals sign.
fn halves(text: &str) -> Option<(&str, &str)> {
    let (group, gives) = text.rsplit_once('=')?;
    let (group, gives) = (group.trim(), gives.trim());
    (!group.is_empty()).then_some((group, gives))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_add_up_and_groups_are_compared_exactly() {
        let mapping = RoleMapping::parse([
            "mqtt-admins = admin",
            "cn=ops,dc=example=connectionManager",
            "ops=viewer",
        ])
        .expect("good");
        let roles = |groups: &[&str]| mapping.roles_of(groups).iter().collect::<Vec<_>>();
        assert_eq!(roles(&["mqtt-admins", "ops"]), [Role::Admin, Role::Viewer]);
        assert_eq!(roles(&["cn=ops,dc=example"]), [Role::ConnectionManager]);
        assert!(roles(&["MQTT-admins", "mqtt-admins2", "admin", "*"]).is_empty());
        let everybody = RoleMapping::parse(["* = viewer"]).expect("good");
        assert!(everybody.roles_of(&[]).contains(Role::Viewer));
    }

    #[test]
    fn groups_there_give_groups_here() {
        let rules = ["cn=graz,dc=example = Graz", "night = Night shift", "graz=Graz", "* = All"];
        let mapping = GroupMapping::parse(rules).expect("good");
        let texts = |names: Vec<GroupName>| {
            names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        let of = |groups: &[&str]| texts(mapping.groups_of(groups));
        assert_eq!(of(&["graz", "cn=graz,dc=example", "night"]), ["All", "Graz", "Night shift"]);
        assert_eq!(of(&["NIGHT", "Night shift"]), ["All"]);
        assert_eq!(texts(mapping.names()), ["All", "Graz", "Night shift"]);
    }

    #[test]
    fn a_wrong_rule_is_named() {
        for wrong in ["admin", "= admin", "", "ops = Admin", "ops ="] {
            let error = RoleMapping::parse(["a = viewer", wrong]).expect_err(wrong).to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
        }
        for wrong in ["Graz", "= Graz", "", "graz =", "graz = an unreasonably long name of a group"]
        {
            let error = GroupMapping::parse(["a = b", wrong]).expect_err(wrong).to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
        }
    }
}
