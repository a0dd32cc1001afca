//! A JSON body.

use axum::body::Body;
use axum::extract::FromRequest;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;

use super::charset::Charset;
use super::{body, strict_json};
use crate::error::{ApiError, ErrorCode};

/// Any JSON value, to be taken apart with [`crate::wire::fields::Fields`].
pub(crate) struct JsonBody(pub(crate) Value);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, ApiError> {
        require_json(request.headers())?;
        let charset = Charset::of(request.headers())?;
        let body = body::read(request).await?;
        let text = charset.in_utf8(body.bytes())?;
        strict_json::parse(&text).map(Self).map_err(|error| ApiError::invalid(error.to_string()))
    }
}

/// 415 when the body is said to be something else.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    if says_json(headers) {
        return Ok(());
    }
    let (status, code) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::Invalid);
    Err(ApiError::new(status, code, "Content-Type: must be application/json"))
}

/// Whether `Content-Type` says JSON. Of parameters (`;version=1`) only `charset` matters, and that is read elsewhere. A missing
/// header is accepted: other origins are refused by [`crate::middleware::cross_origin`], not here.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "application/merge-patch+json"
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(content_type: Option<&str>, body: impl AsRef<[u8]>) -> Option<(u16, String)> {
        let mut request = Request::builder();
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let request = request.body(Body::from(body.as_ref().to_vec())).expect("a request");
        let error = JsonBody::from_request(request, &()).await.err()?;
        Some((error.status().as_u16(), error.to_string()))
    }

    #[tokio::test]
    async fn only_json_is_taken_however_it_is_announced() {
        for accepted in
            ["application/json", "Application/JSON; charset=utf-8", "application/json;version=1"]
        {
            assert_eq!(refusal(Some(accepted), "{}").await, None, "{accepted:?}");
        }
        assert_eq!(refusal(None, "{}").await, None);
        for refused in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            assert_eq!(refusal(Some(refused), "{}").await.map(|(status, _)| status), Some(415));
        }
    }

    #[tokio::test]
    async fn json_is_read_in_the_charset_it_is_said_to_be_in() {
        let utf16: Vec<u8> = "{\"a\": \"ü\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (content_type, body) in [
            ("application/json", b"\xef\xbb\xbf{}".to_vec()),
            ("application/json; charset=UTF-8", b"\xef\xbb\xbf{}".to_vec()),
            ("application/json; charset=\"utf-8\"", b"{}".to_vec()),
            ("application/json; charset=utf-16", utf16.clone()),
            ("application/json; charset=utf-16le", utf16.clone()),
        ] {
            assert_eq!(refusal(Some(content_type), body).await, None, "{content_type}");
        }
        let (status, message) =
            refusal(Some("application/json; charset=iso-8859-1"), "{}").await.expect("refused");
        let why = "Content-Type: charset iso-8859-1 is not accepted; UTF-8 and UTF-16 are";
        assert_eq!((status, message.as_str()), (415, why));
        let odd = &utf16[1..];
        let refused = refusal(Some("application/json; charset=utf-16le"), odd).await;
        assert_eq!(refused, Some((400, "the text is not UTF-16".to_owned())));
    }

    #[tokio::test]
    async fn a_refusal_quotes_nothing_of_the_body() {
        let (status, message) = refusal(None, r#"{"password": hunter2}"#).await.expect("refused");
        assert_eq!((status, message.as_str()), (400, "malformed JSON at line 1, column 14"));
        let huge = " ".repeat(16 * 1024 + 1);
        let (status, message) = refusal(None, &huge).await.expect("refused");
        assert_eq!((status, message.as_str()), (413, "the body is larger than 16 KiB"));
    }
}
