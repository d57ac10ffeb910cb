"""The form of every extension this implementation can read, declared once.

Each :class:`~simulator.tls.wire.extensions.ExtensionForm` builds an extension from a value and reads the
value back from a message's extensions. Extensions that are not listed keep their bytes and are not
looked into.
"""

# No ``from __future__ import annotations``: annotations are declarations here, read as classes are made.
from typing import Annotated

from simulator.errors import SimulatorError
from simulator.tls.wire.codec import Structure, structure
from simulator.tls.wire.extensions import Extension, ExtensionForm, ExtensionPlace, ExtensionType
from simulator.tls.wire.kinds import Opaque, Rest, Uint, Vector
from simulator.tls.wire.registry import group_name, signature_scheme_name, version_name

CH, SH, HRR, EE, CT, CR, NST = ExtensionPlace
EMPTY, ANY_BYTES = Rest(0, 0), Rest(0, 65535)
Form, Type = ExtensionForm, ExtensionType  # short names, so that most forms below take one line or three


def text_of(value: bytes) -> str:
    """Bytes of a name as text that can be printed anywhere."""
    return value.decode("ascii", "backslashreplace")


def point_format_name(code: int) -> str:
    """The name of an ECPointFormat (RFC 8422 section 5.1.2)."""
    return {0: "uncompressed"}.get(code, f"point format {code}")


def psk_mode_name(code: int) -> str:
    """The name of a PskKeyExchangeMode (RFC 8446 section 4.2.9)."""
    return {0: "psk_ke", 1: "psk_dhe_ke"}.get(code, f"mode {code}")


def name_type_name(code: int) -> str:
    """The name of a NameType (RFC 6066 section 3)."""
    return {0: "host_name"}.get(code, f"name type {code}")


def status_type_name(code: int) -> str:
    """The name of a CertificateStatusType (RFC 6066 section 8)."""
    return {1: "ocsp"}.get(code, f"status type {code}")


def fragment_length_name(code: int) -> str:
    """The number of bytes that a MaxFragmentLength stands for (RFC 6066 section 4)."""
    return f"{2 ** (8 + code)} bytes" if 1 <= code <= 4 else f"reserved ({code})"


@structure
class ServerName(Structure, frozen=True):
    """One name of server_name (RFC 6066 section 3)."""

    name_type: Annotated[int, Uint(1, name_type_name)]
    host_name: Annotated[bytes, Opaque(2, 1, 65535, text_of), "the host the client wants to reach"]


@structure
class KeyShareEntry(Structure, frozen=True):
    """A public key for one group (RFC 8446 section 4.2.8)."""

    group: Annotated[int, Uint(2, group_name)]
    key_exchange: Annotated[bytes, Opaque(2, 1, 65535), "the ephemeral public key"]


@structure
class StatusRequest(Structure, frozen=True):
    """A client's request for OCSP stapling (RFC 6066 section 8)."""

    status_type: Annotated[int, Uint(1, status_type_name)]
    responder_id_list: Annotated[bytes, Opaque(2, 0, 65535), "responders the client trusts"]
    request_extensions: Annotated[bytes, Opaque(2, 0, 65535)]


@structure
class OcspResponse(Structure, frozen=True):
    """A stapled OCSP answer (RFC 6066 section 8)."""

    status_type: Annotated[int, Uint(1, status_type_name)]
    response: Annotated[bytes, Opaque(3, 1, 2**24 - 1), "a DER OCSPResponse"]


@structure
class PskIdentity(Structure, frozen=True):
    """A ticket the client offers to resume with (RFC 8446 section 4.2.11)."""

    identity: Annotated[bytes, Opaque(2, 1, 65535), "the ticket"]
    obfuscated_ticket_age: Annotated[int, Uint(4)]


@structure
class OfferedPsks(Structure, frozen=True):
    """The tickets a client offers, and its proofs that it holds their keys (RFC 8446 section 4.2.11)."""

    identities: Annotated[tuple[PskIdentity, ...], Vector(2, PskIdentity.KIND, 7, 65535, "PskIdentity")]
    binders: Annotated[tuple[bytes, ...], Vector(2, Opaque(1, 32, 255), 33, 65535, "PskBinderEntry")]


