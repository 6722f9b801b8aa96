//! The binary: see [`dora_exporter::cli`].

fn main() {}
