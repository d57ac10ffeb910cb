"""The simulation against the message lengths that were measured of OpenSSL 3.0 (sections 1.1 and 1.4).

A length is that of the whole handshake message with its four bytes of header. Where ours is another, the
difference is computed from what the message carries, part by part, and each part that may differ has its
reason.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from simulator.pki.certificate import Certificate
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire import messages as m
from simulator.tls.wire.extensions import Extension, extension_name
from simulator.trace.facts import Received
from tests.oracle.seen import PROTECTION_13, RECORD_HEADER, message, sent
from tests.played import VERSIONS

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.tls.wire.version import Side


@cache
def measured_run(tls: TlsVersion) -> Run:
    """The good handshake, to the host that was measured: its name stands in ClientHello."""
    host = {"client.server_name": "server.example", "certificates.server.dns_names": ["server.example"]}
    return simulate(catalogue["valid-certificate"].but(host), tls)


def length(run: Run, name: str, sender: Side | None = None) -> int:
    """The length of the first message of a name."""
    return len(sent(run.trace, name, sender)[0].raw)


# Messages with nothing in them that could differ.
EQUAL: dict[tuple[str, str, Side], int] = {
    ("1.2", "ClientKeyExchange", "client"): 37,
    ("1.2", "ServerHelloDone", "server"): 4,
    ("1.2", "Finished", "client"): 16,
    ("1.2", "Finished", "server"): 16,
    ("1.3", "ServerHello", "server"): 122,
    ("1.3", "EncryptedExtensions", "server"): 6,
}


@pytest.mark.parametrize(("tls", "name", "sender"), EQUAL)
def test_equal_lengths(tls: TlsVersion, name: str, sender: Side) -> None:
    """These messages are exactly as long as OpenSSL's."""
    assert EQUAL[tls, name, sender] == length(measured_run(tls), name, sender)


# Hellos ----------------------------------------------------------------------------------------------------

# What OpenSSL's hellos are made of, in bytes; an extension counts its four bytes of type and length.
OPENSSL_HELLOS: dict[tuple[str, str], tuple[int, dict[str, int]]] = {
    ("1.2", "ClientHello"): (
        180,
        {
            "header, version, random and lengths": 45,
            "session id": 0,
            "cipher suites": 30,
            "server_name": 23,
            "ec_point_formats": 8,
            "supported_groups": 16,
            "session_ticket": 4,
            "encrypt_then_mac": 4,
            "extended_master_secret": 4,
            "signature_algorithms": 46,
        },
    ),
    ("1.2", "ServerHello"): (
        65,
        {
            "header, version, random and lengths": 44,
            "session id": 0,
            "renegotiation_info": 5,
            "ec_point_formats": 8,
            "session_ticket": 4,
            "extended_master_secret": 4,
        },
    ),
    ("1.3", "ClientHello"): (
        243,
        {
            "header, version, random and lengths": 45,
            "session id": 32,
            "cipher suites": 8,
            "server_name": 23,
            "ec_point_formats": 8,
            "supported_groups": 26,
            "session_ticket": 4,
            "encrypt_then_mac": 4,
            "extended_master_secret": 4,
            "signature_algorithms": 34,
            "supported_versions": 7,
            "psk_key_exchange_modes": 6,
            "key_share": 42,
        },
    ),
    ("1.3", "ServerHello"): (
        122,
        {
            "header, version, random and lengths": 44,
            "session id": 32,
            "supported_versions": 6,
            "key_share": 40,
        },
    ),
}
FEWER = "we know fewer of them"
ONE_FORMAT = "we name the uncompressed form alone"
SCSV = "OpenSSL says it with a cipher suite of its own, we with the extension (RFC 5746 section 3.4)"
NOT_IN_13 = "OpenSSL offers what only TLS 1.2 knows even where it may not speak it"
NO_CBC = "it is about CBC cipher suites, and we have none"
# Where our hellos may have another length, and why.
VARIATIONS: dict[tuple[str, str], dict[str, str]] = {
    ("1.2", "ClientHello"): {
        "cipher suites": FEWER,
        "ec_point_formats": ONE_FORMAT,
        "supported_groups": FEWER,
        "signature_algorithms": FEWER,
        "encrypt_then_mac": NO_CBC,
        "renegotiation_info": SCSV,
    },
    ("1.2", "ServerHello"): {"ec_point_formats": ONE_FORMAT},
    ("1.3", "ClientHello"): {
        "cipher suites": "OpenSSL adds its word for renegotiation, which TLS 1.3 does not have",
        "ec_point_formats": NOT_IN_13,
        "session_ticket": NOT_IN_13,
        "encrypt_then_mac": NOT_IN_13,
        "extended_master_secret": NOT_IN_13,
        "supported_groups": FEWER,
        "signature_algorithms": FEWER,
    },
    ("1.3", "ServerHello"): {},
}


