//! The binary: see [`dora_exporter::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    dora_exporter::cli::main()
}
