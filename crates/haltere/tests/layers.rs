//! The layers of the crates: an arrow points only down, and some names stay in one place.
//!
//! A failure here means that a dependency points up. Think again, or move the layer and write a decision
//! record.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package, PackageId};

/// The layer of each crate. A crate may use those below its own layer and none on it; every crate may use
/// haltere-core.
const LAYERS: [(&str, u8); 10] = [
    ("haltere", 4),
    ("haltere-api", 3),
    ("haltere-app", 2),
    ("haltere-store-sqlite", 2),
    ("haltere-store", 1),
    ("haltere-link", 1),
    ("haltere-mosquitto", 0),
    ("haltere-oidc", 0),
    ("haltere-core", 0),
    // For tests only: it may use haltere-core, and nothing that ships may use it.
    ("haltere-testkit", 0),
];

/// Layers whose arrow would point down and is still not wanted.
const FORBIDDEN: [(&str, &str, &str); 3] = [
    ("haltere-api", "haltere-store", "the HTTP layer asks the application, not the database"),
    ("haltere-store-sqlite", "haltere-link", "what is kept knows nothing of links"),
    (
        "haltere-api",
        "haltere-mosquitto",
        "the HTTP layer speaks of connections, not of wire formats",
    ),
];

/// Foreign crates that only some of ours may use, and why.
const FOREIGN: [(&str, &[&str], &str); 14] = [
    ("mqtt-protocol-core", &["haltere-link"], "the protocol library can be exchanged in one crate"),
    ("rustls", &["haltere-link", "haltere"], "TLS to brokers has one home, our listener another"),
    (
        "tokio-rustls",
        &["haltere-link", "haltere"],
        "TLS to brokers has one home, our listener another",
    ),
    ("tokio-tungstenite", &["haltere-link"], "WebSockets to brokers have one home"),
    ("hickory-resolver", &["haltere-link"], "only a link looks up names"),
    ("sqlx", &["haltere-store-sqlite"], "SQL stays in the backend"),
    ("axum", &["haltere-api", "haltere"], "HTTP stays in the HTTP layer"),
    ("utoipa", &["haltere-api"], "what a thing is and how it is shown are two types"),
    (
        "serde_json",
        &["haltere-api", "haltere-oidc", "haltere"],
        "only what is shown or comes from a provider is JSON, and `haltere health` reads it",
    ),
    ("jsonwebtoken", &["haltere-oidc"], "tokens of a provider are verified in one place"),
    ("argon2", &["haltere-app"], "passwords are checked in one place"),
    ("chacha20poly1305", &["haltere-app"], "the vault is the one that seals"),
    ("confique", &["haltere"], "configuration types stop at the binary"),
    ("rust-embed", &["haltere"], "the HTTP layer is handed the console, and knows not where from"),
];

fn workspace() -> Vec<Package> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        // Nothing is looked up or fetched for this.
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace");
    metadata.packages
}

/// What ships: neither tests nor the harness for them.
fn shipped() -> impl Iterator<Item = Package> {
    workspace().into_iter().filter(|package| package.name.starts_with("haltere"))
}

/// What a crate is built on, without what only tests use: development dependencies, and optional ones,
/// which are behind the feature `testing`.
fn uses(package: &Package) -> BTreeSet<&str> {
    let built_on = |kind| matches!(kind, DependencyKind::Normal | DependencyKind::Build);
    let arrows =
        package.dependencies.iter().filter(|arrow| built_on(arrow.kind) && !arrow.optional);
    arrows.map(|arrow| arrow.name.as_str()).collect()
}

#[test]
fn what_ships_asks_for_no_testing_feature() {
    for package in shipped() {
        for arrow in
            package.dependencies.iter().filter(|arrow| arrow.kind == DependencyKind::Normal)
        {
            let asks = arrow.features.iter().any(|feature| feature == "testing");
            assert!(!asks, "{} asks {} for its feature testing", package.name, arrow.name);
        }
    }
}

#[test]
fn an_arrow_points_only_down() {
    let layers = BTreeMap::from(LAYERS);
    for package in shipped() {
        let name = package.name.as_str();
        let layer =
            layers.get(name).unwrap_or_else(|| panic!("{name} has no layer; add it to LAYERS"));
        let ours = uses(&package).into_iter().filter(|used| used.starts_with("haltere"));
        for used in ours.filter(|used| *used != "haltere-core") {
            let below = layers[used];
            assert!(below < *layer, "{name} (layer {layer}) may not use {used} (layer {below})");
            assert!(used != "haltere-testkit", "{name} ships, {used} does not");
        }
    }
}

#[test]
fn some_arrows_are_not_wanted_though_they_point_down() {
    for package in shipped() {
        for (from, to, why) in FORBIDDEN {
            assert!(
                package.name != from || !uses(&package).contains(to),
                "{from} may not use {to}: {why}"
            );
        }
    }
}

#[test]
fn a_foreign_crate_stays_where_it_belongs() {
    for package in shipped() {
        for (foreign, homes, why) in FOREIGN {
            let at_home =
                homes.contains(&package.name.as_str()) || package.name == "haltere-testkit";
            assert!(
                at_home || !uses(&package).contains(foreign),
                "{} may not use {foreign}: {why}",
                package.name
            );
        }
    }
}

