//! Extractors. Each rejection is a [`crate::error::ApiError`]. It quotes only names of fields, because a body may
//! hold a secret in the wrong place.

pub(crate) mod accept;
pub(crate) mod body;
pub(crate) mod budgeted_buffer;
pub(crate) mod caller;
pub(crate) mod charset;
pub(crate) mod coding;
pub(crate) mod if_match;
pub(crate) mod json;
pub(crate) mod label_filter;
pub(crate) mod params;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod query_values;
pub(crate) mod strict_json;

pub(crate) use caller::RequestContext;
pub(crate) use if_match::IfMatch;
pub(crate) use json::JsonBody;
pub(crate) use params::Params;
pub(crate) use path::{
    PathConnectionId, PathGroupName, PathSessionId, PathText, PathTokenHash, PathUserName,
};
pub(crate) use query::{Query, RawQuery, StrictQuery};
