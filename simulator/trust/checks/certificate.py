"""The checks of one certificate: validity, key usage, signature and others (RFC 5280, 4.2 and 6.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulator.pki import der
from simulator.trust.checks.candidate import Finding, called, counted, listed, moment, passed_if
from simulator.trust.checks.old_forms import (
    NETSCAPE_REFERENCE,
    OLD_SERVER_PURPOSES,
    netscape_fault,
    old_root,
)
from simulator.trust.path_as_openssl import PROXY_INFORMATION
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate

PURPOSES = {"client": "clientAuth", "server": "serverAuth"}
SIGNS_HANDSHAKES = "digitalSignature"
NOT_JUDGED = "not judged here"  # in place of the field; the alert is the one for an unsupported kind
ANY_PURPOSE = "anyExtendedKeyUsage"
# The rule that a leaf's key must be allowed to sign. TLS 1.3 has one of its own for servers alone.
LEAF_USAGE_RULES = {
    ("client", "1.2"): "RFC 5246 §7.4.6",
    ("client", "1.3"): "RFC 5280 §4.2.1.3",
    ("server", "1.2"): "RFC 5246 §7.4.2",
    ("server", "1.3"): "RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.2",
}
# The rule that refuses broken hashes. TLS 1.2 leaves them to the offered pairs, and none is offered here.
HASH_RULES = {
    ("client", "1.2"): "RFC 5246 §7.4.6",
    ("client", "1.3"): "RFC 8446 §4.4.2.4",
    ("server", "1.2"): "RFC 5246 §7.4.2",
    ("server", "1.3"): "RFC 8446 §4.4.2.4",
}
# RSA keys that verify in a tenth of a millisecond. No CA in use has larger ones or another exponent.
QUICK_RSA_BITS, QUICK_EXPONENT = 4096, 65537
EC_PUBLIC_KEY = "1.2.840.10045.2.1"


def critical_extensions(candidate: Candidate, depth: int) -> Finding:
    """An extension that is critical and not understood makes the certificate unusable."""
    certificate = candidate.path[depth]
    unknown = [
        name
        for name, critical in certificate.criticality.items()
        if critical and name not in candidate.profile.understood_extensions
    ]
    sentence = (
        f"{called(certificate)} has a critical extension that is not understood here: {listed(unknown)}."
        if unknown
        else f"Every critical extension of {called(certificate)} is understood."
    )
    if not unknown and candidate.profile.refuses_proxies and certificate.has_extension(PROXY_INFORMATION):
        sentence = f"{called(certificate)} is a proxy certificate (RFC 3820), and this stack takes none."
        return Finding(passed_if(False), sentence, "proxyCertInfo", "present", "absent", "RFC 3820 §3.8")
    value = f"unknown and critical: {listed(unknown)}"
    step = "§6.1.5 (f)" if depth == 0 else "§6.1.4 (o)"
    required = "no unknown critical extension"
    return Finding(passed_if(not unknown), sentence, "extensions", value, required, f"RFC 5280 {step}")


def basic_constraints(candidate: Candidate, depth: int) -> Finding:
    """An issuer must be a CA by its own certificate; some stacks take a trusted root of an older form."""
    certificate = candidate.path[depth]
    constraints = certificate.basic_constraints
    value = "absent" if constraints is None else f"cA={'TRUE' if constraints.ca else 'FALSE'}"
    holds, required = certificate.is_ca, "cA=TRUE"
    old = old_root(certificate) if candidate.profile.old_forms and depth == candidate.last else None
    if holds:
        sentence = f"{called(certificate)} is a CA and may issue certificates."
    elif old is not None:
        holds, required = True, "cA=TRUE, or a root of an older form"
        sentence = f"{called(certificate)} has no basicConstraints, but counts as a CA here: {old}."
    elif certificate in candidate.policy.store:
        sentence = (
            f"{called(certificate)} is in the trust store, but cannot be used as a CA: its own certificate "
            f"does not say that it is one (basicConstraints: {value})."
        )
    else:
        sentence = (
            f"{called(certificate)} issued a certificate in this path, but does not say that it is a CA."
        )
    return Finding(passed_if(holds), sentence, "basicConstraints", value, required)


def path_length(candidate: Candidate, depth: int) -> Finding:
    """A CA may limit the number of CAs below it; self-issued ones are not counted."""
    certificate = candidate.path[depth]
    constraints = certificate.basic_constraints
    limit = constraints.path_length if constraints is not None and constraints.ca else None
    below = sum(not issuer.self_issued for issuer in candidate.path[1:depth])
    if limit is None:
        holds, value = True, "no limit"
        sentence = f"{called(certificate)} sets no limit for the number of CAs below it."
    else:
        holds, value = below <= limit, str(limit)
        allows = f"{called(certificate)} allows {counted(limit, 'CA')} below it"
        sentence = f"{allows}, {'and' if holds else 'but'} has {counted(below, 'CA')} there."
    return Finding(passed_if(holds), sentence, "pathLenConstraint", value, f"at least {below}")


def key_usage(candidate: Candidate, depth: int) -> Finding:
    """A CA's key must be meant for signing certificates, a leaf's for signing the handshake."""
    certificate, profile = candidate.path[depth], candidate.profile
    usages = certificate.key_usage
    wanted = {SIGNS_HANDSHAKES} if depth == 0 else set()
    if depth > 0 or (certificate.is_ca and profile.ca_as_leaf):
        wanted.add("keyCertSign")
    required = " or ".join(sorted(wanted))
    lenient = profile.leaf_key_usages[candidate.policy.role] - wanted if depth == 0 else frozenset()
    if lenient:
        required += f"; {profile.name} also accepts {' or '.join(sorted(lenient))}"
    holds, key = True, f"The key of {called(certificate)}"
    if usages is None:
        sentence = f"{called(certificate)} does not limit what its key may be used for."
    elif usages & wanted:
        sentence = f"{key} may be used for {listed(sorted(usages))}."
    elif usages & lenient:
        sentence = f"{key} may be used for {listed(sorted(usages))}, which {profile.name} accepts, too."
    else:
        holds = False
        use = "to sign a TLS handshake" if depth == 0 else "to sign certificates"
        sentence = f"{key} may not be used {use}: it has only {listed(sorted(usages))}."
    return Finding(
        passed_if(holds),
        sentence,
        "keyUsage" if depth == 0 else "keyCertSign",  # the field chooses the alert
        "absent" if usages is None else listed(sorted(usages)),
        f"absent, or {required}",
        LEAF_USAGE_RULES[candidate.policy.role, candidate.tls] if depth == 0 else "RFC 5280 §6.1.4 (n)",
    )


def extended_key_usage(candidate: Candidate, depth: int) -> Finding:
    """A certificate that names purposes must name this one; those of a CA bind the certificates below it.

    RFC 5280 says the first only; OpenSSL, pyca, Go and browsers add the second.
    """
    certificate = candidate.path[depth]
    purposes = certificate.extended_key_usage
    role, any_purpose = candidate.policy.role, candidate.profile.any_purpose
    wanted, old_forms = PURPOSES[role], candidate.profile.old_forms
    if old_forms and (missing := netscape_fault(certificate, role, is_leaf=depth == 0)) is not None:
        uses = listed(certificate.netscape_certificate_type or ())
        sentence = f"The Netscape certificate type of {called(certificate)} allows {uses}, not {missing}."
        outcome = passed_if(False)
        return Finding(outcome, sentence, "netscapeCertType", uses, missing, NETSCAPE_REFERENCE)
    holds = True
    if purposes is None:
        sentence = f"{called(certificate)} names no purposes, so it is good for every purpose."
    elif wanted in purposes:
        sentence = f"{called(certificate)} was issued for {wanted}."
    elif ANY_PURPOSE in purposes and any_purpose:
        sentence = f"{called(certificate)} was issued for any purpose."
    elif old_forms and role == "server" and set(purposes) & set(OLD_SERVER_PURPOSES):
        sentence = f"{called(certificate)} was issued for an older purpose that counts as {wanted} here."
    else:
        holds = False
        sentence = f"{called(certificate)} was issued for {listed(purposes)}, not for {wanted}."
    value = "absent" if purposes is None else listed(purposes)
    required = f"absent, or {wanted}" + (f" or {ANY_PURPOSE}" if any_purpose else "")
    return Finding(passed_if(holds), sentence, "extKeyUsage", value, required)


def key_strength(candidate: Candidate, depth: int) -> Finding:
    """A short key can be broken, so its signatures prove nothing."""
    certificate = candidate.path[depth]
    kind = certificate.key_type_name
    family, bits = key_size(certificate)
    minimum = candidate.profile.minimum_bits.get(family)
    holds = bits is not None and (minimum is None or bits >= minimum)
    if holds and not candidate.profile.minimum_bits:
        sentence = f"The key of {called(certificate)} is {kind}; this profile asks for no minimum length."
        return Finding(CheckOutcome.NOT_EVALUATED, sentence, "subjectPublicKeyInfo", kind, "no minimum", "")
    if certificate.key_is_of_foreign_kind:
        return _not_judged(f"the key of {called(certificate)}", kind, "a key of a kind that is judged here")
    if bits is None:
        sentence = f"The key of {called(certificate)} cannot be used here: {kind}."
    elif holds:
        sentence = f"The key of {called(certificate)} ({kind}) is strong enough."
    else:
        sentence = f"The key of {called(certificate)} ({kind}) is too weak for today."
    required = "a key this program can use" if minimum is None else f"{family} of {minimum} bits or more"
    return Finding(passed_if(holds), sentence, "subjectPublicKeyInfo", kind, required)


def _not_judged(subject: str, value: str, required: str) -> Finding:
    """The line of what this program cannot judge: it refuses, and says that the stack had no part in it."""
    sentence = f"Not judged here: {subject} is of a kind that this program cannot verify ({value})."
    sentence += " It refuses, and another program may accept."
    return Finding(CheckOutcome.FAIL, sentence, NOT_JUDGED, value, required, "")


def named_curve(candidate: Candidate, depth: int) -> Finding:
    """A key that writes out a curve of its own may bring one on which signatures are easily forged."""
    certificate, field = candidate.path[depth], "subjectPublicKeyInfo"
    form, required = curve_form(certificate), "the name of a curve"
    if candidate.last == 0:
        sentence = f"{called(certificate)} is in the trust store itself: the form of its key does not matter."
        return Finding(CheckOutcome.NOT_EVALUATED, sentence, field, form, required)
    if form == "explicit":
        sentence = (
            f"The key of {called(certificate)} writes out the parameters of its curve. They may be made up, "
            "so the curve has to be named."
        )
    elif form == "named":
        sentence = f"The key of {called(certificate)} names its curve."
    else:
        sentence = f"The key of {called(certificate)} ({certificate.key_type_name}) has no curve to name."
    return Finding(passed_if(form != "explicit"), sentence, field, form, required)


def curve_form(certificate: Certificate) -> str:
    """The form in which a key gives its curve (RFC 5480, section 2.1.1): named, explicit or none."""
    data = certificate.public_key_info
    algorithm = der.children(data, der.children(data, der.read_element(data))[0])
    if der.dotted(data[algorithm[0].content : algorithm[0].end]) != EC_PUBLIC_KEY or len(algorithm) == 1:
        return "none"
    return "named" if algorithm[1].tag == der.OBJECT_IDENTIFIER else "explicit"


def key_size(certificate: Certificate) -> tuple[str, int | None]:
    """The family of the certificate's key and its bits, or None for a key that cannot be used."""
    key = certificate.public_key
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    return ("Edwards", 448 if certificate.key_type_name == "Ed448" else 256) if key else ("unknown", None)


