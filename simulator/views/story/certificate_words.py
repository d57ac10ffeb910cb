"""A certificate in words, from the facts in the setup of its trace, and the checks that were made of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.trust.vocabulary import CheckName
from simulator.views.story.words import OUTCOME_WORDS, clean, common_name, size

if TYPE_CHECKING:
    from simulator.trace.facts import Setup
    from simulator.trace.setup import CertificateFacts, HeldCertificate
    from simulator.views.drawing.style import Detail
    from simulator.views.story.words import Say

UNREADABLE = "unreadable certificate"
RESULTS = {
    CheckOutcome.PASS: "trusted",
    CheckOutcome.FAIL: "not accepted",
    CheckOutcome.NOT_EVALUATED: "not judged",
}
NOT_LOOKED = (CheckOutcome.NOT_EVALUATED, CheckOutcome.NOT_REACHED)


def certificate_title(held: HeldCertificate) -> str:
    """The common name of its subject."""
    if held.facts is None:
        return UNREADABLE
    return common_name(clean(held.facts.subject)) or "no name"


def certificate_words(setup: Setup, der: bytes) -> dict[str, Any]:
    """A certificate as plain values in words.

    Bytes that the setup does not describe, as those of a live peer, are not read: that takes a crypto
    library.

    Returns:
        ``title``: the common name. ``facts``: (label, text) pairs. ``extensions``: (name, critical, text).
        ``fingerprint``: SHA-256 of the DER, hexadecimal.
    """
    held, fingerprint = setup.described(der), hashlib.sha256(der).hexdigest()
    known = held.facts if held else None
    problem = held.problem if held else "It is not described in this trace."
    facts = [("Problem", problem), ("Size", size(len(der)))]
    if known:
        facts = [*_facts(known), ("SHA-256", fingerprint)]
    extensions = known.extensions if known else ()
    return {
        "title": certificate_title(held) if held else "unknown certificate",
        "facts": [[label, clean(text)] for label, text in facts],
        "extensions": [[clean(one.name), one.critical, clean(one.text)] for one in extensions],
        "fingerprint": fingerprint,
    }


def _facts(facts: CertificateFacts) -> list[tuple[str, str]]:
    itself = " (itself: the certificate is self-signed)" if facts.self_signed else ""
    return [
        ("Subject", facts.subject or "empty"),
        ("Issuer", f"{facts.issuer}{itself}" or "empty"),
        ("Not before", utc_words(facts.not_before)),
        ("Not after", utc_words(facts.not_after)),
        ("Public key", facts.key_type),
        ("Signed with", facts.signature_algorithm),
        ("Serial number", facts.serial_number),
        ("Version", str(facts.version)),
    ]


def utc_words(moment: str) -> str:
    """An ISO 8601 time as people write it."""
    return moment.replace("T", " ").replace("Z", " UTC")


def evidence(check: Check, say: Say = clean) -> str:
    """The field that was checked, the value it should have had, and the rule's reference."""
    looked = f"{clean(check.field)}: {say(check.value)}" if check.field and check.value else ""
    wanted = f"required: {say(check.required)}" if check.required else ""
    return " · ".join(filter(None, (looked, wanted, clean(check.reference or ""))))


def about(verdict: Verdict, say: Say = clean) -> str:
    """The subject of the certificate that is judged."""
    return say(verdict.peer) if verdict.peer else f"The {verdict.role} sent no certificate."


def result_of(verdict: Verdict, checks: tuple[Check, ...], say: Say) -> tuple[CheckOutcome, str] | None:
    """Outcome and words of a certificate's checks together, or of the proof that completes them."""
    if not checks:
        return None
    owner = say(verdict.peer) if verdict.peer else f"The {verdict.role}"
    outcomes = {check.outcome for check in checks}
    if len(checks) < len(verdict.checks):
        if CheckOutcome.FAIL in outcomes:
            return CheckOutcome.FAIL, f"{owner}'s proof: does not hold"
        return CheckOutcome.PASS, f"{owner}'s proof: made with the certificate's key"
    if not verdict.peer and verdict.check(CheckName.CERTIFICATE_PRESENTED).outcome is not CheckOutcome.PASS:
        failed = CheckOutcome.FAIL in outcomes
        return (CheckOutcome.FAIL if failed else CheckOutcome.NOT_EVALUATED), about(verdict)
    for outcome in (CheckOutcome.FAIL, CheckOutcome.PASS, CheckOutcome.NOT_EVALUATED):
        if outcome in outcomes:
            return outcome, f"{owner}'s certificate: {RESULTS[outcome]}"
    return None


def ledger_lines(verdict: Verdict, detail: Detail, say: Say) -> tuple[tuple[CheckOutcome, str], ...]:
    """Outcome and words of each line: every check, or those of one outcome together; none in an overview."""
    if detail == "everything":
        return tuple((check.outcome, line_of(check, say)) for check in verdict.checks)
    if detail == "overview":
        return ()
    # The proof that is to come has a line of its own.
    here = verdict.decisive or not verdict.peer or verdict.proof_came_first
    to_come = () if here else (CheckName.PROOF_OF_POSSESSION,)
    checks = tuple(check for check in verdict.checks if check.name not in to_come)
    groups = ((outcome, group(checks, outcome)) for outcome in (CheckOutcome.PASS, *NOT_LOOKED))
    return tuple((outcome, words) for outcome, words in groups if words)


def decisive_words(check: Check, say: Say) -> tuple[str, str, str]:
    """The check that decided: its name, its sentence, its evidence."""
    proof = " · ".join(filter(None, (evidence(check, say), worked_out(check))))
    return f"Decisive: {clean(check.name)}", say(check.sentence), proof


def group(checks: tuple[Check, ...], outcome: CheckOutcome) -> str:
    """The checks of one outcome in a line: ``3 passed: signature, validity ×2``; empty without any."""
    names = Counter(clean(check.name) for check in checks if check.outcome is outcome)
    if not names:
        return ""
    words = [name if count == 1 else f"{name} ×{count}" for name, count in names.items()]
    return f"{names.total()} {OUTCOME_WORDS[outcome]}: {', '.join(words)}"


def line_of(check: Check, say: Say = clean) -> str:
    """One check with its sentence and, where it was made, the rule's reference."""
    head = f"{clean(check.name)}, {OUTCOME_WORDS[check.outcome]}"
    line = f"{head}: {say(check.sentence)}" if check.sentence else head
    passed = check.outcome is CheckOutcome.PASS
    cited = f"{line} ({clean(check.reference)})" if check.reference and passed else line
    return " ".join(filter(None, (cited, worked_out(check))))


def worked_out(check: Check) -> str:
    """The further lines of a check as one: the policy tree, each node with its level; empty without any."""
    nodes = (" ".join(clean(line).split()) for line in check.detail)
    return f"Policy tree: {' · '.join(nodes)}." if check.detail else ""
