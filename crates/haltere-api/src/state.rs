//! The state that handlers share.

use std::ops::Deref;
use std::sync::Arc;

use haltere_app::App;
use haltere_core::Quota;
use utoipa::openapi::OpenApi;

use crate::connections::import::slots::ImportSlots;
use crate::connections::list_cache::ListCache;
use crate::docs::documents::Documents;
use crate::limits::body_memory;
use crate::limits::counters::LimitCounters;
use crate::limits::login_slots::LoginSlots;
use crate::options::ApiOptions;
use crate::response_memory::ResponseMemory;

/// The state that handlers share. Cloned several times per request, hence one `Arc`.
#[derive(Clone)]
pub(crate) struct ApiState(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) options: ApiOptions,
    pub(crate) docs: Documents,
    /// The lists of connections that were last sent.
    pub(crate) list_cache: ListCache,
    /// Memory for the bodies of requests, in bytes.
    pub(crate) body_memory: Quota,
    /// Memory for responses that clients have not read, in bytes.
    pub(crate) response_memory: ResponseMemory,
    pub(crate) login_slots: LoginSlots,
    pub(crate) import_slots: ImportSlots,
    /// Open event streams.
    pub(crate) event_streams: Quota,
    pub(crate) limit_counters: LimitCounters,
}

impl ApiState {
    /// The state of a router whose routes `document` describes.
    pub(crate) fn new(app: App, options: ApiOptions, document: OpenApi) -> Self {
        let limits = options.limits;
        Self(Arc::new(Shared {
            app,
            response_memory: ResponseMemory::new(limits.response_memory),
            body_memory: body_memory::budget(limits.body_memory),
            login_slots: LoginSlots::new(limits.login_slots),
            docs: Documents::new(document, options.base.clone()),
            list_cache: ListCache::default(),
            import_slots: ImportSlots::new(limits.imports),
            event_streams: Quota::new(limits.streams),
            limit_counters: LimitCounters::default(),
            options,
        }))
    }
}

impl Deref for ApiState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
