"""Conversion of models to data frames, Arrow tables, Parquet, CSV, dicts and JSON.

>>> from GitFleet.tables import to_csv
>>> to_csv(repositories, "repositories.csv")   # doctest: +SKIP

Each function accepts models or an iterable of models. ``Listing`` has methods with the same names, which create no
model objects.

Contents:
    :func:`to_dict`: one model as a dict.
    :func:`to_json`: one or several models as JSON text.
    :func:`to_csv`: a CSV file.
    :func:`to_arrow`: a ``pyarrow.Table`` (extra ``[arrow]``).
    :func:`to_parquet`: a Parquet file (extra ``[arrow]``).
    :func:`to_pandas`: a ``pandas.DataFrame`` (extra ``[pandas]``).
    :func:`to_polars`: a ``polars.DataFrame`` (extra ``[polars]``).
"""

from __future__ import annotations

from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars

__all__ = ["to_arrow", "to_csv", "to_dict", "to_json", "to_pandas", "to_parquet", "to_polars"]
