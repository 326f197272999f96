//! Checks that the committed header matches the source.

use std::path::PathBuf;

/// Environment variable; if set, the test writes the header.
const WRITE: &str = "GITFLEET_WRITE_HEADER";

#[test]
fn the_committed_header_is_the_one_that_cbindgen_generates() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    // Files in reading order. Naming them avoids a run of cargo within this run of cargo.
    for file in ["info", "guard", "projection", "batch", "engine"] {
        builder = builder.with_src(root.join(format!("src/{file}.rs")));
    }
    let mut bytes = Vec::new();
    builder.generate().unwrap().write(&mut bytes);
    let generated = String::from_utf8(bytes).unwrap();
    let path = root.join("include/gitfleet.h");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == generated, "{} is stale: run the test again with {WRITE}=1", path.display());
}
