"""SQLite files that belong to one process at a time: ledgers, and the mirrors of gitfleet-mirror."""
