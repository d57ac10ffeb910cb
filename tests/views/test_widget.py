"""The player in a notebook, from its Python side: no browser takes part."""

from __future__ import annotations

import base64
import importlib
import io
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from simulator.catalogue import catalogue
from simulator.errors import DecisionError, OutputError, PeerError
from simulator.simulation import Simulation
from simulator.views.player import document, module, stylesheet
from tests.peers import absent
from tests.runs import run_of

if TYPE_CHECKING:
    from simulator.views.widget import LivePlayer, Player

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def _anywidget() -> None:
    """None of this can be without the package."""
    try:
        importlib.import_module("anywidget")
    except ImportError:
        absent("the Python package anywidget")


def player(**options: Any) -> Player:
    """A player of a run that goes well."""
    return run_of("valid-certificate", "1.3").player(**options)


def deciding(name: str = "valid-certificate", **options: Any) -> LivePlayer:
    """A live player of a run in which every decision waits."""
    from simulator.views.widget import live

    return live(Simulation(catalogue[name], **({"interactive": True} | options)))


def sent(shown: Player) -> list[dict[str, Any]]:
    """What the player tells its page from now on, one state for each message."""
    found: list[dict[str, Any]] = []

    def send(data: dict[str, Any], **_options: object) -> None:
        if data["method"] == "update":
            found.append(data["state"])

    shown.comm.send = send
    return found


def test_it_shows_what_the_page_shows() -> None:
    """Module, style sheet and document are those of the exported page."""
    shown = player(detail="overview")
    state = shown.get_state()
    expected = (module(), stylesheet(), document(run_of("valid-certificate", "1.3").trace, detail="overview"))
    assert expected == (state["_esm"], state["_css"], state["document"])


def test_the_cursor_goes_from_python_to_the_page() -> None:
    """What Python sets, the page is told."""
    shown = player()
    told = sent(shown)
    shown.cursor = 12
    assert [{"cursor": 12}] == told


def test_the_cursor_comes_from_the_page_to_python() -> None:
    """Where the reader steps to, Python reads."""
    shown = player()
    shown.set_state({"cursor": 7})
    assert 7 == shown.cursor
    assert 7 == shown.event.seq


def test_a_callback_hears_every_step() -> None:
    """It is called with the event, whoever steps."""
    shown, heard = player(), []
    shown.on_step(lambda event: heard.append(event.seq))
    shown.cursor = 3
    shown.set_state({"cursor": 5})
    assert [3, 5] == heard


@pytest.mark.parametrize("cursor", [-1, 10_000])
def test_a_cursor_stands_on_an_event(cursor: int) -> None:
    """A place that the run does not have is refused, and the cursor stays."""
    shown = player(cursor=4)
    with pytest.raises(OutputError, match="no such event"):
        shown.cursor = cursor
    assert 4 == shown.cursor


def test_two_runs_stand_side_by_side() -> None:
    """A second run has its own cursor."""
    beside = run_of("certificate-expired", "1.3")
    shown = player(beside=beside)
    shown.second_cursor = len(beside.trace.events) - 1
    assert 2 == len(shown.document["runs"])
    assert len(beside.trace.events) - 1 == shown.second_cursor


def test_a_picture_stands_in_without_a_kernel() -> None:
    """The output holds the widget, a PNG that can be read, and the story in words."""
    from PIL import Image

    data, _ = player()._repr_mimebundle_()
    assert {WIDGET, "image/png", "text/plain"} == set(data)
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert "PNG" == picture.format
    assert run_of("valid-certificate", "1.3")._repr_mimebundle_()["image/png"] == data["image/png"]
    first, *story = data["text/plain"].splitlines()
    assert repr(player()) == first
    assert "certificate" in " ".join(story)


def test_the_words_are_the_same_every_time() -> None:
    """What Python prints names the run and the place, and no address in memory."""
    assert re.fullmatch(
        r"<Player of 'valid-certificate', TLS 1\.3: at event 2 of \d+>", repr(player(cursor=2))
    )


def test_a_live_run_waits_for_the_reader() -> None:
    """The page gets the question and the options, and no result."""
    shown = deciding()
    pending = shown.simulation.pending
    assert pending is not None
    assert list(pending.options) == shown.pending["options"]
    assert shown.pending["ask"].endswith("?")
    assert not shown.document["runs"][0]["finished"]


def test_the_readers_choice_is_carried_out() -> None:
    """An answer from the page goes to the simulation, and the page is told what follows."""
    shown = deciding(interactive="send-certificate")
    before = len(shown.traces[0].events)
    told = sent(shown)
    shown.set_state({"choice": "skip"})
    assert [("send-certificate", "skip", "outside")] == [
        (pending.name, choice, by) for pending, choice, by in shown.simulation.decisions if by == "outside"
    ]
    assert shown.simulation.finished
    assert (True, None, "", before) == (
        shown.document["runs"][0]["finished"],
        shown.pending,
        shown.choice,
        shown.cursor,
    )
    order = [key for state in told for key in state if key in {"document", "pending", "cursor"}]
    assert ["document", "pending", "cursor"] == order


def test_the_same_answer_twice_is_two_answers() -> None:
    """Each question is answered in turn, also where the answers are alike, until the run has ended."""
    shown = deciding()
    asked = 0
    while shown.pending is not None:
        asked += 1
        shown.set_state({"choice": shown.simulation.pending.choice})
    assert len(shown.simulation.decisions) == asked
    assert run_of("valid-certificate", "1.3").outcome == shown.simulation.trace.outcome


def test_a_choice_that_is_not_on_offer_changes_nothing() -> None:
    """It is refused, and the question stays."""
    shown = deciding()
    before = shown.pending
    with pytest.raises(DecisionError):
        shown.choice = "shrug"
    assert (before, "") == (shown.pending, shown.choice)


def test_a_live_run_is_forked() -> None:
    """Another player takes the other way; the first stays as it was."""
    shown = deciding(interactive="send-certificate")
    shown.choice = "send"
    other = shown.fork("send-certificate", "skip")
    assert shown.simulation.trace.outcome.level != other.simulation.trace.outcome.level


def test_the_picture_of_a_live_run_tells_no_result() -> None:
    """While it waits, the picture ends above the card; once it is over, it is the picture of the run."""
    shown = deciding(interactive="send-certificate")
    data, _ = shown._repr_mimebundle_()
    assert shown.pending["ask"] in data["text/plain"]
    shown.choice = "send"
    after, _ = shown._repr_mimebundle_()
    heights = [int.from_bytes(base64.b64decode(found["image/png"])[20:24]) for found in (data, after)]
    assert heights[0] < heights[1]


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra; nothing else needs the package."""
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "simulator.views.widget", raising=False)
    with pytest.raises(PeerError, match=re.escape("pip install 'client-auth-simulator[notebooks]'")):
        player()
