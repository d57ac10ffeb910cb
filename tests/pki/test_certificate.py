import copy
import pickle
from datetime import UTC, datetime
from itertools import product

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import CertificateError
from simulator.pki import certificate as certificate_module
from simulator.pki import der
from simulator.pki.certificate import Certificate
from simulator.pki.extensions import GeneralNames
from simulator.pki.keys import KeyType
from tests.pki.samples import KEY_TYPES, NOW, contents, key, limbo_certificates, openssl, root
from tests.played import EVERYTHING

# The selection has certificates with such numbers on purpose, and the library warns of them.
ODD_SERIAL_NUMBERS = pytest.mark.filterwarnings("ignore:Parsed a serial number")


def library_certificate(public_key: object, signer: object, **sign: object) -> bytes:
    """A small self-made certificate with any key in it, signed in any way the library offers."""
    name = x509.Name.from_rfc4514_string("CN=odd")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)  # type: ignore[arg-type]  # kinds that the program does not issue for
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW)
    )
    return builder.sign(signer, hashes.SHA256(), **sign).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def test_every_limbo_certificate_is_read() -> None:
    """Every certificate of the x509-limbo selection is read, and those that are badly encoded say where."""
    found = [one for data in limbo_certificates() for one in Certificate.parse(data).misencoded]
    assert sorted(f"{one.field} {one.problem}" for one in found) == [
        "extKeyUsage names no purpose",
        "keyUsage cannot be decoded: no use is named",
        "nameConstraints cannot be decoded: there is a range of IP addresses of 16 octets",
        "nameConstraints cannot be decoded: there is a range of IP addresses of 4 octets",
        "nameConstraints constrains DNS names to *.example.com, and a constraint has no wildcard",
        "subjectAltName cannot be decoded: the bytes end before the value does",
        "subjectAltName is there more than once",
    ]


@ODD_SERIAL_NUMBERS
def test_raw_parts_are_what_the_library_reads() -> None:
    """Names, key, extensions and the signed part, cut out by offsets, equal what the library finds."""
    compared = 0
    for data in limbo_certificates():
        try:
            ours = Certificate.parse(data)
        except CertificateError:
            continue
        if ours.misencoded:
            continue  # the library refuses its extensions
        theirs = x509.load_der_x509_certificate(data)
        assert ours.tbs_bytes == theirs.tbs_certificate_bytes
        assert (ours.subject_der, ours.issuer_der) == (
            theirs.subject.public_bytes(),
            theirs.issuer.public_bytes(),
        )
        assert [(oid, critical) for oid, critical, _ in ours.extensions] == [
            (extension.oid.dotted_string, extension.critical) for extension in theirs.extensions
        ]
        compared += 1
    assert compared > 250


@ODD_SERIAL_NUMBERS
def test_signatures_are_judged_as_the_library_judges_them() -> None:
    """For every issuer of the right name in the selection, the library's verdict on the signature is ours."""
    read = []
    for data in limbo_certificates():
        try:
            read.append((Certificate.parse(data), x509.load_der_x509_certificate(data)))
        except CertificateError:
            continue
    verdicts = {True: 0, False: 0}
    # Each is tried with every issuer of the right name: a third of all in CI, a ninth elsewhere.
    for (child, theirs), (above, their_issuer) in product(read[:: 3 if EVERYTHING else 9], read):
        if child.issuer_der != above.subject_der or above.public_key is None:
            continue
        try:
            theirs.verify_directly_issued_by(their_issuer)
            verified = True
        except (InvalidSignature, ValueError, TypeError):
            verified = False
        assert (child.signature_problem(above) is None) == verified, (child, above)
        verdicts[verified] += 1
    assert min(verdicts.values()) > (50 if EVERYTHING else 20)


