"""Our actor on one side and OpenSSL on the other, byte for byte in memory."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.oracle import NotPlayableError, Played, mixed, play
from simulator.oracle.native import context_pointer, openssl_library
from simulator.oracle.playing import unplayable_client
from simulator.pki.keys import KeyType
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from tests.oracle.variations import CHANGES, varied
from tests.played import EVERYTHING, NAMES

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from simulator.scenario import TlsVersion
    from simulator.tls.wire.version import Side

KEY_TYPES = (KeyType.P256, KeyType.P384, KeyType.P521, KeyType.ED25519, KeyType.ED448, KeyType.RSA2048)
ROLES: tuple[Side, ...] = ("client", "server")
SSL_CTRL_SET_GROUPS_LIST = 92
THEFT = {name for name, scenario in catalogue.items() if not scenario.client.holds_key}


def openssl_can_play(scenario: Scenario) -> tuple[Side, ...]:
    """The roles that a stock OpenSSL can take in a scenario."""
    stock = scenario.client.holds_key and unplayable_client(scenario) is None
    return ROLES if stock else ("server",)


def by_turns_of(roles: tuple[Side, ...], turn: int) -> tuple[Side, ...]:
    """All of the roles where everything is played, else the one whose turn it is."""
    return roles if EVERYTHING else (roles[turn % len(roles)],)


PARTS = [(name, role) for name in NAMES for role in openssl_can_play(catalogue[name])]
# Where not everything is played, each type of key has the good handshake, and one type has the stories.
PARTS_AND_KEYS = [
    (name, role, key)
    for name, role in PARTS
    for key in KEY_TYPES
    if EVERYTHING or name == "valid-certificate" or key is KeyType.P256
]
# Of those, each change is played in one version, its roles by turns; test_check.py has the other version.
PARTS_OF_CHANGES = [
    (name, tls, role)
    for place, name in enumerate(CHANGES)
    for tls in TLS_VERSIONS
    for role in by_turns_of(openssl_can_play(varied(CHANGES[name])), place // 2)
    if EVERYTHING or tls == TLS_VERSIONS[(place + 1) % 2]
]

TLS12_SUITES = [
    ("P-256", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("P-256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("P-256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ("RSA-2048", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("RSA-2048", "ECDHE-RSA-AES256-GCM-SHA384"),
    ("RSA-2048", "ECDHE-RSA-CHACHA20-POLY1305"),
]


def with_keys(scenario: Scenario, key: KeyType) -> Scenario:
    """The scenario with every key of one type, the CAs' included, and hashes that go with it."""
    changes: dict[str, object] = {f"certificates.{name}.key": key for name in scenario.certificates}
    if key in (KeyType.ED25519, KeyType.ED448):
        changes |= {f"certificates.{name}.signature_hash": None for name in scenario.certificates}
    return scenario.but(changes)


@cache
def by_openssl(name: str, tls: TlsVersion, key: KeyType) -> Played:
    """A built-in scenario as OpenSSL plays it, with keys of one type."""
    return play(with_keys(catalogue[name], key), tls)


def groups(names: str) -> Callable[[ssl.SSLContext], None]:
    """Let an OpenSSL context prefer these groups; Python's own setter knows a single one."""

    def adjust(context: ssl.SSLContext) -> None:
        text = ctypes.create_string_buffer(names.encode())
        set_to = openssl_library().SSL_CTX_ctrl(
            context_pointer(context), SSL_CTRL_SET_GROUPS_LIST, 0, ctypes.addressof(text)
        )
        assert set_to == 1

    return adjust


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize(("name", "role", "key"), PARTS_AND_KEYS)
def test_catalogue_version_and_key_type(name: str, tls: TlsVersion, key: KeyType, role: Side) -> None:
    """With our actor in OpenSSL's place the other side sees no difference: data both ways, or that alert."""
    expected = by_openssl(name, tls, key)
    actual = mixed(with_keys(catalogue[name], key), tls, role)
    assert expected == replace(actual, mode=expected.mode)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("holder", ["alice", "server"])
@pytest.mark.parametrize("key", [KeyType.P521, KeyType.ED448], ids=lambda key: key.value)
def test_one_key_of_another_type(key: KeyType, holder: str, tls: TlsVersion) -> None:
    """One leaf with a key of a further type among usual ones: both sides name what it alone needs."""
    scenario = catalogue["valid-certificate"].but({f"certificates.{holder}.key": key})
    expected = play(scenario, tls)
    assert expected.alert is None
    for role in ROLES:
        assert expected == replace(mixed(scenario, tls, role), mode=expected.mode)


