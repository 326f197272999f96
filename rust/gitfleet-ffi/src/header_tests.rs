//! The committed header is the one the source gives.

use std::path::PathBuf;

/// Set to write the header instead of comparing it.
const WRITE: &str = "GITFLEET_WRITE_HEADER";

#[test]
fn header_is_fresh() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    // In the order in which a reader needs them, and without a run of cargo in a run of cargo.
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
