"""Limits: how long a path may be, how many names are compared, and how many signatures are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.pki import certificate as certificates
from simulator.pki import der
from simulator.pki.certificate import Certificate
from simulator.pki.issuing import Issuer
from simulator.pki.keys import KeyType
from simulator.pki.stores import TrustStore
from simulator.trust.checks.name_constraints import MAX_COMPARISONS
from simulator.trust.judge import judge
from simulator.trust.path import MAX_INTERMEDIATES, MAX_PATHS
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.pki.samples import subordinate
from tests.trust.handshakes import MACHINE_NOW, openssl_alert
from tests.trust.openssl_verify import openssl_verify
from tests.trust.worlds import DAY, NOW, Issued, contents, key

if TYPE_CHECKING:
    from simulator.pki.keys import PrivateKey
    from simulator.trust.verdict import Check, Verdict

STANDARDS = ("openssl", "rfc5280", "strict", "webpki")
ROOT = Issuer.self_signed(key("root"), contents("CN=Root", "ca"))
AUTHORITIES = [ROOT]  # each below the one before, as many as a chain has needed yet


def verdict(chain: list[Certificate], profile: str = "openssl", max_depth: int | None = None) -> Verdict:
    """The verdict on a client's chain below the root."""
    store = TrustStore((ROOT.own.certificate,))
    policy = TrustPolicy("client", store, profile=profile, max_depth=max_depth)
    return judge([one.der for one in chain], policy, NOW, tls="1.3")


def decisive(chain: list[Certificate], profile: str = "openssl", max_depth: int | None = None) -> Check:
    """The check that refuses the chain."""
    check = verdict(chain, profile, max_depth).decisive
    assert check is not None
    return check


def long_chain(intermediates: int) -> list[Certificate]:
    """A good chain of that many intermediates, leaf first."""
    while len(AUTHORITIES) <= intermediates:
        number = len(AUTHORITIES)
        named = contents(f"CN=L{number}", "ca")
        AUTHORITIES.append(subordinate(AUTHORITIES[-1], key(f"long {number % 3}"), named))
    leaf = AUTHORITIES[intermediates].issue(key("leaf"), contents("CN=a", "client"))
    return [leaf.certificate, *(one.own.certificate for one in AUTHORITIES[intermediates:0:-1])]


def test_a_hundred_intermediates_are_the_most() -> None:
    """A path may have 100 intermediates, as for OpenSSL; with one more the check names that limit."""
    longest, longer = long_chain(MAX_INTERMEDIATES), long_chain(MAX_INTERMEDIATES + 1)
    assert openssl_verify(longest, [ROOT.own.certificate], NOW).error == 0
    assert openssl_verify(longer, [ROOT.own.certificate], NOW).error == 22
    for profile in STANDARDS:
        assert verdict(longest, profile).accepted
        check = decisive(longer, profile)
        assert (check.name, check.reference) == ("chain-depth", "the verifier's own limit")
        assert "at least 101 intermediate certificates" in check.sentence
        assert verdict(longer, profile).alert == "unknown_ca"


def test_five_hundred_intermediates_end_in_a_verdict() -> None:
    """A chain of five hundred intermediates is refused for its length, not with an exception."""
    chain = long_chain(500)
    for profile in PROFILES:
        deep = decisive(chain, profile).name
        assert deep == "chain-depth"


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_configured_limit_is_named(limit: int) -> None:
    """The line of a path that is too long names the limit that was set."""
    check = decisive(long_chain(3), max_depth=limit)
    assert (check.name, check.required) == ("chain-depth", f"at most {limit}")
    assert f"own limit is {limit}" in check.sentence
    assert openssl_verify(long_chain(3), [ROOT.own.certificate], NOW, max_depth=limit).error == 22


def test_no_limit_is_told_as_what_it_is() -> None:
    """Without a configured limit the line is not green: it says that RFC 5280 has none."""
    line = verdict(long_chain(1)).check("chain-depth")
    assert (line.outcome.value, "RFC 5280 sets none" in line.sentence) == ("not evaluated", True)


@pytest.mark.parametrize(("names", "limits"), [(1022, 1024), (1023, 1024), (1024, 1024), (1023, 1025)])
def test_as_many_comparisons_as_openssl(names: int, limits: int) -> None:
    """A million names and constraints are compared; one name or constraint more is error 1, as in OpenSSL."""
    ranges = x509.NameConstraints([x509.DNSName(f"d{n}.example.com") for n in range(limits)], None)
    limited = contents("CN=NC", "ca", further_extensions=(("2.5.29.30", True, ranges.public_bytes()),))
    middle = subordinate(ROOT, key("inter"), limited)
    hosts = tuple(f"x{n}.d0.example.com" for n in range(names))
    leaf = middle.issue(key("leaf"), contents("CN=a", "client", alternative_names=hosts))
    chain = [leaf.certificate, middle.own.certificate]
    too_many = (names + 1) * limits > MAX_COMPARISONS  # the common name is one, too
    theirs = openssl_verify(chain, [ROOT.own.certificate], NOW).error
    found = verdict(chain)
    assert (found.accepted, theirs) == ((False, 1) if too_many else (True, 0))
    if too_many:
        assert found.alert == "internal_error"
        assert f"{names + 1:,} names, and NC {limits:,} constraints" in decisive(chain).sentence


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_alert_of_too_many_comparisons(tls: str) -> None:
    """In a handshake OpenSSL answers too many names and constraints with internal_error, and so do we."""
    ranges = x509.NameConstraints([x509.DNSName(f"d{n}.example.com") for n in range(1100)], None)
    limited = contents(
        "CN=NC", "ca", MACHINE_NOW, further_extensions=(("2.5.29.30", True, ranges.public_bytes()),)
    )
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", MACHINE_NOW))
    middle = subordinate(root, key("inter"), limited)
    hosts = tuple(f"x{n}.d0.example.com" for n in range(1100))
    leaf = middle.issue(key("leaf"), contents("CN=a", "client", MACHINE_NOW, alternative_names=hosts))
    world = Issued("client", leaf.presented, (root.own.certificate,), key("leaf"))
    assert openssl_alert(world, tls) == "internal_error"
    assert judge(world.presented, world.policy(), MACHINE_NOW, tls=tls).alert == "internal_error"  # type: ignore[arg-type]


