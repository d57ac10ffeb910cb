from __future__ import annotations

import ssl
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from simulator.engine.world import World, issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import PeerError
from simulator.oracle import native
from simulator.oracle.contexts import client_context, server_context
from simulator.oracle.native import set_message_callback
from simulator.oracle.observed import SentAlert
from simulator.oracle.playing import _Play, play
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.keeping import file_to_open
from simulator.tls.wire.messages import (
    CertificateRequest12,
    CertificateRequest13,
    HandshakeType,
    decode_handshake,
)
from simulator.tls.wire.version import Version
from tests.oracle.variations import INTERMEDIATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario import TlsVersion


def world_of(scenario: Scenario) -> World:
    """The scenario's certificates."""
    return issue_world(scenario, SeededEntropy(scenario.seed))


def messages_of(scenario: Scenario, tls: TlsVersion) -> list[tuple[int, bytes]]:
    """Type and bytes of every handshake message that two OpenSSL objects send."""
    world = world_of(scenario)
    sent: list[tuple[int, bytes]] = []

    def note(_conn: object, way: str, _version: int, content: int, kind: int, data: bytes) -> None:
        if (way, content) == ("write", 22):
            sent.append((kind, data))

    client = client_context(scenario.client, world.client, tls, scenario.clock)
    server = server_context(scenario.server, world.server, tls, scenario.clock)
    for context in (client, server):
        set_message_callback(context, note)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=scenario.client.server_name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return sent


@pytest.fixture
def _fresh_library() -> Iterator[None]:
    """Let the library be looked for again, before and after."""
    native.openssl_library.cache_clear()
    yield
    native.openssl_library.cache_clear()


def test_it_is_the_library_that_ssl_uses() -> None:
    """The functions come from the very OpenSSL that ``ssl`` names."""
    assert native.openssl_library().OpenSSL_version_num() == ssl.OPENSSL_VERSION_NUMBER


def test_a_context_is_found_at_its_address() -> None:
    """What is changed through ``ssl`` is seen through the pointer: it is the same context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_TICKET
    options = native.openssl_library().SSL_CTX_get_options(native.context_pointer(context))
    assert context.options == options


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("names", [(), ("client-ca",), ("server-ca", "client-ca")])
def test_authorities_are_named(names: tuple[str, ...], tls: TlsVersion) -> None:
    """The CertificateRequest names the scenario's authorities, in its order, and none where it has none."""
    scenario = Scenario().but({"server.ca_list": list(names)})
    request = next(
        data for kind, data in messages_of(scenario, tls) if kind == HandshakeType.CERTIFICATE_REQUEST
    )
    message = decode_handshake(request, Version(tls))
    assert isinstance(message, CertificateRequest12 | CertificateRequest13)
    subjects = [world_of(scenario)[name].certificate.subject_der for name in names]
    assert [subject in request for subject in subjects] == [True] * len(names)
    assert sorted(subjects, key=request.find) == subjects
    assert (b"Client CA" in request, b"Server CA" in request) == (
        "client-ca" in names,
        "server-ca" in names,
    )


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("sends", [["alice"], ["alice", "mid"], ["alice", "mid", "client-ca"]])
def test_exactly_the_chain_is_presented(sends: list[str], tls: TlsVersion) -> None:
    """OpenSSL sends what the scenario lists, even where its trust store could complete it."""
    trusted = {"client.trusts": ["server-ca", "mid", "client-ca"]}
    scenario = Scenario().but(INTERMEDIATE | trusted | {"client.sends": sends, "server.holds": ["mid"]})
    world = world_of(scenario)
    _, certificate = [data for kind, data in messages_of(scenario, tls) if kind == HandshakeType.CERTIFICATE]
    present = [name for name in ("alice", "mid", "client-ca") if world[name].certificate.der in certificate]
    assert sends == present


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client.holds_key": False}, "key values mismatch"),
        ({"certificates.alice.key": "RSA-2048", "client.holds_key": False}, "key values mismatch"),
        ({"certificates.alice.key": "RSA-1024", "client.holds_key": False}, "key values mismatch"),
    ],
)
def test_what_openssl_refuses_to_load(changes: dict[str, object], reason: str) -> None:
    """A credential is refused with OpenSSL's own reason, and the next one loads as if nothing had been."""
    scenario = Scenario().but(changes)
    for _ in range(2):
        with pytest.raises(native.CredentialRefusedError, match=reason):
            client_context(scenario.client, world_of(scenario).client, "1.3", scenario.clock)
        good = Scenario()
        assert client_context(good.client, world_of(good).client, "1.3", good.clock)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"certificates.alice.key": "RSA-1024"}, "ee key too small"),
        ({"certificates.alice.signature_hash": "sha1"}, "ca md too weak"),
        (INTERMEDIATE | {"certificates.mid.signature_hash": "sha1"}, "ca md too weak"),
    ],
)
def test_what_is_too_weak_is_loaded_below_openssls_level(changes: dict[str, object], reason: str) -> None:
    """At level 2 OpenSSL will not load it; the context does, and judges the peer at level 2 all the same."""
    scenario = Scenario().but(changes)
    holding = world_of(scenario).client
    (own,) = holding.credentials
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    strict.set_ciphers("DEFAULT:@SECLEVEL=2")
    with pytest.raises(native.CredentialRefusedError, match=reason):
        native.load_credential(strict, own.chain, own.private_key)
    assert client_context(scenario.client, holding, "1.3", scenario.clock).security_level == 0
    assert play(scenario.but({"certificates.server.key": "RSA-1024"}), "1.3").alert == SentAlert(
        "client", "bad_certificate", 42, encrypted=False
    )


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_the_request_names_the_schemes_that_were_chosen(tls: TlsVersion) -> None:
    """The CertificateRequest of a server with one scheme has that scheme and no other."""
    scenario = Scenario().but({"server.signature_schemes": ["ed25519"], "certificates.alice.key": "Ed25519"})
    (request,) = (
        data for kind, data in messages_of(scenario, tls) if kind == HandshakeType.CERTIFICATE_REQUEST
    )
    assert (b"\x00\x02\x08\x07" in request, b"\x04\x03" in request) == (True, False)


