//! What handlers ask for. Every rejection is our own [`crate::error::ApiError`] and quotes nothing
//! of what was sent but names of fields: a body may hold a secret where it doesn't belong.

pub(crate) mod accept;
pub(crate) mod body;
pub(crate) mod budgeted_buffer;
pub(crate) mod caller;
pub(crate) mod charset;
pub(crate) mod coding;
pub(crate) mod if_match;
pub(crate) mod json;
pub(crate) mod params;
pub(crate) mod path;
pub(crate) mod strict_json;

pub(crate) use caller::Context;
pub(crate) use if_match::IfMatch;
pub(crate) use json::JsonBody;
pub(crate) use params::{Params, Query};
pub(crate) use path::{PathConnectionId, PathText};
