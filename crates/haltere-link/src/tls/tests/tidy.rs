//! What is kept of what people give, in all the forms in which openssl and others write it.

use haltere_core::Secret;
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::certs::{Ca, Identity};

use super::super::tidy::{
    Impurity, check_material, check_stored, normalize_key, tidy, tidy_ca, tidy_cert, tidy_key,
};
use super::*;

/// Ways to write a certificate and a key, and any other two files, into one.
fn combinations(first: &str, second: &str) -> Vec<String> {
    let bags = |text: &str| {
        format!("Bag Attributes\n    localKeyID: 01 23\nKey Attributes: <No Attributes>\n{text}")
    };
    let indented =
        |text: &str| text.lines().flat_map(|line| ["    ", line, "\n"]).collect::<String>();
    let plain = format!("{first}{second}");
    vec![
        plain.clone(),
        format!("{second}{first}"),
        format!("{}{second}", first.trim_end()),
        format!("{}{first}", second.trim_end()),
        format!("{}{}", bags(first), bags(second)),
        indented(&plain),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        plain.replace('\n', "\\n"),
        plain.replace('\n', "\\\\n"),
        plain.replace('\n', " \t\n"),
        plain.replace('\n', " "),
        format!("\u{feff}{plain}\u{feff}"),
        plain.trim_end().to_owned(),
        format!("tls:\n  crt: |\n{}", indented(&plain)),
    ]
}

fn shows_key(text: &Pem, key: &str) -> bool {
    let text = String::from_utf8_lossy(text.bytes()).into_owned();
    let secret = key.lines().filter(|line| !line.starts_with('-'));
    text.contains("PRIVATE")
        || secret.filter(|line| line.len() > 20).any(|line| text.contains(line))
}

fn with_cert(cert: &str) -> TlsSettings {
    TlsSettings { cert: Some(pem(cert)), ..TlsSettings::default() }
}

#[test]
fn a_key_inside_cert_becomes_the_key_and_leaves_no_trace_there() {
    let workshop = Workshop::new();
    for kind in [Key::P256, Key::Rsa2048] {
        let made = workshop.self_signed("me", kind);
        for key in [made.key_pem.clone(), workshop.traditional_key(&made.key_pem)] {
            for both in combinations(&made.cert_pem, &key) {
                let tidied = tidy(&with_cert(&both)).unwrap_or_else(|it| panic!("{it}\n{both}"));
                assert_eq!(tidied.cert, Some(pem(&made.cert_pem)), "{both}");
                assert_eq!(tidied.key, Some(Secret::new(pem(&key))), "{both}");
            }
        }
    }
}

#[test]
fn a_key_inside_ca_or_in_addition_to_key_is_refused_by_name() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let traditional = workshop.traditional_key(&made.key_pem);
    for key in [&made.key_pem, &traditional] {
        for both in combinations(&made.cert_pem, key) {
            let error = tidy(&trusting(&both)).expect_err(&both);
            assert_eq!(error.field, "ca");
            assert!(error.reason.to_string().contains("holds a private key"), "{error}");
            let with_another = TlsSettings { key: Some(pem(key).into()), ..with_cert(&both) };
            let error = tidy(&with_another).expect_err(&both);
            assert_eq!(error.field, "cert");
            assert!(error.reason.to_string().contains("holds a private key"), "{error}");
        }
    }
    let other = workshop.self_signed("other", Key::P256);
    let error =
        tidy(&with_cert(&format!("{}{}", made.cert_pem, other.key_pem))).expect_err("strange");
    assert!(error.to_string().starts_with("key: does not belong"), "{error}");
    let two = format!("{}{}{}", made.cert_pem, made.key_pem, other.key_pem);
    let error = tidy(&with_cert(&two)).expect_err("two");
    assert_eq!(error.to_string(), "cert: holds more than one private key");
}

