//! `[login]`

use std::fmt;

use confique::Config;
use haltere_core::{Role, Roles};
use serde::Deserializer;
use serde::de::{Error, SeqAccess, Visitor};

/// Logging in with a password of haltere.
#[derive(Debug, Config)]
pub(crate) struct Login {
    #[config(nested)]
    pub second_factor: SecondFactor,
}

/// One-time passwords of an app (TOTP), which every user with a password can set up.
#[derive(Debug, Config)]
pub(crate) struct SecondFactor {
    /// The roles of which a second factor is required, for example ["admin"], or "all". Those that groups give count as well. A
    /// user with one of them who has none can do nothing but set one up, and their application tokens are refused until then. Users who come by single sign-on
    /// are not concerned. In the environment variable, separated by commas.
    #[config(env = "HALTERE_LOGIN_SECOND_FACTOR_REQUIRED_FOR", default = [], deserialize_with = roles)]
    pub required_for: Roles,
}

/// Every user has at least one of them.
const ALL: &str = "all";

fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Roles, D::Error> {
    struct Names;

    impl<'de> Visitor<'de> for Names {
        type Value = Roles;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of roles, or \"all\"")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Roles, E> {
            read(text)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Roles, A::Error> {
            let mut roles = Roles::default();
            while let Some(name) = names.next_element::<String>()? {
                roles = roles.and(read::<A::Error>(&name)?);
            }
            Ok(roles)
        }
    }

    deserializer.deserialize_any(Names)
}

fn read<E: Error>(name: &str) -> Result<Roles, E> {
    if name == ALL {
        return Ok(Role::ALL.into_iter().collect());
    }
    let role = name.parse::<Role>();
    role.map(Roles::from)
        .map_err(|error| E::custom(format_args!("login.second_factor.required_for: {error}")))
}
