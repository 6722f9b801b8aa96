//! Holds the source to the house's plan: imports run one way, every module says what it is for,
//! no file grows beyond reading, and the core stays pure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the root package, and what each may import beside itself and the core. `cli` (and
/// `main`, which is no room) see all.
const ROOMS: [(&str, &[&str]); 10] = [
    ("clock", &[]),
    ("config", &[]),
    ("sources", &["config", "clock"]),
    ("store", &["config"]),
    ("collect", &["sources", "store", "config", "clock"]),
    ("exposition", &["config"]),
    ("evaluate", &["store", "exposition", "config", "clock"]),
    ("serve", &["evaluate", "exposition", "store", "config", "clock"]),
    ("demo", &["config", "clock"]),
    (
        "cli",
        &[
            "clock",
            "collect",
            "config",
            "demo",
            "evaluate",
            "exposition",
            "serve",
            "sources",
            "store",
        ],
    ),
];

/// The rooms of the core, likewise.
const CORE_ROOMS: [(&str, &[&str]); 3] =
    [("domain", &[]), ("ledger", &["domain"]), ("measures", &["domain", "ledger"])];

/// Crates that belong to one room: a second user would be a second way to the outside.
const CONFINED: [(&str, &str); 2] = [("sqlx", "store"), ("octocrab", "sources")];

/// Dependencies of the core. A crate that is added here must do no input or output, read no clock
/// and know no wire format.
const PURE_CRATES: [&str; 0] = [];

/// Standard modules that the core does without.
const IMPURE_STD: &str = r"\bstd::(env|fs|io|net|process|thread|time)\b";

const LINE_LIMIT: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the project, with their text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The modules that lead to a file, from the crate's root: `src/store/rows/list.rs` is
/// `store`, `rows`, `list`.
fn module_path(file: &Path, base: &str) -> Vec<String> {
    let relative = file.strip_prefix(base).unwrap().with_extension("");
    let mut modules: Vec<String> =
        relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if matches!(modules.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        modules.pop();
    }
    modules
}

/// Paths from the crate's root that a module names, as their first two parts. Comments do not
/// count; braces and `super` do.
fn imports(text: &str, module: &[String]) -> BTreeSet<(String, Option<String>)> {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let start = Regex::new(r"\b(crate::|dora_exporter::|(?:super::)+)").unwrap();
    let mut found = BTreeSet::new();
    for start in start.find_iter(&code) {
        let ups = start.as_str().matches("super::").count();
        if ups > 0 && ups < module.len() {
            continue;
        }
        for path in paths(&code[start.end()..]) {
            let mut parts = path.split("::");
            let first = parts.next().unwrap_or("").to_owned();
            found.insert((first, parts.next().map(str::to_owned)));
        }
    }
    found
}

