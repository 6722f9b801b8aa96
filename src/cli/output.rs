//! What commands print: to standard output, from which nobody has to read on.

use anyhow::Context;
use std::io::{ErrorKind, Write};

/// Prints a text. A reader that has seen enough, such as `head`, is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written; check where it leads")
        }
        _ => Ok(()),
    }
}
