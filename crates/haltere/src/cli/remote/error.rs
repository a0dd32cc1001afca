//! Why a remote haltere has not done something.

use std::borrow::Cow;
use std::fmt;

use axum::body::Bytes;
use haltere_link::HttpFailure;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::address::RemoteUrl;

/// Why a remote haltere has not done something. Each names the URL.
#[derive(Debug)]
pub(in crate::cli) struct RemoteError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    url: RemoteUrl,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// There is no answer.
    Unreachable(HttpFailure),
    /// haltere refuses; with the whole body.
    Refused { status: u16, refusal: Refusal, body: Bytes },
    /// The answer is not one of haltere.
    NotHaltere { status: u16 },
}

/// The body of a refusal.
#[derive(Debug, Deserialize)]
struct Refusal {
    code: String,
    message: String,
    #[serde(rename = "longError")]
    long_error: Option<String>,
}

/// The longest part of a server's words that is shown, in characters.
const SHOWN: usize = 1_000;

impl RemoteError {
    pub(super) fn unreachable(url: &RemoteUrl, cause: HttpFailure) -> Self {
        Self::new(url, Kind::Unreachable(cause))
    }

    /// From an answer with another status than 200.
    pub(super) fn of_answer(url: &RemoteUrl, status: u16, body: Bytes) -> Self {
        match serde_json::from_slice(&body) {
            Ok(refusal) => Self::new(url, Kind::Refused { status, refusal, body }),
            Err(_) => Self::not_haltere(url, status),
        }
    }

    pub(super) fn not_haltere(url: &RemoteUrl, status: u16) -> Self {
        Self::new(url, Kind::NotHaltere { status })
    }

    fn new(url: &RemoteUrl, kind: Kind) -> Self {
        Self(Box::new(Parts { url: url.clone(), kind }))
    }

    pub(super) fn url(&self) -> &RemoteUrl {
        &self.0.url
    }

    /// The code of the refusal, if it is one.
    pub(super) fn code(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Refused { refusal, .. } => Some(&refusal.code),
            Kind::Unreachable(_) | Kind::NotHaltere { .. } => None,
        }
    }

    /// What else the refusal says, if it is one.
    pub(in crate::cli) fn body<T: DeserializeOwned>(&self) -> Option<T> {
        let Kind::Refused { body, .. } = &self.0.kind else { return None };
        serde_json::from_slice(body).ok()
    }

    /// Whether the token, session or password is not valid.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self.0.kind, Kind::Refused { status: 401, .. })
    }

    /// Whether the value of this field is refused.
    pub(in crate::cli) fn is_about(&self, field: &str) -> bool {
        let Kind::Refused { status: 400, refusal, .. } = &self.0.kind else { return false };
        refusal.words(400).split_once(':').is_some_and(|(name, _)| name == field)
    }
}

impl Refusal {
    /// The field and what is wrong with it, if a field is invalid, as the local command says it.
    fn words(&self, status: u16) -> &str {
        self.long_error.as_deref().filter(|_| status == 400).unwrap_or(&self.message)
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { url, kind } = &*self.0;
        match kind {
            Kind::Unreachable(cause) => write!(f, "failed to reach {url}: {cause}"),
            Kind::Refused { status, refusal, .. } => {
                f.write_str(&cut(refusal.words(*status)))?;
                if *status == 401 {
                    f.write_str(
                        ": the token is not valid, or not any more; `haltere login` makes a new one",
                    )?;
                }
                write!(f, " ({url})")
            }
            Kind::NotHaltere { status } => {
                write!(f, "{url} answers with status {status}, but not as haltere does")?;
                if (300..400).contains(status) {
                    f.write_str(
                        "; redirects are not followed, log in at the URL that they lead to",
                    )?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for RemoteError {}

/// The first [`SHOWN`] characters.
fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
