"""The OCSP responders of a world: which CAs can be asked, and what they know by their answer's moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.inquiry import NO_RESPONDERS, ResponderAddress
from simulator.actors.responder import Responder, StatusRecord
from simulator.engine.names import authorities_of, lane_name
from simulator.pki.ocsp.certificate_id import key_hash
from simulator.scenario.frozen import FrozenMapping
from simulator.scenario.responder_setup import ResponderSetup, responder_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from simulator.engine.world import World
    from simulator.scenario import CertificateSetup, ClientSetup, Scenario, ServerSetup


def responders_of(scenario: Scenario, world: World) -> dict[str, Responder]:
    """The responder of each CA with a lane, by its lane; none where no side asks."""
    if "ocsp" not in (scenario.client.revocation, scenario.server.revocation):
        return {}
    return {lane_name(name): _responder(name, scenario, world) for name in authorities_of(scenario)}


def addresses_for(
    setup: ClientSetup | ServerSetup, scenario: Scenario, world: World
) -> Mapping[bytes, ResponderAddress]:
    """Hash of a CA's key → address of its responder, as a side that asks is configured."""
    if setup.revocation != "ocsp":
        return NO_RESPONDERS
    return FrozenMapping(
        {
            key_hash(world[name].certificate): ResponderAddress(
                lane_name(name), responder_address(name, _settings(name, scenario)), setup.ocsp_timeout
            )
            for name in authorities_of(scenario)
        }
    )


def _settings(name: str, scenario: Scenario) -> ResponderSetup:
    return scenario.responders.get(name, ResponderSetup())


def _responder(name: str, scenario: Scenario, world: World) -> Responder:
    setup, certificates = _settings(name, scenario), scenario.certificates
    records = {
        world.serial_number(issued): _record(one, setup.this_update, world)
        for issued, one in certificates.items()
        if one.issuer == name != issued
    }
    return Responder(
        lane_name(name),
        setup,
        records,
        world[setup.signed_by or name],
        encloses_signer=setup.signed_by not in (None, name),
        clock=scenario.clock,
        online=certificates[name].online,
    )


def _record(setup: CertificateSetup, at: timedelta, world: World) -> StatusRecord:
    """The CA's entry about a certificate at the moment of the answer."""
    revoked, released = setup.revoked, setup.released
    if revoked is None or revoked > at or (released is not None and released <= at):
        return StatusRecord()
    reason = setup.revocation_reason  # RFC 5280 §5.3.1: a reason that is not specified is left out
    return StatusRecord(world.scenario.clock + revoked, None if reason == "unspecified" else reason)
