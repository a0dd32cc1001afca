//! Sentences for people, on their way out as a key with parameters.

use std::collections::BTreeMap;

use haltere_core::Sentence;
use haltere_core::sentence::{ParameterValue, public_key};
use serde::Serialize;
use utoipa::ToSchema;

/// A sentence as a key with parameters, for programs that have texts of their own. The keys and their parameters
/// are in `openapi/sentences.json`; more may come.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Sentence, example = json!({"key": "connectionRefused", "params": {"peer": "10.0.0.7:1883"}}))]
pub(crate) struct SentenceView {
    /// The name of the sentence. It keeps its meaning.
    key: String,
    /// The parameters, each by its name. Text may come from the broker; dates and times are in ISO 8601. If one is the
    /// key of another sentence, the parameters of that are here, too.
    params: BTreeMap<&'static str, ParameterView>,
}

/// The value of a parameter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SentenceParameter)]
pub(crate) enum ParameterView {
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
}

impl SentenceView {
    pub(crate) fn of(sentence: &impl Sentence) -> Self {
        Self::new(sentence.key(), sentence.parameters())
    }

    pub(crate) fn new(name: &str, parameters: Vec<(&'static str, ParameterValue)>) -> Self {
        let params = parameters.into_iter().map(|(name, value)| {
            let value = match value {
                ParameterValue::Text(text) => ParameterView::Text(text),
                ParameterValue::Number(number) => ParameterView::Number(number),
            };
            (name, value)
        });
        Self { key: public_key(name), params: params.collect() }
    }
}
