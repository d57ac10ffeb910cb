"""A fault stands for its kind: every field and extension damaged in every way, judged by every profile."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.errors import CertificateError
from simulator.pki.bundles import load_certificates
from simulator.pki.certificate import Certificate
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.peers import shared
from tests.pki.damaged import (
    MACHINE_NOW,
    authority,
    certificate,
    damaged_certificates,
    damaged_extensions,
    damaged_leaf_key,
)
from tests.pki.samples import openssl
from tests.played import EVERYTHING
from tests.trust.handshakes import openssl_alert, pem
from tests.trust.worlds import Issued

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.trust.verdict import Verdict
    from tests.pki.damaged import Damaged

UNREADABLE = 0  # openssl says that it cannot read the file, and no error number
# OpenSSL's error by field and damage, where it refuses; measured with OpenSSL 3.0. ``*`` is every damage but
# octets behind the value, which it does not look at.
MEASURED = {
    "basicConstraints *": 20,
    "keyUsage *": 20,
    "extKeyUsage *": 20,
    "extKeyUsage is an empty value": 26,
    "subjectAltName *": 20,
    "subjectKeyIdentifier *": 20,
    "cRLDistributionPoints *": 20,
    "netscapeCertType *": 20,
    "nameConstraints *": 20,
    "subjectAltName has tag 9": 20,
    "basicConstraints has a negative limit": 20,
    "keyUsage has no bit": 20,
    "keyUsage has no octet": 20,
    "authorityKeyIdentifier is rubbish": 20,
    "authorityKeyIdentifier names half": 20,  # the serial number is another than the issuer's
    "subject has Latin-1 in a UTF8String": UNREADABLE,
    "subject has half a character in a BMPString": UNREADABLE,
    "subject has a number for a value": UNREADABLE,
    "subject has an OCTET STRING for a value": UNREADABLE,
    "subject is a SET": UNREADABLE,
    "subject has values in place of pairs": UNREADABLE,
    "notBefore has no seconds": 13,
    "notBefore is a text": UNREADABLE,
    "notBefore is the 13th month": 13,
    "notAfter has an offset": 14,
    "notAfter has a fraction": 14,
    "notAfter is empty": 14,
    "serialNumber is padded": UNREADABLE,
    "serialNumber is empty": UNREADABLE,
    "serialNumber is an OCTET STRING": UNREADABLE,
    "version is no number": UNREADABLE,
}
# An empty list of these is decoded, and says nothing.
EMPTY_AND_ACCEPTED = {
    f"{name} is an empty value"
    for name in ("subjectAltName", "subjectKeyIdentifier", "cRLDistributionPoints", "nameConstraints")
}
# Only OpenSSL's profile and path validation pass over what decides nothing and is not critical.
DECIDE_NOTHING = ("authorityInfoAccess", "cRLDistributionPoints", "netscapeCertType")


@cache
def all_damaged() -> list[Damaged]:
    """Every damaged certificate once."""
    return damaged_certificates()


def measured(one: Damaged) -> int | None:
    """OpenSSL's error for a damage, or None where it accepts."""
    if one.name in MEASURED or one.name in EMPTY_AND_ACCEPTED or one.name.endswith("octets behind it"):
        return MEASURED.get(one.name)
    by_kind = any(one is damaged for damaged in damaged_of_extensions())
    return MEASURED.get(f"{one.field} *") if by_kind else None


@cache
def damaged_of_extensions() -> list[Damaged]:
    """Those whose damages are the same for every extension."""
    names = {one.name for one in damaged_extensions()}
    return [one for one in all_damaged() if one.name in names]


def our_verdict(one: Damaged, profile: str) -> Verdict:
    """Our verdict on a damaged leaf below the good root."""
    policy = TrustPolicy("client", TrustStore((authority().own.certificate,)), profile=profile)
    return judge([one.der], policy, MACHINE_NOW, tls="1.3")


def our_error(verdict: Verdict) -> int | None:
    """OpenSSL's number for the decisive check of a verdict, or None."""
    check = verdict.decisive
    if check is None:
        return None
    dates = {"notBefore encoding": 13, "notAfter encoding": 14}
    numbers = {"readable": UNREADABLE, "trust-anchor": 20, "extended-key-usage": 26}
    return numbers.get(check.name, dates.get(check.field))


def test_the_good_one_is_accepted() -> None:
    """Without a damage every profile but those for servers accepts the leaf."""
    policy = TrustPolicy("client", TrustStore((authority().own.certificate,)))
    assert judge([certificate()], policy, MACHINE_NOW, tls="1.3").accepted
    assert Certificate.parse(certificate()).misencoded == ()


def test_openssl_profile_is_as_measured() -> None:
    """Under ``openssl`` each damage leads to the check of the error that OpenSSL was measured to make."""
    ours = {one.name: our_error(our_verdict(one, "openssl")) for one in all_damaged()}
    assert ours == {one.name: measured(one) for one in all_damaged()}
    assert set(MEASURED) - set(ours) == {name for name in MEASURED if name.endswith("*")}


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_damage_has_a_verdict_that_names_it(profile: str) -> None:
    """No damage raises; what the profile refuses for its encoding it names, with a rule, in our own words."""
    unnamed = []
    for one in all_damaged():
        verdict = our_verdict(one, profile)
        check = verdict.decisive
        if check is not None and check.name == "readable":
            named = one.field in check.field or check.field == "certificate"
            in_words = not re.search(r"ParseError|asn1|x509|error parsing", check.sentence)
            if not (named and check.reference and in_words):
                unnamed.append((one.name, check.field, check.sentence))
    assert unnamed == []


