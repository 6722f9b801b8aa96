//! What PyPI's schemathesis finds out about the API by its description.

use crate::running::World;
use crate::story::{MINUTE, NOW, Story, organization};
use crate::surveys;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "schemathesis==4.32.5";
/// All checks but one: which windows are there depends on the configuration, and `from` may be later
/// than `to`, so that not all that fits the description can be answered.
const EXCLUDED: &str = "positive_data_acceptance";

/// The program in an environment of its own below `target`.
fn schemathesis() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let program = folder.join("bin/st");
    if run(&program, ["--version"]).is_err() {
        let python = Path::new("python3");
        run(python, [OsStr::new("-m"), OsStr::new("venv"), folder.as_os_str()])?;
        let own = folder.join("bin/python3");
        run(&own, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE])?;
    }
    Ok(program)
}

fn run<A: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<String, String> {
    // It leaves what it found where it is started.
    let folder = env!("CARGO_TARGET_TMPDIR");
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_is_not_described() {
    let program = schemathesis().unwrap_or_else(|error| {
        panic!(
            "the API cannot be explored without PyPI's {PACKAGE}: install the Debian package \
             python3-venv, and let PyPI be reached the first time: {error}"
        )
    });
    let Story { story, .. } = organization();
    let world = World::of(story, NOW).await;
    let daemon = world.start(&surveys::config(&world)).await;
    surveys::send_export(&daemon).await;
    daemon.advance(2 * MINUTE).await;
    let description = format!("http://{}/api/v1/openapi.json", daemon.address());
    let arguments = [
        "run",
        &description,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "15",
        "--checks",
        "all",
        "--exclude-checks",
        EXCLUDED,
        "--suppress-health-check",
        "all",
        "--header",
        surveys::AUTHORIZATION,
        "--seed",
        "1",
        "--continue-on-failure",
    ]
    .map(str::to_owned);
    let found = tokio::task::spawn_blocking(move || run(&program, arguments)).await.unwrap();
    let said = found.unwrap_or_else(|said| panic!("{said}"));
    assert!(said.contains("Tested: 13") || said.contains("Tested: 14"), "{said}");
    daemon.stop().await;
}