@structure
class OidFilter(Structure, frozen=True):
    """A certificate extension a server wants to see (RFC 8446 section 4.2.5)."""

    certificate_extension_oid: Annotated[bytes, Opaque(1, 1, 255)]
    certificate_extension_values: Annotated[bytes, Opaque(2, 0, 65535)]


# Lists, whose bounds are bytes.
SCHEMES = Vector(2, Uint(2, signature_scheme_name), 2, 65534, "SignatureScheme")
# The same two octets by the name and the meaning of TLS 1.2 (RFC 5246 section 7.4.1.4.1).
SCHEMES_OF_TLS12 = Vector(2, Uint(2, signature_scheme_name), 2, 65534, "SignatureAndHashAlgorithm")
KEY_SHARES = Vector(2, KeyShareEntry.KIND, 0, 65535, "KeyShareEntry")
NAMED_GROUPS = Vector(2, Uint(2, group_name), 2, 65534, "NamedGroup")
SERVER_NAMES = Vector(2, ServerName.KIND, 1, 65535, "ServerName")
POINT_FORMATS = Vector(1, Uint(1, point_format_name), 1, 255, "ECPointFormat")
PROTOCOLS = Vector(2, Opaque(1, 1, 255, text_of), 2, 65535, "ProtocolName")
ALGORITHMS = Vector(1, Uint(2), 2, 254, "algorithm")
VERSIONS = Vector(1, Uint(2, version_name), 2, 254, "ProtocolVersion")
MODES = Vector(1, Uint(1, psk_mode_name), 1, 255, "PskKeyExchangeMode")
AUTHORITIES = Vector(2, Opaque(2, 1, 65535), 3, 65535, "DistinguishedName")
FILTERS = Vector(2, OidFilter.KIND, 0, 65535, "OIDFilter")