@pytest.mark.parametrize(("tls", "name"), OPENSSL_HELLOS)
def test_hellos(tls: TlsVersion, name: str) -> None:
    """Our hello differs from OpenSSL's by the parts that may differ and by no other byte."""
    measured, theirs = OPENSSL_HELLOS[tls, name]
    ours = parts_of(message(measured_run(tls), name))
    unlike = {part for part in ours | theirs if ours.get(part) != theirs.get(part)}
    difference = sum(ours.get(part, 0) - theirs.get(part, 0) for part in unlike)
    assert measured == sum(theirs.values())
    assert VARIATIONS[tls, name].keys() == unlike
    assert measured + difference == length(measured_run(tls), name)


def parts_of(hello: m.Message) -> dict[str, int]:
    """The lengths of a hello's parts."""
    assert isinstance(hello, m.ClientHello | m.ServerHello)
    if isinstance(hello, m.ClientHello):
        parts = {"session id": len(hello.legacy_session_id), "cipher suites": 2 * len(hello.cipher_suites)}
    else:
        parts = {"session id": len(hello.legacy_session_id_echo)}
    parts |= {extension_name(one.type): extension_length(one) for one in hello.extensions}
    parts["header, version, random and lengths"] = len(m.encode_handshake(hello)) - sum(parts.values())
    return parts


def extension_length(extension: Extension) -> int:
    """An extension with its type and its length."""
    return 4 + len(extension.data)


# Certificates and proofs ---------------------------------------------------------------------------------

# One certificate: what the message has beside the certificate's own bytes. Measured: 526 and 469 in TLS 1.2,
# 529 and 472 in TLS 1.3 with the same certificates; 7 and 8 with none.
AROUND_ALL = {"1.2": 7, "1.3": 8}  # header and length of the list; TLS 1.3: and of the context
AROUND_EACH = {"1.2": 3, "1.3": 5}  # the length of each; TLS 1.3: and of its extensions
MEASURED_CERTIFICATES = {
    ("1.2", "server"): 526,
    ("1.2", "client"): 469,
    ("1.3", "server"): 529,
    ("1.3", "client"): 472,
}


@pytest.mark.parametrize("sender", ["client", "server"])
def test_certificate_messages_around_one_certificate(sender: str) -> None:
    """OpenSSL's two versions wrap the same certificate with as many bytes as ours do."""
    ders = {tls: MEASURED_CERTIFICATES[tls, sender] - AROUND_ALL[tls] - AROUND_EACH[tls] for tls in VERSIONS}
    assert ders["1.2"] == ders["1.3"]


