//! What the OpenMetrics parser of PyPI's `prometheus-client` reads.

use super::fixture::body;
use dora_exporter::exposition::Format;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACKAGE: &str = "prometheus-client==0.26.0";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/open_metrics.py");

/// A Python that has the package: the system's, or one of our own below `target`.
fn python() -> Result<PathBuf, String> {
    let system = PathBuf::from("python3");
    if run(&system, ["-c", "import prometheus_client.openmetrics.parser"]).is_ok() {
        return Ok(system);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prometheus-client");
    let own = folder.join("bin/python3");
    if run(&own, ["-c", "import prometheus_client.openmetrics.parser"]).is_err() {
        run(&system, [OsStr::new("-m"), OsStr::new("venv"), folder.as_os_str()])?;
        run(&own, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE])?;
    }
    Ok(own)
}

fn run<A: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    let said = || String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(()) } else { Err(said()) }
}

/// What the script prints; nothing where there is no Python, which CI must not forgive.
fn parsed(body: &[u8]) -> Option<String> {
    let python = match python() {
        Ok(python) => python,
        Err(error) if std::env::var_os("CI").is_some() => panic!(
            "the OpenMetrics parser cannot be had; install the Debian packages python3-venv or \
             python3-prometheus-client: {error}"
        ),
        Err(error) => {
            eprintln!("OpenMetrics was not parsed, since {PACKAGE} cannot be had: {error}");
            return None;
        }
    };
    let mut child = Command::new(python)
        .arg(SCRIPT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_python_parser_reads_open_metrics_and_finds_the_exemplar() {
    let Some(told) = parsed(&body(Format::OpenMetrics, false)) else { return };
    let exemplars: Vec<&str> = told.lines().filter(|line| line.starts_with("exemplar")).collect();
    assert_eq!(exemplars, ["exemplar dora_lead_time_hours_bucket 4.0 {'pr': '1234567'} 2.5"]);
    assert!(!told.contains("created "), "{told}");
    for family in [
        "dora_component_info gauge",
        "dora_lead_time_hours histogram",
        "dora_team_window_deployments gauge",
        "dora_exporter_source_failures counter",
        "dora_exporter_evaluation_duration_seconds histogram",
        "process_cpu_seconds counter",
    ] {
        assert!(told.contains(&format!("family {family}\n")), "{family}: {told}");
    }
}

#[test]
fn the_python_parser_reads_since_when_counters_have_counted_if_it_is_told() {
    let Some(told) = parsed(&body(Format::OpenMetrics, true)) else { return };
    let birth = super::fixture::BORN.0;
    for created in [
        "dora_lead_time_hours_created pay",
        "dora_lead_time_hours_created idle",
        "dora_exporter_source_failures_created ",
        "dora_exporter_evaluation_duration_seconds_created ",
        "process_cpu_seconds_created ",
    ] {
        assert!(told.contains(&format!("created {created} {birth}.0\n")), "{created}: {told}");
    }
}
