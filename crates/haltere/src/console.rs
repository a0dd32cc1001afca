//! The web console, as `make console` has built it: inside the binary, but for debug builds, which read
//! it from the checkout whenever it is asked for.

use haltere_api::ConsoleFiles;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true] // without it, all pages say so; build.rs knows where that must not be
struct Dist;

/// Its files.
pub(crate) fn files() -> ConsoleFiles {
    ConsoleFiles::new(|path| Dist::get(path).map(|file| file.data))
}
