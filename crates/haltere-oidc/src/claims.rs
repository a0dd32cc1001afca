//! What a provider says of a user.

use serde_json::{Map, Value};

use crate::json::{self, NotJson};

/// The most values of one claim that are looked at.
const MAX_VALUES: usize = 1_000;

/// The claims of a token, or those of the userinfo endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) fn of(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The answer of the userinfo endpoint (OpenID Connect Core §5.3.2). `None` if it is about another user than
    /// `subject`.
    pub fn of_userinfo(body: &[u8], subject: &str) -> Result<Option<Self>, NotJson> {
        let claims = Self(json::object(body)?);
        Ok((claims.text("sub") == Some(subject)).then_some(claims))
    }

    /// The claim of this name, or, as in `realm_access.roles`, a member of it.
    fn find(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(name) {
            return Some(value);
        }
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(self.0.get(first)?, |value, name| value.get(name))
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.find(name)?.as_str()
    }

    /// A claim that is a list of texts, or one text; empty if it is neither.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.find(name) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => {
                many.iter().take(MAX_VALUES).filter_map(Value::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether there is such a claim.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether a claim is the boolean `true`.
    pub fn is_true(&self, name: &str) -> bool {
        self.find(name) == Some(&Value::Bool(true))
    }

    /// A point in time: seconds since 1970.
    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        let number = self.0.get(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates, and a time may have a fraction"
        )]
        number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))
    }

    /// A member whose value is an object.
    pub(crate) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name)?.as_object()
    }

    /// A member as it is.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Adds the claims that are not here already.
    pub fn complete_with(&mut self, more: Self) {
        for (name, value) in more.0 {
            self.0.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str) -> Claims {
        Claims(json::object(text.as_bytes()).expect("an object"))
    }

    #[test]
    fn claims_are_found_by_name_and_within_others() {
        let claims = claims(
            r#"{"sub":"1","groups":["a",7,"b"],"realm_access":{"roles":["x"]},"a.b":"exact","one":"single"}"#,
        );
        assert_eq!(claims.texts("groups"), ["a", "b"]);
        assert_eq!(claims.texts("realm_access.roles"), ["x"]);
        assert_eq!(claims.text("a.b"), Some("exact"));
        assert_eq!(claims.texts("one"), ["single"]);
        assert!(claims.texts("absent").is_empty() && claims.texts("realm_access").is_empty());
        assert_eq!(claims.text("groups"), None);
    }

    #[test]
    fn the_answer_about_another_user_is_none() {
        let body = br#"{"sub":"1","name":"Ann"}"#;
        assert!(Claims::of_userinfo(body, "1").expect("JSON").is_some());
        assert_eq!(Claims::of_userinfo(body, "2"), Ok(None));
        assert_eq!(Claims::of_userinfo(b"[]", "1"), Err(NotJson));
    }
}
