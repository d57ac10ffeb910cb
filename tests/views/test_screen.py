"""The terminal's screen: what the person sees, character by character."""

from __future__ import annotations

import pytest

from simulator.scenario.catalogue.catalogue import catalogue
from simulator.telnet.data_stream import COLUMNS
from simulator.trace.connections import connections_of
from simulator.views.drawing.display import Box, Line, Text, width_of
from simulator.views.screen.picture import (
    BRIGHT,
    COLOURED,
    NO_SCREEN,
    NO_TERMINAL,
    STYLE,
    screen,
    screen_text,
    screens_seen,
)
from tests.played import for_each, some
from tests.views.traces import run_of, trace_of

TERMINAL = [name for name, one in catalogue.items() if one.network.application in ("tn3270", "telnet")]
GLASS = {STYLE, BRIGHT, *COLOURED.values()}


@for_each("name", some(TERMINAL, 3))
def test_every_character_of_a_screen_is_drawn_in_its_column(name: str) -> None:
    """The words of each row, at their columns, lie within the glass, and the text has the same rows."""
    for trace in connections_of(run_of(name, "1.3").trace):
        drawing = screen(trace)
        texts = [one for one in drawing.items if isinstance(one, Text) and one.style in GLASS]
        glasses = [one for one in drawing.items if isinstance(one, Box) and one.style == "screen"]
        seen = list(screens_seen(trace))
        assert len(seen) == len(glasses)
        wanted = [word for one in seen for row in one.screen.lines for word in row.split()]
        assert wanted == " ".join(one.text for one in sorted(texts, key=lambda one: (one.y, one.x))).split()
        width = width_of("0", STYLE)
        for text in texts:
            inside = [box for box in glasses if box.y < text.y < box.y + box.height]
            assert len(inside) == 1
            column = (text.x - inside[0].x - 18) / width
            assert column == pytest.approx(round(column), abs=1e-6)
            assert 0 <= column <= column + len(text.text) <= COLUMNS
        written = screen_text(trace, COLUMNS + 2)
        assert all(row.rstrip() in written for one in seen for row in one.screen.lines)
        assert all(len(line) <= COLUMNS + 2 for line in written.splitlines())


def test_fields_to_type_in_are_underlined() -> None:
    """User and password, each as long as its field."""
    trace = trace_of("secure-port", "1.3")
    [seen] = screens_seen(trace)
    fields = [one for one in seen.screen.fields if not one.is_protected and one.length]
    lines = [one for one in screen(trace).items if isinstance(one, Line) and one.style == "glass.field"]
    lengths = [round((one.points[1][0] - one.points[0][0]) / width_of("0", STYLE)) for one in lines]
    assert [field.length for field in fields] == lengths == [8, 8]


def test_a_screen_that_did_not_come_is_told() -> None:
    """A refused client has none, and a session of lines has no terminal."""
    for name, words in (("no-certificate-5001", NO_SCREEN), ("valid-certificate", NO_TERMINAL)):
        trace = trace_of(name, "1.3")
        assert words.split(":")[0].split(";")[0] in " ".join(screen_text(trace, 200).split())
        drawn = " ".join(one.text for one in screen(trace).items if isinstance(one, Text))
        assert words in drawn


def test_the_level_stands_on_the_screen() -> None:
    """The one that the run came to."""
    for name in ("secure-port", "terminal-without-certificate", "clear-port"):
        run = run_of(name, "1.3")
        assert run.card.level.value in screen_text(run.trace, 82)
