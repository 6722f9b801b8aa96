//! Comments as Atlantis writes them, by its documentation, and what they come to.

use super::*;

/// When the pull request of every test is merged.
const MERGED: Time = Time(1_000);

const PLANNED: &str = "Ran Plan for dir: `network` workspace: `default`\n\n<details><summary>Show \
     Output</summary>\n\n```diff\nPlan: 1 to add, 0 to change, 0 to destroy.\n```\n\n* :arrow_forward: \
     To **apply** this plan, comment:\n    * `atlantis apply -d network`\n</details>\n";
const CLEAN: &str = "Ran Plan for dir: `network` workspace: `default`\n\n```diff\nNo changes. Your \
     infrastructure matches the configuration.\n```\n";
const APPLIED: &str = "Ran Apply for dir: `network` workspace: `default`\n\n```diff\n\
     aws_vpc.main: Creation complete after 2s\n\nApply complete! Resources: 1 added, 0 changed, 0 \
     destroyed.\n```\n";
const FAILED: &str = "Ran Apply for dir: `network` workspace: `default`\n\n**Apply Failed**: Pull \
     request must be approved by at least one person other than the author before running apply.\n";
const ERRORED: &str = "Ran Apply for dir: `network` workspace: `default`\n\n**Apply Error**\n\
     ```\nexit status 1: running \"terraform apply\"\n```\n";
const MERGES: &str = "Automatically merging because all plans have been successfully applied.";

const TWO_PLANNED: &str = "Ran Plan for 2 projects:\n\n1. project: `db` dir: `databases` workspace: \
     `prod`\n1. dir: `network` workspace: `default`\n---\n\n### 1. project: `db` dir: `databases` \
     workspace: `prod`\n```diff\nPlan: 0 to add, 1 to change, 0 to destroy.\n```\n\n---\n### 2. dir: \
     `network` workspace: `default`\n```diff\nPlan: 1 to add, 0 to change, 0 to destroy.\n```\n\n---\n\
     ### Plan Summary\n\n2 projects, 2 with changes, 0 with no changes, 0 failed\n";
const DB_APPLIED: &str = "Ran Apply for project: `db` dir: `databases` workspace: `prod`\n\n```diff\n\
     Apply complete! Resources: 0 added, 1 changed, 0 destroyed.\n```\n";
const BOTH_APPLIED: &str = "Ran Apply for 2 projects:\n\n1. project: `db` dir: `databases` workspace: \
     `prod`\n1. dir: `network` workspace: `default`\n---\n\n### 1. project: `db` dir: `databases` \
     workspace: `prod`\n```diff\nApply complete! Resources: 0 added, 1 changed, 0 destroyed.\n```\n\n\
     ---\n### 2. dir: `network` workspace: `default`\n```diff\nApply complete! Resources: 1 added, 0 \
     changed, 0 destroyed.\n```\n\n---\n### Apply Summary\n\n2 projects, 2 successful, 0 failed, 0 \
     errored\n";
const ONE_OF_TWO_ERRORED: &str = "Ran Apply for 2 projects:\n\n1. project: `db` dir: `databases` \
     workspace: `prod`\n1. dir: `network` workspace: `default`\n---\n\n### 1. project: `db` dir: \
     `databases` workspace: `prod`\n```diff\nApply complete! Resources: 0 added, 1 changed, 0 \
     destroyed.\n```\n\n---\n### 2. dir: `network` workspace: `default`\n**Apply Error**\n```\nexit \
     status 1\n```\n\n---\n### Apply Summary\n\n2 projects, 1 successful, 0 failed, 1 errored\n";
/// As it looked in its first versions.
const OLD: &str = "Ran Apply in dir: `.` workspace: `default`\n\n```diff\nApply complete!\n```\n";
/// A long output, which goes on in a second comment: there the second project failed.
const LONG: &str = "Ran Apply for 2 projects:\n\n1. project: `db` dir: `databases` workspace: `prod`\n\
     1. dir: `network` workspace: `default`\n\n### 1. project: `db` dir: `databases` workspace: `prod`\n\
     ```diff\nApply complete!\n```\n</details>\n\n**Warning**: Output length greater than max comment \
     size. Continued in next comment.";
const REST_ERRORED: &str = "Continued from previous comment.\n<details><summary>Show Output</summary>\n\n\
     ### 2. dir: `network` workspace: `default`\n**Apply Error**\n```\nexit status 1\n```\n";
const REST_APPLIED: &str = "Continued Apply from previous comment.\n### 2. dir: `network` workspace: \
     `default`\n```diff\nApply complete!\n```\n";

fn told(comments: &[(i64, &str)]) -> Told {
    atlantis(comments.iter().map(|(at, body)| (Time(*at), *body)), MERGED)
}

