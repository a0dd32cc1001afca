//! The command line, through the real binary. What a running server promises is tested in `e2e`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::{Server, folder, haltere, program, run};

mod support;

fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = haltere(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    child.wait_with_output().expect("ended")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// Starts a server in `folder` and waits until it says where it listens.
fn serve(folder: &Path) -> Server {
    let mut command = haltere(folder, &["serve", "--listen", "localhost:0"]);
    command.env("HALTERE_ADMIN_PASSWORD", "a long password");
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the binary runs");
    let out = child.stdout.take().expect("a pipe");
    let server = Server(child);
    let first = BufReader::new(out).lines().next().expect("a line").expect("text");
    assert!(first.starts_with("haltere is listening on http://127.0.0.1:"), "{first}");
    server
}

#[test]
fn every_command_refuses_a_wrong_configuration_and_names_the_setting() {
    let folder = folder();
    fs::write(folder.path().join("haltere.toml"), "[server]\nlisen = \"x\"\n").expect("written");
    for command in [vec!["serve"], vec!["config", "show"], vec!["users", "list"]] {
        let arguments = [command, vec!["--config", "haltere.toml"]].concat();
        let refusal = refusal(&run(folder.path(), &arguments));
        assert!(refusal.starts_with("haltere: "), "{refusal}");
        assert!(refusal.contains("haltere.toml"), "{refusal}");
        assert!(refusal.contains("unknown key server.lisen"), "{refusal}");
    }
    assert!(!folder.path().join("haltere-data").exists(), "nothing was made");
}

#[test]
fn quoted_input_contains_no_control_or_bidi_characters() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("bad.toml"), r#""\u001b[2J\u202e" = 1"#).expect("written");
    let text = refusal(&run(path, &["config", "show", "--config", "bad.toml"]));
    assert!(text.contains("unknown key \\u{1b}[2J\\u{202e}"), "{text:?}");
    let text = refusal(&run(path, &["config", "show", "--config", "no\u{1b}[2J\u{202e}.toml"]));
    assert!(text.contains("no\\u{1b}[2J\\u{202e}.toml"), "{text:?}");
    for arguments in [
        &["users", "remove", "a", "x\u{1b}[2J\u{202e}"],
        &["x\u{1b}[2J\u{202e}"][..],
        &["--x\u{202e}"],
    ] {
        let output = run(path, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(text.contains("\\u{202e}") && text.contains("error: "), "{text:?}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }

    drop(serve(path));
    let file = r#"{"connections":[{"id":"a","name":"a","url":"mqtt://h","x\u001b[2J\u202e":1}],"y\u001b[2J\u202e":1}"#;
    fs::write(path.join("config.json"), file).expect("written");
    let output = run(path, &["import", "mmc", "config.json", "--dry-run"]);
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("text");
    assert!(text.contains("[2J"), "it is quoted: {text:?}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn special_files_are_refused_at_once() {
    use rustix::fs::{CWD, Mode, mkfifoat};

    let folder = folder();
    let path = folder.path();
    mkfifoat(CWD, path.join("pipe"), Mode::RUSR).expect("made");
    for place in ["pipe", "/dev/zero", "/"] {
        let text = refusal(&run(path, &["serve", "--config", place]));
        assert!(text.contains(place) && text.contains("not a regular file"), "{text}");
        for name in ["HALTERE_ADMIN_PASSWORD_FILE", "HALTERE_MASTER_KEY_FILE"] {
            let output = haltere(path, &["serve"]).env(name, place).output();
            let text = refusal(&output.expect("the binary runs"));
            assert!(text.contains(place) && text.contains("not a regular file"), "{text}");
        }
        let pair = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", place, "--tls-key", place];
        let text = refusal(&run(path, &pair));
        assert!(text.contains("server.tls_cert") && text.contains("not a regular file"), "{text}");
        let text = refusal(&run(path, &["restore", place, "--data-dir", "new"]));
        assert!(text.contains("not a regular file"), "{text}");
    }
}

#[test]
fn a_master_key_others_can_read_is_reported() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder();
    drop(serve(folder.path()));
    let key = folder.path().join("haltere-data/master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    let output = run(folder.path(), &["export", "e.json"]);
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success() && text.contains("has mode 644"), "{text}");
    let mut server = haltere(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let mut server = server.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let log = BufReader::new(server.stderr.take().expect("a pipe"));
    let _server = Server(server);
    let warning =
        log.lines().map(|line| line.expect("text")).find(|line| line.contains("mode 644"));
    assert!(warning.is_some_and(|line| line.contains("WARN") && line.contains("chmod 600")));
}

#[test]
fn an_unknown_variable_is_refused() {
    let folder = folder();
    let output = haltere(folder.path(), &["config", "show"]).env("HALTERE_LISEN", "x").output();
    let refusal = refusal(&output.expect("the binary runs"));
    assert!(refusal.contains("unknown environment variable HALTERE_LISEN"), "{refusal}");
}

#[test]
fn the_effective_configuration_names_flag_variable_and_file() {
    let folder = folder();
    fs::write(folder.path().join("c.toml"), "[link]\nkeepalive = \"20s\"\n").expect("written");
    let mut command = haltere(folder.path(), &["config", "show", "--listen", "127.0.0.1:0"]);
    command.env("HALTERE_CONFIG", "c.toml").env("HALTERE_MASTER_KEY", "hunter2");
    let shown = stdout(&command.output().expect("the binary runs"));
    let lines: Vec<String> =
        shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "listen = \"127.0.0.1:0\" # flag --listen",
        "keepalive = \"20s\" # file c.toml",
        "master_key = \"[secret]\" # environment HALTERE_MASTER_KEY",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{line} is not in\n{shown}");
    }
    assert!(!shown.contains("hunter2"));
}

#[test]
fn the_printed_template_is_a_configuration() {
    let folder = folder();
    let template = stdout(&run(folder.path(), &["config", "template"]));
    fs::write(folder.path().join("haltere.toml"), template).expect("written");
    let from_template = run(folder.path(), &["config", "show", "--config", "haltere.toml"]);
    assert_eq!(stdout(&from_template), stdout(&run(folder.path(), &["config", "show"])));
}

#[test]
fn the_description_of_the_api_is_json() {
    let text = stdout(&run(folder().path(), &["openapi"]));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/connections"]["post"].is_object());
}

#[test]
fn users_are_managed_while_a_server_runs() {
    let folder = folder();
    let missing = refusal(&run(folder.path(), &["users", "list"]));
    assert!(missing.contains("there is no haltere database in haltere-data"), "{missing}");

    let _server = serve(folder.path());
    let add = ["users", "add", "ann", "--role", "viewer", "--role", "editor", "--password-stdin"];
    assert!(run_with_input(folder.path(), &add, "correct horse\n").status.success());
    assert_eq!(
        stdout(&run(folder.path(), &["users", "list"])),
        "admin  admin\nann    editor, viewer\n"
    );
    let again = refusal(&run_with_input(folder.path(), &add, "correct horse"));
    assert!(again.contains("failed to add ann: a user with that name already exists"), "{again}");

    let passwd = ["users", "passwd", "ann", "--password-stdin"];
    let short = refusal(&run_with_input(folder.path(), &passwd, "short"));
    assert!(short.contains("password") && short.contains("at least 8 characters"), "{short}");
    assert!(run_with_input(folder.path(), &passwd, "\u{feff}battery staple\r\n").status.success());
    let utf16 = refusal(&run_with_input(folder.path(), &passwd, "b\0a\0t\0t\0e\0r\0y\0s\0"));
    assert!(utf16.contains("the password") && utf16.contains("UTF-16"), "{utf16}");
    let hidden = ["users", "add", "an\u{200b}n", "--role", "viewer", "--password-stdin"];
    let hidden = refusal(&run_with_input(folder.path(), &hidden, "correct horse"));
    assert!(hidden.contains("username: contains U+200B"), "{hidden}");

    assert!(run(folder.path(), &["users", "remove", "ann"]).status.success());
    let gone = refusal(&run(folder.path(), &["users", "remove", "ann"]));
    assert!(gone.contains("there is no user with that name"), "{gone}");
    let last = refusal(&run(folder.path(), &["users", "remove", "admin"]));
    assert!(last.contains("last administrator"), "{last}");
}

#[test]
fn groups_are_managed_while_a_server_runs() {
    let folder = folder();
    let _server = serve(folder.path());
    let add = ["users", "add", "ann", "--role", "viewer", "--password-stdin"];
    assert!(run_with_input(folder.path(), &add, "correct horse\n").status.success());
    let add = ["groups", "add", "Night shift", "--role", "viewer", "--user", "ann"];
    let labelled = [&add[..], &["--label", "line = press"]].concat();
    assert!(run(folder.path(), &labelled).status.success());
    assert_eq!(
        stdout(&run(folder.path(), &["groups", "list"])),
        "Night shift  viewer; ann; with the labels line=press\n"
    );
    let again = refusal(&run(folder.path(), &add));
    assert!(again.contains("a group with that name already exists"), "{again}");
    let unknown = ["groups", "set", "Night shift", "--connection", "press-1"];
    let unknown = refusal(&run(folder.path(), &unknown));
    assert!(unknown.contains("connections: there is no connection \"press-1\""), "{unknown}");
    let widen = ["groups", "set", "Night shift", "--label", "", "--no-users", "--role", "editor"];
    assert!(run(folder.path(), &widen).status.success());
    assert_eq!(
        stdout(&run(folder.path(), &["groups", "list"])),
        "Night shift  editor; no users; 0 connections; hides nothing\n"
    );
    let last = ["groups", "set", "Night shift", "--label", "line=press", "--user", "admin"];
    let last = refusal(&run(folder.path(), &last));
    assert!(last.contains("last administrator"), "{last}");
    assert!(run(folder.path(), &["groups", "remove", "Night shift"]).status.success());
    let gone = refusal(&run(folder.path(), &["groups", "remove", "Night shift"]));
    assert!(gone.contains("there is no group with that name"), "{gone}");
}

#[test]
fn tokens_are_managed_while_a_server_runs() {
    let folder = folder();
    let _server = serve(folder.path());
    let create = |more: &[&str]| {
        let arguments = ["tokens", "create", "ci", "--user", "admin", "--valid-for", "30d"];
        run(folder.path(), &[&arguments, more].concat())
    };
    let limits =
        ["--role", "viewer", "--read-only", "--label", "site=graz", "--network", "10.0.0.0/8"];
    let created = create(&limits);
    assert!(created.status.success(), "{created:?}");
    let token = stdout(&created);
    assert!(token.starts_with("hlt_") && token.trim_end().len() == 53, "one line, for scripts");
    let again = refusal(&create(&["--role", "viewer"]));
    assert!(
        again.contains("failed to create ci: a token with that name already exists"),
        "{again}"
    );

    let list = stdout(&run(folder.path(), &["tokens", "list"]));
    assert!(list.starts_with("ci  viewer for admin; until 20"), "{list}");
    let facts = "; read-only; labels site=graz; from 10.0.0.0/8; never used\n";
    assert!(list.ends_with(facts) && !list.contains("hlt_"), "{list}");

    let wrong = refusal(&create(&["--role", "viewer", "--only", "connections.conjure"]));
    assert!(wrong.contains("must be one of connections.list, "), "{wrong}");
    assert!(run(folder.path(), &["tokens", "revoke", "ci"]).status.success());
    let only = ["--role", "connectionManager", "--label", "site=graz", "--only"];
    assert!(create(&[&only[..], &["connections.create"]].concat()).status.success());
    let list = stdout(&run(folder.path(), &["tokens", "list"]));
    let facts = "; only connections.create; labels site=graz; never used\n";
    assert!(list.ends_with(facts), "{list}");
    assert!(run(folder.path(), &["tokens", "revoke", "ci"]).status.success());
    let gone = refusal(&run(folder.path(), &["tokens", "revoke", "ci"]));
    assert!(gone.contains("failed to revoke ci: there is no such token"), "{gone}");
    assert_eq!(stdout(&run(folder.path(), &["tokens", "list"])), "");
}

#[test]
fn a_password_is_not_asked_for_without_a_terminal() {
    let folder = folder();
    let _server = serve(folder.path());
    let refusal = refusal(&run(folder.path(), &["users", "add", "ann", "--role", "viewer"]));
    assert!(refusal.contains("--password-stdin"), "{refusal}");
}

#[test]
fn an_unknown_role_is_refused_naming_the_known_ones() {
    let output = run(folder().path(), &["users", "add", "ann", "--role", "boss"]);
    let refusal = refusal(&output);
    assert!(refusal.contains("boss") && refusal.contains("connectionManager"), "{refusal}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = folder();
    let server = serve(folder.path());
    let refusal = refusal(&run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]));
    assert!(refusal.contains(&format!("another haltere (process {})", server.0.id())), "{refusal}");
    assert!(refusal.contains("--data-dir"), "{refusal}");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let refusal = refusal(&run(folder.path(), &["serve", "--listen", &address]));
    assert!(refusal.contains(&format!("failed to listen on {address}")), "{refusal}");
}

#[test]
fn a_foreign_or_malformed_master_key_is_refused() {
    let folder = folder();
    drop(serve(folder.path()));
    for (key, why) in
        [("x", "data.master_key"), (&"0".repeat(64), "not the one this database was sealed with")]
    {
        let mut command = haltere(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let output = command.env("HALTERE_MASTER_KEY", key).output().expect("the binary runs");
        let refusal = refusal(&output);
        assert!(refusal.contains(why), "{refusal}");
    }
}

#[test]
fn a_password_in_a_url_is_sent_to_its_flag_and_never_shown() {
    let folder = folder();
    for url in ["mqtt://u:hunter2@localhost", "mqtt://u:99999/hunter2@localhost", "u:hunter2@x"] {
        let output = run(folder.path(), &["test", url]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = refusal(&output);
        assert!(!said.contains("hunter2") && !said.contains("99999"), "{said}");
        let names_flags = said.contains("--username NAME --password-stdin");
        assert_eq!(names_flags, url.contains("://"), "{said}");
    }
}

#[test]
fn what_is_good_moves_in_when_only_that_is_asked_for() {
    let folder = folder();
    let config = r#"{"connections": [
        {"id": "a", "name": "A", "url": "mqtt://u:p%40ss@127.0.0.1:1"},
        {"id": "b", "name": "B", "url": "mqtt://u:secret/word@127.0.0.1:1"}
    ]}"#;
    fs::write(folder.path().join("config.json"), config).expect("written");
    drop(serve(folder.path()));
    let none = run(folder.path(), &["import", "mmc", "config.json"]);
    assert!(refusal(&none).contains("nothing was imported"));
    let plan = run(folder.path(), &["import", "mmc", "config.json", "--dry-run"]);
    assert_eq!(plan.status.code(), Some(1), "as the import would: {plan:?}");
    assert!(refusal(&plan).contains("nothing would be imported"), "{plan:?}");
    let plan =
        stdout(&run(folder.path(), &["import", "mmc", "config.json", "--only-good", "--dry-run"]));
    assert!(plan.contains("1 to import, 0 to skip, 1 refused; nothing was changed"), "{plan}");
    let done = stdout(&run(folder.path(), &["import", "mmc", "config.json", "--only-good"]));
    assert!(done.contains("1 imported, 0 skipped, 1 refused"), "{done}");
    assert!(done.contains("were moved from it to credentials"), "{done}");
    assert!(!done.contains("p@ss") && !done.contains("secret"), "{done}");
    let exported = stdout(&run(folder.path(), &["export"]));
    assert!(
        exported.contains("\"username\": \"u\"") || exported.contains("\"username\":\"u\""),
        "{exported}"
    );
}

#[test]
fn an_export_has_only_the_labels_that_are_asked_for() {
    let folder = folder();
    let file = r#"{"format": "haltere-connections", "formatVersion": 1, "connections": [
        {"id": "a", "name": "A", "url": "mqtt://127.0.0.1:1", "labels": {"site": "graz", "line": "2"}},
        {"id": "b", "name": "B", "url": "mqtt://127.0.0.1:1", "labels": {"site": "graz"}},
        {"id": "c", "name": "C", "url": "mqtt://127.0.0.1:1"}
    ]}"#;
    fs::write(folder.path().join("connections.json"), file).expect("written");
    drop(serve(folder.path()));
    stdout(&run(folder.path(), &["import", "haltere", "connections.json"]));
    let ids = |args: &[&str]| {
        let exported = stdout(&run(folder.path(), &[&["export"], args].concat()));
        ["a", "b", "c"].map(|id| exported.contains(&format!("\"id\": \"{id}\"")))
    };
    assert_eq!(ids(&[]), [true, true, true]);
    assert_eq!(ids(&["--label", "site=graz"]), [true, true, false]);
    assert_eq!(ids(&["--label", "site", "--label", "line!=2"]), [false, true, false]);
    let said = refusal(&run(folder.path(), &["export", "--label", "site=graz,,x"]));
    assert!(said.contains("character 11: expected the key of a label"), "{said}");
}

