"""The verdict: which check decides, what the ledger lists, and what is never claimed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.errors import ScenarioError
from simulator.pki.issuing import Issuer
from simulator.pki.stores import TrustStore
from simulator.tls.wire.alerts import AlertDescription
from simulator.trust.judge import _judge, judge, with_proof
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import QUESTIONS
from tests.trust.worlds import DAY, FAULTS, HOST, NOW, contents, issue, key

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trust.verdict import Verdict

# fault of a client's chain → (decisive check, depth) under the openssl profile; None where it is accepted
DECIDES = {
    "unknown CA": ("trust-anchor", None),
    "missing intermediate": ("trust-anchor", None),
    "intermediate trusted alone": ("trust-anchor", None),
    "leaf expired": ("validity", 0),
    "leaf not yet valid": ("validity", 0),
    "leaf not valid for three days yet": ("validity", 0),
    "intermediate expired": ("validity", 1),
    "intermediate not yet valid": ("validity", 1),
    "intermediate not valid for three days yet": ("validity", 1),
    "root expired": ("validity", 2),
    "root not yet valid": ("validity", 2),
    "leaf for the wrong purpose": ("extended-key-usage", 0),
    "leaf for any purpose": ("extended-key-usage", 0),
    "leaf for no named purpose": None,
    "intermediate for the wrong purpose": ("extended-key-usage", 1),
    "root for the wrong purpose": ("extended-key-usage", 2),
    "leaf may only encipher keys": ("key-usage", 0),
    "leaf may only agree on keys": None,
    "leaf without key usage": None,
    "intermediate may not sign certificates": ("key-usage", 1),
    "leaf with an unknown critical extension": ("critical-extensions", 0),
    "intermediate with an unknown critical extension": ("critical-extensions", 1),
    "root with an unknown critical extension": ("critical-extensions", 2),
    "intermediate is no CA": ("basic-constraints", 1),
    "intermediate without basic constraints": ("basic-constraints", 1),
    "root allows no CA below": ("path-length", 2),
    "name excluded": ("name-constraints", 0),
    "leaf's signature spoiled": ("signature", 0),
    "intermediate's signature spoiled": ("signature", 1),
    "leaf's key weak": ("key-strength", 0),
    "intermediate's key weak": ("key-strength", 1),
    "leaf signed with SHA-1": ("signature-algorithm", 0),
    "intermediate signed with SHA-1": ("signature-algorithm", 1),
    "root signed with SHA-1": None,
    "leaf with an alternative name": None,
    "leaf for another name": None,
    "leaf named by common name only": None,
}
# where the other profiles decide otherwise
DECIDES_STRICTLY = DECIDES | {
    "intermediate trusted alone": None,  # any trusted CA ends the path
    "leaf for any purpose": None,
    "leaf may only agree on keys": ("key-usage", 0),
    "name excluded": None,  # a common name is no DNS name
}
DECIDES_BY_PATH = DECIDES_STRICTLY | {
    "root expired": None,  # the trust anchor is not part of the path
    "root not yet valid": None,
    "root for the wrong purpose": None,
    "root with an unknown critical extension": None,
    "root allows no CA below": None,
    "intermediate for the wrong purpose": None,  # purposes bind the certificate that has them
    "leaf's key weak": None,  # RFC 5280 has no least length
    "intermediate's key weak": None,
}
DECIDES_IN_WEBPKI = DECIDES_STRICTLY | {
    "leaf for any purpose": ("extended-key-usage", 0),
    "leaf for no named purpose": ("baseline-requirements", 0),
}
TABLES = {
    "openssl": DECIDES,
    "rfc5280": DECIDES_BY_PATH,
    "strict": DECIDES_STRICTLY,
    "webpki": DECIDES_IN_WEBPKI,
}


def judged(role: str, faults: tuple[str, ...], profile: str = "openssl") -> Verdict:
    """The verdict on a world with these faults."""
    issued = issue(role, faults)  # type: ignore[arg-type]
    return judge(issued.presented, issued.policy(profile=profile), NOW, tls="1.3")


def test_a_verdict_is_remembered_for_the_very_same_question() -> None:
    """The same question gets the same verdict; another rule, moment, version or chain is judged anew."""
    issued = issue("server", ())
    policy = issued.policy(server_name=HOST)
    verdict = judge(issued.presented, policy, NOW, tls="1.3")
    assert verdict is judge(list(issued.presented), issued.policy(server_name=HOST), NOW, tls="1.3")
    assert not judge(issued.presented, policy, NOW + 3000 * DAY, tls="1.3").accepted
    assert not judge(issued.presented, issued.policy(server_name="other.example"), NOW, tls="1.3").accepted
    assert not judge(issued.presented[:1], policy, NOW, tls="1.3").accepted
    assert verdict != judge(issued.presented, policy, NOW, tls="1.2")


@cache
def every_verdict() -> list[Verdict]:
    """Verdicts of all kinds: accepted, refused for every fault, absent, rubbish; every profile."""
    found = [
        judged(role, faults, profile)
        for role in ("client", "server")
        for profile in PROFILES
        for faults in ((), *((fault,) for fault in FAULTS))
    ]
    for profile in PROFILES:
        for required in (True, False):
            policy = TrustPolicy("client", profile=profile, require_certificate=required)
            found.append(judge([], policy, NOW, tls="1.3"))
            found.append(judge([b"rubbish"], policy, NOW, tls="1.3"))
    return found


@pytest.mark.parametrize("profile", TABLES)
def test_what_decides(profile: str) -> None:
    """Every fault is found by the check that is about it, on the certificate that has it."""
    decided = {fault: judged("client", (fault,), profile).decisive for fault in FAULTS}
    assert {fault: check and (check.name, check.depth) for fault, check in decided.items()} == TABLES[profile]


def test_every_check_is_listed() -> None:
    """A ledger lists every check of its profile, whatever happened."""
    for verdict in every_verdict():
        assert {check.name for check in verdict.checks} == set(PROFILES[verdict.profile].checks)


def test_nothing_is_looked_at_after_the_decision() -> None:
    """After the decisive check every line says that it was not reached, or that the stack never makes it."""
    for verdict in every_verdict():
        omitted = {omission.why for omission in PROFILES[verdict.profile].omissions}
        if verdict.decisive is not None:
            after = verdict.checks[verdict.checks.index(verdict.decisive) + 1 :]
            reached = {check.sentence for check in after if check.outcome is not CheckOutcome.NOT_REACHED}
            assert reached <= omitted


def test_words_and_alerts_are_known() -> None:
    """Check names stand in the vocabulary, alerts in RFC 8446, and sentences are sentences."""
    for verdict in every_verdict():
        assert verdict.alert is None or AlertDescription.from_name(verdict.alert)
        assert (verdict.alert is None) == verdict.accepted
        for check in verdict.checks:
            assert check.name in QUESTIONS
            assert check.sentence[0].isupper() or check.sentence.startswith(check.subject[3:9])
            assert check.sentence.endswith((".", "?"))
            assert "  " not in check.sentence
            assert ".." not in check.sentence


def test_every_alert_follows_from_a_check_of_its_profile() -> None:
    """The table of alerts names only checks that the profile makes, and only alerts that TLS has."""
    for profile in PROFILES.values():
        assert {entry.partition("/")[0] for entry in profile.alerts} <= set(profile.checks)
        assert set(profile.alerts.values()) <= {alert.rfc_name for alert in AlertDescription}


def test_what_nobody_checked_is_never_green() -> None:
    """Revocation and proof of possession never pass in a verdict that only saw the certificates."""
    for verdict in every_verdict():
        assert verdict.check("revocation").outcome in {CheckOutcome.NOT_EVALUATED, CheckOutcome.NOT_REACHED}
        assert verdict.check("proof-of-possession").outcome is CheckOutcome.NOT_REACHED


def test_same_input_same_verdict() -> None:
    """Judging twice gives equal verdicts, although nothing is remembered of the first time."""
    first = every_verdict()
    _judge.cache_clear()
    assert first == every_verdict.__wrapped__()


def test_client_names_are_not_checked() -> None:
    """A client certificate has no name check, even where somebody sets a name."""
    issued = issue("client", ())
    verdict = judge(issued.presented, issued.policy(server_name="other.example"), NOW, tls="1.3")
    assert verdict.accepted
    assert verdict.check("server-name").outcome is CheckOutcome.NOT_EVALUATED
    assert "no name check" in verdict.check("server-name").sentence


def test_absent_where_required() -> None:
    """An absent certificate is refused where one is required; the alert depends on role and version."""
    cases = [
        ("client", "1.2", "handshake_failure"),
        ("client", "1.3", "certificate_required"),
        ("server", "1.2", "decode_error"),
        ("server", "1.3", "decode_error"),
    ]
    for role, tls, alert in cases:
        for profile in TABLES:
            verdict = judge([], TrustPolicy(role, profile=profile), NOW, tls=tls)  # type: ignore[arg-type]
            assert (verdict.peer, verdict.path, verdict.alert) == (None, (), alert), (role, profile)


def test_absent_where_optional() -> None:
    """Where none is required, absence is no failure, and nothing else passes for it."""
    verdict = judge([], TrustPolicy("client", require_certificate=False), NOW, tls="1.3")
    assert verdict.accepted
    assert CheckOutcome.PASS not in {check.outcome for check in verdict.checks}


@pytest.mark.parametrize("fault", ["unknown CA", "leaf expired", "leaf for the wrong purpose"])
def test_optional_forgives_only_absence(fault: str) -> None:
    """A bad certificate is refused with the same alert, whether or not one is required."""
    issued = issue("client", (fault,))
    optional = judge(issued.presented, issued.policy(require_certificate=False), NOW, tls="1.3")
    assert optional.alert == judge(issued.presented, issued.policy(), NOW, tls="1.3").alert
    assert optional.alert is not None


@pytest.mark.parametrize("profile", PROFILES)
def test_missing_intermediate_and_unknown_ca_look_the_same(profile: str) -> None:
    """Both fail on the trust anchor and say that nobody can tell; a held intermediate cures the one."""
    for fault in ("missing intermediate", "unknown CA"):
        check = judged("client", (fault,), profile).decisive
        assert check is not None
        assert (check.name, "look the same from here" in check.sentence) == ("trust-anchor", True)
    whole, cut = issue("client", ()), issue("client", ("missing intermediate",))
    held = cut.policy(held=whole.chain[1:], profile=profile)
    assert judge(cut.presented, held, NOW, tls="1.3").accepted


@pytest.mark.parametrize("profile", PROFILES)
def test_directly_trusted(profile: str) -> None:
    """A leaf that stands in the trust store itself needs no CA; its dates and purpose still count."""
    issued = issue("client", ())
    policy = TrustPolicy("client", TrustStore((), issued.chain[:1]), profile=profile)
    alone = issued.presented[:1]
    verdict = judge(alone, policy, NOW, tls="1.3")
    assert verdict.path == (issued.chain[0].fingerprint,)
    assert verdict.check("directly-trusted").outcome is CheckOutcome.PASS
    late = judge(alone, policy, NOW + 400 * DAY, tls="1.3").decisive
    assert late is not None
    assert late.name == "validity"
    as_server = judge(alone, replace(policy, role="server"), NOW, tls="1.3").decisive
    assert as_server is not None
    assert as_server.name == "extended-key-usage"


@pytest.mark.parametrize("profile", TABLES)
def test_self_signed(profile: str) -> None:
    """A self-signed certificate is refused, unless this very certificate is trusted."""
    own = Issuer.self_signed(key("self"), contents("CN=self", "client")).own.certificate
    twin = Issuer.self_signed(key("twin"), contents("CN=self", "client")).own.certificate
    for trusted, accepted in (((), False), ((twin,), False), ((own,), True)):
        policy = TrustPolicy("client", TrustStore.of(trusted), profile=profile)
        verdict = judge([own.der], policy, NOW, tls="1.3")
        assert (verdict.accepted, verdict.alert) == (accepted, None if accepted else "unknown_ca")


def test_proof_completes_the_ledger() -> None:
    """A good proof passes; a bad one decides, with the alert the handshake gives it."""
    verdict = judged("client", ())
    good = with_proof(verdict, ok=True, scheme="ed25519", problem="", tls="1.3")
    assert (good.check("proof-of-possession").outcome, good.alert) == (CheckOutcome.PASS, None)
    refused = with_proof(verdict, ok=False, scheme="ed25519", problem="another key signed", tls="1.3")
    assert refused.decisive is not None
    assert (refused.decisive.name, refused.alert) == ("proof-of-possession", "decrypt_error")
    assert refused.decisive.value == "ed25519: another key signed"


@pytest.mark.parametrize(
    ("role", "tls", "message", "reference"),
    [
        ("client", "1.3", "CertificateVerify", "RFC 8446 §4.4.3"),
        ("server", "1.3", "CertificateVerify", "RFC 8446 §4.4.3"),
        ("client", "1.2", "CertificateVerify", "RFC 5246 §7.4.8"),
        ("server", "1.2", "ServerKeyExchange", "RFC 5246 §7.4.3, RFC 8422 §5.4"),
    ],
)
def test_the_proof_is_that_of_its_signer(role: Side, tls: TlsVersion, message: str, reference: str) -> None:
    """Only the server of TLS 1.2 proves its key in ServerKeyExchange, and not over the handshake so far."""
    issued = issue(role)
    verdict = judge(issued.presented, issued.policy(), NOW, tls=tls)
    pending = verdict.check("proof-of-possession")
    proof = with_proof(verdict, ok=True, scheme="ed25519", problem="", tls=tls).check("proof-of-possession")
    for line in (proof, pending):
        assert (message, reference) == (line.field, line.reference)
    assert ("this very handshake" in proof.sentence) == (message == "CertificateVerify")
    assert message in pending.sentence


@pytest.mark.parametrize(("role", "clock"), [("client", "server"), ("server", "client")])
@pytest.mark.parametrize("faults", [(), ("leaf expired",), ("leaf not yet valid",)])
def test_now_is_read_from_the_clock_of_the_judge(role: str, clock: str, faults: tuple[str, ...]) -> None:
    """The sentence about the dates says by whose clock they were judged: the other side's."""
    lines = [line for line in judged(role, faults).checks if line.name == "validity"]
    sentence = next(line.sentence for line in lines if line.depth == 0)
    assert sentence.endswith(f" the {clock}'s clock says 2030-03-04 09:00:00 UTC.")


