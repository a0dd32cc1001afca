//! Which groups at the provider give which roles.

use std::str::FromStr;

use haltere_core::{Role, Roles, UnknownRole};

/// The group that matches every user.
const EVERYBODY: &str = "*";

/// Which groups at the provider give which roles here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMapping(Vec<RoleRule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct RoleRule {
    group: String,
    role: Role,
}

/// A rule of a mapping can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleMappingError {
    #[error("{0:?} is not a group, an equals sign and a role, as in \"mqtt-admins = admin\"")]
    NoRule(String),
    #[error("{0:?}: the role {1}")]
    Role(String, UnknownRole),
}

impl RoleMapping {
    /// Reads rules, each a group (`*`: every user), an equals sign and a role. Groups may contain equals signs.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, RoleMappingError> {
        rules.into_iter().map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The roles of a user who is in these groups.
    pub(super) fn roles_of(&self, groups: &[&str]) -> Roles {
        let matches = |rule: &&RoleRule| rule.group == EVERYBODY || groups.contains(&&*rule.group);
        self.0.iter().filter(matches).map(|rule| rule.role).collect()
    }
}

impl FromStr for RoleRule {
    type Err = RoleMappingError;

    fn from_str(text: &str) -> Result<Self, RoleMappingError> {
        let no_rule = || RoleMappingError::NoRule(text.to_owned());
        let (group, role) = text.rsplit_once('=').ok_or_else(no_rule)?;
        let (group, role) = (group.trim(), role.trim());
        if group.is_empty() {
            return Err(no_rule());
        }
        let role = role.parse().map_err(|error| RoleMappingError::Role(text.to_owned(), error))?;
        Ok(Self { group: group.to_owned(), role })
    }
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
    fn a_wrong_rule_is_named() {
        for wrong in ["admin", "= admin", "", "ops = Admin", "ops ="] {
            let error = RoleMapping::parse(["a = viewer", wrong]).expect_err(wrong).to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
        }
    }
}
