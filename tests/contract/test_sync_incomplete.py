"""Incomplete listings of synchronous clients."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from GitFleet.sync import GitHubClient
from gitfleet_api import Event, IncompleteListing, IncompleteListingError
from support.raw_server import RawServer, always, http_response

RESPONSE = http_response([{"id": 1}], headers={"X-GitHub-SSO": "partial-results; organizations=5"})


@dataclass
class Row:
    """A row with an id."""

    id: int


def test_a_synchronous_listing_has_the_same_gaps(engine: str) -> None:
    with RawServer(always(RESPONSE)) as server, GitHubClient("t", server.url, backend=engine) as client:  # type: ignore[arg-type]
        listing = client.fetch_all("/issues", Row)
        assert listing.complete is None
        with pytest.raises(IncompleteListingError) as caught:
            listing.all()
        assert caught.value.rows == [Row(1)]
        assert listing.complete is False
        assert [gap.reason for gap in listing.gaps] == ["sso"]
        lenient = listing.with_options(on_incomplete="ignore")
        assert list(lenient) == [Row(1)]
        assert lenient.complete is False


def test_a_synchronous_client_can_warn(engine: str) -> None:
    events: list[Event] = []
    with (
        RawServer(always(RESPONSE)) as server,
        GitHubClient("t", server.url, backend=engine, on_incomplete="warn", on_event=events.append) as client,  # type: ignore[arg-type]
    ):
        assert client.fetch_all("/issues", Row).all() == [Row(1)]
    assert [type(event) for event in events if isinstance(event, IncompleteListing)] == [IncompleteListing]
