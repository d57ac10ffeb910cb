"""The measured cause of a trust decision that failed, where it followed OpenSSL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Check, Verdict

# The cause by the field that decided: of a client's certificate, and of a server's.
_BY_FIELD = {
    "certificate_list": ("no-certificate", ""),
    "notAfter": ("certificate-expired", "server-expired"),
    "notBefore": ("certificate-not-yet-valid", "server-not-yet-valid"),
    "extKeyUsage": ("wrong-purpose", "server-wrong-purpose"),
    "keyUsage": ("wrong-purpose", "server-wrong-purpose"),
    "subjectPublicKeyInfo": ("weak-rsa-key", ""),
    "CertificateVerify": ("stolen-certificate", ""),
    "subjectAltName": ("", "server-wrong-name"),
    "revokedCertificates": ("revoked", ""),
    "nextUpdate": ("crl-stale", ""),
    "CRL": ("crl-missing", ""),
}
# Of a path that leads nowhere the ledger's sentence alone says why. OpenSSL's numbers 20 and 18 were
# measured; 2 and 19, for a search that ends further up, were not.
_BY_SENTENCE = {
    "was neither sent nor held": ("untrusted-ca", "server-untrusted-ca"),
    "is self-signed and is not itself in the trust store": ("self-signed", "server-self-signed"),
}


def cause_of(verdict: Verdict) -> str:
    """The name of the measured cause of a refusal, or an empty text.

    Only for OpenSSL's rules: other verifiers give other reasons. A fault of a CA above was not measured.
    """
    decisive = verdict.decisive
    if decisive is None or verdict.profile != "openssl":
        return ""
    return cause_of_check(decisive, verdict.role)


def cause_of_check(decisive: Check, role: Side) -> str:
    """The name of the cause that a failed check stands for, whatever stack made it, or an empty text.

    Args:
        decisive: the check.
        role: the side whose certificate was judged.
    """
    if decisive.depth:
        return ""
    if decisive.field == "issuer":
        found = (causes for words, causes in _BY_SENTENCE.items() if words in decisive.sentence)
        of_client, of_server = next(found, ("", ""))
    else:
        of_client, of_server = _BY_FIELD.get(decisive.field, ("", ""))
    return of_client if role == "client" else of_server
