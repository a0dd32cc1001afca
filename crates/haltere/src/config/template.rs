//! `haltere config template`: a file to start from.

use confique::toml::FormatOptions;

use super::Settings;

/// A TOML file that names every setting with its default, commented out.
pub(crate) fn template() -> String {
    confique::toml::template::<Settings>(FormatOptions::default())
}
