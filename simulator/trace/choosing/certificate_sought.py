"""The fact that a client looked through its certificates, and whether it asked its user."""

from __future__ import annotations

from simulator.trace.json import KindOfFact, TraceValue


class Considered(TraceValue, frozen=True):
    """A certificate that the client has a key for.

    Attributes:
        subject: RFC 4514 name of its holder.
        issuer: RFC 4514 name of its issuer.
        passed_over: why it was not taken, as the end of a sentence; empty for the one that was.
    """

    subject: str
    issuer: str
    passed_over: str


class CertificateSought(KindOfFact, frozen=True, tag="certificate_sought"):
    """The client was asked for a certificate and looked for one, by settings that its user may know.

    A client without such settings has no such fact.

    Attributes:
        chosen: RFC 4514 subject of the certificate that it would send, or None.
        considered: its certificates, in the order of its store.
        prompted: it asked its user.
        prompts: how often it has asked its user since it was started, this time included.
        reason: what it did and why, in sentences.
    """

    chosen: str | None
    considered: tuple[Considered, ...]
    prompted: bool
    prompts: int
    reason: str