def signature_algorithm(candidate: Candidate, depth: int) -> Finding:
    """A signature with a broken hash could have been made for another certificate.

    The algorithm has to be the same inside and outside the signed part. OpenSSL looks at that when it
    verifies the signature.
    """
    certificate = candidate.path[depth]
    refused_hashes = candidate.profile.refused_hashes
    refused = certificate.signature_hash in refused_hashes
    compares = not candidate.profile.one_path
    agree = certificate.signature_algorithms_agree or not compares
    name = certificate.signature_algorithm
    if refused:
        sentence = f"{called(certificate)} was signed with {name}, which is broken."
    elif agree:
        sentence = f"{called(certificate)} was signed with {name}."
    else:
        sentence = (
            f"{called(certificate)} names one signature algorithm inside its signed part and another outside."
        )
    hashes = f"a hash that is not {' or '.join(sorted(refused_hashes))}"
    required = f"the same algorithm inside and outside the signed part, and {hashes}" if compares else hashes
    rule = HASH_RULES[candidate.policy.role, candidate.tls]
    rule = rule if refused else "RFC 5280 §4.1.1.2" if not agree else f"RFC 5280 §4.1.1.2, {rule}"
    return Finding(passed_if(agree and not refused), sentence, "signatureAlgorithm", name, required, rule)


