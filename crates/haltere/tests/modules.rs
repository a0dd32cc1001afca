//! Modules, types and functions are documented, and modules don't import each other in circles.
//!
//! The compiler's `missing_docs` would also require documentation of fields and variants whose names explain them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The circles that stay. `docs/ARCHITECTURE.md` has the reasons.
const CIRCLES: [&str; 4] = [
    "haltere-app: audit/account, audit/reads, audit/refusals, audit/test_windows, audit/writer",
    "haltere-app: policy/action, policy/table",
    "haltere-core: connection, connection_settings",
    "haltere: http/admission/handover, http/admission/pool, http/admission/slot",
];

/// What is not part of the program, or only for tests.
const FOR_TESTS: [&str; 7] =
    ["tests", "_tests", "testing", "test_support", "fixture", "fuzzing", "contract"];

/// A module as its path: `connections/create`, and the empty one for the crate itself.
type Module = Vec<String>;

/// The modules of each crate, with their code: without comments, and without what only tests use.
fn crates() -> BTreeMap<String, BTreeMap<Module, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry"));
    let names = folders.map(|folder| (folder.file_name().into_string().expect("a name"), folder));
    let shipped = names.filter(|(name, _)| name != "haltere-testkit");
    let modules = shipped.map(|(name, folder)| {
        let mut modules = BTreeMap::new();
        collect(&folder.path().join("src"), &mut Vec::new(), &mut modules);
        (name, modules)
    });
    modules.collect()
}

fn collect(folder: &Path, path: &mut Module, modules: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        if FOR_TESTS.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let is_root = ["mod", "lib", "main"].contains(&name.as_str());
        if !is_root {
            path.push(name);
        }
        if file.is_dir() {
            collect(&file, path, modules);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&file).expect("readable");
            assert!(text.starts_with("//!"), "{} says not what it is for", file.display());
            modules.insert(path.clone(), without_tests(&text));
        }
        if !is_root {
            path.pop();
        }
    }
}

/// Leaves out what is under `#[cfg(test)]`. Relies on the layout of rustfmt: an item ends at the indentation where it begins.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.trim_start().starts_with("#[cfg(") || !line.contains("test") {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let indentation = line.len() - line.trim_start().len();
        for line in lines.by_ref() {
            let is_item = line.len() - line.trim_start().len() == indentation;
            let is_over = line.ends_with(';') || line.ends_with('}') || line.ends_with("},");
            if is_item && is_over && !line.trim_start().starts_with("#[") {
                break;
            }
        }
    }
    kept
}

#[test]
fn modules_types_and_functions_are_documented() {
    let kinds = ["fn", "struct", "enum", "union", "trait", "type", "const", "static"];
    let mut bare = Vec::new();
    for (name, modules) in crates().into_iter().filter(|(name, _)| name != "haltere") {
        for (module, code) in modules {
            let (mut is_documented, mut is_trait, mut is_attribute) = (false, false, false);
            for line in code.lines() {
                let text = line.trim_start();
                let is_public = text.starts_with("pub ") || (is_trait && line.starts_with("    "));
                let mut words = text.split([' ', '(', '<', ':']);
                let kind = words.find(|word| !["pub", "async", "unsafe"].contains(word));
                let is_item = kind.is_some_and(|kind| kinds.contains(&kind));
                // Macros take the documentation as a parameter.
                if is_public && is_item && !is_documented && !text.contains('$') {
                    bare.push(format!("{name} {}: {text}", module.join("/")));
                }
                is_trait = (is_trait || text.starts_with("pub trait ")) && line != "}";
                is_attribute = (is_attribute || text.starts_with("#[")) && !text.ends_with(']');
                let is_attribute = is_attribute || text.ends_with(']');
                is_documented = text.starts_with("///") || (is_documented && is_attribute);
            }
        }
    }
    assert!(bare.is_empty(), "not documented: {bare:#?}");
}

