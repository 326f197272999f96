//! The fast and the strict reader return the same columns.

use super::Projection;
use super::differential::compare_readers;

const SPEC: &str = r#"{"at":["data"],"many":true,"columns":[{"path":["id"],"kind":"int"},
    {"path":["owner","login"],"kind":"str"},{"path":["owner"],"kind":"json"},{"path":["size"],"kind":"float"}],"beside":["total","data2"]}"#;

const DOCUMENT: &str = r#"{"total": 3, "data": [{"id": 1, "owner": {"login": "a", "id": 7}, "size": 1.5e1},
 {"owner": null, "id": -0, "x": [{}, [], "\"}]"]}, {"id": 3, "owner": {"login": "\u00e9"}, "owner": {}}], "data2": []}"#;

/// The fragments that mutations insert: structure, values, and keys of the projection.
const FRAGMENTS: &str = r#"{ } [ ] , : " \ 0 - null true 1e2 [[]] {"a":1} "id": "owner": "data": "login":"#;

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
    let fragments: Vec<&str> = FRAGMENTS.split(' ').collect();
    let mut text = DOCUMENT.to_owned();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len());
        match random.below(3) {
            0 => drop(text.remove(at)),
            1 => text.insert_str(at, fragments[random.below(fragments.len())]),
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
    let texts = (0..20_000).map(|_| mutated(&mut random));
    let accepted = texts.filter(|text| compare_readers(&projection, text)).count();
    assert!(accepted > 1000, "only {accepted} accepted");
}