@pytest.mark.parametrize("octets", [20, 21, 1785, 1786, 5000])
@pytest.mark.parametrize("first", [0x01, 0x80], ids=["positive", "negative"])
def test_serial_numbers_of_any_length(octets: int, first: int) -> None:
    """A serial number longer than Python writes in decimal gets a verdict, and the certificate has a repr."""
    good = ROOT.issue(key("leaf"), contents("CN=a", "client")).certificate
    tbs, algorithm, _ = der.children(good.der, der.read_element(good.der))
    parts = [good.der[part.start : part.end] for part in der.children(good.der, tbs)]
    parts[1] = der.encode(0x02, bytes((first,)) + b"\x01" * (octets - 1))
    signed, signer = der.sequence(*parts), ROOT.own.private_key
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    signature = signer.sign(signed, ec.ECDSA(hashes.SHA256()))
    named = good.der[algorithm.start : algorithm.end]
    changed = Certificate.parse(der.sequence(signed, named, der.bit_string(signature)))
    for profile in PROFILES:
        asks = "serial-number" in PROFILES[profile].checks
        assert verdict([changed], profile).accepted == (not asks or (octets == 20 and first == 1))
    assert repr(changed)


def rsa_authority(
    subject: str, issuer: str, numbers: rsa.RSAPublicNumbers, signer: PrivateKey, serial_number: int = 1
) -> Certificate:
    """A CA with this RSA key, whose private half nobody needs to know."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(issuer))
        .public_key(numbers.public_key())
        .serial_number(serial_number)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
    )
    return Certificate.parse(builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER))


def slow_authorities(count: int) -> list[Certificate]:
    """CAs with RSA keys of 3072 bits and exponents as long: a verification takes hundreds of times as long.

    Each claims to be issued by the root or by another of them.
    """
    modulus = (1 << 3071) + 12345 * 2 + 1
    # Of the kind that the alleged issuer has, or no search would take the certificate up.
    signers = {"CN=Root": key("hostile"), "CN=Slow": key("hostile", KeyType.RSA2048)}
    made = []
    for number in range(count):
        public = rsa.RSAPublicNumbers((1 << 3070) + 2 * number + 1, modulus)
        issuer = "CN=Slow" if number % 2 else "CN=Root"
        made.append(rsa_authority("CN=Slow", issuer, public, signers[issuer], number + 1))
    return made


@pytest.mark.parametrize(
    ("bits", "exponent", "says"),
    [
        (3072, (1 << 3070) + 1, "does not fit"),
        (4096, (1 << 63) + 1, "does not fit"),
        (4096, (1 << 64) + 1, "its exponent of 65 bits is longer than 64"),
        (16384, 65537, "does not fit"),
        (16385, 65537, "its 16385 bits are more than 16384"),
    ],
    ids=["slow", "long exponent", "too long exponent", "long modulus", "too long modulus"],
)
def test_rsa_keys_that_are_too_large_as_openssl(bits: int, exponent: int, says: str) -> None:
    """No signature is verified with an RSA key beyond OpenSSL's bounds, and the line says why: error 7."""
    modulus = (1 << (bits - 1)) + 12345
    large = rsa_authority(
        "CN=Large", "CN=Root", rsa.RSAPublicNumbers(exponent, modulus), ROOT.own.private_key
    )
    signer = Issuer.self_signed(key("hostile", KeyType.RSA2048), contents("CN=Large", "ca"))
    leaf = signer.issue(key("leaf"), contents("CN=a", "client", authority_key_identifier=None)).certificate
    tbs, algorithm, _ = der.children(leaf.der, der.read_element(leaf.der))
    parts = (leaf.der[part.start : part.end] for part in (tbs, algorithm))
    padded = Certificate.parse(der.sequence(*parts, der.bit_string(b"\x01" * (bits // 8))))
    check = decisive([padded, large])
    assert (check.name, says in check.sentence) == ("signature", True), check.sentence
    assert openssl_verify([padded, large], [ROOT.own.certificate], NOW).error == 7


def test_work_is_bounded_by_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message full of slow keys costs a few verifications, and none with a key that came in the message."""
    slow = slow_authorities(100)
    named = contents("CN=a", "client", authority_key_identifier=None)
    hostile = Issuer.self_signed(key("hostile", KeyType.RSA2048), contents("CN=Slow", "ca"))
    leaf = hostile.issue(key("leaf"), named)
    verified: set[tuple[Certificate, Certificate]] = set()  # the answer for a pair is remembered
    original = certificates._signature_problem

    def counted(certificate: Certificate, issuer: Certificate) -> str | None:
        verified.add((certificate, issuer))
        return original(certificate, issuer)

    monkeypatch.setattr(certificates, "_signature_problem", counted)
    for profile in PROFILES:
        verified.clear()
        assert not verdict([leaf.certificate, *slow], profile).accepted
        one_path = PROFILES[profile].one_path
        most = 1 if one_path else MAX_PATHS + 1  # strict profiles also verify the root itself
        assert 0 < len(verified) <= most
        assert {issuer for _, issuer in verified} == {ROOT.own.certificate}
