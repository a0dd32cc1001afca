//! How many file descriptors there are, and who gets them.
//!
//! Every connection to a broker and every client takes one. When they run out, nothing can be accepted, opened or
//! looked up any more. So the soft limit is raised to the hard one, and what there is is shared out at the start:
//! some are kept for the store, name lookups, tests and ourselves, some for HTTP, and links get the rest.

use std::num::NonZeroUsize;

use anyhow::bail;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Below this there is no room for anything but ourselves.
const NEEDED: usize = 64;
/// Kept for the store, lookups of names, tests of connections, files, and ourselves: at least so many …
const KEPT_MIN: usize = 40;
/// … an eighth of what there is, and at most so many.
const KEPT_MAX: usize = 256;

/// Who gets how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Clients of our HTTP server at once.
    pub(crate) clients: NonZeroUsize,
    /// Links to brokers at once.
    pub(crate) links: usize,
}

/// Raises the limit as far as this process may, and shares out what there is. `clients` are wanted at once.
///
/// # Errors
///
/// When there is not enough to serve at all; the message says what is needed.
pub(crate) fn share(clients: NonZeroUsize) -> anyhow::Result<Shares> {
    share_of(raised(), clients)
}

fn share_of(limit: usize, clients: NonZeroUsize) -> anyhow::Result<Shares> {
    if limit < NEEDED {
        bail!(
            "haltere needs at least {NEEDED} file descriptors, and one more for each broker and each client, but its limit is {limit}: raise it, with LimitNOFILE=65536 in the service or `ulimit -n 65536`"
        );
    }
    let left = limit - (limit / 8).clamp(KEPT_MIN, KEPT_MAX);
    let share = NonZeroUsize::new(left / 4).unwrap_or(NonZeroUsize::MIN);
    let clients = clients.min(share);
    Ok(Shares { clients, links: left - clients.get() })
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

    fn share(limit: usize, clients: usize) -> (usize, usize) {
        let clients = NonZeroUsize::new(clients).expect("not zero");
        let Shares { clients, links } = share_of(limit, clients).expect("enough");
        (clients.get(), links)
    }

    #[test]
    fn everybody_gets_some_and_nothing_is_given_twice() {
        assert_eq!(share(64, 1_024), (6, 18));
        assert_eq!(share(1_024, 1_024), (224, 672));
        assert_eq!(share(1_024, 100), (100, 796));
        assert_eq!(share(65_536, 1_024), (1_024, 64_256));
        for limit in 64..5_000 {
            let (clients, links) = share(limit, 1_024);
            assert!(clients + links + KEPT_MIN <= limit && links >= clients);
        }
        share(usize::MAX / 2, 1_024);
    }

    #[test]
    fn too_few_are_refused_with_what_is_needed() {
        let refusal = share_of(20, NonZeroUsize::MIN).expect_err("refused").to_string();
        assert!(refusal.contains("at least 64") && refusal.contains("limit is 20"), "{refusal}");
        assert!(refusal.contains("LimitNOFILE"), "{refusal}");
    }
}
