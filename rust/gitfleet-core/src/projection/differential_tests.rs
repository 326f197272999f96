//! The fast and the strict reader return the same columns.

use serde::de::DeserializeSeed;

use super::Projection;
use super::fast::FastReader;
use super::layout::Columns;
use super::strict::RowsPathSeed;
use super::table::Table;
use crate::error::Error;

const SPEC: &str = r#"{"at":["data"],"many":true,"columns":[{"path":["id"],"kind":"int"},
    {"path":["owner","login"],"kind":"str"},{"path":["owner"],"kind":"json"},{"path":["size"],"kind":"float"}]}"#;

const DOCUMENT: &str = r#"{"total": 3, "data": [{"id": 1, "owner": {"login": "a", "id": 7}, "size": 1.5e1},
 {"owner": null, "id": -0, "x": [{}, [], "\"}]"]}, {"id": 3, "owner": {"login": "\u00e9"}, "owner": {}}], "data2": []}"#;

/// The fragments that mutations insert: structure, keys of the projection, and values of every kind.
const FRAGMENTS: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "0",
    "-",
    "null",
    "true",
    "1e2",
    "[[]]",
    "{\"a\":1}",
    "\"id\":",
    "\"owner\":",
    "\"data\":",
    "\"login\":",
];

fn fast(projection: &Projection, text: &str) -> Option<Result<Columns, Error>> {
    let mut table = Table::new(projection);
    FastReader::new(text, projection, &mut table).read_document()?;
    Some(table.finish())
}

fn strict(projection: &Projection, text: &str) -> serde_json::Result<Result<Columns, Error>> {
    let mut table = Table::new(projection);
    let mut json = serde_json::Deserializer::from_str(text);
    RowsPathSeed { keys: 0, table: &mut table }.deserialize(&mut json)?;
    json.end()?;
    Ok(table.finish())
}

/// Numbers of a linear congruential generator, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// The document with one to three mutations: a byte removed, a fragment inserted, or a part repeated.
fn mutated(random: &mut Random) -> String {
    let mut text = DOCUMENT.to_owned();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len());
        match random.below(3) {
            0 => drop(text.remove(at)),
            1 => text.insert_str(at, FRAGMENTS[random.below(FRAGMENTS.len())]),
            _ => {
                let end = at + random.below(text.len() - at);
                let repeated = text[at..end].to_owned();
                text.insert_str(end, &repeated);
            }
        }
    }
    text
}

#[test]
fn whatever_the_fast_reader_accepts_the_strict_reader_decodes_to_the_same_columns() {
    let projection = Projection::from_json(SPEC.as_bytes()).unwrap();
    let mut random = Random(1);
    let (mut accepted, mut valid) = (0, 0);
    for _ in 0..20_000 {
        let text = mutated(&mut random);
        let strict = strict(&projection, &text);
        valid += usize::from(strict.as_ref().is_ok_and(Result::is_ok));
        let Some(fast) = fast(&projection, &text) else { continue };
        accepted += 1;
        match (fast, strict.unwrap_or_else(|error| panic!("not JSON: {error}: {text}"))) {
            (Ok(fast), Ok(strict)) => {
                assert_eq!((fast.format, fast.bytes), (strict.format, strict.bytes), "{text}");
            }
            (fast, strict) => assert_eq!(fast.err(), strict.err(), "{text}"),
        }
    }
    assert!(accepted > 1000 && valid > 1000, "only {accepted} accepted and {valid} valid");
}
