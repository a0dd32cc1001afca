//! Commands do and say the same in a data folder and at a remote haltere.

use std::path::Path;

use e2e::{CliOutput, Haltere, admin_password};
use serde_json::json;

use super::{Home, done};

/// A command, what it reads on standard input, and whether it is done or refused.
type Row<'a> = (&'a [&'a str], Option<&'a str>, bool);

/// Replaces times, tokens, and the line of the token that the login has made.
fn masked(text: &str) -> String {
    let is_time = |word: &str| word.starts_with("20") && word.contains('T') && word.contains('Z');
    let mask = |word: &str| match word.trim_matches(|c: char| "\",;()".contains(c)) {
        bare if is_time(bare) => "TIME".to_owned(),
        bare if bare.len() >= 43
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) =>
        {
            "SECRET".to_owned()
        }
        _ => word.to_owned(),
    };
    let lines = text.lines().filter(|line| !line.starts_with("admin@"));
    // Columns are as wide as that token's name makes them.
    let words = |line: &str| line.split_whitespace().map(mask).collect::<Vec<_>>().join(" ");
    lines.map(words).collect::<Vec<_>>().join("\n")
}

/// Of a refusal, what failed; the rest is in the words of the API.
fn operation(stderr: &str) -> &str {
    stderr.split(": ").nth(1).unwrap_or_default()
}

fn assert_same(local: &CliOutput, remote: &CliOutput, is_done: bool, what: &[&str]) {
    assert_eq!(local.status.success(), is_done, "{what:?}: {local:?}");
    assert_eq!(local.status, remote.status, "{what:?}: {local:?} {remote:?}");
    assert_eq!(masked(&local.stdout), masked(&remote.stdout), "{what:?}");
    if is_done {
        assert_eq!(masked(&local.stderr), masked(&remote.stderr), "{what:?}");
    } else {
        assert_eq!(operation(&local.stderr), operation(&remote.stderr), "{remote:?}");
    }
}