#[test]
fn modules_import_each_other_in_no_other_circle() {
    let mut found = BTreeSet::new();
    for (name, modules) in crates() {
        let imports = imports(&modules);
        let reach: BTreeMap<_, _> =
            modules.keys().map(|it| (it, reachable(it, &imports))).collect();
        for module in modules.keys() {
            let circle = reach[module].iter().filter(|other| reach[*other].contains(module));
            let circle: Vec<_> = circle.map(|module| module.join("/")).collect();
            if circle.len() > 1 {
                found.insert(format!("{name}: {}", circle.join(", ")));
            }
        }
    }
    let found: Vec<_> = found.iter().map(String::as_str).collect();
    let mut expected = CIRCLES;
    expected.sort_unstable();
    assert_eq!(found, expected);
}

/// The modules that `module` reaches by one or more imports.
fn reachable(module: &Module, imports: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut next = vec![module];
    while let Some(module) = next.pop() {
        next.extend(imports[module].iter().filter(|it| reached.insert((*it).clone())));
    }
    reached
}

/// What each module imports from others, except from those it is in or that are in it. What a module exports again counts
/// as where it comes from.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let paths: BTreeMap<_, _> = modules.iter().map(|(it, code)| (it, paths_in(code))).collect();
    let mut exports = BTreeMap::new();
    for (module, paths) in &paths {
        for path in paths {
            let path = path.strip_prefix(&["self".to_owned()]).unwrap_or(path);
            let [child, .., name] = path else { continue };
            let child = [&module[..], std::slice::from_ref(child)].concat();
            if modules.contains_key(&child) {
                let home = [&module[..], &path[..path.len() - 1]].concat();
                exports.insert([&module[..], std::slice::from_ref(name)].concat(), home);
            }
        }
    }
    let imports = paths.iter().map(|(module, paths)| {
        let homes = paths.iter().filter_map(|path| home(module, path, modules, &exports));
        let others = homes.filter(|home| !home.starts_with(module) && !module.starts_with(home));
        ((*module).clone(), others.collect())
    });
    imports.collect()
}

/// The module in which `path` ends, seen from `module`.
fn home(
    module: &Module,
    path: &[String],
    modules: &BTreeMap<Module, String>,
    exports: &BTreeMap<Module, Module>,
) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let (mut home, rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "super" => (module[..module.len() - ups].to_vec(), &path[ups..]),
        "self" => (module.clone(), &path[1..]),
        _ => (module.clone(), path),
    };
    for part in rest {
        let inner = [&home[..], std::slice::from_ref(part)].concat();
        if modules.contains_key(&inner) {
            home = inner;
            continue;
        }
        let mut name = inner;
        while let Some(exported) = exports.get(&name) {
            home.clone_from(exported);
            name = [&home[..], std::slice::from_ref(part)].concat();
        }
        break;
    }
    Some(home)
}

/// The paths in `use` items, and those that begin with `crate` or `super` anywhere.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let is_item = code[..at].ends_with(['\n', ' ', ')']) || at == 0;
        if let Some((tree, _)) = code[at + 4..].split_once(';').filter(|_| is_item) {
            expand(tree, &[], &mut paths);
        }
    }
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let end = code[at..].find(|c| !is_name(c)).unwrap_or(code.len() - at);
            // Otherwise a group follows, in a `use` item.
            if !code[at..at + end].ends_with("::") {
                expand(&code[at..at + end], &[], &mut paths);
            }
        }
    }
    paths
}

/// All paths of a `use` tree.
fn expand(tree: &str, before: &[String], paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let (path, group) =
        tree.split_once('{').map_or((tree, None), |(path, rest)| (path, Some(rest)));
    let path = path.split(" as ").next().unwrap_or_default();
    let parts = path.split("::").map(str::trim).filter(|part| !part.is_empty());
    let path: Vec<_> = before.iter().cloned().chain(parts.map(str::to_owned)).collect();
    let Some(group) = group else { return paths.push(path) };
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                if !group[start..at].trim().is_empty() {
                    expand(&group[start..at], &path, paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}
