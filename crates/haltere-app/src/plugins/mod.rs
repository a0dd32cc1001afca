//! Plugins: features that can be switched off.

mod list;
mod switch;

pub use list::{PluginSource, PluginState};
pub use switch::SwitchPluginError;
