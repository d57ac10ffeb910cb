"""Mistakes in a scenario's schedule: entries that say nothing or too much, and moments that cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.between import between_problems
from simulator.scenario.mistakes.certificates import certificates_problems
from simulator.scenario.mistakes.mistake import (
    Problem,
    broken_rules,
    not_one_of,
    offset_problems,
    split_path,
    unknown_certificates,
)
from simulator.scenario.mistakes.network import network_problems
from simulator.scenario.mistakes.sides import client_problems, server_problems
from simulator.scenario.revocation_setup import USUAL_CRL_LIFETIME
from simulator.scenario.schedule.entries import after, settings_of
from simulator.scenario.words import write_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Path
    from simulator.scenario.setup import CertificateSetup, ScheduleEntry
    from simulator.scenario.whole import ScenarioSetup

    Numbered = tuple[Path, ScheduleEntry]

HAPPENINGS = ("connect", "renew", "revoke", "release", "publish_crl", "fetch_crls", "refresh", "set")
MOST_ENTRIES = 100  # a year of weekly renewals; each connection costs as much as a scenario of its own
# No handshake here has more than 8 flights and 6 decisions; no enrolment more than 2 messages and a decision.
FLIGHTS = 20


def schedule_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the schedule of a scenario; none where there is no schedule.

    Args:
        scenario: one whose other parts have no mistake.
    """
    if not scenario.schedule:
        return
    path = ("schedule",)
    if len(scenario.schedule) > MOST_ENTRIES:
        yield Problem(path, f"has too many entries; {MOST_ENTRIES} are allowed", f"{len(scenario.schedule)}")
        return
    if all(entry.connect is None for entry in scenario.schedule):
        yield Problem(path, "needs a connection: an entry with connect = {}")
    if scenario.expect:
        message = "belongs with each connection of a schedule, under [schedule.expect]"
        yield Problem(("expect",), message)
    numbered: list[Numbered] = [
        ((*path, str(number)), entry) for number, entry in enumerate(scenario.schedule, start=1)
    ]
    entries = [problem for here, entry in numbered for problem in _entry_problems(here, entry, scenario)]
    yield from entries
    yield from _order_problems(numbered)
    if not entries:  # an entry with a mistake has no effect that could be checked
        yield from _world_problems(numbered, scenario)


def pause(world: ScenarioSetup) -> timedelta:
    """The time from a connection or a renewal to the next entry at least, so that one has ended before."""
    network, waits = world.network, timedelta(milliseconds=world.client.writing_ms)
    asking = [side for side in (world.client, world.server) if side.revocation == "ocsp"]
    for side in asking:
        questions = 1 if side.revocation_scope == "leaf" else len(world.certificates)
        waits += questions * side.ocsp_timeout
    if asking:  # an answer that comes too late comes all the same
        waits += max((one.delay for one in world.responders.values()), default=timedelta())
    if (world.server.port_security, world.client.starts_tls) != ("secure", "at-once"):
        waits += 2 * world.server.handshake_timeout  # for the beginning of TLS, and for an answer
    travels = FLIGHTS * timedelta(milliseconds=network.latency_ms + network.thinking_ms)
    seconds = ceil((travels + waits).total_seconds())
    return max(timedelta(minutes=1), timedelta(seconds=seconds))


def _entry_problems(path: Path, entry: ScheduleEntry, scenario: ScenarioSetup) -> Iterator[Problem]:
    """An entry has a moment and one happening; settings of a happening stand with that."""
    happens = [key for key in HAPPENINGS if getattr(entry, key) not in (None, {})]
    if len(happens) != 1:
        message = f"needs one of {', '.join(HAPPENINGS)}; write an entry for each"
        yield Problem(path, message, " and ".join(happens) or "none of them")
    yield from offset_problems((*path, "at"), entry.at, scenario.clock)
    renews, publishes = entry.renew is not None, entry.publish_crl is not None
    lifetime, next_update = entry.lifetime, entry.next_update
    of_revoke, of_list = "belongs to an entry with revoke", "belongs to an entry with publish_crl"
    yield from broken_rules(
        path,
        ("same_key", entry.same_key and not renews, "belongs to an entry with renew", "true"),
        ("lifetime", lifetime is not None and not renews, "belongs to an entry with renew", lifetime),
        (
            "lifetime",
            lifetime is not None and lifetime <= timedelta(),
            "must be longer than 0s",
            lifetime,
        ),
        ("reason", entry.reason != "unspecified" and entry.revoke is None, of_revoke, entry.reason),
        ("next_update", next_update != USUAL_CRL_LIFETIME and not publishes, of_list, next_update),
        ("next_update", next_update < timedelta(), "must not be before the moment itself", next_update),
        (
            "expect",
            bool(entry.expect) and entry.connect is None,
            "belongs to an entry with connect",
            "a table",
        ),
    )
    if lifetime is not None:
        yield from offset_problems((*path, "lifetime"), entry.at + lifetime, scenario.clock)
    for dotted in entry.set:
        part, *outer, _ = split_path(dotted)
        if part == "certificates" and len(outer) != 1:
            yield Problem((*path, "set", dotted), "cannot be taken away; change one of its settings")
        elif part == "certificates":
            yield from unknown_certificates((*path, "set", dotted), outer, scenario.certificates)


