"""The checks of a trace that was read: what the types cannot say and views rely on."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.tls.wire.version import TLS_VERSIONS
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    HandshakeReturned,
    Received,
    Sent,
    Setup,
    StandingChanged,
    TransportEnded,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.json import wrong
from simulator.trace.logon_step import LogonStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.facts import Event

WORLD = "world"  # the actor of the setup event, which is no party


def must_be_sound(events: Sequence[Event]) -> None:
    """Check what the types cannot say and views rely on.

    The setup comes first, and once for each connection; connections follow one another, unless a party in
    between joins them. Events are numbered, in order of time and after their causes, which belong to the same
    connection or to one that is joined to it. Parties, connections and certificates are those of the setup,
    each once. Versions and dates are such. What was read is what its cause sent.

    Raises:
        TraceError: the trace does not hang together.
    """
    if not events or not isinstance(events[0].fact, Setup):
        raise wrong("events[0]", "no setup event", "the setup as the first event")
    begins = 0
    setups: dict[int, Setup] = {}  # of the connection that goes on, and of those joined to it
    for place, event in enumerate(events):
        where = f"events[{place}]"
        if event.seq != place:
            raise wrong(f"{where}.seq", str(event.seq), str(place))
        if place and event.at < events[place - 1].at:
            raise wrong(f"{where}.at", str(event.at), "a time not before the previous event's")
        if isinstance(event.fact, Setup):
            _must_be_the_next(events, place)
            party = event.fact.party_between
            if not party or party not in {one.party_between for one in setups.values()}:
                setups, begins = {}, place
            setup = setups[event.connection] = event.fact
            numbers = {connection.number for connection in setup.connections}
            _must_be_of(f"{where}.connection", numbers, event.connection)
            _setup_must_be_sound(setup, f"{where}.fact")
            _clock_must_be_sound(setup, f"{where}.fact", event.at, events[-1].at)
            _certificates_must_be_sound(setup, where)
            _lists_must_be_sound(setup, where)
        if isinstance(event.fact, HandshakeReturned) and event.fact.negotiated not in (*TLS_VERSIONS, None):
            raise wrong(f"{where}.fact.negotiated", repr(event.fact.negotiated), "a TLS version, or null")
        if event.cause is not None and not begins <= event.cause < place:
            raise wrong(
                f"{where}.cause", str(event.cause), f"an event from {begins} on before {place}, or null"
            )
        _must_be_of(f"{where}.connection", set(setups), event.connection)
        setup = setups[event.connection]
        parties = {actor.name for actor in setup.actors}
        _must_be_of(f"{where}.actor", {*parties, WORLD}, event.actor)
        _must_be_of(f"{where}.actor", _who_may(setup, event) or {event.actor}, event.actor)
        _must_name_its_peer(events, event, parties)


def _setup_must_be_sound(setup: Setup, where: str) -> None:
    """Refuse a version, a clock, names that come twice, and what the setup names without having it."""
    if setup.tls not in TLS_VERSIONS:
        raise wrong(f"{where}.tls", repr(setup.tls), " or ".join(TLS_VERSIONS))
    for key, names in (
        ("actors", [actor.name for actor in setup.actors]),
        ("certificates", [held.name for held in setup.certificates]),
        ("crls", [crl.name for crl in setup.crls]),
        ("connections", [connection.number for connection in setup.connections]),
    ):
        if len(set(names)) < len(names):
            twice, _ = Counter(names).most_common(1)[0]
            raise wrong(f"{where}.{key}", f"{twice!r} more than once", "each name and number once")
    parties = {actor.name for actor in setup.actors}
    for connection in setup.connections:
        _must_be_of(f"{where}.connections", parties, connection.client, connection.server)
        if not 1 <= connection.number <= connection.count:
            which = f"{connection.number} of {connection.count}"
            raise wrong(f"{where}.connections", which, "a number from 1 to the count")
    certificates = {held.name for held in setup.certificates}
    for place, actor in enumerate(setup.actors):
        for key in ("sends", "trusts", "holds"):
            _must_be_of(f"{where}.actors[{place}].{key}", certificates, *getattr(actor, key))


def _clock_must_be_sound(setup: Setup, where: str, *moments: int) -> None:
    """Refuse a clock that is none, and moments so far from it that no date can name them."""
    try:
        clock = datetime.fromisoformat(setup.clock)
        for moment in moments:
            (clock + timedelta(microseconds=moment)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = "a moment in ISO 8601, and no event so far from it that it has no date"
        raise wrong(f"{where}.clock", repr(setup.clock), expected) from error


def _must_be_the_next(events: Sequence[Event], place: int) -> None:
    """Refuse a setup that does not begin a connection with the next number."""
    event = events[place]
    number = max(one.connection for one in events[:place]) + 1 if place else event.connection
    if event.connection != number:
        where = f"events[{place}].connection"
        raise wrong(where, str(event.connection), f"{number}: a setup begins the next connection")


def _must_be_of(where: str, known: set[Any], *found: object) -> None:
    """Refuse a name or number that the setup does not have."""
    for one in found:
        if one not in known:
            raise wrong(where, repr(one), f"one of the setup's: {', '.join(sorted(map(str, known)))}")


def _who_may(setup: Setup, event: Event) -> set[str]:
    """The clients for a belief, the servers for a standing or a user; empty for facts that all may state."""
    match event.fact:
        case BeliefChanged() | CertificateSought():
            return {connection.client for connection in setup.connections}
        case StandingChanged() | UserSought() | HeaderRead() | LogonStep():
            return {connection.server for connection in setup.connections}
        case _:
            return set()


def _certificates_must_be_sound(setup: Setup, setup_event: str) -> None:
    """Refuse facts that are said of another certificate, and signers that are not there."""
    names = {held.name for held in setup.certificates}
    for place, held in enumerate(setup.certificates):
        where = f"{setup_event}.fact.certificates[{place}]"
        fingerprint = hashlib.sha256(held.der).hexdigest()
        if held.fingerprint != fingerprint:
            raise wrong(f"{where}.fingerprint", repr(held.fingerprint), fingerprint)
        if (held.facts is None) != bool(held.problem):
            raise wrong(f"{where}.problem", repr(held.problem), "a reason where facts are null, else no text")
        _must_be_of(f"{where}.signed_by", names, *held.signed_by)


def _lists_must_be_sound(setup: Setup, setup_event: str) -> None:
    """Refuse revocation lists with dates that are none, and holders that are not there."""
    parties = {actor.name for actor in setup.actors}
    for place, crl in enumerate(setup.crls):
        where = f"{setup_event}.fact.crls[{place}]"
        for key, text in (("this_update", crl.this_update), ("next_update", crl.next_update)):
            if text is not None and not _is_moment(text):
                raise wrong(f"{where}.{key}", repr(text), "a moment in ISO 8601 with its time zone")
        _must_be_of(f"{where}.held_by", parties, *crl.held_by)


def _is_moment(text: str) -> bool:
    """Return True for a date and time with a time zone, in ISO 8601."""
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False


def _must_name_its_peer(events: Sequence[Event], event: Event, parties: set[str]) -> None:
    """Refuse a peer that is not there, and a reading of what its cause did not send."""
    passed = _passed(event)
    if passed is None:
        return
    _must_be_of(f"events[{event.seq}].fact", parties, *passed[1:3])
    if passed[0] == "read" and event.cause is not None:  # None: a live peer's sending is not recorded
        sending = _passed(events[event.cause])
        if sending != ("sent", *passed[1:]):
            expected = f"the event in which {passed[1]} sent this to {passed[2]}"
            raise wrong(f"events[{event.seq}].cause", str(event.cause), expected)


def _passed(event: Event) -> tuple[str, str, str, int, bytes] | None:
    """A sending or a reading: which of both, sender, reader, connection and bytes; None for neither."""
    match event.fact:
        case (
            Sent(to=peer, raw=raw)
            | Alert(direction="sent", peer=peer, raw=raw)
            | TransportEnded(direction="sent", peer=peer, raw=raw)
        ):
            return "sent", event.actor, peer, event.connection, raw
        case (
            Received(sender=peer, raw=raw)
            | Alert(direction="received", peer=peer, raw=raw)
            | TransportEnded(direction="received", peer=peer, raw=raw)
        ):
            return "read", peer, event.actor, event.connection, raw
        case _:
            return None