def test_a_group_that_openssl_does_not_know_is_told() -> None:
    """A list that OpenSSL refuses is an error of the peer, in a sentence."""
    with pytest.raises(PeerError, match="does not know all of P-257"):
        native.choose(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "groups", ["P-257"])


def test_no_certificate_is_not_one() -> None:
    """Bytes that are no certificate are refused with a reason, not with a crash."""
    key = world_of(Scenario()).server.credentials[0].private_key
    assert key is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(native.CredentialRefusedError, match=r"."):
        native.load_credential(context, [b"0\x03abc"], key)


def test_flags_set_later_would_undo_the_time() -> None:
    """The time must be set last: assigning ``verify_flags`` drops it, so a context is built in that order."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    native.judge_peers_at(context, datetime(2030, 1, 1, tzinfo=UTC), 2)
    use_check_time = 0x2
    before = bool(context.verify_flags & use_check_time)
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST
    assert (before, bool(context.verify_flags & use_check_time)) == (True, False)


def test_each_side_has_a_time_of_its_own() -> None:
    """The time is the context's: another one made at once judges by its own."""
    scenario = Scenario()
    world = world_of(scenario)
    outcomes = []
    for moment in (scenario.clock, scenario.clock + timedelta(days=336)):
        client = client_context(scenario.client, world.client, "1.2", moment)
        server = server_context(scenario.server, world.server, "1.2", scenario.clock)
        outcomes.append(_verifies(client, server, scenario.client.server_name))
    assert outcomes == [True, False]


def _verifies(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> bool:
    """Return True if the client accepts the server's certificate."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    try:
        for _ in range(3):
            for side in sides:
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
    except ssl.SSLCertVerificationError:
        return False
    return True


@pytest.mark.usefixtures("_fresh_library")
@pytest.mark.parametrize("broken", ["not cpython", "no function", "no file", "another version"])
def test_another_python_is_told_so(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interpreter does not allow the tricks there is a PeerError that says what to do."""
    import _ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if broken == "not cpython":
        monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy"))
    elif broken == "no function":
        signatures = native._SIGNATURES | {"SSL_CTX_of_another_age": (None, ())}
        monkeypatch.setattr(native, "_SIGNATURES", signatures)
    elif broken == "no file":
        monkeypatch.setattr(_ssl, "__file__", "nowhere/_ssl.so")
    else:
        monkeypatch.setattr(ssl, "OPENSSL_VERSION_NUMBER", 0x10100000)
    with pytest.raises(PeerError, match="Run it with another Python"):
        native.judge_peers_at(context, datetime(2030, 1, 1, tzinfo=UTC), 2)


def test_a_python_without_the_callback_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``ssl`` reports no messages there is a PeerError too."""
    import _ssl

    monkeypatch.setattr(_ssl, "_SSLContext", object)
    with pytest.raises(PeerError, match="message callback"):
        set_message_callback(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), print)


def test_openssl_tells_a_wrong_password_from_the_right_one() -> None:
    """The files of the client that stays away: OpenSSL opens them with their password, and with no other."""
    for change in (
        {"certificates.alice.delivery": "pkcs12"},
        {"certificates.alice.kept_in": "protected-file"},
    ):
        playing = _Play(Scenario().but(change), "1.3", None)
        file = file_to_open(playing.scenario)
        assert [playing.opens(file, password) for password in ("right", "wrong", "")] == [True, False, False]
