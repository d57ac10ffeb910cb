"""Certificates of one's own, explained: the verdict with its reasons, what to do, and what other rules say.

No connection is made, so the proof of possession is not reached; with a key that belongs to another
certificate it would fail. Revocation is looked up in lists that are given, and nowhere else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

from simulator.error_texts.causes import causes
from simulator.error_texts.of_verdict import cause_of
from simulator.lab.revocation import judge_with_answers
from simulator.pki.stores import TrustStore
from simulator.scenario.setup import ClientAuthentication
from simulator.security import SecurityLevel
from simulator.tls.wire.version import TLS_VERSIONS
from simulator.trust.judge import with_proof
from simulator.trust.policy import RevocationPolicy, TrustPolicy
from simulator.trust.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trust.verdict import Verdict

OTHER_KEY = "the private key at hand belongs to another certificate"
NOT_JUDGED = "not judged here"  # the field of a check that this program cannot make
POLICIES: tuple[ClientAuthentication, ...] = get_args(ClientAuthentication)


@dataclass(frozen=True, slots=True)
class PolicyCell:
    """The answer of a server under one policy to a client with this chain and its key.

    Attributes:
        policy: the client authentication policy.
        tls: the protocol version.
        level: the security level that comes out, if the client verified the server.
        alert: the alert of a refusal, or None.
    """

    policy: ClientAuthentication
    tls: TlsVersion
    level: SecurityLevel
    alert: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A chain, judged.

    Attributes:
        at: the moment of the decision.
        chain: the certificates that were judged, the leaf first.
        trusted: the certificates that the other side trusts.
        policy: the rules by which it judges.
        key_matches: the key at hand belongs to the leaf; None without a key.
        verdict: the verdict under the chosen profile, with its ledger.
        sentence: the outcome and what to do, in plain words.
        cause: the measured cause, whose error texts fit, or an empty text.
        cells: what a server makes of it under each policy; empty for a server's certificate.
        verdicts: the verdict under every profile.
    """

    at: datetime
    chain: tuple[Certificate, ...]
    trusted: tuple[Certificate, ...]
    policy: TrustPolicy
    key_matches: bool | None
    verdict: Verdict
    sentence: str
    cause: str
    cells: tuple[PolicyCell, ...]
    verdicts: Mapping[str, Verdict]

    @property
    def role(self) -> Side:
        """The side whose certificate it is."""
        return self.policy.role


def explain(
    chain: Sequence[Certificate],
    trusted: Sequence[Certificate],
    at: datetime,
    *,
    key_matches: bool | None = None,
    role: Side = "client",
    profile: str = "openssl",
    server_name: str | None = None,
    revocation: RevocationPolicy | None = None,
    answers: Sequence[bytes] = (),
) -> Explanation:
    """Judge a chain as the other side would.

    Args:
        chain: the certificates as they would be sent, the leaf first; empty for none.
        trusted: the certificates that the other side trusts.
        at: the moment of the decision, aware.
        key_matches: the key at hand belongs to the leaf; None without a key.
        role: whose certificate it is.
        profile: the stack profile that judges.
        server_name: of a server's certificate, the name by which it is reached; None for no name check.
        revocation: where the other side looks up revocation; None: nowhere.
        answers: DER of OCSP answers, for a side that looks there.

    Raises:
        ScenarioError: unknown profile.
    """
    sent = [certificate.der for certificate in chain]
    store = TrustStore.of(trusted)
    looks = revocation or RevocationPolicy()
    policy = TrustPolicy(role, store=store, server_name=server_name, profile=profile, revocation=looks)

    def verdict(name: str, tls: TlsVersion = "1.3") -> Verdict:
        judged, _ = judge_with_answers(sent, replace(policy, profile=name), at, tls, answers)
        if key_matches is False and judged.accepted:
            return with_proof(judged, ok=False, scheme="the key at hand", problem=OTHER_KEY, tls=tls)
        return judged

    chosen = verdict(profile)
    _, policy = judge_with_answers(sent, policy, at, "1.3", answers)
    return Explanation(
        at=at,
        chain=tuple(chain),
        trusted=tuple(trusted),
        policy=policy,
        key_matches=key_matches,
        verdict=chosen,
        sentence=_sentence(chosen, trusts_any=len(store) > 0),
        cause=_cause_of(chosen),
        cells=_cells({tls: verdict(profile, tls) for tls in TLS_VERSIONS}) if role == "client" else (),
        verdicts={name: verdict(name) for name in PROFILES},
    )


def _cells(verdicts: Mapping[TlsVersion, Verdict]) -> tuple[PolicyCell, ...]:
    return tuple(
        PolicyCell(policy, tls, *_end(policy, verdict))
        for policy in POLICIES
        for tls, verdict in verdicts.items()
    )


def _end(policy: ClientAuthentication, verdict: Verdict) -> tuple[SecurityLevel, str | None]:
    """The level and the alert of one policy: a client that is not judged stays one without identity."""
    anonymous = verdict.peer is None and _check_of(verdict) == "certificate-presented"
    unjudged = policy == "unverified" and _check_of(verdict) != "proof-of-possession"
    if policy == "none" or unjudged or (policy == "optional" and anonymous):
        return SecurityLevel.SERVER_AUTHENTICATED, None
    if verdict.accepted:
        return SecurityLevel.CLIENT_AUTHENTICATED, None
    in_application = policy == "deferred" and not PROFILES[verdict.profile].refuses_in_tls(_check_of(verdict))
    return SecurityLevel.REFUSED, None if in_application else verdict.alert


def _check_of(verdict: Verdict) -> str:
    return verdict.decisive.name if verdict.decisive else ""


def _sentence(verdict: Verdict, *, trusts_any: bool) -> str:
    """The outcome and what to do."""
    decisive = verdict.decisive
    if decisive is None:
        return "Every check passed: the certificate is accepted if its holder proves that it has the key."
    if decisive.name == "trust-anchor" and not trusts_any:
        return f"{decisive.sentence} Nothing is trusted here: name with --trust what the other side trusts."
    return f"{decisive.sentence} {remedy_of(verdict)}"


def _cause_of(verdict: Verdict) -> str:
    """The measured cause; a proof that would fail is the fault of files that were mixed up."""
    mixed_up = verdict.role == "client" and _check_of(verdict) == "proof-of-possession"
    return "key-does-not-match" if mixed_up else cause_of(verdict)


def remedy_of(verdict: Verdict) -> str:
    """The remedy for a refusal, in a sentence or two."""
    decisive, cause = verdict.decisive, _cause_of(verdict)
    if decisive is None:
        return ""
    if decisive.field == NOT_JUDGED:
        return "This is no verdict of the verifier that is imitated: ask the program that will judge it."
    if cause in ("untrusted-ca", "server-untrusted-ca", "no-certificate"):
        return remedies()[
            decisive.name
        ]  # a missing intermediate looks like an unknown CA; no file, no choice
    if decisive.depth:
        return f"The fault is in a CA's certificate ({decisive.subject}). {remedies()['a CA above']}"
    return causes()[cause].remedy if cause else remedies()[decisive.name]


@cache
def remedies() -> Mapping[str, str]:
    """The remedies, by the name of the check that failed."""
    text = files(__package__).joinpath("remedies.toml").read_text(encoding="utf-8")
    return {check: str(words) for check, words in tomllib.loads(text).items()}
