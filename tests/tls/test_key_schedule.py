"""Key schedules, transcript and key exchange, against published values and other implementations."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from simulator.entropy import SeededEntropy
from simulator.errors import SimulatorError
from simulator.tls.crypto.key_exchange import P256_ORDER, SECP256R1, SECP384R1, X25519, generate_key_share
from simulator.tls.crypto.key_schedule_12 import (
    extended_master_secret,
    key_block,
    master_secret,
    prf,
    verify_data,
)
from simulator.tls.crypto.key_schedule_13 import KeySchedule13, hkdf_expand_label, traffic_keys
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation
from simulator.tls.wire.registry import CIPHER_SUITES
from simulator.tls.wire.transcript import Transcript

# RFC 8448 section 3, typed from the RFC, so that this holds without the shared vectors.
CLIENT_PRIVATE = "49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005"
SERVER_PRIVATE = "b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e"
CLIENT_PUBLIC = "99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c"
SERVER_PUBLIC = "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"
SHARED_SECRET = "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"
HELLO_HASH = "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8"
SERVER_FINISHED_HASH = "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13"
BEFORE_SERVER_FINISHED = "edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed"
FACTS_13 = {
    "early_secret": "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a",
    "handshake_secret": "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac",
    "client_handshake_traffic_secret": "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
    "server_handshake_traffic_secret": "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
    "master_secret": "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919",
    "client_application_traffic_secret": "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
    "server_application_traffic_secret": "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
    "exporter_master_secret": "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50",
}


def given_entropy(material: bytes):  # an Entropy that always gives these bytes
    """An entropy that gives the same bytes whatever is asked."""

    def entropy(label: str, length: int) -> bytes:
        return material

    return entropy


def test_tls13_secrets_of_rfc8448() -> None:
    """From two private keys and two transcript hashes follow all the secrets that RFC 8448 prints."""
    client = generate_key_share(X25519, given_entropy(bytes.fromhex(CLIENT_PRIVATE)), "client")
    server = generate_key_share(X25519, given_entropy(bytes.fromhex(SERVER_PRIVATE)), "server")
    assert (client.public.hex(), server.public.hex()) == (CLIENT_PUBLIC, SERVER_PUBLIC)
    assert client.agree(server.public).hex() == server.agree(client.public).hex() == SHARED_SECRET
    schedule = KeySchedule13("sha256")
    schedule.handshake(bytes.fromhex(SHARED_SECRET), bytes.fromhex(HELLO_HASH))
    schedule.master(bytes.fromhex(SERVER_FINISHED_HASH))
    assert {name: getattr(schedule, name).hex() for name in FACTS_13} == FACTS_13
    key, iv = traffic_keys(schedule.server_handshake_traffic_secret, CIPHER_SUITES[0x1301])
    assert (key.hex(), iv.hex()) == ("3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30")
    mac = schedule.finished_mac(
        schedule.server_handshake_traffic_secret, bytes.fromhex(BEFORE_SERVER_FINISHED)
    )
    assert mac.hex() == "9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718"


@given(
    st.sampled_from(["sha256", "sha384"]),
    st.binary(min_size=32, max_size=48),
    st.sampled_from(["key", "iv", "finished", "c hs traffic", "traffic upd"]),
    st.binary(max_size=48),
    st.integers(1, 200),
)
def test_expand_label_is_hkdf_expand(
    hash_name: str, secret: bytes, label: str, context: bytes, length: int
) -> None:
    """HKDF-Expand-Label equals the library's HKDF-Expand over the HkdfLabel, for any length."""
    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[hash_name]
    full = b"tls13 " + label.encode()
    info = length.to_bytes(2) + bytes((len(full),)) + full + bytes((len(context),)) + context
    expected = HKDFExpand(algorithm, length, info).derive(secret)
    assert hkdf_expand_label(hash_name, secret, label, context, length) == expected


def test_key_update_changes_the_secret() -> None:
    """A KeyUpdate derives another secret of the same length, always the same one."""
    schedule = KeySchedule13("sha384")
    updated = schedule.next_traffic_secret(bytes(48))
    assert updated == hkdf_expand_label("sha384", bytes(48), "traffic upd", b"", 48)
    assert len(updated) == 48


# Widely used test vectors of the TLS 1.2 PRF (published on the IETF TLS list, 2009).
PRF_VECTORS = [
    (
        "sha256",
        "9bbe436ba940f017b17652849a71db35",
        "a0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"
        "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab"
        "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
        "87347b66",
    ),
    (
        "sha384",
        "b80b733d6ceefcdc71566ea48e5567df",
        "cd665cf6a8447dd6ff8b27555edb7465",
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd"
        "e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd"
        "8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
        "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6"
        "91c8f3a26854308d5eaa3be85e0990703d73e56f",
    ),
]


