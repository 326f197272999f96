//! The checks of the fuzz targets, on the files of their corpus.

use std::fs;
use std::path::{Path, PathBuf};

use super::{check_gzip, check_readers, check_request, check_response, check_tunnel};

fn files(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Checks every file, every part of it from its start, and every file with one byte changed.
fn replay(target: &str, check: fn(&[u8]) -> bool) {
    let files = files(target);
    let accepted = files.iter().filter(|(path, input)| {
        let is_accepted = check(input);
        let is_named_so = path.file_name().unwrap().to_string_lossy().starts_with("valid");
        assert_eq!(is_accepted, is_named_so, "{}", path.display());
        is_accepted
    });
    let accepted = accepted.count();
    assert!(accepted >= 3 && files.len() >= accepted + 3, "{accepted} of {} accepted", files.len());
    for (_, input) in files {
        let step = input.len() / 40 + 1;
        for at in (0..input.len()).step_by(step) {
            check(&input[..at]);
            let mut changed = input.clone();
            changed[at] = changed[at].wrapping_add(1 + (at % 255) as u8);
            check(&changed);
        }
    }
}

#[test]
fn the_readers_of_json_agree_on_the_corpus() {
    replay("readers", check_readers);
}

#[test]
fn requests_of_the_corpus_are_sent_safely_or_refused_without_a_secret() {
    replay("request", check_request);
}

#[test]
fn responses_of_the_corpus_are_the_same_in_pieces() {
    replay("response", check_response);
}

#[test]
fn gzip_of_the_corpus_is_read_as_another_reader_does() {
    replay("gzip", check_gzip);
}

#[test]
fn tunnels_of_the_corpus_are_opened_without_a_lost_byte() {
    replay("tunnel", check_tunnel);
}
