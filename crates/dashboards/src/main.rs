//! Writes all dashboards to `dashboards/`: `cargo run -p dashboards`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards");
    for dashboard in dashboards::all() {
        let path = folder.join(dashboard.file_name());
        if let Err(error) = std::fs::write(&path, dashboard.json()) {
            eprintln!("{} cannot be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}
