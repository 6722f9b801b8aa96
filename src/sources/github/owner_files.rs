//! Catalog files, `CODEOWNERS` and workflow files of many repositories, read where a head has moved.
//!
//! Absent here: how it is told that one has (`owner_cursor.rs`).

use super::client::Client;
use super::files::{Depth, Listing, Text, list, read};
use super::owner_cursor::{Cursor, Question};
use super::parse::{Calls, OWNER_PLACES, WORKFLOWS, codeowners};
use super::repositories::names_of;
use crate::sources::{Problem, SourceError, read_catalog_file};
use delivery::domain::{Claim, ClaimSource, Claims, RepoId, Repository};
use std::collections::{BTreeMap, BTreeSet};

/// The names of catalog files.
const CATALOG_NAMES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];
/// No more catalog files of a repository are read, and as many that these point to.
const MOST_CATALOG_FILES: usize = 500;
/// No more workflow files of a repository are read.
const MOST_WORKFLOW_FILES: usize = 500;

/// What the files of one repository said.
#[derive(Debug)]
pub struct FilesRead {
    /// The repository.
    pub repo: RepoId,
    /// What they say; nothing where they are as they were.
    pub claims: Vec<Claims>,
    /// Parts that could not be used, with their files.
    pub problems: Vec<(ClaimSource, String, Problem)>,
    /// From where to go on.
    pub cursor: String,
}

/// Whether a file may be one of those that are read, by its path alone.
pub(super) fn is_owner_file(path: &str) -> bool {
    is_catalog(path) || OWNER_PLACES.contains(&path) || is_workflow_file(path)
}

/// A repository on its way.
struct Work<'a> {
    repo: &'a Repository,
    listing: Listing,
    known: Option<Cursor>,
    texts: BTreeMap<String, Text>,
    /// Catalog files that are not read, by the first of those that were found together.
    left_out: BTreeMap<String, usize>,
    /// Whether there are more workflow files than are read.
    has_more_workflows: bool,
    failure: Option<SourceError>,
}

/// Reads what has changed of `repos`, each with its cursor. The order is kept; an error concerns the
/// whole source.
pub(super) async fn owner_files(
    client: &Client,
    repos: &[(&Repository, Option<&str>)],
    question: Question<'_>,
) -> Result<Vec<Result<FilesRead, SourceError>>, SourceError> {
    let wanted = question.wanted;
    let listed: Vec<&Repository> = repos.iter().map(|(repo, _)| *repo).collect();
    let is_wanted = |path: &str| {
        (wanted.catalog && is_catalog(path)) || (wanted.codeowners && OWNER_PLACES.contains(&path))
    };
    // A repository of which files deep down are known never loses them to a listing without depth.
    let is_shallow = |repo: &Repository| {
        let cursor =
            repos.iter().find(|(one, _)| one.id == repo.id).and_then(|(_, cursor)| *cursor);
        let known = Cursor::read(cursor).map(|known| known.files).unwrap_or_default();
        known.keys().all(|path| path.matches('/').count() < 2)
    };
    let depth = if wanted.catalog { Depth::Bearable(&is_shallow) } else { Depth::Shallow };
    let listings = list(client, &listed, depth, wanted.workflows, is_wanted).await?;
    let mut works: Vec<Work<'_>> = Vec::new();
    for ((repo, cursor), found) in repos.iter().zip(listings) {
        let known = Cursor::read(*cursor).filter(|known| known.answers(question));
        let (failure, (mut listing, left_out)) = match found {
            Ok(found) => (None, only_counting(found)),
            Err(error) => (Some(error), Default::default()),
        };
        let workflows = leave_out(&mut listing, is_workflow_file, MOST_WORKFLOW_FILES);
        let has_more_workflows = workflows.is_some();
        let texts = BTreeMap::new();
        works.push(Work { repo, listing, known, texts, left_out, has_more_workflows, failure });
    }
    let listed = works.iter().map(|work| work.listing.keys().cloned().collect()).collect();
    read_round(client, &mut works, listed).await?;
    // Locations may point further than the listing reaches.
    let further = works.iter_mut().map(targets).collect();
    read_round(client, &mut works, further).await?;
    Ok(works.into_iter().map(|work| work.finish(question)).collect())
}

fn is_catalog(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    CATALOG_NAMES.contains(&name)
}

/// Of the places for `CODEOWNERS` the first that is taken counts; catalog files all count, of which
/// those that are too many are told.
fn only_counting(mut listing: Listing) -> (Listing, BTreeMap<String, usize>) {
    let mut taken = OWNER_PLACES.iter().filter(|place| listing.contains_key(**place));
    taken.next();
    let passed_over: Vec<&str> = taken.copied().collect();
    listing.retain(|path, _| !passed_over.contains(&path.as_str()));
    let left_out = leave_out(&mut listing, is_catalog, MOST_CATALOG_FILES);
    (listing, left_out.into_iter().collect())
}

/// Leaves out files of a kind beyond the most that are read; gives the first of them, and how many
/// there are.
fn leave_out(
    listing: &mut Listing,
    is_one: impl Fn(&str) -> bool,
    most: usize,
) -> Option<(String, usize)> {
    let all = listing.keys().filter(|path| is_one(path));
    let (count, first) = (all.clone().count(), all.clone().nth(most).cloned()?);
    listing.retain(|path, _| !is_one(path) || *path < first);
    Some((first, count - most))
}

fn is_workflow_file(path: &str) -> bool {
    path.strip_prefix(WORKFLOWS).is_some_and(|rest| rest.starts_with('/') && !is_catalog(path))
}

