//! The web console: one page that is the same at every address, and the files it loads.
//!
//! The binary provides the files ([`ConsoleFiles`]). Without any, all pages say so.

mod compression_preference;
pub(crate) mod file;
mod files;
pub(crate) mod page;
mod placeholder;

#[cfg(test)]
mod tests;

pub use files::ConsoleFiles;
