"""The readers of certificates and keys at their edges: odd files, bounds, hostile bytes."""

from __future__ import annotations

import base64
import random
import re
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

from simulator.errors import ArgumentError, CertificateError, PasswordError
from simulator.pki.bundles import load_certificates, load_pkcs12, load_trust_store, write_pem, write_pkcs12
from simulator.pki.der import encode, sequence
from simulator.pki.files import pem, wrong_file
from simulator.pki.files.ber import MOST_DEPTH
from simulator.pki.files.decryption import open_safes
from simulator.pki.files.kinds import file_facts
from simulator.pki.key_files import load_private_key, write_private_key
from simulator.pki.keys import KeyType, describe_key
from simulator.pki.stores import TrustStore
from tests.peers import program, shared
from tests.pki.made_files import MADE, PASSWORD, alice, certificates, identity, made, to_ber, two_identities
from tests.pki.samples import contents, key, openssl, root
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MUTATIONS = 20_000 if EVERYTHING else 500


def given(name: str) -> bytes:
    """One of the shared small inputs."""
    return shared(f"inputs/{name}").read_bytes()


def test_a_trusted_certificate_is_one_certificate() -> None:
    """OpenSSL's block with trust settings gives the certificate that it holds, PEM or DER."""
    data = given("trusted-with-addtrust.pem")
    assert load_certificates(data) == load_certificates(given("root.pem"))
    der = base64.b64decode(b"".join(data.splitlines()[1:-1]))
    assert load_certificates(der) == load_certificates(given("root.pem"))
    assert str(file_facts(data).settings[0][1]) == "trusted for clientAuth"


@pytest.mark.parametrize(
    ("options", "use", "allowed"),
    [
        ([], "clientAuth", True),
        (["-addtrust", "clientAuth"], "clientAuth", True),
        (["-addtrust", "serverAuth"], "clientAuth", False),
        (["-addtrust", "anyExtendedKeyUsage"], "clientAuth", True),
        (["-addreject", "clientAuth"], "clientAuth", False),
        (["-addreject", "serverAuth"], "clientAuth", True),
        (["-addreject", "clientAuth", "-addtrust", "clientAuth"], "clientAuth", False),
        (["-addtrust", "clientAuth"], "serverAuth", False),
    ],
)
def test_trust_settings_mean_what_openssl_does(
    options: list[str], use: str, allowed: bool, tmp_path: Path
) -> None:
    """With a use, a trust store heeds OpenSSL's settings as `openssl verify` does; else it does not."""
    role = {"clientAuth": "client", "serverAuth": "server"}[use]
    leaf = root().issue(key(label="leaf"), contents("CN=leaf", role))
    trusted = openssl("x509", "-trustout", *options, data=write_pem([root().own.certificate])).stdout
    for name, data in (("ca.pem", trusted), ("leaf.pem", write_pem([leaf.certificate]))):
        (tmp_path / name).write_bytes(data)
    said = openssl(
        *("verify", "-attime", str(round(leaf.certificate.not_before.timestamp()) + 60)),
        *("-purpose", f"ssl{role}", "-CAfile", tmp_path / "ca.pem", tmp_path / "leaf.pem"),
    )
    assert allowed == (said.returncode == 0), said.stderr
    assert len(load_trust_store(trusted)) == 1
    if allowed:
        assert len(load_trust_store(trusted, use=use)) == 1
    else:
        with pytest.raises(CertificateError, match=f"do not allow {use}.*error 28"):
            load_trust_store(trusted, use=use)


def test_a_pkcs12_file_is_named_where_something_else_is_read() -> None:
    """A reader of PEM blames neither the right password nor the structure: it names the file and the call."""
    data = given("identity.p12")
    for attempt in (lambda: load_private_key(data, "pw"), lambda: load_certificates(data)):
        with pytest.raises(CertificateError, match=r"a PKCS#12 file.*Read it with load_pkcs12") as raised:
            attempt()
        assert not isinstance(raised.value, PasswordError)
    assert load_pkcs12(data, "pw").certificate.common_name == "hunter"


