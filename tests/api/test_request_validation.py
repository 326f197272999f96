"""Values of an endpoint's placeholders are encoded exactly, or rejected."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from gitfleet_api import ConfigurationError
from gitfleet_api.http.request_validation import endpoint_path
from gitfleet_api.http.urls import BaseUrl

BASE = BaseUrl.parse("https://forge.example/api/v3")
_TEXT = st.text(st.sampled_from("ab./%2eEfF;\\?#: \n@ü\u2028\udc00{}") | st.characters(), max_size=8)


def _stays(path: str) -> None:
    """Assert that a path stays below the base URL, by the rules for links that servers send."""
    assert path.isascii()
    assert BASE.resolve(f"/api/v3{path}", seen_at=str(BASE)) == f"{BASE}{path}"


@given(value=_TEXT)
@example("%2e%2e")
@example("..;")
def test_a_name_is_one_segment_or_rejected(value: str) -> None:
    try:
        path = endpoint_path("/a/{n}/b", {"n": value}, (), nested=False)
    except ConfigurationError:
        return
    _, first, second, third = path.split("/")
    assert (first, unquote(second), third) == ("a", value, "b")
    assert "%2F" not in path
    if second.partition(";")[0] not in (".", ".."):
        assert "%2e" not in path.lower().replace("%252e", "")
    _stays(path)


@given(value=_TEXT)
@example("a/../b")
def test_a_path_of_names_keeps_its_number_of_segments_or_is_rejected(value: str) -> None:
    try:
        path = endpoint_path("/a/{+n}/b", {"n": value}, (), nested=False)
        encoded = endpoint_path("/a/{n}/b", {"n": value}, (), nested=True)
    except ConfigurationError:
        return
    parts = path.split("/")[2:-1]
    assert [unquote(part) for part in parts] == value.split("/")
    assert unquote(encoded.split("/")[2]) == value
    assert len(encoded.split("/")) == 4
    _stays(path)


@given(template=_TEXT.map(lambda text: "/" + text))
def test_a_template_stays_below_the_base_url_or_is_rejected(template: str) -> None:
    try:
        path = endpoint_path(template, {}, (), nested=False)
    except ConfigurationError:
        return
    assert path == template
    _stays(path)
