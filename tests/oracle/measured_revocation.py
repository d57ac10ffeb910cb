"""OpenSSL 3.0 with revocation lists, as measured: case, settings, verify code or None, alert or None.

The chain is root, intermediate, leaf; a case changes one thing in a world with good lists of both CAs. The
first table is one fault at a time, the second two at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from simulator.scenario import Scenario

LEAF, CHAIN = "leaf", "chain"
ALERT_OF_CODE = {
    3: "unknown_ca",
    8: "decrypt_error",
    9: "bad_certificate",
    10: "certificate_expired",
    11: "bad_certificate",
    12: "certificate_expired",
    20: "unknown_ca",
    23: "certificate_revoked",
    26: "unsupported_certificate",
    35: "certificate_unknown",
    36: "certificate_unknown",
    44: "certificate_unknown",
    47: "certificate_unknown",
    66: "bad_certificate",
}


class Row(NamedTuple):
    """One measured case.

    Attributes:
        case: its name.
        scope: ``leaf`` or ``chain``.
        code: OpenSSL's error number, or None where it accepts.
        changes: what differs from the world with good lists.
    """

    case: str
    scope: str
    code: int | None
    changes: dict[str, Any]


REVOKED = {"certificates.alice.revoked": "-2d"}
LISTS = {"crls.mid-crl.lists": ["alice"]}
STALE = {"crls.mid-crl.next_update": "-1h"}
NO_LIST = {"server.crls": ["root-crl"]}


def good_lists() -> Scenario:
    """Root, intermediate and leaf, and a good list of each CA; the server looks the leaf up."""
    return Scenario().but(
        {
            "certificates.mid": {"role": "ca", "issuer": "client-ca", "subject": "CN=Mid CA"},
            "certificates.alice.issuer": "mid",
            "crls.mid-crl": {"issuer": "mid"},
            "crls.root-crl": {"issuer": "client-ca"},
            "server.revocation": "crl",
            "server.crls": ["mid-crl", "root-crl"],
        }
    )


def _two(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two lists of the intermediate, in this order."""
    lists = {"mid-crl": {"issuer": "mid", **first}, "second": {"issuer": "mid", "number": 2, **second}}
    return {"crls": lists, "server.crls": ["mid-crl", "second"]}


REASONS = (
    *("unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded"),
    *("cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise"),
)
OLDER, NEWER = {"this_update": "-3d"}, {"this_update": "-1h"}
WITH_ALICE = {"lists": ["alice"]}

ONE_FAULT = (
    Row("good", LEAF, None, {}),
    Row("good; CRLs of intermediate and root", CHAIN, None, {}),
    Row("good; no CRL of the root", CHAIN, 3, {"server.crls": ["mid-crl"]}),
    Row("no CRL at all", LEAF, 3, {"server.crls": []}),
    Row("CRL of another CA only", LEAF, 3, NO_LIST),
    *(
        Row(f"listed, {reason}", LEAF, 23, {**REVOKED, "certificates.alice.revocation_reason": reason})
        for reason in REASONS
    ),
    Row(
        "listed with removeFromCRL in a full CRL",
        LEAF,
        None,
        {**REVOKED, "certificates.alice.revocation_reason": "removeFromCRL"},
    ),
    Row("listed, revocationDate tomorrow", LEAF, 23, {**LISTS, "certificates.alice.revoked": "1d"}),
    Row("listed, no flag", LEAF, None, {**REVOKED, "server.revocation": "none"}),
    Row("stale, not listed", LEAF, 12, STALE),
    Row("stale, listed", LEAF, 12, {**STALE, **REVOKED}),
    Row("thisUpdate tomorrow", LEAF, 11, {"crls.mid-crl.this_update": "1d"}),
    Row("a stale one and a fresh one", LEAF, None, _two({"next_update": "-1h"}, {})),
    Row("two valid ones, the older lists", LEAF, None, _two({**OLDER, **WITH_ALICE}, NEWER)),
    Row("two valid ones, the older lists, newer first", LEAF, None, _two(NEWER, {**OLDER, **WITH_ALICE})),
    Row("two valid ones, the newer lists", LEAF, 23, _two(OLDER, {**NEWER, **WITH_ALICE})),
    Row("another key, its AKI", LEAF, 3, {"crls.mid-crl.signed_by": "server-ca"}),
    Row(
        "another key, no AKI",
        LEAF,
        8,
        {"crls.mid-crl.signed_by": "server-ca", "crls.mid-crl.key_identifier": "absent"},
    ),
    Row("intermediate listed, leaf looked up", LEAF, None, {"certificates.mid.revoked": "-2d"}),
    Row("intermediate listed, chain looked up", CHAIN, 23, {"certificates.mid.revoked": "-2d"}),
    Row("trusted root listed in its own CRL", CHAIN, 23, {"crls.root-crl.lists": ["client-ca"]}),
    Row("issuing CA without cRLSign", LEAF, 35, {"certificates.mid.key_usage": ["keyCertSign"]}),
    Row("unknown critical CRL extension", LEAF, 36, {"crls.mid-crl.critical": ["1.3.6.1.4.1.55738.9"]}),
    Row("cRLNumber critical", LEAF, 36, {"crls.mid-crl.critical": ["cRLNumber"]}),
    Row("IDP onlyContainsUserCerts", LEAF, None, {"crls.mid-crl.scope": "users"}),
    Row("IDP onlyContainsCACerts", LEAF, 44, {"crls.mid-crl.scope": "authorities"}),
    Row("IDP onlyContainsAttributeCerts", LEAF, 44, {"crls.mid-crl.scope": "attributes"}),
    Row("IDP onlySomeReasons", LEAF, 3, {"crls.mid-crl.only_reasons": ["keyCompromise"]}),
    Row("base CRL and delta that lists", LEAF, None, _two({}, {"delta_of": 1, **WITH_ALICE})),
    Row("delta alone that lists", LEAF, 23, {"crls.mid-crl.delta_of": 1, **LISTS}),
    Row(
        "indirect CRL",
        LEAF,
        3,
        {
            "certificates.publisher": {"role": "ca", "issuer": "client-ca"},
            "certificates.alice.crl_issuer": "publisher",
            "server.holds": ["publisher"],
            "crls.mid-crl": {"issuer": "publisher", "indirect": True, "lists": ["alice"]},
        },
    ),
    Row("no cRLNumber", LEAF, None, {"crls.mid-crl.number": "absent"}),
    Row("no nextUpdate", LEAF, None, {"crls.mid-crl.next_update": "absent"}),
)

