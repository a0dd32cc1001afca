//! Guessing passwords: it fails, reveals nothing, and locks no other user out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use e2e::haltere::admin_password;
use e2e::{Answer, Client, Haltere, secret};
use tokio::task::JoinSet;

/// Where the guesses come from.
const ADDRESSES: u8 = 100;
/// How many from each of them.
const GUESSES: usize = 10;
/// How far apart: 1,000 in about ten seconds, six times what is promised.
const PAUSE: Duration = Duration::from_secs(1);
/// How soon an owner is in, whatever else goes on.
const OWNER_WAITS: Duration = Duration::from_secs(10);
/// How many failures one account is allowed in a row.
const BURST: usize = 10;

/// Everything about an answer that could tell one account from another.
fn shape(answer: &Answer) -> String {
    let (code, message) = answer.error();
    let message: String = message.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    format!("{} {code} {message} {headers:?}", answer.status)
}

#[expect(clippy::print_stdout, reason = "figures for docs/guarantees.md")]
fn show(figures: &str) {
    println!("{figures}");
}

/// What was answered to guesses at an account.
#[derive(Default)]
struct Answers {
    shapes: BTreeSet<String>,
    n_looked_at: usize,
}

/// Guesses at accounts that exist and at others, from one address.
async fn guess(client: Client, address: u8) -> Vec<(&'static str, Answer)> {
    let mut answers = Vec::new();
    for n in 0..GUESSES {
        let account = ["admin", "vera", "unknown", "others"][n % 4];
        let name = match account {
            "others" => format!("unknown-{address}-{n}"),
            one => one.to_owned(),
        };
        answers.push((account, client.try_login(&name, &secret(&format!("guess-{n}"))).await));
        tokio::time::sleep(PAUSE).await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_guesses_from_a_hundred_addresses_keep_no_owner_out() {
    let mut haltere = Haltere::start().await;
    haltere.user("vera", &["viewer"]).await;
    haltere.admin().await;

    let started = Instant::now();
    let mut guesses = JoinSet::new();
    for address in 1..=ADDRESSES {
        let client = Client::from_address(&haltere.base(), [127, 0, 1, address].into());
        guesses.spawn(guess(client, address));
    }
    let mut waited = Vec::new();
    while started.elapsed() < PAUSE * 10 {
        for (name, password) in [("admin", admin_password()), ("vera", secret("vera"))] {
            let owner = haltere.anonymous();
            let asked = Instant::now();
            owner.login(name, &password).await;
            waited.push(asked.elapsed());
        }
        tokio::time::sleep(PAUSE / 4).await;
    }
    let mut by_account: BTreeMap<&str, Answers> = BTreeMap::new();
    for (account, answer) in guesses.join_all().await.into_iter().flatten() {
        let answers = by_account.entry(account).or_default();
        // A limit on all logins together reveals nothing about an account.
        if answer.status != 503 {
            answers.shapes.insert(shape(&answer));
        }
        answers.n_looked_at += usize::from(answer.status == 401);
    }

    // One more try each half minute.
    let n_allowed = BURST + usize::try_from(started.elapsed().as_secs() / 30).expect("small") + 1;
    for account in ["admin", "vera", "unknown"] {
        let n_looked_at = by_account[account].n_looked_at;
        assert!((BURST..=n_allowed).contains(&n_looked_at), "{account}: {n_looked_at}");
        let shapes = &by_account[account].shapes;
        assert_eq!(shapes, &by_account["unknown"].shapes, "{account} differs from an unknown one");
        assert_eq!(shapes.len(), 2, "wrong, and too often: {shapes:#?}");
    }
    waited.sort();
    let (median, longest) = (waited[waited.len() / 2], waited[waited.len() - 1]);
    assert!(longest < OWNER_WAITS, "an owner waited {longest:?}");
    show(&format!("{} logins of owners: median {median:?}, longest {longest:?}", waited.len()));
    haltere.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_get_no_further_than_ten() {
    let mut haltere = Haltere::start().await;
    let mut guesses = JoinSet::new();
    for n in 0..ADDRESSES {
        let client = Client::from_address(&haltere.base(), [127, 0, 1, n].into());
        guesses.spawn(async move { client.try_login("admin", &secret("guess")).await.status });
    }
    let statuses = guesses.join_all().await;
    let n_looked_at = statuses.iter().filter(|status| **status == 401).count();
    let n_refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!(n_looked_at + n_refused, statuses.len(), "{statuses:?}");
    // One more where a busy machine takes half a minute over them.
    assert!((BURST..=BURST + 1).contains(&n_looked_at), "{n_looked_at} were looked at");
    haltere.stop().await;
}

/// How long wrong passwords take, the middle of each: of users that exist, and of others. Asked in turns, so
/// that whatever else the machine does falls on both.
async fn medians(n_accounts: u8) -> [Duration; 2] {
    let mut haltere = Haltere::start().await;
    for n in 0..n_accounts {
        let name = format!("known-{n}");
        let add = ["users", "add", &name, "--role", "viewer", "--password-stdin"];
        let added = haltere.cli(&add, Some(&secret("known"))).await;
        assert!(added.status.success(), "{added:?}");
    }
    let mut took = [Vec::new(), Vec::new()];
    for account in 0..n_accounts {
        let client = Client::from_address(&haltere.base(), [127, 0, 2, account].into());
        // The connection is there before anything is measured.
        client.get("/healthz").await.expect_status(200);
        for n in 0..BURST {
            // Whichever comes first has an advantage or not: take turns.
            for kind in if n % 2 == 0 { [0, 1] } else { [1, 0] } {
                let name = format!("{}-{account}", ["known", "other"][kind]);
                let asked = Instant::now();
                client.try_login(&name, &secret("guess")).await.expect_status(401);
                took[kind].push(asked.elapsed());
            }
        }
    }
    haltere.stop().await;
    took.map(|mut took| {
        took.sort();
        took[took.len() / 2]
    })
}

#[tokio::test]
async fn an_unknown_name_costs_as_much_work() {
    let [known, other] = medians(3).await;
    // Without the work it would be a twentieth; a busy machine makes it anything near one.
    assert!(other * 3 > known && known * 3 > other, "known {known:?}, others {other:?}");
}
