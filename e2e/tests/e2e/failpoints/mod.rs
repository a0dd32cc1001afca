//! haltere fails before and after each step of each change: what is stored is what was before the
//! change or all of it, never half, and what follows works.
//!
//! Three ways to fail: the process ends on the spot, the step returns an error, the step panics. The
//! table of changes and the steps they take is in [`operation`].

mod operation;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use e2e::{Client, Haltere, Options, eventually};
use haltere_testkit::ports::ReservedPort;
use serde_json::json;
use tempfile::TempDir;

use crate::database::Database;
use crate::support::connection;
use operation::{Case, Done, Operation, STEPS};

/// Names the file with the order, see `haltere_store::failpoint`.
const ORDER: &str = "FAILPOINT_FILE";

/// A test for each operation, so that they run side by side.
macro_rules! operations {
    ($($test:ident: $operation:ident,)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                Bench::start().await.fail_everywhere(Operation::$operation).await;
            }
        )*
    };
}

operations! {
    creating: Create,
    overwriting: Overwrite,
    replacing: Replace,
    patching: Patch,
    connecting: Connect,
    disconnecting: Disconnect,
    deleting: Delete,
    switching_a_plugin: SwitchPlugin,
    logging_in: LogIn,
    logging_out: LogOut,
    ending_a_session: EndSession,
    ending_all_other_sessions: EndOtherSessions,
    changing_ones_password: ChangePassword,
    reading_secrets: ReadSecrets,
    testing_a_connection: TestConnection,
    adding_a_user: AddUser,
    setting_a_password: SetPassword,
    removing_a_user: RemoveUser,
}

/// A haltere that fails to order.
struct Bench {
    haltere: Haltere,
    admin: Client,
    folder: Arc<TempDir>,
    /// Nothing listens there.
    dead: ReservedPort,
    cases: u32,
}

impl Bench {
    async fn start() -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder can be made"));
        let haltere = Options::default()
            .data_dir(&folder)
            .env(ORDER, folder.path().join("order").to_str().expect("a plain path"))
            .with_broken_brokers()
            .expect_complaint("failed to answer a request")
            .expect_complaint("a request handler panicked")
            .expect_complaint("panicked at")
            .start()
            .await;
        let admin = haltere.admin().await;
        let dead = ReservedPort::on([127, 0, 0, 1].into());
        Self { haltere, admin, folder, dead, cases: 0 }
    }

    async fn fail_everywhere(mut self, operation: Operation) {
        for step in STEPS {
            for side in ["before", "after"] {
                for order in operation.orders(step) {
                    self.fail(operation, step, side, order).await;
                }
            }
        }
        self.haltere.stop().await;
    }

    async fn fail(&mut self, operation: Operation, step: &str, side: &str, order: &str) {
        let what = format!("{operation:?}: {order} {side} {step}");
        self.cases += 1;
        let url = format!("mqtt://{}", self.dead.address());
        let case = Case::prepare(operation, self.cases, &self.haltere, &self.admin, url).await;
        let before = Database::of(&self.haltere).await.dump().await;

        self.order(&format!("{step}.{side} {order}"));
        let done = case.perform(&self.haltere, &self.admin, &self.order_file()).await;
        if !operation.steps().contains(&step) {
            assert_eq!(done, Done::Yes, "{what}, where it never comes by");
            fs::remove_file(self.order_file()).expect("the order is still there");
            return;
        }
        assert!(!self.order_file().exists(), "{what}: it never came by");
        assert_ne!(done, Done::Yes, "{what}: it says that all is well");
        if order == "abort" && operation.is_done_by_the_server() {
            self.haltere.wait().await;
            self.haltere.restart().await;
            self.admin = self.admin.at(&self.haltere.base());
        } else if operation.is_done_by_the_server() {
            assert_eq!(done, Done::Refused, "{what}: a clear answer");
        }

        // What is durable is done, whatever was answered.
        let is_durable = (step, side) == ("commit", "after") || step == "notify";
        let after = Database::of(&self.haltere).await.dump().await;
        assert_eq!(after.audit.len() - before.audit.len(), usize::from(is_durable), "{what}");
        if is_durable {
            assert_eq!(after.audit.last().map(String::as_str), Some(operation.audited()), "{what}");
        } else {
            assert_eq!(after, before, "{what}: half of it is there");
        }
        eventually(&format!("{what}: memory is what is stored"), async || {
            let is_done = case.is_done(&self.haltere, &self.admin, &before, &after).await;
            (is_done == is_durable).then_some(())
        })
        .await;
        self.other_changes_work().await;
    }

    async fn other_changes_work(&self) {
        let url = format!("mqtt://{}", self.dead.address());
        let created = self.admin.post("/api/connections", &connection("other", &url)).await;
        created.expect_status(202);
        self.admin
            .patch("/api/connections/other", &json!({ "name": "o" }))
            .await
            .expect_status(200);
        self.admin.delete("/api/connections/other").await.expect_status(200);
    }

    fn order(&self, text: &str) {
        let draft = self.folder.path().join("draft");
        fs::write(&draft, text).expect("the order can be written");
        // In one piece.
        fs::rename(draft, self.order_file()).expect("the order can be given");
    }

    fn order_file(&self) -> PathBuf {
        self.folder.path().join("order")
    }
}
