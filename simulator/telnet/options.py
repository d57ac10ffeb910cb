"""The negotiation of options as literal tables: for every state of an option and every command, the answer.

The states are those of RFC 1143 without its queue: neither machine changes its mind while it waits. A command
that would change nothing is not answered, so two machines cannot answer each other without end (RFC 854).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from simulator.telnet.codes import Command, TelnetOption

WILL, WONT, DO, DONT = Command.WILL, Command.WONT, Command.DO, Command.DONT


class OptionState(Enum):
    """The state of one option on one side."""

    NO = "NO"  # not in effect, as at the beginning
    YES = "YES"  # in effect
    WANT_YES = "WANT_YES"  # asked for, not answered
    WANT_NO = "WANT_NO"  # to be ended, not answered


NO, YES, WANT_YES, WANT_NO = OptionState
Answers = Mapping[tuple[OptionState, Command], tuple[OptionState, Command | None]]

#: This side's option, and this side can use it: what DO and DONT of the peer bring about.
OWN: Answers = {
    (NO, DO): (YES, WILL),
    (NO, DONT): (NO, None),
    (YES, DO): (YES, None),
    (YES, DONT): (NO, WONT),
    (WANT_YES, DO): (YES, None),
    (WANT_YES, DONT): (NO, None),
    (WANT_NO, DO): (NO, None),  # RFC 1143: an error of the peer, our WONT stands
    (WANT_NO, DONT): (NO, None),
}

#: The peer's option, and this side has a use for it: what WILL and WONT of the peer bring about.
OF_PEER: Answers = {
    (NO, WILL): (YES, DO),
    (NO, WONT): (NO, None),
    (YES, WILL): (YES, None),
    (YES, WONT): (NO, DONT),
    (WANT_YES, WILL): (YES, None),
    (WANT_YES, WONT): (NO, None),
    (WANT_NO, WILL): (NO, None),
    (WANT_NO, WONT): (NO, None),
}

#: An option that this side does not use, on either side: it stays off, and each request for it is refused.
UNUSED: Mapping[Command, Command | None] = {DO: WONT, DONT: None, WILL: DONT, WONT: None}

O = TelnetOption  # noqa: E741 - read in the rows below only


class Abilities(Struct, frozen=True):
    """The options that a side can use.

    Attributes:
        own: options that it does itself when asked.
        of_peer: options that it lets the peer do.
        volunteers: options that it offers to do as soon as the peer does them.
    """

    own: frozenset[int]
    of_peer: frozenset[int]
    volunteers: frozenset[int] = frozenset()


#: s3270 4.1, measured option by option; START-TLS and TN3270E can be switched off.
OF_3270_TERMINAL = Abilities(
    own=frozenset(
        {O.BINARY, O.SUPPRESS_GO_AHEAD, O.TERMINAL_TYPE, O.END_OF_RECORD, O.NAWS, O.NEW_ENVIRON}
        | {O.TN3270E, O.START_TLS}
    ),
    of_peer=frozenset({O.BINARY, O.ECHO, O.SUPPRESS_GO_AHEAD, O.TERMINAL_TYPE, O.END_OF_RECORD, O.TN3270E}),
    volunteers=frozenset({O.END_OF_RECORD}),
)
OF_SERVER = Abilities(
    own=frozenset({O.BINARY, O.ECHO, O.SUPPRESS_GO_AHEAD, O.END_OF_RECORD}),
    of_peer=frozenset(
        {O.BINARY, O.SUPPRESS_GO_AHEAD, O.TERMINAL_TYPE, O.END_OF_RECORD, O.NEW_ENVIRON}
        | {O.TN3270E, O.START_TLS}
    ),
)


class OptionTable:
    """The options of one connection, both sides.

    Args:
        abilities: the options that this side can use.
    """

    def __init__(self, abilities: Abilities) -> None:
        self.abilities = abilities
        self.own: dict[int, OptionState] = {}
        self.of_peer: dict[int, OptionState] = {}

    def answer(self, verb: Command, option: int) -> tuple[Command, ...]:
        """Take a command of the peer; return the verbs that answer it, none or one or, to volunteer, two."""
        own = verb in (DO, DONT)
        usable, states, rows = (
            (self.abilities.own, self.own, OWN) if own else (self.abilities.of_peer, self.of_peer, OF_PEER)
        )
        if option not in usable:
            refusal = UNUSED[verb]
            return () if refusal is None else (refusal,)
        states[option], answer = rows[states.get(option, NO), verb]
        answers = () if answer is None else (answer,)
        if answer is DO and option in self.abilities.volunteers and self.own.get(option, NO) is NO:
            self.own[option] = WANT_YES
            return (*answers, WILL)
        return answers

    def ask(self, verb: Command, option: int) -> bool:
        """Ask for a change; return True if it has to be sent, False if it is so already or was asked for."""
        states = self.own if verb in (WILL, WONT) else self.of_peer
        wanted, reached = (WANT_YES, YES) if verb in (WILL, DO) else (WANT_NO, NO)
        if states.get(option, NO) in (wanted, reached):
            return False
        states[option] = wanted
        return True

    def is_own(self, option: int) -> bool:
        """Return True if this side does the option."""
        return self.own.get(option) is YES

    def is_of_peer(self, option: int) -> bool:
        """Return True if the peer does the option."""
        return self.of_peer.get(option) is YES

    def both(self, option: int) -> bool:
        """Return True if both sides do the option."""
        return self.is_own(option) and self.is_of_peer(option)
