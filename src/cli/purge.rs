//! `purge`: removes what the store holds of a repository.

use super::output;
use super::store_args::PurgeArgs;
use crate::config;
use crate::store::{Purged, Store};
use anyhow::{anyhow, bail};
use delivery::domain::Repository;
use std::fmt::Write;
use std::sync::Arc;

/// How many of the store's repositories are named where one is not found.
const NAMED: usize = 10;

/// Removes the repositories and surveys that were named; nothing where one of them is not there.
pub async fn run(args: PurgeArgs) -> anyhow::Result<()> {
    let path = config::load_store(&args.store.sources())?.path;
    if !path.exists() {
        bail!(
            "store {}: there is no such file, so nothing was removed; name it by --store, or by \
             --config the configuration that does",
            path.display()
        );
    }
    let store = Store::open(&path).await?;
    let known = store.repositories().await?;
    let mut wanted = Vec::new();
    for name in &args.repo {
        let found: Vec<&Repository> =
            known.iter().filter(|known| known.full_name.eq_ignore_ascii_case(name)).collect();
        if found.is_empty() {
            bail!("{}; nothing was removed", not_found(name, &known));
        }
        wanted.extend(found);
    }
    wanted.sort_by_key(|repository| repository.id);
    wanted.dedup_by_key(|repository| repository.id);
    let surveys = surveys(&store, &args.survey).await?;
    let mut report = String::new();
    for repository in wanted {
        let purged = store.purge(repository.id, args.counters).await?;
        describe(&mut report, &repository.full_name, &purged, args.counters);
    }
    store.remove_surveys(&surveys).await?;
    store.close().await;
    for survey in &surveys {
        let _ = writeln!(
            report,
            "{survey}: removed with all answers. If it is imported again, whatever Prometheus has \
             scraped of it can be compared with what is shown then."
        );
    }
    if args.repo.is_empty() {
        return output::print(&report);
    }
    report.push_str(
        "Where the configuration still asks for a repository, the next start collects it anew: \
         name it in github.exclude to prevent that.\n",
    );
    output::print(&report)
}

/// The stored surveys of these names.
async fn surveys(store: &Store, names: &[String]) -> anyhow::Result<Vec<Arc<str>>> {
    let known: Vec<Arc<str>> = store.surveys().await?.into_iter().map(|one| one.name).collect();
    let find = |name: &String| {
        let found = known.iter().find(|known| known.eq_ignore_ascii_case(name)).cloned();
        found.ok_or_else(|| {
            let held = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            anyhow!("the store holds no survey `{name}`; it holds {held}; nothing was removed")
        })
    };
    names.iter().map(find).collect()
}

fn not_found(name: &str, known: &[Repository]) -> String {
    let was = |repository: &&Repository| {
        repository.former_names.iter().any(|former| former.eq_ignore_ascii_case(name))
    };
    if let Some(repository) = known.iter().find(was) {
        return format!("`{name}` is called {} now; write that", repository.full_name);
    }
    let mut names: Vec<&str> = known.iter().map(|repository| &*repository.full_name).collect();
    names.sort_unstable();
    let more = if names.len() > NAMED { ", …" } else { "" };
    names.truncate(NAMED);
    match names.as_slice() {
        [] => format!("the store holds no repository, and so not `{name}`"),
        names => format!("the store holds no `{name}`; it holds {}{more}", names.join(", ")),
    }
}

fn describe(report: &mut String, name: &str, purged: &Purged, counters: bool) {
    let mut removed = purged.facts.clone();
    if counters {
        removed.extend(&purged.counted);
    }
    let removed: Vec<String> = removed
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(kind, rows)| format!("{rows} × {kind}"))
        .collect();
    // Writing to a string cannot fail.
    let _ = writeln!(report, "{name}: removed {}.", removed.join(", "));
    let settled: u64 = purged.counted.iter().map(|(_, rows)| rows).sum();
    if !counters && settled > 0 {
        let _ = writeln!(
            report,
            "{name}: kept what its counters have counted ({settled} rows), so that sums over it do \
             not fall; --counters removes that too."
        );
    }
}