#[test]
fn keys_that_can_not_be_used_are_no_more_welcome_in_there() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::Rsa2048);
    let cert = &made.cert_pem;
    let encrypted = workshop.encrypt_key(&made.key_pem, "secret");
    let old = workshop
        .pipe_text(&["pkey", "-traditional", "-aes128", "-passout", "pass:secret"], &made.key_pem);
    assert!(old.contains("Proc-Type"), "{old}");
    let openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n";
    let unknown =
        "-----BEGIN QUANTUM PRIVATE KEY-----\naGVsbG8=\n-----END QUANTUM PRIVATE KEY-----\n";
    let cut = &made.key_pem[..made.key_pem.len() / 2];
    let hidden = made.key_pem.replace("PRIVATE KEY", "CERTIFICATE");
    for key in [&encrypted, &old, openssh, unknown, cut, &hidden, &made.key_pem] {
        for both in [format!("{cert}{key}"), format!("{cert}{}", key.replace('\n', "\r\n"))] {
            let error = tidy(&trusting(&both)).expect_err(key);
            assert_eq!(error.field, "ca", "{key}: {error}");
            assert!(error.reason.to_string().contains("holds a private key"), "{key}: {error}");
            let with_key = TlsSettings { key: Some(pem(&made.key_pem).into()), ..with_cert(&both) };
            let error = tidy(&with_key).expect_err(key);
            assert_eq!(error.field, "cert", "{key}: {error}");

            let cleaned = check_stored(&pem(&both)).expect("found");
            assert_eq!(cleaned.certificates, pem(cert), "{key}");
            assert_eq!(cleaned.found, Impurity::PrivateKey, "{key}");
        }
    }
    // Of certificates alone, only the text around them is lost.
    let key_as_text = made.key_pem.replace("-----", "=====");
    let tidied = tidy(&trusting(&format!("{key_as_text}{cert}"))).expect("a certificate");
    assert_eq!(tidied.ca, Some(pem(cert)));
}

#[test]
fn bytes_behind_a_certificate_are_cut_off() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let trusted = workshop.pipe_text(
        &["x509", "-trustout", "-addtrust", "serverAuth", "-setalias", "canary"],
        &made.cert_pem,
    );
    assert!(trusted.contains("BEGIN TRUSTED CERTIFICATE"), "{trusted}");
    let der = |text: &str| {
        let blocks = super::super::armor::blocks(text.as_bytes());
        let Some(super::super::armor::Body::Bytes(der)) = blocks.first().map(|it| &it.body) else {
            panic!("{text}");
        };
        der.expose().clone()
    };
    let longer = [der(&made.cert_pem), der(&made.key_pem)].concat();
    let longer = super::super::armor::block("CERTIFICATE", &longer);
    for text in [
        trusted,
        String::from_utf8_lossy(longer.expose()).into_owned(),
        made.cert_pem.replace(" CERT", " X509 CERT"),
    ] {
        assert_eq!(tidy_ca(&pem(&text)), Ok(pem(&made.cert_pem)), "{text}");
        assert_eq!(check_stored(&pem(&text)).map(|it| it.certificates), Some(pem(&made.cert_pem)));
        check_material(&trusting(&text)).expect("as good as any");
    }
}

/// Ways in which people's files differ without any difference in what they hold.
fn layouts(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_body = |line: &str| !line.starts_with('-');
    let one_line: String = lines
        .iter()
        .flat_map(|line| if is_body(line) { ["", *line] } else { ["\n", *line] })
        .collect::<String>()
        .replace("CERTIFICATE-----", "CERTIFICATE-----\n")
        .replace("KEY-----", "KEY-----\n");
    let narrow: String = lines
        .iter()
        .flat_map(|line| {
            let width = if is_body(line) { 16 } else { line.len() };
            line.as_bytes().chunks(width).map(|it| format!("{}\n", String::from_utf8_lossy(it)))
        })
        .collect();
    vec![
        text.to_owned(),
        text.replace('\n', "\r\n"),
        text.replace('\n', " \t\n"),
        text.replace("-----\n", "-----\n\n"),
        format!("# what it is for\n{text}\n# the end\n"),
        text.replace("-----BEGIN", "subject=CN = factory\nissuer=CN = factory\n-----BEGIN"),
        text.trim_end().to_owned(),
        format!("\n\n{text}\n\n"),
        one_line,
        narrow,
    ]
}

