//! The configuration as its layers have it together, before it is read.

use ::config::{Map, Value};
use std::path::PathBuf;

/// The merged layers. Values of the file have no origin; those of a variable or a flag name it.
pub(super) struct Merged {
    /// The tables and values at the top.
    pub(super) root: Map<String, Value>,
    /// The folder that relative paths of the file start from.
    pub(super) folder: PathBuf,
}
