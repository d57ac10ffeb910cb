"""The certificates that servers of other stacks were shown, and what each of them answered.

``stacks/measured.tsv`` has a row for each combination of faults of :mod:`tests.trust.worlds`, and a column
for each stack. A cell is the answer in TLS 1.3, and after a slash that in TLS 1.2 where it differs. An answer
is ``accepted``, an alert, ``page 400`` or ``closed``, and, where the server's own words tell, the check in
them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tests.peers import ROOT
from tests.trust.worlds import NOW, issue, key

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.keys import PrivateKey
    from tests.trust.worlds import Issued

TABLE = ROOT / "tests" / "lab" / "stacks" / "measured.tsv"
NO_CERTIFICATE, STOLEN, GOOD = "no certificate", "stolen", "good"

# What a server prints, and the check that it means; of several checks each may be the one.
WORDS = {
    "jsse": {
        "unable to find valid certification path": "trust-anchor",
        "validity check failed": "validity",
        "Extended key usage does not permit": "extended-key-usage",
        "KeyUsage does not allow": "key-usage",
        "CA key usage check failed": "key-usage",
        "unrecognized critical extension": "critical-extensions",
        "basic constraints check failed": "basic-constraints",
        "name constraints check failed": "name-constraints",
        "signature check failed": "signature",
        "Empty client certificate chain": "certificate-presented",
        "Invalid CertificateVerify signature": "proof-of-possession",
    },
    "go": {
        "has expired or is not yet valid": "validity",
        "incompatible key usage": "extended-key-usage",
        "unhandled critical extension": "critical-extensions",
        "too many intermediates": "path-length",
        "not authorized to sign for this name": "name-constraints",
        "insecure algorithm": "signature-algorithm",
        "possibly because of .* verification failure": "signature",
        "parent certificate cannot sign": "basic-constraints or key-usage",
        "signed by unknown authority": "trust-anchor",
        "didn't provide a certificate": "certificate-presented",
        "invalid signature by the client certificate": "proof-of-possession",
    },
    "nss": {
        "issuer is not recognized": "trust-anchor or basic-constraints",
        "has expired": "validity",
        "type not approved": "extended-key-usage",
        "key usage inadequate": "key-usage",
        "unknown critical extension": "critical-extensions",
        "path length constraint": "path-length",
        "has an invalid signature": "signature or proof-of-possession",
        "not permitted to issue": "name-constraints",
        "Unable to find the certificate": "certificate-presented",
    },
    "boringssl": {
        "unable to get": "trust-anchor or key-usage",
        "has expired|not yet valid": "validity",
        "certificate purpose": "extended-key-usage or key-usage",
        "invalid CA certificate": "basic-constraints",
        "certificate signature failure": "signature",
        "BAD_SIGNATURE": "proof-of-possession",
    },
}
WORDS["go-1.27"] = WORDS["go"]


@cache
def table() -> dict[str, dict[tuple[str, str], str]]:
    """The answer by case, and by stack and TLS version."""
    head, *rows = TABLE.read_text(encoding="utf-8").splitlines()
    stacks = head.split("\t")[1:]
    found: dict[str, dict[tuple[str, str], str]] = {}
    for row in rows:
        case, *cells = row.split("\t")
        split = {stack: cell.split(" / ") for stack, cell in zip(stacks, cells, strict=True)}
        found[case] = {
            (stack, tls): answers[place]
            for stack, answers in split.items()
            for tls, place in (("1.3", 0), ("1.2", -1))
        }
    return found


def world(case: str, now: datetime = NOW, named: str = "") -> Issued:
    """The certificates of a case."""
    words = case.removeprefix("stolen + ")
    faults = () if words in (NO_CERTIFICATE, STOLEN, GOOD) else tuple(words.split(" + "))
    return issue("client", faults, now, named)


def signing_key(case: str, issued: Issued) -> PrivateKey:
    """The key that signs: that of the leaf, or a thief's."""
    return key("thief") if case.startswith(STOLEN) else issued.private_key


def check_in(stack: str, log: str) -> str:
    """The check that a server's last words are about, or empty."""
    lines = [line for line in log.splitlines() if line.strip()]
    for words, check in WORDS.get(stack, {}).items():
        if lines and re.search(words, lines[-1]):
            return check
    return ""


def answer_cell(stack: str, said: str, log: str) -> str:
    """An answer as the table has it."""
    if said.startswith("HTTP/"):
        return "accepted" if " 200 " in said else f"page {said.split()[1]}"
    check = check_in(stack, log)
    return f"{said} ({check})" if check else said
