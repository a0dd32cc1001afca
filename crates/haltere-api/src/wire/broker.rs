//! What a broker says about itself, as JSON.

use haltere_core::{BrokerFacts, RefusedFilter, SysTopics, TlsFacts};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// What the broker says about itself while the link is up. Don't trust it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Broker, example = json!({
    "version": "mosquitto version 2.0.11", "protocolVersion": "5", "startedAt": "2026-11-23T06:00:00Z",
    "tls": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "legacyCertificate": false, "notAfter": "2027-11-23T06:00:00Z"},
}))]
pub(crate) struct BrokerView<'a> {
    /// From `$SYS/broker/version`; absent if the broker does not publish it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// The MQTT version of the link: `5` or `3.1.1`.
    protocol_version: &'a str,
    /// When the broker started, calculated from `$SYS/broker/uptime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// Absent on links without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<BrokerTlsView<'a>>,
    /// Messages skipped because they were over the size limit, since the link came up; absent when there are
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_messages: Option<u64>,
    /// Whether haltere may read `version` and `startedAt`, which are under `$SYS`; absent if the broker allows at
    /// least one of them, as most do, which keeps lists short.
    #[serde(skip_serializing_if = "Option::is_none")]
    sys: Option<SysTopicsName>,
    /// The subscriptions that the broker refused in this session; absent if there are none. haltere requests them
    /// again in the next session, and after an edit of the connection.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused_filters: Vec<RefusedFilterView<'a>>,
}

/// A subscription that the broker refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedFilter, example = json!({"filter": "$SYS/broker/uptime", "reason": "NOT_AUTHORIZED"}))]
pub(crate) struct RefusedFilterView<'a> {
    /// The topic filter.
    filter: &'a str,
    /// The broker's reason, by its name in MQTT 5. Brokers of MQTT 3.1.1 give none: `UNSPECIFIED_ERROR`.
    reason: &'a str,
}

/// Why nothing is read of a broker's `$SYS` topics.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SysTopics)]
pub(crate) enum SysTopicsName {
    /// The broker has not answered yet.
    Asked,
    /// The broker refused the subscription.
    Denied,
    /// The connection says not to ask (`noMetricsMode`).
    Off,
    /// The broker ended sessions in which it was asked, so the link does without. It asks again after
    /// an edit of the connection, or a restart.
    EndsSession,
}

impl SysTopicsName {
    /// `None` in the usual case.
    fn of(sys: SysTopics) -> Option<Self> {
        match sys {
            SysTopics::Granted => None,
            SysTopics::Asked => Some(Self::Asked),
            SysTopics::Denied => Some(Self::Denied),
            SysTopics::Off => Some(Self::Off),
            SysTopics::EndsSession => Some(Self::EndsSession),
        }
    }
}

/// The TLS parameters of a link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BrokerTls)]
pub(crate) struct BrokerTlsView<'a> {
    /// `TLSv1.2` or `TLSv1.3`.
    version: &'a str,
    /// The cipher suite, by its IANA name.
    cipher: &'a str,
    /// Whether the certificate was accepted only by the rules for certificates made the way
    /// mosquitto-tls(7) says. Make a new one with a subject alternative name when you can.
    legacy_certificate: bool,
    /// When the broker's certificate expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_after: Option<String>,
}

impl<'a> From<&'a BrokerFacts> for BrokerView<'a> {
    fn from(facts: &'a BrokerFacts) -> Self {
        let BrokerFacts {
            version,
            started_at,
            protocol_version,
            tls,
            skipped_messages,
            sys,
            refused_filters,
        } = facts;
        Self {
            version: version.as_deref(),
            protocol_version: protocol_version.as_str(),
            started_at: started_at.map(time::rfc3339),
            tls: tls.as_ref().map(BrokerTlsView::from),
            skipped_messages: Some(*skipped_messages).filter(|&skipped| skipped > 0),
            sys: SysTopicsName::of(*sys),
            refused_filters: refused_filters.iter().map(RefusedFilterView::from).collect(),
        }
    }
}

impl<'a> From<&'a RefusedFilter> for RefusedFilterView<'a> {
    fn from(RefusedFilter { filter, reason }: &'a RefusedFilter) -> Self {
        Self { filter: filter.as_str(), reason: reason.as_str() }
    }
}

impl<'a> From<&'a TlsFacts> for BrokerTlsView<'a> {
    fn from(facts: &'a TlsFacts) -> Self {
        let TlsFacts { version, cipher, legacy_certificate, not_after } = facts;
        Self {
            version,
            cipher,
            legacy_certificate: *legacy_certificate,
            not_after: not_after.map(time::rfc3339),
        }
    }
}