EXPIRED = {"certificates.alice.not_before": "-60d", "certificates.alice.not_after": "-1d"}
UNTRUSTED = {"server.trusts": ["server-ca"]}
WRONG_PURPOSE = {"certificates.alice.extended_key_usage": ["serverAuth"]}
FORBIDDEN_NAME = {
    "certificates.mid.permitted_dns_names": ["example.com"],
    "certificates.alice.dns_names": ["alice.example.net"],
}

TWO_FAULTS = (
    Row("wrong purpose and revoked", LEAF, 26, {**WRONG_PURPOSE, **REVOKED}),
    Row("weak key and revoked", LEAF, 66, {"certificates.alice.key": "RSA-1024", **REVOKED}),
    Row("expired and revoked", LEAF, 23, {**EXPIRED, **REVOKED}),
    Row("not yet valid and revoked", LEAF, 23, {"certificates.alice.not_before": "1d", **REVOKED}),
    Row("name constraint and revoked", LEAF, 23, {**FORBIDDEN_NAME, **REVOKED}),
    Row("name constraint and expired", LEAF, 10, {**FORBIDDEN_NAME, **EXPIRED}),
    Row("expired and CRL missing", LEAF, 3, {**EXPIRED, **NO_LIST}),
    Row("expired and CRL stale", LEAF, 12, {**EXPIRED, **STALE}),
    Row("revoked and untrusted root", LEAF, 20, {**UNTRUSTED, **REVOKED}),
    Row("expired and untrusted", LEAF, 20, {**UNTRUSTED, **EXPIRED}),
    Row(
        "expired intermediate and revoked leaf",
        LEAF,
        23,
        {"certificates.mid.not_before": "-60d", "certificates.mid.not_after": "-1d", **REVOKED},
    ),
    Row("revoked leaf and stale CRL of the root", CHAIN, 23, {"crls.root-crl.next_update": "-1h", **REVOKED}),
    Row("stale CRL and critical extension", LEAF, 12, {**STALE, "crls.mid-crl.critical": ["cRLNumber"]}),
    Row(
        "no cRLSign and stale CRL",
        LEAF,
        35,
        {**STALE, "certificates.mid.key_usage": ["keyCertSign"]},
    ),
    Row("other scope and stale CRL", LEAF, 44, {**STALE, "crls.mid-crl.scope": "authorities"}),
)
ROWS = (*ONE_FAULT, *TWO_FAULTS)


def scenario_of(row: Row) -> Scenario:
    """The scenario of a row."""
    return good_lists().but({"server.revocation_scope": row.scope, **row.changes})
