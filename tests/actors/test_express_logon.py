"""Express Logon: user and PassTicket in place of what a macro types; which cause leads to which screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.actors.application import Logon
from simulator.actors.host.express_logon import logon_steps
from simulator.engine.simulation import Simulation
from simulator.errors import ScenarioError
from simulator.scenario.setup import USUAL_MACRO
from simulator.security import SecurityLevel
from simulator.telnet.express_logon import PASSWORD_PLACEHOLDER, USER_PLACEHOLDER
from simulator.telnet.reading import phrases_of, screen_in
from simulator.tls.wire.version import Version
from simulator.trace.facts import Decided, Sent, UserSought
from simulator.trace.logon_step import LogonStep
from simulator.trace.soundness import must_be_sound
from simulator.views.drawing.display import Box, Part
from simulator.views.drawing.svg import svg
from simulator.views.pictures.essential import BOTTOM, essential
from simulator.views.pictures.sequence import sequence
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.essence import Choice, essence
from simulator.views.texts.terminal import story
from tests.actors.test_peers import bytewise, pair, talk
from tests.played import VERSIONS, for_each

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

GOOD = catalogue["express-logon"]
INVALID, UNKNOWN, NOT_AUTHORIZED = (
    "INVALID USERID, )USR.ID(",
    ")USR.ID( NOT IN CP DIRECTORY",
    "PASSWORD NOT AUTHORIZED",
)
HOST = "server.logon_host"
# The six causes as HCL lists them, each by a setting, and the screen that it leads to at TSO and at z/VM.
CAUSES = {
    "the application ID in the macro is not valid": ({"client.express_logon": "CICSTEST"}, INVALID, UNKNOWN),
    "the server cannot connect to the PassTicket service": (
        {"server.passticket_service": "unreachable"},
        INVALID,
        UNKNOWN,
    ),
    "the certificate is not defined": ({"server.users": {"CN=bob": "BOB"}}, INVALID, UNKNOWN),
    "there is no certificate": (
        {"client.certificate": None, "server.client_authentication": "optional"},
        INVALID,
        UNKNOWN,
    ),
    "the certificate is not judged": ({"server.client_authentication": "unverified"}, INVALID, UNKNOWN),
    "the ticket has expired": (
        {"server.passticket": "expired"},
        NOT_AUTHORIZED,
        NOT_AUTHORIZED,
    ),
    "the ticket was used before": (
        {"server.passticket": "used-before"},
        NOT_AUTHORIZED,
        NOT_AUTHORIZED,
    ),
    "the user was not replaced": (
        {"client.logon_macro": [")USR.ID", ")PSS.WD("]},
        "INVALID USERID, )USR.ID",
        ")USR.ID NOT IN CP DIRECTORY",
    ),
    "the password was not replaced": (
        {"client.logon_macro": [")USR.ID(", ")PSS.WD"]},
        NOT_AUTHORIZED,
        NOT_AUTHORIZED,
    ),
    "the server does not know Express Logon": ({"server.express_logon": False}, INVALID, UNKNOWN),
}


def steps_of(run: Run) -> list[str]:
    """The steps of a run's logon, by name."""
    return [fact.what for _, fact in run.trace.facts(LogonStep)]


def screens_in(trace: Trace) -> list[str]:
    """The screens of a run, first to last."""
    data = [fact.raw for _, fact in trace.facts(Sent) if fact.protocol == "application_data"]
    return [str(screen) for one in data if (screen := screen_in(one)) is not None]


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_macro_logs_on_by_the_certificate(tls: TlsVersion) -> None:
    """Application, ticket, replacement and logon come in this order; then the server grants, and says so."""
    run = simulate(GOOD, tls=tls)
    must_be_sound(run.trace.events)
    expected = ["application named", "PassTicket issued", "placeholders replaced", "PassTicket used"]
    assert expected == steps_of(run)
    assert SecurityLevel.CLIENT_IDENTIFIED is run.card.level
    assert SecurityLevel.CLIENT_IDENTIFIED is run.card.client_believes
    assert run.card.access_granted
    first, last = screens_in(run.trace)
    assert "Level" not in first
    assert "alice" not in first.lower()
    assert "User     ===>" in first
    assert "ALICE IS LOGGED ON TO TSOPROD" in last
    assert "===>" not in last
    granted = next(e.seq for e, fact in run.trace.facts(Decided) if fact.decision == "grant")
    assert max(e.seq for e, _ in run.trace.facts(LogonStep)) < granted