@pytest.mark.parametrize(
    ("name", "password"), [("truststore-openssl.p12", "pw"), ("truststore-keytool.p12", "changeit")]
)
def test_trust_stores_in_pkcs12_are_read(name: str, password: str) -> None:
    """A trust store of openssl or keytool gives its CA; without the right password it says so."""
    store = load_trust_store(given(name), password)
    assert [ca.common_name for ca in store.authorities] == ["Hunt CA"]
    for wrong in (None, "Changeit"):
        with pytest.raises(PasswordError, match="does not open"):
            load_trust_store(given(name), wrong)
    with pytest.raises(CertificateError, match=r"no private key and 1 certificate.*load_trust_store"):
        load_pkcs12(given(name), password)


def test_text_of_powershell_is_read() -> None:
    """A certificate that PowerShell redirected into UTF-16 is the certificate."""
    assert load_certificates(given("good-utf16.pem")) == load_certificates(given("good.pem"))


def test_a_java_store_checks_its_password() -> None:
    """A JKS file opens with its password or without one, and not with another."""
    data = made("JKS")
    assert (
        load_trust_store(data, PASSWORD) == load_trust_store(data) == TrustStore.of([root().own.certificate])
    )
    with pytest.raises(PasswordError, match="The Java key store does not open with this password"):
        load_trust_store(data, "another")


def test_several_keys_are_listed_and_one_is_chosen() -> None:
    """A file with several keys lists them with their types; a number chooses."""
    locked = write_private_key(key(KeyType.P384), PASSWORD)
    data = write_private_key(key(KeyType.ED25519)) + certificates() + locked
    listed = "1: PRIVATE KEY, Ed25519; 2: ENCRYPTED PRIVATE KEY, encrypted"
    for which in (None, 0, 3):
        with pytest.raises(CertificateError, match=f"Got: {listed}. Expected: which=1 to which=2"):
            load_private_key(data, which=which)
    assert describe_key(load_private_key(data, which=1).public_key()) == "Ed25519"
    assert describe_key(load_private_key(data, PASSWORD, which=2).public_key()) == "P-384"
    assert describe_key(load_private_key(locked, PASSWORD, which=1).public_key()) == "P-384"


def test_several_keys_of_a_pkcs12_file_are_listed_by_name() -> None:
    """A PKCS#12 file with two identities lists them by name; a number chooses key and certificate."""
    with pytest.raises(CertificateError, match=r"Got: 1: alice; 2: bob\. Expected: which=1 to which=2"):
        load_pkcs12(two_identities(), None)
    chosen = [load_pkcs12(two_identities(), None, which=which).certificate.common_name for which in (1, 2)]
    assert chosen == ["alice", "bob"]


@pytest.mark.skipif(not EVERYTHING, reason="keytool takes most of a second for each key: make test-all")
def test_several_keys_of_keytool_are_listed(tmp_path: Path) -> None:
    """A key store of keytool with two keys lists them by their aliases; a number chooses one."""
    for name in ("alice", "bob"):
        words = (
            f"-genkeypair -alias {name} -dname CN={name} -keyalg EC -groupname secp256r1 -keystore two.p12"
        )
        asked = [program("keytool"), *words.split(), "-storepass", "a long secret", "-storetype", "PKCS12"]
        subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    data = (tmp_path / "two.p12").read_bytes()
    with pytest.raises(CertificateError, match="Got: 1: alice; 2: bob"):
        load_pkcs12(data, "a long secret")
    assert load_pkcs12(data, "a long secret", which=2).certificate.common_name == "bob"


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("form", [bytes, to_ber])
def test_safes_are_opened_without_the_library(older: bool, form: Callable[[bytes], bytes]) -> None:
    """The safes of AES and of 3DES, in DER and in BER, hold the same certificates as the library finds."""
    data = form(write_pkcs12(alice(), "pässwörd", "alice", older=older))
    assert open_safes(data, "pässwörd").certificates == [one.der for one in alice().presented]
    with pytest.raises(ValueError):  # noqa: PT011 - wrong padding, or no BER behind it
        open_safes(data, "passwort")