#[test]
fn the_same_certificates_and_keys_are_the_same_bytes() {
    let ca = Ca::new("factory");
    let bundle = format!("{}{}", ca.pem(), Ca::new("other").pem());
    let mut relaid = 0;
    for text in layouts(&bundle) {
        assert_eq!(tidy_ca(&pem(&text)), Ok(pem(&bundle)), "{text}");
        assert_eq!(tidy_cert(&pem(&text)), Ok((pem(&bundle), None)), "{text}");
        let cleaned = check_stored(&pem(&text));
        relaid += usize::from(cleaned.as_ref().is_some_and(|it| it.found == Impurity::Layout));
        assert_eq!(
            cleaned.map_or_else(|| pem(&text), |it| it.certificates),
            pem(&bundle),
            "{text}"
        );
    }
    assert!(relaid >= 6, "{relaid}");
    assert_eq!(check_stored(&pem(&bundle)), None);
    assert_eq!(check_stored(&pem("")), None);

    let workshop = Workshop::new();
    let key = workshop.self_signed("me", Key::P256).key_pem;
    for key in [workshop.traditional_key(&key), key] {
        let parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        for text in layouts(&key).into_iter().chain([format!("{parameters}{key}")]) {
            let given = Secret::new(pem(&text));
            assert_eq!(tidy_key(&given), Ok(Secret::new(pem(&key))), "{text}");
            assert_eq!(normalize_key(given), Secret::new(pem(&key)), "{text}");
        }
    }
    let nonsense = Secret::new(pem("nonsense"));
    assert_eq!(normalize_key(nonsense.clone()), nonsense, "for people to see");
}

#[test]
fn stored_certificates_that_can_not_be_read_stay() {
    let der = [0x30, 10, 0x30, 0, 0x30, 0, 0x03, 4, 0, 1, 2, 3];
    let strange = super::super::armor::block("CERTIFICATE", &der);
    let text = format!("{}{}", Ca::new("a").pem(), String::from_utf8_lossy(strange.expose()));
    let text = text.replace('\n', "\r\n");
    assert_eq!(check_stored(&pem(&text)), None);
}

#[test]
fn der_becomes_pem() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let cert = workshop.pipe(&["x509", "-outform", "der"], &made.cert_pem);
    let key = workshop.pipe(&["pkcs8", "-topk8", "-nocrypt", "-outform", "der"], &made.key_pem);
    let (tidied, found) = tidy_cert(&Pem::new(cert.clone())).expect("DER");
    assert_eq!((tidied, found), (pem(&made.cert_pem), None));
    let tidied = tidy_key(&Secret::new(Pem::new(key.clone()))).expect("DER");
    assert_eq!(tidied, Secret::new(pem(&made.key_pem)));
    // The lines of a PEM file without the first and the last, and two files in one.
    let lines: String = made.cert_pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(tidy_ca(&pem(&lines)), Ok(pem(&made.cert_pem)));
    let twice = Ok(pem(&made.cert_pem.repeat(2)));
    assert_eq!(tidy_ca(&Pem::new([cert.clone(), cert.clone()].concat())), twice);
    let error = tidy_ca(&Pem::new([cert, key].concat())).expect_err("a key");
    assert!(error.reason.to_string().contains("holds a private key"), "{error}");
}

#[test]
fn bytes_of_der_are_no_line_ends() {
    let made = Ca::new("a\\nb\\r\\tc").pem();
    let der = Workshop::new().pipe(&["x509", "-outform", "der"], &made);
    assert!(der.windows(2).any(|pair| pair == b"\\n"));
    assert_eq!(tidy_ca(&Pem::new(der)), Ok(pem(&made)));
}

#[test]
fn labels_are_not_believed() {
    let workshop = Workshop::new();
    let relabel = |text: &str, to: &str| {
        let from = text.split("-----").nth(1).expect("a label").trim_start_matches("BEGIN ");
        text.replace(from, to)
    };
    for kind in [Key::Rsa2048, Key::P256] {
        let made = workshop.self_signed("me", kind);
        for key in [made.key_pem.clone(), workshop.traditional_key(&made.key_pem)] {
            for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
                let key = relabel(&key, label);
                let tls = TlsSettings { key: Some(pem(&key).into()), ..with_cert(&made.cert_pem) };
                let tidied = tidy(&tls).unwrap_or_else(|it| panic!("{it}: {key}"));
                assert_eq!(tidied.cert, Some(pem(&made.cert_pem)));
            }
        }
    }
}