def test_the_terminal_sends_placeholders_and_no_secret() -> None:
    """What is typed is the macro's text, for every user the same; the user comes back on the last screen."""
    run = simulate(GOOD)
    sent = [fact.raw for _, fact in run.trace.facts(Sent) if fact.protocol == "application_data"]
    phrases = [phrase for data in sent for phrase in phrases_of(data)]
    assert "typed, with Enter: user )USR.ID(, password )PSS.WD(" in phrases
    typed = next(data for data in sent if USER_PLACEHOLDER.encode("cp037") in data)
    assert PASSWORD_PLACEHOLDER.encode("cp037") in typed
    assert "ALICE".encode("cp037") not in typed


@for_each("cause", CAUSES)
@for_each("host", ["tso", "vm"])
def test_a_cause_leads_to_its_screen(cause: str, host: str) -> None:
    """Left as they are, placeholders show on the screen; a ticket that does not count is a wrong password."""
    changes, at_tso, at_vm = CAUSES[cause]
    run = simulate(GOOD.but({**changes, HOST: host}))
    must_be_sound(run.trace.events)
    wanted = at_tso if host == "tso" else at_vm
    assert wanted == [row.strip() for row in screens_in(run.trace)[-1].splitlines() if row.strip()][-1]
    assert SecurityLevel.REFUSED is run.card.level
    assert "application" == run.card.refused_at
    assert "logon refused" == steps_of(run)[-1]
    assert run.card.encrypted
    refused = next(fact for _, fact in run.trace.facts(Decided) if fact.decision == "grant")
    assert refused.reason.startswith(f"The host refuses the logon: {wanted}. ")


def test_a_ticket_opens_one_session() -> None:
    """The same ticket in a second connection is refused; a new one is taken again."""
    run = simulate(catalogue["express-logon-ticket-used-twice"])
    steps = [steps_of(one) for one in run.connections]
    assert ["PassTicket used", "logon refused", "PassTicket used"] == [one[-1] for one in steps]
    assert "PassTicket kept" in steps[1]
    assert "The PassTicket was used before" in story(run.connections[1].trace)


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_level_is_the_certificates(tls: TlsVersion) -> None:
    """A user who may use the resource is authorised; one who may not never comes to the host."""
    may = simulate(GOOD.but({"server.authorized_users": ["ALICE"]}), tls=tls)
    assert SecurityLevel.CLIENT_AUTHORIZED is may.card.level
    may_not = simulate(GOOD.but({"server.authorized_users": ["BOB"]}), tls=tls)
    assert SecurityLevel.REFUSED is may_not.card.level
    assert [] == steps_of(may_not)


def test_the_look_for_the_user_is_told_once_and_first() -> None:
    """The answer has the user, so the rule that found it stands before the answer."""
    run = simulate(GOOD.but({"certificates.alice.uris": ["urn:a"], "server.users": {"URI:urn:a": "ALICE"}}))
    [sought] = [event.seq for event, _ in run.trace.facts(UserSought)]
    assert sought < min(event.seq for event, _ in run.trace.facts(LogonStep))


@pytest.mark.parametrize("version", list(Version))
def test_a_logon_survives_any_cut(version: Version) -> None:
    """However a socket cuts the stream, both sides come to the same end."""
    client, server = pair(version, GOOD)
    talk(client, server, bytewise)
    assert SecurityLevel.CLIENT_IDENTIFIED is client.belief.level
    assert client.finished
    assert server.finished


