"""The settings about revocation: the lists that CAs publish, and the use that a side makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

RevocationSource = Literal["none", "crl", "ocsp"]
RevocationScope = Literal["leaf", "chain"]
RevocationFailure = Literal["hard", "soft"]
CrlScope = Literal["all", "users", "authorities", "attributes"]
CrlKeyIdentifier = Literal["signer", "issuer", "absent"]

USUAL_CRL_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CrlSetup:
    """One certificate revocation list.

    Attributes:
        issuer: scenario name of the CA that publishes it.
        this_update: the moment from which it holds, relative to the scenario's clock.
        next_update: the moment by which the next one is due, relative to the clock; None leaves it out.
        number: its cRLNumber; None leaves it out.
        lists: scenario names of the certificates that it lists; None for those that its issuer had revoked by
            then.
        signed_by: scenario name of the certificate whose key signs it; None for its issuer's.
        key_identifier: its authorityKeyIdentifier: that of the key that signs, of the issuer's key, or none.
        scope: the certificates that it covers: all, or those of users, authorities or attributes alone.
        only_reasons: the reasons that it covers, RFC 5280 names; empty for all.
        indirect: it may list certificates of other CAs.
        delta_of: it is a delta, which adds to the list with this number; None for a complete list.
        freshest_crl: it says where deltas are.
        critical: extensions that are critical against the rule: ``cRLNumber``, or a dotted identifier that
            no verifier knows.
    """

    issuer: str = "client-ca"
    this_update: timedelta = timedelta(days=-1)
    next_update: timedelta | None = timedelta(days=6)
    number: int | None = 1
    lists: tuple[str, ...] | None = None
    signed_by: str | None = None
    key_identifier: CrlKeyIdentifier = "signer"
    scope: CrlScope = "all"
    only_reasons: tuple[str, ...] = ()
    indirect: bool = False
    delta_of: int | None = None
    freshest_crl: bool = False
    critical: tuple[str, ...] = ()
