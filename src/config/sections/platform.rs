//! `[platform]`: what a platform team watches of its own product, beside the catalog.

use super::github::organization;
use super::self_service;
use crate::config::keys::{Default, Key, Section};
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::{GitHubSettings, PlatformSettings};

pub(super) static SECTION: Section = Section {
    path: "platform",
    repeated: false,
    means: "What a platform team watches of its own product, beside the catalog: which reusable \
            workflows are called, how they are pinned, and how long infrastructure takes that teams \
            change themselves.",
    keys: &[
        Key {
            name: "workflow_files",
            value: "`true` or `false`",
            default: Default::Value("true"),
            means: "Whether the files in `.github/workflows` are read for \
                    `platform_workflow_references`: where the head of a default branch has moved, \
                    together with the files that tell owners, every `ownership.refresh_interval`.",
        },
        Key {
            name: "workflow_owners",
            value: "a list of organisations",
            default: Default::Value("[]"),
            means: "Whose reusable workflows are shown by name, beside those of the owners that \
                    `[[github]]` collects: `[\"actions\"]`. All others are counted together as \
                    `external`, since their owners may be people.",
        },
    ],
    tables: &["self_service"],
    later: &[],
};

pub(super) fn read(
    reader: &Reader<'_>,
    github: &[GitHubSettings],
    report: &Report,
) -> PlatformSettings {
    let written = reader.parsed_list("workflow_owners", organization).into_iter();
    let collected = github.iter().flat_map(|github| {
        let patterns = github.repositories.iter().filter_map(|pattern| pattern.owner());
        patterns.chain(github.organizations.iter().map(String::as_str))
    });
    let collected = collected.map(str::to_lowercase);
    PlatformSettings {
        workflow_files: reader.flag("workflow_files").unwrap_or_default(),
        self_service: self_service::read(reader, report),
        workflow_owners: collected.chain(written.map(|owner| owner.to_lowercase())).collect(),
    }
}
