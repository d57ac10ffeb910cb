"""OpenSSL's functions that Python's ``ssl`` does not offer, through ctypes; no other module does such things.

* set the time at which a context judges certificates (``X509_VERIFY_PARAM_set_time``): a scenario's clock is
  not the machine's,
* ask for a certificate without judging it, or judge and go on (verify callbacks that say yes to everything),
* name authorities in CertificateRequest (``SSL_CTX_add_client_CA``),
* load a chain and a key from memory, so that no private key touches a disk, and present exactly that chain,
* set the strength that is required of a peer's certificates, and not of a side's own
  (``X509_VERIFY_PARAM_set_auth_level``),
* load revocation lists from memory (``X509_STORE_add_crl``),
* try a password on a PKCS#12 file or an encrypted key in memory (``PKCS12_verify_mac``, ``PKCS8_decrypt``),
* report every message with its numbers,
* choose groups and signature schemes (``SSL_CTX_set1_groups_list``, ``SSL_CTX_set1_sigalgs_list`` and
  ``SSL_CTX_set1_client_sigalgs_list``).

Measured on CPython 3.11, 3.12 and 3.13. An interpreter that does not allow it is a :class:`PeerError`.
"""

from __future__ import annotations

import _ssl
import ctypes
import ssl
import sys
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from simulator.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from simulator.pki.keys import PrivateKey

# Macros of OpenSSL's ssl.h, which ctypes cannot reach.
SSL_VERIFY_PEER = 0x01
SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 0x02
SSL_CTRL_MODE = 33
SSL_CTRL_CHAIN = 88
SSL_CTRL_CHAIN_CERT = 89
# SSL_CTRL_SET_GROUPS_LIST, SSL_CTRL_SET_SIGALGS_LIST and SSL_CTRL_SET_CLIENT_SIGALGS_LIST
_LISTS = {"groups": 92, "server's signatures": 98, "client's signatures": 102}
SSL_MODE_NO_AUTO_CHAIN = 0x08
KEEP_A_REFERENCE = 1
KEPT_KEYS = 64

_VERIFY_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
# A module's constant, because OpenSSL keeps the address and not the object.
_ACCEPT_EVERYTHING = _VERIFY_CALLBACK(lambda _verified, _store_context: 1)

# OpenSSL keeps the address of a callback and not the object, so it lives as long as its context.
_GONE_ON: WeakKeyDictionary[ssl.SSLContext, tuple[list[int], object]] = WeakKeyDictionary()