CHAINS: dict[str, dict[str, Any]] = {
    "no certificate": {"client.certificate": None},
    "one": {},
    "two": {
        "certificates.mid": {"role": "ca", "subject": "CN=mid", "issuer": "client-ca"},
        "certificates.alice.issuer": "mid",
    },
    "RSA": {"certificates.alice.key": "RSA-2048"},
}


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", CHAINS)
def test_certificate_messages(name: str, tls: TlsVersion) -> None:
    """A Certificate message is as long as its certificates and OpenSSL's wrapping: 7 or 8 with none."""
    scenario = catalogue["valid-certificate"].but(
        {"server.client_authentication": "optional", **CHAINS[name]}
    )
    run = simulate(scenario, tls)
    for sender in ("client", "server"):
        chain = message(run, "Certificate", sender)
        assert isinstance(chain, m.Certificate12 | m.Certificate13)
        ders = sum(AROUND_EACH[tls] + len(der) for der in chain.chain)
        assert AROUND_ALL[tls] + ders == length(run, "Certificate", sender)


PROOFS = [
    ("1.2", "CertificateVerify", "client"),
    ("1.3", "CertificateVerify", "client"),
    ("1.3", "CertificateVerify", "server"),
]


@pytest.mark.parametrize(("tls", "name", "sender"), PROOFS)
@pytest.mark.parametrize("seed", [str(number) for number in range(8)])
def test_proofs_with_p256(seed: str, tls: TlsVersion, name: str, sender: Side) -> None:
    """CertificateVerify was 78 to 80 bytes: 8, and a signature whose two numbers take what they take."""
    run = simulate(catalogue["valid-certificate"].but(seed=seed), tls)
    proof = message(run, name, sender)
    assert isinstance(proof, m.CertificateVerify)
    assert 8 + der_length(proof.signature) == length(run, name, sender)
    assert length(run, name, sender) <= 80


@pytest.mark.parametrize("seed", [str(number) for number in range(8)])
def test_server_key_exchange_with_p256(seed: str) -> None:
    """ServerKeyExchange was about 115 bytes: 44 with an x25519 share, and the signature."""
    run = simulate(catalogue["valid-certificate"].but(seed=seed), "1.2")
    exchange = message(run, "ServerKeyExchange")
    assert isinstance(exchange, m.ServerKeyExchange)
    assert 44 + der_length(exchange.signature) == length(run, "ServerKeyExchange")
    assert abs(115 - length(run, "ServerKeyExchange")) <= 3