def signature(candidate: Candidate, depth: int) -> Finding:
    """The issuer's key must verify the signature."""
    certificate, issuer = candidate.path[depth], candidate.path[depth + 1]
    if certificate.signature_parameters is None or issuer.key_is_of_foreign_kind:
        made_with = f"{certificate.signature_algorithm}, by a key of the kind {issuer.key_type_name}"
        return _not_judged(f"the signature on {called(certificate)}", made_with, "one of a kind judged here")
    if issuer.key_type_name.startswith(candidate.profile.foreign_keys):
        kind = issuer.key_type_name
        sentence = (
            f"The key of {called(issuer)} ({kind}) is of a kind that this stack does not know, "
            f"so it cannot verify the signature on {called(certificate)}."
        )
        return Finding(CheckOutcome.FAIL, sentence, "subjectPublicKeyInfo", kind, "a key of a known kind")
    if candidate.profile.judges_while_searching and _waits_for_trust(candidate, depth):
        sentence = (
            f"The key of {called(issuer)} takes unusually long to verify with, and nothing trusted vouches "
            f"for it, so the signature on {called(certificate)} is not verified."
        )
        outcome = CheckOutcome.NOT_EVALUATED if candidate.no_path is not None else CheckOutcome.FAIL
        return Finding(outcome, sentence, "signatureValue", "not verified", "a key that is trusted")
    problem = certificate.signature_problem(issuer)
    sentence = (
        f"The key of {called(issuer)} verifies the signature on {called(certificate)}."
        if problem is None
        else f"{called(issuer)} did not sign {called(certificate)} as it stands: {problem}."
    )
    required = f"verifies with the key of {issuer.subject or 'the issuer'}"
    return Finding(passed_if(problem is None), sentence, "signatureValue", problem or "verifies", required)


