//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use haltere_app::App;
use haltere_core::Shares;

use crate::answers::Answers;
use crate::connection_import::Room;
use crate::connections::rendered::Rendered;
use crate::docs::Docs;
use crate::extract::body;
use crate::guests::Guests;
use crate::options::ApiOptions;
use crate::reached::LimitsReached;

/// What handlers share. Each request copies it several times over: that is one count, and no more.
#[derive(Clone)]
pub(crate) struct ApiState(Arc<Shared>);

/// What is in it.
pub(crate) struct Shared {
    /// What can be done.
    pub(crate) app: App,
    /// What was configured.
    pub(crate) options: ApiOptions,
    /// The description of the API.
    pub(crate) docs: Docs,
    /// The list of connections as it was last sent.
    pub(crate) rendered: Rendered,
    /// What the bodies of requests under way take, in bytes.
    pub(crate) bodies: Shares,
    /// What answers take that were not read yet, in bytes.
    pub(crate) answers: Answers,
    /// Logins while only kept places are left.
    pub(crate) guests: Guests,
    /// Room for imports.
    pub(crate) imports: Room,
    /// Event streams that are open.
    pub(crate) event_streams: Shares,
    /// Limits that were reached.
    pub(crate) limits_reached: LimitsReached,
}

impl ApiState {
    pub(crate) fn new(app: App, options: ApiOptions) -> Self {
        let limits = options.limits;
        Self(Arc::new(Shared {
            app,
            answers: Answers::new(limits.answer_memory),
            bodies: body::budget(limits.body_memory),
            guests: Guests::new(limits.guests),
            docs: Docs::new(options.base.clone()),
            rendered: Rendered::default(),
            imports: Room::new(limits.imports),
            event_streams: Shares::new(limits.streams),
            limits_reached: LimitsReached::default(),
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
