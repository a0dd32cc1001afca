//! The web console: one page that is the same at every address, and the files it loads.
//!
//! Whoever serves the API brings the files ([`ConsoleFiles`]). Without any, all pages say so.

mod coding;
pub(crate) mod file;
mod files;
pub(crate) mod page;
mod weights;
mod without;

#[cfg(test)]
mod tests;

pub use files::ConsoleFiles;
