"""Whatever is presented, there is a verdict, it follows from its checks, and it is found in bounded work."""

from __future__ import annotations

import random
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.pki import der
from simulator.pki.certificate import Certificate
from simulator.pki.issuing import Issuer
from simulator.trust.judge import judge
from simulator.trust.profiles import PROFILES
from simulator.trust.verdict import CheckOutcome, Verdict
from tests.attack import Attack
from tests.hostile import problem_of, random_attack, world
from tests.peers import program
from tests.pki.samples import subordinate
from tests.played import EVERYTHING, for_each, some
from tests.trust.handshakes import pem
from tests.trust.worlds import DAY, NOW, contents, key, signed_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from simulator.pki.contents import Contents

CERTIFICATE_KINDS = ("certificate", "resigned")
MOST_SECONDS = 20  # a bound of the work, generous for a busy machine: hours without the limits
ARC = "1.3.6.1.4.1.55738"
ROOT = Issuer.self_signed(key("root"), contents("CN=Root", "ca"))


def verdicts(chain: list[bytes], profiles: Iterable[str] = PROFILES) -> dict[str, Verdict]:
    """The verdict on a client's chain in each profile, found in bounded time."""
    start = time.monotonic()
    found = {
        profile: judge(chain, world("client").policy(profile=profile), NOW, tls="1.3") for profile in profiles
    }
    assert time.monotonic() - start < MOST_SECONDS
    return found


def outcome(verdict: Verdict) -> str:
    """``accepted``, or the check that refuses."""
    return next((check.name for check in verdict.checks if check.outcome is CheckOutcome.FAIL), "accepted")


