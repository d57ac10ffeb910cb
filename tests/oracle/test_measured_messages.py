"""The simulation against the message sequences that were measured of OpenSSL 3.0: order, records, forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.messages import CertificateRequest12, CertificateRequest13, CertificateVerify
from simulator.trace.facts import Alert, Sent
from tests.oracle.seen import APPLICATION_DATA, message, sent, story
from tests.played import VERSIONS, run_of

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

# Section 1.1, one line for each change of speaker. Braces: the record says that it is application data.
# "ok" is where the handshake call returned.
OPTIONAL = {"server.client_authentication": "optional"}
HELLO_12 = "server: ServerHello Certificate ServerKeyExchange {}ServerHelloDone"
HELLO_13 = (
    "server: ServerHello ChangeCipherSpec {{EncryptedExtensions}} {}"
    "{{Certificate}} {{CertificateVerify}} {{Finished}}"
)
ASKING_12 = HELLO_12.format("CertificateRequest ")
ASKING_13 = HELLO_13.format("{CertificateRequest} ")
END_12 = ["server: NewSessionTicket ChangeCipherSpec Finished ok", "client: ok"]
END_13 = ["server: {NewSessionTicket} {NewSessionTicket} ok"]
PROVED_12 = "client: Certificate ClientKeyExchange CertificateVerify ChangeCipherSpec Finished"
SKIPPED_12 = "client: Certificate ClientKeyExchange ChangeCipherSpec Finished"
PROVED_13 = "client: ChangeCipherSpec {Certificate} {CertificateVerify} {Finished} ok"
SKIPPED_13 = "client: ChangeCipherSpec {Certificate} {Finished} ok"

SEQUENCES: dict[str, tuple[str, dict[str, Any], TlsVersion, list[str]]] = {
    "1.2 valid, required": (
        "valid-certificate",
        {},
        "1.2",
        ["client: ClientHello", ASKING_12, PROVED_12, *END_12],
    ),
    "1.2 valid, optional": (
        "valid-certificate",
        OPTIONAL,
        "1.2",
        ["client: ClientHello", ASKING_12, PROVED_12, *END_12],
    ),
    "1.2 not asked": (
        "server-does-not-ask",
        {},
        "1.2",
        [
            "client: ClientHello",
            HELLO_12.format(""),
            "client: ClientKeyExchange ChangeCipherSpec Finished",
            *END_12,
        ],
    ),
    "1.2 skipped, optional": (
        "no-certificate-lower-level",
        {},
        "1.2",
        ["client: ClientHello", ASKING_12, SKIPPED_12, *END_12],
    ),
    "1.2 skipped, required": (
        "no-certificate-refused",
        {},
        "1.2",
        ["client: ClientHello", ASKING_12, SKIPPED_12, "server: handshake_failure! failed", "client: failed"],
    ),
    "1.3 valid, required": (
        "valid-certificate",
        {},
        "1.3",
        ["client: ClientHello", ASKING_13, PROVED_13, *END_13],
    ),
    "1.3 valid, optional": (
        "valid-certificate",
        OPTIONAL,
        "1.3",
        ["client: ClientHello", ASKING_13, PROVED_13, *END_13],
    ),
    "1.3 not asked": (
        "server-does-not-ask",
        {},
        "1.3",
        ["client: ClientHello", HELLO_13.format(""), "client: ChangeCipherSpec {Finished} ok", *END_13],
    ),
    "1.3 skipped, optional": (
        "no-certificate-lower-level",
        {},
        "1.3",
        ["client: ClientHello", ASKING_13, SKIPPED_13, *END_13],
    ),
    "1.3 skipped, required": (
        "no-certificate-refused",
        {},
        "1.3",
        ["client: ClientHello", ASKING_13, SKIPPED_13, "server: {certificate_required!} failed"],
    ),
    "1.3 retried": (
        "hello-retry",
        {"server.groups": ["secp384r1"]},
        "1.3",
        [
            "client: ClientHello",
            "server: HelloRetryRequest ChangeCipherSpec",
            "client: ChangeCipherSpec ClientHello",
            ASKING_13.replace(" ChangeCipherSpec", ""),
            PROVED_13.replace(" ChangeCipherSpec", ""),
            *END_13,
        ],
    ),
    "1.3 without tickets": (
        "valid-certificate",
        {"server.tickets": 0},
        "1.3",
        ["client: ClientHello", ASKING_13, PROVED_13, "server: ok"],
    ),
    "1.2 refused by the client": (
        "server-untrusted",
        {},
        "1.2",
        ["client: ClientHello", ASKING_12, "client: unknown_ca! failed", "server: failed"],
    ),
    "1.3 refused by the client": (  # section 1.10: a plain alert, and no ChangeCipherSpec before it
        "server-untrusted",
        {},
        "1.3",
        ["client: ClientHello", ASKING_13, "client: unknown_ca! failed", "server: failed"],
    ),
    "1.2 to a server of the other version": (  # notes on the matrix: right after ClientHello
        "version-mismatch",
        {},
        "1.2",
        ["client: ClientHello", "server: protocol_version! failed", "client: failed"],
    ),
    "1.3 to a server of the other version": (
        "version-mismatch",
        {},
        "1.3",
        ["client: ClientHello", "server: protocol_version! failed", "client: failed"],
    ),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_wire_order(name: str) -> None:
    """Messages, ChangeCipherSpecs and alerts come in the measured order; the calls return where they did."""
    scenario, changes, tls, expected = SEQUENCES[name]
    assert expected == story(simulate(catalogue[scenario].but(changes), tls).trace)


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", ["valid-certificate", "hello-retry", "certificate-expired"])
def test_one_record_for_each_message(name: str, tls: TlsVersion) -> None:
    """Every message has one record; its version is 0303, and 0301 for the first ClientHello."""
    wires = on_the_wire(run_of(name, tls).trace)
    assert [len(wire) - 5 for wire in wires] == [int.from_bytes(wire[3:5]) for wire in wires]
    assert ["0301", *["0303"] * (len(wires) - 1)] == [wire[1:3].hex() for wire in wires]


def on_the_wire(trace: Trace) -> list[bytes]:
    """The records of everything that client and server sent."""
    facts = (event.fact for event in trace.of(Sent, Alert))
    return [fact.wire for fact in facts if isinstance(fact, Sent | Alert) and fact.wire]


@pytest.mark.parametrize("tls", VERSIONS)
def test_orderly_close(tls: TlsVersion) -> None:
    """A session ends with a close_notify warning from each side, in both versions (section 1.10)."""
    goodbyes = [
        (event.actor, event.fact.name, event.fact.level)
        for event in run_of("valid-certificate", tls).trace.of(Alert)
        if isinstance(event.fact, Alert) and event.fact.direction == "sent"
    ]
    assert [("client", "close_notify", "warning"), ("server", "close_notify", "warning")] == goodbyes


# What the client signs with, by its key and the version.
SCHEMES = {
    ("valid-certificate", "1.2"): 0x0403,  # ecdsa_secp256r1_sha256
    ("valid-certificate", "1.3"): 0x0403,
    ("rsa-certificate", "1.2"): 0x0804,  # rsa_pss_rsae_sha256, in TLS 1.2 too
    ("rsa-certificate", "1.3"): 0x0804,
    ("ed25519-certificate", "1.2"): 0x0807,
    ("ed25519-certificate", "1.3"): 0x0807,
    ("p384-certificate", "1.2"): 0x0403,  # there it only means ECDSA with SHA-256
    ("p384-certificate", "1.3"): 0x0503,  # ecdsa_secp384r1_sha384
}


@pytest.mark.parametrize(("name", "tls"), SCHEMES)
def test_signature_scheme_of_the_client(name: str, tls: TlsVersion) -> None:
    """The client picks the signature scheme that OpenSSL's client was seen to pick."""
    proof = message(run_of(name, tls), "CertificateVerify", "client")
    assert isinstance(proof, CertificateVerify)
    assert SCHEMES[name, tls] == proof.algorithm


