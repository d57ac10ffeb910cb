"""The step of the story that an event belongs to, as literal tables.

A message belongs to the step that its sender is in when it sends it; reading it belongs to the same step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.trace.facts import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Messages that belong to one step in every version: (sender, name) → step.
MESSAGE_STEPS: Mapping[tuple[str, str], Step] = {
    ("server", "DO START-TLS"): Step.REQUEST,
    ("client", "WILL START-TLS, START-TLS FOLLOWS"): Step.REQUEST,
    ("client", "WONT START-TLS"): Step.REQUEST,
    ("server", "START-TLS FOLLOWS"): Step.REQUEST,
    ("client", "ClientHello"): Step.REQUEST,
    ("server", "HelloRetryRequest"): Step.REQUEST,
    ("server", "ServerHello"): Step.REQUEST,
    ("server", "EncryptedExtensions"): Step.REQUEST,
    ("server", "Certificate"): Step.SERVER_CHECK,
    ("server", "ServerKeyExchange"): Step.SERVER_CHECK,
    ("server", "CertificateVerify"): Step.SERVER_CHECK,
    ("server", "CertificateRequest"): Step.CERTIFICATE_REQUEST,
    ("server", "ServerHelloDone"): Step.CERTIFICATE_REQUEST,
    ("client", "Certificate"): Step.SEND_OR_SKIP,
    ("client", "ClientKeyExchange"): Step.SEND_OR_SKIP,
    ("client", "CertificateVerify"): Step.SEND_OR_SKIP,
    ("client", "Finished"): Step.SEND_OR_SKIP,
    ("server", "NewSessionTicket"): Step.TRUST_DECISION,
}

#: Messages whose step depends on the version: (version, sender, name) → step.
VERSION_STEPS: Mapping[tuple[str, str, str], Step] = {
    ("1.3", "server", "Finished"): Step.SERVER_CHECK,
    ("1.2", "server", "Finished"): Step.TRUST_DECISION,
    ("1.2", "server", "ChangeCipherSpec"): Step.TRUST_DECISION,
    ("1.2", "client", "ChangeCipherSpec"): Step.SEND_OR_SKIP,
}

DECISION_STEPS: Mapping[str, Step] = {
    "issue": Step.ENROLMENT,
    "revoke": Step.ENROLMENT,
    "release": Step.ENROLMENT,
    "publish": Step.ENROLMENT,
    "connect": Step.REQUEST,
    "start-tls": Step.REQUEST,
    "admit": Step.TRUST_DECISION,
    "accept-server": Step.SERVER_CHECK,
    "request-certificate": Step.CERTIFICATE_REQUEST,
    "send-certificate": Step.SEND_OR_SKIP,
    "accept-client": Step.TRUST_DECISION,
    "grant": Step.TRUST_DECISION,
}

VERDICT_STEPS: Mapping[str, Step] = {"server": Step.SERVER_CHECK, "client": Step.TRUST_DECISION}

#: The side that asks a responder about its peer's certificate → the step in which it does.
LOOKUP_STEPS: Mapping[str, Step] = {"client": Step.SERVER_CHECK, "server": Step.TRUST_DECISION}


@lru_cache(maxsize=1024)  # twice as many as there are types of messages, senders and versions
def step_of_message(tls: str, sender: str, name: str) -> Step | None:
    """The step of a message; None for one that means nothing by itself.

    Such is the ChangeCipherSpec of TLS 1.3 (RFC 8446, appendix D.4): it goes with its neighbour.
    """
    return VERSION_STEPS.get((tls, sender, name)) or MESSAGE_STEPS.get((sender, name))


def step_of_alert(sender: str, current: Step, *, goodbye: bool) -> Step:
    """The step of an alert: a refusal belongs to the side that decides.

    Args:
        sender: ``client`` or ``server``.
        current: the step of what made the sender send it.
        goodbye: it is close_notify or user_canceled, which refuse nothing.
    """
    if goodbye:
        return Step.SESSION
    answers_second_flight = sender == "server" and current is Step.SEND_OR_SKIP
    return Step.TRUST_DECISION if answers_second_flight else current
