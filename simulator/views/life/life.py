"""The life of a run's certificates: their validity, what happens to them, and the connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from simulator.trace.connections import connections_of
from simulator.trace.facts import Decided, Noted, Sent, Step
from simulator.views.story.headlines import headline
from simulator.views.story.lanes import names_of
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.security import SecurityLevel
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.views.story.lanes import Names


SHORTLY = 0.15  # of the time between first and last connection


@dataclass(frozen=True, slots=True)
class Validity:
    """The span in which a certificate is valid, or a revocation list holds.

    Attributes:
        name: the scenario name.
        since: not before, or this update.
        until: not after, or next update; None for a list that names none.
        kind: what it is; a ``ca`` is a CA's certificate.
    """

    name: str
    since: datetime
    until: datetime | None
    kind: Literal["certificate", "ca", "list"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened between two connections: its moment, its words, and its event's ``seq``."""

    at: datetime
    words: str
    seq: int


@dataclass(frozen=True, slots=True)
class DatedConnection:
    """A connection: its number, the moment it began, its level, and the certificates shown in it."""

    number: int
    at: datetime
    level: SecurityLevel
    seq: int
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that a picture of a life shows.

    Attributes:
        begin, end: of the axis.
        validities: of every certificate in use, one that was renewed before its next; then those of CAs, then
            the revocation lists.
        occurrences, connections: in the order of time.
    """

    begin: datetime
    end: datetime
    validities: tuple[Validity, ...]
    occurrences: tuple[Occurrence, ...]
    connections: tuple[DatedConnection, ...]


def life_of(trace: Trace) -> Life:
    """The life of a run's certificates."""
    connections = connections_of(trace)
    dated: list[DatedConnection] = []
    occurrences: list[Occurrence] = []
    seq = 0
    for number, one in enumerate(connections, start=1):
        start = datetime.fromisoformat(one.setup.clock)
        dated.append(DatedConnection(number, start, one.card.level, seq, tuple(_shown(one))))
        occurrences += _occurrences(one, start, seq)
        seq += len(one.events)
    occurrences = _near(occurrences, dated)
    validities = _in_order({one.name: one for trace in connections for one in _validities(trace)})
    moments = [*(one.at for one in dated), *(one.at for one in occurrences)]
    first, last = min(moments), max(moments)
    leaves = [one for one in validities if one.kind == "certificate"]
    ends = [one.until for one in leaves if one.until is not None and one.until > first]
    if len(dated) == 1:
        first, last = (
            min((one.since for one in leaves), default=first),
            max(ends, default=last),
        )
    reach = (last - first) * 0.15
    last = max([last, *(end for end in ends if end <= last + reach)])
    air = max((last - first) * 0.04, timedelta(hours=1))
    return Life(first - air, last + air, tuple(validities), tuple(occurrences), tuple(dated))


def _shown(connection: Trace) -> Iterator[str]:
    """The names of the certificates that client and server sent, the first of each chain."""
    for _, sent in connection.facts(Sent):
        if (sent.protocol, sent.name) == ("handshake", "Certificate"):
            places = [(sent.raw.find(held.der), held.name) for held in connection.setup.certificates]
            yield from (clean(name) for _, name in sorted(one for one in places if one[0] >= 0)[:1])


def _validities(trace: Trace) -> Iterator[Validity]:
    for held in trace.setup.certificates:
        if held.facts is not None:
            facts = held.facts
            since, until = _date(facts.not_before), _date(facts.not_after)
            if since is not None and until is not None:
                yield Validity(clean(held.name), since, until, "ca" if facts.is_ca else "certificate")
    for crl in trace.setup.crls:
        due = datetime.fromisoformat(crl.next_update) if crl.next_update else None
        yield Validity(clean(crl.name), datetime.fromisoformat(crl.this_update), due, "list")


def _date(text: str) -> datetime | None:
    """A certificate's date, or None for one that a trace could not read or has damaged."""
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.utcoffset() is not None else None


def _in_order(validities: dict[str, Validity]) -> list[Validity]:
    """Certificates, CAs, lists; each kind in the order of first use, a renewed one before its next."""
    order = list(validities)

    def line(name: str) -> int:
        """The place of the first of a line of renewals: of ``alice`` for ``alice-2``."""
        stem, _, number = name.rpartition("-")
        return order.index(stem if number.isdigit() and stem in validities else name)

    kinds = ("certificate", "ca", "list")
    return sorted(validities.values(), key=lambda one: (kinds.index(one.kind), line(one.name)))


def _near(occurrences: list[Occurrence], dated: list[DatedConnection]) -> list[Occurrence]:
    """Those between the connections, and those so shortly before the first that they belong to the story."""
    first, last = dated[0].at, dated[-1].at
    return [one for one in occurrences if one.at >= first - (last - first) * SHORTLY]


def _occurrences(connection: Trace, start: datetime, first: int) -> Iterator[Occurrence]:
    """The decisions and settings before a connection, without remarks that only explain another event."""
    names = names_of(connection.setup)
    causes = {event.cause for event in connection.events}
    for event in connection.events:
        is_own = isinstance(event.fact, Noted) and event.seq not in causes and event.cause is None
        if event.step is Step.ENROLMENT and (isinstance(event.fact, Decided) or is_own):
            at = start + timedelta(microseconds=event.at)
            yield Occurrence(at, _words(connection, event, names), first + event.seq)


def _words(connection: Trace, event: Event, names: Names) -> str:
    """The event in a sentence, with the certificate that it is about."""
    fact, words = event.fact, headline(event, names)
    if not isinstance(fact, Decided):
        return words
    if fact.decision in ("revoke", "release", "publish"):
        said = (
            names.shown(fact.reason).partition(";")[0].removesuffix(".")
        )  # a bar shows until when a list holds
        return f"{names.subject(event.actor)}: {said.replace('The ', 'the ', 1)}"
    sent = [one.raw for place, one in connection.facts(Sent) if place.cause == event.seq]
    held = connection.setup.described(sent[0]) if sent else None  # None: a PKCS#12, which is secret
    return f"{words} {clean(held.name)}" if held else words
