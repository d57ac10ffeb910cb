"""The life of a certificate: bars and words that can be read, and all that belongs to the story."""

from __future__ import annotations

from itertools import product

import pytest

from simulator.views.drawing.display import Line, Text, extent_of
from simulator.views.life.life import life_of
from simulator.views.life.picture import CONNECTION, life, life_text
from tests.played import run_of

LIVES = (
    "renewed-in-time",
    "renewed-too-late",
    "old-certificate-still-used",
    "ca-rollover",
    "revoked-after-crl-was-fetched",
    "hold-released",
)


@pytest.mark.parametrize("name", LIVES)
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
