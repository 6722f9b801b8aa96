//! What is deployed with: the Compose files, Grafana's provisioning, the image and the unit, as far as
//! they can be looked at without a container engine.

use crate::path;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMPOSE: &str = "deploy/compose/compose.yml";
const REAL: &str = "deploy/compose/real.yml";
const SOURCES: &str = "deploy/grafana/provisioning/datasources/prometheus.yml";
const PROVIDERS: &str = "deploy/grafana/provisioning/dashboards/dora.yml";
/// What reads YAML and knows JSON schemas.
const PACKAGES: [&str; 2] = ["PyYAML==6.0.3", "jsonschema==4.25.1"];

fn run<A: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

/// A Python that has the packages: the system's, or one of our own below `target`.
fn python() -> Result<PathBuf, String> {
    let has = |python: &Path| run(python, ["-c", "import jsonschema, yaml"]).is_ok();
    let system = PathBuf::from("python3");
    if has(&system) {
        return Ok(system);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compose-schema");
    let own = folder.join("bin/python3");
    if !has(&own) {
        run(&system, [OsStr::new("-m"), OsStr::new("venv"), folder.as_os_str()])?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(&own, install.iter().chain(&PACKAGES))?;
    }
    Ok(own)
}

/// The files as JSON, the Compose files among them held to their schema; nothing where there is no
/// Python, which CI must not forgive.
fn yaml(files: &[&str]) -> Option<BTreeMap<String, Value>> {
    let python = match python() {
        Ok(python) => python,
        Err(error) if std::env::var_os("CI").is_some() => {
            panic!("{PACKAGES:?} cannot be had; install the Debian package python3-venv: {error}")
        }
        Err(error) => {
            eprintln!("the stack was not looked at, since {PACKAGES:?} cannot be had: {error}");
            return None;
        }
    };
    let schema = tempfile::NamedTempFile::new().unwrap();
    let mut text = Vec::new();
    let packed = fs::File::open(path("tests/data/compose-spec.json.gz")).unwrap();
    GzDecoder::new(packed).read_to_end(&mut text).unwrap();
    fs::write(schema.path(), text).unwrap();
    let script = path("tests/dashboards/stack.py");
    let files = files.iter().map(|file| path(file));
    let arguments = [script, schema.path().to_owned()].into_iter().chain(files);
    let told = run(&python, arguments).unwrap_or_else(|error| panic!("{error}"));
    let told: BTreeMap<String, Value> = serde_json::from_str(&told).unwrap();
    let root = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    Some(told.into_iter().map(|(file, it)| (file.replace(&root, ""), it)).collect())
}

/// What a service mounts: its own path, or the name of a volume, and where.
fn mounts(service: &Value) -> Vec<(String, String)> {
    let mounts = service["volumes"].as_array().into_iter().flatten();
    mounts
        .map(|mount| {
            let mut parts = mount.as_str().unwrap().split(':').map(str::to_owned);
            (parts.next().unwrap(), parts.next().unwrap())
        })
        .collect()
}

#[test]
fn the_stack_mounts_what_is_there_and_provisions_what_is_mounted() {
    let Some(told) = yaml(&[COMPOSE, REAL, SOURCES, PROVIDERS]) else { return };
    let (compose, real) = (&told[COMPOSE], &told[REAL]);
    let services = compose["services"].as_object().unwrap();
    for (name, service) in services {
        assert!(service["image"].as_str().is_some(), "{name}");
        for (source, _) in mounts(service) {
            if source.starts_with('.') {
                assert!(path("deploy/compose").join(&source).exists(), "{name}: {source}");
            } else {
                assert!(compose["volumes"].get(&source).is_some(), "{name}: {source}");
            }
        }
        for before in service["depends_on"].as_object().into_iter().flat_map(|it| it.keys()) {
            assert!(services.contains_key(before), "{name}: {before}");
        }
    }
    for name in real["services"].as_object().unwrap().keys() {
        assert!(services.contains_key(name), "{name} is none of {COMPOSE}");
    }
    let build = &services["exporter"]["build"];
    let context = path("deploy/compose").join(build["context"].as_str().unwrap());
    assert!(context.join(build["dockerfile"].as_str().unwrap()).exists());

    let grafana = &services["grafana"];
    let folder = told[PROVIDERS]["providers"][0]["options"]["path"].as_str().unwrap();
    let mounted = mounts(grafana).into_iter().find(|(_, inside)| inside == folder);
    let dashboards = path("deploy/compose").join(mounted.expect(folder).0);
    let home = &grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"];
    let home = home.as_str().unwrap().strip_prefix(folder).unwrap();
    assert!(dashboards.join(home.trim_start_matches('/')).exists(), "{home}");
    let source = &told[SOURCES]["datasources"][0];
    assert_eq!((&source["type"], &source["isDefault"]), (&"prometheus".into(), &true.into()));
    assert_eq!(source["url"], "http://prometheus:9090");
}

/// `args` as the binary would be started with.
#[test]
fn the_stack_starts_the_exporter_with_flags_that_it_has() {
    let Some(told) = yaml(&[COMPOSE, REAL]) else { return };
    let binary = Path::new(env!("CARGO_BIN_EXE_dora-exporter"));
    for (file, told) in told {
        let command = told["services"]["exporter"]["command"].as_array().unwrap().iter();
        let mut words = command.map(|word| word.as_str().unwrap());
        let help = run(binary, [words.next().unwrap(), "--help"]).unwrap();
        for flag in words.filter(|word| word.starts_with("--")) {
            assert!(help.contains(&format!("{flag} ")), "{file}: {flag}");
        }
    }
}

#[test]
fn the_image_is_built_from_what_is_there_and_runs_as_nobody() {
    let dockerfile = fs::read_to_string(path("deploy/Dockerfile")).unwrap();
    for expected in ["USER 65532:65532\n", "HEALTHCHECK ", "--locked --bin dora-exporter\n"] {
        assert!(dockerfile.contains(expected), "{expected}");
    }
    let manifest = fs::read_to_string(path("Cargo.toml")).unwrap();
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap();
    let rust = rust.trim_end_matches('"');
    assert!(dockerfile.starts_with("# Built") && dockerfile.contains(&format!("rust:{rust}-")));
    let sent = fs::read_to_string(path("deploy/Dockerfile.dockerignore")).unwrap();
    for sent in sent.lines().filter_map(|line| line.strip_prefix('!')) {
        assert!(path(sent).exists(), "{sent} is sent to the build, and is not there");
    }
}

#[test]
fn systemd_takes_the_unit() {
    let installed = Command::new("systemd-analyze").arg("--version").output().is_ok();
    if !installed {
        eprintln!("the unit was not verified: systemd is not installed here");
        return;
    }
    // It looks for the program that is to be started.
    let unit = fs::read_to_string(path("deploy/systemd/dora-exporter.service")).unwrap();
    let unit = unit.replace("/usr/local/bin/dora-exporter", env!("CARGO_BIN_EXE_dora-exporter"));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("dora-exporter.service");
    fs::write(&copy, unit).unwrap();
    let verify = [OsStr::new("verify"), OsStr::new("--man=no"), copy.as_os_str()];
    let told = run(Path::new("systemd-analyze"), verify).unwrap_or_else(|error| panic!("{error}"));
    assert!(!told.contains("dora-exporter.service:"), "{told}");
}
