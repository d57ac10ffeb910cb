"""Keys that OpenSSL makes and a scenario cannot: for RSASSA-PSS alone, with limits or without; brainpool.

Each handshake has OpenSSL on one side and a machine on the other, and either may hold the key.
"""

from __future__ import annotations

import re
import ssl
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.entropy import SeededEntropy
from simulator.errors import CertificateError
from simulator.pki.bundles import load_pkcs12, with_chain, write_pkcs12
from simulator.pki.certificate import Certificate
from simulator.pki.key_files import load_private_key
from simulator.tls import client13
from simulator.tls.config import SIGNATURE_SCHEMES, ClientConfig, Credential, ServerConfig
from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import kind_of, problem_of_scheme, schemes_for_key, sign, verify
from simulator.tls.events import (
    AlertReceived,
    AlertSent,
    CertificateChoiceWanted,
    ClientVerdictWanted,
    HandshakeDone,
    ProofChecked,
    RequestChoiceWanted,
    ServerVerdictWanted,
)
from simulator.tls.handshake import client_handshake, server_handshake
from simulator.tls.proof import examine_proof
from simulator.tls.wire.registry import FURTHER_SIGNATURE_SCHEMES, signature_scheme_name
from simulator.tls.wire.version import Version
from tests import peers
from tests.tls.openssl import Identity, OpensslSide, context, identity

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.version import Side