SERVER_NAME = Form(
    Type.SERVER_NAME, SERVER_NAMES, "the name of the host, readable by everybody on the way", CH
)
SERVER_NAME_USED = Form(Type.SERVER_NAME, EMPTY, "the server used the name to choose its certificate", SH, EE)
MAX_FRAGMENT_LENGTH = Form(
    Type.MAX_FRAGMENT_LENGTH, Uint(1, fragment_length_name), "a smaller limit on record sizes", CH, SH, EE
)
STATUS_REQUEST = Form(Type.STATUS_REQUEST, StatusRequest.KIND, "asks for a stapled OCSP answer", CH, CR)
STATUS_REQUEST_USED = Form(Type.STATUS_REQUEST, EMPTY, "a stapled OCSP answer will follow", SH, CR)
CERTIFICATE_STATUS = Form(Type.STATUS_REQUEST, OcspResponse.KIND, "the stapled OCSP answer", CT)
SUPPORTED_GROUPS = Form(
    Type.SUPPORTED_GROUPS, NAMED_GROUPS, "the groups for the key exchange, best first", CH, EE
)
EC_POINT_FORMATS = Form(
    Type.EC_POINT_FORMATS, POINT_FORMATS, "how points on curves are written (TLS 1.2)", CH, SH
)
SIGNATURE_ALGORITHMS = Form(
    Type.SIGNATURE_ALGORITHMS, SCHEMES, "the signatures this side can verify, best first", CH, CR
)
SIGNATURE_ALGORITHMS_CERT = Form(
    Type.SIGNATURE_ALGORITHMS_CERT, SCHEMES, "the signatures this side can verify in certificates", CH, CR
)
APPLICATION_LAYER_PROTOCOL_NEGOTIATION = Form(
    Type.APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
    PROTOCOLS,
    "which application protocol runs inside (RFC 7301)",
    CH,
    SH,
    EE,
)
SIGNED_CERTIFICATE_TIMESTAMP = Form(
    Type.SIGNED_CERTIFICATE_TIMESTAMP, EMPTY, "asks for Certificate Transparency proofs", CH, CR
)
PADDING = Form(Type.PADDING, ANY_BYTES, "bytes of no meaning, for length (RFC 7685)", CH)
ENCRYPT_THEN_MAC = Form(Type.ENCRYPT_THEN_MAC, EMPTY, "for the CBC suites of TLS 1.2 (RFC 7366)", CH, SH)
EXTENDED_MASTER_SECRET = Form(
    Type.EXTENDED_MASTER_SECRET, EMPTY, "binds the master secret to the whole handshake (RFC 7627)", CH, SH
)
COMPRESS_CERTIFICATE = Form(
    Type.COMPRESS_CERTIFICATE, ALGORITHMS, "this side can read compressed certificates (RFC 8879)", CH, CR
)
RECORD_SIZE_LIMIT = Form(
    Type.RECORD_SIZE_LIMIT, Uint(2), "most plaintext bytes this side takes in a record (RFC 8449)", CH, SH, EE
)
SESSION_TICKET = Form(
    Type.SESSION_TICKET,
    ANY_BYTES,
    "a ticket to resume with, or empty: this side can use one (RFC 5077)",
    CH,
    SH,
)
PRE_SHARED_KEY_OFFER = Form(
    Type.PRE_SHARED_KEY, OfferedPsks.KIND, "tickets of earlier sessions to resume", CH
)
PRE_SHARED_KEY_CHOICE = Form(
    Type.PRE_SHARED_KEY, Uint(2), "which of the offered tickets the server takes", SH
)
EARLY_DATA = Form(Type.EARLY_DATA, EMPTY, "application data before the handshake ends", CH, EE)
EARLY_DATA_LIMIT = Form(Type.EARLY_DATA, Uint(4), "most bytes of early data with this ticket", NST)
SUPPORTED_VERSIONS_OFFER = Form(
    Type.SUPPORTED_VERSIONS, VERSIONS, "the versions the client speaks, best first", CH
)
SUPPORTED_VERSIONS_CHOICE = Form(
    Type.SUPPORTED_VERSIONS, Uint(2, version_name), "the version the server chose", SH, HRR
)
COOKIE = Form(
    Type.COOKIE,
    Opaque(2, 1, 65535),
    "bytes the client sends back, so that the server need not remember",
    CH,
    HRR,
)
PSK_KEY_EXCHANGE_MODES = Form(Type.PSK_KEY_EXCHANGE_MODES, MODES, "how the client is willing to resume", CH)
CERTIFICATE_AUTHORITIES = Form(
    Type.CERTIFICATE_AUTHORITIES,
    AUTHORITIES,
    "the authorities this side trusts, as a hint for the other",
    CH,
    CR,
)
OID_FILTERS = Form(Type.OID_FILTERS, FILTERS, "certificate extensions the server wants to see", CR)
POST_HANDSHAKE_AUTH = Form(
    Type.POST_HANDSHAKE_AUTH, EMPTY, "the client may be asked for a certificate later", CH
)
KEY_SHARE_OFFER = Form(
    Type.KEY_SHARE, KEY_SHARES, "the client's half of the key exchange, for each group it guesses", CH
)
KEY_SHARE_CHOICE = Form(Type.KEY_SHARE, KeyShareEntry.KIND, "the server's half of the key exchange", SH)
KEY_SHARE_RETRY = Form(Type.KEY_SHARE, Uint(2, group_name), "the group the client is to try again with", HRR)
RENEGOTIATION_INFO = Form(
    Type.RENEGOTIATION_INFO,
    Opaque(1, 0, 255),
    "ties a renegotiation to the handshake before it; empty in the first (RFC 5746)",
    CH,
    SH,
)


def server_name(host: str) -> Extension:
    """The server_name extension for one host.

    Raises:
        SimulatorError: the name is not ASCII; a host name stands there in its ASCII form.
    """
    if not host.isascii():
        raise SimulatorError(
            "A host name for server_name is not ASCII.",
            got=host,
            expected="a host name in ASCII",
            advice="Write it in its xn-- form.",
        )
    return SERVER_NAME.build((ServerName(0, host.encode("ascii")),))
