"""The matrix of stacks in words: what its cells say, and what must be said below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.alerts import AlertDescription
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.views.stacks.cells import StackCell, StackMatrix

TITLE = "One certificate, many servers"
LEAD = (
    "What a client shows, and what servers that insist on a good certificate make of it. RFC 8446 names the "
    "alerts; which checks a server makes, and which alert a fault gets, differs from program to program."
)
BREAK = (
    "Public CAs leave clientAuth out of the certificates that they issue now, so a renewed one is "
    "“serverAuth only”. A CA of one's own issues clientAuth as before."
)


def end_in_words(cell: StackCell) -> str:
    """The outcome for one client: accepted, or the part of its refusal that it sees."""
    return "accepted" if cell.accepted else f"refused: {sees(cell)}"


def sees(cell: StackCell) -> str:
    """The end that a refused client sees: an alert with its number, a page, or a closed connection."""
    if cell.alert is None:
        return clean(cell.client_sees)
    return f"{clean(cell.alert)} ({int(AlertDescription.from_name(cell.alert))})"


def when_learned(matrix: StackMatrix) -> str:
    """The moment at which clients learn of their refusal, by version."""
    older, newest = matrix.versions[0], matrix.versions[-1]
    late = matrix.late_in(older)
    but = f", after it with {' and '.join(late)}" if late else ""
    return (
        f"A refused client learns of it after its handshake call in TLS {newest}; in TLS {older} "
        f"while the call lasts{but}."
    )


def description(matrix: StackMatrix) -> str:
    """The matrix in sentences, for people who cannot see it."""
    sentences = []
    for credential, words in matrix.words.items():
        said: dict[str, list[str]] = {}
        for stack in matrix.stacks:
            newest, older = matrix.both(credential, stack)
            end = end_in_words(newest)
            if older is not None:
                end += f" in TLS {newest.tls}, {end_in_words(older)} in TLS {older.tls}"
            said.setdefault(end, []).append(stack)
        ends = "; ".join(f"{end} by {', '.join(stacks)}" for end, stacks in said.items())
        sentences.append(f"{clean(words)}: {ends}.")
    return " ".join(sentences)
