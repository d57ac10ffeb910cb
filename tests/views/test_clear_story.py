"""A connection in clear in pictures and texts: every form tells it, none speaks of a handshake."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.views.export import diff_contents, run_contents
from simulator.views.story.caption import caption
from simulator.views.story.essence import Choice, essence
from simulator.views.story.reading import unread_since
from simulator.views.texts.terminal import story
from tests.played import VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

NEW = (
    "starttls",
    "secure-port-silent-client",
    "starttls-declined-refused",
    "starttls-declined-in-clear",
    "clear-port",
)
IN_CLEAR = NEW[2:]


def text(run: Run, suffix: str, view: str = "sequence", detail: str = "messages") -> str:
    """A run as a file of text."""
    return run_contents(run.trace, Path(f"run{suffix}"), view=view, detail=detail).decode()


@for_each("suffix", [".txt", ".mmd", ".puml", ".svg"])
def test_every_form_tells_start_tls(suffix: str) -> None:
    """The question, the answer, the decision and the wait are there, and the session is one of TLS."""
    drawn = " ".join(text(run_of("secure-port-silent-client", "1.3"), suffix).split())
    for words in ("DO START-TLS", "WILL START-TLS, START-TLS FOLLOWS", "in the clear", "ClientHello"):
        assert words in drawn
    if suffix != ".svg":  # its lines are cut to the width of a note
        assert "The beginning of TLS did not come within 5 s" in drawn
    assert "agree" in drawn


def test_a_sentence_over_two_rows_of_a_screen_is_told_as_one() -> None:
    """The line break of the terminal is none of the story's; rows of their own stay rows."""
    told = story(run_of("saf-check-fails", "1.3").trace, 80)
    rows = [line.strip(" │\n") for line in told.split("\n")]
    at = rows.index("Level......: REFUSED")
    assert rows[at - 1] == "Standing...: alice; no user mapped"
    beginning = "The server opens this session to known users only, and the client"
    assert rows[at + 1 : at + 3] == [beginning, "is mapped to none.”"]


@for_each("suffix", [".txt", ".mmd", ".puml", ".svg"])
def test_every_form_tells_a_session_in_clear(suffix: str) -> None:
    """The negotiation is told item by item and the screen row by row, and the level is the lowest."""
    drawn = " ".join(text(run_of("starttls-declined-in-clear", "1.3"), suffix).split())
    drawn = drawn.replace("<U+002E>", ".")  # PlantUML reads dots
    for words in ("WONT START-TLS", "decline", "DEVICE-TYPE IS", "IBM-3278-4-E CONNECT LU000001"):
        assert words in drawn
    for words in ("Level......: CLEARTEXT", "Cleartext", "In clear", "no TLS"):
        assert words in drawn
    assert "handshake call returns" not in drawn
    assert "application data" not in drawn


@for_each("view", ["timeline", "ladder", "states", "trust-graph", "bytes", "life"])
@for_each("name", NEW)
def test_every_other_picture_can_be_drawn(name: str, view: str) -> None:
    """No view needs a handshake."""
    for detail in ("overview", "everything"):
        assert "<svg" in text(run_of(name, "1.3"), ".svg", view, detail)


@for_each("tls", VERSIONS)
@for_each("name", NEW)
def test_the_slide_has_room_for_it(name: str, tls: TlsVersion) -> None:
    """One choice decides, a belief is said once, START-TLS and the ClientHello are two arrows."""
    told = essence(run_of(name, tls).trace)
    assert [row.decides for row in told.rows if isinstance(row, Choice)].count(True) == 1
    held = [belief.held for _, belief in told.beliefs if belief.event.actor == "client"]
    assert all(one is not other for one, other in pairwise(held) if name in IN_CLEAR)
    drawn = text(run_of(name, tls), ".svg", detail="essential")
    bottom = max(float(y) for y in re.findall(r'<text[^>]* y="([0-9.]+)"', drawn))
    assert bottom <= float(re.search(r'viewBox="0 0 [0-9.]+ ([0-9.]+)"', drawn)[1])  # type: ignore[index]
    assert ("after 5 s: DO START-TLS" in drawn) is (name in (NEW[1], NEW[3]))


@for_each("name", IN_CLEAR)
def test_the_caption_speaks_of_no_handshake(name: str) -> None:
    """It says that neither side begins TLS, and what was decided instead."""
    said = caption(run_of(name, "1.3").trace)
    assert "no side begins TLS" in said
    assert "without TLS." in said


def test_run_json_says_none() -> None:
    """The document has the words of the card: no handshake, the layer, what the client saw."""
    done = CliRunner().invoke(clientauth, ["run", "starttls-declined-refused", "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (found["client"]["handshake"], found["server"]["handshake"]) == ("none", "none")
    assert (found["level"], found["refused_at"], found["alert"]) == ("REFUSED", "telnet", None)
    assert (found["negotiated"], found["messages"], found["client"]["saw"]) == (None, [], "end of file")


def test_a_client_hello_at_a_clear_port_is_never_read() -> None:
    """What the server makes nothing of is drawn as what is never read, once the server has closed."""
    trace = run_of("clear-port", "1.3").but({"client.starts_tls": "at-once"}).trace
    lost = {trace.events[seq].fact.name for seq in unread_since(trace)}  # type: ignore[union-attr]
    assert lost == {"ClientHello", "DO TN3270E"}


def test_two_ports_can_be_compared() -> None:
    """The comparison of a session under TLS with one in clear names where they part."""
    one, other = run_of("starttls", "1.3").trace, run_of("starttls-declined-in-clear", "1.3").trace
    for suffix in (".txt", ".svg", ".html"):
        assert b"START-TLS" in diff_contents(one, other, Path(f"both{suffix}"))


def test_the_player_shows_bytes_in_no_record() -> None:
    """A message in clear has its bytes, and around them nothing of TLS."""
    from simulator.views.player.document import document

    held = document(run_of("starttls", "1.3").trace)
    shown = [one for one in held["runs"][0]["messages"].values() if one["name"] == "DO START-TLS"]
    assert [(one["bytes"], one["wire_fields"][0][3]) for one in shown] == [("fffd2e", "TCP data")]
