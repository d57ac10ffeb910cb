"""The checks that look at one certificate of the path at a time (RFC 5280, sections 4.2 and 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulator.trust import vocabulary as v
from simulator.trust.checks.candidate import called, counted, listed, moment, passed_if
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.verdict import Check

PURPOSES = {"client": "clientAuth", "server": "serverAuth"}
SIGNS_HANDSHAKES = "digitalSignature"
ANY_PURPOSE = "anyExtendedKeyUsage"


def critical_extensions(candidate: Candidate, depth: int) -> Check:
    """An extension that is critical and not understood makes the certificate unusable."""
    certificate = candidate.path[depth]
    unknown = [
        name
        for name, critical, _ in certificate.extensions
        if critical and name not in candidate.profile.understood_extensions
    ]
    sentence = (
        f"{called(certificate)} has a critical extension that is not understood here: {listed(unknown)}."
        if unknown
        else f"Every critical extension of {called(certificate)} is understood."
    )
    return candidate.line(
        v.CRITICAL_EXTENSIONS,
        passed_if(not unknown),
        sentence,
        depth=depth,
        field="extensions",
        value=f"unknown and critical: {listed(unknown)}",
        required="no unknown critical extension",
        reference="RFC 5280 §4.2",
    )


def basic_constraints(candidate: Candidate, depth: int) -> Check:
    """Only a certificate that says it is a CA's may have issued another."""
    certificate = candidate.path[depth]
    constraints = certificate.basic_constraints
    is_ca = constraints is not None and constraints.ca
    value = "absent" if constraints is None else f"cA={'TRUE' if constraints.ca else 'FALSE'}"
    sentence = (
        f"{called(certificate)} is a CA and may issue certificates."
        if is_ca
        else f"{called(certificate)} issued a certificate in this path, but does not say that it is a CA."
    )
    return candidate.line(
        v.BASIC_CONSTRAINTS,
        passed_if(is_ca),
        sentence,
        depth=depth,
        field="basicConstraints",
        value=value,
        required="cA=TRUE",
        reference="RFC 5280 §6.1.4 (k)",
    )


def path_length(candidate: Candidate, depth: int) -> Check:
    """A CA may limit how many CAs stand below it; self-issued ones are not counted."""
    certificate = candidate.path[depth]
    constraints = certificate.basic_constraints
    limit = constraints.path_length if constraints is not None and constraints.ca else None
    below = sum(not issuer.self_issued for issuer in candidate.path[1:depth])
    if limit is None:
        sentence = f"{called(certificate)} sets no limit to the number of CAs below it."
    else:
        allows = f"{called(certificate)} allows {counted(limit, 'CA')} below it"
        sentence = f"{allows}, {'and' if below <= limit else 'but'} has {counted(below, 'CA')} there."
    return candidate.line(
        v.PATH_LENGTH,
        passed_if(limit is None or below <= limit),
        sentence,
        depth=depth,
        field="pathLenConstraint",
        value="no limit" if limit is None else str(limit),
        required=f"at least {below}",
        reference="RFC 5280 §6.1.4 (l)–(m)",
    )


def key_usage(candidate: Candidate, depth: int) -> Check:
    """A CA's key must be meant for signing certificates, a leaf's for signing the handshake."""
    certificate = candidate.path[depth]
    usages = certificate.key_usage
    constraints = certificate.basic_constraints
    is_ca = constraints is not None and constraints.ca
    wanted = {SIGNS_HANDSHAKES} if depth == 0 else set()
    if depth > 0 or (is_ca and candidate.profile.ca_as_leaf):
        wanted.add("keyCertSign")
    required = " or ".join(sorted(wanted))
    lenient = candidate.profile.leaf_key_usages[candidate.policy.role] - wanted if depth == 0 else frozenset()
    if lenient:
        required += f"; {candidate.profile.name} also takes {' or '.join(sorted(lenient))}"
    if usages is None:
        holds, sentence = True, f"{called(certificate)} does not limit what its key may be used for."
    elif usages & wanted:
        holds, sentence = True, f"The key of {called(certificate)} may be used for {listed(sorted(usages))}."
    elif usages & lenient:
        uses = f"{listed(sorted(usages))}, and {candidate.profile.name} takes that, too"
        holds, sentence = True, f"The key of {called(certificate)} may be used for {uses}."
    else:
        use = "to sign a TLS handshake" if depth == 0 else "to sign certificates"
        holds = False
        sentence = (
            f"The key of {called(certificate)} may not be used {use}: it has only {listed(sorted(usages))}."
        )
    return candidate.line(
        v.KEY_USAGE,
        passed_if(holds),
        sentence,
        depth=depth,
        field="keyUsage" if depth == 0 else "keyCertSign",
        value="absent" if usages is None else listed(sorted(usages)),
        required=f"absent, or {required}",
        reference="RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.2" if depth == 0 else "RFC 5280 §6.1.4 (n)",
    )