def test_leniency_is_not_put_down_to_the_rfc() -> None:
    """What OpenSSL takes beyond the RFC is called its own; the strict profile asks for the RFC's usage."""
    faults = ("leaf may only agree on keys",)
    lenient, strict = (
        next(
            line
            for line in judged("client", faults, profile).checks
            if (line.name, line.depth) == ("key-usage", 0)
        )
        for profile in ("openssl", "rfc5280")
    )
    assert (lenient.outcome, lenient.required) == (
        CheckOutcome.PASS,
        "absent, or digitalSignature; openssl also accepts keyAgreement",
    )
    assert lenient.sentence.endswith(" may be used for keyAgreement, which openssl accepts, too.")
    assert (strict.outcome, strict.required) == (CheckOutcome.FAIL, "absent, or digitalSignature")


def test_what_is_asked_of_a_signature_algorithm() -> None:
    """The requirement names the refused hashes; for OpenSSL, the two algorithms belong to the signature."""
    required = {}
    for profile in TABLES:
        line = judged("client", ("leaf signed with SHA-1",), profile).decisive
        assert line is not None
        required[profile] = line.required
    hashes = "a hash that is not md5 or sha1"
    assert required["openssl"] == hashes
    assert required["rfc5280"] == f"the same algorithm inside and outside the signed part, and {hashes}"


def test_unknown_profile() -> None:
    """A profile that does not exist is a mistake of the caller, and the message names those that do."""
    with pytest.raises(ScenarioError, match=r"openssl, rfc5280, strict, webpki, .* or node"):
        judge([], TrustPolicy("client", profile="netscape"), NOW, tls="1.3")