# Section 1.4: what the server asks with ------------------------------------------------------------------


@pytest.mark.parametrize("names", [(), ("client-ca",), ("client-ca", "server-ca")])
def test_ca_list_of_tls12(names: tuple[str, ...]) -> None:
    """TLS 1.2's request always has a list of authorities; it is empty where the server names none."""
    scenario = catalogue["valid-certificate"].but({"server.ca_list": list(names)})
    request = message(simulate(scenario, "1.2"), "CertificateRequest")
    assert isinstance(request, CertificateRequest12)
    assert len(names) == len(request.certificate_authorities)


@pytest.mark.parametrize("names", [(), ("client-ca",), ("client-ca", "server-ca")])
def test_ca_list_of_tls13(names: tuple[str, ...]) -> None:
    """TLS 1.3's request has certificate_authorities only where the server names some; no context."""
    scenario = catalogue["valid-certificate"].but({"server.ca_list": list(names)})
    request = message(simulate(scenario, "1.3"), "CertificateRequest")
    assert isinstance(request, CertificateRequest13)
    listed = forms.CERTIFICATE_AUTHORITIES.read(request.extensions)
    expected = ["signature_algorithms"] + ["certificate_authorities"] * bool(names)
    assert expected == [extension.name for extension in request.extensions]
    assert (len(names) or None, b"") == (listed and len(listed), request.certificate_request_context)


