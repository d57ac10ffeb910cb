"""The status of a certificate by OCSP: the worth of an answer (RFC 6960, sections 3.2 and 4.2.2.2).

An answer counts if it speaks of the certificate, is signed by the CA that issued it or by a responder that
this CA appointed, and its time has come and is not over. Only then is its status a status.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.pki.ocsp.answer import read_ocsp_answer
from simulator.pki.ocsp.certificate_id import key_hash
from simulator.pki.reading.names import read_name
from simulator.trust.checks.candidate import called, listed, moment
from simulator.trust.checks.revocation_status import RevocationStatus

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.ocsp.answer import BasicAnswer, SingleAnswer
    from simulator.pki.ocsp.certificate_id import CertificateId
    from simulator.trust.checks.candidate import Candidate

# Clocks differ: openssl ocsp, nginx and Apache allow 300 seconds (their -validity_period or MAX_SKEW).
TOLERANCE = timedelta(seconds=300)


def ocsp_status(candidate: Candidate, depth: int) -> RevocationStatus:
    """The status of the certificate at a depth.

    Fields are named with ``OCSP`` in front: a profile has other alerts for those of a revocation list.
    """
    certificate = candidate.path[depth]
    if depth == candidate.last:
        why = (
            f"{called(certificate)} is trusted itself: no CA stands above it whose responder could be asked."
        )
        return RevocationStatus("not evaluated", why, "OCSP responder")
    replies = candidate.policy.revocation.replies
    reply = next((one for one in replies if one.certificate == certificate.fingerprint), None)
    if reply is None or reply.answer is None:
        problem = "it was not asked" if reply is None else reply.problem
        why = f"There is no answer about {called(certificate)} from an OCSP responder: {problem}."
        return RevocationStatus("unknown", why, "OCSP answer", value=problem, required="an answer")
    issuer = candidate.path[depth + 1]
    found = judge_ocsp_answer(reply.answer, reply.asked, certificate, issuer, candidate.now)
    return found._replace(field=f"OCSP {found.field}", source="by OCSP")


class _Problem(NamedTuple):
    """The first thing that keeps an answer from counting; the fields of a :class:`RevocationStatus`."""

    sentence: str
    field: str
    value: str
    required: str
    reference: str


def judge_ocsp_answer(
    raw: bytes,
    asked: CertificateId,
    certificate: Certificate,
    issuer: Certificate,
    now: datetime,
    nonce: bytes | None = None,
) -> RevocationStatus:
    """Judge an answer; a pure function that never raises because of what was answered.

    An answer that counts for nothing is as good as none: the state is ``unknown``, and the field says why.

    Args:
        raw: the answer, DER.
        asked: the name under which the certificate was asked for.
        certificate: the certificate in question.
        issuer: the certificate of the CA that issued it.
        now: the moment of the judgement, aware.
        nonce: the nonce of the request, or None. An answer without one counts all the same: it is a warning
            to OpenSSL, too, since responders may sign their answers beforehand (RFC 9654, section 2).
    """
    try:
        answer = read_ocsp_answer(raw)
    except CertificateError as error:
        sentence = f"The responder's answer cannot be read: {error.message}"
        return _worthless(
            _Problem(sentence, "OCSPResponse", error.message, "DER of an answer", "RFC 6960 §4.2")
        )
    basic = answer.basic
    if basic is None:
        status = answer.status
        sentence = f"The responder answered {status}, and nothing about {called(certificate)}."
        return _worthless(_Problem(sentence, "responseStatus", status, "successful", "RFC 6960 §4.2.1"))
    found = next((one for one in basic.answers if one.certificate == asked), None)
    if found is None:
        serials = listed([f"{one.certificate.serial_number:x}" for one in basic.answers])
        sentence = f"The answer is about another certificate than that of {called(certificate)}."
        required = f"{certificate.serial_number:x}, issued by {issuer.subject}"
        return _worthless(_Problem(sentence, "certID", serials, required, "RFC 6960 §3.2 (1)"))
    problem = _signer_problem(basic, issuer, now) or _nonce_problem(basic, nonce) or _time_problem(found, now)
    return _status(found, certificate) if problem is None else _worthless(problem)


def _worthless(problem: _Problem) -> RevocationStatus:
    """The status by an answer that does not count."""
    return RevocationStatus(
        "unknown",
        problem.sentence,
        problem.field,
        value=problem.value,
        required=problem.required,
        reference=problem.reference,
    )


def _status(found: SingleAnswer, certificate: Certificate) -> RevocationStatus:
    """The status by an answer that counts."""
    name, since, rule = called(certificate), found.revoked_at or found.this_update, "RFC 6960 §2.2"
    if found.status == "revoked":
        because = f", because of {found.reason}" if found.reason else ""
        sentence = f"The CA revoked the certificate of {name} at {moment(since)}{because}."
        field, reason = "revocationTime", found.reason or ""
        return RevocationStatus("revoked", sentence, field, reference=rule, reason=reason, since=since)
    if found.status == "unknown":
        sentence = f"The responder does not know the certificate of {name}."
        return RevocationStatus("unknown", sentence, "certStatus", required="good", reference=rule)
    at = moment(found.this_update)
    sentence = f"The responder says that the certificate of {name} was not revoked at {at}."
    value = f"at {at}"
    return RevocationStatus("good", sentence, "certStatus", value=value, reference=rule)


def _signer_problem(basic: BasicAnswer, issuer: Certificate, now: datetime) -> _Problem | None:
    """The reason why the signer or its signature cannot be relied on, or None.

    The CA itself comes first: what an answer encloses is chosen by its sender. A certificate that is enclosed
    is verified under the CA's key before its own key verifies anything.
    """
    signer = _named_signer(basic, issuer)
    if signer is None:
        sentence = (
            f"The answer is signed by neither {called(issuer)} nor a responder that shows its certificate."
        )
        return _Problem(sentence, "responderID", _responder(basic), issuer.subject, "RFC 6960 §3.2 (3)")
    if signer != issuer and (problem := _delegation_problem(signer, issuer, now)) is not None:
        return problem
    unverified = (
        "the signature is not made of whole octets"
        if basic.signature_unused_bits
        else signer.verification_problem(
            basic.signed, basic.signature, basic.signature_algorithm, basic.signature_parameters
        )
    )
    if unverified is None:
        return None
    sentence = f"The signature of the answer does not verify under the key of {called(signer)}: {unverified}."
    required = f"a signature by {signer.subject}"
    return _Problem(sentence, "signature", basic.signature_algorithm, required, "RFC 6960 §3.2 (2)")


def _named_signer(basic: BasicAnswer, issuer: Certificate) -> Certificate | None:
    """The certificate that the answer names as its signer's, or None if neither the CA's nor enclosed."""
    for der in (issuer.der, *basic.certificates):
        try:
            one = Certificate.parse(der)
        except CertificateError:
            continue
        own = one.subject_der if basic.responder_by == "name" else key_hash(one)
        if own == basic.responder:
            return one
    return None


def _delegation_problem(signer: Certificate, issuer: Certificate, now: datetime) -> _Problem | None:
    """The reason why a responder other than the CA may not answer for it, or None (section 4.2.2.2)."""
    name, rule = called(signer), "RFC 6960 §4.2.2.2"
    if not signer.issuer_name.same_as(issuer.subject_name) or signer.signature_problem(issuer) is not None:
        sentence = f"{name} signed the answer, and {called(issuer)} did not issue the certificate of {name}."
        return _Problem(sentence, "issuer", signer.issuer, f"issued by {issuer.subject}", rule)
    purposes = signer.extended_key_usage
    if purposes is None or "OCSPSigning" not in purposes:
        sentence = (
            f"{called(issuer)} never said that {name} may answer for it: its purpose is not OCSPSigning."
        )
        return _Problem(sentence, "extKeyUsage", listed(purposes or ()), "OCSPSigning", rule)
    if (
        signer.not_before is None
        or signer.not_after is None
        or not signer.not_before <= now < signer.not_after
    ):
        sentence = f"The certificate of {name}, which signed the answer, is not valid now."
        span = " to ".join(moment(one) if one else "?" for one in (signer.not_before, signer.not_after))
        return _Problem(sentence, "validity", span, f"valid at {moment(now)}", "RFC 5280 §6.1.3 (a)(2)")
    return None


def _nonce_problem(basic: BasicAnswer, nonce: bytes | None) -> _Problem | None:
    """The reason why the nonce shows an answer to another request, or None."""
    if nonce is None or basic.nonce is None or basic.nonce == nonce:
        return None
    sentence = "The answer repeats another nonce than the request's: it was given to another question."
    return _Problem(sentence, "nonce", basic.nonce[:16].hex(), nonce.hex(), "RFC 9654 §2.1")


def _time_problem(found: SingleAnswer, now: datetime) -> _Problem | None:
    """The reason why the answer's time has not come or is over, or None.

    Without nextUpdate newer information is there at any time (section 4.2.2.1): there is no end to check.
    """
    this_update, next_update = found.this_update, found.next_update
    if this_update > now + TOLERANCE:
        sentence = f"The answer holds only from {moment(this_update)}, and now it is {moment(now)}."
        return _Problem(
            sentence, "thisUpdate", moment(this_update), "not later than now", "RFC 6960 §3.2 (5)"
        )
    if next_update is None:
        return None
    if next_update < now - TOLERANCE or next_update < this_update:
        sentence = f"The answer is out of date: a newer one was there by {moment(next_update)}."
        return _Problem(sentence, "nextUpdate", moment(next_update), "not before now", "RFC 6960 §3.2 (6)")
    return None


def _responder(basic: BasicAnswer) -> str:
    """The responder in words: its name, or the hash of its key."""
    if basic.responder_by == "key":
        return f"the key with SHA-1 {basic.responder.hex()}"
    try:
        return read_name(basic.responder).text
    except ValueError:
        return "a name that cannot be read"
