//! A network of one's own: where Mosquitto's WebSocket listeners may bind all addresses. And mounts
//! of one's own: where a [`Disk`](crate::disk::Disk) may be full.

use std::any::type_name;
use std::io::Write as _;
use std::net::IpAddr;
use std::process::Command;

/// How a line begins that says what was not tested.
const SKIPPED: &str = "SKIPPED";

/// Set for the test that runs inside.
const INSIDE: &str = "HALTERE_TESTKIT_NETNS";

/// Runs the body of a test in a new network namespace, with nothing in it but loopback, and in a
/// mount namespace: what the test mounts goes with it, and [`ask_name_server`] affects no other test.
///
/// The test binary is run again inside `unshare` with this one test chosen, so the test's own
/// sockets, its threads and the processes it starts are all in there. To be called from a plain
/// `#[test]`, with an `async` block written in that very function (its type carries the test's name):
///
/// ```ignore
/// #[test]
/// fn websockets() {
///     netns::run(async {
///         let broker = Mosquitto::builder().listener(Listener::plain().websockets()).start().await;
///     });
/// }
/// ```
///
/// Works for root and, where the kernel allows ordinary users to make namespaces, for every user. Where
/// it is not possible the test is skipped, and says so on stderr past the test runner's capture;
/// with `TESTS_REQUIRE_NETNS` set it fails instead.
pub fn run<F: Future<Output = ()>>(body: F) {
    if is_inside() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(body);
    }
    let test = test_name(type_name::<F>());
    let Some(unshare) = permitted() else { return skip(test) };
    let binary = std::env::current_exe().expect("the test binary's own path");
    let output = unshare
        .command(r#"ip link set lo up && exec "$0" "$@""#)
        .arg(binary)
        .args([test, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare has just worked");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // Reports the skipped tests to the outer run.
    for line in said.lines().filter(|line| line.starts_with(SKIPPED)) {
        report(line);
    }
    // A wrong guess at the name would run no test at all, and that "succeeds".
    let passed = output.status.success() && said.contains("test result: ok. 1 passed");
    assert!(passed, "{test} failed in its network namespace:\n{said}");
}

/// Whether this process is one that [`run`] has started.
pub(crate) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Lets every process in here resolve names by the server at `address`, port 53. For use inside [`run`].
pub fn ask_name_server(address: IpAddr) {
    assert!(is_inside(), "outside, this would change how the machine resolves names");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    writeln!(file, "nameserver {address}").expect("it can be written");
    // A mount keeps the file after its name is gone.
    let mount =
        Command::new("mount").arg("--bind").arg(file.path()).arg("/etc/resolv.conf").status();
    assert!(mount.is_ok_and(|status| status.success()), "failed to mount /etc/resolv.conf");
}

/// How namespaces are made here.
#[derive(Clone, Copy)]
struct Unshare(&'static [&'static str]);

impl Unshare {
    fn command(self, script: &str) -> Command {
        let mut command = Command::new("unshare");
        command.args(self.0).args(["--net", "--mount", "--", "sh", "-c", script]);
        command
    }
}

/// As root, or else as root of a user namespace; `None` when neither is allowed.
fn permitted() -> Option<Unshare> {
    [Unshare(&[]), Unshare(&["--user", "--map-root-user"])].into_iter().find(|unshare| {
        let attempt = unshare.command("ip link set lo up").output();
        attempt.is_ok_and(|output| output.status.success())
    })
}

/// `crate::module::test::{{closure}}` without the ends, as test runners name it.
fn test_name(body: &'static str) -> &'static str {
    let function = body.split("::{{").next().unwrap_or(body);
    function.split_once("::").map_or(function, |(_crate, name)| name)
}

/// Says on stderr, past the test runner's capture, that a test or a part of it was skipped. With the
/// environment variable `required` set it fails instead: where a merge is decided, a skipped test is none.
pub(crate) fn skipped(test: &str, why: &str, required: &str) {
    assert!(std::env::var_os(required).is_none(), "{test}: {why}");
    report(&format!("{SKIPPED} {test}: {why}"));
}

fn report(line: &str) {
    // Not eprintln!, which test runners swallow in tests that pass.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn skip(test: &str) {
    let why = "no network namespaces here: needs root, or unprivileged user namespaces, and the \
               programs unshare and ip (apt-get install util-linux iproute2)";
    skipped(test, why, "TESTS_REQUIRE_NETNS");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mosquitto::{Listener, Mosquitto};
    use crate::wait;

    #[test]
    fn there_is_loopback_and_nothing_else() {
        run(async {
            let output = Command::new("ip").args(["-brief", "link"]).output().expect("ip");
            let links = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(links.lines().count(), 1, "{links}");
            assert!(links.starts_with("lo"), "{links}");
            wait::within("loopback", wait::DEADLINE, async {
                let broker =
                    Mosquitto::builder().listener(Listener::plain().websockets()).start().await;
                assert!(broker.url().starts_with("ws://127.0.0.1:"));
            })
            .await;
        });
    }

    #[test]
    fn a_failure_inside_is_a_failure_outside() {
        if permitted().is_none() {
            return skip("a_failure_inside_is_a_failure_outside");
        }
        let result = std::panic::catch_unwind(|| {
            run(async { panic!("something is wrong in there") });
        });
        if std::env::var_os(INSIDE).is_some() {
            std::panic::resume_unwind(result.expect_err("the body panics"));
        }
        let panic = result.expect_err("the failure is passed on");
        let message = panic.downcast_ref::<String>().expect("a formatted message");
        assert!(message.contains("something is wrong in there"), "{message}");
    }

    #[test]
    fn names_are_those_of_the_test_runner() {
        assert_eq!(test_name("websocket::plain_ws::{{closure}}"), "plain_ws");
        assert_eq!(
            test_name("kit::netns::tests::inside::{{closure}}::{{closure}}"),
            "netns::tests::inside"
        );
    }
}
