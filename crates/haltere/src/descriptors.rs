//! How many file descriptors there are, and who gets them.
//!
//! Every connection to a broker and every client takes one. When they run out, nothing can be accepted, opened or
//! looked up any more. So the soft limit is raised to the hard one, and what there is is divided at the start:
//! some are kept for the store, name lookups, tests and ourselves, some for HTTP, and links get the rest.

use std::num::NonZeroUsize;

use anyhow::bail;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Below this there are none for clients and links.
const NEEDED: usize = 64;
/// Kept for the store, lookups of names, tests of connections, files, and ourselves: at least so many …
const KEPT_MIN: usize = 40;
/// … an eighth of what there is, and at most so many.
const KEPT_MAX: usize = 256;

/// How many each use gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quotas {
    /// Clients of our HTTP server at once.
    pub(crate) clients: NonZeroUsize,
    /// Links to brokers at once.
    pub(crate) links: usize,
}

/// Raises the limit as far as this process may, and divides what there is. `clients` are wanted at once.
///
/// # Errors
///
/// When there is not enough to serve at all; the message says what is needed.
pub(crate) fn divide(clients: NonZeroUsize) -> anyhow::Result<Quotas> {
    divide_limit(raised(), clients)
}

fn divide_limit(limit: usize, clients: NonZeroUsize) -> anyhow::Result<Quotas> {
    if limit < NEEDED {
        bail!(
            "haltere needs at least {NEEDED} file descriptors, and one more for each broker and each client, but its limit is {limit}: raise it, with LimitNOFILE=65536 in the service or `ulimit -n 65536`"
        );
    }
    let left = limit - (limit / 8).clamp(KEPT_MIN, KEPT_MAX);
    let quota = NonZeroUsize::new(left / 4).unwrap_or(NonZeroUsize::MIN);
    let clients = clients.min(quota);
    Ok(Quotas { clients, links: left - clients.get() })
}

/// The limit after it was raised; what can't be raised stays as it is.
fn raised() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: maximum, maximum };
    let limit = match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    // None means that there is no limit.
    limit.map_or(usize::MAX / 2, |limit| usize::try_from(limit).unwrap_or(usize::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(limit: usize, clients: usize) -> (usize, usize) {
        let clients = NonZeroUsize::new(clients).expect("not zero");
        let Quotas { clients, links } = divide_limit(limit, clients).expect("enough");
        (clients.get(), links)
    }

    #[test]
    fn everybody_gets_some_and_nothing_is_given_twice() {
        assert_eq!(divided(64, 1_024), (6, 18));
        assert_eq!(divided(1_024, 1_024), (224, 672));
        assert_eq!(divided(1_024, 100), (100, 796));
        assert_eq!(divided(65_536, 1_024), (1_024, 64_256));
        for limit in 64..5_000 {
            let (clients, links) = divided(limit, 1_024);
            assert!(clients + links + KEPT_MIN <= limit && links >= clients);
        }
        divided(usize::MAX / 2, 1_024);
    }

    #[test]
    fn too_few_are_refused_with_what_is_needed() {
        let refusal = divide_limit(20, NonZeroUsize::MIN).expect_err("refused").to_string();
        assert!(refusal.contains("at least 64") && refusal.contains("limit is 20"), "{refusal}");
        assert!(refusal.contains("LimitNOFILE"), "{refusal}");
    }
}
