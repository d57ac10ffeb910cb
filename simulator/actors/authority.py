"""The certificate authority: it issues before the connection, and the handshake never asks it anything.

Two ways lead to a certificate. Either the holder makes its own key and sends a certification request (CSR,
PKCS#10), so that the private key never leaves it. Or the authority makes the key too and delivers both in
one file under a password (PKCS#12), and the password must come by another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.tls.wire.version import Protection
from simulator.trace.facts import Decided, Noted, Received, Sent

if TYPE_CHECKING:
    from simulator.trace.facts import Fact

REQUEST_NAME = "CertificationRequest"
CERTIFICATE_NAME = "Certificate"
BUNDLE_NAME = "PKCS#12"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How one certificate came to its holder.

    Attributes:
        holder: ``client`` or ``server``.
        authority: scenario name of the CA that issues.
        subject: RFC 4514 subject.
        key: the key's type in words: ``P-256``.
        delivery: ``csr`` or ``pkcs12``.
        request: the certification request, DER; empty for a PKCS#12.
        certificate: the certificate, DER.
    """

    holder: str
    authority: str
    subject: str
    key: str
    delivery: Literal["csr", "pkcs12"]
    request: bytes
    certificate: bytes


def key_in_words(key: str) -> str:
    """A key of that kind, with its article: ``a P-256 key``, ``an RSA-2048 key``."""
    return f"{'an' if key.startswith(('E', 'R')) else 'a'} {key} key"


def sent(to: str, name: str, raw: bytes) -> Sent:
    """A part of the enrolment that left an actor; ``raw`` is empty where it is secret."""
    return Sent(to, "enrolment", name, raw, Protection.CLEAR, b"")


def received(sender: str, name: str, raw: bytes) -> Received:
    """A part of the enrolment that reached an actor."""
    return Received(sender, "enrolment", name, raw, Protection.CLEAR)


def apply_for(enrolment: Enrolment) -> list[Fact]:
    """What the holder does first: make a key and ask for a certificate; nothing where the CA makes both."""
    if enrolment.delivery == "pkcs12":
        return []
    made = f"The {enrolment.holder} makes {key_in_words(enrolment.key)}. The private key never leaves it."
    return [Noted(made), sent(enrolment.authority, REQUEST_NAME, enrolment.request)]


def take_delivery(enrolment: Enrolment) -> list[Fact]:
    """What the holder does last: take the certificate, or the file that holds certificate and key."""
    if enrolment.delivery == "csr":
        return [received(enrolment.authority, CERTIFICATE_NAME, enrolment.certificate)]
    opened = (
        f"The {enrolment.holder} opens the PKCS#12 file with its password, which came by another way. "
        "Now it holds certificate and private key."
    )
    return [received(enrolment.authority, BUNDLE_NAME, b""), Noted(opened)]


class Authority:
    """A certificate authority on the simulated network.

    Args:
        name: its scenario name, which is also its lane.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def receive(self, enrolment: Enrolment) -> list[Fact]:
        """A certification request comes in."""
        return [received(enrolment.holder, REQUEST_NAME, enrolment.request)]

    def issue(self, enrolment: Enrolment) -> list[Fact]:
        """Sign the certificate and send it; for a PKCS#12 make the key first."""
        if enrolment.delivery == "csr":
            reason = (
                f"The request is signed with the key it asks for, and the CA vouches for {enrolment.subject}."
            )
            return [
                Decided("issue", "issue", ("issue",), reason, "actor", None),
                sent(enrolment.holder, CERTIFICATE_NAME, enrolment.certificate),
            ]
        reason = f"The CA vouches for {enrolment.subject}, and makes the key itself."
        made = (
            f"The CA makes {key_in_words(enrolment.key)} and packs it with the certificate "
            "into a PKCS#12 file under a password."
        )
        return [
            Decided("issue", "issue", ("issue",), reason, "actor", None),
            Noted(made),
            sent(enrolment.holder, BUNDLE_NAME, b""),
        ]

    def issue_to_somebody_else(self, subject: str) -> list[Fact]:
        """Sign a certificate for its rightful holder, who takes no part in this connection."""
        return [Noted(f"The CA issued the certificate of {subject} to its rightful holder.")]

    def revoke(self, subject: str) -> list[Fact]:
        """Take a certificate back; nobody is told who does not ask."""
        reason = f"The certificate of {subject} is no longer to be trusted."
        return [Decided("revoke", "revoke", ("revoke",), reason, "actor", None)]

    def switch_off(self) -> list[Fact]:
        """Leave the network before the connection begins."""
        return [
            Noted("The CA is switched off. What it signed stays signed, so the handshake does not miss it.")
        ]
