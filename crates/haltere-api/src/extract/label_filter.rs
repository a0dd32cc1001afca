//! `?label=`: only connections with these labels.

use axum::extract::FromRequestParts;
use haltere_app::Invalid;
use haltere_core::LabelSelector;
use http::request::Parts;
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

use super::query::{LABEL, RawQuery};
use crate::error::ApiError;

/// What the parameters `label` of a query select together; without one, every connection.
pub(crate) struct LabelFilter(pub(crate) LabelSelector);

impl<S: Sync> FromRequestParts<S> for LabelFilter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let RawQuery(params) = RawQuery::from_request_parts(parts, state).await?;
        let mut selectors = params.iter().filter(|(name, _)| *name == LABEL);
        let selected = selectors.try_fold(LabelSelector::default(), |selected, (_, text)| {
            selected.and(LabelSelector::parse(text)?)
        });
        selected.map(Self).map_err(|why| Invalid::of(LABEL, &why).into())
    }
}

impl IntoParams for LabelFilter {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        // Its longest text is in the description alone: what is far longer does not fit into a request's head, and
        // gets the 431 of HTTP instead of an answer of this operation.
        let selector = ObjectBuilder::new().schema_type(Type::String);
        let parameter = ParameterBuilder::new()
            .name(LABEL)
            .parameter_in(ParameterIn::Query)
            .description(Some(
                "Only connections with these labels: terms separated by commas, which all have to hold. A term is `key=value`, `key!=value`, `key`, `!key`, `key in (a,b)` or `key notin (a,b)`. If the parameter is repeated, all have to hold. At most 32 terms and 1,024 characters",
            ))
            .example(Some(json!(["site=graz,line!=2"])))
            .style(Some(ParameterStyle::Form))
            .explode(Some(true))
            .schema(Some(ArrayBuilder::new().items(selector)));
        vec![parameter.build()]
    }
}