def test_one_odd_certificate_leaves_a_pkcs12_file_readable() -> None:
    """A certificate that the library refuses, and with it the whole file, is taken out of its safe."""
    odd = given("name-printablestring-underscore.pem")
    made_by_openssl = openssl("pkcs12", "-export", "-nokeys", "-passout", "pass:pw", data=odd).stdout
    der = base64.b64decode(b"".join(odd.splitlines()[1:-1]))
    assert open_safes(made_by_openssl, "pw").certificates == [der]
    assert [one.der for one in load_trust_store(made_by_openssl, "pw")] == [der]
    with pytest.raises(PasswordError, match="does not open with this password"):
        load_trust_store(made_by_openssl, "another")


def test_ber_raises_no_warning() -> None:
    """A PKCS#12 file in BER opens where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_pkcs12(to_ber(identity()), PASSWORD).presented == alice().presented


@pytest.mark.parametrize(
    "line",
    ["AES-256-CBC,00", "AES-256-CBC,0011223344556677", "AES-256-CBC,", "AES-256-CBC", "RC4,00", "x", ""],
)
def test_a_damaged_dek_info_line_is_an_error_in_words(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A short initialisation vector, which crashes the library, is refused before; no other words appear."""
    whole = re.sub(rb"DEK-Info: .*", b"DEK-Info: " + line.encode(), made("key encrypted DEK-Info"))
    with pytest.raises(CertificateError, match=r"DEK-Info line cannot be used.*openssl pkey"):
        load_private_key(whole, PASSWORD)
    assert capfd.readouterr() == ("", "")


def test_a_label_that_lies_is_named() -> None:
    """A key or a request in a block labelled as a certificate is named as what it is."""
    for name, kind in (("key DER", "a private key"), ("request DER", "a certification request")):
        with pytest.raises(CertificateError, match=f"A block labelled as a certificate.*Got: {kind}"):
            load_certificates(pem.pem_block("CERTIFICATE", made(name)))


def test_a_certificate_may_hold_the_words_of_pem() -> None:
    """DER that contains a BEGIN line is DER, and a text that begins with the digit 0 is a text."""
    words = "-----BEGIN CERTIFICATE-----"
    odd = root().issue(key(label="odd"), contents(f"CN={words}", "client"))
    assert load_certificates(odd.certificate.der) == (odd.certificate,)
    assert load_certificates(b"0 is the first\n" + certificates()) == alice().presented
    assert str(file_facts(b"0 is the first")) == "text without PEM blocks"


def test_a_pkcs12_file_that_is_damaged_inside_is_said_to_be() -> None:
    """Damage below the first level leaves the kind; the advice is to copy the file again."""
    damaged = sequence(encode(2, b"\3"), sequence(encode(5)))
    for read in (load_certificates, load_private_key, load_trust_store):
        with pytest.raises(
            CertificateError, match=r"a PKCS#12 file that is damaged inside.*Copy the file again"
        ):
            read(damaged)


def test_a_dsa_key_and_an_ocsp_response_are_named() -> None:
    """The kinds that the table does not make: an old DSA key, and an OCSP response."""
    old = sequence(*[encode(2, b"\0")] * 6)
    with pytest.raises(CertificateError, match="Got: DSA-0"):
        load_private_key(old)
    response = sequence(encode(0x0A, b"\0"), encode(0xA0, sequence()))
    with pytest.raises(CertificateError, match="an OCSP response"):
        load_certificates(response)


@pytest.mark.parametrize("reader", [load_certificates, load_private_key, load_trust_store, file_facts])
def test_a_path_is_no_bytes(reader: Callable[[object], object]) -> None:
    """A path or text in the place of a file's bytes is told how to be read."""
    with pytest.raises(ArgumentError, match=r"a str.*read_bytes"):
        reader("ca.pem")


