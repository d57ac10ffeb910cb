"""OpenSSL's ``X509_verify_cert`` on a chain, with its error number and depth: no handshake, no files.

The library is the one that ``ssl`` is linked with; its parameters are those of a TLS peer in CPython: purpose
by role, trusted certificates first, security level 2.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from simulator.oracle.native import openssl_library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.tls.wire.version import Side

CRL_CHECK, CRL_CHECK_ALL = 0x4, 0x8  # X509_V_FLAG_CRL_CHECK and _ALL of x509_vfy.h

_POINTER = ctypes.c_void_p
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "X509_STORE_new": (_POINTER, ()),
    "X509_STORE_add_cert": (ctypes.c_int, (_POINTER, _POINTER)),
    "X509_STORE_free": (None, (_POINTER,)),
    "X509_STORE_CTX_new": (_POINTER, ()),
    "X509_STORE_CTX_init": (ctypes.c_int, (_POINTER, _POINTER, _POINTER, _POINTER)),
    "X509_STORE_CTX_set_default": (ctypes.c_int, (_POINTER, ctypes.c_char_p)),
    "X509_STORE_CTX_get0_param": (_POINTER, (_POINTER,)),
    "X509_VERIFY_PARAM_set_flags": (ctypes.c_int, (_POINTER, ctypes.c_ulong)),
    "X509_VERIFY_PARAM_set_depth": (None, (_POINTER, ctypes.c_int)),
    "X509_VERIFY_PARAM_set1_host": (ctypes.c_int, (_POINTER, ctypes.c_char_p, ctypes.c_size_t)),
    "X509_verify_cert": (ctypes.c_int, (_POINTER,)),
    "X509_STORE_CTX_get_error": (ctypes.c_int, (_POINTER,)),
    "X509_STORE_CTX_get_error_depth": (ctypes.c_int, (_POINTER,)),
    "X509_STORE_CTX_free": (None, (_POINTER,)),
    "X509_verify_cert_error_string": (ctypes.c_char_p, (ctypes.c_long,)),
    "OPENSSL_sk_new_null": (_POINTER, ()),
    "OPENSSL_sk_push": (ctypes.c_int, (_POINTER, _POINTER)),
    "OPENSSL_sk_free": (None, (_POINTER,)),
}


class Answer(NamedTuple):
    """OpenSSL's answer: its error number, 0 for none, and the depth of the certificate."""

    error: int
    depth: int


@cache
def library() -> ctypes.CDLL:
    """OpenSSL with the functions for judging certificates."""
    found = openssl_library()
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


def error_text(number: int) -> str:
    """OpenSSL's words for an error number."""
    words = library().X509_verify_cert_error_string(number)
    return str(words.decode())


def openssl_verify(
    chain: Sequence[Certificate],
    store: Sequence[Certificate],
    now: datetime,
    role: Side = "client",
    max_depth: int | None = None,
    host: str | None = None,
    lists: Sequence[RevocationList] | None = None,
    whole_chain: bool = False,
) -> Answer:
    """Judge a chain, leaf first, at a moment.

    Args:
        chain: what the peer sent.
        store: what the verifier trusts, in the order of loading.
        now: the moment.
        role: whose certificate it is.
        max_depth: a limit to the intermediates, or None for OpenSSL's own.
        host: the server name that the client expects, or None.
        lists: the revocation lists to look into, or None to look nothing up.
        whole_chain: look every certificate of the path up, and not the leaf alone.
    """
    openssl = library()
    made = {one.der: openssl.d2i_X509(None, _reference(one.der), len(one.der)) for one in (*chain, *store)}
    trusted, sent, context = (
        openssl.X509_STORE_new(),
        openssl.OPENSSL_sk_new_null(),
        openssl.X509_STORE_CTX_new(),
    )
    try:
        assert all(made.values())
        for one in store:
            openssl.X509_STORE_add_cert(trusted, made[one.der])
        for crl in lists or ():
            read = openssl.d2i_X509_CRL(None, _reference(crl.der), len(crl.der))
            assert openssl.X509_STORE_add_crl(trusted, read) == 1
            openssl.X509_CRL_free(read)
        for one in chain:
            openssl.OPENSSL_sk_push(sent, made[one.der])
        assert openssl.X509_STORE_CTX_init(context, trusted, made[chain[0].der], sent) == 1
        assert openssl.X509_STORE_CTX_set_default(context, f"ssl_{role}".encode()) == 1
        parameters = openssl.X509_STORE_CTX_get0_param(context)
        openssl.X509_VERIFY_PARAM_set_time(parameters, int(now.timestamp()))
        openssl.X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        if lists is not None:
            flags = CRL_CHECK | CRL_CHECK_ALL if whole_chain else CRL_CHECK
            assert openssl.X509_VERIFY_PARAM_set_flags(parameters, flags) == 1
        if max_depth is not None:
            openssl.X509_VERIFY_PARAM_set_depth(parameters, max_depth)
        if host is not None:
            openssl.X509_VERIFY_PARAM_set1_host(parameters, host.encode(), 0)
        openssl.X509_verify_cert(context)
        error = openssl.X509_STORE_CTX_get_error(context)
        return Answer(error, openssl.X509_STORE_CTX_get_error_depth(context) if error else 0)
    finally:
        openssl.X509_STORE_CTX_free(context)
        openssl.X509_STORE_free(trusted)
        openssl.OPENSSL_sk_free(sent)
        for pointer in made.values():
            openssl.X509_free(pointer)
        openssl.ERR_clear_error()


def _reference(der: bytes) -> object:
    """The bytes as C wants them: the address of a pointer that the reader moves on."""
    return ctypes.byref(ctypes.c_char_p(der))
