"""Whatever a peer sends, an actor answers: it does not raise, hang or swell."""

from __future__ import annotations

import random
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from simulator.actors.reporting import bytes_to_send
from simulator.security import SecurityLevel, Standing
from simulator.tls.events import DataSent
from simulator.tls.wire.records import MAX_FRAGMENT, ContentType, record_header
from simulator.tls.wire.version import SIDES, Version
from simulator.trace.facts import Alert, Checked, Noted
from tests.actors.test_peers import NOW, pair, settle
from tests.attack import Attack
from tests.hostile import problem_of, random_actors
from tests.hostile_actors import ACTOR_PLAYS, BEHIND
from tests.played import EVERYTHING, VERSIONS, for_each

if TYPE_CHECKING:
    from simulator.actors.client import Client
    from simulator.actors.peer import Peer
    from simulator.actors.server import Server
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Fact

MEGABYTE = 2**20
ATTACKS = 1000 if EVERYTHING else 70  # make fuzz makes others


@pytest.mark.parametrize("role", SIDES)
@pytest.mark.parametrize("tls", VERSIONS)
def test_random_attacks(tls: str, role: Side) -> None:
    """Streams and messages changed at random: both actors end, and nothing raises."""
    dice = random.Random(f"{tls} {role}")
    for _ in range(ATTACKS):
        attack = random_actors(dice, tls, role)
        assert problem_of(attack) is None, attack


@for_each("more", ["00000000", "14000000", "1400000c" + "00" * 12, "04000006000000000000", "ff"])
@for_each("role", SIDES)
@for_each("tls", VERSIONS)
def test_finished_and_more_in_one_record(tls: str, role: Side, more: str) -> None:
    """What stands behind Finished in its record may end the connection; then nothing is left to decide."""
    for play in ACTOR_PLAYS:
        attack = Attack("actors", tls, play, role, "Finished", ((BEHIND, 0, more),))
        assert problem_of(attack) is None, attack


def asked(version: Version) -> tuple[Client, Server]:
    """A client that has the server's flight and waits for its verdict on the certificate."""
    client, server = pair(version)
    client.receive(spoken(server, server.receive(bytes_to_send(client.start(NOW)), NOW)), NOW)
    assert client.pending is not None
    return client, server


def spoken(actor: Peer, facts: list[Fact]) -> bytes:
    """What an actor sends once it has taken its decisions."""
    return bytes_to_send(settle(actor, facts))


@pytest.mark.parametrize("version", list(Version))
def test_a_slow_decision_does_not_swell(version: Version) -> None:
    """While a decision waits 64 MiB are kept up to a limit, and the decision can be taken."""
    client, _ = asked(version)
    piece = record_header(ContentType.APPLICATION_DATA, MAX_FRAGMENT) + bytes(MAX_FRAGMENT)
    tracemalloc.start()
    for _ in range(64 * MEGABYTE // len(piece)):
        client.receive(piece, NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE
    settle(client, client.decide("accept", NOW))
    assert client.finished
    assert client.belief.level is SecurityLevel.REFUSED


@pytest.mark.parametrize("version", list(Version))
def test_a_peer_that_sent_too_much_is_refused_after_the_decision(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept is read first, the server's proof included; then the lost rest is an internal_error."""
    monkeypatch.setattr("simulator.actors.peer.MOST_UNREAD_BYTES", 4000)
    client, _ = asked(version)
    client.receive(record_header(ContentType.APPLICATION_DATA, MAX_FRAGMENT) + bytes(5000), NOW)
    facts = settle(client, client.decide("accept", NOW))
    assert any(isinstance(fact, Checked) for fact in facts)
    assert [fact.name for fact in facts if isinstance(fact, Alert)] == ["internal_error"]
    assert client.finished


@pytest.mark.parametrize("version", list(Version))
def test_many_bytes_at_once_cost_linear_time(version: Version) -> None:
    """Four times as many bytes in one piece take some four times as long, and not sixteen.

    Of three tries the quickest counts: what another program takes from this one only adds.
    """
    spent = [min(_seconds_for(megabytes, version) for _ in range(3)) for megabytes in (4, 16)]
    assert spent[1] < 9 * spent[0]


def _seconds_for(megabytes: int, version: Version) -> float:
    """The processor's seconds for a client to read so much in one piece."""
    client, server = asked(version)
    client.receive(spoken(server, server.receive(spoken(client, []), NOW)), NOW)
    assert client.returned
    stream = b"".join(
        event.wire
        for event in server.machine.write(bytes(megabytes * MEGABYTE))
        if isinstance(event, DataSent)
    )
    began = time.process_time()
    client.receive(stream, NOW)
    spent = time.process_time() - began
    assert not client.finished
    return spent


@pytest.mark.parametrize("version", list(Version))
def test_a_connection_that_ends_after_the_grant_is_no_refusal(version: Version) -> None:
    """Both sides know of the session before the transport ends without a goodbye: their beliefs stand."""
    client, server = asked(version)
    to_client = spoken(server, server.receive(spoken(client, []), NOW))
    assert [type(fact) for fact in server.disconnected()] == [Noted]
    assert (server.finished, server.belief.standing) == (True, Standing.AUTHENTICATED)
    settle(client, client.receive(to_client, NOW))
    assert [type(fact) for fact in client.disconnected()] == [Noted]
    assert (client.finished, client.belief.level) == (True, SecurityLevel.CLIENT_AUTHENTICATED)
    assert client.receive(b"more", NOW) == client.disconnected() == []


@pytest.mark.parametrize("version", list(Version))
def test_a_connection_that_ends_before_the_grant_is_a_refusal(version: Version) -> None:
    """A client that never heard the server's words learns that there is no session; no decision is left."""
    client, _ = asked(version)
    client.disconnected()
    assert (client.finished, client.pending) == (True, None)
    assert client.belief.level is SecurityLevel.REFUSED
    waiting, server = asked(version)
    facts = server.receive(spoken(waiting, []), NOW)
    while server.pending is not None and server.pending.name != "grant":
        facts = server.decide(server.pending.choice, NOW)
    assert facts
    server.disconnected()
    assert (server.pending, server.belief.standing) == (None, Standing.REFUSED)