def test_all_facts_of_one_certificate() -> None:
    """Every attribute of a certificate with known contents has the value that was put in."""
    ca = root(KeyType.P384, "CN=CA,O=Example")
    issued = ca.issue(
        key(KeyType.RSA2048),
        contents(
            "CN=alice,OU=Users,O=Example",
            "client",
            alternative_names=("a.example", "10.0.0.1", "::1", "a@b.example", "urn://x"),
            extended_key_usage=("clientAuth", "anyExtendedKeyUsage", "1.2.3.4"),
            further_extensions=(("1.2.3.5", True, b"\x05\x00"),),
        ),
    ).certificate
    assert issued.subject == "CN=alice,OU=Users,O=Example"
    assert issued.issuer == "CN=CA,O=Example"
    assert issued.common_name == "alice"
    assert issued.subject_name.rdns[0] == (("2.5.4.10", "Example"),)
    assert (issued.version, issued.serial_number) == (3, 4711)
    assert (issued.not_before, issued.not_after) == (
        datetime(2030, 2, 2, 9, tzinfo=UTC),
        datetime(2031, 2, 2, 9, tzinfo=UTC),
    )
    assert (issued.key_type_name, issued.signature_algorithm) == ("RSA-2048", "ecdsa-with-SHA384")
    assert (issued.signature_hash, issued.signature_algorithms_agree) == ("sha384", True)
    assert issued.basic_constraints is not None
    assert (issued.basic_constraints.ca, issued.basic_constraints.path_length) == (False, None)
    assert (issued.key_usage, issued.is_critical("2.5.29.15")) == (frozenset({"digitalSignature"}), True)
    assert issued.extended_key_usage == ("clientAuth", "anyExtendedKeyUsage", "1.2.3.4")
    names = issued.subject_alternative_name
    assert isinstance(names, GeneralNames)
    assert (names.dns_names, names.rfc822_names, names.uris) == (
        ("a.example",),
        ("a@b.example",),
        ("urn://x",),
    )
    assert [str(address) for address in names.ip_addresses] == ["10.0.0.1", "::1"]
    assert len(names) == 5
    assert issued.authority_key_identifier is not None
    assert issued.authority_key_identifier.key_identifier == ca.own.certificate.subject_key_identifier
    assert issued.is_critical("1.2.3.5")
    assert not issued.is_critical("2.5.29.37")
    assert (issued.self_issued, issued.self_signed) == (False, False)
    assert (ca.own.certificate.self_issued, ca.own.certificate.self_signed) == (True, True)
    assert repr(issued).startswith("<Certificate 'CN=alice,OU=Users,O=Example' issued by 'CN=CA,O=Example'")


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_openssl_reads_the_same_facts(key_type: KeyType) -> None:
    """Serial number, names, dates and fingerprint are what `openssl x509` prints."""
    one = root(key_type, "CN=Ünïcode,O=A\\, B").own.certificate
    options = [
        "-serial",
        "-subject",
        "-nameopt",
        "RFC2253,-esc_msb,utf8",
        "-dates",
        "-fingerprint",
        "-sha256",
    ]
    said = openssl("x509", "-inform", "DER", "-noout", *options, data=one.der).stdout.decode()
    facts = dict(line.split("=", 1) for line in said.splitlines())
    assert int(facts["serial"], 16) == one.serial_number
    assert facts["subject"] == one.subject
    assert datetime.strptime(facts["notAfter"], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC) == one.not_after
    assert facts["sha256 Fingerprint"].replace(":", "").lower() == one.fingerprint


def test_names_fold_as_rfc_5280_compares_them() -> None:
    """Letter case and runs of spaces make no difference to the folded name, other letters do."""
    plain, shouted, other = (
        root(subject=subject).own.certificate.subject_name.folded
        for subject in ("CN=Root  CA,O=x", "CN=ROOT CA,O=X", "CN=Root CB,O=x")
    )
    assert plain == shouted
    assert plain != other


def test_the_same_bytes_are_the_same_object() -> None:
    """Reading again, copying and pickling all give the certificate that was read first."""
    one = root().own.certificate
    assert Certificate.parse(bytearray(one.der)) is one
    assert copy.deepcopy(one) is one
    assert pickle.loads(pickle.dumps(one)) is one
    assert {one: 1}[Certificate.parse(one.der)] == 1
    assert one != root(serial_number=5).own.certificate
    assert one != "a certificate"


@pytest.mark.parametrize(
    ("public_key", "named", "usable"),
    [
        (ec.generate_private_key(ec.SECP521R1()).public_key(), "P-521", True),
        (rsa.generate_private_key(65537, 1024).public_key(), "RSA-1024", True),
        (dsa.generate_private_key(2048).public_key(), "DSA-2048", False),
    ],
)
def test_keys_of_other_kinds_do_not_make_a_certificate_unreadable(
    public_key: object, named: str, usable: bool
) -> None:
    """A key that cannot be used here is None, and the certificate still says what kind it is."""
    one = Certificate.parse(library_certificate(public_key, key()))
    assert (one.key_type_name, one.public_key is not None) == (named, usable)