#[test]
fn one_project_is_applied_once_its_plan_is() {
    let at = |seconds| Told::Applied(Time(seconds));
    for (comments, expected) in [
        (&[][..], Told::Nothing),
        (
            &[(1, "atlantis apply"), (2, "> Ran Apply for dir: `network` workspace: `default`")],
            Told::Nothing,
        ),
        (&[(1, PLANNED)], Told::Waiting),
        (&[(1, PLANNED), (2, "atlantis apply"), (3, APPLIED)], at(3)),
        (&[(1, PLANNED), (3, APPLIED), (4, MERGES)], at(3)),
        (&[(3, APPLIED)], at(3)),
        (&[(3, OLD)], at(3)),
        (&[(1, PLANNED), (3, FAILED)], Told::Waiting),
        (&[(1, PLANNED), (3, ERRORED)], Told::Waiting),
        (&[(1, PLANNED), (3, FAILED), (5, ERRORED), (7, APPLIED)], at(7)),
        // What is planned anew has to be applied anew.
        (&[(1, PLANNED), (3, APPLIED), (5, PLANNED)], Told::Waiting),
        (&[(1, PLANNED), (3, APPLIED), (5, PLANNED), (7, APPLIED)], at(7)),
        (&[(1, PLANNED), (3, APPLIED), (5, CLEAN)], at(3)),
        (&[(1, CLEAN)], Told::NoChanges),
        (
            &[(1, "Ran Plan for 0 projects:\n\n"), (2, "Ran Apply for 0 projects:\n\n")],
            Told::Nothing,
        ),
        (&[(1, "**Error:** Running `atlantis apply` is disabled.")], Told::Nothing),
        (
            &[(1, "Ran Plan for dir: `network` workspace: `default`\n\n**Plan Error**\n")],
            Told::Waiting,
        ),
    ] {
        assert_eq!(told(comments), expected, "{comments:?}");
    }
}

#[test]
fn several_projects_are_applied_by_the_last_apply_before_all_of_them_are() {
    let at = |seconds| Told::Applied(Time(seconds));
    for (comments, expected) in [
        (&[(1, TWO_PLANNED)][..], Told::Waiting),
        (&[(1, TWO_PLANNED), (3, BOTH_APPLIED)], at(3)),
        (&[(1, TWO_PLANNED), (3, DB_APPLIED)], Told::Waiting),
        (&[(1, TWO_PLANNED), (3, DB_APPLIED), (9, APPLIED)], at(9)),
        (&[(1, TWO_PLANNED), (3, ONE_OF_TWO_ERRORED)], Told::Waiting),
        (&[(1, TWO_PLANNED), (3, ONE_OF_TWO_ERRORED), (8, APPLIED)], at(8)),
        (&[(1, TWO_PLANNED), (3, LONG), (3, REST_ERRORED)], Told::Waiting),
        (&[(1, TWO_PLANNED), (3, LONG), (3, REST_APPLIED)], at(3)),
        (&[(1, TWO_PLANNED), (3, LONG)], Told::Waiting),
        // The second project is no part of the pull request any more, and Atlantis knows that.
        (&[(1, TWO_PLANNED), (3, DB_APPLIED), (4, MERGES)], at(3)),
    ] {
        assert_eq!(told(comments), expected, "{comments:?}");
    }
}

#[test]
fn what_is_said_after_the_merge_counts_only_while_something_waits() {
    let (before, after) = (MERGED.0 - 10, MERGED.0 + 10);
    let applied = |seconds| Told::Applied(Time(seconds));
    assert_eq!(told(&[(1, PLANNED), (before, APPLIED), (after, APPLIED)]), applied(before));
    assert_eq!(told(&[(1, PLANNED), (before, APPLIED), (after, FAILED)]), applied(before));
    assert_eq!(told(&[(1, PLANNED), (after, APPLIED)]), applied(after));
    assert_eq!(told(&[(1, PLANNED), (after, APPLIED), (after + 5, APPLIED)]), applied(after));
    assert_eq!(told(&[(1, PLANNED), (after, FAILED), (after + 5, APPLIED)]), applied(after + 5));
}

#[test]
fn a_project_of_several_modules_has_changes_if_one_has() {
    let of = |output: &str| {
        format!("Ran Plan for dir: `a` workspace: `default`\n\n```diff\n{output}\n```\n")
    };
    let mixed = of(
        "STDOUT a: No changes. Your infrastructure matches\nSTDOUT b: Plan: 1 to add, 0 to change",
    );
    assert_eq!(told(&[(1, &mixed)]), Told::Waiting);
    assert_eq!(told(&[(1, &of("STDOUT a: No changes.\nSTDOUT b: No changes."))]), Told::NoChanges);
    assert_eq!(told(&[(1, &of("Changes to Outputs:\n+ id = 1"))]), Told::Waiting);
}
