"""Two traces: where they part and what follows from it. Many: the outcome matrix, as values.

Two runs of scenarios that differ in one thing go the same way for a while. The first event that a reader can
tell apart is the parting: what a side believes, knows, decides, says or gets back. Everything that it made
happen, directly or not, follows from it. Runs often differ earlier in bookkeeping: another serial number,
another line of a ledger that passes. That is found apart: shown first, it leads a reader to the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from simulator.tls.wire.version import SIDES, Side
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Received,
    Sent,
    StandingChanged,
    StateChanged,
    TransportEnded,
    Unanswered,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.json import plain
from simulator.trace.logon_step import LogonStep
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.security import ClientProof, RefusalLayer, SecurityLevel
    from simulator.trace.facts import Event, Fact, Setup
    from simulator.trace.trace import Trace

    Pair = tuple[Event | None, Event | None]


# Of the facts that are compared by some of their fields: which. Of all others only the kind counts.
COUNTING: Mapping[type, tuple[str, ...]] = {
    Alert: ("direction", "name"),
    TransportEnded: ("direction", "how"),
    Decided: ("decision", "choice"),
    StateChanged: ("before", "after"),
    HandshakeReturned: ("result", "negotiated"),
    BeliefChanged: ("level", "assumed"),
    StandingChanged: ("standing", "user"),
    UserSought: ("user",),
    CertificateSought: ("chosen", "prompted"),
    TimerExpired: ("awaited",),
    HeaderRead: ("names", "user"),
    LogonStep: ("what", "application", "user"),
}


@dataclass(frozen=True, slots=True)
class Divergence:
    """The place where two runs part.

    Attributes:
        actor: whose event it is.
        seq_a: the first event of the first run that goes another way, or None where that run has none left,
            or lacks the change of belief that stands alone in the other.
        seq_b: the same in the second run.
        follows_a: what came of it in the first run, by ``seq``, itself included.
        follows_b: the same in the second run.
        settings: the differences of the two setups, as (where, in the first, in the second).
    """

    actor: Side
    seq_a: int | None
    seq_b: int | None
    follows_a: tuple[int, ...]
    follows_b: tuple[int, ...]
    settings: tuple[tuple[str, str, str], ...]


def first_divergence(a: Trace, b: Trace) -> Divergence | None:
    """The first place where two runs do not go the same way for a reader, or None where they never part.

    Bytes, moments and what :func:`told` leaves out do not count. Each side is compared by itself, since what
    two actors do at about the same time may come in either order. What came before the connection is
    compared only as it is set up.
    """
    found = _first(a, b, told)
    if found is None:
        return None
    event_a, event_b = found
    one = event_a or event_b
    assert one is not None
    return Divergence(
        actor="client" if one.actor == "client" else "server",
        seq_a=_shown(event_a, event_b),
        seq_b=_shown(event_b, event_a),
        follows_a=consequences(a.events, event_a),
        follows_b=consequences(b.events, event_b),
        settings=tuple(different_settings(a.setup, b.setup)),
    )


def _shown(event: Event | None, other: Event | None) -> int | None:
    """The ``seq`` of a side of the parting; None too for what only comes next where a belief is missing."""
    held = [isinstance(one.fact, BeliefChanged | StandingChanged) for one in (event, other) if one]
    return None if event is None or held == [False, True] else event.seq


def first_bookkeeping(a: Trace, b: Trace) -> Pair | None:
    """The first two events that are not equal to the byte, or None; either may be missing."""
    return _first(a, b, lambda fact: (fact,))


def _first(a: Trace, b: Trace, said: Callable[[Fact], tuple[Any, ...]]) -> Pair | None:
    """The earliest pair of events of one side of which ``said`` differs; it passes over what says nothing."""
    partings = []
    for side in SIDES:
        for pair in zip_longest(_story(a, side, said), _story(b, side, said)):
            one, other = (said(event.fact) if event else () for event in pair)
            if one != other:
                partings.append(pair)
                break
    return min(partings, key=_moment, default=None)


def _story(trace: Trace, side: Side, said: Callable[[Fact], tuple[Any, ...]]) -> Iterator[Event]:
    """The events of one side that say something, from the beginning of the connection on."""
    return (event for event in trace.events if event.actor == side and event.at >= 0 and said(event.fact))


def _moment(pair: Pair) -> tuple[int, int]:
    """The time and number of the earlier of two events; it made the rest happen."""
    return min((event.at, event.seq) for event in pair if event is not None)


def told(fact: Fact) -> tuple[Any, ...]:
    """The parts of a fact that a reader goes by; empty for a fact that is bookkeeping alone.

    A machine's moves and ChangeCipherSpec follow from what is said, and what is read was sent. What comes of
    a question to an OCSP responder, the ledger says. Of a ledger
    the result counts (trusted, not judged, not accepted) and the decisive check: a longer chain adds lines,
    but no knowledge.
    """
    match fact:
        case StateChanged() | Received() | Sent(protocol="change_cipher_spec" | "ocsp") | Unanswered():
            return ()
        case Checked(verdict=verdict):
            judged = any(check.outcome is CheckOutcome.PASS for check in verdict.checks)
            decisive = verdict.decisive and verdict.decisive.name
            return Checked, verdict.role, verdict.accepted, judged, decisive
        case _:
            return likeness(fact)


def likeness(fact: Fact) -> tuple[Any, ...]:
    """The parts that are equal in two facts that count as the same."""
    kind = type(fact)
    if isinstance(fact, Sent | Received):
        said = fact.raw if fact.protocol in ("application_data", "cleartext") else b""
        return kind, fact.protocol, fact.name, said, isinstance(fact, Sent) and fact.is_empty_certificate
    if isinstance(fact, Checked):
        return kind, *((check.name, check.depth, check.outcome) for check in fact.verdict.checks)
    return kind, *(getattr(fact, name) for name in COUNTING.get(kind, ()))


def consequences(events: Sequence[Event], first: Event | None) -> tuple[int, ...]:
    """The events that follow from ``first``, itself included; none where there is none.

    An event follows if what made it happen does, or if its actor did something before that does: without
    that the actor would not be where it is. (This is Lamport's "happened before".)
    """
    if first is None:
        return ()
    found, touched = {first.seq}, {first.actor}
    for event in events[first.seq + 1 :]:
        if event.cause in found or event.actor in touched:
            found.add(event.seq)
            touched.add(event.actor)
    return tuple(sorted(found))


def different_settings(a: Setup, b: Setup) -> Iterator[tuple[str, str, str]]:
    """The differences of two setups, as (where, in the first, in the second)."""
    one, other = dict(_settings(a)), dict(_settings(b))
    for where in one | other:
        if one.get(where) != other.get(where):
            yield where, one.get(where, "nothing"), other.get(where, "nothing")


def _settings(setup: Setup) -> Iterator[tuple[str, str]]:
    """Every setting of a setup as text; a certificate is represented by its fingerprint."""
    yield from (("tls", setup.tls), ("seed", setup.seed), ("clock", setup.clock), ("port", str(setup.port)))
    yield "latency", f"{setup.latency} µs"
    for actor in setup.actors:
        for what, names in (("sends", actor.sends), ("trusts", actor.trusts), ("holds", actor.holds)):
            yield f"{actor.name} {what}", ", ".join(names) or "nothing"
        yield from ((f"{actor.name}: {name}", value) for name, value in actor.policy)
    for held in setup.certificates:
        yield f"certificate {held.name}", f"SHA-256 {held.fingerprint[:16]}…"


# The matrix --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcome of one credential under one policy in one version.

    Attributes:
        credential: what the client comes with: ``expired``.
        policy: the server's client authentication policy, and above TLS what it asks of users.
        tls: ``1.2`` or ``1.3``.
        scenario: the catalogue scenario that was played.
        set: what was set in it, as ``path=value``; empty where it was played as it stands.
        level: what came out.
        alert: name of the first alert; None without one.
        decisive_check: the check that failed, or None.
        noticed_by: the side whose check it was.
        client_handshake: how the client's handshake call ended.
        client_believed: the client's belief at that moment, or None where the call failed.
        client_authenticated: ``yes``, ``claimed`` (a certificate that was not judged), or ``no``.
        refused_at: the layer that refused, or None.
    """

    credential: str
    policy: str
    tls: str
    scenario: str
    set: tuple[str, ...]
    level: SecurityLevel
    alert: str | None
    decisive_check: str | None
    noticed_by: Side | None
    client_handshake: str
    client_believed: SecurityLevel | None
    client_authenticated: ClientProof
    refused_at: RefusalLayer | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The outcome of every credential under every policy in every version, and above TLS of every user."""

    cells: tuple[Cell, ...]

    @property
    def credentials(self) -> tuple[str, ...]:
        """The rows, in order."""
        return tuple(dict.fromkeys(cell.credential for cell in self.cells))

    @property
    def policies(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(dict.fromkeys(cell.policy for cell in self.cells))

    @property
    def versions(self) -> tuple[str, ...]:
        """The protocol versions, in order."""
        return tuple(dict.fromkeys(cell.tls for cell in self.cells))

    @property
    def blocks(self) -> tuple[Matrix, ...]:
        """The parts in which every row has every column: within TLS, and above it."""
        columns: dict[tuple[str, ...], list[str]] = {}
        for policy in self.policies:
            rows = tuple(dict.fromkeys(cell.credential for cell in self.cells if cell.policy == policy))
            columns.setdefault(rows, []).append(policy)
        parts = (tuple(cell for cell in self.cells if cell.policy in names) for names in columns.values())
        return tuple(map(Matrix, parts))

    @property
    def is_above_tls(self) -> bool:
        """True for a part whose columns ask for more than TLS: policies with a plus sign."""
        return all("+" in cell.policy for cell in self.cells)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Credential and policy of each cell, in order, once."""
        return tuple(dict.fromkeys((cell.credential, cell.policy) for cell in self.cells))

    def cell(self, credential: str, policy: str, tls: str) -> Cell:
        """One cell.

        Raises:
            KeyError: the matrix has no such cell.
        """
        cells = {(cell.credential, cell.policy, cell.tls): cell for cell in self.cells}
        return cells[credential, policy, tls]

    def to_dict(self) -> dict[str, Any]:
        """The document that ``clientauth matrix --json`` prints."""
        document: dict[str, Any] = plain(self)
        return document
