//! Signed checkpoints: what the newest entries were, to keep elsewhere.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use haltere_core::{AuditAction, Secret, Timestamp};
use haltere_store::{ChainHead, ChainVerifier, MetaReads, MetaWrites, Sealed, StoreError};

use super::AuditTrail;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext as _, Internal, NotAllowed};
use crate::now::now;
use crate::policy::Action;
use crate::vault::{SealContext, Vault, VaultError};

/// Distinguishes these signatures from others.
const DOMAIN: &[u8] = b"haltere audit checkpoint 1\0";

/// Where the seed of the signing key, sealed, is kept among the store's meta values.
const SIGNING_KEY: &str = "audit.signing_key";

const CONTEXT: SealContext<'static> =
    SealContext { table: "meta", column: "value", row: SIGNING_KEY };

/// The newest entry of each writer at some time, signed. Kept elsewhere, it shows later whether the trail still has
/// these entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// When it was made.
    pub at: Timestamp,
    /// The newest entries.
    pub heads: Vec<ChainHead>,
    /// The key that verifies the signature (Ed25519). A verifier must have it from another source.
    pub public_key: [u8; 32],
    /// Over the time and the heads.
    pub signature: [u8; 64],
}

/// The checkpoint was not signed with this key, or was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signature of the checkpoint does not fit the public key: it was changed, or another haltere has made it"
)]
pub struct BadSignature;

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The signing key can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The signing key has the wrong length.
    #[error("the signing key in the database is damaged")]
    DamagedKey,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Checkpoint {
    /// Whether it was signed with the key of which this is the public one.
    pub fn verify_signature(&self, public_key: &[u8; 32]) -> Result<(), BadSignature> {
        let key = UnparsedPublicKey::new(&ED25519, public_key);
        key.verify(&message(self.at, &self.heads), &self.signature).map_err(|_| BadSignature)
    }

    /// Lets `verifier` look for the entries that it names.
    pub fn expect_in(&self, verifier: &mut ChainVerifier) {
        for head in &self.heads {
            verifier.expect(head.clone(), "the checkpoint");
        }
    }
}

/// What is signed: the domain, the time, and the heads with their number before them. Integers have 8 bytes, big endian, and a
/// text has its length before it.
fn message(at: Timestamp, heads: &[ChainHead]) -> Vec<u8> {
    let mut message = DOMAIN.to_vec();
    message.extend_from_slice(&at.as_millisecond().to_be_bytes());
    message.extend_from_slice(&(heads.len() as u64).to_be_bytes());
    for ChainHead { writer, position, hash } in heads {
        message.extend_from_slice(&(writer.len() as u64).to_be_bytes());
        message.extend_from_slice(writer.as_bytes());
        message.extend_from_slice(&position.to_be_bytes());
        message.extend_from_slice(&hash.0);
    }
    message
}

impl AuditTrail {
    /// Signs the newest entries. The trail says that it was done; that entry is the newest one in the checkpoint. The
    /// signing key is made with the first checkpoint.
    pub async fn checkpoint(
        &self,
        ctx: &Ctx,
        vault: &Vault,
    ) -> Result<Checkpoint, CheckpointError> {
        const OPERATION: &str = "make a checkpoint of the audit trail";
        ctx.authorize(Action::ManageVault)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let known = read_signing_key(vault, tx.meta()).await.context(OPERATION)?;
        let seed = if let Some(seed) = known {
            seed?
        } else {
            let seed = Secret::new(rand::random::<[u8; 32]>().to_vec());
            let Sealed(sealed) = vault.seal(&CONTEXT, seed.expose());
            tx.meta().set(SIGNING_KEY, &sealed).await.context(OPERATION)?;
            seed
        };
        let key = Ed25519KeyPair::from_seed_unchecked(seed.expose());
        let key = key.map_err(|_| CheckpointError::DamagedKey)?;
        let public_key: Result<[u8; 32], _> = key.public_key().as_ref().try_into();
        let public_key = public_key.map_err(|_| CheckpointError::DamagedKey)?;
        let at = now(&*self.clock);
        let entry = audit::done(at, ctx, AuditAction::AuditCheckpoint, "", "");
        tx.audit().append(&entry).await.context(OPERATION)?;
        let writers = tx.audit().writers().await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        let heads: Vec<_> = writers
            .into_iter()
            .map(|writer| writer.newest)
            .filter(|head| head.position > 0)
            .collect();
        let signature = key.sign(&message(at, &heads));
        let signature: Result<[u8; 64], _> = signature.as_ref().try_into();
        let signature = signature.map_err(|_| CheckpointError::DamagedKey)?;
        Ok(Checkpoint { at, heads, public_key, signature })
    }
}

