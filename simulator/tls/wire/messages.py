"""The handshake messages of TLS 1.3 and TLS 1.2, each declared once, by the RFC's names.

A message is a frozen value. ``message.encode()`` gives its body, :func:`encode_handshake` the body behind
the four bytes of type and length, :func:`decode_handshake` the message that some bytes are. Where the two
versions write a message differently there is one class for each. What a peer sent is kept byte for byte:
unknown extensions, suites and groups included.

Source: RFC 8446 section 4, RFC 5246 section 7.4, RFC 8422 section 5, RFC 5077 section 3.3.
"""

# No ``from __future__ import annotations``: annotations are declarations here, read as classes are made.
from collections.abc import Callable
from enum import IntEnum
from typing import Annotated, ClassVar, TypeVar

from simulator.tls.wire.alerts import decode_error, protocol_version, unexpected_message
from simulator.tls.wire.codec import Structure, decode_whole, structure
from simulator.tls.wire.extension_forms import SCHEMES_OF_TLS12
from simulator.tls.wire.extensions import Extension, ExtensionBlock, ExtensionPlace
from simulator.tls.wire.kinds import Fixed, Opaque, Rest, Uint, Vector
from simulator.tls.wire.registry import (
    certificate_type_name,
    cipher_suite_name,
    group_name,
    signature_scheme_name,
    version_name,
)
from simulator.tls.wire.version import Version

V12, V13 = Version.TLS12, Version.TLS13
SSL3 = 0x0300
HEADER_LENGTH = 4  # msg_type and a length of three bytes

# SHA-256 of "HelloRetryRequest": the random that makes a ServerHello one (RFC 8446 section 4.1.3).
HELLO_RETRY_REQUEST_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


class HandshakeType(IntEnum):
    """Handshake message types; ``MESSAGE_HASH`` stands only in transcripts (RFC 8446 section 4.4.1)."""

    HELLO_REQUEST = 0
    CLIENT_HELLO = 1
    SERVER_HELLO = 2
    NEW_SESSION_TICKET = 4
    END_OF_EARLY_DATA = 5
    ENCRYPTED_EXTENSIONS = 8
    CERTIFICATE = 11
    SERVER_KEY_EXCHANGE = 12
    CERTIFICATE_REQUEST = 13
    SERVER_HELLO_DONE = 14
    CERTIFICATE_VERIFY = 15
    CLIENT_KEY_EXCHANGE = 16
    FINISHED = 20
    CERTIFICATE_STATUS = 22
    KEY_UPDATE = 24
    COMPRESSED_CERTIFICATE = 25
    MESSAGE_HASH = 254


# The names of the messages as the RFCs spell them: ``ClientHello``.
MESSAGE_NAMES = {int(kind): kind.name.title().replace("_", "") for kind in HandshakeType}


class Message(Structure, frozen=True):
    """Base of every handshake message."""

    TYPE: ClassVar[HandshakeType]


MESSAGES: dict[Version, dict[int, type[Message]]] = {V12: {}, V13: {}}
M = TypeVar("M", bound=Message)


def handshake_message(kind: HandshakeType, *versions: Version) -> Callable[[type[M]], type[M]]:
    """Make a declared class the message of a type in some versions."""

    def declare(cls: type[M]) -> type[M]:
        cls.TYPE = kind
        for version in versions:
            MESSAGES[version][kind] = cls
        return structure(cls)

    return declare


def random_name(value: bytes) -> str:
    """The meaning of a ServerHello's random, or empty."""
    return "the fixed value that means HelloRetryRequest" if value == HELLO_RETRY_REQUEST_RANDOM else ""


def compression_name(code: int) -> str:
    """The name of a CompressionMethod; only 0 is still allowed."""
    return "no compression" if code == 0 else f"compression {code}"


def key_update_name(code: int) -> str:
    """The name of a KeyUpdateRequest."""
    return "update_requested" if code else "update_not_requested"


@handshake_message(HandshakeType.CLIENT_HELLO, V12, V13)
class ClientHello(Message, frozen=True):
    """The client's opening: what it can do, and in TLS 1.3 its half of the key exchange."""

    legacy_version: Annotated[
        int, Uint(2, version_name), "TLS 1.3 is offered in supported_versions, not here"
    ]
    random: Annotated[bytes, Fixed(32), "the client's 32 random bytes"]
    legacy_session_id: Annotated[bytes, Opaque(1, 0, 32), "TLS 1.3 uses it only to look like TLS 1.2"]
    cipher_suites: Annotated[
        tuple[int, ...], Vector(2, Uint(2, cipher_suite_name), 2, 65534, "CipherSuite"), "best first"
    ]
    legacy_compression_methods: Annotated[bytes, Opaque(1, 1, 255), "a single 0: no compression"]
    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.CH, may_be_left_out=True)]


