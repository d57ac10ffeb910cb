"""The parts of a setup: the certificates of the world, the actors, and their connections."""

from __future__ import annotations

from typing import Literal

from simulator.trace.json import HexBytes, TraceValue

Role = Literal["client", "server", "authority", "redirector", "attacker"]
PlayedBy = Literal["", "redirector", "proxy"]
Reports = Literal["", "at-tls-passthru", "at-tls", "at-tls-safcheck"]
PASSES_ON: Literal["redirector"] = "redirector"  # lane and role of a party that hands records on, unread


class ExtensionFacts(TraceValue, frozen=True):
    """One extension of a certificate.

    Attributes:
        name: RFC 5280 name (``keyUsage``); dotted identifier of an unknown one.
        critical: the extension is critical.
        text: its contents in words, or its size and bytes.
    """

    name: str
    critical: bool
    text: str


class CertificateFacts(TraceValue, frozen=True):
    """The contents of a certificate in words: a view needs no crypto library to show them.

    Attributes:
        version: 1, 2 or 3.
        serial_number: hexadecimal.
        subject: RFC 4514 name; empty where nobody is named.
        subject_der: the subject as a CertificateRequest names it.
        issuer: RFC 4514 name.
        not_before: ISO 8601 UTC time.
        not_after: ISO 8601 UTC time.
        key_type: the public key in words: ``P-256``, ``RSA-2048``.
        signature_algorithm: RFC name, or dotted identifier.
        is_ca: basicConstraints call it a CA.
        self_issued: subject and issuer are the same name.
        self_signed: self-issued, and its own key verifies its signature.
        extensions: in their order.
    """

    version: int
    serial_number: str
    subject: str
    subject_der: HexBytes
    issuer: str
    not_before: str
    not_after: str
    key_type: str
    signature_algorithm: str
    is_ca: bool
    self_issued: bool
    self_signed: bool
    extensions: tuple[ExtensionFacts, ...]


class HeldCertificate(TraceValue, frozen=True):
    """A certificate of the scenario's world.

    Attributes:
        name: its name in the scenario.
        der: the certificate itself.
        fingerprint: SHA-256 of ``der``, hexadecimal.
        facts: its contents, or null where they cannot be read.
        problem: why its contents cannot be read; empty where they can.
        signed_by: names of the other certificates of the world that it names as its issuer and whose key
            verifies its signature.
    """

    name: str
    der: HexBytes
    fingerprint: str
    facts: CertificateFacts | None
    problem: str
    signed_by: tuple[str, ...]


class HeldCrl(TraceValue, frozen=True):
    """A certificate revocation list of the scenario's world.

    Attributes:
        name: its name in the scenario.
        der: the list itself.
        issuer: RFC 4514 name of its issuer.
        number: its cRLNumber, or null.
        this_update: ISO 8601 UTC time from which it holds.
        next_update: ISO 8601 UTC time by which the next one is due, or null.
        revoked: the names of the certificates that it lists.
        held_by: the sides that hold it.
    """

    name: str
    der: HexBytes
    issuer: str
    number: int | None
    this_update: str
    next_update: str | None
    revoked: tuple[str, ...]
    held_by: tuple[str, ...]


class ActorSetup(TraceValue, frozen=True, omit_defaults=True):
    """An actor at the start.

    Attributes:
        name: the party's name, which is its lane: ``client``, ``server``, the scenario name of a certificate
            authority.
        role: its part in the story.
        sends: names of the certificates it presents when asked, leaf first.
        trusts: names of the certificates in its trust store.
        holds: names of further certificates it may build paths with.
        policy: settings worth showing, as ordered (name, value) pairs.
        party: the party that plays this side of the connection and the other side of another one, as
            ``redirector``; left out where client and server play themselves.
        reports: the return codes by which a server reports a refusal, as ``at-tls``; left out where it
            reports none.
    """

    name: str
    role: Role
    sends: tuple[str, ...]
    trusts: tuple[str, ...]
    holds: tuple[str, ...]
    policy: tuple[tuple[str, str], ...]
    party: PlayedBy = ""
    reports: Reports = ""


class ConnectionSetup(TraceValue, frozen=True, omit_defaults=True):
    """A connection and its two parties.

    Attributes:
        number: from 1, in the order in which the connections begin.
        client: name of the party that opens it.
        server: name of the party that accepts it.
        count: how many connections the run has; left out if this is the only one.
    """

    number: int
    client: str
    server: str
    count: int = 1
