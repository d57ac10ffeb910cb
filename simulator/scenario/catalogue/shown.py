"""The rows of the matrix of stacks: what a client shows, each with the catalogue scenario that has it.

First seven certificates that differ in their purposes alone, since there the stacks part most; then common
faults, and nothing at all. A cell is a scenario's name and the ``--set`` that leads to it, so that a reader
can run that cell alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.errors import ScenarioError, unknown_name
from simulator.scenario.catalogue.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

_PURPOSES = "certificates.alice.extended_key_usage"
SMART_CARD_LOGON = "1.3.6.1.4.1.311.20.2.2"  # Microsoft's, on certificates for Windows logon


@dataclass(frozen=True, slots=True)
class ClientShown:
    """The credential of a client before a server.

    Attributes:
        words: what it is, in a few words.
        scenario: the catalogue scenario that has it.
        set: what differs from that scenario.
    """

    words: str
    scenario: str
    set: Mapping[str, object] = field(default_factory=dict)


#: By the extended key usage of the client's certificate, or of the CA above it.
PURPOSES: Mapping[str, ClientShown] = {
    "client": ClientShown("clientAuth", "valid-certificate"),
    "client-and-server": ClientShown(
        "clientAuth and serverAuth", "valid-certificate", {_PURPOSES: ["clientAuth", "serverAuth"]}
    ),
    "no-purpose": ClientShown("no extended key usage", "no-purpose-stated"),
    "server-only": ClientShown("serverAuth only", "wrong-purpose"),
    "any-purpose": ClientShown("anyExtendedKeyUsage", "any-purpose"),
    "smart-card-logon": ClientShown(
        "smart-card logon only", "valid-certificate", {_PURPOSES: [SMART_CARD_LOGON]}
    ),
    "server-ca": ClientShown(
        "clientAuth, CA serverAuth",
        "chain-with-intermediate",
        {"certificates.intermediate-ca.extended_key_usage": ["serverAuth"]},
    ),
}
FAULTS: Mapping[str, ClientShown] = {
    "none": ClientShown("no certificate", "no-certificate-refused"),
    "expired": ClientShown("expired", "certificate-expired"),
    "not-yet-valid": ClientShown("valid from tomorrow on", "certificate-not-yet-valid"),
    "untrusted-ca": ClientShown("from an unknown CA", "untrusted-ca"),
    "self-signed": ClientShown("self-signed", "self-signed"),
    "missing-intermediate": ClientShown("without its intermediate", "missing-intermediate"),
    "weak-key": ClientShown("RSA key of 1024 bits", "weak-rsa-key"),
    "sha1": ClientShown("signed with SHA-1", "sha1-signature"),
    "key-not-for-signing": ClientShown("key usage without signing", "key-usage-without-signing"),
    "revoked": ClientShown("revoked, in a list", "revoked-by-crl"),
    "stolen": ClientShown("stolen: a wrong proof", "stolen-certificate"),
}


def shown_named(name: str) -> ClientShown:
    """The credential of a client, by the name of a row or of a scenario of one connection.

    Raises:
        ScenarioError: there is no such row and no such scenario.
    """
    rows = {**PURPOSES, **FAULTS}
    if name in rows:
        return rows[name]
    if name not in catalogue:
        expected = "a row of the matrix of stacks, or the name of a scenario"
        otherwise = "clientauth matrix --stacks shows all rows, clientauth list all scenarios."
        raise unknown_name(
            ScenarioError,
            "row or scenario",
            name,
            [*rows, *catalogue],
            expected=expected,
            otherwise=otherwise,
        )
    return ClientShown(catalogue[name].title, name)
