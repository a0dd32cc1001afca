//! Records for the tests, and short ways to store them.

use haltere_core::{
    AuditAction, AuditChanges, AuditEntry, AuditOutcome, ConnectionId, Intent, Pem, Revision, Role,
    SessionHandle, SessionId, Timestamp, TokenId, TokenName, UserName,
};

use crate::{ConnectionRecord, Sealed, SessionRecord, Store, TokenRecord, UserRecord, WriteTx};

/// `seconds` after the time at which the tests begin.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub(super) fn id(text: &str) -> ConnectionId {
    ConnectionId::parse(text).unwrap()
}

pub(super) fn user_name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

/// A connection with every column filled.
pub(super) fn connection(id: &str, name: &str) -> ConnectionRecord {
    ConnectionRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        url: "mqtts://broker.example:8883".to_owned(),
        username: Some("ada".to_owned()),
        password: Some(Sealed(vec![1, 0, 255])),
        client_id: Some("haltere-7".to_owned()),
        reject_unauthorized: Some(false),
        ca: Some(Pem::new("ca")),
        cert: Some(Pem::new("cert")),
        key: Some(Sealed(vec![0, 2])),
        no_metrics_mode: Some(true),
        ca_file: Some("ca.pem".to_owned()),
        cert_file: Some("cert.pem".to_owned()),
        key_file: Some("key.pem".to_owned()),
        alpn: Some("x-amzn-mqtt-ca mqtt".to_owned()),
        server_name: Some("broker.example".to_owned()),
        labels: Some("line=2,site=graz".to_owned()),
        intent: Intent::Connected,
        revision: Revision::FIRST,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A connection without any optional column; also for the tests of crates above.
pub fn bare_connection(id: &str, name: &str) -> ConnectionRecord {
    ConnectionRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        url: "mqtt://b".to_owned(),
        username: None,
        password: None,
        client_id: None,
        reject_unauthorized: None,
        ca: None,
        cert: None,
        key: None,
        no_metrics_mode: None,
        ca_file: None,
        cert_file: None,
        key_file: None,
        alpn: None,
        server_name: None,
        labels: None,
        intent: Intent::Disconnected,
        revision: Revision(7),
        created_at: at(1),
        updated_at: at(2),
    }
}

pub(super) fn user(name: &str) -> UserRecord {
    UserRecord {
        name: user_name(name),
        password_hash: Some("$argon2id$…".to_owned()),
        initial_password: true,
        roles: [Role::Viewer, Role::ConnectionManager].into_iter().collect(),
        disabled: false,
        must_change_password: true,
        last_login_at: None,
        invitation: None,
        has_second_factor: false,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A session that begins at 0, was last used at `last_used` and ends at `expires`.
pub(super) fn session(number: u8, user: &str, last_used: i64, expires: i64) -> SessionRecord {
    SessionRecord {
        id: SessionId([number; 32]),
        handle: SessionHandle([number; 16]),
        user: user_name(user),
        created_at: at(0),
        last_used_at: at(last_used),
        expires_at: at(expires),
        address: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("curl/8.5.0".to_owned()),
    }
}

/// A token with every column filled.
pub(super) fn token(number: u8, name: &str, owner: &str) -> TokenRecord {
    TokenRecord {
        id: TokenId([number; 32]),
        name: TokenName::parse(name).unwrap(),
        description: "for the nightly export".to_owned(),
        owner: user_name(owner),
        role: Role::ConnectionManager,
        created_at: at(0),
        expires_at: at(3_600),
        last_used_at: Some(at(10)),
        read_only: true,
        connections: Some("a\nb c".to_owned()),
        labels: Some("site in (graz,wien)".to_owned()),
        networks: Some("10.0.0.0/8,::1/128".to_owned()),
        actions: Some("connections.create".to_owned()),
    }
}

pub(super) fn entry(actor: &str, object: &str) -> AuditEntry {
    AuditEntry {
        at: at(0),
        actor: actor.to_owned(),
        address: Some("2001:db8::1".parse().unwrap()),
        request_id: "req-1".to_owned(),
        action: AuditAction::ConnectionCreate,
        object: object.to_owned(),
        outcome: AuditOutcome::Success,
        detail: "url, credentials.password".to_owned(),
        changes: AuditChanges::none(),
        repeats: None,
    }
}

/// Makes changes in a transaction of their own and commits them.
pub(super) async fn commit(store: &dyn Store, changes: impl AsyncFnOnce(&mut dyn WriteTx)) {
    let mut tx = store.write().await.unwrap();
    changes(tx.as_mut()).await;
    tx.commit().await.unwrap();
}

/// Keeps a connection, and returns it.
pub(super) async fn keep(store: &dyn Store, record: ConnectionRecord) -> ConnectionRecord {
    commit(store, async |tx| {
        assert!(tx.connections().insert(&record, "").await.unwrap().is_some(), "taken");
    })
    .await;
    record
}

/// The ids of all connections, in the order of the list.
pub(super) async fn ids(store: &dyn Store) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    tx.connections().list().await.unwrap().into_iter().map(|record| record.id).collect()
}
