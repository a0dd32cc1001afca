//! `/api/profile/tokens`

pub(crate) mod list;
pub(crate) mod revoke;
#[cfg(test)]
mod tests;
