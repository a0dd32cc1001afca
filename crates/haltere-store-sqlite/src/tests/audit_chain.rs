//! The hash chain in the database, and what was done to the database behind haltere's back.

use haltere_store::{AuditAge, ChainReport, ChainVerifier, ViolationKind};

use super::*;

/// So that a shell can do what the triggers prevent.
const WITHOUT_TRIGGERS: &str =
    "DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted;";

fn entry(number: i64) -> AuditEntry {
    AuditEntry {
        at: Timestamp::from_second(1_800_000_000 + number).unwrap(),
        actor: "ada".to_owned(),
        address: None,
        request_id: format!("request-{number}"),
        action: AuditAction::ConnectionUpdate,
        object: "a".to_owned(),
        outcome: AuditOutcome::Success,
        detail: "url".to_owned(),
        changes: AuditChanges::none(),
        repeats: None,
    }
}

async fn append(store: &SqliteStore, count: i64) {
    let entries: Vec<_> = (0..count).map(entry).collect();
    let mut tx = store.write().await.unwrap();
    tx.audit().append_many(&entries).await.unwrap();
    tx.commit().await.unwrap();
}

async fn verify(store: &SqliteStore) -> ChainReport {
    let mut read = store.read().await.unwrap();
    let mut verifier = ChainVerifier::new();
    let writers = read.audit().writers().await.unwrap();
    for writer in &writers {
        verifier.removed(writer.removed.clone());
    }
    let mut after = i64::MIN;
    while let Some(last) =
        read.audit().walk(after, 700, &mut |entry| verifier.entry(entry)).await.unwrap()
    {
        after = last;
    }
    verifier.expect_number(read.audit().appended().await.unwrap());
    let newest: Vec<_> = writers.into_iter().map(|writer| writer.newest).collect();
    verifier.finish(Some(&newest))
}

/// Where a violation is, and what.
async fn found(store: &SqliteStore) -> Vec<(i64, ViolationKind)> {
    let violations = verify(store).await.violations.into_iter();
    violations.map(|violation| (violation.place.unwrap().sequence, violation.kind)).collect()
}

#[tokio::test]
async fn tampering_with_the_database_is_found() {
    for (sql, expected) in [
        (
            "UPDATE audit SET actor = 'eve' WHERE sequence = 300",
            vec![(300, ViolationKind::Changed)],
        ),
        (
            "UPDATE audit SET action = 'nonsense' WHERE sequence = 300",
            vec![(300, ViolationKind::Changed)],
        ),
        (
            "UPDATE audit SET detail = CAST(x'ff' AS TEXT) WHERE sequence = 300",
            vec![(300, ViolationKind::Changed)],
        ),
        ("UPDATE audit SET since = 5 WHERE sequence = 300", vec![(300, ViolationKind::Changed)]),
        ("UPDATE audit SET hash = NULL WHERE sequence = 1000", {
            let (writer, newest) = (String::new(), 1_000);
            vec![
                (1_000, ViolationKind::Added),
                (999, ViolationKind::Truncated { writer, newest, known_from: "the database" }),
            ]
        }),
        (
            "DELETE FROM audit WHERE sequence = 300",
            vec![(301, ViolationKind::Missing { from: 300, to: 300 })],
        ),
        (
            "INSERT INTO audit (at, actor, request_id, action, object, outcome, detail) \
                VALUES (0, 'eve', '', 'session.login', '', 'success', '')",
            vec![(1_001, ViolationKind::Added)],
        ),
        ("DELETE FROM audit WHERE sequence > 900", {
            let (writer, newest) = (String::new(), 1_000);
            vec![(900, ViolationKind::Truncated { writer, newest, known_from: "the database" })]
        }),
        (
            "UPDATE audit SET sequence = sequence + 5 WHERE sequence = 1000",
            vec![
                (1_005, ViolationKind::Renumbered { expected: 1_000 }),
                (1_005, ViolationKind::NewestNumber { expected: 1_000 }),
            ],
        ),
        ("UPDATE audit SET sequence = sequence - 1000 WHERE sequence < 500", {
            vec![
                (-999, ViolationKind::Renumbered { expected: 1 }),
                (500, ViolationKind::Renumbered { expected: -500 }),
            ]
        }),
        (
            "UPDATE audit SET sequence = sequence + 100000; UPDATE audit SET sequence = sequence - 99000; \
                UPDATE revisions SET audited = audited + 1000",
            vec![(1_001, ViolationKind::Renumbered { expected: 1 })],
        ),
        (
            "UPDATE audit SET sequence = 2000 WHERE sequence = 500",
            vec![
                (501, ViolationKind::Missing { from: 500, to: 500 }),
                (2_000, ViolationKind::Moved),
                (2_000, ViolationKind::NewestNumber { expected: 1_000 }),
            ],
        ),
    ] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        append(&store, 1_000).await;
        assert_eq!(found(&store).await, [], "{sql}");
        folder.shell(WITHOUT_TRIGGERS).await.unwrap();
        folder.shell(sql).await.unwrap();
        let mut violations = found(&store).await;
        for (_, kind) in &mut violations {
            if let ViolationKind::Truncated { writer, .. } = kind {
                // It is random.
                writer.clear();
            }
        }
        assert_eq!(violations, expected, "{sql}");
    }
}

