//! Describes responses by the errors that the code returns, so that the two can't differ.

use std::collections::BTreeMap;

use http::header::RETRY_AFTER;
use serde_json::json;
use utoipa::PartialSchema as _;
use utoipa::openapi::{HeaderBuilder, RefOr, Response};

use super::add_to;
use crate::error::ApiError;

/// Responses by their status.
pub(crate) type Responses = BTreeMap<String, RefOr<Response>>;

/// The responses of `errors`, each with the name of its example and a description.
pub(crate) fn describe<const N: usize>(errors: [(&str, &str, ApiError); N]) -> Responses {
    let mut responses = Responses::new();
    for (name, description, error) in errors {
        let status = error.status();
        add_to(&mut responses, status.as_str(), description, name, json!(error.body()));
        if error.has_header(&RETRY_AFTER)
            && let Some(RefOr::T(response)) = responses.get_mut(status.as_str())
        {
            let header = HeaderBuilder::new()
                .schema(Some(u64::schema()))
                .description(Some("Seconds to wait before a retry"));
            response.headers.insert("Retry-After".to_owned(), header.build().into());
        }
    }
    responses
}
