//! Certificates made by the real `openssl`, the way people make them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::Identity;

/// Which key `openssl` is to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// RSA, 2,048 bits: what `mosquitto-tls(7)` says.
    Rsa2048,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
}

impl Key {
    fn genpkey(self) -> &'static [&'static str] {
        match self {
            Self::Rsa2048 => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Self::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Self::P384 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Self::P521 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        }
    }
}

/// A folder in which `openssl` works; gone when dropped.
pub struct Workshop {
    folder: TempDir,
    made: AtomicU32,
}

/// An authority made by [`Workshop::ca`].
pub struct OpensslCa<'a> {
    workshop: &'a Workshop,
    identity: Identity,
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}

impl Workshop {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, made: AtomicU32::new(0) }
    }

    /// An authority as `mosquitto-tls(7)` makes it: `openssl req -new -x509 -extensions v3_ca`.
    pub fn ca(&self, common_name: &str, key: Key) -> OpensslCa<'_> {
        let (key_file, key_pem) = self.key(key);
        let cert_pem = self.run(&[
            "req",
            "-new",
            "-x509",
            "-days",
            "30",
            "-extensions",
            "v3_ca",
            "-key",
            &key_file,
            "-subj",
            &format!("/CN={common_name}"),
        ]);
        OpensslCa { workshop: self, identity: Identity { cert_pem, key_pem } }
    }

    /// `openssl req -x509` and nothing else: self-signed, a CA by default, without subject
    /// alternative name, used as a leaf all the same.
    pub fn self_signed(&self, common_name: &str, key: Key) -> Identity {
        self.self_signed_with(common_name, key, &[])
    }

    /// The same with more options, for example `-addext subjectAltName=DNS:localhost`.
    pub fn self_signed_with(&self, common_name: &str, key: Key, options: &[&str]) -> Identity {
        let (key_file, key_pem) = self.key(key);
        let subject = format!("/CN={common_name}");
        let mut arguments =
            vec!["req", "-x509", "-days", "30", "-key", &key_file, "-subj", &subject];
        arguments.extend(options);
        let cert_pem = self.run(&arguments);
        Identity { cert_pem, key_pem }
    }

    /// The same key, encrypted with a passphrase: something haltere has to refuse.
    pub fn encrypt_key(&self, key_pem: &str, passphrase: &str) -> String {
        let key_file = self.file("key", key_pem);
        self.run(&["pkcs8", "-topk8", "-in", &key_file, "-passout", &format!("pass:{passphrase}")])
    }

    /// The same key in the form older tools write: `BEGIN RSA PRIVATE KEY`, `BEGIN EC PRIVATE KEY`.
    pub fn traditional_key(&self, key_pem: &str) -> String {
        let key_file = self.file("key", key_pem);
        self.run(&["pkey", "-traditional", "-in", &key_file])
    }

    /// The output of another `openssl` command, which reads its standard input.
    pub fn pipe(&self, arguments: &[&str], input: &str) -> Vec<u8> {
        let file = fs::File::open(self.file("in", input)).expect("just written");
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.folder.path()).stdin(file);
        let output = command.output().expect("openssl is installed (apt-get install openssl)");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {}: {complaint}", arguments.join(" "));
        output.stdout
    }

    /// The same, where it is text.
    pub fn pipe_text(&self, arguments: &[&str], input: &str) -> String {
        String::from_utf8(self.pipe(arguments, input)).expect("openssl prints text")
    }

    /// What `openssl x509 -text` says about the first certificate in `cert_pem`.
    pub fn text(&self, cert_pem: &str) -> String {
        let file = self.file("crt", cert_pem);
        self.run(&["x509", "-noout", "-text", "-in", &file])
    }

    /// What `openssl verify` says about `identity` when only `ca_pem` is trusted.
    pub fn verify(&self, ca_pem: &str, identity: &Identity) -> String {
        let ca = self.file("ca", ca_pem);
        let leaf = self.file("crt", &identity.cert_pem);
        let output = self.openssl(&["verify", "-CAfile", &ca, "-untrusted", &leaf, &leaf]);
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&text).into_owned()
    }

    fn key(&self, key: Key) -> (String, String) {
        let pem = self.run(&[&["genpkey"], key.genpkey()].concat());
        (self.file("key", &pem), pem)
    }

    fn path(&self, extension: &str) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}.{extension}"))
    }

    fn file(&self, extension: &str, content: &str) -> String {
        let path = self.path(extension);
        fs::write(&path, content).expect("a file in our temporary folder");
        path.to_str().expect("a temporary folder with a plain name").to_owned()
    }

    /// Runs `openssl`; returns what it printed, panics with its complaint when it fails.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.openssl(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {}: {complaint}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("openssl prints text")
    }

    fn openssl(&self, arguments: &[&str]) -> std::process::Output {
        Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is installed (apt-get install openssl)")
    }
}

