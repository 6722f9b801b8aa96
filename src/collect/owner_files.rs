//! Reading the files that say whose repositories are, and which workflows they call: those of
//! repositories whose heads have moved.

use super::{Collect, CollectError};
use crate::config::OwnershipSource;
use crate::sources::SourceError;
use crate::sources::github::{FilesRead, OwnerFiles};
use crate::store::{CursorOf, CursorUpdate};
use delivery::domain::{ClaimSource, Fact, RepoId, Repository};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many repositories' files are read before what they say is stored.
const REPOSITORIES_AT_ONCE: usize = 500;

impl Collect {
    /// The files that are asked for.
    pub(super) fn wanted_files(&self) -> OwnerFiles {
        let order = &self.around.ownership.order;
        OwnerFiles {
            catalog: order.contains(&OwnershipSource::Catalog),
            codeowners: order.contains(&OwnershipSource::CodeOwners),
            workflows: self.around.platform.workflow_files,
        }
    }

    /// Reads the files of those of the repositories whose heads have moved; gives a failure of each source that
    /// had one. A repository whose files cannot be read keeps what they said.
    pub(super) async fn read_owner_files(
        &mut self,
        wanted: OwnerFiles,
        of: impl Fn(RepoId) -> bool,
    ) -> Result<BTreeMap<ClaimSource, CollectError>, CollectError> {
        let source = Arc::clone(&self.source);
        let moved: Vec<(Repository, Option<String>)> = self
            .active()
            .filter(|tracked| of(tracked.repository.id))
            .map(|tracked| (tracked.as_probed(), tracked.owner_files.clone()))
            .filter(|(repo, cursor)| {
                source.owner_files_may_have_news(repo, cursor.as_deref(), wanted)
            })
            .collect();
        let mut failures = BTreeMap::new();
        for some in moved.chunks(REPOSITORIES_AT_ONCE) {
            let asked: Vec<(&Repository, Option<&str>)> =
                some.iter().map(|(repo, cursor)| (repo, cursor.as_deref())).collect();
            let mut facts = Vec::new();
            let mut cursors = Vec::new();
            let read = match source.owner_files(&asked, wanted).await {
                Ok(read) => read,
                Err(error) => {
                    note_failure_of_files(&mut failures, wanted, &error);
                    break;
                }
            };
            for read in read {
                match read {
                    Ok(read) => {
                        self.tell_problems(&read);
                        facts.extend(read.claims.into_iter().map(Fact::Claims));
                        let (repo, of) = (read.repo, CursorOf::OwnerFiles);
                        cursors.push(CursorUpdate { repo, of, cursor: read.cursor });
                    }
                    Err(SourceError::NotFound { .. }) => {}
                    Err(error) => note_failure_of_files(&mut failures, wanted, &error),
                }
            }
            self.around.store.commit(&facts, &cursors).await?;
            facts.iter().for_each(|fact| self.absorb(fact));
            cursors.into_iter().for_each(|update| {
                self.resume(update.repo, update.of, update.cursor);
            });
        }
        Ok(failures)
    }

    /// Counts and logs what of the files of a repository could not be used: once, since they are
    /// read only when they change.
    fn tell_problems(&self, read: &FilesRead) {
        let name = self.tracked.get(&read.repo).map(|tracked| &*tracked.repository.full_name);
        for (from, path, problem) in &read.problems {
            let (source, reason) = (self.source.name(), problem.reason());
            self.around.observer.claims_failed(source, *from, reason);
            let from = from.name();
            tracing::warn!(source, from, repo = name, path, reason, "{path} {problem}");
        }
    }
}

/// A failure of all kinds of files, since they are read together; each shows it.
fn note_failure_of_files(
    failures: &mut BTreeMap<ClaimSource, CollectError>,
    wanted: OwnerFiles,
    error: &SourceError,
) {
    for from in files_of(wanted) {
        failures.entry(from).or_insert_with(|| CollectError::Source(error.clone()));
    }
}

/// The sources that the wanted files are.
pub(super) fn files_of(wanted: OwnerFiles) -> impl Iterator<Item = ClaimSource> {
    let catalog = wanted.catalog.then_some(ClaimSource::CatalogFiles);
    let codeowners = wanted.codeowners.then_some(ClaimSource::CodeOwners);
    let workflows = wanted.workflows.then_some(ClaimSource::WorkflowFiles);
    catalog.into_iter().chain(codeowners).chain(workflows)
}
