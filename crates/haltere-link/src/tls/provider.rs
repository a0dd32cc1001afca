//! The one cryptography provider.

use std::sync::{Arc, LazyLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};

use super::p521::Secp521r1;

/// aws-lc-rs, which unlike ring knows P-521. Never installed as the process's default: no
/// code gets TLS by accident.
pub fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let mut provider = aws_lc_rs::default_provider();
        // Last: it is there for certificates, and not to be preferred.
        provider.kx_groups.push(&Secp521r1);
        Arc::new(provider)
    });
    &PROVIDER
}
