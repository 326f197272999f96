"""Strategies for JSON texts that are like what a projection asks for, and for texts that are nearly JSON."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from gitfleet_api import Column, Projection
from gitfleet_api.backend import Kind

_KEYS: Final = ("a", "b", "c", "d", "é", "")
_KINDS: Final[tuple[Kind, ...]] = ("str", "int", "float", "bool", "json")

# As they stand in a text. Most keys are plain, so that equal ones meet.
_KEY_TEXTS = st.sampled_from(
    [
        '"a"',
        '"b"',
        '"c"',
        '"d"',
        '"a"',
        '"b"',
        r'"\u0061"',
        '"é"',
        r'"\u00e9"',
        '""',
        r'"\ud800"',
        '"a.b"',
        r'"\\"',
    ]
)
_OF_KIND: Final[dict[str, st.SearchStrategy[str]]] = {
    "str": st.sampled_from(
        [
            '""',
            '"x"',
            '"é\U0001f600"',
            r'"\n\"\\\/"',
            r'"\ud83d\ude00"',
            r'"\udc00"',
            r'"\\ud800"',
            '"\x7f"',
            '"[{"',
        ]
    ),
    "int": st.one_of(
        st.integers(-3, 3).map(str),
        st.integers().map(str),
        st.sampled_from(["-0", "9223372036854775808", "1" + "0" * 40, "7" * 4300, "7" * 4301, "-" + "7" * 4300]),
    ),
    "float": st.one_of(
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.sampled_from(["1e2", "1E+2", "-0.0", "0e0", "1e400", "-1e400", "1e-400", "1.0", "1" + "0" * 25 + ".5"]),
    ),
    "bool": st.sampled_from(["true", "false"]),
    "json": st.sampled_from(["[]", "{}", "[1]", '{"a":1,"a":2}', '[{"b":[null]}]', "true", "1.5", '"x"', '[[["x"]]]']),
}
_NULL = st.just("null")
_ANY: Final[st.SearchStrategy[str]] = st.one_of(*_OF_KIND.values(), _NULL)
_BLANKS = st.sampled_from(["", "", "", "", " ", "\n", "\t\r "])

_paths = st.lists(st.sampled_from(_KEYS[:4]), min_size=1, max_size=3).map(tuple)


@st.composite
def projections(draw: st.DrawFn) -> Projection:
    """Any projection over a small alphabet of keys: equal paths and prefixes of each other are frequent."""
    paths = draw(st.lists(st.one_of(_paths, _paths, st.just(())), min_size=1, max_size=4))
    made = [Column(path, draw(st.sampled_from(_KINDS)) if path else "json") for path in paths]
    at = draw(st.lists(st.sampled_from(_KEYS), max_size=2).map(tuple))
    beside = tuple(draw(st.lists(st.sampled_from(_KEYS[:3]), max_size=2, unique=True)))
    return Projection(tuple(made), at, draw(st.booleans()), beside)


@st.composite
def documents(draw: st.DrawFn, projection: Projection) -> str:
    """A JSON text that mostly is what ``projection`` expects, with surprises."""
    if draw(st.integers(0, 15)) == 0:
        return draw(_ANY)
    if projection.many:
        rows = [draw(_row(projection)) for _ in range(draw(st.integers(0, 3)))]
        text = "[" + ",".join(rows) + "]"
    else:
        text = draw(_row(projection))
    for key in reversed(projection.at):
        text = draw(_object({key: text}))
    return draw(_BLANKS) + text + draw(_BLANKS)


@st.composite
def _row(draw: st.DrawFn, projection: Projection) -> str:
    if draw(st.integers(0, 20)) == 0:
        return draw(_ANY)
    return draw(_node([(column.path, column.kind) for column in projection.columns if column.path]))


@st.composite
def _node(draw: st.DrawFn, wanted: list[tuple[tuple[str, ...], Kind]]) -> str:
    """An object in which most of the ``wanted`` paths are."""
    below: dict[str, list[tuple[tuple[str, ...], Kind]]] = {}
    for path, kind in wanted:
        below.setdefault(path[0], []).append((path[1:], kind))
    members: dict[str, str] = {}
    for key, inner in below.items():
        choice = draw(st.integers(0, 20))
        deeper = [(path, kind) for path, kind in inner if path]
        if choice == 0:
            continue
        if choice == 1:
            members[key] = draw(_ANY)
        elif choice == 2:
            members[key] = "null"
        elif deeper:
            members[key] = draw(_node(deeper))
        else:
            members[key] = draw(_OF_KIND[inner[0][1]])
    return draw(_object(members))


@st.composite
def _object(draw: st.DrawFn, members: dict[str, str]) -> str:
    pairs = [(f'"{key}"', text) for key, text in members.items()]
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        pairs.insert(draw(st.integers(0, len(pairs))), (draw(_KEY_TEXTS), draw(_ANY)))
    blank = draw(_BLANKS)
    return "{" + ",".join(f"{blank}{key}{blank}:{text}{blank}" for key, text in pairs) + "}"


_SLIPS = st.sampled_from(
    [
        *(b"", b",", b":", b"]", b"}", b"[", b"{", b'"', b"\\", b"\\u", b"'", b"//"),
        *(b"NaN", b"-", b"0", b".", b"e", b"null", b"tru", b" ", b"\n"),
        *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\xa0", b"\0", b"\x1f"),
    ]
)


@st.composite
def bodies(draw: st.DrawFn, projection: Projection) -> bytes:
    """A body: a document as it should be, or with a slip somewhere, cut off, or deeply nested."""
    body = draw(documents(projection)).encode()
    fate = draw(st.sampled_from(["whole"] * 12 + ["slip"] * 5 + ["cut", "bom", "deep", "tail"]))
    if fate == "slip":
        place = draw(st.integers(0, len(body)))
        return body[:place] + draw(_SLIPS) + body[place + draw(st.integers(0, 2)) :]
    if fate == "cut":
        return body[: draw(st.integers(0, len(body)))]
    if fate == "bom":
        return b"\xef\xbb\xbf" + body
    if fate == "tail":
        return body + draw(_SLIPS)
    if fate == "deep":
        levels = draw(st.integers(505, 520))
        deep = b"[" * levels + draw(st.sampled_from([b"", b"1", b'"["', rb'"\ud800"'])) + b"]" * levels
        return draw(st.sampled_from([deep, b'{"a":%s}' % deep, b'[{"b":%s,"a":1}]' % deep, b"[%s,%s]" % (body, deep)]))
    return body
