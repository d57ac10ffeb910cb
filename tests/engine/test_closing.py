"""What reaches a client that is refused: the alert, a reset, or the end of the connection alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.runs.run import Run, simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.mistakes.mistake import ScenarioProblemsError
from simulator.trace.facts import Alert, Sent, TransportEnded
from simulator.trace.trace import trace_from_json
from simulator.views.story.reading import unread_since

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

EAGER = {"client.writing_ms": 100, "client.looks_first": False}
LOOKING = {"client.writing_ms": 100}
AT_ONCE: dict[str, object] = {}

#: close, client → what it sees in TLS 1.3; in TLS 1.2 it waits in its handshake, and so looks first.
SEEN = {
    ("alert", "eager"): "alert",
    ("alert", "looking"): "alert",
    ("alert", "at once"): "alert",
    ("reset", "eager"): "connection reset",
    ("reset", "looking"): "alert",
    ("reset", "at once"): "alert",
    ("eof", "eager"): "end of file",
    ("eof", "looking"): "end of file",
    ("eof", "at once"): "end of file",
}
HABITS = {"eager": EAGER, "looking": LOOKING, "at once": AT_ONCE}


def refused(close: str, habit: str, tls: TlsVersion = "1.3", name: str = "certificate-expired") -> Run:
    """A refusal at the end of a connection that closes in this way, for a client of this habit."""
    return simulate(catalogue[name].but({"network.close": close, **HABITS[habit]}), tls=tls)


@pytest.mark.parametrize(("close", "habit"), SEEN)
def test_what_a_refused_client_sees(close: str, habit: str) -> None:
    """The table, in both versions; level and decisive check never depend on it.

    An alert that never left its program is no alert that was sent.
    """
    for tls, seen in (("1.3", SEEN[close, habit]), ("1.2", SEEN[close, "looking"])):
        run = refused(close, habit, tls)
        document = run.to_dict()
        assert seen == document["client"]["saw"]
        assert run.card.client_saw == (None if close == "alert" else seen)
        assert ("REFUSED", "validity", "tls") == tuple(
            document[key] for key in ("level", "decisive_check", "refused_at")
        )
        assert (document["alert"] is None) == (close == "eof")
        assert "REFUSED" == document["client"]["believes"]
        assert trace_from_json(run.trace.to_json()) == run.trace


def test_a_lost_alert_was_sent_and_is_never_read() -> None:
    """The reset follows the alert on the wire; the client notices it with its failed write, 100 ms on."""
    trace = refused("reset", "eager").trace
    alert = next(event for event in trace.of(Alert))
    sent, noticed = trace.of(TransportEnded)
    assert (alert.actor, sent.actor, noticed.actor) == ("server", "server", "client")
    assert alert.seq < sent.seq == noticed.cause
    assert unread_since(trace)[alert.seq] == noticed.seq
    words = [event for event, fact in trace.facts(Sent) if fact.protocol == "application_data"]
    assert len(words) == 1  # the second half was never taken
    assert noticed.at - words[0].at == 100_000


def test_data_that_comes_after_the_end_is_answered_with_a_reset() -> None:
    """A server that left nothing unread ends with FIN; what the client writes later gets a reset back."""
    ends = [
        (event.at, end.direction, end.how)
        for event, end in refused("eof", "eager").trace.facts(TransportEnded)
    ]
    assert [(direction, how) for _, direction, how in ends] == [
        ("sent", "end of file"),
        ("received", "end of file"),
        ("sent", "connection reset"),
    ]
    assert ends[2][0] == ends[1][0] + 20_000  # one way through the network


@pytest.mark.parametrize("close", ["alert", "reset", "eof"])
@pytest.mark.parametrize("application", ["line", "http"])
def test_a_connection_that_is_granted_ends_as_always(close: str, application: str) -> None:
    """Closing is about refusals by alert; a client that writes slowly is understood all the same."""
    changed = {"network.close": close, "network.application": application, **EAGER}
    for tls in ("1.2", "1.3"):
        run = simulate(catalogue["valid-certificate"].but(changed), tls=tls)
        assert "CLIENT_AUTHENTICATED" == run.card.level.value
        assert not any(run.trace.of(TransportEnded))
        assert run.to_dict()["client"]["saw"] is None


def test_a_refusal_by_the_client_is_not_the_servers_to_lose() -> None:
    """A client that refuses the server sees nothing of the server's, however that closes."""
    run = refused("reset", "at once", name="server-expired")
    assert "client" == run.to_dict()["alert"]["sender"]
    assert not any(run.trace.of(TransportEnded))


def test_an_eager_client_needs_time_to_be_eager() -> None:
    """A client that writes all at once looks at nothing in between, so the setting is refused."""
    with pytest.raises(ScenarioProblemsError, match=r"set client\.writing_ms as well"):
        catalogue["valid-certificate"].but({"client.looks_first": False})
