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
class Shown:
    """What a client shows.

    Attributes:
        words: what it is, in a few words.
        scenario: the catalogue scenario that has it.
        set: what differs from that scenario.
    """

    words: str
    scenario: str
    set: Mapping[str, object] = field(default_factory=dict)


#: By the extended key usage of the client's certificate, or of the CA above it.
PURPOSES: Mapping[str, Shown] = {
    "client": Shown("clientAuth", "valid-certificate"),
    "client-and-server": Shown(
        "clientAuth and serverAuth", "valid-certificate", {_PURPOSES: ["clientAuth", "serverAuth"]}
    ),
    "no-purpose": Shown("no extended key usage", "no-purpose-stated"),
    "server-only": Shown("serverAuth only", "wrong-purpose"),
    "any-purpose": Shown("anyExtendedKeyUsage", "any-purpose"),
    "smart-card-logon": Shown("smart-card logon only", "valid-certificate", {_PURPOSES: [SMART_CARD_LOGON]}),
    "server-ca": Shown(
        "clientAuth, CA serverAuth",
        "chain-with-intermediate",
        {"certificates.intermediate-ca.extended_key_usage": ["serverAuth"]},
    ),
}
FAULTS: Mapping[str, Shown] = {
    "none": Shown("no certificate", "no-certificate-refused"),
    "expired": Shown("expired", "certificate-expired"),
    "not-yet-valid": Shown("valid from tomorrow on", "certificate-not-yet-valid"),
    "untrusted-ca": Shown("from an unknown CA", "untrusted-ca"),
    "self-signed": Shown("self-signed", "self-signed"),
    "missing-intermediate": Shown("without its intermediate", "missing-intermediate"),
    "weak-key": Shown("RSA key of 1024 bits", "weak-rsa-key"),
    "sha1": Shown("signed with SHA-1", "sha1-signature"),
    "key-not-for-signing": Shown("key usage without signing", "key-usage-without-signing"),
    "revoked": Shown("revoked, in a list", "revoked-by-crl"),
    "stolen": Shown("stolen: a wrong proof", "stolen-certificate"),
}


def shown_named(name: str) -> Shown:
    """What a client shows, by the name of a row or of a scenario of one connection.

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
    return Shown(catalogue[name].title, name)
