"""The proof of possession, as both versions check it: did the holder of this certificate sign this?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import problem_of_scheme, verify
from simulator.tls.events import ProofChecked
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.registry import signature_scheme_name

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side, Version


def examine_proof(
    signer: Side,
    leaf: bytes,
    scheme: int,
    content: bytes,
    signature: bytes,
    accepted: tuple[int, ...],
    version: Version,
) -> tuple[ProofChecked, AlertDescription]:
    """Look at a proof (RFC 8446 section 4.4.3, RFC 5246 sections 7.4.3 and 7.4.8).

    Args:
        signer: whose it is.
        leaf: its certificate, DER.
        scheme: the signature scheme it named.
        content: what it should have signed.
        signature: what it sent.
        accepted: the schemes that it was offered.
        version: decides which schemes may be used.

    Returns:
        What was found, and the alert that answers it where the proof does not hold: ``illegal_parameter`` for
        a scheme that was not offered or does not go with the key, ``decrypt_error`` for the signature.

    Raises:
        ProtocolViolation: the certificate's key cannot be read (see :func:`peer_public_key`).
    """
    name = signature_scheme_name(scheme)
    key = peer_public_key(leaf)
    alert = AlertDescription.ILLEGAL_PARAMETER
    problem = problem_of_scheme(key, scheme, version)
    if scheme not in accepted:
        problem = f"{name} was not offered"
    elif problem is None:
        alert = AlertDescription.DECRYPT_ERROR
        problem = verify(key, scheme, content, signature, version)
    return ProofChecked(signer, problem is None, name, problem or ""), alert
