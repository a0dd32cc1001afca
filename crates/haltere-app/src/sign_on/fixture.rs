//! Settings for tests.

use haltere_testkit::oidc::{CLIENT_ID, CLIENT_SECRET};

use super::{AccountRules, GroupMapping, OidcSettings, RoleMapping};

/// A provider whose group `mqtt-admins` gives the role `admin`, and whose group `ops` gives `viewer`.
pub(crate) fn settings(issuer: &str) -> OidcSettings {
    OidcSettings {
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(CLIENT_SECRET.into()),
        public_url: "https://haltere.example.org".to_owned(),
        name: "Example".to_owned(),
        scopes: "openid profile".to_owned(),
        name_claim: "preferred_username".to_owned(),
        role_claim: "groups".to_owned(),
        membership_claim: "groups".to_owned(),
        accounts: AccountRules {
            roles: RoleMapping::parse(["mqtt-admins = admin", "ops = viewer"]).expect("good"),
            memberships: GroupMapping::default(),
            creates: true,
            links: false,
        },
        ca: None,
    }
}