#[test]
fn other_containers_are_named_with_what_converts_them() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let Identity { cert_pem, key_pem } = &made;
    let wide: Vec<u8> = cert_pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe", wide.as_slice()].concat();
    let run = |arguments: &[&str], input: &str| workshop.pipe(arguments, input);
    let p12 = run(&["pkcs12", "-export", "-nokeys", "-passout", "pass:x"], cert_pem);
    for (given, says) in [
        (p12, "openssl pkcs12 -in FILE -nodes"),
        (
            run(&["crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin"], cert_pem),
            "openssl pkcs7 -in FILE -print_certs",
        ),
        (
            run(&["crl2pkcs7", "-nocrl", "-outform", "der", "-certfile", "/dev/stdin"], cert_pem),
            "openssl pkcs7 -inform der -in FILE -print_certs",
        ),
        (wide, "iconv -f UTF-16 -t UTF-8"),
        (marked, "iconv -f UTF-16 -t UTF-8"),
        (
            run(&["req", "-new", "-key", "/dev/stdin", "-subj", "/CN=me"], key_pem),
            "certificate request",
        ),
        (run(&["pkey", "-pubout"], key_pem), "a public key"),
        (b"\xfe\xed\xfe\xed\0\0\0\x02".to_vec(), "keytool -importkeystore"),
        (b"<!DOCTYPE html><title>Log in</title>".to_vec(), "a web page"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@here".to_vec(), "an SSH public key"),
    ] {
        let shown = String::from_utf8_lossy(&given).into_owned();
        for field in ["ca", "cert"] {
            let text = Some(Pem::new(given.clone()));
            let tls = if field == "ca" {
                TlsSettings { ca: text, ..TlsSettings::default() }
            } else {
                TlsSettings { cert: text, ..TlsSettings::default() }
            };
            let error = tidy(&tls).expect_err(says);
            assert_eq!(error.field, field, "{shown}");
            assert!(error.reason.to_string().contains(says), "{error}\n{shown}");
        }
    }
    let openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n";
    let encrypted = run(&["pkcs8", "-topk8", "-outform", "der", "-passout", "pass:x"], key_pem);
    for (given, says) in [
        (openssh.as_bytes().to_vec(), "ssh-keygen -p -N \"\" -m PEM"),
        (b"PuTTY-User-Key-File-3: ssh-rsa\r\n".to_vec(), "puttygen key.ppk -O private-openssh"),
        (encrypted, "decrypt it first, for example with openssl pkey"),
        (cert_pem.as_bytes().to_vec(), "holds no private key, but a certificate"),
    ] {
        let tls = TlsSettings { key: Some(Pem::new(given).into()), ..with_cert(cert_pem) };
        let error = tidy(&tls).expect_err(says);
        assert_eq!(error.field, "key");
        assert!(error.reason.to_string().contains(says), "{error}");
    }
}

#[test]
fn there_is_a_largest_size() {
    let text = Ca::new("factory").pem().repeat(700);
    assert!(text.len() > Pem::MAX_BYTES);
    let tls = TlsSettings { key: Some(pem("x").into()), ..with_cert(&text) };
    for (tls, field) in [(trusting(&text), "ca"), (tls, "cert")] {
        assert_eq!(
            tidy(&tls).expect_err("too large").to_string(),
            format!("{field}: must be at most 256 KiB")
        );
    }
    let error = tidy_key(&Secret::new(pem(&text))).expect_err("too large");
    assert_eq!(error.to_string(), "key: must be at most 256 KiB");
    assert!(check_stored(&pem(&text)).is_none(), "what is stored stays as it is");
    check_material(&trusting(&text)).expect("and is used");
}

#[test]
fn nothing_that_is_swept_is_shown() {
    let made = Workshop::new().self_signed("me", Key::P256);
    for both in combinations(&made.cert_pem, &made.key_pem) {
        let cleaned = check_stored(&pem(&both)).expect("a key");
        assert!(!shows_key(&cleaned.certificates, &made.key_pem));
        assert_eq!(cleaned.key, Some(Secret::new(pem(&made.key_pem))));
        assert_eq!(check_stored(&cleaned.certificates), None);
    }
    let cleaned = check_stored(&pem(&made.key_pem)).expect("a key");
    assert_eq!(
        cleaned.certificates,
        pem(""),
        "which is refused at the next dial: no trust is widened"
    );
    check_material(&trusting("")).expect_err("empty");
}
