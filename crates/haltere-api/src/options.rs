//! What can be configured about the HTTP side.

use std::sync::Arc;

use haltere_core::quota::Bounds;

use crate::base_path::BasePath;
use crate::console::ConsoleFiles;
use crate::proxies::Proxies;
use crate::web_origin::WebOrigin;

/// What can be configured about the HTTP side. [`ApiOptions::default`] fits a server on loopback or
/// with TLS of its own, without anything in between. Cheap to clone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApiOptions {
    /// Every request comes over TLS, whether anything in it says so or not.
    pub secure: bool,
    /// Browsers that came over TLS are told to come back over nothing else.
    pub hsts: bool,
    /// Where the router is found under its host.
    pub base: BasePath,
    /// Who is believed about where a request came from.
    pub proxies: Proxies,
    /// Whose pages may use the API beside our own.
    pub cors_origins: Arc<[WebOrigin]>,
    /// Where the files of the console come from.
    pub console: ConsoleFiles,
    /// What callers can make us hold.
    pub limits: ApiLimits,
}

/// What callers can make us hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiLimits {
    /// Memory for the bodies of all requests under way, in bytes.
    pub body_memory: usize,
    /// Memory for answers that clients have not read, in bytes.
    pub answer_memory: usize,
    /// Event streams that are open.
    pub streams: Bounds,
    /// Imports on their way.
    pub imports: Bounds,
    /// How much of an import has to come in a second, in bytes.
    pub import_rate: usize,
    /// Requests of logins under way at once while only kept places are left.
    pub guests: usize,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            body_memory: 64 << 20,
            answer_memory: 64 << 20,
            streams: Bounds { all: 1_000, user: 64, network: 250 },
            imports: Bounds { all: 8, user: 1, network: 4 },
            import_rate: 16 << 10,
            guests: 64,
        }
    }
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            secure: false,
            hsts: true,
            base: BasePath::default(),
            proxies: Proxies::default(),
            cors_origins: Arc::new([]),
            console: ConsoleFiles::default(),
            limits: ApiLimits::default(),
        }
    }
}

impl ApiOptions {
    /// Says that every request comes over TLS, whether anything in it says so or not.
    #[must_use]
    pub fn secure(self, secure: bool) -> Self {
        Self { secure, ..self }
    }

    /// Says whether browsers that came over TLS are told to come back over nothing else. Below a base
    /// path they never are: the host is not ours alone.
    #[must_use]
    pub fn hsts(self, hsts: bool) -> Self {
        Self { hsts, ..self }
    }

    /// Says where the router is found under its host.
    #[must_use]
    pub fn base(self, base: BasePath) -> Self {
        Self { base, ..self }
    }

    /// Says who is believed about where a request came from.
    #[must_use]
    pub fn proxies(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// Says whose pages may use the API beside our own, with the session of whoever looks at them.
    #[must_use]
    pub fn cors_origins(self, origins: impl Into<Arc<[WebOrigin]>>) -> Self {
        Self { cors_origins: origins.into(), ..self }
    }

    /// Says where the files of the console come from.
    #[must_use]
    pub fn console(self, console: ConsoleFiles) -> Self {
        Self { console, ..self }
    }

    /// Says what callers can make us hold.
    #[must_use]
    pub fn limits(self, limits: ApiLimits) -> Self {
        Self { limits, ..self }
    }
}
