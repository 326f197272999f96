//! Tests of column forms: each column has the expected form, and no form changes a value.

use serde_json::Value;

use super::column::{Column, MAX_CHOICES};

fn column<'de>(values: &[&'de str]) -> Column<'de> {
    let mut column = Column::default();
    values.iter().enumerate().for_each(|(row, value)| column.add(value, row));
    let json: Value = serde_json::from_str(&format!("[{}]", column.json(values.len()))).unwrap();
    let expected: Value = serde_json::from_str(&format!("[{}]", values.join(","))).unwrap();
    assert_eq!(json, expected);
    column
}

fn distinct(make: impl Fn(usize) -> String) -> Vec<String> {
    (0..2 * MAX_CHOICES).map(make).collect()
}

/// More distinct values than a `Choices` column can have, with the `odd` ones inserted at `at`.
fn with<'de>(values: &'de [String], at: usize, odd: &[&'de str]) -> Vec<&'de str> {
    let mut all: Vec<&str> = values.iter().map(String::as_str).collect();
    all.splice(at..at, odd.iter().copied());
    all
}

#[test]
fn few_distinct_values_are_stored_once_each() {
    let values = ["true", "\"a\"", "null", "1.0", "1", "true"].repeat(100);
    let Column::Choices { choices, rows } = column(&values) else { panic!() };
    assert_eq!((choices, rows.len()), (vec!["true", "\"a\"", "null", "1.0", "1"], 600));
}

#[test]
fn arrays_and_objects_are_never_shared_between_rows() {
    for value in ["[]", "{}", "[1]"] {
        assert!(matches!(column(&[value; 3]), Column::Json(_)));
        assert!(matches!(column(&["1", "1", value]), Column::Json(_)));
    }
}

#[test]
fn strings_are_unescaped_and_nulls_are_recorded() {
    let values = distinct(|n| format!("\"{n}\""));
    for at in [0, MAX_CHOICES, values.len()] {
        let odd = ["null", r#""\u00e9\ud83d\ude00\n""#, r#""""#, "null"];
        let Column::Texts { text, nulls } = column(&with(&values, at, &odd)) else { panic!() };
        assert_eq!(nulls, [at as u64, at as u64 + 3]);
        assert_eq!(text.split('\0').nth(at + 1), Some("é😀\n"));
    }
}

#[test]
fn integers_of_64_bits_are_stored_as_numbers() {
    let values = distinct(|n| format!("{}", n * n));
    for at in [0, MAX_CHOICES, values.len()] {
        let odd = ["-9223372036854775808", "null", "9223372036854775807", "-1"];
        let Column::Numbers { numbers, nulls } = column(&with(&values, at, &odd)) else { panic!() };
        assert_eq!((numbers[at], numbers[at + 2], nulls), (i64::MIN, i64::MAX, vec![at as u64 + 1]));
    }
}

#[test]
fn all_other_values_keep_their_source_text() {
    let strings = distinct(|n| format!("\"{n}\""));
    let numbers = distinct(|n| format!("{n}"));
    for at in [0, MAX_CHOICES, strings.len()] {
        for odd in ["1.5", "9223372036854775808", "1e2", "true", "[]", "\"x\""] {
            assert!(matches!(column(&with(&numbers, at, &["null", odd])), Column::Json(_)), "{odd} at {at}");
        }
        for odd in ["1", "false", "{}", r#""\u0000""#] {
            assert!(matches!(column(&with(&strings, at, &["null", odd])), Column::Json(_)), "{odd} at {at}");
        }
    }
    let values = with(&strings, 3, &[r#""\ud800""#]);
    let mut column = Column::default();
    values.iter().enumerate().for_each(|(row, value)| column.add(value, row));
    assert_eq!(column.json(values.len()), values.join(","));
}
