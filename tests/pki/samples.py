"""Certificates, keys and the shared vectors that the tests of this room use."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.entropy import SeededEntropy
from simulator.pki.contents import Contents
from simulator.pki.issuing import Issuer
from simulator.pki.keys import KeyType, PrivateKey, generate_key
from tests.peers import program, shared

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)
# A long RSA key takes seconds to find, so most tests of every kind of key do without the two longest.
KEY_TYPES = tuple(one for one in KeyType if one not in (KeyType.RSA3072, KeyType.RSA4096))
ENTROPY = SeededEntropy("tests of the pki room")


def key(key_type: KeyType = KeyType.P256, label: str = "a key") -> PrivateKey:
    """A key that is the same in every test."""
    return generate_key(key_type, ENTROPY, f"{label}/{key_type.value}")


def contents(subject: str, role: str, **changes: Any) -> Contents:
    """Contents valid around ``NOW`` with whatever is to differ."""
    usual = {
        "subject": subject,
        "role": role,
        "not_before": NOW - timedelta(days=30),
        "not_after": NOW + timedelta(days=335),
        "serial_number": 4711,
    }
    return Contents(**{**usual, **changes})


def root(key_type: KeyType = KeyType.P256, subject: str = "CN=Root,O=Example", **changes: Any) -> Issuer:
    """A root authority with a key of that type."""
    return Issuer.self_signed(key(key_type, subject), contents(subject, "ca", **changes))


def subordinate(issuer: Issuer, private_key: PrivateKey, contents: Contents) -> Issuer:
    """An authority below another."""
    return Issuer(issuer.issue(private_key, contents))


def openssl(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the openssl command; what it says is in ``stdout`` and ``stderr``."""
    return subprocess.run(
        [program("openssl"), *map(str, arguments)], input=data, capture_output=True, check=False, timeout=60
    )


def limbo_certificates() -> list[bytes]:
    """Every certificate of the x509-limbo selection once, as DER: odd ones among them."""
    cases = json.loads(shared("vectors/limbo_selection.json").read_text())["testcases"]
    pems = [
        pem
        for case in cases
        for pem in (*case["trusted_certs"], *case["untrusted_intermediates"], case["peer_certificate"])
    ]
    bodies = ("".join(line for line in pem.splitlines() if "-----" not in line) for pem in pems)
    return list(dict.fromkeys(base64.b64decode(body) for body in bodies))
