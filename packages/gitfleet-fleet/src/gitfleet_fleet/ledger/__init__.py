"""The ledger: a SQLite file with the units of a fleet, their outcomes and their rows.

Everything here is synchronous, and runs in the thread of a :class:`~gitfleet_fleet.files.thread.FileThread`.
"""
