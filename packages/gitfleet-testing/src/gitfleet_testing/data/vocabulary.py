"""The words of generated names and texts."""

from __future__ import annotations

__all__ = ["ADJECTIVES", "KINDS", "LANGUAGES", "LICENSES", "NOUNS", "PREFIXES", "SENTENCES", "TOPICS"]

ADJECTIVES = [
    "amber",
    "brisk",
    "calm",
    "deft",
    "eager",
    "frank",
    "gentle",
    "humble",
    "ivory",
    "jolly",
    "keen",
    "lucid",
    "mellow",
    "nimble",
]
NOUNS = [
    "anchor",
    "beacon",
    "cargo",
    "delta",
    "engine",
    "forge",
    "gateway",
    "harbor",
    "index",
    "journal",
    "kernel",
    "ledger",
    "meter",
]
PREFIXES = ["aurora", "basalt", "cobalt", "dune", "ember", "fjord", "granite", "heath", "islet", "juniper"]
KINDS = ["labs", "works", "systems", "collective"]
LANGUAGES = ("Python", "Rust", "Go", "TypeScript", "C++", "Java", "Shell", "Jupyter Notebook", None)
LICENSES = ("mit", "apache-2.0", "bsd-3-clause", "gpl-3.0", "other", None)
TOPICS = [
    "api",
    "async",
    "cli",
    "data",
    "database",
    "devops",
    "http",
    "json",
    "network",
    "parser",
    "rust",
    "testing",
    "tooling",
]
SENTENCES = (
    "Reads {} and writes it down again, only tidier.",
    "A small library for {}, with sensible defaults. 🚀",
    'The "{}" service: quick, quiet, and \\ escaped.',
    "Outils pour {} — éprouvés, sans dépendances.",
)
