//! Certificates whose issuer has their own name, which makes them look self-signed.

use haltere_testkit::{Identity, Listener, Mosquitto};

use super::*;

/// A workshop in which every certificate is for localhost. `$1` is run with these at hand: `key KIND FILE`,
/// `root KIND` and `sign CA WHOM OPTIONS`.
const SCRIPT: &str = r#"
    key() { openssl genpkey -algorithm $1 -out $2.key; }
    root() {
        key "$1" $2 && openssl req -new -key $2.key -subj /CN=localhost -out csr &&
        openssl x509 -req -in csr -signkey $2.key -extfile ca-extensions -days 30 -out $2.crt
    }
    sign() {
        openssl req -new -key $2.key -subj /CN=localhost -out csr &&
        openssl x509 -req -in csr -CA $1.crt -CAkey $1.key -CAcreateserial -days 30 $3 -out $2.crt
    }
    EC="EC -pkeyopt ec_paramgen_curve:P-256"
    {
        printf 'basicConstraints=critical,CA:TRUE' >ca-extensions
        printf 'subjectAltName=DNS:localhost' >extensions
        eval "$1"
    } >log 2>&1 || { cat log >&2; exit 1; }
"#;

struct Folder(TempDir);

impl Folder {
    fn make(commands: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = Command::new("sh")
            .args(["-c", SCRIPT, "make", commands])
            .current_dir(folder.path())
            .output()
            .expect("sh runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{commands}: {complaint}");
        Self(folder)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("a file")
    }

    fn server(&self, chain: &[&str]) -> Identity {
        let cert_pem = chain.iter().map(|name| self.read(&format!("{name}.crt"))).collect();
        Identity { cert_pem, key_pem: self.read("leaf.key") }
    }
}

async fn broker(server: &Identity) -> Mosquitto {
    Mosquitto::builder().listener(Listener::tls(server)).start().await
}

/// Where the keys are of different kinds, OpenSSL sees it without looking at the signature.
#[tokio::test]
async fn a_leaf_with_the_name_of_its_ca() {
    for options in ["", "-sha224 -extfile extensions", "-extfile extensions"] {
        let made = Folder::make(&format!(
            r#"root RSA ca && root RSA namesake && key "$EC" leaf && sign ca leaf "{options}""#
        ));
        let (broker, tls) = (broker(&made.server(&["leaf"])).await, trusting(&made.read("ca.crt")));
        let handshake = shake_hands(broker.address(), "localhost", &tls).await;
        handshake.unwrap_or_else(|refused| panic!("{options}: {}", refused.failure));
        assert!(Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost"), "{options}");

        // Of two of that name, the one that signed it.
        let both = format!("{}{}", made.read("namesake.crt"), made.read("ca.crt"));
        let handshake = shake_hands(broker.address(), "localhost", &trusting(&both)).await;
        handshake.unwrap_or_else(|refused| panic!("{options}: {}", refused.failure));

        for tls in [trusting(&made.read("namesake.crt")), TlsSettings::default()] {
            let refused = shake_hands(broker.address(), "localhost", &tls).await;
            let failure = refused.expect_err("under another CA").failure;
            assert!(!failure.message.to_string().contains("self-signed"), "{options}: {failure}");
        }
    }
}

#[tokio::test]
async fn an_intermediate_certificate_with_the_name_of_its_ca() {
    let made = Folder::make(
        r#"root RSA ca && key "$EC" middle && sign ca middle "-sha224 -extfile ca-extensions" &&
           key RSA leaf && sign middle leaf "-extfile extensions""#,
    );
    let broker = broker(&made.server(&["leaf", "middle"])).await;
    let tls = trusting(&made.read("ca.crt"));
    let handshake = shake_hands(broker.address(), "localhost", &tls).await;
    handshake.unwrap_or_else(|refused| panic!("{}", refused.failure));
    assert!(Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost"));
}

/// One of version 1 that has the name of its CA is no CA: it is not signed by its own key.
#[tokio::test]
async fn a_leaf_with_the_name_of_its_ca_is_no_ca() {
    for kind in ["RSA", "$EC"] {
        let made = Folder::make(&format!(
            r#"root RSA ca && key "{kind}" thief && sign ca thief "" &&
               key RSA leaf && sign thief leaf "-extfile extensions""#
        ));
        let broker = broker(&made.server(&["leaf", "thief"])).await;
        let tls = trusting(&made.read("ca.crt"));
        let refused = shake_hands(broker.address(), "localhost", &tls).await;
        refused.expect_err("the thief is no CA");
        assert!(!Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost"));
    }
}
