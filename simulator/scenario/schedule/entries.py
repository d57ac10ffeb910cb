"""The effect of a schedule's entry on a world: a renewal, a revocation and its list, other settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta  # noqa: TC003 - a dataclass's field
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.scenario.mistakes.mistake import split_path
from simulator.scenario.revocation_setup import CrlSetup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.scenario.setup import CertificateSetup, ScheduleEntry
    from simulator.scenario.whole import ScenarioSetup
    from simulator.tls.wire.version import Side

    AScenario = TypeVar("AScenario", bound=ScenarioSetup)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A certificate that followed another.

    Attributes:
        at: when its holder asked for it, relative to the connection.
        holder: whose it is.
        name: its scenario name; ``old``: that of the one before.
    """

    at: timedelta
    holder: Side
    name: str
    old: str


def after(
    world: AScenario, wanted: dict[str, CertificateSetup], entry: ScheduleEntry
) -> tuple[AScenario, Renewal | None]:
    """The world after an entry, and the renewal if it is one, its moment relative to the scenario's clock.

    Args:
        world: the world before.
        wanted: what the next certificate of each line will be; an entry may change it.
        entry: what happens.
    """
    if entry.renew is not None:
        return renewed(world, wanted, entry)
    if entry.revoke is not None:
        setup = world.certificates[entry.revoke]
        revoked = replace(setup, revoked=entry.at, revocation_reason=entry.reason)
        return replace(world, certificates={**world.certificates, entry.revoke: revoked}), None
    if entry.refresh is not None:
        return replace(world, server=replace(world.server, loaded_users=world.server.users)), None
    if entry.release is not None:
        released = replace(world.certificates[entry.release], released=entry.at)
        return replace(world, certificates={**world.certificates, entry.release: released}), None
    if entry.publish_crl is not None:
        return _with_list(world, entry.publish_crl, entry), None
    return with_settings(world, wanted, settings_of(world, entry)), None


def settings_of(world: ScenarioSetup, entry: ScheduleEntry) -> Mapping[str, Any]:
    """The settings that an entry changes: those that it names, or the lists of a side that fetches them."""
    if entry.fetch_crls is None:
        return entry.set
    newest: dict[str, str] = {}
    for name, crl in sorted(world.crls.items(), key=lambda named: named[1].this_update):
        if crl.this_update <= entry.at and crl.signed_by is None and crl.delta_of is None:
            newest[crl.issuer] = name
    return {f"{entry.fetch_crls}.crls": tuple(newest.values())}


def _with_list(world: AScenario, issuer: str, entry: ScheduleEntry) -> AScenario:
    """The world with one more revocation list; its number is the next of its CA that gives a free name."""
    numbers = [crl.number or 0 for crl in world.crls.values() if crl.issuer == issuer]
    number = max(numbers, default=0) + 1
    while f"{issuer}-crl-{number}" in {**world.crls, **world.certificates}:
        number += 1
    crl = CrlSetup(issuer, entry.at, entry.at + entry.next_update, number)
    return replace(world, crls={**world.crls, f"{issuer}-crl-{number}": crl})


def renewed(
    world: AScenario, wanted: Mapping[str, CertificateSetup], entry: ScheduleEntry
) -> tuple[AScenario, Renewal]:
    """The world after a renewal, and the renewal, its moment relative to the scenario's clock.

    The new certificate takes the old one's place with the side that presents it. Whom the other side trusts
    or knows does not change.
    """
    old = entry.renew
    assert old is not None
    origin, name = _next_name(old, world.certificates)
    setup = wanted[origin]
    lifetime = setup.not_after - setup.not_before if entry.lifetime is None else entry.lifetime
    new = replace(
        setup,
        issuer=name if setup.issuer == origin else setup.issuer,
        key_of=(world.certificates[old].key_of or old) if entry.same_key else None,
        not_before=entry.at,
        not_after=entry.at + lifetime,
        revoked=None,
        revocation_reason="unspecified",
        released=None,
    )
    holder: Side = "client" if old in (world.client.certificate, *world.client.also_holds) else "server"
    client, server = world.client, world.server
    if holder == "client":
        certificate = name if client.certificate == old else client.certificate
        also = tuple(_exchanged(client.also_holds, old, name))
        client = replace(
            client, certificate=certificate, also_holds=also, sends=_chain(client.sends, old, name)
        )
    else:
        server = replace(server, certificate=name, sends=_chain(server.sends, old, name))
    certificates = {**world.certificates, name: new}
    changed = replace(world, certificates=certificates, client=client, server=server)
    return changed, Renewal(entry.at, holder, name, old)


def _next_name(old: str, taken: Iterable[str]) -> tuple[str, str]:
    """The first of a line of certificates and the next: ``alice`` and ``alice-3`` after ``alice-2``."""
    stem, _, number = old.rpartition("-")
    origin = stem if number.isdigit() and stem in taken else old
    count = int(number) if origin != old else 1
    while f"{origin}-{count + 1}" in taken:
        count += 1
    return origin, f"{origin}-{count + 1}"


def _chain(sends: tuple[str, ...] | None, old: str, new: str) -> tuple[str, ...] | None:
    return None if sends is None else tuple(_exchanged(sends, old, new))


def _exchanged(names: Iterable[str], old: str, new: str) -> Iterator[str]:
    return (new if name == old else name for name in names)


def with_settings(
    world: AScenario, wanted: dict[str, CertificateSetup], settings: Mapping[str, Any]
) -> AScenario:
    """The world with other settings; those of a certificate go to ``wanted``, for its next renewal."""
    for path, value in settings.items():
        part, *outer, key = split_path(path)
        if part == "certificates":
            wanted[outer[0]] = replace(wanted[outer[0]], **{key: value})
        else:
            changed: Any = replace(getattr(world, part), **{key: value})
            world = replace(world, **{part: changed})
    return world
