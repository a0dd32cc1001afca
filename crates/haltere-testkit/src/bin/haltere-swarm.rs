//! A swarm of brokers as a process, for the measurements: `haltere-swarm COUNT`.
//!
//! Its first line lists the addresses of the brokers. It then executes one command per line of standard input and
//! answers each with a line of JSON. It ends with standard input, and so with the process that started it.
//!
//! | command | what it does |
//! |---|---|
//! | `set FROM TO BEHAVIOR` | changes the behavior of the brokers FROM to TO (exclusive), counted from 0; see `BrokerBehavior` |
//! | `stats` | returns counters: `open`, `connects`, `flooded`, `dials`, `busiest_second` |
//! | `echoes` | returns how long acknowledgements took since the last call, in microseconds |
//! | `reset-dials` | restarts the count of dials |

#![expect(clippy::print_stdout, reason = "answers go to standard output")]

use std::io::BufRead as _;

use haltere_testkit::swarm::{BrokerBehavior, Swarm};
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
            execute(&swarm, &command).unwrap_or_else(|| format!("{{\"unknown\":{command:?}}}"))
        );
    }
}

/// Reads standard input on its own thread, because the read blocks.
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

fn execute(swarm: &Swarm, command: &str) -> Option<String> {
    let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
    match verb {
        "set" => {
            let mut words = rest.splitn(3, ' ');
            let from = words.next()?.parse().ok()?;
            let to = words.next()?.parse().ok()?;
            let behavior: BrokerBehavior = words.next()?.parse().ok()?;
            (from <= to && to <= swarm.addresses().len()).then(|| swarm.set(from..to, behavior))?;
        }
        "reset-dials" => swarm.stats().reset_dials(),
        "echoes" => {
            let echoes = swarm.stats().take_echoes();
            let echoes: Vec<_> = echoes.iter().map(|echo| echo.as_micros().to_string()).collect();
            return Some(format!("{{\"micros\":[{}]}}", echoes.join(",")));
        }
        "stats" => {
            let stats = swarm.stats();
            return Some(format!(
                "{{\"open\":{},\"connects\":{},\"flooded\":{},\"dials\":{},\"busiest_second\":{}}}",
                stats.open(),
                stats.connects(),
                stats.flooded(),
                stats.dials(),
                stats.dials_in_the_busiest_second(),
            ));
        }
        _ => return None,
    }
    Some("{}".to_owned())
}
