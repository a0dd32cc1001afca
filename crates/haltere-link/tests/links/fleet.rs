//! What the tests share: a supervisor with a bystander.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{BrokerFacts, ConnectionStatus, LinkFailure, LinkState, Timestamp};
use haltere_link::{Advice, Backoff, LinkConfig, LinkSpec, StatusObserver, Supervisor};
use haltere_testkit::clock::RealClock;
use haltere_testkit::wait::{self, DEADLINE};
use haltere_testkit::{Mosquitto, builders};

/// The default configuration with pauses short enough for tests.
pub(crate) fn quick() -> LinkConfig {
    let backoff =
        Backoff { first: Duration::from_millis(20), factor: 1.5, max: Duration::from_millis(200) };
    LinkConfig { backoff, spread_start: Duration::ZERO, ..LinkConfig::default() }
}

/// The same, for peers that never answer.
pub(crate) fn impatient() -> LinkConfig {
    LinkConfig { connect_timeout: Duration::from_millis(700), ..quick() }
}

/// The same, for peers that fall silent later. MQTT counts keep-alive in whole seconds.
pub(crate) fn short_keepalive() -> LinkConfig {
    LinkConfig {
        keepalive: Duration::from_secs(1),
        ping_timeout: Duration::from_millis(500),
        ..quick()
    }
}

/// A link to `url` without credentials or TLS settings.
pub(crate) fn link(url: &str) -> LinkSpec {
    LinkSpec::new(builders::id("under-test"), builders::url(url), "haltere-under-test")
}

/// A supervisor with a link to a healthy broker, the bystander, which must not be affected by the link
/// under test.
pub(crate) struct Fleet {
    pub(crate) supervisor: Supervisor,
    bystander: Arc<LinkSpec>,
    bystander_up_since: Timestamp,
    bystander_broker: Mosquitto,
}

impl Fleet {
    pub(crate) async fn new() -> Self {
        Self::with(quick()).await
    }

    pub(crate) async fn with(config: LinkConfig) -> Self {
        Self::observed(config, Box::new(|_| ())).await
    }

    /// A fleet whose changes of status are reported to `on_change`.
    pub(crate) async fn observed(config: LinkConfig, on_change: StatusObserver) -> Self {
        let bystander_broker = Mosquitto::plain().await;
        let bystander = Arc::new(LinkSpec {
            id: builders::id("bystander"),
            client_id: "haltere-bystander".into(),
            ..link(&bystander_broker.url())
        });
        let supervisor = Supervisor::new(config, Arc::new(RealClock), on_change);
        supervisor.reconcile(std::slice::from_ref(&bystander));
        let status = supervisor.first_outcome(&bystander.id, bystander.revision, DEADLINE).await;
        let status = status.expect("the bystander's first attempt ends");
        let LinkState::Online { since } = status.state else {
            panic!("the bystander is not online: {status:?}\n{}", bystander_broker.log());
        };
        Self { supervisor, bystander, bystander_up_since: since, bystander_broker }
    }

    /// Makes `spec` wanted, in addition to the bystander.
    pub(crate) fn want(&self, spec: &LinkSpec) {
        self.want_all(std::slice::from_ref(spec));
    }

    /// Makes exactly `specs` wanted, in addition to the bystander.
    pub(crate) fn want_all(&self, specs: &[LinkSpec]) {
        let specs = specs.iter().cloned().map(Arc::new);
        let wanted: Vec<_> = std::iter::once(self.bystander.clone()).chain(specs).collect();
        self.supervisor.reconcile(&wanted);
    }

    /// Makes `spec` wanted, and waits until its first attempt has ended.
    pub(crate) async fn first_outcome(&self, spec: &LinkSpec) -> Arc<ConnectionStatus> {
        self.want(spec);
        let outcome = self.supervisor.first_outcome(&spec.id, spec.revision, DEADLINE).await;
        outcome.unwrap_or_else(|| {
            let status = self.supervisor.status(&spec.id);
            panic!("the first attempt did not end within {DEADLINE:?}: {status:?}")
        })
    }

    /// Makes `spec` wanted; it has to come up at the first attempt.
    pub(crate) async fn comes_up(&self, spec: &LinkSpec) {
        let status = self.first_outcome(spec).await;
        assert!(status.connected(), "{} is not online: {status:#?}", spec.url);
        assert_eq!(status.failure(), None);
    }