def _waits_for_trust(candidate: Candidate, depth: int) -> bool:
    """Return True if the issuer's key is slow, and no trusted key vouches for it.

    Some stacks verify from the leaf upwards. A peer may choose slow keys for what it presents, so such a key
    is used only where every signature above it verifies.
    """
    key, last = candidate.path[depth + 1].public_key, len(candidate.path) - 1
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    if key.key_size <= QUICK_RSA_BITS and key.public_numbers().e <= QUICK_EXPONENT:
        return False
    above = range(last - 1, depth, -1)
    return candidate.no_path is not None or any(
        candidate.path[one].signature_problem(candidate.path[one + 1]) is not None for one in above
    )


def validity(candidate: Candidate, depth: int) -> Finding:
    """Now must lie between notBefore and notAfter; fractions of a second are cut off.

    RFC 5280, section 4.1.2.5, includes both. For OpenSSL a certificate has expired at its notAfter.
    """
    certificate = candidate.path[depth]
    now = candidate.now.replace(microsecond=0)
    excludes_end = candidate.profile.excludes_not_after
    # The side that judges is the peer of the side that is judged, and reads its own clock.
    judge = "server" if candidate.policy.role == "client" else "client"
    now_is = f"the {judge}'s clock says {moment(now)}"
    whose = f"The certificate of {called(certificate)}"
    start, end = certificate.not_before, certificate.not_after
    holds = False
    if start is None or end is None:
        broken = next(one for one in certificate.misencoded if one.field in ("notBefore", "notAfter"))
        field, value, required = f"{broken.field} encoding", broken.problem, "a date"
        sentence = f"The {broken.field} of {called(certificate)} {broken.problem}."
    elif now < start - candidate.profile.early_tolerance:
        field, value, required = "notBefore", moment(start), f"not later than {moment(now)}"
        sentence = f"{whose} is not valid yet: it is valid from {moment(start)}, and {now_is}."
    elif now > end or (now == end and excludes_end):
        relation = "later" if excludes_end else "not earlier"
        field, value, required = "notAfter", moment(end), f"{relation} than {moment(now)}"
        sentence = f"{whose} has expired: it was valid until {moment(end)}, and {now_is}."
    else:
        holds, field = True, "notBefore, notAfter"
        value, required = f"{moment(start)} – {moment(end)}", f"now ({moment(now)}) between the two"
        sentence = f"{whose} is valid from {moment(start)} to {moment(end)}; {now_is}."
        if now < start:
            hours = candidate.profile.early_tolerance // timedelta(hours=1)
            sentence += f" {candidate.profile.name} takes it up to {hours} hours early."
    return Finding(passed_if(holds), sentence, field, value, required)