ENTROPY = SeededEntropy("keys of OpenSSL")
VERSIONS = {Version.TLS12: ssl.TLSVersion.TLSv1_2, Version.TLS13: ssl.TLSVersion.TLSv1_3}
FURTHER = (*SIGNATURE_SCHEMES, *FURTHER_SIGNATURE_SCHEMES)
PSS_256, PSS_384, PSS_512 = 0x0809, 0x080A, 0x080B
# (hash, hash of the mask, least salt) of each kind of key, and the schemes that are within
LIMITS: dict[str, tuple[tuple[str, str, int] | None, tuple[int, ...]]] = {
    "free": (None, (PSS_256, PSS_384, PSS_512)),
    "sha256": (("sha256", "sha256", 32), (PSS_256,)),
    "sha384, short salt": (("sha384", "sha384", 20), (PSS_384,)),
    "long salt": (("sha256", "sha256", 64), ()),
    "other mask": (("sha256", "sha384", 32), ()),
    "sha224": (("sha224", "sha224", 28), ()),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    """A self-signed certificate with a key of each kind, made by OpenSSL's program."""
    openssl, folder = peers.program("openssl"), tmp_path_factory.mktemp("pss")
    found: dict[str, Identity] = {}
    for kind, (limits, _) in LIMITS.items():
        names = ("rsa_pss_keygen_md", "rsa_pss_keygen_mgf1_md", "rsa_pss_keygen_saltlen")
        options = [f"{name}:{value}" for name, value in zip(names, limits or (), strict=False)]
        pkeyopts = [word for option in ("rsa_keygen_bits:2048", *options) for word in ("-pkeyopt", option)]
        command = [openssl, "req", "-x509", "-newkey", "rsa-pss", *pkeyopts, "-noenc", "-days", "2"]
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        command += ["-subj", f"/CN={kind}", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        found[kind] = PemIdentity(
            x509.load_pem_x509_certificate(certificate.read_bytes()),
            load_private_key(key.read_bytes()),
            key.read_bytes(),
        )
    return found


@dataclass(frozen=True, slots=True)
class PemIdentity(Identity):
    """A certificate whose key only OpenSSL's own file tells in full."""

    key_file: bytes = b""

    @property
    def pem(self) -> bytes:
        """Key and certificate as ``load_cert_chain`` reads them."""
        return self.key_file + self.certificate.public_bytes(Encoding.PEM)


def credential(own: Identity) -> Credential:
    """The credential that a machine holds."""
    return Credential((own.certificate.public_bytes(Encoding.DER),), own.private_key)


@dataclass
class Played:
    """A handshake between a machine and OpenSSL, both with certificates, to its end.

    Args:
        ours: the role of the machine.
        version: the one both speak.
        identities: what each role holds.
        schemes: what the machine accepts.
    """

    ours: Side
    version: Version
    identities: dict[Side, Identity]
    folder: Path
    schemes: tuple[int, ...] = FURTHER
    told: list[TlsEvent] = field(default_factory=list)
    openssl_error: str = ""

    def __post_init__(self) -> None:
        """Play it."""
        self.theirs: Side = "server" if self.ours == "client" else "client"
        own = credential(self.identities[self.ours])
        self.machine: Any
        if self.ours == "client":
            client = ClientConfig(self.version, signature_schemes=self.schemes)
            self.machine = client_handshake(client, ENTROPY)
        else:
            server = ServerConfig(self.version, own, signature_schemes=self.schemes)
            self.machine = server_handshake(server, ENTROPY)
        held, trusted = self.identities[self.theirs], self.identities[self.ours]
        made = context(self.theirs, VERSIONS[self.version], held, trusted, self.folder)
        side = OpensslSide(made, is_server=self.theirs == "server")
        wire = self.take(self.machine.start(), own) if self.ours == "client" else b""
        for _ in range(8):
            try:
                answer = side.step(wire)
                if not answer:
                    side.tls.read(100)  # the end of a TLS 1.3 handshake may be an alert that comes later
            except ssl.SSLWantReadError:
                answer = b""
            except ssl.SSLError as error:
                self.openssl_error, answer = str(error), side.outgoing.read()
            wire = self.take(self.machine.receive(answer), own) if answer else b""
            if self.openssl_error:
                break

    def take(self, events: list[TlsEvent], own: Credential) -> bytes:
        """Answer what the machine asks, and gather what it sends."""
        wire = b""
        for event in events:
            self.told.append(event)
            wire += getattr(event, "wire", b"")
            match event:
                case ServerVerdictWanted():
                    wire += self.take(self.machine.accept_server(), own)
                case CertificateChoiceWanted():
                    able = self.machine.signing_scheme(own) is not None
                    wire += self.take(self.machine.send_certificate(own if able else None), own)
                case RequestChoiceWanted():
                    wire += self.take(self.machine.ask_client(), own)
                case ClientVerdictWanted():
                    wire += self.take(self.machine.accept_client(), own)
        return wire

    def all(self, kind: type) -> list[Any]:
        """The events of a kind."""
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """The alerts, with the side that sent each."""
        sent = [(self.ours, event.description.rfc_name) for event in self.all(AlertSent)]
        return [*sent, *((self.theirs, event.description.rfc_name) for event in self.all(AlertReceived))]


def holding(holder: Side, own: Identity) -> dict[Side, Identity]:
    """One side holds the identity, the other a usual one."""
    usual: Side = "server" if holder == "client" else "client"
    return {holder: own, usual: identity("P-256", usual)}


SIDES: tuple[Side, Side] = ("client", "server")


@pytest.mark.parametrize("kind", [kind for kind, (_, schemes) in LIMITS.items() if schemes])
@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("holder", SIDES)
@pytest.mark.parametrize("ours", SIDES)
def test_a_key_for_pss_alone_proves_possession(
    made: dict[str, Identity], ours: Side, holder: Side, version: Version, kind: str, tmp_path: Path
) -> None:
    """Either side, in either version: it signs with the first scheme within limits, the other verifies."""
    played = Played(ours, version, holding(holder, made[kind]), tmp_path)
    assert played.openssl_error == ""
    assert len(played.all(HandshakeDone)) == 1
    assert played.alerts == []
    proofs = [(proof.signer, proof.ok, proof.scheme) for proof in played.all(ProofChecked)]
    name = signature_scheme_name(LIMITS[kind][1][0])
    theirs: Side = "server" if ours == "client" else "client"
    assert proofs == [(theirs, True, name if holder == theirs else "ecdsa_secp256r1_sha256")]


@pytest.mark.parametrize("version", Version)
def test_without_the_offer_such_a_key_is_not_used(
    made: dict[str, Identity], version: Version, tmp_path: Path
) -> None:
    """The usual offer leaves the schemes out: OpenSSL's client sends no certificate, its server refuses."""
    from_client = Played("server", version, holding("client", made["free"]), tmp_path, SIGNATURE_SCHEMES)
    assert [event.chain for event in from_client.all(ClientVerdictWanted)] == [()]
    from_server = Played("client", version, holding("server", made["free"]), tmp_path, SIGNATURE_SCHEMES)
    assert from_server.alerts == [("server", "handshake_failure")]


@pytest.mark.parametrize("version", Version)
def test_a_key_whose_limits_fit_no_scheme_is_not_used(
    made: dict[str, Identity], version: Version, tmp_path: Path
) -> None:
    """SHA-224 is in no scheme: no client sends the certificate, and no server can go on with it."""
    own = made["sha224"]
    for ours, holder in ((one, two) for one in SIDES for two in SIDES):
        played = Played(ours, version, holding(holder, own), tmp_path)
        if holder == "server":
            assert played.alerts == [("server", "handshake_failure")]
        elif ours == "server":
            assert [event.chain for event in played.all(ClientVerdictWanted)] == [()]
        else:
            assert "PEER_DID_NOT_RETURN_A_CERTIFICATE" in played.openssl_error


@pytest.mark.parametrize("kind", LIMITS)
def test_limits_of_a_key(made: dict[str, Identity], kind: str) -> None:
    """Hash, mask and salt decide; no PKCS#1 and no scheme for an ordinary RSA key, in neither version."""
    limits, schemes = LIMITS[kind]
    public = peer_public_key(credential(made[kind]).chain[0])
    private = credential(made[kind]).signing_key
    assert kind_of(public) == kind_of(private)
    assert kind_of(public).limits == limits
    assert str(kind_of(public)) == "RSA-PSS-2048"
    for version in Version:
        assert schemes_for_key(public, version) == schemes_for_key(private, version) == schemes
        for code in (0x0804, 0x0401):
            assert re.search("does not go with|forbids", problem_of_scheme(public, code, version) or "")
    for code in schemes:
        signature = sign(private, code, b"content", ENTROPY)
        assert verify(public, code, b"content", signature, Version.TLS13) is None
        assert verify(public, code, b"other", signature, Version.TLS13) is not None


@pytest.mark.parametrize("kind", LIMITS)
def test_such_a_key_belongs_to_its_certificate(made: dict[str, Identity], kind: str, tmp_path: Path) -> None:
    """Key and certificate are put together, from OpenSSL's PKCS#12 too; another key is refused."""
    own, other = made[kind], made["free" if kind != "free" else "sha256"]
    certificate = Certificate.parse(own.certificate.public_bytes(Encoding.DER))
    joined = with_chain([certificate], own.private_key)
    assert joined.certificate == certificate
    with pytest.raises(CertificateError, match="does not belong"):
        with_chain([certificate], other.private_key)
    with pytest.raises(CertificateError, match="cannot be written to a PKCS#12 file"):
        write_pkcs12(joined, "secret", "own")
    both, file = tmp_path / "both.pem", tmp_path / "own.p12"
    both.write_bytes(own.pem)
    command = ["pkcs12", "-export", "-in", str(both), "-out", str(file), "-passout", "pass:secret"]
    subprocess.run([peers.program("openssl"), *command], check=True, capture_output=True)
    assert load_pkcs12(file.read_bytes(), "secret").certificate == certificate


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [
        ("sha256", PSS_384, "for sha256 with a mask of sha256 alone"),
        ("other mask", PSS_256, "for sha256 with a mask of sha384 alone"),
        ("long salt", PSS_256, "for salts longer than the 32 bytes that TLS has"),
    ],
)
def test_the_reason_names_the_limit(made: dict[str, Identity], kind: str, code: int, why: str) -> None:
    """The sentence says which limit of the key the scheme leaves."""
    public = peer_public_key(credential(made[kind]).chain[0])
    problem = problem_of_scheme(public, code, Version.TLS13)
    assert problem == f"{signature_scheme_name(code)} does not go with the key, which is RSA-PSS-2048 {why}"


@pytest.mark.parametrize("ours", SIDES)
def test_brainpool_of_a_client_is_refused(ours: Side, tmp_path: Path) -> None:
    """TLS 1.2: the server ends with illegal_parameter, whichever side is OpenSSL (measured with 3.0)."""
    played = Played(ours, Version.TLS12, holding("client", identity("brainpool", "client")), tmp_path)
    assert played.alerts == [("server", "illegal_parameter")]
    if ours == "client":
        assert "WRONG_CURVE" in played.openssl_error
    else:
        (alert,) = played.all(AlertSent)
        assert "lies on a curve that this side does not support" in alert.reason
        assert "brainpoolP256r1" in alert.reason


@pytest.mark.parametrize("ours", SIDES)
def test_brainpool_of_a_client_is_not_sent_in_tls13(ours: Side, tmp_path: Path) -> None:
    """No scheme of either side goes with the curve, so the client sends none (RFC 8446 §4.4.2.3)."""
    played = Played(ours, Version.TLS13, holding("client", identity("brainpool", "client")), tmp_path)
    if ours == "client":
        assert "PEER_DID_NOT_RETURN_A_CERTIFICATE" in played.openssl_error
        assert ("server", "certificate_required") in played.alerts
    else:
        assert [event.chain for event in played.all(ClientVerdictWanted)] == [()]


def test_brainpool_sent_in_tls13_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that signs with a scheme of another curve meets illegal_parameter: OpenSSL's and ours."""
    own = identity("brainpool", "client")
    monkeypatch.setattr(client13, "common_scheme", lambda *_: 0x0403)
    played = Played("client", Version.TLS13, holding("client", own), tmp_path)
    assert "WRONG_CURVE" in played.openssl_error
    assert ("server", "illegal_parameter") in played.alerts
    (leaf,) = credential(own).chain
    checked, alert = examine_proof("client", leaf, 0x0403, b"", b"", SIGNATURE_SCHEMES, Version.TLS13)
    assert alert.rfc_name == "illegal_parameter"
    assert checked.problem == "ecdsa_secp256r1_sha256 does not go with the key, which is brainpoolP256r1"


@pytest.mark.parametrize("ours", SIDES)
def test_brainpool_of_a_server_goes_with_no_suite(ours: Side, tmp_path: Path) -> None:
    """TLS 1.2: no client here lists the curve among its groups, so the server has no suite to offer."""
    played = Played(ours, Version.TLS12, holding("server", identity("brainpool", "server")), tmp_path)
    assert played.alerts == [("server", "handshake_failure")]