#[test]
fn the_core_does_no_io() {
    let allowed = BTreeSet::from([
        "data-encoding",
        "jiff",
        "parking_lot",
        "percent-encoding",
        "thiserror",
        "url",
        "zeroize",
    ]);
    let core = shipped().find(|package| package.name == "haltere-core").expect("there");
    let more: Vec<_> = uses(&core).difference(&allowed).map(ToString::to_string).collect();
    assert!(
        more.is_empty(),
        "haltere-core may not use {more:?}: no I/O, no async, no serialization"
    );
}

#[test]
fn the_database_is_named_only_where_things_are_put_together() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut naming = Vec::new();
    for file in rust_files(&root) {
        let text = fs::read_to_string(&file).expect("readable");
        if text.contains("haltere_store_sqlite") {
            naming.push(file.strip_prefix(&root).expect("inside").display().to_string());
        }
    }
    assert_eq!(naming, ["wiring.rs"]);
}

/// What opens, or could open, a socket that speaks to others.
const SOCKETS: [&str; 10] = [
    "TcpStream::connect",
    "TcpSocket",
    "UdpSocket",
    "UnixStream",
    "UnixDatagram",
    "Socket::new",
    "rustix::net",
    "libc::connect",
    "libc::send",
    "hickory_resolver",
];

#[test]
fn only_one_function_opens_sockets_to_brokers() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
    let mut opening = BTreeSet::new();
    for package in shipped().filter(|package| package.name != "haltere-testkit") {
        for file in rust_files(&crates.join(package.name.as_str()).join("src")) {
            let text = fs::read_to_string(&file).expect("readable");
            // What comes after is about tests, which have clients of their own.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_test = file.components().any(|part| part.as_os_str() == "tests")
                || file.file_name().is_some_and(|name| name == "tests.rs");
            let found = SOCKETS.iter().filter(|socket| !is_test && code.contains(**socket));
            let name = file.strip_prefix(crates).expect("inside").display().to_string();
            opening.extend(found.map(|socket| (name.clone(), *socket)));
        }
    }
    let known = [
        // Asks haltere's own server on this machine how it is.
        ("haltere/src/cli/health.rs", "TcpStream::connect"),
        // Notifies the service manager of this machine.
        ("haltere/src/service.rs", "UnixDatagram"),
        ("haltere-link/src/dial.rs", "TcpStream::connect"),
        ("haltere-link/src/dial.rs", "UdpSocket"),
        // Only name the type of a socket that the dialler has opened.
        ("haltere-link/src/outbound.rs", "UdpSocket"),
        ("haltere/src/audit_sinks/syslog/mod.rs", "UdpSocket"),
        // Binds, to learn whether an address is this machine's, and sends nothing.
        ("haltere-link/src/egress/own.rs", "UdpSocket"),
        // Asks the system's name servers, which the operator chose.
        ("haltere-link/src/resolve.rs", "hickory_resolver"),
    ];
    let known = known.map(|(file, socket)| (file.to_owned(), socket));
    assert_eq!(opening, BTreeSet::from(known), "the egress policy could be walked around");
}

/// Crates that open network connections. Test clients are exempt.
const CLIENTS: [&str; 8] =
    ["reqwest", "ureq", "curl", "isahc", "attohttpc", "minreq", "native-tls", "hyper-tls"];

#[test]
fn nothing_that_ships_brings_a_client_of_its_own() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .expect("cargo describes the workspace");
    let resolve = metadata.resolve.expect("asked for");
    let name_of = |id: &PackageId| {
        metadata.packages.iter().find(|it| it.id == *id).map(|it| it.name.as_str())
    };
    let mut open: Vec<_> =
        resolve.nodes.iter().filter(|it| name_of(&it.id) == Some("haltere")).collect();
    let mut seen = BTreeSet::new();
    while let Some(node) = open.pop() {
        if !seen.insert(name_of(&node.id).expect("every node is a package")) {
            continue;
        }
        let built_on = node
            .deps
            .iter()
            .filter(|arrow| arrow.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        let ids: BTreeSet<_> = built_on.map(|arrow| &arrow.pkg).collect();
        open.extend(resolve.nodes.iter().filter(|node| ids.contains(&node.id)));
    }
    assert!(seen.contains("tokio") && seen.contains("haltere-link"), "the walk has gone astray");
    for client in CLIENTS {
        assert!(!seen.contains(client), "{client} ships, and dials past the egress policy");
    }
}

/// Fail points are there with debug assertions (`haltere-store/src/failpoint.rs`), so nothing that is
/// built to be used may have those.
#[test]
fn no_profile_but_those_for_developing_has_fail_points() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let text = fs::read_to_string(manifest).expect("readable");
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    for (name, profile) in manifest["profile"].as_table().expect("there are profiles") {
        let asserts = profile.get("debug-assertions").and_then(toml::Value::as_bool);
        let develops =
            name == "dev" || profile.get("inherits").and_then(toml::Value::as_str) == Some("dev");
        assert!(develops || asserts != Some(true), "the profile {name} has fail points");
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