_POINTER = ctypes.c_void_p
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "SSL_CTX_get_options": (ctypes.c_uint64, (_POINTER,)),
    "SSL_CTX_get0_param": (_POINTER, (_POINTER,)),
    "X509_VERIFY_PARAM_set_time": (None, (_POINTER, ctypes.c_long)),  # time_t: a long on Linux and macOS
    "X509_VERIFY_PARAM_set_auth_level": (None, (_POINTER, ctypes.c_int)),
    "SSL_CTX_set_verify": (None, (_POINTER, ctypes.c_int, _VERIFY_CALLBACK)),
    "SSL_CTX_add_client_CA": (ctypes.c_int, (_POINTER, _POINTER)),
    "SSL_CTX_use_certificate": (ctypes.c_int, (_POINTER, _POINTER)),
    "SSL_CTX_use_PrivateKey": (ctypes.c_int, (_POINTER, _POINTER)),
    "SSL_CTX_ctrl": (ctypes.c_long, (_POINTER, ctypes.c_int, ctypes.c_long, _POINTER)),
    "SSL_CTX_get_cert_store": (_POINTER, (_POINTER,)),
    "X509_STORE_CTX_get_error": (ctypes.c_int, (_POINTER,)),
    "X509_STORE_add_crl": (ctypes.c_int, (_POINTER, _POINTER)),
    "d2i_X509_CRL": (_POINTER, (_POINTER, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "X509_CRL_free": (None, (_POINTER,)),
    "d2i_X509": (_POINTER, (_POINTER, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "X509_free": (None, (_POINTER,)),
    "d2i_AutoPrivateKey": (_POINTER, (_POINTER, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "EVP_PKEY_free": (None, (_POINTER,)),
    "d2i_PKCS12": (_POINTER, (_POINTER, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "PKCS12_verify_mac": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.c_int)),
    "PKCS12_free": (None, (_POINTER,)),
    "d2i_X509_SIG": (_POINTER, (_POINTER, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long)),
    "PKCS8_decrypt": (_POINTER, (_POINTER, ctypes.c_char_p, ctypes.c_int)),
    "PKCS8_PRIV_KEY_INFO_free": (None, (_POINTER,)),
    "X509_SIG_free": (None, (_POINTER,)),
    "ERR_peek_last_error": (ctypes.c_ulong, ()),
    "ERR_reason_error_string": (ctypes.c_char_p, (ctypes.c_ulong,)),
    "ERR_clear_error": (None, ()),
}


class CredentialRefusedError(Exception):
    """OpenSSL refuses to load a certificate or key, before a byte is sent; the text is its own reason."""


def judge_peers_at(context: ssl.SSLContext, moment: datetime, level: int) -> None:
    """Let a context judge a peer's certificates as if it were that moment, at a security level of their own.

    Call it after setting ``verify_flags``, which clears the time.

    Raises:
        PeerError: this interpreter does not allow it.
    """
    library = openssl_library()
    parameters = library.SSL_CTX_get0_param(context_pointer(context))
    library.X509_VERIFY_PARAM_set_time(parameters, int(moment.timestamp()))
    library.X509_VERIFY_PARAM_set_auth_level(parameters, level)


def choose(context: ssl.SSLContext, what: str, names: Sequence[str]) -> None:
    """Offer or accept these and no others.

    Args:
        context: a client's or a server's; each negotiates both sides' signatures.
        what: ``groups``, ``client's signatures`` or ``server's signatures``.
        names: groups as OpenSSL calls them, signature schemes by RFC 8446; the preferred one first.

    Raises:
        PeerError: this interpreter or this OpenSSL does not allow it.
    """
    library, pointer = openssl_library(), context_pointer(context)
    if library.SSL_CTX_ctrl(pointer, _LISTS[what], 0, ":".join(names).encode("ascii")) != 1:
        library.ERR_clear_error()
        raise _not_here(f"its OpenSSL does not know all of {', '.join(names)}")


def ask_without_judging(context: ssl.SSLContext, *, insists: bool) -> None:
    """Let a server ask for a certificate and accept any chain; the proof is still checked.

    Args:
        context: the server's.
        insists: a client without a certificate is refused.

    Raises:
        PeerError: this interpreter does not allow it.
    """
    mode = SSL_VERIFY_PEER | (SSL_VERIFY_FAIL_IF_NO_PEER_CERT if insists else 0)
    openssl_library().SSL_CTX_set_verify(context_pointer(context), mode, _ACCEPT_EVERYTHING)


def ask_and_go_on(context: ssl.SSLContext) -> None:
    """Let a server ask for a certificate, judge it, and finish the handshake whatever it finds.

    Raises:
        PeerError: this interpreter does not allow it.
    """
    library, failures = openssl_library(), list[int]()

    def note(verified: int, store_context: int) -> int:
        if not verified:
            failures.append(library.X509_STORE_CTX_get_error(store_context))
        return 1

    callback = _VERIFY_CALLBACK(note)
    _GONE_ON[context] = failures, callback
    library.SSL_CTX_set_verify(context_pointer(context), SSL_VERIFY_PEER, callback)


def gone_on_after(context: ssl.SSLContext) -> list[int]:
    """The verify codes that a server went on after, in order; see :func:`ask_and_go_on`."""
    return _GONE_ON[context][0]


def hint_at_authorities(context: ssl.SSLContext, certificates: Sequence[bytes]) -> None:
    """Name the subjects of some certificates in the server's CertificateRequest.

    Args:
        context: the server's.
        certificates: DER.

    Raises:
        PeerError: this interpreter does not allow it.
    """
    library, pointer = openssl_library(), context_pointer(context)
    for der in certificates:
        certificate = _decoded(library.d2i_X509, der)
        library.SSL_CTX_add_client_CA(pointer, certificate)
        library.X509_free(certificate)


def load_revocation_lists(context: ssl.SSLContext, lists: Sequence[bytes]) -> None:
    """Add revocation lists to those that a context holds; Python's own way takes them from a file alone.

    Args:
        context: a client's or a server's.
        lists: DER.

    Raises:
        CredentialRefusedError: OpenSSL cannot read one.
        PeerError: this interpreter does not allow it.
    """
    library, pointer = openssl_library(), context_pointer(context)
    for der in lists:
        crl = _decoded(library.d2i_X509_CRL, der)
        loaded = library.X509_STORE_add_crl(library.SSL_CTX_get_cert_store(pointer), crl)
        library.X509_CRL_free(crl)
        _must_have_loaded(loaded)


def load_credential(context: ssl.SSLContext, chain: Sequence[bytes], private_key: PrivateKey) -> None:
    """Load a chain and its key from memory, and present exactly that chain.

    By default OpenSSL completes a chain of one from the certificates it verifies with. But the chain that a
    side sends is part of the scenario.

    Args:
        context: a client's or a server's.
        chain: DER, leaf first.
        private_key: the leaf's.

    Raises:
        CredentialRefusedError: OpenSSL refuses it: the key is not the certificate's, or it is too weak.
        PeerError: this interpreter does not allow it.
    """
    library, pointer = openssl_library(), context_pointer(context)
    library.ERR_clear_error()
    library.SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, SSL_MODE_NO_AUTO_CHAIN, None)
    for depth, der in enumerate(chain):
        certificate = _decoded(library.d2i_X509, der)
        if depth == 0:
            loaded = library.SSL_CTX_use_certificate(pointer, certificate)
            library.SSL_CTX_ctrl(pointer, SSL_CTRL_CHAIN, 0, None)  # empty it after a failed attempt
        else:
            loaded = library.SSL_CTX_ctrl(pointer, SSL_CTRL_CHAIN_CERT, KEEP_A_REFERENCE, certificate)
        library.X509_free(certificate)
        _must_have_loaded(loaded)
    der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    _must_have_loaded(library.SSL_CTX_use_PrivateKey(pointer, _key_of(der).pointer))


class _Key:
    """A private key in OpenSSL's memory, freed with this object. A context keeps a reference of its own."""

    def __init__(self, der: bytes) -> None:
        library = openssl_library()
        self.pointer = _decoded(library.d2i_AutoPrivateKey, der)
        finalize(self, library.EVP_PKEY_free, self.pointer)


@lru_cache(maxsize=KEPT_KEYS)
def _key_of(der: bytes) -> _Key:
    """The key, read once: OpenSSL takes longer to read a key than to sign with it."""
    return _Key(der)


def opens_pkcs12(file: bytes, password: str) -> bool:
    """Return True if the password is that of a PKCS#12 file: its MAC verifies (RFC 7292, section 5.2).

    Raises:
        PeerError: this interpreter does not allow it.
    """
    library = openssl_library()
    decoded = _decoded(library.d2i_PKCS12, file)
    verified = library.PKCS12_verify_mac(decoded, password.encode(), len(password.encode()))
    library.PKCS12_free(decoded)
    library.ERR_clear_error()
    return bool(verified == 1)


def opens_key(file: bytes, password: str) -> bool:
    """Return True if the password decrypts a key (DER of a PKCS#8 EncryptedPrivateKeyInfo).

    Raises:
        PeerError: this interpreter does not allow it.
    """
    library = openssl_library()
    decoded = _decoded(library.d2i_X509_SIG, file)
    key = library.PKCS8_decrypt(decoded, password.encode(), len(password.encode()))
    library.X509_SIG_free(decoded)
    library.ERR_clear_error()
    if key:
        library.PKCS8_PRIV_KEY_INFO_free(key)
    return bool(key)


def set_message_callback(context: ssl.SSLContext, callback: Callable[..., None]) -> None:
    """Let OpenSSL report every message.

    Python's own ``SSLContext._msg_callback`` translates all numbers to enumerations and raises for some; the
    C descriptor below it reports the numbers themselves.

    Raises:
        PeerError: this Python has no such callback.
    """
    descriptor = getattr(_ssl._SSLContext, "_msg_callback", None)
    if descriptor is None:
        raise _not_here("its ssl module has no message callback")
    descriptor.__set__(context, callback)


@lru_cache(maxsize=1)
def openssl_library() -> ctypes.CDLL:
    """The OpenSSL that this interpreter's ``ssl`` is linked with.

    It is reached through the extension module itself, so that it cannot be another copy on the machine.

    Raises:
        PeerError: it cannot be reached.
    """
    try:
        library = ctypes.CDLL(_ssl.__file__)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        found = int(library.OpenSSL_version_num())
    except (AttributeError, OSError) as error:
        raise _not_here(f"the OpenSSL behind it cannot be reached ({error})") from error
    if found != ssl.OPENSSL_VERSION_NUMBER:
        raise _not_here(f"OpenSSL {found:#x} was reached, ssl is linked with {ssl.OPENSSL_VERSION_NUMBER:#x}")
    return library


def context_pointer(context: ssl.SSLContext) -> int:
    """The ``SSL_CTX *`` of a context: the first field of the object after the head of every Python object.

    Raises:
        PeerError: this is not CPython, or the field is not OpenSSL's context.
    """
    if sys.implementation.name != "cpython":
        raise _not_here("only CPython keeps its objects at known addresses")
    pointer = ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value
    if not pointer or openssl_library().SSL_CTX_get_options(pointer) != context.options:
        raise _not_here("the context's first field is not OpenSSL's context")
    return pointer


def _decoded(decode: Callable[..., int | None], der: bytes) -> int:
    """An OpenSSL certificate or key, which the caller frees.

    Raises:
        CredentialRefusedError: OpenSSL cannot read it.
    """
    value = decode(None, ctypes.byref(ctypes.c_char_p(der)), len(der))
    _must_have_loaded(1 if value else 0)
    return int(value or 0)


def _must_have_loaded(loaded: int) -> None:
    """Raise OpenSSL's own reason if it refused, and leave its error queue empty.

    Raises:
        CredentialRefusedError: it refused.
    """
    if loaded == 1:
        return
    library = openssl_library()
    reason = library.ERR_reason_error_string(library.ERR_peek_last_error())
    library.ERR_clear_error()
    raise CredentialRefusedError(reason.decode() if reason else "no reason given")


def _not_here(why: str) -> PeerError:
    """The error for an interpreter on which this does not work."""
    return PeerError(
        f"The comparison with OpenSSL does not work with this Python: {why}.",
        got=f"{sys.implementation.name} {sys.version.split()[0]} with {ssl.OPENSSL_VERSION}",
        expected="CPython 3.11 or later whose ssl module is a shared extension",
        advice="Run it with another Python; everything else works with this one.",
    )