#[tokio::test]
async fn an_emptied_trail_is_found_even_without_its_writers() {
    for sql in [
        "DELETE FROM audit; DELETE FROM audit_writers",
        "DELETE FROM audit; UPDATE audit_writers SET position = 0, hash = zeroblob(32)",
    ] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        assert_eq!(verify(&store).await.violations, [], "nothing was ever appended");
        append(&store, 3).await;
        folder.shell(WITHOUT_TRIGGERS).await.unwrap();
        folder.shell(sql).await.unwrap();
        let report = verify(&store).await;
        let [violation] = &*report.violations else { panic!("{sql}: {report:?}") };
        assert!(violation.place.is_none());
        assert_eq!(violation.kind, ViolationKind::NewestNumber { expected: 3 });
    }
}

/// The first entry of the writer of a restored backup names the newest one of the former writer.
#[tokio::test]
async fn a_former_writer_that_was_removed_with_all_its_entries_is_found() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    append(&store, 3).await;
    let mut tx = store.write().await.unwrap();
    tx.audit().begin_writer().await.unwrap();
    tx.commit().await.unwrap();
    append(&store, 2).await;
    assert_eq!(found(&store).await, []);
    folder.shell(WITHOUT_TRIGGERS).await.unwrap();
    let sql =
        "DELETE FROM audit WHERE sequence <= 3; DELETE FROM audit_writers WHERE NOT is_current";
    folder.shell(sql).await.unwrap();
    let found = found(&store).await;
    let [(4, ViolationKind::Truncated { newest: 3, .. })] = &*found else { panic!("{found:?}") };
}

/// Retention removes a prefix of the entries of all writers, so their number says which one comes next.
#[tokio::test]
async fn renumbered_entries_are_found_after_retention_and_a_restore() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    append(&store, 3).await;
    let mut tx = store.write().await.unwrap();
    tx.audit().begin_writer().await.unwrap();
    tx.commit().await.unwrap();
    append(&store, 4).await;
    let mut tx = store.write().await.unwrap();
    let before = Timestamp::from_second(1_900_000_000).unwrap();
    let age = AuditAge { before, max_bytes: i64::MAX, before_if_larger: before, up_to: i64::MAX };
    tx.audit().remove_oldest(age, 5).await.unwrap().unwrap();
    tx.audit().append(&entry(8)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&store).await, []);
    folder.shell(WITHOUT_TRIGGERS).await.unwrap();
    let sql = "UPDATE audit SET sequence = sequence + 100000; UPDATE audit SET sequence = sequence - 99000; \
        UPDATE revisions SET audited = audited + 1000";
    folder.shell(sql).await.unwrap();
    assert_eq!(found(&store).await, [(1_006, ViolationKind::Renumbered { expected: 6 })]);
}

#[tokio::test]
async fn a_chain_goes_on_over_a_start_and_in_another_process() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    append(&store, 3).await;
    let other = folder.open().await.unwrap();
    append(&other, 2).await;
    append(&store, 1).await;
    store.close().await;
    let store = folder.open().await.unwrap();
    append(&store, 1).await;
    let report = verify(&store).await;
    assert_eq!((report.entries, report.violations), (7, vec![]));
    assert_eq!(report.heads.len(), 1);
}

#[tokio::test]
async fn entries_of_earlier_versions_are_adopted() {
    let folder = Folder::new();
    open::create_file(&folder.path()).unwrap();
    let pool =
        open::writer(&folder.path(), &Arc::new(Files::of(&folder.path()).unwrap())).await.unwrap();
    migrations::run_up_to(&pool, 14).await.unwrap();
    let old = "INSERT INTO audit (at, actor, address, request_id, action, object, outcome, detail, times, since)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 450)
        SELECT n, 'ada', '10.0.0.' || (n % 9), 'r', iif(n = 7, 'connection.mend', 'session.login'), '', 'success', '', n,
            iif(n % 2, NULL, n) FROM n";
    sqlx::raw_sql(old).execute(&pool).await.unwrap();
    migrations::run(&pool).await.unwrap();
    pool.close().await;

    let store = folder.open().await.unwrap();
    append(&store, 1).await;
    let report = verify(&store).await;
    assert_eq!((report.entries, report.violations), (451, vec![]));
    let refused = folder.shell("UPDATE audit SET actor = 'eve'").await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
    let actions = Some(vec![AuditAction::ConnectionOverwrite]);
    let filter = AuditFilter { actions, limit: 10, ..AuditFilter::default() };
    let trail = store.read().await.unwrap().audit().list(&filter).await.unwrap();
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].link.as_ref().map(|link| link.position), Some(7));
}

/// A store remembers the writer, and reads it again when something else has appended, removed or changed it.
#[tokio::test]
async fn a_chain_goes_on_after_what_other_stores_and_dropped_transactions_did() {
    let folder = Folder::new();
    let (one, other) = (folder.open().await.unwrap(), folder.open().await.unwrap());
    for _ in 0..3 {
        append(&one, 1).await;
        append(&one, 2).await;
        append(&other, 1).await;
        append(&other, 250).await;
        let mut dropped = one.write().await.unwrap();
        dropped.audit().append(&entry(7)).await.unwrap();
        drop(dropped);
        append(&one, 1).await;
        let mut tx = other.write().await.unwrap();
        let before = Timestamp::from_second(1_900_000_000).unwrap();
        let (max_bytes, before_if_larger) = (i64::MAX, before);
        let age = AuditAge { before, max_bytes, before_if_larger, up_to: i64::MAX };
        tx.audit().remove_oldest(age, 1).await.unwrap().unwrap();
        tx.audit().append(&entry(8)).await.unwrap();
        tx.commit().await.unwrap();
        append(&other, 1).await;
        append(&one, 1).await;
        let mut tx = other.write().await.unwrap();
        tx.audit().begin_writer().await.unwrap();
        tx.commit().await.unwrap();
        append(&one, 1).await;
    }
    let report = verify(&one).await;
    assert_eq!((report.violations, report.heads.len()), (vec![], 4));
}