def _order_problems(numbered: list[Numbered]) -> Iterator[Problem]:
    """Entries stand in the order of time."""
    before = timedelta.min
    for path, entry in numbered:
        if entry.at < before:
            message = f"must be {write_duration(before)} or later: entries stand in the order of time"
            yield Problem((*path, "at"), message, write_duration(entry.at))
        before = max(before, entry.at)


def _world_problems(numbered: list[Numbered], scenario: ScenarioSetup) -> Iterator[Problem]:
    """Each entry is possible in the world that the entries before it made."""
    world, wanted = replace(scenario, schedule=()), dict(scenario.certificates)
    connected = renewed = timedelta.min
    for path, entry in numbered:
        asks_a_ca_or_server = entry.connect is not None or entry.renew is not None
        ended = max(connected, renewed) if asks_a_ca_or_server else connected
        if entry.at < ended:
            message = f"must be {write_duration(ended)} or later, when the entry before has ended"
            yield Problem((*path, "at"), message, write_duration(entry.at))
            return
        for key, known in _NAMED.items():
            name, names = getattr(entry, key), known(world)
            if name is not None and name not in names:
                yield not_one_of(
                    (*path, key), name, names, f"{_WANTED.get(key, f'a certificate to {key}')}, one of"
                )
                return
        if entry.refresh is not None and world.server.loaded_users is None:
            message = "is not needed: the server uses every change at once, unless it has loaded_users"
            yield Problem((*path, "refresh"), message, repr(entry.refresh))
            return
        if entry.fetch_crls is not None and settings_of(world, entry) == {f"{entry.fetch_crls}.crls": ()}:
            yield Problem((*path, "fetch_crls"), "finds no revocation list; publish one before")
            return
        world, _ = after(world, wanted, entry)
        found = list(_effects(world, wanted, path, entry))
        yield from found
        if found:
            return
        if entry.connect is not None:
            connected = entry.at + pause(world)
            if entry is not numbered[-1][1]:
                yield from _in_the_midst(world, entry.at, connected)
        elif entry.renew is not None:
            renewed = entry.at + pause(world)


def _effects(
    world: ScenarioSetup, wanted: dict[str, CertificateSetup], path: Path, entry: ScheduleEntry
) -> Iterator[Problem]:
    """The mistakes in what an entry made of the world; a certificate is judged as it will be renewed."""
    if entry.renew is not None:
        for problem in certificates_problems(world):
            message = f"{problem.path[-1]} of the next certificate {problem.message}"
            yield Problem((*path, "renew"), message, problem.got)
    if not entry.set:
        return
    renewed = {outer[0] for part, *outer, _ in map(split_path, entry.set) if part == "certificates"}
    certificates = {**world.certificates, **{name: wanted[name] for name in renewed}}
    for problem in (
        *network_problems(world),
        *client_problems(world),
        *server_problems(world),
        *between_problems(world),
        *certificates_problems(replace(world, certificates=certificates)),
    ):
        yield Problem((*path, "set", ".".join(problem.path)), problem.message, problem.got, problem.nearest)


def _in_the_midst(world: ScenarioSetup, begin: timedelta, end: timedelta) -> Iterator[Problem]:
    """No CA enters or publishes while a connection lasts: it would be told behind that connection."""
    moments = {
        ("certificates", name, key): getattr(one, key)
        for name, one in world.certificates.items()
        for key in ("revoked", "released")
    }
    moments |= {("crls", name, "this_update"): one.this_update for name, one in world.crls.items()}
    message = f"must be before {write_duration(begin)}, or {write_duration(end)} or later: a connection lasts"
    for path, at in moments.items():
        if at is not None and begin <= at < end:
            yield Problem(path, message, write_duration(at))


def _held(world: ScenarioSetup) -> list[str]:
    """The certificates that client and server present: theirs to renew."""
    client = world.client
    own = [*([client.certificate] if client.certificate else []), *client.also_holds]
    return [*own, world.server.certificate]


def _issued(world: ScenarioSetup) -> list[str]:
    """The certificates that a CA can take back: all but the self-signed, each once."""
    certificates: dict[str, CertificateSetup] = dict(world.certificates)
    return [name for name, one in certificates.items() if one.issuer != name and one.revoked is None]


def _on_hold(world: ScenarioSetup) -> list[str]:
    """The certificates whose revocation may end (RFC 5280, section 5.3.1)."""
    return [
        name
        for name, one in world.certificates.items()
        if one.revocation_reason == "certificateHold" and one.released is None
    ]


def _authorities(world: ScenarioSetup) -> list[str]:
    return [name for name, one in world.certificates.items() if one.role == "ca"]


_NAMED = {"renew": _held, "revoke": _issued, "release": _on_hold, "publish_crl": _authorities}
_WANTED = {"release": "a certificate that is on hold", "publish_crl": "the name of a CA"}
