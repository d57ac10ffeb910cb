"""The differences from OpenSSL that were chosen: one table, each by name and with its reason.

A difference that is not in this table is a defect. A test plays a scenario for every line of it, so that no
line stays that is no longer true.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.tls.wire.version import SIDES

if TYPE_CHECKING:
    from simulator.oracle.playing import JudgedAt
    from simulator.scenario import Scenario, TlsVersion

Condition = Callable[["Scenario", "TlsVersion", "JudgedAt"], bool]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A difference that was chosen. It excuses what it explains and nothing else.

    Attributes:
        name: its name in reports.
        reason: why it was chosen, in sentences.
        applies: returns True for a scenario, a version and times of judgement that can show it.
        explains: the keys of :data:`simulator.oracle.comparing.COMPARED` that may differ because of it.
    """

    name: str
    reason: str
    applies: Condition
    explains: frozenset[str]


def accepted_for(
    scenario: Scenario, tls: TlsVersion, judged_at: JudgedAt, differing: Collection[str]
) -> Accepted | None:
    """The line of the table that explains all that differs, or None if some of it is a defect.

    Args:
        scenario: what was set up.
        tls: the protocol version.
        judged_at: the moment at which each side judged the other.
        differing: the keys of :data:`simulator.oracle.comparing.COMPARED` that differ.
    """
    applying = (one for one in ACCEPTED if one.applies(scenario, tls, judged_at))
    return next((one for one in applying if one.explains.issuperset(differing)), None)


def _another_profile(scenario: Scenario, _tls: TlsVersion, _judged_at: JudgedAt) -> bool:
    return {scenario.client.profile, scenario.server.profile} != {"openssl"}


def _server_key_not_for_signing(scenario: Scenario, tls: TlsVersion, _judged_at: JudgedAt) -> bool:
    setup = scenario.certificates[scenario.server.certificate]
    restricted = bool(setup.key_usage) and "digitalSignature" not in (setup.key_usage or ())
    return tls == "1.2" and restricted and not setup.key.value.startswith("RSA")


def _dot_at_the_end(scenario: Scenario, _tls: TlsVersion, _judged_at: JudgedAt) -> bool:
    return scenario.client.server_name.endswith(".")


# What follows from another decision about a certificate. The version and the group are agreed on before it.
AFTER_A_DECISION = frozenset({"messages", "alert", "alert protection", "decided after", "reason"}).union(
    words.format(side) for side in SIDES for words in ("{} handshake", "{}'s peer", "data read by {}")
)

# What a server answers a ClientHello with.
ANSWERED = frozenset({"extensions of ServerHello", "extensions of CertificateRequest"})

ACCEPTED: tuple[Accepted, ...] = (
    Accepted(
        "another profile",
        "The scenario lets a side judge by another profile than openssl: it is meant to decide otherwise.",
        _another_profile,
        AFTER_A_DECISION | {"signature schemes"},  # a refused server gets no CertificateVerify
    ),
    Accepted(
        "a dot at the end of the host",
        "Python hands the host to OpenSSL as it is written. RFC 6066 section 3 has no dot at the end of "
        "server_name, and the simulation, like curl, leaves it out.",
        _dot_at_the_end,
        frozenset({"extensions of ClientHello"}),
    ),
    Accepted(
        "a server key that is not for signing",
        "In TLS 1.2 OpenSSL uses no ECDSA certificate whose keyUsage lacks digitalSignature, and as a client "
        "refuses any elliptic-curve one with handshake_failure once ServerHelloDone has come. That "
        "is a rule of its cipher suites, beside the trust decision; TLS 1.3 has no such rule there.",
        _server_key_not_for_signing,
        # With ECDSA there is no ServerHello, nor what comes behind it.
        AFTER_A_DECISION | {"version", "group", "signature schemes"} | ANSWERED,
    ),
)
