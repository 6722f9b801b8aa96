//! A catalog file: several entities, of which each stands alone.

use super::entity::{Entity, Flaw, Home, Place, component};
use crate::sources::Problem;
use delivery::domain::CatalogComponent;

/// No file that is larger is read: catalogs are written by hand.
const LARGEST: usize = 512 * 1024;

/// What a file holds.
#[derive(Debug, Default)]
pub struct CatalogFile {
    /// The components.
    pub components: Vec<CatalogComponent>,
    /// Other files, by their path from the repository's root, that it points to.
    pub targets: Vec<String>,
    /// What of it could not be used.
    pub problems: Vec<Problem>,
}

/// Reads the file at `path` of a repository that bears these names; the annotation `template` names
/// the template of a component. What cannot be read is left out alone.
pub fn read_catalog_file(path: &str, text: &str, names: &[&str], template: &str) -> CatalogFile {
    let mut read = CatalogFile::default();
    if text.len() > LARGEST {
        read.problems.push(Problem::TooLarge);
        return read;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (start, document) in documents(text) {
        let entity: Entity = match serde_saphyr::from_str(&document) {
            Ok(entity) => entity,
            // The error's text may quote what it met, which may name a person.
            Err(error) => {
                let within = error.location().map_or(1, |location| location.line());
                let line = start + within.max(1) - 1;
                read.problems.push(Problem::Malformed(format!("line {line} is no entity in YAML")));
                continue;
            }
        };
        let (component, flaws) = component(&entity, Place::File(Home { folder, names }));
        let name = format!("`{}`", entity.name());
        read.problems.extend(flaws.into_iter().map(|flaw| match flaw {
            Flaw::NoName => Problem::NoName(name.clone()),
            Flaw::NoTeam => Problem::NoTeam(name.clone()),
            Flaw::NoRepository => Problem::NoRepository(name.clone()),
        }));
        let template = component.as_ref().and_then(|_| entity.template(template));
        read.components.extend(component.map(|one| CatalogComponent { template, ..one }));
        let targets = entity.relative_targets().into_iter();
        read.targets.extend(targets.filter_map(|target| resolve(folder, target)));
    }
    read
}

/// The documents of a file with their first lines' numbers. Lines of `---` part them; those without
/// content are left out.
fn documents(text: &str) -> Vec<(u64, String)> {
    let mut documents = vec![(1, String::new())];
    for (number, line) in (1..).zip(text.lines()) {
        let is_start = line.trim_end() == "---" || line.starts_with("--- ");
        let is_end = line.trim_end() == "...";
        if is_start || is_end {
            let rest = line.strip_prefix("--- ").unwrap_or_default();
            documents.push((number, format!("{rest}\n")));
        } else if let Some((_, last)) = documents.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    let is_empty = |document: &String| {
        document.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    };
    documents.retain(|(_, document)| !is_empty(document));
    documents
}

/// A relative target as a path from the root; nothing where it leads out of the repository, or is
/// a pattern.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            part => path.push(part),
        }
    }
    let path = path.join("/");
    (!path.is_empty() && !path.contains(['*', '?', '['])).then_some(path)
}

#[cfg(test)]
#[path = "catalog_file_tests.rs"]
mod tests;
