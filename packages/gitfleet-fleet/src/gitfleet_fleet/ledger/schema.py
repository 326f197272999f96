"""The tables of a ledger. Each kind has a table of rows as well: see :mod:`.row_table`."""

from __future__ import annotations

__all__ = ["APPLICATION", "MIGRATIONS", "OWN_NAMES"]

APPLICATION = 0x47464C44
"""Identifies ledgers in the header of their files (``GFLD``)."""

_FIRST = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,              -- NULL: it was interrupted, or is running
    scan INTEGER NOT NULL,      -- the listing of its repositories
    failed_only INTEGER NOT NULL
);

-- One listing of all targets. Another run can use it again.
CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,  -- hash of the targets and filters
    started TEXT NOT NULL
);
CREATE TABLE targets (
    scan INTEGER NOT NULL REFERENCES scans (id),
    target TEXT NOT NULL,       -- as github:python
    status TEXT NOT NULL,
    code TEXT,
    message TEXT,
    repositories INTEGER NOT NULL,
    PRIMARY KEY (scan, target)
) WITHOUT ROWID;

CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    server TEXT NOT NULL,
    provider_id NOT NULL,       -- an integer or text
    full_name TEXT NOT NULL,
    former_name TEXT,           -- the name that the user gave, if the provider found it under another one
    label TEXT NOT NULL,        -- names the server in texts
    target TEXT NOT NULL,       -- the target that has it
    info TEXT,                  -- the repository as it was listed, as JSON; only for functions of the user
    scan INTEGER NOT NULL REFERENCES scans (id),  -- the last listing that has it
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    vanished TEXT,              -- when a complete listing lacked it for the first time
    UNIQUE (server, provider_id)
);
CREATE INDEX repositories_scan ON repositories (scan);

CREATE TABLE kinds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,         -- also the name of the table of rows
    arguments TEXT NOT NULL,    -- canonical JSON
    columns TEXT,               -- of the rows, as JSON; NULL: unknown, as there were no rows
    pass INTEGER NOT NULL,      -- counts how often all its units were refreshed
    complete INTEGER NOT NULL,  -- whether the present pass is over
    UNIQUE (name, arguments)
);

CREATE TABLE units (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id),
    kind INTEGER NOT NULL REFERENCES kinds (id),
    added_by INTEGER NOT NULL REFERENCES runs (id),
    pass INTEGER NOT NULL DEFAULT 0,  -- the last pass of the kind that it has a final result of
    run INTEGER REFERENCES runs (id), -- of the last result
    status TEXT,
    code TEXT,
    message TEXT,
    renamed_to TEXT,
    calls INTEGER,
    seconds REAL,
    started TEXT,
    finished TEXT NOT NULL DEFAULT '',
    rows INTEGER NOT NULL DEFAULT 0,
    rows_from TEXT NOT NULL DEFAULT '',  -- when the result was finished that the rows are from
    partial INTEGER NOT NULL DEFAULT 0,  -- whether that result was incomplete
    UNIQUE (repository, kind)
);
CREATE INDEX units_oldest ON units (finished, id);

CREATE VIEW outcomes AS
SELECT repositories.provider, repositories.full_name AS repository, kinds.name AS kind, kinds.arguments,
    units.status, units.code, units.message, units.renamed_to, units.calls, units.seconds, units.started,
    units.finished, units.rows, units.rows_from, units.partial, repositories.vanished, units.id AS unit_id
FROM units JOIN repositories ON repositories.id = units.repository JOIN kinds ON kinds.id = units.kind;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)
"""The statements that lead from each version of the tables to the next. A new file has version 0."""
OWN_NAMES = frozenset(("runs", "scans", "targets", "repositories", "kinds", "units", "outcomes"))
"""Names that no table of rows can have."""
