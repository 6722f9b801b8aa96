//! Workflow files: which calls count, what they are pinned to, and what is refused.

use super::*;

fn owners() -> BTreeSet<String> {
    ["acme", "actions"].map(str::to_owned).into()
}

fn read(text: &str) -> (Vec<String>, Vec<Problem>) {
    let mut calls = Calls::default();
    let problems = calls.add(text, &owners());
    let text = |claim: &Claim| match claim {
        Claim::Calls { workflow, pin, jobs } => {
            format!("{} {} {jobs}", workflow.as_deref().unwrap_or("-"), pin.name())
        }
        other => format!("{other:?}"),
    };
    (calls.into_claims().0.iter().map(text).collect(), problems)
}

#[test]
fn references_are_told_apart_by_how_they_are_written() {
    for (reference, expected) in [
        ("8f4b7f84864484a7bf31766abe9204da3cbe65b3", Pin::Sha),
        ("8F4B7F84864484A7BF31766ABE9204DA3CBE65B3", Pin::Sha),
        (&"ab".repeat(32), Pin::Sha),
        ("8f4b7f8", Pin::Branch),
        ("v1", Pin::Tag),
        ("V2", Pin::Tag),
        ("1.2.3", Pin::Tag),
        ("v1.2.3-rc.1", Pin::Tag),
        ("v2.0+build.5", Pin::Tag),
        ("2024.06", Pin::Tag),
        ("build-v2", Pin::Tag),
        ("build_1.4.0", Pin::Tag),
        ("build/v2", Pin::Tag),
        ("@acme/build@2.1.0", Pin::Tag),
        ("refs/tags/nightly", Pin::Tag),
        ("refs/heads/v1", Pin::Branch),
        ("refs/pull/1/merge", Pin::Branch),
        ("main", Pin::Branch),
        ("master", Pin::Branch),
        ("2024", Pin::Branch),
        ("v", Pin::Branch),
        ("vnext", Pin::Branch),
        ("v1.x", Pin::Branch),
        ("release/1.2", Pin::Branch),
        ("releases/v1", Pin::Branch),
        ("release-1.2", Pin::Branch),
        ("feature/v2", Pin::Branch),
        ("stable", Pin::Branch),
        ("version", Pin::Branch),
    ] {
        assert_eq!(pin(reference), expected, "{reference}");
    }
}

#[test]
fn only_jobs_that_call_workflows_of_repositories_count() {
    let text = "
name: Build
on: { push: { branches: [main] }, workflow_call: }
permissions: read-all
jobs:
  build:
    uses: acme/Shared/.github/workflows/build.yml@v2
    with:
      language: rust
      image: ${{ inputs.image }}
    secrets: inherit
  again: { uses: ACME/shared/.github/workflows/build.yml@v2 }
  pinned:
    uses: acme/shared/.github/workflows/build.yml@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v2
  elsewhere: { uses: jane/ci/.github/workflows/x.yaml@main }
  here: { uses: ./.github/workflows/own.yml }
  newer:
    uses: $/.github/workflows/own.yml
  steps:
    runs-on: ubuntu-latest
    steps: [{ uses: actions/checkout@v4 }, { uses: acme/shared/.github/workflows/x.yml@v1 }]
  nothing:
";
    let build = "acme/shared/.github/workflows/build.yml";
    let expected = ["- branch 1".to_owned(), format!("{build} sha 1"), format!("{build} tag 2")];
    assert_eq!(read(text), (expected.to_vec(), vec![]));
}

#[test]
fn what_is_no_workflow_is_named_once_and_the_rest_is_used() {
    for uses in [
        "acme/shared@v1",
        "acme/shared/.github/workflows/build.yml",
        "acme/shared/.github/workflows/build.yml@",
        "acme/shared/.github/workflows/build.yml@a b",
        "acme/shared/.github/workflows/deep/build.yml@v1",
        "acme/shared/.github/workflows/build.sh@v1",
        "acme/shared/workflows/build.yml@v1",
        "acme//.github/workflows/build.yml@v1",
        "${{ inputs.workflow }}",
        "docker://alpine:3",
    ] {
        let text = format!(
            "jobs:\n  a: {{ uses: \"{uses}\" }}\n  b: {{ uses: \"{uses}\" }}\n  \
             c: {{ uses: acme/a/.github/workflows/b.yml@v1 }}\n"
        );
        let expected = vec!["acme/a/.github/workflows/b.yml tag 1".to_owned()];
        assert_eq!(read(&text), (expected, vec![Problem::NoWorkflow]), "{uses}");
    }
}

#[test]
fn what_is_no_workflow_file_is_refused_whole_and_quoted_nowhere() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &(0..40).map(|n| format!("b{n}: &b{n} [*a,*a,*a,*a,*a,*a,*a,*a]\n")).collect::<String>();
    for text in [
        "jobs: [jane]",
        "jobs: jane",
        "jane@example.org",
        "jobs:\n  a: jane\n",
        "jobs:\n  a: { uses: [jane] }\n",
        "jobs:\n\ta:\n",
        "jobs: {\n",
        &"[".repeat(100_000),
        "\u{0}\u{1}",
    ] {
        let (calls, problems) = read(text);
        assert!(calls.is_empty(), "{text}");
        assert!(matches!(&problems[..], [Problem::Malformed(_)]), "{text}: {problems:?}");
        assert!(!problems[0].to_string().contains("jane"), "{}", problems[0]);
    }
    assert!(read(&bomb).0.is_empty());
    let large = format!("jobs: {{}} # {}", "x".repeat(LARGEST));
    assert_eq!(read(&large), (vec![], vec![Problem::TooLarge]));
    for nothing in ["", "\n \n", "# jobs:\n#  a:\n", "on: push\n", "jobs:\n", "jobs: {}\n"] {
        assert_eq!(read(nothing), (vec![], vec![]), "{nothing}");
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let file = |name: &str, reference: &str| {
        format!("jobs: {{ a: {{ uses: acme/{name}/.github/workflows/x.yml@{reference} }} }}")
    };
    let files = [file("b", "v1"), file("a", "main"), file("b", "v2"), file("c", "v1")];
    let claims = |order: &[usize]| {
        let mut calls = Calls::default();
        order.iter().for_each(|at| assert!(calls.add(&files[*at], &owners()).is_empty()));
        calls.into_claims().0
    };
    assert_eq!(claims(&[0, 1, 2, 3]), claims(&[3, 2, 1, 0]));
    assert_eq!(claims(&[0, 1, 2, 3]), claims(&[2, 0, 3, 1]));
}

#[test]
fn more_calls_than_anybody_writes_are_left_out_and_told() {
    let mut calls = Calls::default();
    for file in 0..=MOST_CALLS / 50 {
        let job = |job: usize| {
            format!("  j{job}: {{ uses: acme/r{file}/.github/workflows/w{job}.yml@v1 }}\n")
        };
        let text = format!("jobs:\n{}", (0..50).map(job).collect::<String>());
        assert!(calls.add(&text, &owners()).is_empty());
    }
    let (claims, problem) = calls.into_claims();
    assert_eq!(claims.len(), MOST_CALLS);
    assert_eq!(problem, Some(Problem::MoreThan(MOST_CALLS, "different calls")));
}
