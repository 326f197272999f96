"""Models as tables and documents: data frames, Arrow tables, Parquet, CSV, dicts and JSON.

>>> from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars

Each function takes an iterable of models. ``Listing`` has methods of the same names, which build no model objects.
pandas, Polars and PyArrow are imported on first use: ``pip install gitfleet[pandas]``, ``[polars]``, ``[arrow]``.
For packages that write tables in portions there are :class:`TableBuilder`, :func:`check_target` and :func:`require`.
"""

from __future__ import annotations

from .builder import TableBuilder
from .documents import to_dict, to_json
from .files import check_target, to_csv, to_parquet
from .frames import require, to_arrow, to_pandas, to_polars
from .values import TableData

__all__ = [
    "TableBuilder",
    "TableData",
    "check_target",
    "require",
    "to_arrow",
    "to_csv",
    "to_dict",
    "to_json",
    "to_pandas",
    "to_parquet",
    "to_polars",
]
