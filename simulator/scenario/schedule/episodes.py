"""A schedule taken apart: the world of each connection, as a scenario with that one connection.

Time moves the scenario's clock to the connection, so every certificate keeps its moments and with them its
bytes. Nothing but the schedule moves a world from one connection to the next: what happened in one connection
does not change what the next is played from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.errors import ArgumentError
from simulator.scenario.mistakes.mistake import split_path
from simulator.scenario.schedule.entries import after, settings_of
from simulator.scenario.whole import Between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.scenario.revocation_setup import CrlSetup
    from simulator.scenario.scenario import Scenario
    from simulator.scenario.schedule.entries import Renewal
    from simulator.scenario.setup import CertificateSetup, ScheduleEntry

OneConnection = TypeVar("OneConnection")

LOADED_USERS = "server.loaded_users"  # what a refresh changes


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that changed.

    Attributes:
        at: when, relative to the connection.
        path: the setting: ``server.trusts``.
        value: the new value.
    """

    at: timedelta
    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class Episode:
    """One connection of a scenario, and what came before it.

    Attributes:
        number: of the connection, from 1.
        start: its moment, relative to the whole scenario's clock.
        scenario: the world at that moment; its clock is the connection's.
        renewals: the certificates renewed since the connection before, in order.
        changes: the settings changed since then, in order.
        since: the moment of the connection before, relative to this one; None for the first.
    """

    number: int
    start: timedelta
    scenario: Scenario
    renewals: tuple[Renewal, ...] = ()
    changes: tuple[SettingChange, ...] = ()
    since: timedelta | None = None

    @property
    def revoked(self) -> tuple[str, ...]:
        """The certificates revoked since the connection before; for the first, all revoked by then."""
        certificates = self.scenario.certificates
        return self._since_then({name: setup.revoked for name, setup in certificates.items()})

    @property
    def released(self) -> tuple[str, ...]:
        """The certificates whose revocation ended since then."""
        certificates = self.scenario.certificates
        return self._since_then({name: setup.released for name, setup in certificates.items()})

    @property
    def published(self) -> tuple[str, ...]:
        """The revocation lists that their CAs published since then; a forged list is not its CA's."""
        crls = self.scenario.crls
        return self._since_then({name: crl.this_update for name, crl in crls.items() if not crl.signed_by})

    def _since_then(self, moments: Mapping[str, timedelta | None]) -> tuple[str, ...]:
        since = timedelta.min if self.since is None else self.since
        return tuple(name for name, at in moments.items() if at is not None and since <= at < timedelta())


def episodes(scenario: Scenario) -> tuple[Episode, ...]:
    """The connections of a scenario, in order: those of the schedule, two beside a party in between, or one.

    Args:
        scenario: one without mistakes.
    """
    if scenario.between.ends_tls:
        return _beside(scenario)
    return tuple(_episodes(scenario)) if scenario.schedule else (Episode(1, timedelta(), scenario),)


def _beside(scenario: Scenario) -> tuple[Episode, Episode]:
    """The connections on both sides of a party in between: it is the server of one, the client of the other.

    The second begins in the midst of the first, at a moment that only the run knows.
    """
    between, direct = scenario.between, replace(scenario, between=Between())
    first = replace(direct, server=between.server, expect=between.expect)
    return Episode(1, timedelta(), first), Episode(2, timedelta(), replace(direct, client=between.client))


def episode_of(every: Sequence[OneConnection], number: int) -> OneConnection:
    """The connection of a number.

    Args:
        every: the connections, in order.
        number: of the connection, from 1.

    Raises:
        ArgumentError: there is no such connection.
    """
    if number not in range(1, len(every) + 1):
        message = "The run has no such connection."
        expected = "1" if len(every) == 1 else f"1 to {len(every)}"
        advice = "Connections are counted from 1, in the order of the schedule."
        raise ArgumentError(message, got=repr(number), expected=expected, advice=advice)
    return every[number - 1]


def _episodes(scenario: Scenario) -> Iterator[Episode]:
    world, wanted = replace(scenario, schedule=()), dict(scenario.certificates)
    renewals: list[Renewal] = []
    changes: list[SettingChange] = []
    number, previous = 0, None
    for entry in scenario.schedule:
        before = world
        world, renewal = after(world, wanted, entry)
        if entry.connect is None:
            renewals += [renewal] if renewal else []
            settings = _told(before, settings_of(world, entry))
            changes += [SettingChange(entry.at, path, value) for path, value in settings.items()]
            if entry.refresh is not None:
                changes.append(SettingChange(entry.at, LOADED_USERS, world.server.loaded_users))
        else:
            number += 1
            yield Episode(
                number,
                entry.at,
                _at(world, entry),
                tuple(replace(one, at=one.at - entry.at) for one in renewals),
                tuple(replace(one, at=one.at - entry.at) for one in changes),
                None if previous is None else previous - entry.at,
            )
            previous, renewals, changes = entry.at, [], []


def _told(before: Scenario, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an entry to tell: those that a preset brings along and leaves as they were are not."""
    if not any(path.endswith(".preset") for path in settings):
        return dict(settings)
    told = {}
    for path, value in settings.items():
        part, *inner, key = split_path(path)
        if inner or key == "preset" or getattr(getattr(before, part), key) != value:
            told[path] = value
    return told


def _at(world: Scenario, entry: ScheduleEntry) -> Scenario:
    """The world of a connection, told from that connection's moment."""
    certificates = {name: _moved(setup, entry.at) for name, setup in world.certificates.items()}
    crls = {name: _moved_list(setup, entry.at) for name, setup in world.crls.items()}
    return replace(
        world,
        clock=world.clock + entry.at,
        certificates=certificates,
        crls=crls,
        expect=entry.expect,
    )


def _moved(setup: CertificateSetup, by: timedelta) -> CertificateSetup:
    """The same certificate, its moments counted from a later clock."""
    return replace(
        setup,
        not_before=setup.not_before - by,
        not_after=setup.not_after - by,
        revoked=None if setup.revoked is None else setup.revoked - by,
        released=None if setup.released is None else setup.released - by,
    )


def _moved_list(setup: CrlSetup, by: timedelta) -> CrlSetup:
    """The same revocation list, its moments counted from a later clock."""
    next_update = None if setup.next_update is None else setup.next_update - by
    return replace(setup, this_update=setup.this_update - by, next_update=next_update)
