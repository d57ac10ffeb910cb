"""The words of the trust graph: the lines on a certificate, the caption, and the graph as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.version import PEER
from simulator.views.drawing.cells import hanging
from simulator.views.story.lanes import opening, run_title, under_title
from simulator.views.story.trust_network import links, steps, trust_network
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check
    from simulator.views.drawing.style import Detail
    from simulator.views.story.trust_network import Judgement, Node, TrustNetwork

BRANCHES = " │├└─"  # of a tree
DAY = len("2026-01-31")  # of an ISO 8601 time


def node_lines(node: Node, detail: Detail) -> tuple[str, ...]:
    """The lines below the name of a certificate."""
    lines = [node.kind]
    facts = node.facts
    if facts is not None and detail != "overview":
        lines.append(f"{facts.not_before[:DAY]} to {facts.not_after[:DAY]}")
    if facts is not None and detail == "everything":
        lines.append(f"{facts.key_type}, {facts.signature_algorithm}")
        lines.append(f"serial number {facts.serial_number}"[:60])
        lines.append(f"SHA-256 {node.certificate.fingerprint[:16]}…")
    return (*lines, whereabouts(node))


def whereabouts(node: Node) -> str:
    """The sides that sent, trust, hold or keep it."""
    parts = [f"sent by the {side}" for side in node.sent_by]
    parts += [f"trusted by the {side}" for side in node.trusted_by]
    parts += [f"held by the {side}, not trusted" for side in node.held_by]
    parts += [f"the {side} has it and did not send it" for side in node.kept_by]
    return "; ".join(parts) or "not sent, not trusted"


def failed_here(found: TrustNetwork, name: str) -> tuple[int, Check] | None:
    """The decisive check that was about this certificate, with the ``seq`` of its ledger."""
    for judgement in found.judgements:
        verdict = judgement.verdict
        decisive = verdict.decisive if verdict else None
        if judgement.event is None or decisive is None or decisive.depth is None:
            continue
        leaf = found.leaves.get(PEER[judgement.judge])
        path = judgement.path or ((leaf,) if leaf else ())
        if decisive.depth < len(path) and path[decisive.depth] == name:
            return judgement.event.seq, decisive
    return None


def judgement_words(judgement: Judgement) -> str:
    """A judgement as a sentence."""
    return f"The {judgement.judge} {judgement.words}."


def _link_words(judgement: Judgement, found: TrustNetwork) -> str:
    """The place where the path broke, in a sentence, or empty."""
    if judgement.missing is None:
        return ""
    name, issuer = judgement.missing
    subject = found.nodes[name].title
    if issuer == name:
        return f"The missing link: {subject} is signed by itself and not in the {judgement.judge}'s store."
    if issuer:
        return (
            f"The missing link: {subject} was issued by {found.nodes[issuer].title}, whose certificate the "
            f"{judgement.judge} does not have."
        )
    return f"The missing link: the issuer of {subject} does not exist in this world."


def hint_words(found: TrustNetwork) -> str:
    """The CAs that the CertificateRequest names, or empty without a request."""
    if found.hints is None:
        return ""
    named = [found.nodes[name].title for name in found.hints] + list(found.unknown_hints)
    if not named:
        return "The CertificateRequest names no CA."
    return f"Hint in the CertificateRequest, which is no trust: {', '.join(named)}."


def description(trace: Trace, found: TrustNetwork) -> str:
    """The graph in sentences, for people who cannot see it."""
    sentences = [opening(trace)]
    for judgement in found.judgements:
        sentences += _told(judgement, found, "The path that was built: {}.", " from ")
    sentences.append(hint_words(found))
    return " ".join(filter(None, sentences))


def trust_text(trace: Trace, width: int = 80) -> str:
    """The trust graph as text: each judge with its store, then the certificates below their issuers.

    Args:
        trace: the run.
        width: columns of the longest line, at least 40.
    """
    found, width = trust_network(trace), max(width, 40)
    lines = [f"{run_title(trace.setup)}: who trusts whom", clean(under_title(trace)), ""]
    for judgement in found.judgements:
        trust, *rest = filter(None, _told(judgement, found, "Path: {} → store", " → "))
        lines += [trust, *(f"  {words}" for words in rest), ""]
    lines += ["Certificates, each below its issuer", *_trees(found)]
    hint = hint_words(found)
    lines += ["", hint] if hint else []
    split = ((line[: len(line) - len(line.lstrip(BRANCHES))], line.lstrip(BRANCHES)) for line in lines)
    wrapped = [part for stem, words in split for part in hanging(stem, words, width, 2)]
    return "\n".join(part.rstrip() for part in wrapped) + "\n"


def _told(judgement: Judgement, found: TrustNetwork, path: str, between: str) -> list[str]:
    """Trust, judgement, path and missing link, a sentence each; empty where there is none."""
    side = judgement.judge
    trusted = [node.title for node in found.nodes.values() if side in node.trusted_by]
    titles = between.join(found.nodes[name].title for name in judgement.path)
    return [
        f"The {side} trusts {', '.join(trusted) or 'no certificate'}.",
        judgement_words(judgement),
        path.format(titles) if judgement.path else "",
        _link_words(judgement, found),
    ]


def _trees(found: TrustNetwork) -> Iterator[str]:
    """Every certificate once below each of its issuers."""
    used = set().union(*(steps(judgement) for judgement in found.judgements))
    children: dict[str, list[str]] = {}
    for issuer, subject, kind in links(found):
        if kind == "issued":
            children.setdefault(issuer, []).append(subject)

    def tree(name: str, stem: str, branch: str, above: tuple[str, ...]) -> Iterator[str]:
        node = found.nodes[name]
        on_path = bool(above) and (above[-1], name) in used
        words = f"{node.title} ({node.kind}; {whereabouts(node)})" + (", on the path" if on_path else "")
        failed = failed_here(found, name)
        words += f". Failed here: {clean(failed[1].name)}" if failed else ""
        yield f"{stem}{branch}{words}"
        below = [child for child in children.get(name, []) if child not in above]
        stem += {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for place, child in enumerate(below):
            yield from tree(child, stem, "└─ " if place == len(below) - 1 else "├─ ", (*above, name))

    roots = [name for name, node in found.nodes.items() if not node.certificate.signed_by]
    roots = roots or list(found.nodes)[:1]
    for root in roots:
        yield from tree(root, "", "", ())
