"""Writing an OCSP answer: the same contents and key give the same bytes (RFC 6960, section 4.2).

The library's builder stamps producedAt with the machine's clock and signs with fresh randomness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki import der
from simulator.pki.crl.reasons import REVOCATION_REASONS
from simulator.pki.ocsp.answer import BASIC, RESPONSE_STATUSES
from simulator.pki.ocsp.certificate_id import key_hash
from simulator.pki.ocsp.extensions import write_nonce
from simulator.pki.signing import algorithm_and_signature

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.issuing import Issued
    from simulator.pki.ocsp.answer import ResponseStatus, SingleAnswer

_NUMBERS = {name: number for number, name in RESPONSE_STATUSES.items()}


def write_ocsp_error(status: ResponseStatus) -> bytes:
    """Write an error: five octets, and no signature, so any machine on the way can make one."""
    return der.sequence(der.integer(_NUMBERS[status], der.ENUMERATED))


def write_ocsp_answer(
    answers: Sequence[SingleAnswer],
    signer: Issued,
    produced_at: datetime,
    *,
    nonce: bytes | None = None,
    certificates: Sequence[Certificate] = (),
    by_key: bool = False,
) -> bytes:
    """Write a successful answer, and sign it.

    Args:
        answers: what it says of each certificate.
        signer: the responder, whose name or key is in the answer and whose private key signs it.
        produced_at: the moment of signing, aware.
        nonce: the octets of the request to repeat, or None.
        certificates: certificates to enclose: the responder's, unless it is the CA itself.
        by_key: name the responder by the hash of its key, and not by its name.
    """
    own = signer.certificate
    responder = der.encode(der.OCTET_STRING, key_hash(own)) if by_key else own.subject_der
    signed = der.sequence(
        der.encode(0xA2 if by_key else 0xA1, responder),
        der.generalized_time(produced_at),
        der.sequence(*(_single(one) for one in answers)),
        *([] if nonce is None else [der.encode(0xA1, write_nonce(nonce))]),
    )
    enclosed = der.sequence(*(one.der for one in certificates))
    basic = der.sequence(
        signed,
        *algorithm_and_signature(signed, signer.private_key),
        *([der.encode(0xA0, enclosed)] if certificates else []),
    )
    response = der.sequence(der.object_identifier(BASIC), der.encode(der.OCTET_STRING, basic))
    return der.sequence(der.integer(0, der.ENUMERATED), der.encode(0xA0, response))


def _single(answer: SingleAnswer) -> bytes:
    """Write the answer about one certificate."""
    next_update = answer.next_update
    return der.sequence(
        answer.certificate.der,
        _status(answer),
        der.generalized_time(answer.this_update),
        *([] if next_update is None else [der.encode(0xA0, der.generalized_time(next_update))]),
    )


def _status(answer: SingleAnswer) -> bytes:
    """Write a status; a revoked one with its moment and its reason."""
    if answer.status == "good":
        return der.encode(0x80)
    if answer.status == "unknown":
        return der.encode(0x82)
    why = b""
    if answer.reason is not None:
        why = der.encode(0xA0, der.integer(REVOCATION_REASONS[answer.reason], der.ENUMERATED))
    return der.encode(0xA1, der.generalized_time(answer.revoked_at or answer.this_update), why)
