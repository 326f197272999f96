//! Passes on what the library tells about itself, and how it has to be linked.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=GITFLEET_TARGET={target}");
    println!("cargo:rustc-env=GITFLEET_RUSTC={}", rustc_version());
    // The threads of the runtime live as long as the process. A host that closes the library as it exits,
    // as cffi does, would take the code away from under them.
    if matches!(env::var("CARGO_CFG_TARGET_OS").as_deref(), Ok("linux" | "android" | "freebsd")) {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}
