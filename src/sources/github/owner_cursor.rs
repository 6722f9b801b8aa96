//! Which files of a repository are read, and whether there may be news of them.

use super::files::Listing;
use delivery::domain::Repository;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerFiles {
    /// Catalog files.
    pub catalog: bool,
    /// `CODEOWNERS`.
    pub codeowners: bool,
    /// Workflow files.
    pub workflows: bool,
}

/// What is asked of the files.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// Which are read.
    pub(super) wanted: OwnerFiles,
    /// The annotation that names a component's template.
    pub(super) template: &'a str,
    /// Whose workflows have names, in lower case.
    pub(super) owners: &'a BTreeSet<String>,
}

/// What was read last.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    head: Option<String>,
    /// Which files were read.
    catalog: bool,
    codeowners: bool,
    /// Whose workflows had names, where workflow files were read.
    #[serde(default)]
    workflow_owners: Option<BTreeSet<String>>,
    /// The annotation of templates, where catalog files were read.
    #[serde(default)]
    template: Option<String>,
    /// Their object ids.
    pub(super) files: Listing,
    /// Whether they point to files that no listing shows.
    #[serde(default)]
    pub(super) points_further: bool,
}

impl Cursor {
    pub(super) fn read(text: Option<&str>) -> Option<Cursor> {
        serde_json::from_str(text?).ok()
    }

    /// Of what was asked, with what was read.
    pub(super) fn new(question: Question<'_>, files: Listing, repo: &Repository) -> Cursor {
        let Question { wanted, template, owners } = question;
        Cursor {
            head: repo.head.map(|head| head.to_string()),
            catalog: wanted.catalog,
            codeowners: wanted.codeowners,
            workflow_owners: wanted.workflows.then(|| owners.clone()),
            template: wanted.catalog.then(|| template.to_owned()),
            files,
            points_further: false,
        }
    }

    pub(super) fn answers(&self, question: Question<'_>) -> bool {
        let Question { wanted, template, owners } = question;
        self.catalog == wanted.catalog
            && self.codeowners == wanted.codeowners
            && self.workflow_owners.as_ref() == wanted.workflows.then_some(owners)
            && self.template.as_deref() == wanted.catalog.then_some(template)
    }
}

/// Whether files may have changed since the cursor was made. A head that nobody has seen since the
/// start is no news.
pub(super) fn have_news(repo: &Repository, cursor: Option<&str>, question: Question<'_>) -> bool {
    let head = repo.head.map(|head| head.to_string());
    let has_moved = |known: &Cursor| head.is_some() && known.head != head;
    Cursor::read(cursor).is_none_or(|known| !known.answers(question) || has_moved(&known))
}
