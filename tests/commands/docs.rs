//! `docs` prints what the files in `docs/` hold.

use crate::world::binary;

#[test]
fn the_references_are_printed_as_the_project_has_them() {
    for (name, file) in [("metrics", "docs/metrics.md"), ("config", "docs/configuration.md")] {
        let output = binary().args(["docs", name]).output().unwrap();
        assert!(output.status.success());
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert_eq!(output.stdout, std::fs::read(path).unwrap(), "{file}");
    }
}