@pytest.mark.parametrize("key", KEY_TYPES, ids=lambda key: key.value)
@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("name", sorted(THEFT))
def test_openssl_sees_through_a_thief(name: str, tls: TlsVersion, key: KeyType) -> None:
    """OpenSSL refuses our client's proof with a key that is not the certificate's, whatever its type."""
    played = mixed(with_keys(catalogue[name], key), tls, "server")
    alert = played.alert
    assert alert is not None
    assert (
        alert.name,
        alert.sender,
        played.decided_after,
    ) == ("decrypt_error", "server", "CertificateVerify")


@pytest.mark.parametrize(("name", "tls", "role"), PARTS_OF_CHANGES)
def test_variations(name: str, tls: TlsVersion, role: Side) -> None:
    """The same holds for scenarios that the catalogue does not have."""
    scenario = varied(CHANGES[name])
    expected = play(scenario, tls)
    assert expected == replace(mixed(scenario, tls, role), mode=expected.mode)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("key", KEY_TYPES, ids=lambda key: key.value)
def test_both_lines_arrive(key: KeyType, tls: TlsVersion) -> None:
    """A good handshake ends with a line of data each way, whoever plays which side."""
    for role in ROLES:
        played = mixed(with_keys(Scenario(), key), tls, role)
        assert played.server.data == "HELLO telnet.example.com\r\n"
        assert played.client.data.startswith("WELCOME alice (CN=alice;")


@pytest.mark.parametrize(
    ("role", "preferred"), [("server", "P-256"), ("client", "P-521:P-256")], ids=["by OpenSSL", "by us"]
)
def test_hello_retry_request(role: Side, preferred: str) -> None:
    """A key share in a group that the server does not take is asked for again, and it goes on from there."""
    played = mixed(Scenario(), "1.3", role, adjust=groups(preferred))
    opening = [(one.sender, one.name) for one in played.messages[:4]]
    expected = [
        ("client", "ClientHello"),
        ("server", "HelloRetryRequest"),
        ("client", "ClientHello"),
        ("server", "ServerHello"),
    ]
    assert (expected, "ok", "ok") == (opening, played.client.handshake, played.server.handshake)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("role", ROLES)
def test_no_common_group(role: Side, tls: TlsVersion) -> None:
    """Without a common group the server answers the ClientHello with handshake_failure."""
    played = mixed(Scenario(), tls, role, adjust=groups("P-521"))
    alert = played.alert
    assert alert is not None
    assert (alert.name, alert.sender, played.decided_after) == ("handshake_failure", "server", "ClientHello")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("key", "suite"), TLS12_SUITES)
def test_cipher_suites_of_tls12(key: str, suite: str, role: Side) -> None:
    """Every TLS 1.2 cipher suite that OpenSSL is limited to carries data both ways."""
    scenario = with_keys(Scenario(), KeyType(key))
    played = mixed(scenario, "1.2", role, adjust=lambda context: context.set_ciphers(suite))
    assert [bool(played.client.data), bool(played.server.data)] == [True, True]


def test_openssl_cannot_play_a_thief() -> None:
    """Asked to play a side whose key it refuses to load, the oracle says whose fault it is and what to do."""
    with pytest.raises(NotPlayableError, match=r"cannot play the client.*key values mismatch.*other side"):
        mixed(catalogue["stolen-certificate"], "1.3", "client")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client.corrupts_proof": True}, "signs what it should"),
        ({"client.also_holds": ["server"]}, "one certificate for each kind"),
        ({"client.obeys_ca_list": True, "server.ca_list": ["server-ca"]}, "ignores the server"),
        ({"client.profile": "rfc5280", "server.ca_list": ["server-ca"]}, "ignores the server"),
        ({"client.key_shares": 2}, "one key share"),
    ],
)
def test_openssl_cannot_play_other_habits(changes: dict[str, object], says: str) -> None:
    """Asked to play a client that behaves as no stock OpenSSL does, the oracle says how that one behaves."""
    with pytest.raises(NotPlayableError, match=says):
        mixed(Scenario().but(changes), "1.3", "client")