/// Runs each command in a data folder and at a remote haltere.
async fn run_both(here: &Haltere, home: &Home, rows: &[Row<'_>]) {
    for (arguments, stdin, is_done) in rows {
        let local = here.cli(arguments, *stdin).await;
        let remote = home.remote(arguments, *stdin).await;
        assert_same(&local, &remote, *is_done, arguments);
    }
}

const PASSWORD: Option<&str> = Some("correct horse battery");

const USERS: [Row<'static>; 17] = [
    (
        &["users", "add", "ann", "--role", "viewer", "--role", "editor", "--password-stdin"],
        PASSWORD,
        true,
    ),
    (&["users", "add", "ann", "--role", "viewer", "--password-stdin"], PASSWORD, false),
    (&["users", "add", "max", "--role", "viewer", "--password-stdin"], Some("short"), false),
    (&["users", "add", "bob b/c?", "--role", "viewer", "--invite"], None, true),
    (&["users", "invite", "bob b/c?"], None, true),
    (&["users", "invite", "none"], None, false),
    (&["users", "roles", "ann", "--role", "editor"], None, true),
    (&["users", "disable", "ann"], None, true),
    (&["users", "list"], None, true),
    (&["users", "enable", "ann"], None, true),
    (&["users", "passwd", "ann", "--password-stdin"], Some("battery staple horse"), true),
    (&["users", "passwd", "ann", "--password-stdin"], Some("short"), false),
    (&["users", "end-sessions", "ann"], None, true),
    (&["users", "disable", "admin"], None, false),
    (&["users", "remove", "bob b/c?"], None, true),
    (&["users", "remove", "bob b/c?"], None, false),
    (&["tokens", "revoke", "none"], None, false),
];

const GROUPS: [Row<'static>; 10] = [
    (
        &[
            "groups",
            "add",
            "Night/shift",
            "--role",
            "viewer",
            "--user",
            "ann",
            "--label",
            "line = press",
        ],
        None,
        true,
    ),
    (&["groups", "add", "Night/shift", "--role", "viewer"], None, false),
    (&["groups", "list"], None, true),
    (
        &["groups", "set", "Night/shift", "--connection", "a", "--no-users", "--role", "editor"],
        None,
        true,
    ),
    (&["groups", "set", "Night/shift", "--connection", "z"], None, false),
    (&["groups", "set", "none", "--role", "editor"], None, false),
    (&["groups", "list"], None, true),
    (&["groups", "remove", "Night/shift"], None, true),
    (&["groups", "remove", "Night/shift"], None, false),
    (&["groups", "list"], None, true),
];

#[tokio::test]
async fn changes_are_the_same() {
    let (mut here, mut there) = (Haltere::start().await, Haltere::start().await);
    let home = Home::new();
    done(&home.log_in(&there.base(), &[]).await);
    run_both(&here, &home, &USERS).await;
    let (good, bad) = files_to_import(home.0.path());
    let imports: [Row<'_>; 9] = [
        (&["import", "haltere", &good, "--dry-run"], None, true),
        (&["import", "haltere", &good], None, true),
        (&["import", "haltere", &good], None, true),
        (&["import", "haltere", &bad, "--dry-run"], None, false),
        (&["import", "haltere", &bad], None, false),
        (&["import", "haltere", &bad, "--only-good"], None, true),
        (&["import", "mmc", &good], None, false),
        (&["export", "--label", "line=press"], None, true),
        (&["export", "--secrets"], None, true),
    ];
    run_both(&here, &home, &imports).await;
    run_both(&here, &home, &GROUPS).await;
    tokens_are_the_same(&here, &home).await;
    here.stop().await;
    there.stop().await;
}

/// Two files of connections, one without a fault and one with one.
fn files_to_import(folder: &Path) -> (String, String) {
    let connection = |id: &str, url: &str| json!({"id": id, "name": id, "url": url, "disconnected": true, "labels": {"line": "press"}});
    let write = |name: &str, [first, second]: [serde_json::Value; 2]| {
        let path = folder.join(name);
        let (format, connections) = ("haltere-connections", [first, second]);
        let file = json!({"format": format, "formatVersion": 1, "connections": connections});
        std::fs::write(&path, file.to_string()).expect("written");
        path.display().to_string()
    };
    let url = "mqtt://127.0.0.1:1";
    let good = write("good.json", [connection("a", url), connection("b", url)]);
    (good, write("bad.json", [connection("c", url), connection("d", "nonsense")]))
}

/// A token can't make tokens: at a remote haltere, this needs the password.
async fn tokens_are_the_same(here: &Haltere, home: &Home) {
    let create = ["tokens", "create", "ci", "--role", "viewer", "--read-only", "--label", "line"];
    let create = [&create[..], &["--valid-for", "7d", "--network", "10.0.0.0/8"]].concat();
    let admin = admin_password();
    for is_done in [true, false] {
        let local = here.cli(&[&create[..], &["--user", "admin"]].concat(), None).await;
        let arguments = [&create[..], &["--password-stdin"]].concat();
        let remote = home.remote(&arguments, Some(&admin)).await;
        assert_same(&local, &remote, is_done, &create);
    }
    run_both(here, home, &[(&["tokens", "list"], None, true)]).await;
    run_both(here, home, &[(&["tokens", "revoke", "ci"], None, true)]).await;
}

#[tokio::test]
async fn what_is_read_is_the_same() {
    let mut haltere = Haltere::start().await;
    let home = Home::new();
    done(&home.log_in(&haltere.base(), &[]).await);
    for name in ["ann", "bob"] {
        let add = ["users", "add", name, "--role", "viewer", "--invite"];
        done(&home.remote(&add, None).await);
    }
    for arguments in [
        &["users", "list"][..],
        &["groups", "list"],
        &["audit", "tail"],
        &["audit", "tail", "-n", "2"],
        &["audit", "tail", "-n", "0"],
        &["audit", "export"],
    ] {
        let local = haltere.cli(arguments, None).await;
        let remote = home.remote(arguments, None).await;
        assert_eq!(done(&local).stdout, done(&remote).stdout, "{arguments:?}");
    }
    // The export is a whole trail, and not what was there before.
    let file = home.0.path().join("trail.ndjson").display().to_string();
    done(&home.remote(&["audit", "export", &file], None).await);
    let verified = home.cli(&["audit", "verify", &file], None).await;
    assert!(done(&verified).stderr.contains("no problem"), "{verified:?}");
    haltere.stop().await;
}