/// The files that catalog files point to and that were not read yet.
fn targets(work: &mut Work<'_>) -> BTreeSet<String> {
    let catalogs = work.texts.iter().filter(|(path, _)| is_catalog(path));
    let texts = catalogs.filter_map(|(path, text)| match text {
        Text::Of(text) => Some((path, text)),
        Text::Missing | Text::Unreadable => None,
    });
    let found = texts.flat_map(|(path, text)| read_catalog_file(path, text, &[], "").targets);
    let mut unread: BTreeSet<String> =
        found.filter(|path| !work.texts.contains_key(path)).collect();
    if let Some(first) = unread.iter().nth(MOST_CATALOG_FILES).cloned() {
        let too_many = unread.split_off(&first);
        work.left_out.insert(first, too_many.len());
    }
    unread
}

/// Reads files of those repositories of which anything has changed.
async fn read_round(
    client: &Client,
    works: &mut [Work<'_>],
    paths: Vec<BTreeSet<String>>,
) -> Result<(), SourceError> {
    let changed = works.iter().zip(paths).enumerate().filter(|(_, (work, _))| work.has_changed());
    let asked: Vec<(usize, &Repository, String)> = changed
        .flat_map(|(at, (work, paths))| paths.into_iter().map(move |path| (at, work.repo, path)))
        .collect();
    let files: Vec<(&Repository, &str)> =
        asked.iter().map(|(_, repo, path)| (*repo, path.as_str())).collect();
    let texts = read(client, &files).await?;
    for ((at, _, path), text) in asked.into_iter().zip(texts) {
        match text {
            Ok(text) => {
                works[at].texts.insert(path, text);
            }
            Err(error) => works[at].failure = Some(error),
        }
    }
    Ok(())
}

impl Work<'_> {
    /// Whether anything is to be read: a listing that is as it was needs no reading.
    fn has_changed(&self) -> bool {
        let is_known = self
            .known
            .as_ref()
            .is_some_and(|known| known.files == self.listing && !known.points_further);
        self.failure.is_none() && !is_known
    }

    fn finish(self, question: Question<'_>) -> Result<FilesRead, SourceError> {
        let has_changed = self.has_changed();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let was_further = self.known.as_ref().is_some_and(|known| known.points_further);
        let is_further = self.texts.keys().any(|path| !self.listing.contains_key(path));
        let mut cursor = Cursor::new(question, self.listing, self.repo);
        cursor.points_further = if has_changed { is_further } else { was_further };
        let mut read = FilesRead {
            repo: self.repo.id,
            claims: Vec::new(),
            problems: Vec::new(),
            // It holds texts only, which can always be written.
            cursor: serde_json::to_string(&cursor).unwrap_or_default(),
        };
        if has_changed {
            let mut said = Said::default();
            for (path, text) in &self.texts {
                let (from, problems) = said.take(self.repo, path, text, question);
                let problems = problems.into_iter().map(|problem| (from, path.clone(), problem));
                read.problems.extend(problems);
            }
            for (first, left) in self.left_out {
                let problem = Problem::TooMany { left, read: MOST_CATALOG_FILES };
                read.problems.push((ClaimSource::CatalogFiles, first, problem));
            }
            let (calls, too_many) = said.calls.into_claims();
            let most = Problem::MoreThan(MOST_WORKFLOW_FILES, "files");
            let too_many = too_many.into_iter().chain(self.has_more_workflows.then_some(most));
            read.problems.extend(
                too_many.map(|problem| (ClaimSource::WorkflowFiles, WORKFLOWS.to_owned(), problem)),
            );
            let wanted = question.wanted;
            let told = [
                (wanted.catalog, ClaimSource::CatalogFiles, said.catalog),
                (wanted.codeowners, ClaimSource::CodeOwners, said.owners),
                (wanted.workflows, ClaimSource::WorkflowFiles, calls),
            ];
            let repo = Some(self.repo.id);
            let told = told.into_iter().filter(|(is_wanted, _, _)| *is_wanted);
            read.claims.extend(told.map(|(_, source, claims)| Claims { repo, source, claims }));
        }
        Ok(read)
    }
}

/// What the files of a repository say together.
#[derive(Default)]
struct Said {
    catalog: Vec<Claim>,
    owners: Vec<Claim>,
    calls: Calls,
}

impl Said {
    /// Takes over what a file says; returns what it is, and what of it could not be used.
    fn take(
        &mut self,
        repo: &Repository,
        path: &str,
        text: &Text,
        question: Question<'_>,
    ) -> (ClaimSource, Vec<Problem>) {
        let from = match path {
            path if OWNER_PLACES.contains(&path) => ClaimSource::CodeOwners,
            path if is_workflow_file(path) && question.wanted.workflows => {
                ClaimSource::WorkflowFiles
            }
            _ => ClaimSource::CatalogFiles,
        };
        let problems = match (text, from) {
            (Text::Missing, _) => Vec::new(),
            (Text::Unreadable, _) => vec![Problem::TooLarge],
            (Text::Of(text), ClaimSource::CodeOwners) => {
                let organization = repo.full_name.split('/').next().unwrap_or_default();
                let (owners, problems) = codeowners(text, organization);
                self.owners.extend(owners);
                problems
            }
            (Text::Of(text), ClaimSource::WorkflowFiles) => self.calls.add(text, question.owners),
            (Text::Of(text), _) => {
                let read = read_catalog_file(path, text, &names_of(repo), question.template);
                self.catalog.extend(read.components.into_iter().map(Claim::Component));
                read.problems
            }
        };
        (from, problems)
    }
}