def test_steps_only_grow() -> None:
    """With more of the logon the same steps come again, and more behind them."""
    setup = GOOD.server
    before: tuple[LogonStep, ...] = ()
    for logon in (Logon(), Logon("TSOPROD"), Logon("TSOPROD", USUAL_MACRO)):
        steps = logon_steps(setup, "ALICE", logon)
        assert before == steps[: len(before)]
        before = steps
    assert 4 == len(before)
    assert ["no application"] == [one.what for one in logon_steps(setup, "ALICE", Logon(""))]


def test_a_decision_from_outside_is_shown_as_such() -> None:
    """A refusal that the host would not have made has its own reason on the screen."""
    simulation = Simulation(GOOD, interactive="grant")
    simulation.run()
    simulation.decide("refuse")
    simulation.run()
    shown = screens_in(simulation.trace)[-1]
    assert "LOGGED ON" not in shown
    assert "Decided from outside." in shown


def test_server_without_a_macro_at_the_terminal() -> None:
    """It asks, the terminal names nothing, and the session is that of any terminal."""
    run = simulate(GOOD.but({"client.express_logon": None}))
    assert SecurityLevel.CLIENT_IDENTIFIED is run.card.level
    assert [] == steps_of(run)
    assert "NEW-ENVIRON IS USERVAR IBMELF USERVAR IBMAPPLID" in story(run.trace)


def test_every_form_tells_it() -> None:
    """The terminal's story and the picture name the steps; the setup says what is offered."""
    trace = simulate(GOOD).trace
    told, picture = story(trace), svg(sequence(trace))
    for words in ("the application of its macro: TSOPROD", "ALICE is logged on"):
        assert words in " ".join(told.split())
    assert "The terminal names the application" in picture
    assert ("Express Logon", "offered; PassTickets for TSOPROD") in trace.setup.actors[2].policy
    assert USUAL_MACRO == (USER_PLACEHOLDER, PASSWORD_PLACEHOLDER)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network.application": "telnet"}, "needs a terminal with screens"),
        ({"network.application": "line", "client.express_logon": None}, "needs a terminal with screens"),
        ({"client.express_logon": "TSO PROD"}, "must be the ID of an application"),
        ({"client.express_logon": "tso"}, "must be the ID of an application"),
        ({"client.logon_macro": [")USR.ID("]}, "must be two texts of 1 to 8 printable characters"),
        ({"client.logon_macro": ["NINECHARS", "x"]}, "must be two texts of 1 to 8 printable characters"),
        ({"server.passticket_applications": ["TOOLONGAPP"]}, "must be the ID of an application"),
        ({"server.users": {"CN=alice": "ALICEINWONDER"}}, "users of at most 8 characters"),
        ({"server.passticket": "old"}, "must be one of new, used-before, expired"),
    ],
)
def test_mistakes_are_reported_in_words(changes: dict[str, object], words: str) -> None:
    """What cannot be set up is named with the setting and what is allowed."""
    with pytest.raises(ScenarioError, match=words):
        GOOD.but(changes)


@pytest.mark.parametrize("cause", ["", *CAUSES])
def test_the_slide_has_what_was_typed_and_what_came_of_it(cause: str) -> None:
    """Typed, decided and shown: three rows, each in the band of its own number; all of it has room."""
    trace = simulate(GOOD.but(CAUSES[cause][0]) if cause else GOOD).trace
    told = essence(trace)
    typed, decided, shown = told.rows[-3:]
    assert isinstance(typed, Flight)
    assert isinstance(decided, Choice)
    assert isinstance(shown, Flight)
    assert typed.name.startswith("types )USR.ID")
    assert decided.decides
    assert screens_in(trace)[-1].split("\n")[-1].strip() in (shown.name.strip("“”"), "")
    assert [4, 5, 6, 7] == list(dict.fromkeys(map(told.number_of, told.rows)))[-4:]
    beliefs = [item for item in essential(trace).items if isinstance(item, Box) and item.part is Part.BELIEF]
    assert max(box.y + box.height for box in beliefs) == pytest.approx(BOTTOM)