@pytest.mark.parametrize(("hash_name", "secret", "seed", "output"), PRF_VECTORS)
def test_tls12_prf_vectors(hash_name: str, secret: str, seed: str, output: str) -> None:
    """The PRF gives the published output for the published secret, label and seed."""
    expected = bytes.fromhex(output)
    got = prf(hash_name, bytes.fromhex(secret), b"test label", bytes.fromhex(seed), len(expected))
    assert got == expected


def test_tls12_derivations_use_the_prf_as_the_rfc_says() -> None:
    """Master secrets, verify_data and key block are the PRF with the RFC's labels and order of randoms."""
    client, server, secret = bytes(32), bytes([1] * 32), b"premaster"
    master = prf("sha384", secret, b"master secret", client + server, 48)
    assert master_secret("sha384", secret, client, server) == master
    assert extended_master_secret("sha384", secret, b"h") == prf(
        "sha384", secret, b"extended master secret", b"h", 48
    )
    assert verify_data("sha384", master, "client", b"h") == prf(
        "sha384", master, b"client finished", b"h", 12
    )
    block = key_block(CIPHER_SUITES[0xC030], master, client, server)
    stream = prf("sha384", master, b"key expansion", server + client, 72)
    assert (
        block.client_write_key + block.server_write_key + block.client_write_iv + block.server_write_iv
        == stream
    )
    assert [len(block.client_write_key), len(block.client_write_iv)] == [32, 4]


def test_transcript_hash_can_be_chosen_late() -> None:
    """Messages added before the hash is chosen count; before that there is no digest."""
    transcript = Transcript()
    transcript.add(b"one")
    with pytest.raises(SimulatorError):
        transcript.digest()
    transcript.choose_hash("sha384")
    transcript.add(b"two")
    assert transcript.digest() == hashlib.sha384(b"onetwo").digest()
    assert transcript.messages == b"onetwo"


def test_transcript_of_a_hello_retry_request() -> None:
    """The first ClientHello is replaced by a message_hash message with its hash (RFC 8446 section 4.4.1)."""
    transcript = Transcript()
    transcript.add(b"hello")
    transcript.choose_hash("sha256")
    transcript.replace_first_hello()
    transcript.add(b"retry")
    expected = b"\xfe\x00\x00\x20" + hashlib.sha256(b"hello").digest() + b"retry"
    assert transcript.messages == expected
    assert transcript.digest() == hashlib.sha256(expected).digest()


@pytest.mark.parametrize("group", [X25519, SECP256R1, SECP384R1])
def test_key_shares_are_repeatable_and_agree(group: int) -> None:
    """The same entropy gives the same key, another owner another key, and two owners agree on one secret."""
    client = generate_key_share(group, SeededEntropy("seed"), "client")
    again = generate_key_share(group, SeededEntropy("seed"), "client")
    server = generate_key_share(group, SeededEntropy("seed"), "server")
    assert client.public == again.public != server.public
    assert client.agree(server.public) == server.agree(client.public)
    assert len(client.agree(server.public)) == {X25519: 32, SECP256R1: 32, SECP384R1: 48}[group]


@pytest.mark.parametrize("material", [bytes(48), (P256_ORDER - 1).to_bytes(48), b"\xff" * 48])
def test_any_material_is_a_p256_key(material: bytes) -> None:
    """The smallest, the wrapping and the largest material all give a private key in range."""
    key = generate_key_share(SECP256R1, given_entropy(material), "client").private_key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    expected = int.from_bytes(material) % (P256_ORDER - 1) + 1
    assert key.private_numbers().private_value == expected


BAD_PUBLICS = [
    (X25519, bytes(32)),  # gives zero
    (X25519, b"\x01" + bytes(31)),  # of small order
    (X25519, bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),  # the same
    (X25519, bytes(31)),
    (X25519, bytes(33)),
    (X25519, b""),
    (SECP256R1, b""),
    (SECP256R1, b"\x00"),  # the point at infinity
    (SECP256R1, b"\x04" + bytes(64)),  # not on the curve
    (SECP256R1, b"\x04" + b"\xff" * 64),  # coordinates beyond the field
    (SECP256R1, b"\x04" + bytes(63)),
    # the base point, compressed: no longer allowed
    (SECP256R1, bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")),
    (SECP256R1, b"\x06" + bytes(64)),  # hybrid
]


@pytest.mark.parametrize(("group", "public"), BAD_PUBLICS)
def test_bad_public_keys_are_illegal_parameters(group: int, public: bytes) -> None:
    """A key of another form, off the curve, or of small order is answered with illegal_parameter."""
    share = generate_key_share(group, SeededEntropy("seed"), "client")
    with pytest.raises(ProtocolViolation) as raised:
        share.agree(public)
    assert raised.value.alert is AlertDescription.ILLEGAL_PARAMETER


def test_an_unknown_group_is_misuse() -> None:
    """A group that this implementation does not speak is refused by name."""
    with pytest.raises(SimulatorError, match="x448"):
        generate_key_share(0x001E, SeededEntropy("seed"), "client")
