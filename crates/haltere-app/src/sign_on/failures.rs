//! What fails at the provider or with its word: how often clients may cause it, and how often it is logged.
//!
//! Clients that are not logged in can cause it as often as they like, and each time haltere asks the provider or verifies a
//! signature. So there is a limit per address, the same as for wrong passwords, and a line a minute in the log.

use std::collections::HashMap;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::{QuotaExceeded, network_of};
use haltere_core::{Clock, LogLimit, Origin, error_chain};
use parking_lot::Mutex;

use super::error::SignOnError;
use super::provider::ProviderError;
use crate::sessions::{KeyedLimit, ThrottleSettings};

/// Failures of one kind, and the log of them.
pub(super) struct Failures {
    clock: Arc<dyn Clock>,
    /// The line in the log.
    line: &'static str,
    by_network: Mutex<KeyedLimit<Option<IpAddr>>>,
    /// By the kind of error, so that one doesn't hide another.
    logged: Mutex<HashMap<&'static str, LogLimit<Duration>>>,
}

impl Failures {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        settings: ThrottleSettings,
        line: &'static str,
    ) -> Self {
        let ThrottleSettings { address_burst, address_interval, .. } = settings;
        let limit = KeyedLimit::new(QuotaExceeded::Network, address_burst, address_interval);
        Self { clock, line, by_network: Mutex::new(limit), logged: Mutex::default() }
    }

    /// Fails with the time to wait if there were too many from this address.
    pub(super) fn check(&self, origin: &Origin) -> Result<(), Duration> {
        let checked = self.by_network.lock().check(&network(origin), self.clock.steady());
        checked.map_err(|throttled| throttled.retry_after)
    }

    /// Counts one.
    pub(super) fn count(&self, origin: &Origin) {
        self.by_network.lock().count(network(origin), self.clock.steady());
    }

    /// The provider was of no use. Logged here, where the cause is known: users can do nothing about it.
    pub(super) fn unavailable(&self, error: ProviderError) -> SignOnError {
        if let ProviderError::Tokens(_) = error {
            return self.refused(error);
        }
        self.log("unavailable", &error);
        SignOnError::Unavailable
    }

    /// The provider refused.
    pub(super) fn refused(&self, error: impl Error) -> SignOnError {
        self.log("refused", &error);
        SignOnError::Refused
    }

    /// What was brought from the provider must not be believed.
    pub(super) fn invalid(&self, error: impl Error) -> SignOnError {
        self.log("invalid", &error);
        SignOnError::Invalid
    }

    fn log(&self, kind: &'static str, error: &dyn Error) {
        let now = self.clock.steady();
        if let Some(count) = self.logged.lock().entry(kind).or_default().count(now) {
            tracing::warn!(error = error_chain(error), count, "{}", self.line);
        }
    }
}

fn network(origin: &Origin) -> Option<IpAddr> {
    origin.address.map(network_of)
}
