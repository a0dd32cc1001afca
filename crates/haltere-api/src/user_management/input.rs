//! A user on its way in.

use haltere_app::users::{NewUser, UserChange, is_same_user};
use haltere_core::{Role, Roles, Secret, UserName};
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::fields::{FieldFault, Fields, Invalid};

/// A new user.
#[derive(ToSchema)]
#[schema(as = NewUser, rename_all = "camelCase")]
pub(crate) struct NewUserInput {
    /// Unique.
    #[schema(value_type = String, min_length = 1, max_length = 128)]
    username: UserName,
    /// Required, unless `invite` is true.
    #[schema(value_type = Option<String>, min_length = 8, max_length = 256, nullable = false)]
    password: Option<Secret<String>>,
    /// At least one of `GET /api/user-management/roles`.
    #[schema(value_type = Vec<String>, min_items = 1)]
    roles: Roles,
    /// Whether the user has no password yet, and sets one by an invitation.
    #[schema(default = false, required = false)]
    invite: bool,
    #[schema(default = false, required = false)]
    disabled: bool,
    /// Whether the user may do nothing but change the password after the first login.
    #[schema(default = false, required = false)]
    must_change_password: bool,
}

/// What to change about a user; what is absent stays as it is.
#[derive(ToSchema)]
#[schema(as = UserChange, rename_all = "camelCase")]
pub(crate) struct UserChangeInput {
    /// The name in the path; it can't be changed.
    #[schema(nullable = false)]
    username: Option<String>,
    #[schema(value_type = Option<String>, min_length = 8, max_length = 256, nullable = false)]
    password: Option<Secret<String>>,
    /// At least one. They replace those that the user has.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, nullable = false)]
    roles: Option<Roles>,
    /// Whether the user can't log in.
    #[schema(nullable = false)]
    disabled: Option<bool>,
    /// Whether the user may do nothing but change the password. A new password sets it to false, unless it is given.
    #[schema(nullable = false)]
    must_change_password: Option<bool>,
}

/// What `GET` returns and only haltere changes: clients send a whole user back.
const READ_ONLY: [&str; 4] = ["hasPassword", "secondFactor", "lastLogin", "invitedUntil"];

impl NewUserInput {
    pub(super) fn read(body: Value) -> Result<NewUser, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let username = fields.required_string("username")?;
        let username = UserName::parse(&username).map_err(|why| fields.fault("username", &why))?;
        let input = Self {
            username,
            password: fields.string("password")?.map(Secret::new),
            roles: roles(&mut fields)?.unwrap_or_default(),
            invite: fields.strict_boolean("invite")?.unwrap_or_default(),
            disabled: fields.strict_boolean("disabled")?.unwrap_or_default(),
            must_change_password: fields.strict_boolean("mustChangePassword")?.unwrap_or_default(),
        };
        fields.ignore(&READ_ONLY);
        match (&input.password, input.invite) {
            (None, false) => return Err(fields.fault("password", &FieldFault::Missing)),
            (Some(_), true) => return Err(fields.refuse("password", "is set by the invitation")),
            _ => {}
        }
        fields.finish()?;
        let Self { username: name, password, roles, invite: _, disabled, must_change_password } =
            input;
        Ok(NewUser { name, password, roles, disabled, must_change_password })
    }
}

impl UserChangeInput {
    /// `name` is the one in the path.
    pub(super) fn read(body: Value, name: &str) -> Result<UserChange, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self {
            username: fields.string("username")?,
            password: fields.string("password")?.map(Secret::new),
            roles: roles(&mut fields)?,
            disabled: fields.strict_boolean("disabled")?,
            must_change_password: fields.strict_boolean("mustChangePassword")?,
        };
        fields.ignore(&READ_ONLY);
        if input.username.as_ref().is_some_and(|username| !is_same_user(username, name)) {
            return Err(fields.refuse("username", "can't be changed"));
        }
        fields.finish()?;
        let Self { username: _, password, roles, disabled, must_change_password } = input;
        Ok(UserChange { password, roles, disabled, must_change_password })
    }
}

fn roles(fields: &mut Fields) -> Result<Option<Roles>, Invalid> {
    let Some(names) = fields.strings("roles")? else { return Ok(None) };
    let roles = names.iter().map(|name| name.parse::<Role>()).collect::<Result<Roles, _>>();
    roles.map(Some).map_err(|why| fields.refuse("roles", why))
}
