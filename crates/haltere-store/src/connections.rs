//! Stored connections.

use async_trait::async_trait;
use haltere_core::{ConnectionId, Intent, Pem, Revision, Timestamp};

use crate::StoreError;

/// Ciphertext of the vault: opaque to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// A row of `connections`. Texts are not parsed, so that a corrupt row can still be listed, explained and
/// deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Unique.
    pub id: String,
    /// Unique.
    pub name: String,
    /// As written, with the usual scheme.
    pub url: String,
    pub username: Option<String>,
    /// `credentials.password`, sealed.
    pub password: Option<Sealed>,
    pub client_id: Option<String>,
    /// `rejectUnauthorized`; `None` when never given.
    pub reject_unauthorized: Option<bool>,
    /// PEM.
    pub ca: Option<Pem>,
    /// PEM.
    pub cert: Option<Pem>,
    /// PEM, sealed.
    pub key: Option<Sealed>,
    pub no_metrics_mode: Option<bool>,
    pub ca_file: Option<String>,
    pub cert_file: Option<String>,
    pub key_file: Option<String>,
    /// `tls.alpn`, separated by spaces.
    pub alpn: Option<String>,
    pub server_name: Option<String>,
    /// `key=value`, separated by commas.
    pub labels: Option<String>,
    pub intent: Intent,
    /// Grows with every change.
    pub revision: Revision,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ConnectionRecord {
    /// The most that it can add to [`HeldBytes::all`]: less when its certificates or its key are stored already.
    pub fn max_bytes(&self) -> u64 {
        let files = [&self.ca, &self.cert].into_iter().flatten().map(|file| file.bytes().len());
        let key = self.key.as_ref().map_or(0, |Sealed(bytes)| bytes.len());
        self.text_bytes() + (files.sum::<usize>() + key) as u64
    }

    /// How many bytes its texts take, the sealed password among them. No `..`: a new column does not compile
    /// until it is decided whether it counts.
    pub fn text_bytes(&self) -> u64 {
        let Self {
            id,
            name,
            url,
            username,
            password,
            client_id,
            reject_unauthorized: _,
            ca: _,
            cert: _,
            key: _,
            no_metrics_mode: _,
            ca_file,
            cert_file,
            key_file,
            alpn,
            server_name,
            labels,
            intent: _,
            revision: _,
            created_at: _,
            updated_at: _,
        } = self;
        let given = [username, client_id, ca_file, cert_file, key_file, alpn, server_name, labels];
        let texts = [id, name, url].into_iter().chain(given.into_iter().flatten());
        let bytes: usize = texts.map(String::len).sum();
        (bytes + password.as_ref().map_or(0, |Sealed(bytes)| bytes.len())) as u64
    }
}

/// What is unique about a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConnectionKey {
    /// Unique.
    pub id: String,
    /// Unique.
    pub name: String,
}

/// Which client id a connection was given by hand, if any, and at which broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdUse {
    pub id: String,
    pub name: String,
    /// The connection's URL, as stored.
    pub url: String,
    pub client_id: Option<String>,
    pub server_name: Option<String>,
}

/// How many bytes connections take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldBytes {
    /// Certificates and sealed keys, equal ones counted once.
    pub material: u64,
    /// The other fields of variable length, of each connection: see [`ConnectionRecord::text_bytes`].
    pub texts: u64,
}

impl HeldBytes {
    /// Of all that.
    pub fn all(self) -> u64 {
        self.material.saturating_add(self.texts)
    }
}

/// The facts that an insert has read on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inserted {
    /// How many connections there are, with the new one.
    pub connections: u64,
    /// How many bytes the others take.
    pub held_before: HeldBytes,
    /// Whether another connection was given the client id that the new one uses.
    pub client_id_in_use: bool,
}

/// The connections that conflict with a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts {
    /// The one with the id.
    pub by_id: Option<ConnectionRecord>,
    /// The one with the name; may be the same.
    pub by_name: Option<ConnectionRecord>,
}

/// What has changed since a counter was read. A list becomes up to date if what was removed is taken out, what was
/// changed is replaced, and what was added is appended and replaces an entry with the same id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionChanges {
    /// The ids of connections that were removed. One of them may have been added again.
    pub removed: Vec<String>,
    /// Connections that are as old as that counter or older, in the order they were created.
    pub changed: Vec<ConnectionRecord>,
    /// Connections that are younger, in the order they were created.
    pub added: Vec<ConnectionRecord>,
}

/// Looking up connections.
#[async_trait]
pub trait ConnectionReads: Send {
    /// All connections, in the order they were created.
    async fn list(&mut self) -> Result<Vec<ConnectionRecord>, StoreError>;

    /// The connection with this id.
    async fn find(&mut self, id: &ConnectionId) -> Result<Option<ConnectionRecord>, StoreError>;

    /// The connections with this id, if one is given, and with this name.
    async fn find_conflicts(
        &mut self,
        id: Option<&ConnectionId>,
        name: &str,
    ) -> Result<Conflicts, StoreError>;

    /// How many bytes all connections take.
    async fn held_bytes(&mut self) -> Result<HeldBytes, StoreError>;

    /// How many bytes these certificates and sealed keys would add to [`HeldBytes::material`].
    async fn missing_material_bytes(&mut self, contents: &[&[u8]]) -> Result<u64, StoreError>;

    /// Id and name of each connection, in the order they were created, without the rest of the rows.
    async fn list_keys(&mut self) -> Result<Vec<ConnectionKey>, StoreError>;

    /// The ids of the connections that were changed after that, as they are stored.
    async fn list_changed_after(&mut self, at: Timestamp) -> Result<Vec<String>, StoreError>;

    /// What has changed since [`crate::ChangeCounters::connections`] was `counter`. `None` when the store no longer knows
    /// all of it, because it forgets old removals, or when it was never there: the caller has to read everything.
    async fn changed_since(
        &mut self,
        counter: i64,
    ) -> Result<Option<ConnectionChanges>, StoreError>;

    /// Every connection, in the order they were created.
    async fn list_client_ids(&mut self) -> Result<Vec<ClientIdUse>, StoreError>;

    /// The connections with this client id, in the order they were created.
    async fn find_client_id(&mut self, client_id: &str) -> Result<Vec<ClientIdUse>, StoreError>;
}

/// Changing connections. Each change moves [`crate::ChangeCounters::connections`].
///
/// Equal certificates and equal sealed keys are kept once, for as long as a connection has them.
#[async_trait]
pub trait ConnectionWrites: ConnectionReads {
    /// Adds a connection unless its id or its name is in use. `None` when one of the two is: nothing was
    /// changed, and [`ConnectionReads::find_conflicts`] returns the others.
    ///
    /// `client_id` is the one its link will use: the record's own or a generated one.
    ///
    /// One statement returns everything a create needs: a caller waits, and each statement costs two
    /// thread switches.
    async fn insert(
        &mut self,
        record: &ConnectionRecord,
        client_id: &str,
    ) -> Result<Option<Inserted>, StoreError>;

    /// Adds many connections, in this order; [`StoreError::Taken`] when an id or a name of them is in
    /// use or given twice.
    async fn insert_many(&mut self, records: &[ConnectionRecord]) -> Result<(), StoreError>;

    /// Replaces everything but `id` and `created_at` of the connection with this id;
    /// [`StoreError::NotFound`] when there is none, [`StoreError::Taken`] when another one has its name.
    async fn update(&mut self, record: &ConnectionRecord) -> Result<(), StoreError>;

    /// Removes a connection; whether there was one.
    async fn delete(&mut self, id: &ConnectionId) -> Result<bool, StoreError>;
}
