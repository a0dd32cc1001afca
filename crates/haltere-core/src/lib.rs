//! The words haltere uses.
//!
//! Layer 0: plain data and pure functions. No I/O, no async, and nothing in here reads the clock or
//! a random generator; code that needs the time gets a [`Clock`].
//!
//! What a thing *is* lives here; how it is shown (`haltere-api`) and how it is stored
//! (`haltere-store`) are types of their own, joined by conversions that stop compiling when a
//! field is added.

pub mod audit;
pub mod broker_url;
pub mod caller;
pub mod client_hello;
pub mod clock;
pub mod connection;
pub mod connection_settings;
pub mod error_text;
pub mod failure;
pub mod fair_queue;
pub mod field_change;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gcra;
pub mod group;
pub mod labels;
pub mod log_limit;
pub mod mqtt_string;
pub mod network;
pub mod pem;
pub mod plugin;
pub mod quota;
pub mod role;
pub mod secret;
pub mod sentence;
pub mod status;
pub mod storage;
pub mod text;
pub mod token;
pub mod topic;
pub mod url_credentials;

pub use audit::{
    AuditAction, AuditChange, AuditChanges, AuditEntry, AuditObjectKind, AuditOutcome,
    AuditRepeats, ChangedValues, Withheld,
};
pub use broker_url::{BrokerUrl, Host, Transport, UrlError};
pub use caller::{Caller, Origin, SessionHandle, SessionId, UserName};
pub use client_hello::{Alpn, AlpnError, TlsServerName, TlsServerNameError};
pub use clock::Clock;
pub use connection::{Connection, ConnectionId, ConnectionName, Intent, Revision};
pub use connection_settings::{
    ConnectionPatch, ConnectionSettings, Credentials, MmcFields, TlsSettings,
};
pub use error_text::{error_chain, panic_message};
pub use failure::{
    AlertMeaning, Bug, CertificateOwner, FailureCode, FailureMessage, FileContent, IoFault,
    LinkFailure, MaterialFault, MqttReason, NetworkCode, Note, ProtocolViolation, Reason,
    ResolverFault, SignatureAlgorithm, SpecialNetwork, Stage, TlsAlert, TlsCode, UpgradeFault,
};
pub use field_change::FieldChange;
pub use gcra::Gcra;
pub use group::GroupName;
pub use jiff::Timestamp;
pub use labels::{
    LabelChanges, LabelError, LabelKey, LabelSelector, LabelValue, Labels, SelectorError,
};
pub use log_limit::LogLimit;
pub use mqtt_string::{MqttPassword, MqttString, MqttStringError};
pub use network::{Network, NetworkError};
pub use pem::{Pem, WeakPem};
pub use plugin::PluginId;
pub use quota::{Quota, Reservation};
pub use role::{Role, Roles, UnknownRole};
pub use secret::Secret;
pub use sentence::{Code, Day, Seconds, Sentence, Setting};
pub use status::{
    BrokerFacts, ConnectionStatus, HistoryState, LinkState, ProtocolVersion, RefusedFilter, Since,
    StatusChange, SysTopics, TlsFacts,
};
pub use storage::StorageTrouble;
pub use text::TextError;
pub use token::{TokenId, TokenName, TokenScope, TokenSecret};
pub use topic::{RoundtripTopic, TopicError, TopicFilter, TopicName};
