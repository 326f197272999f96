"""Everything that the author of a provider imports.

A provider is a subclass of :class:`GitProviderClient` with a :class:`ProviderProfile` and one :class:`Shape` per model.
Importing this module loads every part of a client; users of a client import :mod:`GitFleet`.
"""

from __future__ import annotations

from .._internal.gathering import gather_all
from .._internal.single_flight import SingleFlight
from .._internal.text import shorten_repr
from ..auth.source import TokenSource
from ..completeness_rules import CapError, CompletenessRules, CountedList, RowCap, SearchRule
from ..decoding.rows import RowDecoder
from ..decoding.shapes import Convert, Shape, to_datetime
from ..graphql.batch_query import BatchQuery, Json, without_fields
from ..graphql.document import Query
from ..graphql.outcomes import reason_of
from ..graphql.problems import GraphQLProblem
from ..http.repository_names import Named
from ..http.urls import QueryValue, expand, nested_segment, with_query
from ..profile import ProviderProfile, RateLimitPolicy, RateWindow
from ..provider_type import ProviderType
from ..ratelimit.headers import read_limits, whole_number
from ..ratelimit.tokens import TokenInfo, TokenManager
from ..session.block_cache import use_cache
from ..session.call import Call
from ..session.listing import Listing
from ..session.metering import LookedUp, look_up_cache
from ..session.run import ListingRun
from ..session.sampling import ListingSample, sample_listing
from ..session.session import Session
from ..session.status import provider_error
from ..validation import callable_or_none, one_of, positive, search_text, text_or_none, utc_or_none
from .base import GitProviderClient
from .options import ClientOptions
from .owners import OwnerLookup
from .provider import AccountKind, IssueOrder, IssueState, Provider
from .recipe import ClientRecipe, recipe_of

__all__ = [
    "AccountKind",
    "BatchQuery",
    "Call",
    "CapError",
    "ClientOptions",
    "ClientRecipe",
    "CompletenessRules",
    "Convert",
    "CountedList",
    "GitProviderClient",
    "GraphQLProblem",
    "IssueOrder",
    "IssueState",
    "Json",
    "Listing",
    "ListingRun",
    "ListingSample",
    "LookedUp",
    "Named",
    "OwnerLookup",
    "Provider",
    "ProviderProfile",
    "ProviderType",
    "Query",
    "QueryValue",
    "RateLimitPolicy",
    "RateWindow",
    "RowCap",
    "RowDecoder",
    "SearchRule",
    "Session",
    "Shape",
    "SingleFlight",
    "TokenInfo",
    "TokenManager",
    "TokenSource",
    "callable_or_none",
    "expand",
    "gather_all",
    "look_up_cache",
    "nested_segment",
    "one_of",
    "positive",
    "provider_error",
    "read_limits",
    "reason_of",
    "recipe_of",
    "sample_listing",
    "search_text",
    "shorten_repr",
    "text_or_none",
    "to_datetime",
    "use_cache",
    "utc_or_none",
    "whole_number",
    "with_query",
    "without_fields",
]
