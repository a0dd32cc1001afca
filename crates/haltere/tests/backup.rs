//! `haltere backup`, `restore` and `secrets`, through the real binary. Their effects on links to brokers
//! are tested in `e2e`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use support::{Server, folder, haltere, run};

mod support;

/// What it prints to standard error. Fails unless it succeeded.
fn said(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("text");
    assert!(output.status.success(), "{text}");
    text
}

/// Its error message. Fails unless it refused.
fn refusal(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.lines().any(|line| line.starts_with("haltere: ")), "{text}");
    text
}

fn serve(mut command: Command) -> Server {
    command.env("HALTERE_ADMIN_PASSWORD", "a long password");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let out = child.stdout.take().expect("a pipe");
    let errors = child.stderr.take().expect("a pipe");
    let server = Server(child);
    let started = BufReader::new(out).lines().next().is_some();
    assert!(started, "haltere ended while starting: {:?}", std::io::read_to_string(errors));
    // A full pipe would block the server.
    std::thread::spawn(move || std::io::copy(&mut { errors }, &mut std::io::sink()));
    server
}

fn serve_in(folder: &Path, data: &str) -> Server {
    serve(haltere(folder, &["serve", "--listen", "127.0.0.1:0", "--data-dir", data]))
}

/// What a server has left in `haltere-data`.
fn served() -> tempfile::TempDir {
    let folder = folder();
    drop(serve_in(folder.path(), "haltere-data"));
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn key_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("haltere-data/master.key")).expect("a key")
}

/// A master key that is not in use.
fn write_key(folder: &Path, name: &str, digit: &str) {
    fs::write(folder.join(name), digit.repeat(64)).expect("written");
}

#[test]
fn a_backup_of_a_running_server_is_restored_and_served() {
    let folder = folder();
    let path = folder.path();
    let server = serve_in(path, "haltere-data");
    let output = said(&run(path, &["backup", "b"]));
    assert!(output.contains("backed up 0 connections and 1 user "), "{output}");
    assert!(output.contains("haltere-data/master.key"), "where the key is: {output}");
    assert!(
        output.contains("is not in it") && output.contains("apart from the backup"),
        "{output}"
    );
    let mode = fs::metadata(path.join("b")).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert_eq!(names(path), ["b", "haltere-data"], "nothing else is left");
    drop(server);

    let restore = ["restore", "b", "--data-dir", "new", "--master-key-file"];
    let output = said(&run(path, &[&restore[..], &["haltere-data/master.key"]].concat()));
    assert!(output.contains("restored 0 connections"), "{output}");
    assert_eq!(names(&path.join("new")), ["haltere.db", "haltere.lock", "master.key"]);
    drop(serve_in(path, "new"));
    let users = run(path, &["users", "list", "--data-dir", "new"]);
    assert_eq!(String::from_utf8_lossy(&users.stdout), "admin  admin\n");
}

#[test]
fn a_backup_replaces_nothing_by_accident() {
    let folder = served();
    let path = folder.path();
    fs::write(path.join("diary"), "dear diary").expect("written");
    let refused = refusal(&run(path, &["backup", "diary"]));
    assert!(refused.contains("already there") && refused.contains("--force"), "{refused}");
    assert_eq!(fs::read(path.join("diary")).expect("there"), b"dear diary");
    said(&run(path, &["backup", "diary", "--force"]));
    assert!(fs::read(path.join("diary")).expect("there").starts_with(b"SQLite format 3\0"));

    let refused = refusal(&run(path, &["backup", "haltere-data/haltere.db", "--force"]));
    assert!(refused.contains("in the data folder"), "{refused}");
    let refused = refusal(&run(path, &["backup", "haltere-data", "--force"]));
    assert!(refused.contains("is no file"), "{refused}");
    let refused = refusal(&run(path, &["backup", "missing/b"]));
    assert!(refused.contains("failed to look into missing"), "{refused}");
    assert_eq!(names(path), ["diary", "haltere-data"]);
}

#[test]
fn a_backup_that_fails_leaves_the_old_one_and_no_draft() {
    let folder = served();
    let path = folder.path();
    fs::write(path.join("b"), "the old one").expect("written");
    fs::remove_file(path.join("haltere-data/haltere.db-wal")).expect("left by a killed server");
    fs::write(path.join("haltere-data/haltere.db"), "no database").expect("written");
    refusal(&run(path, &["backup", "b", "--force"]));
    assert_eq!(fs::read(path.join("b")).expect("there"), b"the old one");
    assert_eq!(names(path), ["b", "haltere-data"]);
}

