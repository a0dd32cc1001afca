//! The settings of the HTTP API.

use std::sync::Arc;

use haltere_core::quota::QuotaBounds;

use crate::base_path::BasePath;
use crate::console::ConsoleFiles;
use crate::proxies::TrustedProxies;
use crate::sign_on::TrustedHeaders;
use crate::web_origin::WebOrigin;

/// The settings of the HTTP API. The default fits a server on loopback or with TLS of its own, without a reverse
/// proxy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// Every request counts as sent over TLS, whatever its headers say.
    pub secure: bool,
    /// Sends `Strict-Transport-Security` over TLS. Below a base path it is never sent: other programs share the
    /// host.
    pub hsts: bool,
    /// The path below which a reverse proxy publishes the router.
    pub base: BasePath,
    /// The proxies whose forwarded headers count.
    pub proxies: TrustedProxies,
    /// The proxies that may say in headers who somebody is.
    pub trusted_headers: TrustedHeaders,
    /// Origins of other pages that may use the API, with the session of the user who looks at them.
    pub cors_origins: Arc<[WebOrigin]>,
    /// The files of the console.
    pub console: ConsoleFiles,
    /// Limits on memory, streams and imports.
    pub limits: ApiLimits,
}

/// Limits on memory, streams and imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiLimits {
    /// Memory for the bodies of all requests, in bytes.
    pub body_memory: usize,
    /// Memory for responses that clients have not read, in bytes.
    pub response_memory: usize,
    /// Open event streams.
    pub streams: QuotaBounds,
    /// Imports in progress.
    pub imports: QuotaBounds,
    /// The rate at which the file of an import must arrive, in bytes per second.
    pub import_rate: usize,
    /// Requests of clients that are logging in, at a time, while only reserved connection slots are free.
    pub login_slots: usize,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            body_memory: 64 << 20,
            response_memory: 64 << 20,
            streams: QuotaBounds { all: 1_000, user: 64, network: 250 },
            imports: QuotaBounds { all: 8, user: 1, network: 4 },
            import_rate: 16 << 10,
            login_slots: 64,
        }
    }
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            secure: false,
            hsts: true,
            base: BasePath::default(),
            proxies: TrustedProxies::default(),
            trusted_headers: TrustedHeaders::default(),
            cors_origins: Arc::new([]),
            console: ConsoleFiles::default(),
            limits: ApiLimits::default(),
        }
    }
}