def test_an_impossible_point_is_an_unusable_key() -> None:
    """A certificate whose key is not a point of its curve can be read, and verifies nothing."""
    good = root().own
    point = good.certificate.public_key_info[-64:]
    broken = Certificate.parse(good.certificate.der.replace(point, b"\x01" * 64))
    assert (broken.public_key, broken.key_type_name) == (None, "unusable key (id-ecPublicKey)")
    assert good.certificate.signature_problem(broken) == (
        "the issuer's key (unusable key (id-ecPublicKey)) is not one this program can verify with"
    )


def test_rsa_pss_certificates_verify() -> None:
    """An RSASSA-PSS signature verifies under the right key and under no other."""
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signer, stranger = key(KeyType.RSA2048, "pss"), root(KeyType.RSA2048).own.certificate
    one = Certificate.parse(library_certificate(signer.public_key(), signer, rsa_padding=pss))
    assert (one.signature_algorithm, one.signature_hash) == ("RSASSA-PSS", "sha256")
    assert one.signature_problem(one) is None
    assert one.signature_problem(stranger) is not None


def test_a_key_of_the_wrong_kind_cannot_have_signed() -> None:
    """For every two kinds of key the signature of one is said not to come from the other."""
    kinds = (KeyType.P256, KeyType.ED25519, KeyType.RSA2048)
    for signer, other in product(kinds, kinds):
        child = root(signer).issue(key(), contents("CN=c", "client")).certificate
        problem = child.signature_problem(root(other).own.certificate)
        assert (problem is None) == (signer is other)
        if problem is not None:
            assert f"the issuer's key ({other.value}) cannot have made" in problem


def test_algorithms_inside_and_outside_must_agree() -> None:
    """A certificate that names another signature algorithm outside than inside does not verify."""
    one = root().own.certificate
    tbs, algorithm, signature = der.children(one.der, der.read_element(one.der))
    inner, outer = one.der[tbs.start : tbs.end], one.der[algorithm.start : algorithm.end]
    other = der.sequence(der.object_identifier("1.2.840.10045.4.3.4"))
    changed = Certificate.parse(der.sequence(inner, other, one.der[signature.start : signature.end]))
    assert outer != other
    assert not changed.signature_algorithms_agree
    assert "not the one outside" in str(changed.signature_problem(one))


def test_a_certificate_without_a_known_signature_algorithm_does_not_verify() -> None:
    """An unknown algorithm is named by its dotted form, and why it cannot be verified is said."""
    one = root().own.certificate
    known, unknown = (
        der.object_identifier("1.2.840.10045.4.3.2"),
        der.object_identifier("1.2.840.10045.4.9.2"),
    )
    odd = Certificate.parse(one.der.replace(known, unknown))
    assert (odd.signature_algorithm, odd.signature_hash) == ("1.2.840.10045.4.9.2", None)
    assert "is not one this program can verify" in str(odd.signature_problem(one))


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x00", b"rubbish", b"\x30\x82\xff\xff", None, "text", 7])
def test_rubbish_is_a_certificate_error(data: object) -> None:
    """Whatever is not a certificate is refused with what was got, what was expected and what to do."""
    with pytest.raises(CertificateError) as raised:
        Certificate.parse(data)  # type: ignore[arg-type]  # that is the mistake
    assert raised.value.got
    assert raised.value.expected == "one whole DER certificate (X.509)"
    assert raised.value.advice


@given(st.data())
def test_a_damaged_certificate_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    """Changed and missing octets give a certificate or a CertificateError, and a signature's verdict."""
    good = root().own.certificate
    octets = bytearray(good.der[: data.draw(st.integers(len(good.der) - 40, len(good.der)))])
    for position in data.draw(st.lists(st.integers(0, len(octets) - 1), max_size=4)):
        octets[position] = data.draw(st.integers(0, 255))
    try:
        damaged = Certificate.parse(bytes(octets))
    except CertificateError:
        return
    if damaged.tbs_bytes != good.tbs_bytes:
        assert damaged.signature_problem(good) is not None
    assert good.signature_problem(damaged) is None or damaged.public_key_info != good.public_key_info


def test_equal_certificates_are_not_unequal() -> None:
    """Two objects of the same bytes are equal by == and by !=, also when the cache has forgotten one."""
    raw = root().own.certificate.der
    one = certificate_module._parse.__wrapped__(raw)
    other = certificate_module._parse.__wrapped__(raw)
    assert one is not other
    assert (True, False) == (one == other, one != other)
    assert hash(one) == hash(other)