#[test]
fn a_restore_with_a_wrong_key_or_none_leaves_nothing() {
    let folder = served();
    let path = folder.path();
    said(&run(path, &["backup", "b"]));
    write_key(path, "wrong", "1");
    let restore = ["restore", "b", "--data-dir", "new"];
    let refused = refusal(&run(path, &restore));
    assert!(refused.contains("--master-key-file"), "{refused}");
    let refused = refusal(&run(path, &[&restore[..], &["--master-key-file", "wrong"]].concat()));
    assert!(refused.contains("not the one this database was sealed with"), "{refused}");
    let configured = haltere(path, &restore).env("HALTERE_MASTER_KEY_FILE", "wrong").output();
    let refused = refusal(&configured.expect("the binary runs"));
    assert!(refused.contains("not the one this database was sealed with"), "{refused}");
    assert_eq!(names(path), ["b", "haltere-data", "wrong"]);
}

#[test]
fn a_restore_that_would_not_start_is_refused() {
    let folder = served();
    let path = folder.path();
    said(&run(path, &["backup", "b"]));
    write_key(path, "other", "1");
    // The right key on the command line, and another one in the configuration.
    let restore =
        ["restore", "b", "--data-dir", "new", "--master-key-file", "haltere-data/master.key"];
    let configured = haltere(path, &restore).env("HALTERE_MASTER_KEY_FILE", "other").output();
    let refused = refusal(&configured.expect("the binary runs"));
    assert!(refused.contains("would be started with another one"), "{refused}");
    assert!(!path.join("new").exists());
}

#[test]
fn the_key_may_lie_in_the_empty_folder_or_be_configured() {
    let folder = served();
    let path = folder.path();
    said(&run(path, &["backup", "b"]));
    fs::create_dir(path.join("new")).expect("made");
    fs::copy(path.join("haltere-data/master.key"), path.join("new/master.key")).expect("copied");
    said(&run(path, &["restore", "b", "--data-dir", "new"]));
    drop(serve_in(path, "new"));

    let restore = ["restore", "b", "--data-dir", "newer"];
    let mut command = haltere(path, &restore);
    command.env("HALTERE_MASTER_KEY", key_of(path));
    said(&command.output().expect("the binary runs"));
    assert_eq!(names(&path.join("newer")), ["haltere.db", "haltere.lock"], "it stays where it is");
}

#[test]
fn a_restore_into_a_folder_in_use_is_refused() {
    let folder = folder();
    let path = folder.path();
    let server = serve_in(path, "haltere-data");
    said(&run(path, &["backup", "b"]));
    let before = fs::read(path.join("haltere-data/haltere.db")).expect("there");
    let refused = refusal(&run(path, &["restore", "b"]));
    assert!(refused.contains("is serving the data folder"), "{refused}");
    drop(server);
    let refused = refusal(&run(path, &["restore", "b"]));
    assert!(refused.contains("is not empty") && refused.contains("haltere.db"), "{refused}");
    assert_eq!(fs::read(path.join("haltere-data/haltere.db")).expect("there"), before);
}

