//! `kill -9` at random instants under writers: what was answered is there, whole, and on record.
//!
//! One data folder goes through all rounds. A round lets four writers change connections and log in
//! and out, kills haltere at a random instant, starts it again and compares what is there with what
//! the writers know ([`ledger`], [`checker`]). Some starts are killed, too.
//!
//! `TORTURE_ROUNDS` and `TORTURE_SEED` choose how long and which; `make torture` sets them. The same
//! seed makes the same choices; at which instruction a kill strikes is up to the machine.

mod checker;
mod ledger;
mod writer;

use std::env;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::{Client, Haltere, Options};
use haltere_testkit::ports::ReservedPort;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use checker::Checker;
use ledger::Ledger;
use writer::{Material, Writer};

/// How many rounds gate a merge.
const ROUNDS: u64 = 50;
const WRITERS: u64 = 4;
/// The longest a round's writers live: time for a few dozen answers.
const LONGEST_MS: u64 = 250;
/// The longest a start lives that is killed: about as long as one takes.
const LONGEST_START_MS: u64 = 100;
/// How many killed starts precede the first that may live.
const KILLED_FIRST_STARTS: u64 = 5;
/// One round in so many kills the start after it.
const KILLED_START_EVERY: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let rounds = setting("TORTURE_ROUNDS").unwrap_or(ROUNDS);
    let seed = setting("TORTURE_SEED").unwrap_or_else(rand::random);
    say(&format!("{rounds} rounds, TORTURE_SEED={seed}"));
    let began = Instant::now();
    let mut instants = StdRng::seed_from_u64(seed);
    // Nothing listens there, so that each link fails at once and no broker's speed matters.
    let dead = ReservedPort::on([127, 0, 0, 1].into());
    let material = Arc::new(Material::new(format!("mqtt://{}", dead.address())));

    let copies = tempfile::tempdir().expect("a folder");
    let copy = copies.path().join("audit.ndjson");
    let options = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_FILE_PATH", &copy.display().to_string());
    let mut haltere = options.start_killed_after(instant(&mut instants, LONGEST_START_MS)).await;
    for _ in 1..KILLED_FIRST_STARTS {
        haltere.restart_killed_after(instant(&mut instants, LONGEST_START_MS)).await;
    }
    haltere.restart().await;
    let admin = haltere.admin().await;

    let ledger = Arc::new(Ledger::default());
    let mut checker = Checker::before(&haltere).await;
    let mut writers: Vec<_> = (0..WRITERS)
        .map(|number| Writer::new(number, seed, Arc::clone(&ledger), Arc::clone(&material)))
        .collect();
    for round in 0..rounds {
        let admin = admin.at(&haltere.base());
        writers = run_and_kill(&mut haltere, admin.clone(), writers, &mut instants).await;
        if round % KILLED_START_EVERY == 0 {
            haltere.restart_killed_after(instant(&mut instants, LONGEST_START_MS)).await;
        }
        haltere.restart().await;
        checker.compare(&haltere, &admin.at(&haltere.base()), &ledger).await;
        if round % 100 == 99 {
            say(&format!("{} rounds, {checker}", round + 1));
        }
    }
    checker.compare_all_of_it(&haltere).await;
    checker.verify_the_trail(&haltere, &copy).await;
    haltere.stop().await;
    say(&format!("{rounds} rounds in {:.0?}: {checker}; 0 lost, 0 half written", began.elapsed()));
    assert!(checker.has_seen_both_ends(), "no kill struck a write under way: {checker}");
}

/// Lets the writers write until haltere is killed at a random instant.
async fn run_and_kill(
    haltere: &mut Haltere,
    admin: Client,
    writers: Vec<Writer>,
    instants: &mut StdRng,
) -> Vec<Writer> {
    let base = haltere.base();
    let under_way: Vec<_> = writers
        .into_iter()
        .map(|writer| tokio::spawn(writer.write_until_the_server_dies(admin.clone(), base.clone())))
        .collect();
    // Not to wait for anything: this is the random instant.
    tokio::time::sleep(instant(instants, LONGEST_MS)).await;
    haltere.kill().await;
    let mut back = Vec::new();
    for writer in under_way {
        back.push(writer.await.expect("no write is refused"));
    }
    back
}

fn instant(random: &mut StdRng, longest_ms: u64) -> Duration {
    Duration::from_micros(random.random_range(0..longest_ms * 1000))
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().expect(name))
}

/// Past the test runner's capture, so that a long run shows how it goes.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "torture: {text}");
}
