"""An explanation of one's own certificates: for a terminal, and as a JSON document."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from simulator.engine.certificate_facts import facts_of
from simulator.errors import joined
from simulator.lab.stacks import stack_answers
from simulator.pki.files.wrong_file import Wanted, wrong_file
from simulator.tls.wire.version import PEER
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.cells import hanging, paint, wrap_cells
from simulator.views.story.words import OUTCOME_MARKS, OUTCOME_WORDS, common_name, level_name
from simulator.views.texts.shown_errors import errors_for
from simulator.visible import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from simulator.lab.explanation import Explanation
    from simulator.lab.own_files import OwnFiles
    from simulator.trust.verdict import Check

KINDS = {CheckOutcome.PASS: "good", CheckOutcome.FAIL: "bad"}
KEYS = {
    True: "The private key belongs to it.",
    False: "No private key of the files belongs to it.",
    None: "No private key is at hand.",
}
NO_CERTIFICATE = "There is nothing to judge: the files hold no certificate."
KEY_ALONE = "A key alone is no certificate; give the file with the certificate, too."
NO_END = 9999  # the year of 99991231235959Z, by which a certificate says that it never expires (RFC 5280)
SHOWN = {"subjectAltName": "also names", "keyUsage": "its key is for", "extKeyUsage": "issued for"}
NAMED = 3  # of the trusted certificates; a store of a system has hundreds


def document(own: OwnFiles, explanation: Explanation) -> dict[str, Any]:
    """The explanation as the JSON document of ``clientauth explain``."""
    verdict = explanation.verdict
    return {
        "files": [
            {
                "path": name,
                "kind": facts.kind.value,
                "certificates": facts.certificates,
                "keys": facts.keys,
                "encrypted": facts.encrypted,
            }
            for name, facts in own.files
        ],
        "as": explanation.role,
        "at": explanation.at.isoformat(),
        "profile": verdict.profile,
        "key_matches": own.key_matches,
        "remarks": list(own.remarks),
        "accepted": verdict.accepted,
        "decisive_check": verdict.decisive.name if verdict.decisive else None,
        "alert": stack_answers({verdict.profile: verdict})[0].alert,
        "sentence": explanation.sentence,
        "ledger": [
            {
                "check": check.name,
                "outcome": check.outcome.value,
                "certificate": check.subject or None,
                "sentence": check.sentence,
                "reference": check.reference,
            }
            for check in verdict.checks
        ],
        "cells": [
            {"policy": cell.policy, "tls": cell.tls, "level": cell.level.value, "alert": cell.alert}
            for cell in explanation.cells
        ],
        "stacks": {
            one.profile: {"accepted": one.accepted, "alert": one.alert, "text": one.text}
            for one in stack_answers(explanation.verdicts)
        },
    }


def explanation_text(
    own: OwnFiles, explanation: Explanation, width: int, *, coloured: bool, every: bool
) -> str:
    """The explanation as text, no line longer than ``width``.

    Args:
        own: the files.
        explanation: what was found out.
        width: columns.
        coloured: with the terminal's colour codes.
        every: every check with its sentence; by default only those that failed.
    """
    lines = [line for name, facts in own.files for line in _lines("", f"{name}: {facts}", width, more=2)]
    if not own.chain:  # what a client without a certificate gets is not what was asked for
        return "\n".join([*lines, "", *wrap_cells(NO_CERTIFICATE, width), *_advice(own, width)])
    parts = (
        _certificate(own, width),
        _setting(own, explanation, width),
        _verdict(explanation, width, coloured=coloured),
        _checks(explanation.verdict.checks, width, coloured=coloured, every=every),
        _cells(explanation, width),
        _stacks(explanation, width),
        _printed(explanation, width),
    )
    for part in map(list, parts):
        lines += ["", *part] if part else []
    return "\n".join(lines)


def _lines(mark: str, words: str, width: int, more: int = 0) -> list[str]:
    """Words in lines, with the line breaks inside them as escapes: a name could forge a verdict with one."""
    return hanging(mark, clean(words), width, more)


def _advice(own: OwnFiles, width: int) -> Iterator[str]:
    """The advice for each file that holds no certificate."""
    for name, facts in own.files:
        helps = KEY_ALONE if facts.keys else wrong_file(Wanted.CERTIFICATES, facts).advice
        yield from _lines("", f"{name}: {helps}", width, more=2)


def _certificate(own: OwnFiles, width: int) -> Iterator[str]:
    leaf, *others = own.chain
    yield from _lines("", f"{leaf.subject}, issued by {leaf.issuer}", width, more=2)
    never = ": it never expires" if leaf.not_after and leaf.not_after.year == NO_END else ""
    validity = f"valid from {_words(leaf.not_before)} to {_words(leaf.not_after)}{never}"
    yield from _lines("  ", validity, width, more=2)
    for extension in facts_of(leaf).extensions:
        if extension.name in SHOWN:
            yield from _lines("  ", f"{SHOWN[extension.name]} {extension.text}", width, more=2)
    for other in others:
        yield from _lines("  ", f"with {other.subject}, issued by {other.issuer}", width, more=2)
    yield from _lines("  ", KEYS[own.key_matches], width)
    for remark in own.remarks:
        yield from _lines("  ", remark, width, more=2)


def _words(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "an unreadable moment"


def _setting(own: OwnFiles, explanation: Explanation, width: int) -> Iterator[str]:
    judge, profile = PEER[explanation.role], explanation.verdict.profile
    words = f"Judged by a {judge} that follows the profile {profile}, at {_words(explanation.at)}."
    yield from _lines("", words, width, more=2)
    trusted = explanation.trusted
    more = [f"{len(trusted) - NAMED} more"] if len(trusted) > NAMED else []
    names = joined([*(one.subject for one in trusted[:NAMED]), *more], "and") if trusted else "no certificate"
    why = " (the root among the files; --trust names others)" if trusted and trusted == own.roots else ""
    yield from _lines("  ", f"It trusts {names}{why}.", width, more=2)


def _verdict(explanation: Explanation, width: int, *, coloured: bool) -> Iterator[str]:
    [answer] = stack_answers({explanation.verdict.profile: explanation.verdict})
    if answer.accepted:
        yield paint("ACCEPTED", "good", colour=coloured)
    else:
        ends = (
            f", alert {answer.alert}" if answer.alert else f", {answer.otherwise}" if answer.otherwise else ""
        )
        for line in _lines("", f"REFUSED: {answer.check}{ends}", width):
            yield paint(line, "bad", colour=coloured)
    yield from _lines("  ", explanation.sentence, width)


def _checks(checks: Sequence[Check], width: int, *, coloured: bool, every: bool) -> Iterator[str]:
    """The checks by their outcome: by name alone, or with their sentences."""
    yield "The checks" if every else "The checks (--all: with what each one looked at)"
    ends: dict[str, set[CheckOutcome]] = defaultdict(set)
    for check in checks:
        ends[check.name].add(check.outcome)
    for outcome, group in groupby(sorted(checks, key=_place), key=lambda check: check.outcome):
        mark, kind = f"  {OUTCOME_MARKS[outcome]} ", KINDS.get(outcome, "quiet")
        if outcome is CheckOutcome.FAIL or (every and outcome is CheckOutcome.PASS):
            lines = [_lines(mark, f"{check.name}: {check.sentence}", width) for check in group]
        else:
            names = dict.fromkeys(_name(check, alike=len(ends[check.name]) == 1) for check in group)
            lines = [_lines(mark, f"{OUTCOME_WORDS[outcome]}: {', '.join(names)}", width)]
        yield from (paint(line, kind, colour=coloured) for piece in lines for line in piece)


def _name(check: Check, *, alike: bool) -> str:
    """A check by its name, with its certificate's if it ended otherwise for another one."""
    return check.name if alike or not check.subject else f"{check.name} of {common_name(check.subject)}"


