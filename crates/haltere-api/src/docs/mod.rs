//! The description of the API: for people, and for programs.

pub(crate) mod export;
pub(crate) mod markdown;
pub(crate) mod page;
