//! Whose quota a request counts against.

use haltere_app::Ctx;
use haltere_core::Origin;
use haltere_core::quota::QuotaHolder;
use http::Extensions;

/// The user and the address of a request that has passed its gate.
pub(crate) fn of_context(ctx: &Ctx) -> QuotaHolder {
    ctx.holder()
}

/// The user, if the request has passed a gate that requires a login, and the address of any request.
pub(crate) fn of_request(extensions: &Extensions) -> QuotaHolder {
    QuotaHolder {
        user: extensions.get::<Ctx>().map(|ctx| ctx.answerable().clone()),
        address: extensions.get::<Origin>().and_then(|origin| origin.address),
    }
}
