"""The life of a certificate: bars and words that can be read, and all that belongs to the story."""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.trace import trace_from_dict, trace_to_dict
from simulator.views.drawing.display import Box, Line, Polygon, Text, extent_of
from simulator.views.life.life import life_of
from simulator.views.life.picture import (
    CONNECTION,
    LEVEL_GAP,
    LEVEL_WIDTH,
    MARGIN,
    WIDTH,
    apart,
    life,
    life_text,
)
from simulator.views.story.words import level_name
from tests.played import for_each, run_of

WITH_SCHEDULE = [name for name, scenario in catalogue.items() if scenario.schedule]
LIVES = (
    "renewed-in-time",
    "renewed-too-late",
    "old-certificate-still-used",
    "ca-rollover",
    "revoked-after-crl-was-fetched",
    "hold-released",
)


@for_each("name", LIVES)
def test_no_line_of_a_connection_crosses_a_date(name: str) -> None:
    """The end of a bar can be read: its date stands beside the lines of the connections, and on the page."""
    drawing = life(run_of(name, "1.3").trace)
    lines = [one for one in drawing.items if isinstance(one, Line) and one.style == CONNECTION]
    uprights = {line.points[0][0] for line in lines}
    dates = [one for one in drawing.items if isinstance(one, Text) and one.text.startswith("until ")]
    for date, x in product(dates, uprights):
        left, _, right, _ = extent_of(date)
        assert not left < x < right, date.text
        assert 0 < left < right < drawing.width


def test_a_renewed_certificate_stands_before_its_next() -> None:
    """Then the other certificates, those of CAs, and the lists."""
    told = life_of(run_of("renewed-in-time", "1.3").trace)
    assert ["alice", "alice-2", "server", "server-ca", "client-ca"] == [one.name for one in told.validities]
    lists = life_of(run_of("hold-released", "1.3").trace).validities[-2:]
    assert [("client-ca-crl-1", "list"), ("client-ca-crl-2", "list")] == [
        (one.name, one.kind) for one in lists
    ]


def test_what_came_shortly_before_the_first_connection_is_told() -> None:
    """The list that the first connection is judged by was made and fetched before it."""
    told = life_of(run_of("hold-released", "1.3").trace)
    before = [one.words for one in told.occurrences if one.at < told.connections[0].at]
    assert 3 == len(before)
    assert before[0].startswith("Client CA: the certificate of alice")
    text = life_text(run_of("hold-released", "1.3").trace, 100)
    assert "client-ca-crl-1: holds from 4 March 2030, 10:00 UTC until 5 March 2030, 10:00 UTC." in text


def test_a_short_life_has_hours() -> None:
    """Below three days the axis has hours, and each connection its time."""
    texts = [one.text for one in life(run_of("hold-released", "1.3").trace).items if isinstance(one, Text)]
    assert {"12:00", "5 Mar", "1 · 4 March 2030, 12:00"} <= set(texts)


@for_each("name", WITH_SCHEDULE)
def test_every_connection_stands_there_with_its_level(name: str) -> None:
    """Numbers, dates and levels are in the picture as they came out, and in the text in the order of time."""
    run = run_of(name, "1.3")
    told = life_of(run.trace)
    texts = [item.text for item in life(run.trace).items if isinstance(item, Text)]
    written = " ".join(life_text(run.trace, 500).split())

    assert [one.outcome.level for one in run.connections] == [one.level for one in told.connections]
    for one in told.connections:
        assert level_name(one.level) in texts
        assert any(text.startswith(f"{one.number} · ") for text in texts)
        assert f"connection {one.number}: {level_name(one.level)}." in written


@for_each("name", WITH_SCHEDULE)
def test_nothing_leaves_the_page_and_no_level_covers_another(name: str) -> None:
    """Every item lies within the page; the boxes of one row stand side by side."""
    drawing = life(run_of(name, "1.3").trace)
    boxes = [item for item in drawing.items if isinstance(item, Box) and item.style.startswith("level.edge")]

    for item in drawing.items:
        if isinstance(item, Text):
            left, _, right, bottom = item.extent
            assert (left >= 0, right <= drawing.width, bottom <= drawing.height) == (True, True, True)
    for one in boxes:
        others = [other for other in boxes if other is not one and other.y == one.y]
        assert all(abs(one.x - other.x) >= LEVEL_WIDTH for other in others)


def test_a_dot_marks_each_certificate_that_was_shown() -> None:
    """The old certificate in three connections, one of them after its end, and the new one in the last."""
    trace = run_of("old-certificate-still-used", "1.3").trace
    dots = [item for item in life(trace).items if isinstance(item, Polygon) and len(item.points) == 16]

    shown = [set(one.shown) for one in life_of(trace).connections]
    assert [{"alice", "server"}] * 3 + [{"alice-2", "server"}] == shown
    assert len(dots) == 8


def test_no_certificate_is_shown_where_no_connection_is_made() -> None:
    """The client that cannot open its file sends nothing."""
    told = life_of(run_of("pkcs12-wrong-password", "1.3").trace)
    assert [(), ("server", "alice")] == [one.shown for one in told.connections]


@given(st.lists(st.floats(0, WIDTH), min_size=1, max_size=6))
def test_boxes_move_apart_and_no_farther(wanted: list[float]) -> None:
    """They keep their order, lie within the margins, and stay where they are wanted if there is room."""
    wanted = sorted(wanted)
    placed, pitch = apart(wanted), LEVEL_WIDTH + LEVEL_GAP
    least, most = MARGIN + LEVEL_WIDTH / 2, WIDTH - MARGIN - LEVEL_WIDTH / 2

    assert all(least - 1e-6 <= place <= most + 1e-6 for place in placed)
    assert all(right - left >= pitch - 1e-6 for left, right in pairwise(placed))
    roomy = all(right - left >= pitch for left, right in pairwise(wanted))
    if roomy and least <= wanted[0] and wanted[-1] <= most:
        assert placed == wanted


def test_a_certificate_with_a_broken_date_has_no_bar() -> None:
    """A trace may hold a certificate whose date is none: the picture leaves its bar out and is drawn."""
    document = trace_to_dict(run_of("valid-certificate", "1.3").trace)
    document["events"][0]["fact"]["certificates"][0]["facts"]["not_after"] = "yesterday"
    trace = trace_from_dict(document)
    names = [one.name for one in life_of(trace).validities]
    assert trace.setup.certificates[0].name not in names
    assert 3 == len(names)
    assert life(trace).items
