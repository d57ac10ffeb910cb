"""The trust decision: a presented chain, a policy and a moment in; a verdict with all its reasons out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.trust import vocabulary as v
from simulator.trust.checks import chain as whole
from simulator.trust.checks.candidate import Candidate, proof_form
from simulator.trust.ledger import keep_ledger
from simulator.trust.path import PathSearch
from simulator.trust.profiles import profile_named
from simulator.trust.verdict import Check, CheckOutcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from simulator.trust.checks.candidate import TlsVersion
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.profiles import Profile
    from simulator.trust.verdict import Role


def judge(chain: Sequence[bytes], policy: TrustPolicy, now: datetime, *, tls: TlsVersion) -> Verdict:
    """Judge what was presented in a Certificate message (RFC 5280, section 6; RFC 8446, section 4.4.2).

    A pure function, and it never raises because of what was presented: rubbish is a failed check. Proof of
    possession is not reached here; :meth:`Verdict.with_proof` completes it.

    Args:
        chain: the certificates as sent, DER, the leaf first; empty where none came.
        policy: what is asked of them.
        now: the moment of the decision, aware.
        tls: the protocol version, which decides how a missing certificate is answered.

    Raises:
        ScenarioError: the policy's profile is not known.
    """
    profile = profile_named(policy.profile)
    presented, problems = _read(chain)
    given = {
        v.CERTIFICATE_PRESENTED: whole.certificate_presented(policy, len(chain)),
        v.READABLE: whole.readable(problems, len(chain)),
    }
    if not chain:
        del given[v.READABLE]
        return _verdict(policy, profile, None, (), keep_ledger(profile, given, None), tls)
    if problems:
        peer = presented[0].subject if 0 not in problems else None
        return _verdict(policy, profile, peer, (), keep_ledger(profile, given, None), tls)
    return _judge_readable(presented, policy, profile, now, given, tls)


def _read(chain: Sequence[bytes]) -> tuple[tuple[Certificate, ...], dict[int, str]]:
    """The certificates that can be read, and by place why the others cannot."""
    certificates: list[Certificate] = []
    problems: dict[int, str] = {}
    for place, der in enumerate(chain):
        try:
            certificates.append(Certificate.parse(der))
        except CertificateError as error:
            problems[place] = error.message
    return tuple(certificates), problems


def _judge_readable(
    presented: tuple[Certificate, ...],
    policy: TrustPolicy,
    profile: Profile,
    now: datetime,
    given: Mapping[str, Check],
    tls: TlsVersion,
) -> Verdict:
    """Try one path after another; the first good one wins, else the first that was found is reported."""
    leaf = presented[0]
    search = PathSearch(leaf, presented[1:], policy, profile, now)
    paths = iter([(leaf,)]) if leaf in policy.store.directly_trusted else search.paths()
    refused: Verdict | None = None
    for path in paths:
        candidate = Candidate(path, policy, profile, now, tls)
        lines = {**given, v.TRUST_ANCHOR: whole.trust_anchor(candidate, None)}
        checks = keep_ledger(profile, lines, candidate)
        fingerprints = tuple(certificate.fingerprint for certificate in path)
        verdict = _verdict(policy, profile, leaf.subject, fingerprints, checks, tls)
        if verdict.accepted:
            return verdict
        refused = refused or verdict
    if refused is not None:
        return refused
    candidate = Candidate((leaf,), policy, profile, now, tls)
    lines = {**given, v.TRUST_ANCHOR: whole.trust_anchor(candidate, search)}
    return _verdict(policy, profile, leaf.subject, (), keep_ledger(profile, lines, candidate), tls)


def _verdict(
    policy: TrustPolicy,
    profile: Profile,
    peer: str | None,
    path: tuple[str, ...],
    checks: tuple[Check, ...],
    tls: TlsVersion,
) -> Verdict:
    """Join the ledger with the alert of its decisive check."""
    decisive = next((check for check in checks if check.outcome is CheckOutcome.FAIL), None)
    alert = None if decisive is None else profile.alert(decisive, policy.role, tls)
    return Verdict(policy.role, profile.name, peer, path, checks, alert)


def proof_check(*, signer: Role, subject: str, ok: bool, scheme: str, problem: str, tls: TlsVersion) -> Check:
    """The completed ``proof-of-possession`` line, from what the handshake machine found in the signature.

    Args:
        signer: ``client`` or ``server``.
        subject: RFC 4514 subject of its certificate.
        ok: the signature verifies under the key of the certificate.
        scheme: the SignatureScheme's RFC name.
        problem: why it does not verify; empty where it does.
        tls: the protocol version; with the signer it decides what was to be signed.
    """
    form = proof_form(signer, tls)
    sentence = (
        f"The {signer} signed {form.signed} with the private key of its certificate."
        if ok
        else f"The {signer} did not prove that it holds the private key: {problem.rstrip('.')}."
    )
    return Check(
        v.PROOF_OF_POSSESSION,
        CheckOutcome.PASS if ok else CheckOutcome.FAIL,
        subject,
        0,
        form.message,
        scheme if ok else f"{scheme}: {problem}",
        f"a signature over {form.signed} by the certificate's key",
        form.reference,
        sentence,
    )
