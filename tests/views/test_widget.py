"""The player in a notebook, from its Python side: no browser takes part."""

from __future__ import annotations

import base64
import html
import io
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.errors import ArgumentError, DecisionError, OutputError, PeerError
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.drawing.notebook import exhibit
from simulator.views.pictures.sequence import sequence
from simulator.views.player.page import document, module, stylesheet
from tests.peers import package
from tests.played import for_each, run_of

if TYPE_CHECKING:
    from simulator.views.player.live import LivePlayer
    from simulator.views.player.widget import Player

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def _anywidget() -> None:
    """None of this can be without the package."""
    package("anywidget")


def player(**options: Any) -> Player:
    """A player of a run that goes well."""
    return run_of("valid-certificate", "1.3").player(**options)


def deciding(name: str = "valid-certificate", **options: Any) -> LivePlayer:
    """A live player of a run in which every decision waits."""
    from simulator.views.player.live import live

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


def test_a_callback_can_be_given_up() -> None:
    """What ``on_step`` gives back ends the calls of that callback and of no other; twice is no mistake."""
    shown, one, other = player(), [], []
    stop = shown.on_step(lambda event: one.append(event.seq))
    shown.on_step(lambda event: other.append(event.seq))
    shown.cursor = 3
    stop()
    stop()
    shown.cursor = 4
    assert ([3], [3, 4]) == (one, other)


MISTAKES = {
    "theme": ({"theme": "blue"}, "light or dark"),
    "no theme": ({"theme": None}, "light or dark"),
    "detail": ({"detail": "x"}, "overview"),
    "message": ({"at": "Nonsense"}, "ClientHello"),
    "message by number": ({"at": 1.5}, "ClientHello"),
    "words for a cursor": ({"cursor": "x"}, "the seq of an event"),
    "half a cursor": ({"cursor": 1.5}, "the seq of an event"),
    "no cursor": ({"cursor": None}, "the seq of an event"),
    "far away": ({"cursor": 10**9}, "0 to"),
    "before it all": ({"cursor": -1}, "0 to"),
    "beside": ({"beside": "valid-certificate"}, "a run or its trace"),
}


@for_each("mistake", MISTAKES)
def test_a_mistake_is_told_in_words(mistake: str) -> None:
    """A wrong option ends in an error that says what was got, what was expected and what to do."""
    options, expected = MISTAKES[mistake]
    with pytest.raises((ArgumentError, OutputError)) as caught:
        player(**options)
    error = caught.value
    (value,) = options.values()
    assert str(value) in str(error.got)
    assert expected in str(error.expected)
    assert error.advice


def test_a_mistake_in_a_cell_leaves_the_player_as_it_was() -> None:
    """Setting a place or a theme that cannot be is refused in words too."""
    shown = player(cursor=4, theme="dark")
    with pytest.raises(ArgumentError, match="a number"):
        shown.cursor = "x"
    with pytest.raises(ArgumentError, match="Unknown theme"):
        shown.theme = "blue"
    assert (4, "dark") == (shown.cursor, shown.theme)


@for_each("cursor", [-1, 10_000])
def test_a_cursor_stands_on_an_event(cursor: int) -> None:
    """A place that the run does not have is refused, and the cursor stays."""
    shown = player(cursor=4)
    with pytest.raises(ArgumentError, match="no such event"):
        shown.cursor = cursor
    assert 4 == shown.cursor


def test_two_runs_stand_side_by_side() -> None:
    """A second run has its own cursor."""
    beside = run_of("certificate-expired", "1.3")
    shown = player(beside=beside)
    shown.second_cursor = len(beside.trace.events) - 1
    assert 2 == len(shown.document["runs"])
    assert len(beside.trace.events) - 1 == shown.second_cursor


def test_the_second_run_follows_the_first() -> None:
    """It opens where the page would have it, follows where Python moves the first, or goes its own way."""
    beside = run_of("certificate-expired", "1.2")
    shown = player(beside=beside, cursor=36)
    across = shown.document["comparison"]["across"][0]
    stops = [event["seq"] for event in shown.document["runs"][1]["events"] if event["stop"]]
    assert 0 < shown.second_cursor == max(seq for seq in stops if seq <= across[36])
    shown.cursor = 44
    assert max(seq for seq in stops if seq <= across[44]) == shown.second_cursor
    shown.second_cursor = 3
    assert (44, 3) == (shown.cursor, shown.second_cursor)


