"""The trust decision: a presented chain, a policy and a moment in; a verdict with all its reasons out.

What follows from a verdict is for the actor to decide: accept or refuse (``actors/server.py``,
``actors/client.py``). The alert of a failed check: ``trust/alerts.py``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.trust.alerts import alert_after
from simulator.trust.checks.candidate import Candidate, ProofRead, unacceptable_field
from simulator.trust.checks.possession import proof_read
from simulator.trust.ledger import keep_ledger, line
from simulator.trust.path import NoPath, PathSearch, Search
from simulator.trust.path_as_openssl import OpensslPath
from simulator.trust.profiles import profile_named
from simulator.trust.verdict import Verdict, first_failed
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.pki.reading.misencoding import Misencoding
    from simulator.tls.wire.version import TlsVersion
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.profile import Profile

KEPT_VERDICTS = 1024  # two for each run; those of one scenario are asked for by every run of it


def judge(
    chain: Sequence[bytes],
    policy: TrustPolicy,
    now: datetime,
    *,
    tls: TlsVersion,
    proof: ProofRead | None = None,
) -> Verdict:
    """Judge the certificates of a Certificate message (RFC 5280, section 6; RFC 8446, section 4.4.2).

    A pure function. It never raises because of what was presented: rubbish is a failed check. The proof of
    possession is not reached here; :func:`with_proof` completes the verdict.

    Args:
        chain: the certificates as sent, DER, the leaf first; empty if none came.
        policy: the rules they are judged by.
        now: the moment of the decision, aware.
        tls: the protocol version, which decides how a missing certificate is answered.
        proof: the proof of possession, where the stack reads it first; otherwise :func:`with_proof` adds it.

    Raises:
        ScenarioError: the policy's profile is not known.
    """
    return _judge(tuple(chain), policy, now, tls, proof)


@lru_cache(maxsize=KEPT_VERDICTS)
def _judge(
    chain: tuple[bytes, ...], policy: TrustPolicy, now: datetime, tls: TlsVersion, proof: ProofRead | None
) -> Verdict:
    """Judge once: the same certificates under the same rules at the same moment."""
    profile = profile_named(policy.profile)
    if policy.max_depth is None and profile.max_depth is not None:
        policy = replace(policy, max_depth=profile.max_depth)
    presented, problems = _read(chain, profile)
    tolerated = tuple(one for certificate in presented for one in certificate.misencoded)

    def candidate(*path: Certificate, no_path: NoPath | None = None) -> Candidate:
        return Candidate(path, policy, profile, now, tls, len(chain), problems, tolerated, no_path, proof)

    if not chain or problems:
        unread = not presented or isinstance(problems.get(0), str)
        peer = None if unread else presented[0].subject
        return _verdict(candidate(), peer)
    leaf = presented[0]
    kind: type[OpensslPath | PathSearch] = OpensslPath if profile.one_path else PathSearch
    search: Search = kind(leaf, presented[1:], policy, now)
    paths = iter([(leaf,)]) if leaf in policy.store.directly_trusted else search.paths()
    refused: Verdict | None = None
    for path in paths:
        verdict = _verdict(candidate(*path), leaf.subject)
        if verdict.accepted:
            return verdict
        # The preferred path is the one to report, unless an issuer in it turns out to be a namesake.
        if refused is None or (_is_broken(refused) and not _is_broken(verdict)):
            refused = verdict
    if refused is not None:
        return refused
    no_path = search.no_path
    tried = no_path.path if profile.judges_while_searching and no_path.path else (leaf,)
    return _verdict(candidate(*tried, no_path=no_path), leaf.subject)


def _is_broken(verdict: Verdict) -> bool:
    """Return True if the path does not hold together: an issuer's key did not make a signature."""
    return verdict.decisive is not None and verdict.decisive.name == CheckName.SIGNATURE


def _read(
    chain: Sequence[bytes], profile: Profile
) -> tuple[tuple[Certificate, ...], dict[int, str | Misencoding]]:
    """The certificates that can be read, and what keeps one from being judged, by place."""
    certificates: list[Certificate] = []
    problems: dict[int, str | Misencoding] = {}
    for place, der in enumerate(chain):
        try:
            certificates.append(Certificate.parse(der))
        except CertificateError as error:
            problems[place] = error.message
            continue
        if (field := unacceptable_field(certificates[-1], profile)) is not None:
            problems[place] = field
    return tuple(certificates), problems


def _verdict(candidate: Candidate, peer: str | None) -> Verdict:
    """Join the candidate's ledger with the alert of its decisive check."""
    role, profile = candidate.policy.role, candidate.profile
    checks = keep_ledger(candidate)
    decisive = first_failed(checks)
    alert = None if decisive is None else alert_after(decisive, profile.alerts, role, candidate.tls)
    path = () if candidate.no_path else tuple(one.fingerprint for one in candidate.path)
    return Verdict(role, profile.name, peer, path, checks, alert)


def with_proof(verdict: Verdict, *, ok: bool, scheme: str, problem: str, tls: TlsVersion) -> Verdict:
    """The same verdict with the line of the proof of possession completed.

    Args:
        verdict: of :func:`judge` or :func:`~simulator.trust.unjudged.unjudged`.
        ok: the signature verifies under the key of the certificate.
        scheme: RFC name of the SignatureScheme.
        problem: why the signature does not verify, or empty.
        tls: the protocol version; with the signer it decides what had to be signed.
    """
    finding = proof_read(verdict.role, tls, ProofRead(ok, scheme, problem))
    proof = line(CheckName.PROOF_OF_POSSESSION, finding, 0, verdict.peer or "")
    return verdict.with_proof(
        proof, None if ok else alert_after(proof, profile_named(verdict.profile).alerts, verdict.role, tls)
    )