@pytest.mark.parametrize("name", ["key encrypted DER", "PKCS#12", "PKCS#12 without key"])
def test_a_password_that_takes_hours_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounds that a file asks for are read before they are run."""
    monkeypatch.setattr(wrong_file, "MOST_ROUNDS", 1)
    data = made(name)
    readers: dict[str, Callable[..., object]] = {
        "key encrypted DER": load_private_key,
        "PKCS#12": load_pkcs12,
        "PKCS#12 without key": load_trust_store,
    }
    with pytest.raises(CertificateError, match=r"takes too much work.*rounds"):
        readers[name](data, PASSWORD)


def test_the_length_of_a_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is longer, or has more blocks, than any of its kind is refused in words."""
    monkeypatch.setattr(pem, "MOST_BYTES", 1000)
    with pytest.raises(CertificateError, match=r"The file is too long\. Got: 1,001 bytes"):
        load_certificates(bytes(1001))
    monkeypatch.setattr(pem, "MOST_BLOCKS", 3)
    with pytest.raises(CertificateError, match="at most 3 PEM blocks"):
        load_certificates(b"-----BEGIN X-----" * 5)


def test_deep_nesting_is_no_recursion_error() -> None:
    """Values inside values inside values, with lengths that never come, are bytes of an unknown kind."""
    for depth in (MOST_DEPTH + 1, 5000):
        with pytest.raises(CertificateError, match="There is no certificate inside"):
            load_certificates(b"\x30\x80" * depth)


def lines_run(work: Callable[[bytes], object], data: bytes) -> int:
    """The number of lines of Python that a piece of work takes."""
    count = 0

    def tracer(_frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)  # type: ignore[arg-type]
    try:
        work(data)
    finally:
        sys.settrace(before)
    return count


def test_the_cost_of_pem_is_linear() -> None:
    """Twice as many BEGIN lines without END take twice the work; the pattern sees one line at a time."""
    start = b"-----BEGIN CERTIFICATE-----\n"
    small, large = (lines_run(pem.read_pem, start * times) for times in (500, 1000))
    assert large < 2.1 * small
    headers = b"-----BEGIN X-----\n" + b"a: b\n" * 1000 + b"-----END X-----\n"
    assert len(pem.read_pem(headers).blocks[0].headers) < 100
    _, longest = re._parser.parse(pem._MARK.pattern.decode()).getwidth()  # type: ignore[attr-defined]
    assert longest < 110


def test_the_cost_of_ber_is_linear() -> None:
    """Twice as many values in lengths that come last take twice the work."""
    start, end = b"\x30\x80" * 20, b"\0\0" * 20
    small, large = (lines_run(file_facts, start + b"\x05\x00" * times + end) for times in (500, 1000))
    assert large < 2.1 * small


def mutated(data: bytes, dice: random.Random) -> bytes:
    """A file with a few of its octets changed, cut out, doubled, or its end missing."""
    octets = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(octets) + 1)
        length = dice.choice((1, 2, 16))
        match dice.randrange(5):
            case 0:
                octets[at : at + 1] = bytes((dice.randrange(256),))
            case 1:
                del octets[at : at + length]
            case 2:
                octets[at:at] = octets[at : at + length]
            case 3:
                octets[at : at + 2] = dice.choice((b"\x30\x80", b"\x00\x00", b"\x24\x80", b"\xff\xff"))
            case _:
                del octets[at:]
    return bytes(octets)


@pytest.mark.parametrize("reader", [load_certificates, load_private_key, load_pkcs12, load_trust_store])
def test_damaged_files_raise_documented_errors(
    reader: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a file holds, a reader gives a value or an error of ours with its remedy."""
    monkeypatch.setattr(wrong_file, "MOST_ROUNDS", 50_000)  # damage may ask for millions
    dice = random.Random(f"files for {reader.__name__}")
    files = [made(name) for name in MADE]
    for _ in range(MUTATIONS):
        data = mutated(dice.choice(files), dice)
        password = [] if reader is load_certificates else [dice.choice((None, PASSWORD))]
        try:
            reader(data, *password)
        except BaseException as error:
            if not isinstance(error, CertificateError) or not error.advice:
                raise AssertionError(data.hex()) from error
