//! `GET /api/connections`

use std::num::NonZeroUsize;

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{Cursor, ListError, ListQuery, Listing, StateFilter};
use http::header::LINK;
use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{rendered, secrets};
use crate::error::ApiError;
use crate::extract::{Context, Params, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// The most connections on one page.
const MAX_LIMIT: usize = 10_000;

/// The longest text to search for, in characters.
const MAX_SEARCH_CHARS: usize = 256;

const X_NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::NotAllowed(_) => Self::role_too_low(),
            ListError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// List connections
///
/// All connections with their live status, in the order they were created. Passwords and private keys
/// are in the answer only for the roles admin and connectionManager, and each such read is audited.
///
/// With `limit` the answer is a page; the header `X-Next-Cursor` says where the next one begins, and
/// is absent on the last. Without parameters the answer is everything.
#[utoipa::path(
    get,
    path = "/api/connections",
    operation_id = "list_connections",
    tag = "Connections",
    params(
        ("state" = Option<StateName>, Query, description = "`active`: all but those disconnected on purpose; `inactive`: only those; `all` is the default"),
        ("q" = Option<String>, Query, description = "Only those whose id, name or URL contains this text, in whatever case", max_length = 256),
        ("limit" = Option<usize>, Query, description = "At most this many", minimum = 1, maximum = 10_000),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: its `X-Next-Cursor`"),
        ("secrets" = Option<secrets::Wanted>, Query, description = "`omit` leaves passwords and private keys out"),
    ),
    responses(
        (status = 200, description = "The connections", body = [WireConnection],
            headers(
                ("X-Next-Cursor" = Option<String>, description = "Where the next page begins; absent on the last one"),
                ("Link" = Option<String>, description = "The next page, with `rel=\"next\"`; absent on the last one"),
            ),
            example = json!([{
                "id": "mosquitto-dev", "name": "Development Server", "url": "mqtts://broker.example:8883",
                "credentials": {"username": "admin", "password": "adminpassword"},
                "rejectUnauthorized": true,
                "status": {
                    "connected": false, "timestamp": 1_795_412_400_123_i64,
                    "error": {"code": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
                        "message": "the broker's certificate is signed by an authority that is not trusted here; give its CA in the field ca",
                        "stage": "tls"},
                    "state": "waiting", "attempt": 3, "nextAttempt": 1_795_412_460_000_i64
                }
            }])),
        (status = 400, description = "A parameter makes no sense", body = crate::error::ErrorBody,
            example = json!({"code": "INVALID", "message": "limit: must be a whole number from 1 to 10000"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    Query(params): Query,
) -> Result<Response, ApiError> {
    let query = query(&params)?;
    let wanted = secrets::wanted(&params)?;
    let listing = state.app.list_connections(&context, &query, wanted).await?;
    if query == ListQuery::default() {
        return Ok(state.rendered.all(&state.app, &listing));
    }
    let response = rendered::some(&state.app, &listing);
    Ok(with_next_page(response, &listing, &params))
}

/// The values of `state`, for the description.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what is read by hand")]
enum StateName {
    All,
    Active,
    Inactive,
}

fn query(params: &Params) -> Result<ListQuery, ApiError> {
    Ok(ListQuery {
        state: match params.get("state")? {
            None | Some("all") => StateFilter::All,
            Some("active") => StateFilter::Active,
            Some("inactive") => StateFilter::Inactive,
            Some(_) => return Err(ApiError::invalid("state: must be all, active or inactive")),
        },
        text: match params.get("q")? {
            Some(text) if text.chars().count() > MAX_SEARCH_CHARS => {
                let why = format!("q: must be at most {MAX_SEARCH_CHARS} characters long");
                return Err(ApiError::invalid(why));
            }
            text => text.filter(|text| !text.is_empty()).map(str::to_owned),
        },
        limit: params.get("limit")?.map(limit).transpose()?,
        after: params.get("cursor")?.map(Cursor::parse).transpose()?,
    })
}

fn limit(text: &str) -> Result<NonZeroUsize, ApiError> {
    // Digits only: `parse` would take a sign, too.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit =
        text.parse::<NonZeroUsize>().ok().filter(|limit| digits && limit.get() <= MAX_LIMIT);
    limit.ok_or_else(|| {
        ApiError::invalid(format!("limit: must be a whole number from 1 to {MAX_LIMIT}"))
    })
}

/// Says where the next page begins: in `X-Next-Cursor` for programs, and as RFC 8288 has it.
fn with_next_page(mut response: Response, listing: &Listing, params: &Params) -> Response {
    let Some(next) = &listing.next else { return response };
    let next = next.to_string();
    let mut link = String::from("</api/connections?");
    for (name, value) in params.iter().filter(|(name, _)| *name != "cursor") {
        link += &format!("{}={}&", encode(name), encode(value));
    }
    link += &format!("cursor={}>; rel=\"next\"", encode(&next));
    // Both are visible ASCII: a cursor by its promise, the link because it is encoded.
    if let (Ok(next), Ok(link)) = (HeaderValue::try_from(next), HeaderValue::try_from(link)) {
        response.headers_mut().insert(X_NEXT_CURSOR, next);
        response.headers_mut().insert(LINK, link);
    }
    response
}

fn encode(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