# Notes on the matrix ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "refused"), [("optional", False), ("required", True)])
@pytest.mark.parametrize("tls", VERSIONS)
def test_no_common_signature_scheme(tls: TlsVersion, policy: str, refused: bool) -> None:
    """With an RSA key and a server that takes ECDSA only, the client sends an empty Certificate."""
    changes = {"server.client_authentication": policy}
    run = simulate(catalogue["no-common-signature-scheme"].but(changes), tls)
    empty = {"1.2": 7, "1.3": 8}[tls]
    alert = {"1.2": "handshake_failure", "1.3": "certificate_required"}[tls] if refused else None
    assert empty == len(sent(run.trace, "Certificate", "client")[0].raw)
    assert alert == (run.outcome.alert and run.outcome.alert.name)


def test_certificate_types_follow_the_schemes() -> None:
    """In TLS 1.2 a server that takes ECDSA signatures only asks for ecdsa_sign only."""
    request = message(run_of("no-common-signature-scheme", "1.2"), "CertificateRequest")
    assert isinstance(request, CertificateRequest12)
    assert request.certificate_types == (64,)


@pytest.mark.parametrize("tls", VERSIONS)
def test_names_on_the_wire(tls: TlsVersion) -> None:
    """TLS 1.2 shows the names of client, server and listed CA in clear, TLS 1.3 none; SNI is seen in both."""
    names = {b"CN=alice": "alice", b"server": "telnet.example.com", b"ca": "Client CA"}
    scenario = catalogue["valid-certificate"].but(
        {"server.ca_list": ["client-ca"], "certificates.server.dns_names": ["*.example.com"]}
    )
    trace = simulate(scenario, tls).trace
    handshake = [event.fact for event in trace.of(Sent) if isinstance(event.fact, Sent) and event.fact.wire]
    wires = b"".join(fact.wire for fact in handshake if fact.name != "ClientHello")
    expected = dict.fromkeys(names, tls == "1.2")
    assert expected == {key: name.encode() in wires for key, name in names.items()}
    assert b"telnet.example.com" in sent(trace, "ClientHello")[0].wire


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_client_answers_nothing_early(tls: TlsVersion) -> None:
    """After its ClientHello the client says nothing before the server's flight has ended (section 1.2)."""
    last = {"1.2": "ServerHelloDone", "1.3": "Finished"}[tls]
    trace = run_of("valid-certificate", tls).trace
    flight_ends = sent(trace, last, "server")[0]
    answers = [event for event in trace.of(Sent) if event.actor == "client" and event.at > 0]
    read = next(
        event
        for event in trace.events
        if event.cause is not None
        and event.actor == "client"
        and trace.events[event.cause].fact is flight_ends
    )
    assert all(event.seq > read.seq for event in answers)


def test_braces_mean_application_data() -> None:
    """The story's braces stand for the record type that TLS 1.3 hides everything behind."""
    finished = sent(run_of("valid-certificate", "1.3").trace, "Finished", "client")[0]
    assert APPLICATION_DATA == finished.wire[0]