/// The paths that a `use` tree or a plain path begins with: `a::{b, c::d}` gives `a::b`, `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        let (mut depth, mut member, mut members) = (0, String::new(), Vec::new());
        for letter in group.chars() {
            match letter {
                '}' if depth == 0 => break,
                ',' if depth == 0 => members.push(std::mem::take(&mut member)),
                _ => {
                    depth += i32::from(letter == '{') - i32::from(letter == '}');
                    member.push(letter);
                }
            }
        }
        members.push(member);
        return members.iter().flat_map(|member| paths(member)).collect();
    }
    let end = tree.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let (name, rest) = tree.split_at(end.unwrap_or(tree.len()));
    if name.is_empty() {
        return Vec::new();
    }
    match rest.strip_prefix("::") {
        Some(rest) => {
            let deeper = paths(rest);
            if deeper.is_empty() {
                return vec![name.to_owned()];
            }
            deeper.into_iter().map(|path| format!("{name}::{path}")).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// Imports that a plan forbids, in words.
fn forbidden(base: &str, rooms: &[(&str, &[&str])]) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in sources(base) {
        let module = module_path(&file, base);
        let Some(room) = module.first() else { continue };
        let Some((_, allowed)) = rooms.iter().find(|(name, _)| name == room) else {
            problems.push(format!("{}: the plan has no room {room}", file.display()));
            continue;
        };
        for (import, _) in imports(&text, &module) {
            let is_room = rooms.iter().any(|(name, _)| *name == import);
            if is_room && import != *room && !allowed.contains(&import.as_str()) {
                problems.push(format!("{}: {room} must not import {import}", file.display()));
            }
        }
    }
    problems
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let module = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let text = "use crate::config::{A, b::C};\nuse crate::{clock::SharedClock, store};\n\
        // use crate::serve::X;\n/// See [`crate::cli`].\nlet x = dora_exporter::demo::run();\n\
        use super::super::evaluate::Y;\nuse super::collect;";
    let firsts: BTreeSet<String> =
        imports(text, &module("sources/github")).into_iter().map(|(first, _)| first).collect();
    assert_eq!(
        firsts.iter().map(String::as_str).collect::<Vec<_>>(),
        ["clock", "config", "demo", "evaluate", "store"]
    );
    assert!(imports("use super::collect;", &module("sources")).contains(&("collect".into(), None)));
    let file = Path::new("src/store/rows/mod.rs");
    assert_eq!(module_path(file, "src"), ["store", "rows"]);
}

#[test]
fn imports_between_rooms_run_one_way() {
    assert_none(&forbidden("src", &ROOMS));
    assert_none(&forbidden("crates/delivery/src", &CORE_ROOMS));
}

#[test]
fn no_source_knows_another_source() {
    let mut problems = Vec::new();
    let named: BTreeSet<String> = fs::read_dir(root().join("src/sources"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    for (file, text) in sources("src/sources") {
        let module = module_path(&file, "src");
        for (_, part) in imports(&text, &module).into_iter().filter(|(room, _)| room == "sources") {
            if let Some(other) = part.filter(|part| named.contains(part))
                && module.get(1).is_some_and(|own| named.contains(own) && *own != other)
            {
                problems.push(format!("{}: knows the source {other}", file.display()));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_ways_to_the_outside_stay_in_their_rooms() {
    let mut problems = Vec::new();
    for (name, home) in CONFINED {
        let used = Regex::new(&format!(r"(?m)^[^/\n]*\b{name}::")).unwrap();
        for (file, text) in sources("src") {
            let module = module_path(&file, "src");
            if used.is_match(&text) && module.first().is_none_or(|room| room != home) {
                problems.push(format!("{}: {name} belongs to {home}", file.display()));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_core_does_no_input_or_output() {
    let manifest = fs::read_to_string(root().join("crates/delivery/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut problems = Vec::new();
    for section in ["dependencies", "build-dependencies"] {
        let table = manifest.get(section).and_then(toml::Value::as_table);
        for name in table.into_iter().flat_map(toml::Table::keys) {
            if !PURE_CRATES.contains(&name.as_str()) {
                problems.push(format!("crates/delivery depends on {name}, not named as pure"));
            }
        }
    }
    let impure = Regex::new(IMPURE_STD).unwrap();
    for (file, text) in sources("crates/delivery/src") {
        if let Some(found) = impure.find(&text) {
            problems.push(format!("{}: uses {}", file.display(), found.as_str()));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut problems = Vec::new();
    for (file, text) in sources("src").into_iter().chain(sources("crates")) {
        let is_test = file.iter().any(|part| part == "tests" || part == "tests.rs");
        let purpose = text.lines().find_map(|line| line.strip_prefix("//!")).unwrap_or("");
        if !is_test && purpose.trim().len() < 10 {
            problems.push(format!("{}: no `//!` that tells its purpose", file.display()));
        }
    }
    assert_none(&problems);
}

#[test]
fn no_file_grows_beyond_reading() {
    let mut problems = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        for (file, text) in sources(folder) {
            let lines = text.lines().count();
            if lines > LINE_LIMIT {
                problems.push(format!("{}: {lines} lines, at most {LINE_LIMIT}", file.display()));
            }
        }
    }
    assert_none(&problems);
}
