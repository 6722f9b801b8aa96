//! Catalog files and `CODEOWNERS` of many repositories, read where a head has moved.

use super::client::Client;
use super::files::{Depth, Listing, Text, list, read};
use super::parse::{OWNER_PLACES, codeowners};
use super::repositories::names_of;
use crate::sources::{Problem, SourceError, read_catalog_file};
use delivery::domain::{Claim, ClaimSource, Claims, RepoId, Repository};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The names of catalog files.
const CATALOG_NAMES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];
/// No more catalog files of a repository are read, and as many that these point to.
const MOST_CATALOG_FILES: usize = 500;

/// Which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerFiles {
    /// Catalog files.
    pub catalog: bool,
    /// `CODEOWNERS`.
    pub codeowners: bool,
}

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

/// What was read last.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    head: Option<String>,
    /// Which files were read.
    catalog: bool,
    codeowners: bool,
    /// Their object ids.
    files: Listing,
    /// Whether they point to files that no listing shows.
    #[serde(default)]
    points_further: bool,
}

impl Cursor {
    fn read(text: Option<&str>) -> Option<Cursor> {
        serde_json::from_str(text?).ok()
    }

    fn answers(&self, wanted: OwnerFiles) -> bool {
        self.catalog == wanted.catalog && self.codeowners == wanted.codeowners
    }
}

/// Whether files may have changed since the cursor was made. A head that nobody has seen since the
/// start is no news.
pub(super) fn have_news(repo: &Repository, cursor: Option<&str>, wanted: OwnerFiles) -> bool {
    let head = repo.head.map(|head| head.to_string());
    let has_moved = |known: &Cursor| head.is_some() && known.head != head;
    Cursor::read(cursor).is_none_or(|known| !known.answers(wanted) || has_moved(&known))
}

/// Whether a file may say whose a repository is, by its path alone.
pub(super) fn is_owner_file(path: &str) -> bool {
    is_catalog(path) || OWNER_PLACES.contains(&path)
}

/// A repository on its way.
struct Work<'a> {
    repo: &'a Repository,
    listing: Listing,
    known: Option<Cursor>,
    texts: BTreeMap<String, Text>,
    /// Catalog files that are not read, by the first of those that were found together.
    left_out: BTreeMap<String, usize>,
    failure: Option<SourceError>,
}

/// Reads what has changed of `repos`, each with its cursor. The order is kept; an error concerns the
/// whole source.
pub(super) async fn owner_files(
    client: &Client,
    repos: &[(&Repository, Option<&str>)],
    wanted: OwnerFiles,
) -> Result<Vec<Result<FilesRead, SourceError>>, SourceError> {
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
    let listings = list(client, &listed, depth, is_wanted).await?;
    let mut works: Vec<Work<'_>> = Vec::new();
    for ((repo, cursor), found) in repos.iter().zip(listings) {
        let known = Cursor::read(*cursor).filter(|known| known.answers(wanted));
        let (listing, texts) = (Listing::new(), BTreeMap::new());
        let mut work =
            Work { repo, listing, known, texts, left_out: BTreeMap::new(), failure: None };
        match found {
            Ok(found) => (work.listing, work.left_out) = only_counting(found),
            Err(error) => work.failure = Some(error),
        }
        works.push(work);
    }
    let listed = works.iter().map(|work| work.listing.keys().cloned().collect()).collect();
    read_round(client, &mut works, listed).await?;
    // Locations may point further than the listing reaches.
    let further = works.iter_mut().map(targets).collect();
    read_round(client, &mut works, further).await?;
    Ok(works.into_iter().map(|work| work.finish(wanted)).collect())
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
    let mut left_out = BTreeMap::new();
    let catalogs = listing.keys().filter(|path| is_catalog(path));
    let (count, first) = (catalogs.clone().count(), catalogs.clone().nth(MOST_CATALOG_FILES));
    if let Some(first) = first.cloned() {
        listing.retain(|path, _| !is_catalog(path) || *path < first);
        left_out.insert(first, count - MOST_CATALOG_FILES);
    }
    (listing, left_out)
}

/// The files that catalog files point to and that were not read yet.
fn targets(work: &mut Work<'_>) -> BTreeSet<String> {
    let catalogs = work.texts.iter().filter(|(path, _)| is_catalog(path));
    let texts = catalogs.filter_map(|(path, text)| match text {
        Text::Of(text) => Some((path, text)),
        Text::Missing | Text::Unreadable => None,
    });
    let found = texts.flat_map(|(path, text)| read_catalog_file(path, text, &[]).targets);
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

    fn finish(self, wanted: OwnerFiles) -> Result<FilesRead, SourceError> {
        let has_changed = self.has_changed();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let was_further = self.known.as_ref().is_some_and(|known| known.points_further);
        let is_further = self.texts.keys().any(|path| !self.listing.contains_key(path));
        let cursor = Cursor {
            points_further: if has_changed { is_further } else { was_further },
            head: self.repo.head.map(|head| head.to_string()),
            catalog: wanted.catalog,
            codeowners: wanted.codeowners,
            files: self.listing,
        };
        let mut read = FilesRead {
            repo: self.repo.id,
            claims: Vec::new(),
            problems: Vec::new(),
            // It holds texts only, which can always be written.
            cursor: serde_json::to_string(&cursor).unwrap_or_default(),
        };
        if has_changed {
            let (mut catalog, mut owners) = (Vec::new(), Vec::new());
            for (path, text) in &self.texts {
                let is_owners = OWNER_PLACES.contains(&path.as_str());
                let from =
                    if is_owners { ClaimSource::CodeOwners } else { ClaimSource::CatalogFiles };
                let (claims, problems) = match text {
                    Text::Missing => (Vec::new(), Vec::new()),
                    Text::Unreadable => (Vec::new(), vec![Problem::TooLarge]),
                    Text::Of(text) if is_owners => owners_of(self.repo, text),
                    Text::Of(text) => components_of(self.repo, path, text),
                };
                let problems = problems.into_iter().map(|problem| (from, path.clone(), problem));
                read.problems.extend(problems);
                if is_owners { owners.extend(claims) } else { catalog.extend(claims) }
            }
            for (first, left) in self.left_out {
                let problem = Problem::TooMany { left, read: MOST_CATALOG_FILES };
                read.problems.push((ClaimSource::CatalogFiles, first, problem));
            }
            let repo = Some(self.repo.id);
            let claims = |source, claims| Claims { repo, source, claims };
            if wanted.catalog {
                read.claims.push(claims(ClaimSource::CatalogFiles, catalog));
            }
            if wanted.codeowners {
                read.claims.push(claims(ClaimSource::CodeOwners, owners));
            }
        }
        Ok(read)
    }
}

fn owners_of(repo: &Repository, text: &str) -> (Vec<Claim>, Vec<Problem>) {
    codeowners(text, repo.full_name.split('/').next().unwrap_or_default())
}

fn components_of(repo: &Repository, path: &str, text: &str) -> (Vec<Claim>, Vec<Problem>) {
    let read = read_catalog_file(path, text, &names_of(repo));
    (read.components.into_iter().map(Claim::Component).collect(), read.problems)
}