#[test]
fn what_is_no_whole_backup_leaves_nothing() {
    let folder = served();
    let path = folder.path();
    said(&run(path, &["backup", "b"]));
    let whole = fs::read(path.join("b")).expect("there");
    let key = "haltere-data/master.key";
    let restore = ["restore", "cut", "--data-dir", "new", "--master-key-file", key];
    for length in [0, 1, 15, 16, 4_096, whole.len() / 2, whole.len() - 72, whole.len() - 1] {
        fs::write(path.join("cut"), &whole[..length]).expect("written");
        let refused = refusal(&run(path, &restore));
        assert!(refused.contains("failed to use cut as a backup"), "{length}: {refused}");
        assert!(!path.join("new").exists(), "{length}");
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(path.join("cut"), flipped).expect("written");
    let refused = refusal(&run(path, &restore));
    assert!(refused.contains("damaged"), "{refused}");
    let bare = ["restore", "haltere-data/haltere.db", "--data-dir", "new"];
    let refused = refusal(&run(path, &bare));
    assert!(refused.contains("bare database"), "{refused}");
    assert!(!path.join("new").exists());
}

/// Killed after a time that grows from round to round, until it was faster than we were.
fn kill_later_and_later(mut command: impl FnMut() -> Command, mut look: impl FnMut(bool)) {
    command().output().expect("the binary runs");
    look(true);
    for round in 0.. {
        let mut child = command().stderr(Stdio::null()).spawn().expect("the binary runs");
        // Chance decides where this hits; what is asserted holds everywhere.
        std::thread::sleep(Duration::from_millis(4) * round);
        child.kill().expect("killed, or ended before");
        let ended = child.wait().expect("ended").success();
        look(ended);
        if ended {
            return;
        }
    }
}

#[test]
fn a_backup_killed_at_any_moment_is_whole_or_not_there() {
    let folder = served();
    let path = folder.path();
    let target = path.join("b");
    let mut found = 0;
    kill_later_and_later(
        || {
            let _ = fs::remove_file(&target);
            haltere(path, &["backup", "b"])
        },
        |ended| {
            if target.exists() {
                found += 1;
                let _ = fs::remove_dir_all(path.join("new"));
                let key = "haltere-data/master.key";
                let restore = ["restore", "b", "--data-dir", "new", "--master-key-file", key];
                said(&run(path, &restore));
            } else {
                assert!(!ended, "a backup that said it was made is there");
            }
        },
    );
    assert!(found >= 2);
    assert_eq!(names(path), ["b", "haltere-data", "new"], "the draft of a killed one was reused");
}

#[test]
fn a_restore_killed_at_any_moment_leaves_nothing_or_everything() {
    let folder = served();
    let path = folder.path();
    said(&run(path, &["backup", "b"]));
    let key = "haltere-data/master.key";
    let restore = ["restore", "b", "--data-dir", "new", "--master-key-file", key];
    let new = path.join("new");
    kill_later_and_later(
        || {
            // What a killed one has left is begun again with, not tidied up by hand.
            if new.join("haltere.db").exists() {
                fs::remove_dir_all(&new).expect("removed");
            }
            haltere(path, &restore)
        },
        |ended| {
            if new.join("haltere.db").exists() {
                assert!(new.join("master.key").exists());
                said(&run(path, &["secrets", "verify", "--data-dir", "new"]));
            } else {
                assert!(!ended, "what was restored is there");
            }
        },
    );
    drop(serve_in(path, "new"));
}

#[test]
fn a_server_does_not_start_with_an_empty_database_where_a_restore_was_cut_short() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("haltere-data/restoring")).expect("made");
    let refused = refusal(&run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]));
    assert!(refused.contains("cut short") && refused.contains("haltere restore"), "{refused}");
}

