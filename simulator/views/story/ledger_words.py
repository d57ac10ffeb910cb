"""Checks in words: the evidence, one line a check, and one line for all checks of one outcome."""

from __future__ import annotations

from collections import Counter

from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.views.story.words import OUTCOME_WORDS, clean

NOT_LOOKED = (CheckOutcome.NOT_EVALUATED, CheckOutcome.NOT_REACHED)


def evidence(check: Check) -> str:
    """What the check looked at, what it wanted, and where the rule stands."""
    parts = []
    if check.field and check.value:
        parts.append(f"{clean(check.field)}: {clean(check.value)}")
    if check.required:
        parts.append(f"required: {clean(check.required)}")
    if check.reference:
        parts.append(clean(check.reference))
    return " · ".join(parts)


def judged(verdict: Verdict) -> str:
    """Whose certificate is judged."""
    return clean(verdict.peer) if verdict.peer else f"The {verdict.role} sent no certificate."


def group(checks: tuple[Check, ...], outcome: CheckOutcome) -> str:
    """The checks of one outcome in a line: ``3 passed: signature, validity ×2``; empty without any."""
    names = Counter(clean(check.name) for check in checks if check.outcome is outcome)
    if not names:
        return ""
    words = [name if count == 1 else f"{name} ×{count}" for name, count in names.items()]
    return f"{names.total()} {OUTCOME_WORDS[outcome]}: {', '.join(words)}"


def line_of(check: Check) -> str:
    """One check with its sentence and, where it was made, the rule's reference."""
    head = f"{clean(check.name)}, {OUTCOME_WORDS[check.outcome]}"
    line = f"{head}: {clean(check.sentence)}" if check.sentence else head
    return (
        f"{line} ({clean(check.reference)})"
        if check.reference and check.outcome is CheckOutcome.PASS
        else line
    )
