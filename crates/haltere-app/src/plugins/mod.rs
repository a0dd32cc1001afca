//! Plugins: features that can be switched off.

mod effect;
mod list;
mod switch;
mod switches;

pub use effect::{PluginEffect, Switched, TlsEffect};
pub use list::{PluginSource, PluginState};
pub use switch::SwitchPluginError;

pub(crate) use switches::Switches;
