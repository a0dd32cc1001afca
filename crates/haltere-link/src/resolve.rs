//! Name resolution.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use haltere_core::{Code, Host, LinkFailure, ResolverFault};
use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfig, ResolverConfig, ServerOrderingStrategy,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::Name;
use hickory_resolver::{Resolver as Hickory, TokioResolver};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{ResolverSource, failure};

/// The time limit of one query to one name server. The limit of the whole attempt applies in addition.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The minimum time between two reads of the system's settings.
const MIN_RELOAD_INTERVAL: Duration = Duration::from_secs(30);
/// How many addresses of one name are tried.
const MAX_ADDRESSES: usize = 16;

/// Resolves names. Reads the system's settings when it resolves the first name.
pub(crate) struct Resolver {
    source: ResolverSource,
    current: Mutex<Option<Current>>,
}

#[derive(Clone)]
struct Current {
    resolver: TokioResolver,
    since: Instant,
}

impl Resolver {
    /// Uses the name servers of `source`.
    pub(crate) fn new(source: ResolverSource) -> Self {
        Self { source, current: Mutex::default() }
    }

    /// The addresses of `host`, at least one, with alternating families.
    pub(crate) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, LinkFailure> {
        match host {
            Host::V4(address) => Ok(vec![IpAddr::V4(*address)]),
            Host::V6(address) => Ok(vec![IpAddr::V6(*address)]),
            // RFC 6761, 6.3: never sent to name servers, even if /etc/hosts is empty.
            Host::Name(name) if is_localhost(name) => {
                Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
            }
            Host::Name(name) => self.look_up(name).await,
        }
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, LinkFailure> {
        let Ok(name) = Name::from_ascii(host) else { return Err(failure::unknown_name(host)) };
        let current = self.current().map_err(|error| lookup_failure(host, &error))?;
        let failure = match current.resolver.lookup_ip(name).await {
            Ok(found) => {
                let addresses = interleave(found.iter());
                if !addresses.is_empty() {
                    return Ok(addresses);
                }
                failure::unknown_name(host)
            }
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                failure::unknown_name(host)
            }
            Err(error) => lookup_failure(host, &error),
        };
        self.discard_if_old(&current);
        Err(failure)
    }

    fn current(&self) -> Result<Current, NetError> {
        let mut current = self.current.lock();
        if let Some(current) = &*current {
            return Ok(current.clone());
        }
        let made = Current { resolver: build(self.source)?, since: Instant::now() };
        Ok(current.insert(made).clone())
    }

    /// Name servers and `/etc/hosts` change while haltere runs. After a failure, settings that are not
    /// recent are read again for the next name.
    fn discard_if_old(&self, failed: &Current) {
        let mut current = self.current.lock();
        if failed.since.elapsed() > MIN_RELOAD_INTERVAL
            && current.as_ref().is_some_and(|current| current.since == failed.since)
        {
            *current = None;
        }
    }
}

fn lookup_failure(host: &str, error: &NetError) -> LinkFailure {
    failure::lookup_failed(host, resolver_fault(error))
}

fn resolver_fault(error: &NetError) -> ResolverFault {
    match error {
        NetError::NoConnections => ResolverFault::NoNameServer,
        NetError::Timeout => ResolverFault::NameServerSilent,
        NetError::Dns(DnsError::ResponseCode(code)) => {
            ResolverFault::NameServerFailed { code: Code::of_variant(code) }
        }
        NetError::Proto(_) | NetError::Truncated => ResolverFault::NameServerUnreadable,
        NetError::Io(error) => ResolverFault::NameServerSystem { words: error.to_string() },
        other => ResolverFault::NoLookup { code: Code::of_variant(other) },
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn build(source: ResolverSource) -> Result<TokioResolver, NetError> {
    let mut builder = match source {
        // Without name servers, /etc/hosts is still used.
        ResolverSource::System => Hickory::builder_tokio().unwrap_or_else(|error| {
            tracing::warn!(%error, "failed to read the system's name servers");
            let no_servers = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
            Hickory::builder_with_config(no_servers, TokioRuntimeProvider::default())
        }),
        ResolverSource::NameServer(address) => {
            let mut server = NameServerConfig::udp(address.ip());
            for connection in &mut server.connections {
                connection.port = address.port();
            }
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
            Hickory::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    options.timeout = TIMEOUT;
    options.attempts = 2;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
    builder.build()
}

/// Alternates between the families, so that a broken one costs little time (RFC 8305, 4).
fn interleave(addresses: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let (four, six): (Vec<_>, Vec<_>) = addresses.partition(IpAddr::is_ipv4);
    let longest = four.len().max(six.len());
    (0..longest)
        .flat_map(|index| [four.get(index), six.get(index)])
        .flatten()
        .copied()
        .take(MAX_ADDRESSES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_and_there_is_a_limit() {
        let [a, b, c] = [1, 2, 3].map(|last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
        let x = IpAddr::V6(Ipv6Addr::LOCALHOST);
        assert_eq!(interleave([a, b, c, x].into_iter()), [a, x, b, c]);
        assert_eq!(interleave(std::iter::repeat_n(a, 100)).len(), MAX_ADDRESSES);
    }

    #[tokio::test]
    async fn addresses_and_localhost_need_no_name_server() {
        // Nothing listens there.
        let closed = ResolverSource::NameServer(([127, 0, 0, 1], 9).into());
        let resolver = Resolver::new(closed);
        let addresses = async |host| resolver.addresses(&host).await.expect("known");
        let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
        assert_eq!(addresses(Host::V4(Ipv4Addr::LOCALHOST)).await, [v4]);
        assert_eq!(addresses(Host::V6(Ipv6Addr::LOCALHOST)).await, [v6]);
        for name in ["localhost", "a.localhost", "localhost."] {
            assert_eq!(addresses(Host::Name(name.to_owned())).await, [v4, v6], "{name}");
        }
        let failure = resolver.addresses(&Host::Name("b.example".into())).await.expect_err("gone");
        assert_eq!(failure.code.as_str(), "EAI_AGAIN");
    }
}
