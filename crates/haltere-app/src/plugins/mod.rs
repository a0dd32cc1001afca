//! Plugins: features that can be switched off.

mod list;
mod switch;
mod switches;

pub use list::{PluginSource, PluginState};
pub use switch::SwitchPluginError;

pub(crate) use switches::Switches;
