//! The OpenAPI document, as JSON and as a page.

pub(crate) mod documents;
pub(crate) mod export;
mod markdown;
pub(crate) mod page;
mod render;
