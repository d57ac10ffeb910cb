"""From end to end, where a party stands in between: what the server knows of the client, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.trace.facts import Decided
from simulator.trace.setup import PASSES_ON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.trace import Trace


def end_to_end(connections: Sequence[Trace]) -> str:
    """The security from the client to the server, in a few sentences; empty without a party in between.

    No connection says it by itself: each has a level of its own, and the levels do not add up. So nothing is
    said of one connection alone where there are two.

    Args:
        connections: of a run, each as a trace of its own, in order.
    """
    front, *rest = connections
    if any(actor.role == PASSES_ON for actor in front.setup.actors):
        return (
            "End to end: client and server share one connection of TLS, so what is proved on it is proved to "
            "the other end. The redirector hands on its records, and can read none that is encrypted."
        )
    party = front.setup.party_between
    if not party:
        return ""
    if front.events[0].connection != 1 or (not rest and _let_through(front)):
        return ""  # one connection alone, of two
    if not rest:
        return f"End to end: the {party} did not let the client through, and never called the server."
    onward = rest[0]
    if onward.card.level is SecurityLevel.REFUSED:
        return f"End to end: there is no session, since the {party} and the server came to none."
    known = _proved(onward)
    says = f"which proved to be {known}" if known else "which proved no identity"
    told = f"End to end: the server talks to the {party}, {says}. {_of_the_client(party, front, onward)}"
    return " ".join([told, *_in_clear(party, front, onward)])


def _in_clear(party: str, front: Trace, onward: Trace) -> Iterator[str]:
    """The connections of the two that are in clear, a sentence each."""
    for connection, ends in ((front, f"the client and the {party}"), (onward, f"the {party} and the server")):
        if connection.card.level is SecurityLevel.CLEARTEXT:
            yield f"Between {ends} nothing is encrypted."


def _let_through(front: Trace) -> bool:
    """Return True if the party in between granted the client's connection, and so called the server."""
    taken = (fact for _, fact in front.facts(Decided))
    return any((fact.decision, fact.choice) == ("grant", "grant") for fact in taken)


def _of_the_client(party: str, front: Trace, onward: Trace) -> str:
    """The server's knowledge of the client; and, if so, that the client proved it to the party in between."""
    proved, told = _proved(front), onward.card.header_names
    if told is None:
        if proved:
            return f"Of the client it knows nothing: that this is {proved}, was proved to the {party} alone."
        return f"Of the client it knows nothing, and neither does the {party}."
    user = f", and takes the client for the user {onward.card.header_user}" if onward.card.header_user else ""
    if proved and front.card.client_identity == told:
        truth = f"The client proved this name to the {party}, and not to the server."
    else:
        truth = f"The client proved this name to no one, not even to the {party}."
    return f"Of the client it reads the name {told} in a header{user}. {truth}"


def _proved(connection: Trace) -> str:
    """The identity that the client of a connection proved, or no text."""
    card = connection.card
    proved = card.client_identity if card.client_authenticated == "yes" else None
    return proved or ""