def _place(check: Check) -> int:
    order = (CheckOutcome.FAIL, CheckOutcome.PASS, CheckOutcome.NOT_EVALUATED, CheckOutcome.NOT_REACHED)
    return order.index(check.outcome)


def _cells(explanation: Explanation, width: int) -> Iterator[str]:
    if explanation.cells:
        yield "Under each policy of the server"
    for policy, group in groupby(explanation.cells, key=lambda cell: cell.policy):
        ends: dict[str, list[str]] = {}
        for cell in group:
            end = f"{level_name(cell.level)}{f', {cell.alert}' if cell.alert else ''}"
            ends.setdefault(end, []).append(cell.tls)
        words = [end if len(ends) == 1 else f"{end} (TLS {versions[0]})" for end, versions in ends.items()]
        yield from _lines(f"  {policy:<12}", "; ".join(words), width)


def _stacks(explanation: Explanation, width: int) -> Iterator[str]:
    yield "By other rules, in the words of their programs"
    for answer in stack_answers(explanation.verdicts):
        if answer.profile != explanation.verdict.profile:
            end = f"refused: {answer.check}, {answer.alert or answer.otherwise}"
            yield from _lines(f"  {answer.profile:<12}", "accepted" if answer.accepted else end, width)
            for line in answer.text.split("\n") if answer.text else ():
                yield from _lines(" " * 14, line, width, more=2)


def _printed(explanation: Explanation, width: int) -> Iterator[str]:
    """The error texts of real programs for the cause."""
    verdict = explanation.verdict
    errors = errors_for(PEER[explanation.role], explanation.cause, verdict.alert or "", "1.3")
    if errors:
        yield "What the person sees in TLS 1.3"
    for error in errors:
        yield from _lines("  ", f"{error.program}, at the {error.side}:", width)
        for line in error.text.split("\n"):
            yield from _lines("    ", line, width, more=2)
