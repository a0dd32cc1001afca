//! A swarm of brokers as a process, for the measurements: `haltere-swarm COUNT`.
//!
//! Its first line says where the brokers are. It then carries out one command per line of standard
//! input and answers each with a line of JSON. It ends when standard input does, so that none is left
//! behind when whoever started it dies.
//!
//! | command | what it does |
//! |---|---|
//! | `set FROM TO MOOD` | changes the mood of the brokers FROM to TO (exclusive), counted from 0; see `Mood` |
//! | `tally` | says what has been seen: `open`, `connects`, `flooded`, `dials`, `busiest_second` |
//! | `echoes` | says how long acknowledgements took, in microseconds, since it was last asked |
//! | `forget` | counts dials anew |

#![expect(clippy::print_stdout, reason = "this is how it answers")]

use std::io::BufRead as _;

use haltere_testkit::swarm::{Mood, Swarm};
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let swarm = Swarm::start(count.expect("usage: haltere-swarm COUNT")).await;
    let addresses: Vec<_> = swarm.addresses().map(|address| format!("\"{address}\"")).collect();
    println!("[{}]", addresses.join(","));
    let mut commands = commands();
    while let Some(command) = commands.recv().await {
        println!(
            "{}",
            obey(&swarm, &command).unwrap_or_else(|| format!("{{\"unknown\":{command:?}}}"))
        );
    }
}

/// Reads standard input on a thread of its own: it can't be waited for in another way.
fn commands() -> mpsc::Receiver<String> {
    let (sender, commands) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    commands
}

fn obey(swarm: &Swarm, command: &str) -> Option<String> {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    match verb {
        "set" => {
            let mut words = rest.splitn(3, ' ');
            let from = words.next()?.parse().ok()?;
            let to = words.next()?.parse().ok()?;
            let mood: Mood = words.next()?.parse().ok()?;
            (from <= to && to <= swarm.addresses().len()).then(|| swarm.set(from..to, mood))?;
        }
        "forget" => swarm.tally().forget_dials(),
        "echoes" => {
            let echoes = swarm.tally().take_echoes();
            let echoes: Vec<_> = echoes.iter().map(|echo| echo.as_micros().to_string()).collect();
            return Some(format!("{{\"micros\":[{}]}}", echoes.join(",")));
        }
        "tally" => {
            let tally = swarm.tally();
            return Some(format!(
                "{{\"open\":{},\"connects\":{},\"flooded\":{},\"dials\":{},\"busiest_second\":{}}}",
                tally.open(),
                tally.connects(),
                tally.flooded(),
                tally.dials(),
                tally.dials_in_the_busiest_second(),
            ));
        }
        _ => return None,
    }
    Some("{}".to_owned())
}