#[test]
fn an_import_takes_a_pipe_by_name() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("config.json"), r#"[{"name": "A", "url": "mqtt://127.0.0.1:1"}]"#)
        .expect("written");
    drop(serve(path));
    let binary = env!("CARGO_BIN_EXE_haltere");
    for from in [
        "<(cat config.json)",
        "/dev/stdin < config.json",
        "/dev/fd/3 3< <(cat config.json)",
        "/dev/fd/0 < <(cat config.json)",
        "- < config.json",
    ] {
        let script = format!("'{binary}' import mmc --dry-run {from}");
        let output = program("bash", path, &["-c", &script]).output().expect("started");
        let said = stdout(&output);
        assert!(said.contains("1 to import"), "{from}: {said}");
    }
}

#[test]
fn the_variables_of_a_compose_file_are_taken_as_a_whole_or_not_at_all() {
    let folder = folder();
    let _server = serve(folder.path());
    let password = ("CEDALO_MC_PASSWORD", "a long enough passphrase");
    let url = ("CEDALO_MC_BROKER_URL", "mqtt://127.0.0.1:9");
    let long = "n".repeat(300);
    for (variables, why) in [
        (&[url, ("CEDALO_MC_PASSWORD", "x")][..], "CEDALO_MC_PASSWORD: must be at least 8"),
        (&[("CEDALO_MC_PASSWORD", "x")], "CEDALO_MC_PASSWORD: must be at least 8"),
        (&[url, password, ("CEDALO_MC_USERNAME", "system")], "CEDALO_MC_USERNAME: is reserved"),
        (&[url, password, ("CEDALO_MC_USERNAME", &long)], "CEDALO_MC_USERNAME"),
        (&[password, ("CEDALO_MC_BROKER_URL", "mqtt://127.0.0.1:99999")], "port 99999"),
        (&[password, ("CEDALO_MC_BROKER_URL", "broker")], "url: "),
        (&[password, url, ("CEDALO_MC_BROKER_ID", &long)], "id: "),
    ] {
        for dry_run in [&["--dry-run"][..], &[]] {
            let mut command = haltere(folder.path(), &[&["import", "mmc-env"], dry_run].concat());
            let output = command.envs(variables.iter().copied()).output().expect("started");
            assert!(!output.status.success(), "{variables:?} {dry_run:?}: {output:?}");
            let said = [&output.stdout[..], &output.stderr[..]].concat();
            let said = String::from_utf8(said).expect("UTF-8");
            assert!(said.contains(why), "{dry_run:?}: {said}");
            for untrue in ["--only-good", "added", "would add", "passphrase"] {
                assert!(!said.contains(untrue), "{dry_run:?}: {said}");
            }
        }
    }
    let users = stdout(&run(folder.path(), &["users", "list"]));
    assert!(!users.contains("cedalo"), "{users}");
    let exported = stdout(&run(folder.path(), &["export"]));
    assert!(!exported.contains("mqtt://"), "{exported}");
}

