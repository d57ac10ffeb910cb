"""The ``openssl`` profile against OpenSSL itself: the same chains, the same alerts."""

from __future__ import annotations

import itertools
import ssl
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from simulator.errors import CertificateError
from simulator.tls.wire.version import SIDES
from simulator.trust.judge import judge
from tests.played import VERSIONS, by_turns, some
from tests.trust.handshakes import MACHINE_NOW, openssl_alert
from tests.trust.worlds import FAULTS, Issued, issue

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side

# A server whose key may not sign does not even start a handshake with ECDSA: nobody gets to judge it.
NOT_SHOWN_BY_A_SERVER = {"leaf may only encipher keys", "leaf may only agree on keys"}
CASES = [
    (role, fault)
    for role in ("client", "server")
    for fault in FAULTS
    if not (role == "server" and fault in NOT_SHOWN_BY_A_SERVER)
]

pytestmark = pytest.mark.skipif(
    ssl.OPENSSL_VERSION_INFO < (3,), reason="the profile is that of OpenSSL 3; this is older"
)


def our_alert(issued: Issued, tls: str) -> str | None:
    """The alert of our verdict under the ``openssl`` profile."""
    return judge(issued.presented, issued.policy(), MACHINE_NOW, tls=tls).alert  # type: ignore[arg-type]


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("role", ["client", "server"])
def test_good_chain(role: str, tls: str) -> None:
    """OpenSSL and we accept the good chain."""
    issued = issue(role, (), MACHINE_NOW)  # type: ignore[arg-type]
    assert openssl_alert(issued, tls) is None
    assert our_alert(issued, tls) is None


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("role", SIDES)
def test_one_fault(role: Side, tls: str) -> None:
    """With one fault OpenSSL and we send the same alert, or both accept."""
    worlds = {
        fault: issue(role, (fault,), MACHINE_NOW)
        for (side, fault), version in by_turns(product(CASES, VERSIONS), len(VERSIONS))
        if (side, version) == (role, tls)
    }
    ours = {fault: our_alert(issued, tls) for fault, issued in worlds.items()}
    assert ours == {fault: openssl_alert(issued, tls) for fault, issued in worlds.items()}


@pytest.mark.parametrize(("role", "fault"), some(CASES, 11))
def test_two_faults(role: str, fault: str) -> None:
    """Of two faults the same one decides in OpenSSL and here."""
    later = [other for name, other in CASES if name == role]
    different = {}
    for other in later[later.index(fault) + 1 :]:
        try:
            issued = issue(role, (fault, other), MACHINE_NOW)  # type: ignore[arg-type]
        except CertificateError:
            continue  # the two contradict each other: expired before it begins
        ours, theirs = our_alert(issued, "1.3"), openssl_alert(issued, "1.3")
        if ours != theirs:
            different[other] = (ours, theirs)
    assert different == {}


@pytest.mark.parametrize(("role", "alert"), [("client", "decode_error"), ("server", "bad_certificate")])
def test_unreadable(role: str, alert: str) -> None:
    """A certificate that is no DER gets decode_error from a server and bad_certificate from a client."""
    issued = issue(role, (), MACHINE_NOW)  # type: ignore[arg-type]
    leaf = issued.chain[0].der
    rubbish = b"\x31" + leaf[1:]
    verdict = judge([rubbish, *issued.presented[1:]], issued.policy(), MACHINE_NOW, tls="1.2")
    assert verdict.decisive is not None
    assert verdict.decisive.name == "readable"
    assert verdict.alert == alert
    assert openssl_alert(issued, "1.2", tamper=(leaf, rubbish)) == alert


@pytest.mark.parametrize(("tls", "alert"), [("1.2", "handshake_failure"), ("1.3", "certificate_required")])
def test_absent(tls: str, alert: str) -> None:
    """A client without a certificate is refused with the alert that its TLS version has for that."""
    issued = replace(issue("client", (), MACHINE_NOW), chain=())
    assert our_alert(issued, tls) == alert
    assert openssl_alert(issued, tls) == alert


def test_order_does_not_matter() -> None:
    """The issuer certificates may come in any order, with strangers among them."""
    issued = issue("client", (), MACHINE_NOW)
    stranger = issue("client", ("unknown CA",), MACHINE_NOW).trusted
    root = issued.trusted
    leaf, inter = issued.chain
    answers = {}
    for order in itertools.permutations((inter, *root, *stranger)):
        shuffled = replace(issued, chain=(leaf, *order))
        answers[order] = (our_alert(shuffled, "1.3"), openssl_alert(shuffled, "1.3"))
    assert set(answers.values()) == {(None, None)}