def test_a_page_that_moves_one_run_alone_is_heard() -> None:
    """Where the reader moves the first run by itself, the second stays where it is."""
    shown = player(beside=run_of("certificate-expired", "1.3"), cursor=36)
    before = shown.second_cursor
    shown.set_state({"cursor": 7})
    assert (7, before) == (shown.cursor, shown.second_cursor)


def test_the_picture_that_stands_in_has_its_words() -> None:
    """The words of the picture stand in its metadata too, so that an exported page has an alt."""
    data, metadata = player(cursor=45)._repr_mimebundle_()
    words = " ".join(data["text/plain"].split())
    assert words.endswith(metadata["image/png"]["alt"])
    assert "The client believes" in metadata["image/png"]["alt"]


def test_an_exported_page_has_the_words_of_the_picture() -> None:
    """IPython takes the pair of data and metadata, and nbconvert's classic page has the words as its alt."""
    import nbconvert
    import nbformat
    from IPython.core.formatters import DisplayFormatter

    data, metadata = DisplayFormatter().format(player(cursor=45))
    data.pop(WIDGET)
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("player", outputs=[output])
    exporter = nbconvert.HTMLExporter(template_name="classic")
    page, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    (picture,) = [tag for tag in re.findall(r"<img[^>]*>", page) if "data:image/png" in tag]
    alt = re.search(r'alt="([^"]*)"', picture)
    assert alt is not None
    assert metadata["image/png"]["alt"] == html.unescape(alt.group(1))


def test_a_picture_stands_in_without_a_kernel() -> None:
    """The output holds the widget, a PNG that can be read, and the story in words."""
    from PIL import Image

    data, metadata = player()._repr_mimebundle_()
    assert {WIDGET, "image/png", "text/plain"} == set(data)
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert "PNG" == picture.format
    whole, words = run_of("valid-certificate", "1.3")._repr_mimebundle_()
    assert whole["image/png"] == data["image/png"]
    assert words.items() <= metadata.items()
    first, *story = data["text/plain"].splitlines()
    assert repr(player()) == first
    assert "certificate" in " ".join(story)


def test_the_picture_that_stands_in_ends_where_the_reader_is() -> None:
    """A player that opens at a message has that moment as its picture, and tells nothing of what follows."""
    shown = player(at="CertificateRequest")
    assert "CertificateRequest" == shown.event.fact.name
    data, _ = shown._repr_mimebundle_()
    whole = exhibit(sequence(shown.traces[0], detail="overview")).bundle()
    assert len(data["image/png"]) < len(whole["image/png"]) / 2
    told = " ".join(data["text/plain"].split())
    assert told.endswith("The server sends CertificateRequest. What comes later is not shown.")


def test_a_message_that_nobody_sent_is_told() -> None:
    """A player cannot open at a message of another run."""
    with pytest.raises(OutputError, match="HelloRetryRequest"):
        player(at="HelloRetryRequest")


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
    shown.set_state({"answer": {"decision": shown.pending["number"], "choice": "skip"}})
    assert [("send-certificate", "skip", "outside")] == [
        (pending.name, choice, by) for pending, choice, by in shown.simulation.decisions if by == "outside"
    ]
    assert shown.simulation.finished
    assert (True, None, {}, before) == (
        shown.document["runs"][0]["finished"],
        shown.pending,
        shown.answer,
        shown.cursor,
    )
    assert 1 == sum({"document", "pending", "cursor"} <= set(state) for state in told)


def test_the_same_answer_twice_is_two_answers() -> None:
    """Each question is answered in turn, also where the answers are alike, until the run has ended."""
    shown = deciding()
    asked = 0
    while shown.pending is not None:
        waits = shown.simulation.pending
        shown.set_state({"answer": {"decision": asked, "choice": waits.choice}})
        asked += 1
    assert len(shown.simulation.decisions) == asked
    assert run_of("valid-certificate", "1.3").outcome == shown.simulation.trace.outcome


def test_python_decides_too() -> None:
    """A cell decides as the page does; what is not on offer is refused, and the question stays."""
    shown = deciding(interactive="send-certificate")
    before = shown.pending
    with pytest.raises(DecisionError):
        shown.decide("shrug")
    assert before == shown.pending
    shown.decide("skip")
    assert shown.pending is None
    with pytest.raises(DecisionError):
        shown.decide("skip")


@for_each(
    "answer",
    [
        {"decision": 0, "choice": "shrug"},
        {"decision": 7, "choice": "accept"},
        {"decision": -1, "choice": "accept"},
        {"decision": "0", "choice": "accept"},
        {"decision": None, "choice": None},
        {"choice": "accept"},
    ],
)
def test_an_answer_to_another_question_changes_nothing(answer: dict[str, Any]) -> None:
    """What a page says is carried out only if it answers a decision of this run."""
    shown = deciding()
    before = shown.pending, shown.simulation, len(shown.simulation.events)
    shown.set_state({"answer": answer})
    assert (*before, {}) == (shown.pending, shown.simulation, len(shown.simulation.events), shown.answer)