@pytest.mark.parametrize("profile", ["rfc5280", "strict", "webpki"])
def test_exacting_profiles_refuse_every_misencoded_field(profile: str) -> None:
    """RFC 5280's profiles refuse a leaf exactly if it is misencoded in a field that decides something."""
    for one in all_damaged():
        try:
            fields = {found.field for found in Certificate.parse(one.der).misencoded}
        except CertificateError:
            fields = {"certificate"}
        decisive = our_verdict(one, profile).decisive
        refused = decisive is not None and decisive.name == "readable"
        assert refused == bool(fields - set(DECIDE_NOTHING)), one.name


def test_every_damage_is_noticed() -> None:
    """Every damaged extension and odd field is remarked on, but those that RFC 5280 allows."""
    silent = {one.name for one in all_damaged() if _is_silent(one)}
    assert silent == EMPTY_AND_ACCEPTED | {
        "authorityInfoAccess is an empty value",
        "policyConstraints is an empty value",
        "subjectAltName has an ediPartyName",
        "subjectAltName has an x400Address",
        "certificatePolicies has a broken qualifier",
        "1.3.6.1.4.1.11129.2.4.2 is rubbish",
        "subject has an empty value",
        "subject is empty",
        "serialNumber is negative",
    }


def _is_silent(one: Damaged) -> bool:
    """The certificate can be read, and nothing is remarked on."""
    try:
        return not Certificate.parse(one.der).misencoded
    except CertificateError:
        return False


@pytest.mark.skipif(not EVERYTHING, reason="a hundred runs of openssl take seconds")
def test_the_table_is_what_openssl_does(tmp_path: Path) -> None:
    """``openssl verify`` makes the error of the table for every damage, and accepts the rest."""
    (tmp_path / "root.pem").write_text(pem(authority().own.certificate))
    said = {}
    for one in all_damaged():
        (tmp_path / "leaf.der").write_bytes(one.der)
        options = ["-purpose", "sslclient", "-auth_level", "2", "-CAfile", tmp_path / "root.pem"]
        answer = openssl("verify", *options, tmp_path / "leaf.der")
        error = re.search(rb"error (\d+) at", answer.stdout + answer.stderr)
        said[one.name] = int(error[1]) if error else None if answer.returncode == 0 else UNREADABLE
    assert said == {one.name: measured(one) for one in all_damaged()}


@pytest.mark.skipif(not EVERYTHING, reason="handshakes for every damage take seconds")
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_same_alert_as_openssl(tls: str) -> None:
    """In a real handshake OpenSSL's server answers every damage that its client can send with our alert."""
    different = {}
    for one in all_damaged():
        if measured(one) in (UNREADABLE, 20) and one.name != "authorityKeyIdentifier names half":
            continue  # OpenSSL's own client does not load it
        leaf, root = Certificate.parse(one.der), authority().own.certificate
        theirs = openssl_alert(Issued("client", (leaf,), (root,), damaged_leaf_key()), tls)
        ours = our_verdict(one, "openssl").alert
        if ours != theirs:
            different[one.name] = (ours, theirs)
    assert different == {}


# The inputs from public reports, and the profiles that refuse each; the line, and the rule it cites.
INPUTS = {
    "name-printablestring-underscore": ("subject", "RFC 5280 §4.1.2.6"),
    "name-t61string-latin1": ("subject", "RFC 5280 §4.1.2.6"),
    "name-ia5string-latin1-mail": ("subject", "RFC 5280 §4.1.2.6"),
    "basicconstraints-false-written-out": ("basicConstraints", "X.690 §11.5"),
    "basicconstraints-pathlen-without-ca": ("basicConstraints", "RFC 5280 §4.2.1.9"),
    "san-edipartyname": None,
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_from_public_reports(name: str) -> None:
    """``openssl`` accepts each; ``rfc5280`` names what is wrong with it, if anything is."""
    (leaf,) = load_certificates(shared(f"inputs/{name}.pem").read_bytes())
    store = TrustStore.of(load_certificates(shared("inputs/root.pem").read_bytes()))
    for tls in ("1.2", "1.3"):
        policy = TrustPolicy("client", store, profile="openssl")
        assert judge([leaf.der], policy, MACHINE_NOW, tls=tls).accepted  # type: ignore[arg-type]
        policy = TrustPolicy("client", store, profile="rfc5280")
        decisive = judge([leaf.der], policy, MACHINE_NOW, tls=tls).decisive  # type: ignore[arg-type]
        assert (decisive and (decisive.field, decisive.reference)) == INPUTS[name]


def test_latin1_is_read_as_openssl_reads_it() -> None:
    """A name in Latin-1 under the wrong type has the letters that OpenSSL shows."""
    (teletex,) = load_certificates(shared("inputs/name-t61string-latin1.pem").read_bytes())
    assert teletex.subject == "CN=Jörg"
