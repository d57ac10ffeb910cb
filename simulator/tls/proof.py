"""The proofs of a handshake, for both versions: the signature of a certificate's holder, and Finished."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import problem_of_scheme, verify
from simulator.tls.events import ProofChecked
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation, decode_error
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
    """Check a proof (RFC 8446 section 4.4.3, RFC 5246 sections 7.4.3 and 7.4.8).

    Args:
        signer: the side that signed.
        leaf: its certificate, DER.
        scheme: the signature scheme it named.
        content: the bytes that it should have signed.
        signature: the signature that it sent.
        accepted: the schemes that were offered to it.
        version: decides which schemes may be used.

    Returns:
        The result, and the alert for a proof that does not hold: ``illegal_parameter`` for
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


def compare_finished(peer: Side, verify_data: bytes, expected: bytes) -> None:
    """Compare the peer's Finished with the expected one.

    Raises:
        ProtocolViolation: ``decode_error`` for another length, ``decrypt_error`` for other bytes: the two
            sides did not see the same handshake.
    """
    if len(verify_data) != len(expected):
        raise decode_error(
            "A Finished does not have the length of its MAC.",
            got=f"{len(verify_data)} bytes",
            expected=f"{len(expected)}",
        )
    if not hmac.compare_digest(verify_data, expected):
        raise ProtocolViolation(
            AlertDescription.DECRYPT_ERROR,
            f"The {peer}'s Finished does not match the messages of this handshake.",
        )