def leaf_with(dotted: str, critical: bool, value: bytes) -> bytes:
    """A client's certificate, truly signed, with one extension of these bytes."""
    root = ROOT.own.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string("CN=a"))
        .issuer_name(x509.Name.from_rfc4514_string(root.subject))
        .public_key(key("leaf").public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value), critical)
    )
    return builder.sign(ROOT.own.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


@for_each("role", ["client", "server"])
@for_each("profile", sorted(PROFILES))
def test_the_world_that_is_changed_is_good(role: str, profile: str) -> None:
    """The chain that the attacks start from is accepted: every refusal is the change's own."""
    good = world(role)  # type: ignore[arg-type]
    verdict = judge(good.presented, good.policy(profile=profile), NOW, tls="1.3")
    assert outcome(verdict) == "accepted"


@pytest.mark.parametrize("place", [0, 1], ids=["leaf", "intermediate"])
def test_no_bit_of_a_certificate_can_be_turned(place: int) -> None:
    """A bit turned in any byte of a certificate of the chain is refused, and nothing raises."""
    certificate = world("client").presented[place]
    for at in some(range(len(certificate)), 3):
        turned = bytes([certificate[at] ^ 1 << at % 8]).hex()
        attack = Attack("certificate", "1.3", "openssl", "client", str(place), ((at, 1, turned),))
        assert problem_of(attack) is None, attack


@pytest.mark.parametrize("seed", some(range(4), 2))
def test_random_certificates(seed: int) -> None:
    """Certificates changed at random, as they are or signed again, get a verdict that follows."""
    dice = random.Random(seed)
    for _ in range(800):
        attack = random_attack(dice)
        if attack.kind in CERTIFICATE_KINDS:
            assert problem_of(attack) is None, attack


@settings(max_examples=150 if EVERYTHING else 60, deadline=None)
@given(
    st.sampled_from([f"2.5.29.{number}" for number in (14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54)]),
    st.booleans(),
    st.binary(max_size=60),
)
def test_rubbish_in_an_extension(dotted: str, critical: bool, value: bytes) -> None:
    """An extension that everybody knows, with any bytes in it under a true signature, gets a verdict."""
    for verdict in verdicts([leaf_with(dotted, critical, value)]).values():
        assert verdict.accepted == (outcome(verdict) == "accepted")


def test_unused_bits_in_a_signature_are_refused() -> None:
    """A signature that claims not to fill its last octet is refused, though its octets are right."""
    issued = (ROOT.issue(key("leaf"), contents("CN=a", "client", serial_number=n)) for n in range(1, 99))
    good = next(one.certificate for one in issued if one.certificate.signature[-1] % 2 == 0)
    at = der.children(good.der, der.read_element(good.der))[2].content
    changed = Certificate.parse(good.der[:at] + b"\x01" + good.der[at + 1 :])
    assert good.signature == changed.signature
    assert good.signature_problem(ROOT.own.certificate) is None
    for verdict in verdicts([changed.der]).values():
        assert outcome(verdict) == "signature"


@pytest.mark.parametrize("names_key", [False, True], ids=["names no key", "names its issuer's key"])
def test_a_leaf_that_bears_its_issuers_name(names_key: bool, tmp_path: Path) -> None:
    """A leaf with its issuer's name counts as self-signed, as in OpenSSL, if it names no other key."""
    middle = subordinate(ROOT, key("inter"), contents("CN=Same", "ca")).own.certificate
    identifier = middle.subject_key_identifier if names_key else None
    what = contents("CN=Same", "client", authority_key_identifier=identifier)
    leaf = signed_by(middle, key("inter"), what, key("leaf"))
    chain = {"leaf": leaf, "middle": middle, "root": ROOT.own.certificate}
    for name, certificate in chain.items():
        (tmp_path / name).write_text(pem(certificate), encoding="ascii")
    command = [program("openssl"), "verify", "-attime", str(int(NOW.timestamp())), "-CAfile", "root"]
    answer = subprocess.run([*command, "-untrusted", "middle", "leaf"], cwd=tmp_path, check=False)
    found = verdicts([leaf.der, middle.der])["openssl"]
    assert found.accepted == names_key
    assert found.accepted == (answer.returncode == 0)


# Chains that would take for ever ---------------------------------------------------------------------------


def nameless(subject: str, serial_number: int) -> Contents:
    """Contents of a CA without key identifiers, so that only the name leads to it."""
    return contents(
        subject,
        "ca",
        serial_number=serial_number,
        subject_key_identifier=None,
        authority_key_identifier=None,
    )


def test_a_list_of_20_000_certificates() -> None:
    """As many certificates as a message holds, none of them readable, are refused at once."""
    for chain in ([b"\x00"] * 20_000, [*world("client").presented, *[b"\x00"] * 20_000]):
        found = verdicts(chain, some(PROFILES, 4))
        assert {"readable"} == {outcome(verdict) for verdict in found.values()}


def test_a_maze_of_true_signatures() -> None:
    """CAs of one name that have all signed each other, and lead nowhere, are given up."""
    keys = [key(f"maze {number}") for number in range(12)]
    made = [Issuer.self_signed(one, nameless("CN=Maze", number)) for number, one in enumerate(keys, 1)]
    chain = [made[0].issue(key("leaf"), contents("CN=a", "client")).certificate.der]
    chain += [
        signed_by(signer.own.certificate, signer.own.private_key, nameless("CN=Maze", 100 + n), one).der
        for n, (signer, one) in enumerate((signer, one) for signer in made for one in keys)
    ]
    for profile, verdict in verdicts(chain).items():
        early = PROFILES[profile].judges_while_searching  # it looks at what it has found so far
        assert outcome(verdict) == ("signature" if early else "trust-anchor")


def test_two_hundred_forged_issuers() -> None:
    """Two hundred forged intermediates of one name, below a forged root of a trusted name, are refused."""
    forged = Issuer.self_signed(key("forged"), contents("CN=Root", "ca"))
    subs = [
        subordinate(forged, key(f"sub {number % 20}"), nameless("CN=Sub", number)) for number in range(1, 201)
    ]
    leaf = subs[0].issue(key("leaf"), contents("CN=a", "client", authority_key_identifier=None))
    chain = [leaf.certificate.der, *(sub.own.certificate.der for sub in subs)]
    for verdict in verdicts(chain).values():
        assert not verdict.accepted


def test_names_times_constraints() -> None:
    """Thousands of names below thousands of constraints are refused, not compared."""
    limits = x509.NameConstraints(
        [x509.DNSName(f"d{number}.example.com") for number in range(3000)], None
    ).public_bytes()
    middle = subordinate(
        ROOT, key("inter"), contents("CN=NC", "ca", further_extensions=(("2.5.29.30", True, limits),))
    )
    names = tuple(f"x{number}.d2999.example.com" for number in range(3000))
    leaf = middle.issue(key("leaf"), contents("CN=a", "client", alternative_names=names))
    for verdict in verdicts([leaf.certificate.der, middle.own.certificate.der]).values():
        assert outcome(verdict) == "name-constraints"


def test_policies_that_multiply() -> None:
    """Thousands of policies, each mapped to many at every step of the path, do not multiply."""
    policies = der.sequence(*(der.sequence(der.object_identifier(f"{ARC}.{n}")) for n in range(3000)))
    mappings = der.sequence(
        *(
            der.sequence(der.object_identifier(f"{ARC}.{n % 40}"), der.object_identifier(f"{ARC}.{n // 40}"))
            for n in range(1600)
        )
    )
    extensions = (("2.5.29.32", False, policies), ("2.5.29.33", False, mappings))
    authority, chain = ROOT, []
    for number in range(4):
        named = contents(f"CN=P{number}", "ca", further_extensions=extensions)
        authority = subordinate(authority, key(f"policy {number}"), named)
        chain.insert(0, authority.own.certificate.der)
    leaf = authority.issue(key("leaf"), contents("CN=a", "client", further_extensions=extensions[:1]))
    for profile, verdict in verdicts([leaf.certificate.der, *chain]).items():
        too_long = (PROFILES[profile].max_depth or 4) < 4
        assert outcome(verdict) == ("chain-depth" if too_long else "accepted")


def test_a_path_of_a_hundred_certificates() -> None:
    """A long path ends in a verdict, and so does one longer than any path may be."""
    authority, chain = ROOT, []
    for number in range(110):
        authority = subordinate(authority, key(f"long {number % 5}"), contents(f"CN=L{number}", "ca"))
        chain.insert(0, authority.own.certificate.der)
        if number in (60, 109):
            leaf = authority.issue(key("leaf"), contents("CN=a", "client")).certificate.der
            for profile, verdict in verdicts([leaf, *chain]).items():
                fits = number == 60 and PROFILES[profile].max_depth is None
                assert outcome(verdict) == ("accepted" if fits else "chain-depth")


def test_deep_nesting() -> None:
    """Values nested ten thousand deep, where a name or an extension should stand, are no certificate."""
    nested = b""
    for _ in range(5_000):
        nested = der.sequence(nested)
    for chain in ([nested], [b"\x30\x80" * 10_000], [b"\xa0\x80" * 10_000]):
        assert {"readable"} == {outcome(verdict) for verdict in verdicts(chain).values()}
    for dotted in ("2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.33"):
        for verdict in verdicts([leaf_with(dotted, False, nested)]).values():
            ignored = dotted in ("2.5.29.32", "2.5.29.33")  # OpenSSL does not read policies
            assert verdict.accepted == (PROFILES[verdict.profile].one_path and ignored)
