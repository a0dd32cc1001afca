//! From a host name to addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use haltere_core::{Host, LinkFailure};
use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfig, ResolverConfig, ServerOrderingStrategy,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::{Resolver as Hickory, TokioResolver};
use tokio::sync::OnceCell;

use crate::{ResolverSource, failure};

/// One question to one name server takes at most this long; the attempt's limit stands above it.
const TIMEOUT: Duration = Duration::from_secs(2);
/// More addresses of one name than this are not tried.
const MAX_ADDRESSES: usize = 16;

/// Finds addresses. Reads the system's settings when the first name has to be resolved.
pub(crate) struct Resolver {
    source: ResolverSource,
    resolver: OnceCell<TokioResolver>,
}

impl Resolver {
    /// Asks whom `source` says.
    pub(crate) fn new(source: ResolverSource) -> Self {
        Self { source, resolver: OnceCell::new() }
    }

    /// The addresses of `host`, at least one, families taking turns.
    pub(crate) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, LinkFailure> {
        match host {
            Host::V4(address) => Ok(vec![IpAddr::V4(*address)]),
            Host::V6(address) => Ok(vec![IpAddr::V6(*address)]),
            // RFC 6761, 6.3: not a matter for name servers, even where /etc/hosts is empty.
            Host::Name(name) if is_localhost(name) => {
                Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
            }
            Host::Name(name) => self.look_up(name).await,
        }
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, LinkFailure> {
        let Ok(name) = Name::from_ascii(host) else { return Err(failure::unknown_name(host)) };
        let trouble = |error: NetError| failure::resolver_trouble(host, &error.to_string());
        let resolver = self
            .resolver
            .get_or_try_init(|| async { build(self.source) })
            .await
            .map_err(trouble)?;
        match resolver.lookup_ip(name).await {
            Ok(found) => {
                let addresses = take_turns(found.iter());
                if addresses.is_empty() { Err(failure::unknown_name(host)) } else { Ok(addresses) }
            }
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                Err(failure::unknown_name(host))
            }
            Err(error) => Err(trouble(error)),
        }
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn build(source: ResolverSource) -> Result<TokioResolver, NetError> {
    let mut builder = match source {
        ResolverSource::System => Hickory::builder_tokio()?,
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

/// Families take turns, so that a broken one costs a moment and not the attempt (RFC 8305, 4).
fn take_turns(addresses: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let (four, six): (Vec<_>, Vec<_>) = addresses.partition(IpAddr::is_ipv4);
    let longest = four.len().max(six.len());
    (0..longest)
        .flat_map(|index| [four.get(index), six.get(index)])
        .flatten()
        .copied()
        .take(MAX_ADDRESSES)
        .collect()
}
