//! User names, and how a user is found by a typed name.
//!
//! One name can be typed in two ways: `é` is one character on one keyboard and two on another, and blanks
//! at the ends go unseen. New names are kept in one form (trimmed, NFC). Names that are stored already may
//! have others, and are accepted if typed exactly.

use haltere_core::UserName;
use haltere_store::{StoreError, UserReads, UserRecord};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::Invalid;

/// The form in which names are compared.
pub(crate) fn canonical(typed: &str) -> String {
    typed.trim().nfc().collect()
}

/// Whether two ways of typing name the same user.
pub fn is_same_user(one: &str, other: &str) -> bool {
    one == other || canonical(one) == canonical(other)
}

/// The form in which a new user's name is kept; refused when it hides something. The field is `username`.
pub(super) fn new(typed: &UserName) -> Result<UserName, Invalid> {
    let name = UserName::parse(&canonical(typed.as_str()));
    let name = name.and_then(|name| name.check_new().map(|()| name));
    name.map_err(|why| Invalid::of("username", &why))
}

/// The user of a typed name: the name as typed; else its normal form; else one stored in
/// another form, when there is only one.
pub(crate) async fn find(
    users: &mut dyn UserReads,
    typed: &str,
) -> Result<Option<UserRecord>, StoreError> {
    let usual = canonical(typed);
    for name in [typed, &usual] {
        let Ok(name) = UserName::parse(name) else { continue };
        if let Some(user) = users.find(&name).await? {
            return Ok(Some(user));
        }
    }
    // In ASCII there is no other form.
    if usual.is_ascii() || UserName::parse(&usual).is_err() {
        return Ok(None);
    }
    let all = users.list().await?;
    let mut meant = all.into_iter().filter(|user| canonical(user.name.as_str()) == usual);
    Ok(meant.next().filter(|_| meant.next().is_none()))
}

/// Whether the name of a new user is taken, in whatever form.
pub(super) async fn is_taken(
    users: &mut dyn UserReads,
    name: &UserName,
) -> Result<bool, StoreError> {
    let all = users.list().await?;
    Ok(all.iter().any(|user| canonical(user.name.as_str()) == name.as_str()))
}

/// The same, and letter case and compatibility forms don't count either.
pub(super) async fn is_taken_in_any_case(
    users: &mut dyn UserReads,
    name: &UserName,
) -> Result<bool, StoreError> {
    let folded = |name: &UserName| name.as_str().trim().nfkc().collect::<String>().to_lowercase();
    let (all, name) = (users.list().await?, folded(name));
    Ok(all.iter().any(|user| folded(&user.name) == name))
}
