"""What the checks look at: one candidate path, the policy and the moment; and how they write their lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from simulator.trust.verdict import Check, CheckOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.profiles import Profile
    from simulator.trust.verdict import Role

TlsVersion = Literal["1.2", "1.3"]
KEPT_WORDS = 2048  # a ledger names the same certificates and times again and again


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate path under judgement.

    Attributes:
        path: leaf first, trusted certificate last; the leaf alone where no path was found.
        policy: what is asked.
        profile: whose habits are followed.
        now: the moment of the decision.
        tls: the protocol version, which decides what the proof of possession signs.
    """

    path: tuple[Certificate, ...]
    policy: TrustPolicy
    profile: Profile
    now: datetime
    tls: TlsVersion

    @property
    def leaf(self) -> Certificate:
        """The certificate that was presented for the peer itself."""
        return self.path[0]

    @property
    def last(self) -> int:
        """The depth of the trusted certificate."""
        return len(self.path) - 1

    def line(
        self,
        name: str,
        outcome: CheckOutcome,
        sentence: str,
        *,
        depth: int | None = None,
        field: str = "",
        value: str = "",
        required: str = "",
        reference: str = "",
    ) -> Check:
        """A line of the ledger about the certificate at ``depth``, or about the chain as a whole."""
        subject = "" if depth is None else self.path[depth].subject
        return Check(name, outcome, subject, depth, field, value, required, reference, sentence)


class ProofForm(NamedTuple):
    """How a side proves that it holds the private key of its certificate.

    Attributes:
        message: the handshake message that carries the proof.
        signed: what is signed, for a sentence.
        reference: where that is laid down.
    """

    message: str
    signed: str
    reference: str


def proof_form(signer: Role, tls: TlsVersion) -> ProofForm:
    """The form of the proof of possession; only the server of TLS 1.2 does not sign the handshake so far."""
    if tls == "1.3":
        return ProofForm("CertificateVerify", "this very handshake", "RFC 8446 §4.4.3")
    if signer == "client":
        return ProofForm("CertificateVerify", "this very handshake", "RFC 5246 §7.4.8")
    signed = "both random values and its ECDHE parameters"
    return ProofForm("ServerKeyExchange", signed, "RFC 5246 §7.4.3, RFC 8422 §5.4")


def passed_if(holds: bool) -> CheckOutcome:
    """PASS where the rule holds, else FAIL."""
    return CheckOutcome.PASS if holds else CheckOutcome.FAIL


@lru_cache(maxsize=KEPT_WORDS)
def called(certificate: Certificate) -> str:
    """How a sentence calls a certificate: by its common name, else by its whole subject."""
    return certificate.common_name or certificate.subject or "the certificate without a subject"


def counted(number: int, noun: str) -> str:
    """A number of things to read aloud: ``no CA``, ``1 CA``, ``2 CAs``."""
    return f"{number or 'no'} {noun}{'s' if number > 1 else ''}"


@lru_cache(maxsize=KEPT_WORDS)
def moment(time: datetime) -> str:
    """A time as the ledger writes it: ``2030-03-04 09:00:00 UTC``."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def listed(words: tuple[str, ...] | list[str]) -> str:
    """Words as a list to read aloud; ``none`` where there are none."""
    return ", ".join(words) if words else "none"