def test_a_button_pressed_twice_answers_once() -> None:
    """The second press names a decision that was taken in this very way, so the next question stays open."""
    shown = deciding()
    press = {"answer": {"decision": 0, "choice": shown.pending["options"][0]}}
    shown.set_state(press)
    shown.set_state(press)
    assert (1, []) == (len(shown.simulation.decisions), shown.earlier)


def test_another_button_pressed_after_it_changes_nothing() -> None:
    """A second choice at a decision that was just taken comes too late, unless it says otherwise."""
    shown = deciding()
    first, other = shown.pending["options"]
    shown.set_state({"answer": {"decision": 0, "choice": first}})
    shown.set_state({"answer": {"decision": 0, "choice": other}})
    assert ([first], []) == ([choice for _, choice, _ in shown.simulation.decisions], shown.earlier)
    shown.set_state({"answer": {"decision": 0, "choice": other, "otherwise": True}})
    assert other == shown.simulation.decisions[0][1]


def test_a_page_that_is_behind_is_shown_what_happened() -> None:
    """Where a cell has decided meanwhile, an answer from the page brings the page up to date."""
    shown = deciding()
    options = shown.pending["options"]
    shown.simulation.decide(options[0])
    shown.simulation.run()
    asked = shown.pending
    shown.set_state({"answer": {"decision": 0, "choice": options[0]}})
    assert 1 == shown.pending["number"]
    assert asked != shown.pending
    assert len(shown.simulation.events) == len(shown.document["runs"][0]["events"])


def test_a_place_that_is_gone_is_not_gone_to() -> None:
    """A page that speaks of an event which the run no longer has is not heeded."""
    shown = player(cursor=4)
    shown.set_state({"cursor": 10_000})
    shown.set_state({"cursor": "5"})
    assert 4 == shown.cursor


def test_a_live_run_is_forked() -> None:
    """Another player takes the other way; the first stays as it was."""
    shown = deciding(interactive="send-certificate")
    shown.decide("send")
    other = shown.fork("send-certificate", "skip")
    assert shown.simulation.trace.outcome.level != other.simulation.trace.outcome.level


def test_a_decision_is_taken_otherwise() -> None:
    """At a decision that was taken the page asks for another choice: the run goes back and on from there."""
    shown = deciding(interactive=False)
    first = shown.simulation
    decision = next(
        found
        for found in shown.document["runs"][0]["decisions"]
        if "skip" in found["options"] and found["number"] is not None
    )
    shown.set_state({"answer": {"decision": decision["number"], "choice": "skip", "otherwise": True}})
    assert [first] == shown.earlier
    assert ("REFUSED", {}) == (shown.simulation.trace.outcome.level.value, shown.answer)
    assert decision["seq"] == shown.cursor
    assert "skip" == shown.event.fact.choice
    shown.decide_otherwise("send-certificate", "send")
    assert [event.fact for event in first.events if event.actor == "server"] == [
        event.fact for event in shown.simulation.events if event.actor == "server"
    ]


def test_numbers_of_decisions_are_those_of_the_simulation() -> None:
    """A page's decision has the number by which a simulation forks; a CA's has none."""
    shown = deciding(interactive=False)
    numbered = {
        found["number"]: found["choice"]
        for found in shown.document["runs"][0]["decisions"]
        if found["number"] is not None
    }
    taken = enumerate(choice for _, choice, _ in shown.simulation.decisions)
    assert dict(taken) == numbered
    assert None in [found["number"] for found in shown.document["runs"][0]["decisions"]]


def test_the_picture_of_a_live_run_tells_no_result() -> None:
    """While it waits, the picture ends above the card; once it is over, it is the picture of the run."""
    shown = deciding(interactive="send-certificate")
    data, _ = shown._repr_mimebundle_()
    assert shown.pending["ask"] in data["text/plain"]
    shown.decide("send")
    shown.cursor = 0
    after, _ = shown._repr_mimebundle_()
    heights = [int.from_bytes(base64.b64decode(found["image/png"])[20:24]) for found in (data, after)]
    assert heights[0] < heights[1]


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra; nothing else needs the package."""
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "simulator.views.player.widget", raising=False)
    with pytest.raises(PeerError, match=re.escape("pip install 'client-auth-simulator[notebooks]'")):
        player()