#[test]
fn the_variables_of_a_compose_file_set_it_up_once() {
    let folder = folder();
    let _server = serve(folder.path());
    let variables = [
        ("CEDALO_MC_USERNAME", "operator"),
        ("CEDALO_MC_PASSWORD", "a long enough passphrase"),
        ("CEDALO_MC_BROKER_ID", "broker"),
        ("CEDALO_MC_BROKER_NAME", "Broker"),
        ("CEDALO_MC_BROKER_URL", "mqtt://127.0.0.1:9"),
        ("CEDALO_MC_BROKER_USERNAME", "haltere"),
        ("CEDALO_MC_BROKER_PASSWORD", "broker-secret"),
    ];
    let set_up = |arguments: &[&str]| {
        let mut command = haltere(folder.path(), &[&["import", "mmc-env"], arguments].concat());
        command.envs(variables).output().expect("started")
    };
    let said = |output: &Output| {
        assert!(output.status.success(), "{output:?}");
        let all = [&output.stdout[..], &output.stderr[..]].concat();
        let all = String::from_utf8(all).expect("UTF-8");
        assert!(!all.contains("secret") && !all.contains("passphrase"), "{all}");
        all
    };
    let dry = said(&set_up(&["--dry-run"]));
    assert!(dry.contains("would add the administrator operator"), "{dry}");
    assert!(dry.contains("1 to import"), "{dry}");
    let done = said(&set_up(&[]));
    assert!(done.contains("added the administrator operator"), "{done}");
    assert!(done.contains("1 imported, 0 skipped"), "{done}");
    let again = said(&set_up(&[]));
    assert!(again.contains("operator is there already"), "{again}");
    assert!(again.contains("0 imported, 1 skipped"), "{again}");
    let users = stdout(&run(folder.path(), &["users", "list"]));
    assert!(users.contains("operator"), "{users}");
    let nothing = run(folder.path(), &["import", "mmc-env"]);
    assert_eq!(nothing.status.code(), Some(2), "{nothing:?}");
}

#[test]
fn every_command_leaves_the_database_of_another_program_alone() {
    let folder = folder();
    let data = folder.path().join("haltere-data");
    fs::create_dir(&data).expect("made");
    let made = Command::new("sqlite3")
        .arg(data.join("haltere.db"))
        .arg("CREATE TABLE diary (day TEXT)")
        .status()
        .expect("sqlite3 runs");
    assert!(made.success());
    fs::write(folder.path().join("in.json"), r#"{"connections":[]}"#).expect("written");
    for command in [
        &["export"][..],
        &["import", "mmc", "in.json"],
        &["secrets", "verify"],
        &["secrets", "rotate"],
        &["users", "list"],
        &["backup", "out.backup"],
    ] {
        let refused =
            refusal(&run(folder.path(), &[command, &["--data-dir", "haltere-data"]].concat()));
        assert!(refused.contains("is not a database of haltere"), "{command:?}: {refused}");
        let files: Vec<_> =
            fs::read_dir(&data).expect("there").map(|it| it.expect("there").file_name()).collect();
        assert_eq!(files, ["haltere.db"], "{command:?}");
    }
}
