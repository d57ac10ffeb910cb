"""The story in the terminal: for every scenario, width, colour and alphabet."""

from __future__ import annotations

import re

import pytest

from simulator.errors import OutputError
from simulator.trace.facts import Alert, Checked, Sent
from simulator.views.drawing.cells import cells, wrap_cells
from simulator.views.drawing.display import Text
from simulator.views.pictures.sequence import sequence
from simulator.views.story.lanes import SEED_MARK
from simulator.views.story.reading import message_name
from simulator.views.story.words import level_name
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml
from simulator.views.texts.terminal import passages, story
from tests.played import RUNS, for_each, turn_of
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, trace_of

WIDTHS = (60, 80, 100, 120, 200)
CODES = re.compile(r"\x1b\[[0-9;]*m")


@for_each("name, tls", RUNS)
def test_no_line_is_longer_than_the_terminal(name: str, tls: str) -> None:
    """Every line fits, at every width and detail."""
    for width in WIDTHS:
        for detail in turn_of(DETAILS, name, tls, width):
            lines = story(trace_of(name, tls), width, detail=detail).splitlines()
            assert [line for line in lines if cells(line) > width] == []


@for_each("kind", HOSTILE)
def test_hostile_texts_keep_the_lanes_straight(kind: str) -> None:
    """No name moves the cursor, colours the screen, or pushes a lane aside; ASCII stays ASCII."""
    for width in (60, 80):
        text = story(hostile_trace(kind), width)
        assert [line for line in text.split("\n") if cells(line) > width] == []
        assert [character for character in text if character != "\n" and not character.isprintable()] == []
        walled = [line for line in text.split("\n") if line.startswith("    │")]
        assert {cells(line) for line in walled} == {width - 4}
        assert story(hostile_trace(kind), width, ascii_only=True).isascii()


@for_each("name, tls", RUNS)
def test_colour_adds_codes_and_nothing_else(name: str, tls: str) -> None:
    """Without the codes the coloured story is the plain one, so nothing is said by colour alone."""
    trace = trace_of(name, tls)
    assert CODES.sub("", story(trace, 80, colour=True)) == story(trace, 80)


@for_each("name, tls", RUNS)
def test_the_pieces_are_the_story(name: str, tls: str) -> None:
    """Read piece by piece it is the same text, and no piece is empty."""
    trace = trace_of(name, tls)
    steps = [[line for passage in step for line in passage.lines] for step in passages(trace, 80)]
    pieces = ["\n".join(lines) for lines in steps]
    assert "\n".join(pieces) + "\n" == story(trace, 80)
    assert [piece for piece in pieces if not piece.strip()] == []
    headings = [[line for line in piece.splitlines() if line.startswith("───")] for piece in pieces]
    assert [0, *[1] * (len(pieces) - 1)] == [len(lines) for lines in headings]


@for_each("name, tls", RUNS)
def test_the_story_tells_every_message_the_decisive_check_and_the_level(name: str, tls: str) -> None:
    """What was said, what decided, and what came of it stand there in words."""
    trace = trace_of(name, tls)
    text = story(trace, 120)
    facts = [event.fact for event in trace.events]
    wanted = {message_name(fact.name) for fact in facts if isinstance(fact, Sent | Alert)} | {
        level_name(trace.card.level)
    }
    failed = [fact.verdict.decisive for fact in facts if isinstance(fact, Checked)]
    wanted |= {f"Decisive: {check.name}" for check in failed if check}
    assert sorted(words for words in wanted if words not in text) == []


def test_an_arrow_points_to_the_receiver_and_shows_its_keys() -> None:
    """A clear line to the right, an encrypted one to the left, one that nobody read, and an alert."""
    lines = story(trace_of("certificate-expired", "1.3"), 80).splitlines()
    shown = [line[4:] for line in lines if line.startswith(("    ├", "    │◀"))]
    wanted = {
        4: "├── ClientHello ── [0-9]+ bytes, in the clear ─+▶│",
        7: "│◀══ EncryptedExtensions ══ [0-9]+ bytes, handshake keys ═+┤",
        14: "├══ CertificateVerify ══ [0-9]+ bytes, handshake keys ═+ ⊘ never read│",
        len(shown) - 1: "│◀━━ Alert: certificate_expired ━━ fatal, code 45, application keys ━+┤",
    }
    assert [shown[place] for place, line in wanted.items() if not re.fullmatch(line, shown[place])] == []


def test_wrapping_loses_nothing() -> None:
    """Lines joined again give the words back, and a word longer than the line is cut into pieces."""
    assert wrap_cells("one two three", 7) == ["one two", "three"]
    assert wrap_cells("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap_cells("漢字漢字", 5) == ["漢字", "漢字"]
    assert wrap_cells("", 5) == [""]


def test_an_unknown_detail_is_told_with_what_is_allowed() -> None:
    """A detail that does not exist is an error that lists those that do."""
    with pytest.raises(OutputError, match="overview, messages or everything"):
        story(trace_of("valid-certificate", "1.3"), detail="all")


def test_the_mark_of_seeded_keys_is_said_once() -> None:
    """The names of seeded CAs carry a mark: text and picture say it in the heading and nowhere else."""
    trace = trace_of("chain-with-intermediate", "1.3")
    shown = " ".join(
        item.text for item in sequence(trace, detail="everything").items if isinstance(item, Text)
    )
    for words in (
        " ".join(story(trace, 200, detail="everything").split()),
        shown,
        mermaid(trace),
        plantuml(trace),
    ):
        assert 1 == words.count(SEED_MARK)
