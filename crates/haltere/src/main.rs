//! haltere keeps a live link to every Mosquitto broker of an organisation, and shows which brokers are up,
//! which are down, and why.
//!
//! The binary is the only place where concrete things are put together: see [`wiring`].

mod atomic_file;
mod audit_sinks;
mod cli;
mod clock;
mod config;
mod console;
mod data_dir;
mod database_lock;
mod descriptors;
mod http;
mod key_watch;
mod lifecycle;
mod memory;
mod metrics_log;
mod plain_file;
mod restore_target;
mod service;
mod telemetry;
mod tls;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let ended = match cli::Cli::try_parse() {
        Ok(cli) => cli.run(),
        Err(usage) => return cli::misused(&usage),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::status(&error),
    }
}
