"""Models as tables and documents: data frames, Arrow tables, Parquet, CSV, dicts and JSON."""

from __future__ import annotations

from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars

__all__ = ["to_arrow", "to_csv", "to_dict", "to_json", "to_pandas", "to_parquet", "to_polars"]
