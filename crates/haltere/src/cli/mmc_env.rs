//! What the variables `CEDALO_MC_*` of the management center for Mosquitto say.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use haltere_app::Ctx;
use haltere_app::users::{NewUser, UserError, Users, is_same_user};
use haltere_core::{Role, Roles, Secret, UserName};
use serde_json::json;

use super::notice;
use crate::config::read_secret_file;

/// The name of the administrator where only a password is given, as there.
const USERNAME: &str = "cedalo";
/// The id of the broker where none is given.
const BROKER_ID: &str = "mosquitto";

/// What the variables ask for.
pub(super) struct MmcEnvironment {
    /// A list of one connection, as a file to import holds it.
    pub(super) broker: Option<Secret<Vec<u8>>>,
    pub(super) administrator: Option<Administrator>,
}

/// An administrator to add.
pub(super) struct Administrator {
    name: UserName,
    password: Secret<String>,
}

impl MmcEnvironment {
    /// Reads them all; `variable` asks for one by its name. An empty one counts as not set.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let get = |name: &str| variable(name).filter(|text| !text.is_empty());
        let found = Self { broker: broker(&get)?, administrator: administrator(&get)? };
        if found.broker.is_none() && found.administrator.is_none() {
            bail!(
                "neither CEDALO_MC_BROKER_URL nor CEDALO_MC_PASSWORD is set in the environment of this command"
            );
        }
        Ok(found)
    }
}

fn broker(get: &impl Fn(&str) -> Option<String>) -> anyhow::Result<Option<Secret<Vec<u8>>>> {
    let part = |name: &str| get(&format!("CEDALO_MC_BROKER_{name}"));
    let Some(url) = part("URL") else {
        for name in ["ID", "NAME", "USERNAME", "PASSWORD", "PASSWORD_FILE"] {
            if part(name).is_some() {
                bail!("CEDALO_MC_BROKER_URL: is missing; CEDALO_MC_BROKER_{name} is set");
            }
        }
        return Ok(None);
    };
    let (id, name) = (part("ID"), part("NAME"));
    let id = id.or_else(|| name.clone()).unwrap_or_else(|| BROKER_ID.to_owned());
    let name = name.unwrap_or_else(|| id.clone());
    let mut connection = json!({ "id": id, "name": name, "url": url });
    let password = secret(get, "CEDALO_MC_BROKER_PASSWORD")?;
    match (part("USERNAME"), password) {
        (Some(username), Some(password)) => {
            connection["credentials"] =
                json!({ "username": username, "password": password.expose() });
        }
        (Some(username), None) => connection["credentials"] = json!({ "username": username }),
        (None, Some(_)) => {
            bail!("CEDALO_MC_BROKER_USERNAME: is missing; CEDALO_MC_BROKER_PASSWORD is set")
        }
        (None, None) => {}
    }
    let file = serde_json::to_vec(&json!({ "connections": [connection] }));
    Ok(Some(Secret::new(file.context("failed to write the connection down")?)))
}

fn administrator(get: &impl Fn(&str) -> Option<String>) -> anyhow::Result<Option<Administrator>> {
    let username = get("CEDALO_MC_USERNAME");
    let Some(password) = secret(get, "CEDALO_MC_PASSWORD")? else {
        if username.is_some() {
            bail!("CEDALO_MC_PASSWORD: is missing; CEDALO_MC_USERNAME is set");
        }
        return Ok(None);
    };
    let name = UserName::parse(username.as_deref().unwrap_or(USERNAME));
    Ok(Some(Administrator { name: name.context("CEDALO_MC_USERNAME")?, password }))
}

/// A secret, or the content of the file that `NAME_FILE` names.
fn secret(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
) -> anyhow::Result<Option<Secret<String>>> {
    let of_file = format!("{name}_FILE");
    match (get(name), get(&of_file)) {
        (Some(_), Some(_)) => bail!("{name} and {of_file} are both set; keep one of them"),
        (Some(text), None) => Ok(Some(Secret::new(text))),
        (None, Some(file)) => {
            Ok(Some(Secret::new(read_secret_file(Path::new(&file)).context(of_file)?)))
        }
        (None, None) => Ok(None),
    }
}