    /// Makes `spec` wanted; its first attempt has to fail, a probe has to fail in the same way,
    /// and the bystander must not be affected.
    pub(crate) async fn fails(&self, spec: &LinkSpec) -> Arc<LinkFailure> {
        let (status, report) =
            tokio::join!(self.first_outcome(spec), self.supervisor.probe(spec, None, |_| {}));
        assert!(!status.connected(), "{} is online", spec.url);
        let failure = status.failure().expect("an outcome that is no success").clone();
        let probed = report.failure.as_ref().expect("what fails a link fails a probe");
        assert_eq!(row(probed), row(&failure), "the probe reports another failure");
        let last = report.stages.last().expect("at least one stage");
        assert!(!last.ok, "{:?}", report.stages);
        assert_eq!(last.stage, failure.stage, "{:?}", report.stages);
        assert!(report.stages[..report.stages.len() - 1].iter().all(|stage| stage.ok));
        self.assert_bystander_unaffected();
        failure
    }

    /// The status of the link under test, once it is of the revision of `spec`.
    pub(crate) fn status(&self, spec: &LinkSpec) -> Option<Arc<ConnectionStatus>> {
        self.supervisor.status(&spec.id).filter(|status| status.revision >= spec.revision)
    }

    /// Waits until the link under test is up.
    pub(crate) async fn until_up(&self, spec: &LinkSpec) {
        let what = format!("the link to {} to be up", spec.url);
        wait::until(&what, DEADLINE, async || {
            self.status(spec).filter(|status| status.connected())
        })
        .await;
    }

    /// Waits until the link under test is down, and returns the failure.
    pub(crate) async fn until_down(&self, spec: &LinkSpec) -> Arc<LinkFailure> {
        let what = format!("the link to {} to be down", spec.url);
        wait::until(&what, DEADLINE, async || self.supervisor.status(&spec.id)?.failure().cloned())
            .await
    }

    /// Waits until `wanted` holds for the facts about the broker of the link under test.
    pub(crate) async fn until_facts(
        &self,
        spec: &LinkSpec,
        what: &str,
        wanted: impl Fn(&BrokerFacts) -> bool,
    ) -> Arc<BrokerFacts> {
        wait::until(what, DEADLINE, async || {
            self.status(spec)?.broker.clone().filter(|facts| wanted(facts))
        })
        .await
    }

    /// The first failure of the link under test, from its history, because a link that is quickly up again
    /// may not be observed while it is down.
    pub(crate) async fn first_failure(&self, spec: &LinkSpec) -> Arc<LinkFailure> {
        wait::until("a failure in the link's history", DEADLINE, async || {
            let newest_first = self.supervisor.history(&spec.id);
            newest_first.into_iter().rev().find_map(|change| change.failure)
        })
        .await
    }

    /// Asserts that the bystander has been up all the time, in one session.
    pub(crate) fn assert_bystander_unaffected(&self) {
        let status = self.supervisor.status(&self.bystander.id).expect("it is still wanted");
        assert_eq!(
            status.state,
            LinkState::Online { since: self.bystander_up_since },
            "the bystander was disturbed: {:#?}",
            self.supervisor.history(&self.bystander.id)
        );
        let log = self.bystander_broker.log();
        assert_eq!(log.matches("as haltere-bystander").count(), 1, "{log}");
    }

    /// Ends everything; the last thing a test does.
    pub(crate) async fn ends_well(self) {
        self.assert_bystander_unaffected();
        wait::within("the supervisor to shut down", DEADLINE, self.supervisor.shutdown(DEADLINE))
            .await;
    }
}

/// A failure as the contract's table has it: stage, code, errno, syscall, address, port.
fn row(failure: &LinkFailure) -> String {
    fn or_dash<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| value.to_string())
    }
    [
        failure.stage.to_string(),
        failure.code.to_string(),
        or_dash(failure.errno),
        or_dash(failure.syscall.as_deref()),
        or_dash(failure.address.as_ref()),
        or_dash(failure.port),
    ]
    .join(" ")
}

/// The lines of advice as one text.
pub(crate) fn texts(advice: &[Advice]) -> String {
    advice.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Compares with a row of the contract's table, `stage code errno syscall address port`, in which
/// `ADDRESS PORT` is replaced by `peer`. Checks that the message is a helpful sentence: it contains `word`,
/// and no debug output of Rust.
#[track_caller]
pub(crate) fn assert_row(failure: &LinkFailure, expected: &str, peer: SocketAddr, word: &str) {
    let expected = expected
        .replace("ADDRESS", &peer.ip().to_string())
        .replace("PORT", &peer.port().to_string());
    assert_eq!(row(failure), expected, "{}", failure.message);
    let message = failure.message.to_string();
    assert!(message.contains(word), "{message:?} does not contain {word:?}");
    assert!(message.split_whitespace().count() >= 6, "too short to help: {message:?}");
    for slip in ["{", "}", "\n", "Error(", "Some(", "Os ", "Kind(", "Custom", "Invalid("] {
        assert!(!message.contains(slip), "Rust shows through: {message:?}");
    }
}
