"""The public names for authors of engines.

An engine is a class with two methods: :meth:`Backend.send` and :meth:`Backend.aclose`.
"""

from __future__ import annotations

from .._internal.loop_local import LoopLocal
from .._internal.redacted import RedactedBytes, RedactedStr
from ..errors import ConfigurationError, DecodeFailure, GitFleetError
from .apply import ACCEPTED_TYPES, MAX_ROWS, check_rows, json_name, project
from .base import PROTOCOL, Backend, decodes
from .error_codes import error_for_code
from .failures import transport_error
from .messages import ERROR_BODY_BYTES, MAX_BODY, Headers, Request, Response, Timeout
from .projection import Column, Columns, Kind, Projection
from .strict_json import MAX_DEPTH, MAX_VALUES, check_values, decode_pieces, loads, loads_columns
from .trust.authorities import read_authorities, system_authorities
from .trust.authorities_type import Authorities

__all__ = [
    "ACCEPTED_TYPES",
    "ERROR_BODY_BYTES",
    "MAX_BODY",
    "MAX_DEPTH",
    "MAX_ROWS",
    "MAX_VALUES",
    "PROTOCOL",
    "Authorities",
    "Backend",
    "Column",
    "Columns",
    "ConfigurationError",
    "DecodeFailure",
    "GitFleetError",
    "Headers",
    "Kind",
    "LoopLocal",
    "Projection",
    "RedactedBytes",
    "RedactedStr",
    "Request",
    "Response",
    "Timeout",
    "check_rows",
    "check_values",
    "decode_pieces",
    "decodes",
    "error_for_code",
    "json_name",
    "loads",
    "loads_columns",
    "project",
    "read_authorities",
    "system_authorities",
    "transport_error",
]
