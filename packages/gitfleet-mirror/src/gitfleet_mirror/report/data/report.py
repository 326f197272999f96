"""All numbers of a report."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from ...names import time_text
from .activity import Activity, read_activity
from .fleet import Fleet, read_fleet
from .open_work import OpenWork, read_open_work
from .people import People, read_people
from .reading import Reading, read_reading

__all__ = ["ReportData", "read_report"]


@dataclass(frozen=True, slots=True)
class ReportData:
    """All numbers of a report."""

    as_of: str
    """Time that ages are counted to: the start of the last update, or ``written`` if there was none."""
    written: str
    """Time of the report."""
    fleet: Fleet
    activity: Activity
    work: OpenWork
    people: People
    reading: Reading


def read_report(connection: sqlite3.Connection, written: datetime) -> ReportData:
    """Read all numbers of a report in one transaction: an update that runs meanwhile changes none.

    Args:
        connection: The mirror.
        written: Time of the report (aware).
    """
    connection.execute("BEGIN")
    try:
        reading = read_reading(connection)
        last = reading.updates[0] if reading.updates else None
        as_of = time_text(written) if last is None else last.started
        return ReportData(
            as_of,
            time_text(written),
            read_fleet(connection, as_of),
            read_activity(connection, as_of),
            read_open_work(connection, as_of),
            read_people(connection),
            reading,
        )
    finally:
        connection.rollback()
