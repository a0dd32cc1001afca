//! Looks whether the web console is there to be embedded; nothing is built here, least of all with npm.

use std::env;
use std::path::Path;

/// Set where a binary without the console must not come about, as in what is released.
const REQUIRED: &str = "HALTERE_REQUIRE_CONSOLE";

fn main() {
    println!("cargo::rerun-if-env-changed={REQUIRED}");
    let is_there = Path::new("../../web/dist/index.html").is_file();
    if !is_there && env::var_os(REQUIRED).is_some() {
        println!("cargo::error=the web console is not built: `make console` writes it to web/dist");
    }
    // A debug build reads the folder when it runs, but only if it was there when it was built.
    let watched = if !is_there {
        "../../web"
    } else if env::var_os("PROFILE").is_some_and(|profile| profile == "debug") {
        "build.rs"
    } else {
        "../../web/dist"
    };
    println!("cargo::rerun-if-changed={watched}");
}
