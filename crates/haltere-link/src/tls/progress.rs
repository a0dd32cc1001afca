//! How far a handshake got. This distinguishes reasons for which a broker sends the same alert.
//!
//! rustls reports it to the verifier and to the resolver of client certificates. Both belong to the configuration, which
//! handshakes share and a connection keeps. So the record of a handshake is a local of its task.

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use tokio::task_local;

task_local! {
    static REACHED: Cell<Reached>;
}

/// How far a handshake got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// The broker has not chosen anything yet.
    Nothing,
    /// It has sent its certificate.
    Certificate,
    /// It has requested a client certificate as well, and we have none.
    Request,
}

/// Makes a handshake, and returns how far it got.
pub(super) async fn recorded<T>(handshake: impl Future<Output = T>) -> (T, Reached) {
    let recorded = async { (handshake.await, REACHED.with(Cell::get)) };
    REACHED.scope(Cell::new(Reached::Nothing), recorded).await
}

/// Records that the handshake of the current task got this far. Under TLS 1.3 the request comes before the certificate.
pub(super) fn record(reached: Reached) {
    // An error means that nothing records, as in tests of a verifier alone.
    let _ = REACHED.try_with(|it| it.set(it.get().max(reached)));
}

/// Records whether there is a certificate when the broker requests one.
#[derive(Debug)]
pub(super) struct RecordingResolver(pub(super) Arc<dyn ResolvesClientCert>);

impl ResolvesClientCert for RecordingResolver {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let ours = self.0.resolve(root_hint_subjects, schemes);
        if ours.is_none() {
            record(Reached::Request);
        }
        ours
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        self.0.has_certs()
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    /// A configuration is shared by many handshakes, and a task may make several at a time.
    #[tokio::test]
    async fn handshakes_at_a_time_are_recorded_apart() {
        let handshake = |steps: &'static [Reached]| {
            recorded(async move {
                for step in steps {
                    record(*step);
                    yield_now().await;
                }
            })
        };
        let ((), nothing) = handshake(&[]).await;
        let (((), certificate), ((), request)) = tokio::join!(
            handshake(&[Reached::Certificate, Reached::Certificate]),
            handshake(&[Reached::Request, Reached::Certificate]),
        );
        assert_eq!(nothing, Reached::Nothing);
        assert_eq!((certificate, request), (Reached::Certificate, Reached::Request));
    }
}
