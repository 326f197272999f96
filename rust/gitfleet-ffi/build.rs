//! Provides the build information of the library and its linker arguments.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=GITFLEET_TARGET={target}");
    println!("cargo:rustc-env=GITFLEET_RUSTC={}", rustc_version());
    // The runtime's threads run until the process ends. Without this argument a program that closes the library at
    // exit, as cffi does, would unmap the code that they execute.
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