/// The seed of the signing key; `None` before the first checkpoint.
async fn read_signing_key(
    vault: &Vault,
    meta: &mut dyn MetaReads,
) -> Result<Option<Result<Secret<Vec<u8>>, VaultError>>, StoreError> {
    let sealed = meta.get(SIGNING_KEY).await?;
    Ok(sealed.map(|sealed| vault.unseal(&CONTEXT, &Sealed(sealed))))
}

/// Whether the signing key can be opened; `None` if there is none.
pub(crate) async fn try_signing_key(
    vault: &Vault,
    meta: &mut dyn MetaReads,
) -> Result<Option<bool>, StoreError> {
    Ok(read_signing_key(vault, meta).await?.map(|key| key.is_ok()))
}

/// Seals the signing key, if there is one, with another data key; `false` if it can't be opened.
pub(crate) async fn reseal_signing_key(
    old: &Vault,
    new: &Vault,
    meta: &mut dyn MetaWrites,
) -> Result<bool, StoreError> {
    match read_signing_key(old, meta).await? {
        None => Ok(true),
        Some(Err(_)) => Ok(false),
        Some(Ok(seed)) => {
            let Sealed(sealed) = new.seal(&CONTEXT, seed.expose());
            meta.set(SIGNING_KEY, &sealed).await.map(|()| true)
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_store::ViolationKind;

    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_checkpoint_is_signed_and_finds_what_is_missing() {
        let app = TestApp::start().await;
        let admin = app.ctx(Role::Admin);
        let (trail, vault) = (app.app.audit_trail(), app.vault().await);
        let first = trail.checkpoint(&admin, &vault).await.expect("made");
        let second = trail.checkpoint(&admin, &vault).await.expect("made");
        assert_eq!(first.public_key, second.public_key, "the key is kept");
        assert_eq!(second.verify_signature(&first.public_key), Ok(()));
        assert_eq!(second.verify_signature(&[7; 32]), Err(BadSignature));
        let later = Checkpoint { at: Timestamp::UNIX_EPOCH, ..second.clone() };
        assert_eq!(later.verify_signature(&first.public_key), Err(BadSignature));

        for checkpoint in [&first, &second] {
            let report = trail.verify(&admin, Some(checkpoint)).await.expect("verified");
            assert_eq!((report.violations, report.not_compared), (vec![], vec![]));
        }
        // As if the trail had been cut before the checkpoint.
        let mut beyond = second.clone();
        beyond.heads[0].position += 5;
        let report = trail.verify(&admin, Some(&beyond)).await.expect("verified");
        let [violation] = &*report.violations else { panic!("{report:?}") };
        assert!(
            matches!(&violation.kind, ViolationKind::Truncated { newest, .. } if *newest == beyond.heads[0].position)
        );
        // As if all hashes had been made again.
        let mut other = first.clone();
        other.heads[0].hash.0[0] ^= 1;
        let report = trail.verify(&admin, Some(&other)).await.expect("verified");
        let [violation] = &*report.violations else { panic!("{report:?}") };
        let place = violation.place.as_ref().expect("an entry");
        assert_eq!(place.position, other.heads[0].position);
        assert!(matches!(&violation.kind, ViolationKind::Replaced { .. }));
    }
}
