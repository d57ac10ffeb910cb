"""From one side of a scenario to its OpenSSL context.

Bare contexts with every setting written down: ``create_default_context`` adds other things in each Python.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from simulator.oracle.native import (
    CredentialRefusedError,
    ask_and_go_on,
    ask_without_judging,
    choose,
    hint_at_authorities,
    judge_peers_at,
    load_credential,
    load_revocation_lists,
)
from simulator.scenario.words import SIGNATURE_SCHEMES

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.engine.world import Holding
    from simulator.pki.stores import TrustStore
    from simulator.scenario import ClientSetup, ServerSetup, TlsVersion
    from simulator.tls.config import Credential

VERSIONS: dict[TlsVersion, ssl.TLSVersion] = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
# OpenSSL's own default since 3.2, and CPython's for every OpenSSL; a distribution may set another.
SECURITY_LEVEL = 2
CIPHERS = "DEFAULT:@SECLEVEL={}"
ASKING = {"optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}
# Without a flag OpenSSL never looks into the lists that it holds.
NO_LOOK_UP = ssl.VerifyFlags.VERIFY_DEFAULT
LOOK_UP = {
    ("none", "leaf"): NO_LOOK_UP,
    ("none", "chain"): NO_LOOK_UP,
    ("crl", "leaf"): ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF,
    ("crl", "chain"): ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN,
}
DEFAULT_GROUPS = ("x25519", "secp256r1", "secp384r1")
GROUPS = {**dict(zip(DEFAULT_GROUPS, ("X25519", "P-256", "P-384"), strict=True)), "secp521r1": "P-521"}


def client_context(
    setup: ClientSetup, holding: Holding, tls: TlsVersion, judged_at: datetime
) -> ssl.SSLContext:
    """The client's context.

    Args:
        setup: the client's settings.
        holding: its certificates, key and trust store.
        tls: the one version it speaks.
        judged_at: the moment at which it judges the server's certificate.

    Raises:
        CredentialRefusedError: OpenSSL refuses to load what the client holds.
        PeerError: this interpreter does not allow what the comparison needs.
    """
    context = _bare_context(ssl.PROTOCOL_TLS_CLIENT, tls, setup)
    context.check_hostname = setup.verify_server
    context.verify_mode = ssl.CERT_REQUIRED if setup.verify_server else ssl.CERT_NONE
    _trust(context, setup, holding, judged_at)
    if setup.signature_schemes is not None:
        choose(context, "server's signatures", setup.signature_schemes)
        choose(context, "client's signatures", SIGNATURE_SCHEMES)
    if holding.credentials and not setup.withholds:
        _load(context, holding.credentials[0])
    return context


def server_context(
    setup: ServerSetup, holding: Holding, tls: TlsVersion, judged_at: datetime
) -> ssl.SSLContext:
    """The server's context (arguments and errors as for the client's)."""
    context = _bare_context(ssl.PROTOCOL_TLS_SERVER, tls, setup)
    context.verify_mode = ASKING.get(setup.client_authentication, ssl.CERT_NONE)
    _trust(context, setup, holding, judged_at)
    if setup.client_authentication == "unverified":
        ask_without_judging(context, insists=setup.insists)
    if setup.client_authentication == "deferred":
        ask_and_go_on(context)
    hint_at_authorities(context, [one.der for one in holding.authorities])
    if setup.signature_schemes is not None:
        choose(context, "client's signatures", setup.signature_schemes)
    context.num_tickets = setup.tickets
    if setup.tickets == 0:
        context.options |= ssl.OP_NO_TICKET  # TLS 1.2 knows only this switch: one ticket or none
    _load(context, holding.credentials[0])
    return context


def needs_partial_chains(store: TrustStore) -> bool:
    """Return True if the store directly trusts a certificate that is not self-issued.

    Without the flag, OpenSSL ends a path at self-signed certificates only (measured: error 2 or 20, alert
    unknown_ca). It would also end one at an intermediate CA of the store, so it is set only where it must be.
    """
    return any(not certificate.self_issued for certificate in store.directly_trusted)


def _bare_context(protocol: int, tls: TlsVersion, setup: ClientSetup | ServerSetup) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = VERSIONS[tls]
    context.set_ciphers(CIPHERS.format(SECURITY_LEVEL))
    choose(context, "groups", [GROUPS[name] for name in setup.groups or DEFAULT_GROUPS])
    return context


def _load(context: ssl.SSLContext, own: Credential) -> None:
    """Load a side's chain and key.

    A credential that is too weak for OpenSSL's level is loaded at level 0, as an administrator would do who
    insists. The context then stays at level 0: OpenSSL checks again when it sends the chain, and at a higher
    level ends the handshake with internal_error. So such a side also offers and accepts weaker cipher suites,
    groups and signature schemes. The peer's certificates are still judged at the usual level.

    Raises:
        CredentialRefusedError: OpenSSL refuses it for another reason.
    """
    if own.key_at_hand is None:
        raise CredentialRefusedError("Python's ssl has no way to a key in a security device")
    try:
        load_credential(context, own.chain, own.key_at_hand)
    except CredentialRefusedError:
        context.set_ciphers(CIPHERS.format(0))
        load_credential(context, own.chain, own.key_at_hand)


def _trust(
    context: ssl.SSLContext, setup: ClientSetup | ServerSetup, holding: Holding, judged_at: datetime
) -> None:
    """Fill the trust store and set flags and time.

    The intermediates that a side holds go into the same store, since OpenSSL has no other place for them:
    without partial chains an intermediate there completes a path and does not end one.
    """
    for certificate in dict.fromkeys((*holding.store, *holding.held)):
        context.load_verify_locations(cadata=certificate.der)
    load_revocation_lists(context, [crl.der for crl in holding.crls])
    flags = ssl.VERIFY_X509_TRUSTED_FIRST | LOOK_UP[setup.revocation, setup.revocation_scope]
    if needs_partial_chains(holding.store):
        flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags = flags
    judge_peers_at(context, judged_at, SECURITY_LEVEL)