impl OpensslCa<'_> {
    /// The authority's certificate.
    pub fn pem(&self) -> &str {
        &self.identity.cert_pem
    }

    /// A certificate as `mosquitto-tls(7)` makes it, for a server and for a client alike:
    /// `openssl req -new`, then `openssl x509 -req -CA … -CAcreateserial`. With OpenSSL 3.0 that is
    /// X.509 **v1**, without any extension; newer releases make it v3 with key identifiers, still
    /// without a subject alternative name.
    pub fn issue(&self, common_name: &str, key: Key) -> Identity {
        self.issue_with(common_name, key, &["-days", "30"])
    }

    /// The same with the options of `openssl x509 -req` of your choice; `-days` is yours to give.
    pub fn issue_with(&self, common_name: &str, key: Key, options: &[&str]) -> Identity {
        let workshop = self.workshop;
        let (key_file, key_pem) = workshop.key(key);
        let subject = format!("/CN={common_name}");
        let request = workshop.run(&["req", "-new", "-key", &key_file, "-subj", &subject]);
        let request_file = workshop.file("csr", &request);
        let ca_file = workshop.file("ca", &self.identity.cert_pem);
        let ca_key_file = workshop.file("key", &self.identity.key_pem);
        let serial_file = workshop.path("srl");
        let mut arguments = vec![
            "x509",
            "-req",
            "-in",
            &request_file,
            "-CA",
            &ca_file,
            "-CAkey",
            &ca_key_file,
            "-CAserial",
            serial_file.to_str().expect("a temporary folder with a plain name"),
            "-CAcreateserial",
        ];
        arguments.extend(options);
        let cert_pem = workshop.run(&arguments);
        Identity { cert_pem, key_pem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_as_people_have_them() {
        let workshop = Workshop::new();
        let ca = workshop.ca("My CA", Key::Rsa2048);
        let server = ca.issue("localhost", Key::P521);
        let text = workshop.text(&server.cert_pem);
        assert!(text.contains("ASN1 OID: secp521r1"), "{text}");
        assert!(!text.contains("Subject Alternative Name"), "{text}");
        assert!(workshop.verify(ca.pem(), &server).contains("OK"));

        let own = workshop.text(&workshop.self_signed("localhost", Key::P256).cert_pem);
        assert!(own.contains("CA:TRUE"), "{own}");
    }

    #[test]
    fn keys_come_in_all_forms() {
        let workshop = Workshop::new();
        let identity = workshop.self_signed("localhost", Key::P256);
        assert!(identity.key_pem.contains("BEGIN PRIVATE KEY"));
        assert!(workshop.traditional_key(&identity.key_pem).contains("BEGIN EC PRIVATE KEY"));
        assert!(
            workshop.encrypt_key(&identity.key_pem, "pass").contains("BEGIN ENCRYPTED PRIVATE KEY")
        );
    }

    #[test]
    #[should_panic(expected = "openssl verify-nothing")]
    fn a_complaint_is_passed_on() {
        Workshop::new().run(&["verify-nothing"]);
    }
}