#[test]
fn the_master_key_is_changed_while_a_server_runs() {
    let folder = folder();
    let path = folder.path();
    let server = serve_in(path, "haltere-data");
    said(&run(path, &["backup", "old"]));
    let before = key_of(path);
    fs::write(path.join("old.key"), &before).expect("written");
    let output = said(&run(path, &["secrets", "rotate"]));
    assert!(output.contains("a running server goes on"), "{output}");
    assert!(output.contains("Backups made before now need the old key"), "{output}");
    assert_ne!(key_of(path), before);
    let mode = fs::metadata(path.join("haltere-data/master.key")).expect("there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    said(&run(path, &["users", "list"]));
    drop(server);
    drop(serve_in(path, "haltere-data"));
    let output = said(&run(path, &["secrets", "verify"]));
    assert!(output.contains("in use since 20"), "{output}");

    fs::write(path.join("haltere-data/master.key"), &before).expect("written");
    let refused = refusal(&run(path, &["serve", "--listen", "127.0.0.1:0"]));
    assert!(refused.contains("not the one this database was sealed with"), "{refused}");
    let restore = ["restore", "old", "--data-dir", "new", "--master-key-file", "old.key"];
    said(&run(path, &restore));
}

/// Stopped between the first step and the second: the place where the key would go is blocked.
fn rotate_stopped_before_the_key(path: &Path) {
    let draft = path.join("haltere-data/master.new");
    fs::create_dir(&draft).expect("made");
    let refused = refusal(&run(path, &["secrets", "rotate", "--new-master-key-file", "new.key"]));
    assert!(refused.contains("failed to write the master key file"), "{refused}");
    fs::remove_dir(&draft).expect("removed");
}

#[test]
fn a_rotation_stopped_before_the_new_key_is_written_starts_with_the_old_one() {
    let folder = served();
    let path = folder.path();
    write_key(path, "new.key", "2");
    rotate_stopped_before_the_key(path);
    let output = said(&run(path, &["secrets", "verify"]));
    assert!(output.contains("is to replace it"), "{output}");
    drop(serve_in(path, "haltere-data"));
    said(&run(path, &["secrets", "rotate"]));
    drop(serve_in(path, "haltere-data"));
}

#[test]
fn a_rotation_stopped_after_the_new_key_is_written_starts_with_the_new_one() {
    let folder = served();
    let path = folder.path();
    write_key(path, "new.key", "2");
    let old = key_of(path);
    rotate_stopped_before_the_key(path);
    fs::copy(path.join("new.key"), path.join("haltere-data/master.key")).expect("copied");
    drop(serve_in(path, "haltere-data"));
    let output = said(&run(path, &["secrets", "verify"]));
    assert!(!output.contains("is to replace it"), "the start has finished it: {output}");
    fs::write(path.join("haltere-data/master.key"), old).expect("written");
    refusal(&run(path, &["serve", "--listen", "127.0.0.1:0"]));
}

#[test]
fn a_rotation_killed_at_any_moment_leaves_a_key_that_opens() {
    let folder = served();
    let path = folder.path();
    kill_later_and_later(
        || haltere(path, &["secrets", "rotate"]),
        |_| {
            said(&run(path, &["secrets", "verify"]));
        },
    );
    drop(serve_in(path, "haltere-data"));
}

#[test]
fn a_configured_master_key_is_changed_with_a_restart_at_any_time() {
    let folder = folder();
    let path = folder.path();
    write_key(path, "one", "1");
    write_key(path, "two", "2");
    let serve_with = |key: &str| {
        let mut command = haltere(path, &["serve", "--listen", "127.0.0.1:0"]);
        command.env("HALTERE_MASTER_KEY_FILE", key);
        command
    };
    let rotate = |arguments: &[&str]| {
        let mut command = haltere(path, &[&["secrets", "rotate"], arguments].concat());
        command.env("HALTERE_MASTER_KEY_FILE", "one");
        command
    };
    drop(serve(serve_with("one")));
    let refused = refusal(&rotate(&[]).output().expect("the binary runs"));
    assert!(refused.contains("the file one, named by data.master_key_file"), "{refused}");
    assert!(refused.contains("--new-master-key-file"), "{refused}");

    let mut command = rotate(&["--new-master-key-stdin"]);
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let two = "2".repeat(64);
    child.stdin.take().expect("a pipe").write_all(two.as_bytes()).expect("written");
    let output = said(&child.wait_with_output().expect("ended"));
    assert!(output.contains("the file one, named by data.master_key_file"), "{output}");
    assert!(!output.contains(&two), "the key is not shown");
    assert_eq!(
        names(&path.join("haltere-data")).iter().filter(|name| *name == "master.key").count(),
        0
    );

    drop(serve(serve_with("one")));
    drop(serve(serve_with("two")));
    let refused = refusal(&serve_with("one").output().expect("the binary runs"));
    assert!(refused.contains("not the one this database was sealed with"), "{refused}");
}

#[test]
fn a_new_data_key_waits_for_the_server_to_stop() {
    let folder = folder();
    let path = folder.path();
    let server = serve_in(path, "haltere-data");
    let refused = refusal(&run(path, &["secrets", "rotate", "--data-key"]));
    assert!(refused.contains("is serving the data folder"), "{refused}");
    drop(server);
    said(&run(path, &["secrets", "rotate", "--data-key"]));
    said(&run(path, &["secrets", "verify"]));
    drop(serve_in(path, "haltere-data"));
}

#[test]
fn nothing_is_sealed_while_the_keys_are_changed_nor_the_other_way_round() {
    let folder = served();
    let path = folder.path();
    fs::write(path.join("export.json"), r#"{"connections": []}"#).expect("written");
    let commands = [
        &["import", "mmc", "export.json"][..],
        &["export", "here.json"],
        &["secrets", "verify"],
        &["secrets", "rotate", "--data-key"],
    ];
    let keys = fs::File::create(path.join("haltere-data/keys.lock")).expect("made");
    keys.try_lock().expect("free");
    for command in commands {
        let refused = refusal(&run(path, command));
        assert!(refused.contains("the keys of haltere-data"), "{command:?}: {refused}");
    }
    keys.unlock().expect("ours");
    keys.try_lock_shared().expect("free");
    let refused = refusal(&run(path, &["secrets", "rotate", "--data-key"]));
    assert!(refused.contains("another haltere command"), "{refused}");
    for command in &commands[..3] {
        said(&run(path, command));
    }
}

#[test]
fn an_invalid_new_key_is_refused_and_not_shown() {
    let folder = served();
    let path = folder.path();
    fs::write(path.join("bad"), "hunter2").expect("written");
    let before = key_of(path);
    let refused = refusal(&run(path, &["secrets", "rotate", "--new-master-key-file", "bad"]));
    assert!(refused.contains("bad: the master key must be 32 bytes"), "{refused}");
    assert!(!refused.contains("hunter2"), "{refused}");
    let same = ["secrets", "rotate", "--new-master-key-file", "haltere-data/master.key"];
    let refused = refusal(&run(path, &same));
    assert!(refused.contains("is the one in use"), "{refused}");
    assert_eq!(key_of(path), before);
}
