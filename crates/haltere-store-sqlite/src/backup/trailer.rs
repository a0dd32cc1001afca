//! The end of a backup.
//!
//! ```text
//! "\nhaltere backup\n" (16 bytes) · format (4) · schema (4) · made at (8, milliseconds since 1970)
//! · length of the database (8) · SHA-256 of everything before (32)
//! ```
//!
//! Numbers are big-endian. The hash is there against accidents (a full disk, a cut-off transfer, a
//! bad stick), not against forgers: who can write a backup can write its hash.

use haltere_core::Timestamp;
use sha2::{Digest, Sha256};

/// The length of a trailer.
pub(super) const BYTES: usize = HEAD + HASH;
const HEAD: usize = 40;
const HASH: usize = 32;
const MAGIC: [u8; 16] = *b"\nhaltere backup\n";
/// The form of backup this haltere writes, and the only one it reads.
pub(super) const FORMAT: u32 = 1;

/// What a trailer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trailer {
    pub(super) format: u32,
    pub(super) schema: u32,
    pub(super) made_at: Timestamp,
    pub(super) database_bytes: u64,
    pub(super) hash: [u8; HASH],
}

impl Trailer {
    /// The trailer of a database, given the hash over it so far.
    pub(super) fn seal(schema: u32, made_at: Timestamp, database_bytes: u64, hash: Sha256) -> Self {
        let unsealed = Self { format: FORMAT, schema, made_at, database_bytes, hash: [0; HASH] };
        Self { hash: unsealed.hash_after(hash), ..unsealed }
    }

    /// Whether `hash`, over the database so far, leads to the hash in here.
    pub(super) fn fits(&self, hash: Sha256) -> bool {
        self.hash_after(hash) == self.hash
    }

    pub(super) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..HEAD].copy_from_slice(&self.head());
        bytes[HEAD..].copy_from_slice(&self.hash);
        bytes
    }

    /// `None` when these bytes are no trailer.
    pub(super) fn parse(bytes: &[u8; BYTES]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (format, rest) = rest.split_first_chunk()?;
        let (schema, rest) = rest.split_first_chunk()?;
        let (made_at, rest) = rest.split_first_chunk()?;
        let (database_bytes, hash) = rest.split_first_chunk()?;
        Some(Self {
            format: u32::from_be_bytes(*format),
            schema: u32::from_be_bytes(*schema),
            made_at: Timestamp::from_millisecond(i64::from_be_bytes(*made_at)).ok()?,
            database_bytes: u64::from_be_bytes(*database_bytes),
            hash: hash.try_into().ok()?,
        })
    }

    fn head(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[..16].copy_from_slice(&MAGIC);
        head[16..20].copy_from_slice(&self.format.to_be_bytes());
        head[20..24].copy_from_slice(&self.schema.to_be_bytes());
        head[24..32].copy_from_slice(&self.made_at.as_millisecond().to_be_bytes());
        head[32..].copy_from_slice(&self.database_bytes.to_be_bytes());
        head
    }

    fn hash_after(&self, database: Sha256) -> [u8; HASH] {
        database.chain_update(self.head()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_reads_back_and_fits_only_its_database() {
        let made_at = Timestamp::from_millisecond(1_800_000_000_123).unwrap();
        let over = |database: &[u8]| Sha256::new().chain_update(database);
        let trailer = Trailer::seal(3, made_at, 8_192, over(b"database"));
        let bytes = trailer.to_bytes();
        assert_eq!(Trailer::parse(&bytes), Some(trailer));
        assert!(trailer.fits(over(b"database")));
        assert!(!trailer.fits(over(b"databasf")));
        assert!(
            !Trailer { schema: 4, ..trailer }.fits(over(b"database")),
            "the head is hashed too"
        );
    }

    #[test]
    fn the_form_does_not_change_unnoticed() {
        let bytes = Trailer::seal(1, Timestamp::UNIX_EPOCH, 2, Sha256::new()).to_bytes();
        assert!(bytes.starts_with(
            b"\nhaltere backup\n\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"
        ));
        assert_eq!(bytes.len(), 72);
        assert_eq!(Trailer::parse(&[0; BYTES]), None);
    }
}
