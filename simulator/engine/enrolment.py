"""What came before the connection: keys, requests, certificates, revocations, and CAs that went away.

All of it happens at negative times, however slow the network is. Once the connection begins, no CA says or
hears anything; what it revokes later is not told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from simulator.actors.authority import Authority, Enrolment, apply_for, take_delivery
from simulator.engine.roles import authorities_of, lane_name
from simulator.trace.facts import Noted

if TYPE_CHECKING:
    from simulator.engine.kernel import Kernel
    from simulator.engine.recorder import Recorder
    from simulator.engine.world import Issued, World
    from simulator.scenario import Scenario
    from simulator.trace.facts import Fact

MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
SWITCHED_OFF_AT = -10 * MINUTE


def microseconds(moment: timedelta) -> int:
    """A duration in whole microseconds."""
    return moment // MICROSECOND


def beginning(scenario: Scenario, world: World) -> int:
    """The time of the first thing that happens, in microseconds: 0 or earlier."""
    issued = [one.at for one in issuances(scenario, world)]
    return min([0, *issued, *(at for at, _, _ in revocations(scenario, world))])


@dataclass(frozen=True, slots=True)
class Issuance:
    """How a side came by its certificate, and when it began.

    Attributes:
        at: microseconds of virtual time, negative.
        holder: ``client`` or ``server``.
        issued: the certificate.
        enrolment: how it was issued to the holder; None where it vouches for itself, or where the holder
            is not the one it was issued to.
        stolen: the holder has a copy of the certificate without its key.
    """

    at: int
    holder: str
    issued: Issued
    enrolment: Enrolment | None
    stolen: bool


def issuances(scenario: Scenario, world: World) -> list[Issuance]:
    """How client and server came by their certificates, in order of time.

    Each begins when its certificate becomes valid, but an hour or more before the connection: a certificate
    that is not valid yet was issued all the same. Two never overlap, and the last is over in good time.
    """
    latest = latest_issuance(scenario, world)
    spacing = enrolment_spacing(scenario)
    found = []
    for holder, holding in (("client", world.client), ("server", world.server)):
        for name in holding.names:
            stolen = (holder, name) == ("client", holding.name) and not scenario.client.holds_key
            found.append(_issuance(scenario, world[name], holder, latest, stolen=stolen))
    found.sort(key=lambda one: one.at)
    spaced: list[Issuance] = []
    for one in found:
        earliest = spaced[-1].at + spacing if spaced else one.at
        at = max(one.at, earliest)
        spaced.append(replace(one, at=at))
    return spaced


def enrolment_spacing(scenario: Scenario) -> int:
    """The time from the beginning of one enrolment to that of the next, in microseconds.

    A minute, or on a slow network twice as long as an enrolment takes: there, thinking, and back.
    """
    network = scenario.network
    return max(MINUTE, 2 * (2 * round(network.latency_ms * 1000) + round(network.thinking_ms * 1000)))


def latest_issuance(scenario: Scenario, world: World) -> int:
    """When the first of all enrolments begins at the latest, in microseconds: an hour before, or earlier.

    All of them are over when a CA is switched off, even if they begin one after another at that time.
    """
    number = len(world.client.names) + len(world.server.names)
    return min(-HOUR, SWITCHED_OFF_AT - number * enrolment_spacing(scenario))


def _issuance(scenario: Scenario, issued: Issued, holder: str, latest: int, *, stolen: bool) -> Issuance:
    """How one side came by its certificate."""
    setup = scenario.certificates[issued.name]
    at = min(microseconds(setup.not_before), latest)
    if issued.issuer is None or stolen:
        return Issuance(at, holder, issued, None, stolen)
    enrolment = Enrolment(
        holder=holder,
        authority=lane_name(issued.issuer.name),
        subject=issued.certificate.subject,
        key=issued.certificate.key_type_name,
        delivery=setup.delivery,
        request=issued.request or b"",
        certificate=issued.certificate.der,
    )
    return Issuance(at, holder, issued, enrolment, stolen)


def revocations(scenario: Scenario, world: World) -> list[tuple[int, str, str]]:
    """(time in microseconds, CA, subject) of what a CA with a lane has revoked before the connection."""
    with_lane = authorities_of(world)
    found = []
    for name, one in world.issued.items():
        revoked = scenario.certificates[name].revoked
        if revoked is None or revoked >= timedelta():
            continue
        if one.issuer is not None and one.issuer.name in with_lane:
            found.append((microseconds(revoked), lane_name(one.issuer.name), one.certificate.subject))
    return sorted(found)


def switched_off(scenario: Scenario, world: World) -> list[str]:
    """The CAs with a lane that cannot be reached once the connection begins."""
    return [lane_name(name) for name in authorities_of(world) if not scenario.certificates[name].online]


class Prologue:
    """Plays what came before.

    Args:
        kernel: its clock stands at :func:`beginning`.
        recorder: writes it down.
        latency: one-way delay to a CA in microseconds.
        thinking: how long a CA takes to issue, in microseconds.
    """

    def __init__(self, kernel: Kernel, recorder: Recorder, latency: int, thinking: int) -> None:
        self._kernel = kernel
        self._recorder = recorder
        self._latency = latency
        self._thinking = thinking

    def schedule(self, scenario: Scenario, world: World) -> None:
        """Put everything that came before into the queue."""
        for one in issuances(scenario, world):
            self._kernel.schedule(one.at - self._kernel.now, partial(self._begin, one))
        for at, authority, subject in revocations(scenario, world):
            facts = Authority(authority).revoke(subject)
            self._kernel.schedule(at - self._kernel.now, partial(self._record, authority, facts))
        for authority in switched_off(scenario, world):
            facts = Authority(authority).switch_off()
            self._kernel.schedule(SWITCHED_OFF_AT - self._kernel.now, partial(self._record, authority, facts))

    def _begin(self, one: Issuance) -> None:
        """The holder asks for its certificate, or the CA makes key and certificate, or neither."""
        subject = one.issued.certificate.subject
        if one.enrolment is None:
            if one.stolen and one.issued.issuer is not None:
                authority = lane_name(one.issued.issuer.name)
                self._record(authority, Authority(authority).issue_to_somebody_else(subject))
            self._record(one.holder, [Noted(remark_on(one))])
        elif one.enrolment.delivery == "csr":
            self._record(one.holder, apply_for(one.enrolment))
            self._kernel.schedule(self._latency, partial(self._request_arrives, one.enrolment))
        else:
            self._issue(one.enrolment)

    def _request_arrives(self, enrolment: Enrolment) -> None:
        """The CA reads the request and thinks."""
        self._record(enrolment.authority, Authority(enrolment.authority).receive(enrolment))
        self._kernel.schedule(self._thinking, partial(self._issue, enrolment))

    def _issue(self, enrolment: Enrolment) -> None:
        """The CA issues, and what it issued is on its way."""
        facts = Authority(enrolment.authority).issue(enrolment)
        fresh = enrolment.delivery == "pkcs12"
        self._recorder.record(enrolment.authority, self._kernel.now, facts, fresh=fresh)
        self._kernel.schedule(self._latency, partial(self._delivered, enrolment))

    def _delivered(self, enrolment: Enrolment) -> None:
        """The holder has what it asked for."""
        self._record(enrolment.holder, take_delivery(enrolment))

    def _record(self, actor: str, facts: list[Fact]) -> None:
        """Write down a beginning, or a reading, which knows its own cause."""
        self._recorder.record(actor, self._kernel.now, facts, fresh=True)


def remark_on(one: Issuance) -> str:
    """How a certificate came to its holder without a CA's help."""
    subject = one.issued.certificate.subject
    if one.stolen:
        return f"The {one.holder} has a copy of the certificate of {subject}, but not its private key."
    return (
        f"The {one.holder} makes a key and signs the certificate of {subject} itself: no CA vouches for it."
    )