def extended_key_usage(candidate: Candidate, depth: int) -> Check:
    """Where purposes are named, this one must be among them; those of a CA bind what stands below it.

    RFC 5280 says the first only; the second is what OpenSSL, pyca, Go and browsers make of it.
    """
    certificate = candidate.path[depth]
    purposes = certificate.extended_key_usage
    wanted = PURPOSES[candidate.policy.role]
    outcome = CheckOutcome.PASS
    if purposes is None:
        sentence = f"{called(certificate)} names no purposes, so it is good for all of them."
    elif wanted in purposes:
        sentence = f"{called(certificate)} was issued for {wanted}."
    elif ANY_PURPOSE in purposes and candidate.profile.any_purpose:
        sentence = f"{called(certificate)} was issued for any purpose."
    else:
        outcome = CheckOutcome.FAIL
        sentence = f"{called(certificate)} was issued for {listed(purposes)}, not for {wanted}."
    return candidate.line(
        v.EXTENDED_KEY_USAGE,
        outcome,
        sentence,
        depth=depth,
        field="extKeyUsage",
        value="absent" if purposes is None else listed(purposes),
        required=f"absent, or {wanted}" + (f" or {ANY_PURPOSE}" if candidate.profile.any_purpose else ""),
        reference="RFC 5280 §4.2.1.12",
    )


def key_strength(candidate: Candidate, depth: int) -> Check:
    """A short key can be broken, so its signatures prove nothing."""
    certificate = candidate.path[depth]
    family, bits = key_size(certificate)
    minimum = candidate.profile.minimum_bits.get(family)
    if bits is None:
        outcome = CheckOutcome.FAIL
        sentence = f"The key of {called(certificate)} cannot be used here: {certificate.key_type_name}."
    elif minimum is None or bits >= minimum:
        outcome = CheckOutcome.PASS
        sentence = f"The key of {called(certificate)} ({certificate.key_type_name}) is strong enough."
    else:
        outcome = CheckOutcome.FAIL
        sentence = f"The key of {called(certificate)} ({certificate.key_type_name}) is too weak for today."
    return candidate.line(
        v.KEY_STRENGTH,
        outcome,
        sentence,
        depth=depth,
        field="subjectPublicKeyInfo",
        value=certificate.key_type_name,
        required="a key this program can use" if minimum is None else f"{family} of {minimum} bits or more",
        reference="NIST SP 800-57 part 1 §5.6.1",
    )


def key_size(certificate: Certificate) -> tuple[str, int | None]:
    """The family of the certificate's key and its bits; None for a key that cannot be used."""
    key = certificate.public_key
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    return ("Edwards", 256) if key is not None else ("unknown", None)


def signature_algorithm(candidate: Candidate, depth: int) -> Check:
    """A signature with a broken hash could have been made for another certificate."""
    certificate = candidate.path[depth]
    hashes = " or ".join(sorted(candidate.profile.refused_hashes))
    refused = certificate.signature_hash in candidate.profile.refused_hashes
    agree = certificate.signature_algorithms_agree
    if refused:
        sentence = (
            f"{called(certificate)} was signed with {certificate.signature_algorithm}, which is broken."
        )
    elif agree:
        sentence = f"{called(certificate)} was signed with {certificate.signature_algorithm}."
    else:
        sentence = (
            f"{called(certificate)} names one signature algorithm inside its signed part and another outside."
        )
    return candidate.line(
        v.SIGNATURE_ALGORITHM,
        passed_if(agree and not refused),
        sentence,
        depth=depth,
        field="signatureAlgorithm",
        value=certificate.signature_algorithm,
        required=f"the same algorithm inside and outside the signed part, and a hash that is not {hashes}",
        reference="RFC 5280 §4.1.1.2, RFC 8446 §4.4.2.4",
    )


def signature(candidate: Candidate, depth: int) -> Check:
    """The issuer's key must verify the signature; nobody is asked for that, it is arithmetic."""
    certificate, issuer = candidate.path[depth], candidate.path[depth + 1]
    problem = certificate.signature_problem(issuer)
    sentence = (
        f"The key of {called(issuer)} verifies the signature on {called(certificate)}."
        if problem is None
        else f"{called(issuer)} did not sign {called(certificate)} as it stands: {problem}."
    )
    return candidate.line(
        v.SIGNATURE,
        passed_if(problem is None),
        sentence,
        depth=depth,
        field="signatureValue",
        value=problem or "verifies",
        required=f"verifies with the key of {issuer.subject or 'the issuer'}",
        reference="RFC 5280 §6.1.3 (a)(1)",
    )


def validity(candidate: Candidate, depth: int) -> Check:
    """Now must lie between the two dates, both included; fractions of a second are cut off."""
    certificate = candidate.path[depth]
    now = candidate.now.replace(microsecond=0)
    # The clock is that of whoever judges, who is the other side.
    judge = "server" if candidate.policy.role == "client" else "client"
    now_is = f"by the {judge}'s clock now is {moment(now)}"
    whose = f"The certificate of {called(certificate)}"
    start, end = certificate.not_before, certificate.not_after
    if now < start:
        holds, field, value, required = False, "notBefore", moment(start), f"not later than {moment(now)}"
        sentence = f"{whose} is not valid yet: it begins on {moment(start)}, and {now_is}."
    elif now > end:
        holds, field, value, required = False, "notAfter", moment(end), f"not earlier than {moment(now)}"
        sentence = (
            f"The certificate of {called(certificate)} has expired: it ended on {moment(end)}, and {now_is}."
        )
    else:
        holds, field = True, "notBefore, notAfter"
        value, required = f"{moment(start)} – {moment(end)}", f"now ({moment(now)}) between the two"
        sentence = f"{whose} is valid from {moment(start)} to {moment(end)}; {now_is}."
    return candidate.line(
        v.VALIDITY,
        passed_if(holds),
        sentence,
        depth=depth,
        field=field,
        value=value,
        required=required,
        reference="RFC 5280 §6.1.3 (a)(2)",
    )