@handshake_message(HandshakeType.SERVER_HELLO, V12, V13)
class ServerHello(Message, frozen=True):
    """The server's choices. With one fixed random it is a HelloRetryRequest: try again, with this group."""

    legacy_version: Annotated[int, Uint(2, version_name), "TLS 1.3 is chosen in supported_versions, not here"]
    random: Annotated[bytes, Fixed(32, random_name), "the server's 32 random bytes"]
    legacy_session_id_echo: Annotated[bytes, Opaque(1, 0, 32), "TLS 1.3: what the client sent"]
    cipher_suite: Annotated[int, Uint(2, cipher_suite_name)]
    legacy_compression_method: Annotated[int, Uint(1, compression_name)]
    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.SH, may_be_left_out=True)]

    @property
    def is_hello_retry_request(self) -> bool:
        """The random is the one that stands for HelloRetryRequest."""
        return self.random == HELLO_RETRY_REQUEST_RANDOM


def check_not_sslv3(legacy_version: int) -> None:
    """Refuse a hello with the legacy_version of SSL 3.0, whatever its extensions say (RFC 8446 section D.5).

    Raises:
        ProtocolViolation: ``protocol_version``.
    """
    if legacy_version <= SSL3:
        got = f"0x{legacy_version:04x}"
        raise protocol_version("The hello is one of SSL 3.0 or older.", got=got, expected="0x0303")


@handshake_message(HandshakeType.ENCRYPTED_EXTENSIONS, V13)
class EncryptedExtensions(Message, frozen=True):
    """TLS 1.3: the server's answers to extensions that need not be in the clear."""

    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.EE)]


@handshake_message(HandshakeType.CERTIFICATE_REQUEST, V13)
class CertificateRequest13(Message, frozen=True):
    """TLS 1.3: the server asks the client for a certificate."""

    certificate_request_context: Annotated[
        bytes, Opaque(1, 0, 255), "names the request; empty during the handshake"
    ]
    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.CR, least=2)]


@handshake_message(HandshakeType.CERTIFICATE_REQUEST, V12)
class CertificateRequest12(Message, frozen=True):
    """TLS 1.2: the server asks the client for a certificate."""

    certificate_types: Annotated[
        tuple[int, ...], Vector(1, Uint(1, certificate_type_name), 1, 255, "ClientCertificateType")
    ]
    supported_signature_algorithms: Annotated[tuple[int, ...], SCHEMES_OF_TLS12, "what the server can verify"]
    certificate_authorities: Annotated[
        tuple[bytes, ...],
        Vector(2, Opaque(2, 1, 65535), 0, 65535, "DistinguishedName"),
        "authorities the server trusts, as a hint",
    ]


@structure
class CertificateEntry(Structure, frozen=True):
    """One certificate of a TLS 1.3 chain, with what belongs to it."""

    cert_data: Annotated[bytes, Opaque(3, 1, 2**24 - 1), "a certificate in DER"]
    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.CT)]


@handshake_message(HandshakeType.CERTIFICATE, V13)
class Certificate13(Message, frozen=True):
    """TLS 1.3: a side's certificate chain, its own first. A client without one sends an empty list."""

    certificate_request_context: Annotated[bytes, Opaque(1, 0, 255), "which request this answers"]
    certificate_list: Annotated[
        tuple[CertificateEntry, ...],
        Vector(3, CertificateEntry.KIND, 0, 2**24 - 1, "CertificateEntry"),
        "the sender's own certificate first",
    ]

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates, DER, the sender's own first."""
        return tuple(entry.cert_data for entry in self.certificate_list)


@handshake_message(HandshakeType.CERTIFICATE, V12)
class Certificate12(Message, frozen=True):
    """TLS 1.2: a side's certificate chain, its own first. A client without one sends an empty list."""

    certificate_list: Annotated[
        tuple[bytes, ...],
        Vector(3, Opaque(3, 1, 2**24 - 1), 0, 2**24 - 1, "ASN.1Cert"),
        "the sender's own certificate first",
    ]

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates, DER, the sender's own first."""
        return self.certificate_list


@handshake_message(HandshakeType.CERTIFICATE_VERIFY, V12, V13)
class CertificateVerify(Message, frozen=True):
    """The proof of possession: a signature over the handshake so far, made with the certificate's key."""

    algorithm: Annotated[int, Uint(2, signature_scheme_name)]
    signature: Annotated[bytes, Opaque(2, 0, 65535), "over the handshake so far"]


@handshake_message(HandshakeType.SERVER_KEY_EXCHANGE, V12)
class ServerKeyExchange(Message, frozen=True):
    """TLS 1.2: the server's half of the key exchange, signed with its certificate's key (RFC 8422 5.4)."""

    curve_type: Annotated[int, Uint(1, allowed=frozenset({3})), "named_curve"]
    named_curve: Annotated[int, Uint(2, group_name)]
    public: Annotated[bytes, Opaque(1, 1, 255), "the server's ephemeral public key"]
    algorithm: Annotated[int, Uint(2, signature_scheme_name)]
    signature: Annotated[bytes, Opaque(2, 0, 65535), "over both randoms and the fields before"]

    @property
    def params(self) -> bytes:
        """The ServerECDHParams, which the signature covers behind the two randoms."""
        return server_ecdh_params(self.named_curve, self.public)


