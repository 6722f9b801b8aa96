//! Whether what incidents are mapped to is a component of a repository that is collected.

use super::{Ownership, named};
use crate::config::Settings;
use delivery::domain::Repository;

/// Why `component` (`owner/repo` or `owner/repo/component`) names nothing of its repository; absent
/// where it names something, and where it is not known what there is.
pub(super) fn misnamed(
    settings: &Settings,
    owners: &Ownership,
    repository: &Repository,
    component: &str,
) -> Option<String> {
    let names = names(settings, owners, repository)?;
    let shown: Vec<&str> = names.iter().map(String::as_str).collect();
    let repo = &repository.full_name;
    // Former names are as long as they are.
    match component.splitn(3, '/').nth(2) {
        Some(part) if names.iter().any(|name| name.eq_ignore_ascii_case(part)) => None,
        Some(part) => Some(format!(
            "`{part}` is no component of {repo}, and maps nothing; there is {}",
            named(&shown)
        )),
        None if names.len() < 2 => None,
        None => Some(format!(
            "{repo} holds several components, and so it maps nothing; write one of them, such as \
             {repo}/{}",
            shown.first().copied().unwrap_or_default()
        )),
    }
}

/// The components of a repository, as far as they are known: those that are declared, else those that
/// the catalog has where these are several, else itself.
fn names(settings: &Settings, owners: &Ownership, repository: &Repository) -> Option<Vec<String>> {
    let declared = settings.components.of(repository);
    if !declared.is_empty() {
        return Some(declared.iter().map(|one| one.name.to_string()).collect());
    }
    if !owners.is_whole() {
        return None;
    }
    let entries = owners.claims_of(repository).deployed();
    let entries: Vec<String> = entries.map(|entry| entry.name.to_string()).collect();
    Some(match entries.len() {
        2.. => entries,
        _ => vec![repository.short_name().to_owned()],
    })
}