impl Administrator {
    /// `None` when there is a user of that name. Fails when such a user can't be added.
    pub(super) async fn unless_there(
        self,
        users: &Users,
        ctx: &Ctx,
    ) -> anyhow::Result<Option<Self>> {
        let known = users.list(ctx).await.context("failed to list the users")?;
        if known.iter().any(|user| is_same_user(user.name.as_str(), self.name.as_str())) {
            report_existing(&self.name);
            return Ok(None);
        }
        let new = NewUser::new(&self.name, self.password.clone(), roles());
        Users::check_new(&new).map_err(|fault| {
            let variable = if fault.field == "password" { "PASSWORD" } else { "USERNAME" };
            anyhow!("CEDALO_MC_{variable}: {}", fault.reason)
        })?;
        Ok(Some(self))
    }

    /// Adds the user.
    pub(super) async fn add(self, users: &Users, ctx: &Ctx) -> anyhow::Result<()> {
        let Self { name, password } = self;
        match users.add(ctx, NewUser::new(&name, password, roles())).await {
            Ok(_) => notice(&format!("added the administrator {name}")),
            // By another process, in the meantime.
            Err(UserError::Exists) => report_existing(&name),
            Err(error) => return Err(error).with_context(|| format!("failed to add {name}")),
        }
        Ok(())
    }

    /// Says that the user would be added.
    pub(super) fn announce(&self) {
        notice(&format!("would add the administrator {}", self.name));
    }
}

fn roles() -> Roles {
    Role::Admin.into()
}

fn report_existing(name: &UserName) {
    notice(&format!("the user {name} is there already, and keeps password and roles"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> anyhow::Result<MmcEnvironment> {
        MmcEnvironment::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        })
    }

    #[test]
    fn what_is_missing_or_double_is_named() {
        for (variables, why) in [
            (&[][..], "neither CEDALO_MC_BROKER_URL nor"),
            (&[("CEDALO_MC_BROKER_ID", "a")], "CEDALO_MC_BROKER_URL: is missing"),
            (&[("CEDALO_MC_USERNAME", "a")], "CEDALO_MC_PASSWORD: is missing"),
            (
                &[("CEDALO_MC_BROKER_URL", "mqtt://b"), ("CEDALO_MC_BROKER_PASSWORD", "p")],
                "CEDALO_MC_BROKER_USERNAME: is missing",
            ),
            (
                &[("CEDALO_MC_PASSWORD", "p"), ("CEDALO_MC_PASSWORD_FILE", "/p")],
                "CEDALO_MC_PASSWORD and CEDALO_MC_PASSWORD_FILE are both set",
            ),
            (&[("CEDALO_MC_PASSWORD_FILE", "/nowhere/p")], "CEDALO_MC_PASSWORD_FILE"),
        ] {
            let error = read(variables).err().expect("refused");
            assert!(error.to_string().starts_with(why), "{error:#}");
        }
    }

    #[test]
    fn the_broker_has_an_id_of_its_own_that_stays() {
        let file = |variables: &[(&str, &str)]| {
            let broker = read(variables).expect("good").broker.expect("a broker");
            serde_json::from_slice::<serde_json::Value>(broker.expose()).expect("JSON")
        };
        let url = ("CEDALO_MC_BROKER_URL", "mqtt://b");
        let only_url = file(&[url]);
        assert_eq!(
            only_url["connections"],
            json!([{"id": "mosquitto", "name": "mosquitto", "url": "mqtt://b"}])
        );
        let named = file(&[url, ("CEDALO_MC_BROKER_NAME", "Hall 3")]);
        assert_eq!(named["connections"][0]["id"], "Hall 3");
    }
}
