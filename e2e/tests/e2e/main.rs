//! The real binary against real brokers. One executable, so that it is linked once; a file per
//! promise.

mod access;
mod anonymous;
mod audit;
mod backup;
mod bad_input;
mod config;
mod database;
mod disk;
mod doctor;
mod edge;
mod egress;
mod events;
mod failpoints;
mod first_start;
mod isolation;
mod login;
mod moving;
mod restart;
mod secrets;
mod shutdown;
mod support;
mod torture;
mod unreadable;
mod users;
mod walkthrough;