def der_length(signature: bytes) -> int:
    """The length of an ECDSA signature: SEQUENCE and two INTEGERs, 6 bytes, and the numbers themselves."""
    return 6 + sum(number.bit_length() // 8 + 1 for number in decode_dss_signature(signature))


HASH_LENGTHS = {"TLS_AES_128_GCM_SHA256": 32, "TLS_AES_256_GCM_SHA384": 48}


@pytest.mark.parametrize("sender", ["client", "server"])
def test_finished_of_tls13(sender: Side) -> None:
    """Finished is the hash of the cipher suite: 52 bytes with OpenSSL's first choice, 36 with ours."""
    run = measured_run("1.3")
    suites = message(run, "ServerHello")
    assert isinstance(suites, m.ServerHello)
    assert 4 + HASH_LENGTHS["TLS_AES_256_GCM_SHA384"] == 52
    assert suites.cipher_suite == 0x1301
    assert 4 + HASH_LENGTHS["TLS_AES_128_GCM_SHA256"] == length(run, "Finished", sender)


# CertificateRequest (section 1.4) -----------------------------------------------------------------------

# By the lengths of the names in the list: measured with one CA and with two, the same two in both versions.
FIRST_NAME, SECOND_NAME = 47, 54
MEASURED_REQUESTS = {
    ("1.2", ()): 52,
    ("1.2", (FIRST_NAME,)): 101,
    ("1.2", (FIRST_NAME, SECOND_NAME)): 157,
    ("1.3", ()): 45,
    ("1.3", (FIRST_NAME,)): 100,
    ("1.3", (FIRST_NAME, SECOND_NAME)): 156,
}
OPENSSL_TYPES = 3  # rsa_sign, dss_sign, ecdsa_sign
OPENSSL_SCHEMES = {"1.2": 20, "1.3": 16}  # the DSA ones drop out


def request_length(tls: str, types: int, schemes: int, names: tuple[int, ...]) -> int:
    """How long a CertificateRequest is by what it lists."""
    listed = sum(2 + name for name in names)
    if tls == "1.2":
        return 4 + 1 + types + 2 + 2 * schemes + 2 + listed
    return 4 + 1 + 2 + 4 + 2 + 2 * schemes + (4 + 2 + listed if names else 0)


@pytest.mark.parametrize(("tls", "names"), MEASURED_REQUESTS)
def test_requests_as_measured(tls: str, names: tuple[int, ...]) -> None:
    """The measured lengths are those of OpenSSL's lists: 20 or 16 schemes, three types, the CAs' names."""
    assert MEASURED_REQUESTS[tls, names] == request_length(tls, OPENSSL_TYPES, OPENSSL_SCHEMES[tls], names)


@pytest.mark.parametrize("authorities", [(), ("client-ca",), ("client-ca", "server-ca")])
@pytest.mark.parametrize("tls", VERSIONS)
def test_our_requests(tls: TlsVersion, authorities: tuple[str, ...]) -> None:
    """Ours differ by the length of the same lists and by nothing else."""
    run = simulate(catalogue["valid-certificate"].but({"server.ca_list": list(authorities)}), tls)
    request = message(run, "CertificateRequest")
    names = tuple(len(subject_of(run, name)) for name in authorities)
    types = len(request.certificate_types) if isinstance(request, m.CertificateRequest12) else 0
    assert request_length(tls, types, 9, names) == length(run, "CertificateRequest")


def subject_of(run: Run, name: str) -> bytes:
    """The encoded subject of a certificate of the run's world."""
    der = next(held.der for held in run.trace.setup.certificates if held.name == name)
    return Certificate.parse(der).subject_der


# Tickets -------------------------------------------------------------------------------------------------

AROUND_TICKET = {"1.2": 4 + 4 + 2, "1.3": 4 + 4 + 4 + 1 + 8 + 2 + 2}
OUR_TICKET = 32
# OpenSSL's tickets hold the session: the longer ones have the client's certificate in them. In TLS 1.3 they
# were measured as records too, 714 and 250 bytes behind the header.
MEASURED_TICKETS = {
    ("1.2", "valid"): 650,
    ("1.2", "none"): 186,
    ("1.3", "valid"): 714 - PROTECTION_13,
    ("1.3", "none"): 250 - PROTECTION_13,
}
OPENSSL_TICKETS = {("1.2", "valid"): 640, ("1.2", "none"): 176, ("1.3", "valid"): 672, ("1.3", "none"): 208}


@pytest.mark.parametrize(("tls", "who"), MEASURED_TICKETS)
def test_tickets(tls: TlsVersion, who: str) -> None:
    """A ticket message differs from OpenSSL's by the ticket alone: ours holds no certificate."""
    run = simulate({"valid": "valid-certificate", "none": "server-does-not-ask"}[who], tls)
    theirs = MEASURED_TICKETS[tls, who]
    assert theirs == AROUND_TICKET[tls] + OPENSSL_TICKETS[tls, who]
    for ticket in sent(run.trace, "NewSessionTicket"):
        assert theirs + OUR_TICKET - OPENSSL_TICKETS[tls, who] == len(ticket.raw)
        around = RECORD_HEADER + (PROTECTION_13 if tls == "1.3" else 0)
        assert around + len(ticket.raw) == len(ticket.wire)


@pytest.mark.parametrize("tls", VERSIONS)
def test_number_of_tickets(tls: TlsVersion) -> None:
    """Two tickets in TLS 1.3, one in TLS 1.2, as OpenSSL sends by default; the client reads them all."""
    run = measured_run(tls)
    read = [
        event for event in run.trace.of(Received) if getattr(event.fact, "name", "") == "NewSessionTicket"
    ]
    assert {"1.2": 1, "1.3": 2}[tls] == len(sent(run.trace, "NewSessionTicket")) == len(read)
