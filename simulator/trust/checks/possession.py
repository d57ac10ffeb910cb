"""The proof of possession: the peer signs with the private key of its certificate.

The signature itself is verified in ``tls``, after the certificate has been judged. Here are the form of the
proof, and its line of the ledger before and after the signature has been read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.trust.checks.candidate import Finding, passed_if
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trust.checks.candidate import Candidate, ProofRead


class ProofForm(NamedTuple):
    """The form of a proof of possession.

    Attributes:
        message: the handshake message that carries the proof.
        signed: the signed content, for a sentence.
        reference: the section that defines it.
    """

    message: str
    signed: str
    reference: str


def proof_form(signer: Side, tls: TlsVersion) -> ProofForm:
    """The form of the proof. Only the server of TLS 1.2 does not sign the handshake so far."""
    if tls == "1.3":
        return ProofForm("CertificateVerify", "this very handshake", "RFC 8446 §4.4.3")
    if signer == "client":
        return ProofForm("CertificateVerify", "this very handshake", "RFC 5246 §7.4.8")
    signed = "both random values and its ECDHE parameters"
    return ProofForm("ServerKeyExchange", signed, "RFC 5246 §7.4.3, RFC 8422 §5.4")


def proof_of_possession(candidate: Candidate) -> Finding:
    """The line of a proof that was read before the certificate is judged, or is still to come."""
    role, tls = candidate.policy.role, candidate.tls
    return proof_to_come(role, tls) if candidate.proof is None else proof_read(role, tls, candidate.proof)


def proof_to_come(signer: Side, tls: TlsVersion) -> Finding:
    """The line at Certificate: no signature by the peer's own key has been read yet."""
    message, signed, reference = proof_form(signer, tls)
    sentence = f"Only {message} shows whether the peer holds the private key, and it has not been read."
    required = f"a signature over {signed} by the certificate's key"
    return Finding(CheckOutcome.NOT_REACHED, sentence, message, "not read", required, reference, depth=0)


def proof_read(signer: Side, tls: TlsVersion, proof: ProofRead) -> Finding:
    """The line once the signature has been verified.

    Args:
        signer: ``client`` or ``server``.
        tls: the protocol version; with the signer it decides what had to be signed.
        proof: the result.
    """
    ok, scheme, problem = proof
    message, signed, reference = proof_form(signer, tls)
    sentence = (
        f"The {signer} signed {signed} with the private key of its certificate."
        if ok
        else f"The {signer} did not prove that it holds the private key: {problem.rstrip('.')}."
    )
    value = scheme if ok else f"{scheme}: {problem}"
    required = f"a signature over {signed} by the certificate's key"
    return Finding(passed_if(ok), sentence, message, value, required, reference, depth=0)
