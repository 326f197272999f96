"""Models as tables and documents: data frames, Arrow tables, Parquet, CSV, dicts and JSON.

>>> from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars

Each of them takes models, or anything that gives them one by one; ``Listing`` has methods of the same names, which skip
the objects. pandas, Polars and PyArrow are imported when they are needed: ``pip install gitfleet[pandas]``,
``[polars]``, ``[arrow]``.
"""

from __future__ import annotations

from .documents import to_dict, to_json
from .files import to_csv, to_parquet
from .frames import to_arrow, to_pandas, to_polars

__all__ = ["to_arrow", "to_csv", "to_dict", "to_json", "to_pandas", "to_parquet", "to_polars"]