@handshake_message(HandshakeType.CLIENT_KEY_EXCHANGE, V12)
class ClientKeyExchange(Message, frozen=True):
    """TLS 1.2: the client's half of the key exchange (RFC 8422 section 5.7)."""

    public: Annotated[bytes, Opaque(1, 1, 255), "the client's ephemeral public key"]


@handshake_message(HandshakeType.SERVER_HELLO_DONE, V12)
class ServerHelloDone(Message, frozen=True):
    """TLS 1.2: the end of the server's flight."""


@handshake_message(HandshakeType.HELLO_REQUEST, V12)
class HelloRequest(Message, frozen=True):
    """TLS 1.2: the server asks for a new handshake."""


@handshake_message(HandshakeType.FINISHED, V12, V13)
class Finished(Message, frozen=True):
    """The end of a side's handshake: a MAC over all messages so far, under the agreed keys."""

    verify_data: Annotated[bytes, Rest(12, 64), "a MAC over the whole handshake so far"]


@handshake_message(HandshakeType.NEW_SESSION_TICKET, V13)
class NewSessionTicket13(Message, frozen=True):
    """TLS 1.3: a ticket to resume the session with, sent after the client's Finished."""

    ticket_lifetime: Annotated[int, Uint(4), "seconds"]
    ticket_age_add: Annotated[int, Uint(4), "hides the ticket's age when it is used"]
    ticket_nonce: Annotated[bytes, Opaque(1, 0, 255)]
    ticket: Annotated[bytes, Opaque(2, 1, 65535), "opaque to the client"]
    extensions: Annotated[tuple[Extension, ...], ExtensionBlock(ExtensionPlace.NST)]


@handshake_message(HandshakeType.NEW_SESSION_TICKET, V12)
class NewSessionTicket12(Message, frozen=True):
    """TLS 1.2: a ticket to resume the session with (RFC 5077 section 3.3)."""

    ticket_lifetime_hint: Annotated[int, Uint(4), "seconds"]
    ticket: Annotated[bytes, Opaque(2, 0, 65535), "opaque to the client"]


@handshake_message(HandshakeType.KEY_UPDATE, V13)
class KeyUpdate(Message, frozen=True):
    """TLS 1.3: the sender's next record is under new keys."""

    request_update: Annotated[int, Uint(1, key_update_name, allowed=frozenset({0, 1}))]


def server_ecdh_params(named_curve: int, public: bytes) -> bytes:
    """The ServerECDHParams of a TLS 1.2 ServerKeyExchange: curve_type, named_curve, public (RFC 8422 5.4)."""
    return b"\x03" + named_curve.to_bytes(2) + len(public).to_bytes(1) + public


def encode_handshake(message: Message) -> bytes:
    """A message with its handshake header: type, three bytes of length, body.

    Raises:
        SimulatorError: a value does not fit its field.
    """
    body = message.KIND.write(message)
    return bytes((message.TYPE,)) + len(body).to_bytes(3) + body


def message_class(type_code: int, version: Version) -> type[Message] | None:
    """The class of a message type in a version, or None if the version has no such message."""
    return MESSAGES[version].get(type_code)


def decode_handshake(raw: bytes, version: Version) -> Message:
    """The message that these bytes are.

    Args:
        raw: one whole message with its header.
        version: whose form it has; ClientHello and ServerHello have the same in both.

    Raises:
        ProtocolViolation: ``decode_error`` for malformed bytes, ``unexpected_message`` for a type that the
            version does not have, ``illegal_parameter`` for a value that is not allowed.
    """
    if len(raw) < HEADER_LENGTH or int.from_bytes(raw[1:HEADER_LENGTH]) != len(raw) - HEADER_LENGTH:
        raise decode_error(
            "A handshake message does not have the length it says.",
            got=f"{len(raw)} bytes",
            expected=f"{HEADER_LENGTH} bytes of header and what they announce",
        )
    found = message_class(raw[0], version)
    if found is None:
        raise unexpected_message(f"TLS {version.value} has no such handshake message.", got=message_name(raw))
    message: Message = decode_whole(found.KIND, raw[HEADER_LENGTH:], found.__name__)
    return message


def message_name(raw: bytes) -> str:
    """The RFC's name of a handshake message, HelloRetryRequest by that name.

    Args:
        raw: the message with its header; only the type and a ServerHello's random are looked at.
    """
    if not raw:
        return "empty message"
    if raw[6:38] == HELLO_RETRY_REQUEST_RANDOM and raw[0] == HandshakeType.SERVER_HELLO:
        return "HelloRetryRequest"
    return MESSAGE_NAMES.get(raw[0]) or f"unknown message ({raw[0]})"
