"""The common part of both machines: bytes in, events and bytes out, by tables of options and of states."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, ParamSpec

from simulator.errors import DecisionError
from simulator.telnet import happenings
from simulator.telnet.codes import FOLLOWS, Command, TelnetOption
from simulator.telnet.events import (
    TelnetEvent,
    TelnetMoved,
    TelnetReceived,
    TelnetRefused,
    TelnetSent,
    TlsWanted,
)
from simulator.telnet.options import Abilities, OptionTable
from simulator.telnet.states import TELNET_ENDED, TELNET_WAITS, TelnetMoves, TelnetState
from simulator.telnet.stream import (
    MOST_RECORD,
    CommandItem,
    DataItem,
    NegotiationItem,
    SubnegotiationItem,
    TelnetItem,
    TelnetReader,
    TelnetViolation,
    negotiation,
    record,
    subnegotiation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.telnet.tn3270e import Tn3270eMessage

P = ParamSpec("P")


def without(abilities: Abilities, *options: TelnetOption) -> Abilities:
    """The abilities, and these options in none of them."""
    return Abilities(
        abilities.own - set(options), abilities.of_peer - set(options), abilities.volunteers - set(options)
    )


class TelnetMachine(ABC):
    """One side of a telnet connection.

    Args:
        abilities: the options that it can use.

    Attributes:
        moves: the table of its role.
        answered_always: happenings that it answers in every state that reads.
        state: its place in the table.
        options: the options as they stand.
    """

    moves: ClassVar[Mapping[TelnetState, TelnetMoves]]
    answered_always: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, abilities: Abilities) -> None:
        self.options = OptionTable(abilities)
        self.state = TelnetState.START
        self.reader = TelnetReader()
        self.data = bytearray()  # of a record that is not complete
        self.told: list[TelnetEvent] = []

    def forgo(self, *options: TelnetOption) -> None:
        """Refuse these options from here on."""
        self.options.abilities = without(self.options.abilities, *options)

    @abstractmethod
    def after_tls(self) -> None:
        """Go on where TLS protects the connection from here on."""

    @abstractmethod
    def happen(self, name: str, item: TelnetItem) -> None:
        """Handle a happening of the row of the state."""

    def receive(self, data: bytes) -> list[TelnetEvent]:
        """Take bytes from the peer, cut anywhere; while the machine waits for its actor they are kept unread.

        Raises:
            DecisionError: the machine waits for TLS. Kept now, they would be read as if TLS had protected
                them: the command injection of many STARTTLS implementations (CVE-2011-0411 and others).
        """
        if self.state is TelnetState.WAIT_TLS:
            raise DecisionError(
                "Bytes that come before TLS is ready are TLS's.",
                got=f"{len(data)} bytes",
                expected="none before tls_ready()",
                advice="Hand them to TLS, and its content to this machine.",
            )
        return self.report(self.keep, data)

    def keep(self, data: bytes) -> None:
        """Keep bytes for reading."""
        if self.state in TELNET_ENDED:
            return
        self.reader.feed(data)
        if self.state in TELNET_WAITS and len(self.reader.buffer) > MOST_RECORD:
            raise TelnetViolation(
                "The peer sent more than is kept while this side decides.",
                got=f"{len(self.reader.buffer)} bytes",
                expected=f"at most {MOST_RECORD}",
            )

    def tls_ready(self) -> list[TelnetEvent]:
        """Go on from the beginning, under TLS: what was agreed in clear counts no more.

        Raises:
            DecisionError: the machine does not wait for TLS.
        """
        self.require(TelnetState.WAIT_TLS)
        self.options = OptionTable(without(self.options.abilities, TelnetOption.START_TLS))
        return self.report(self.after_tls)

    def close(self) -> list[TelnetEvent]:
        """End the connection; telnet has no words for it."""
        return self.report(self.move, TelnetState.CLOSED)

    def require(self, *states: TelnetState) -> None:
        """Refuse a call that the state does not allow.

        Raises:
            DecisionError: the state is another one.
        """
        if self.state not in states:
            raise DecisionError(
                "The telnet machine does not wait for this.",
                got=f"state {self.state.value}",
                expected=" or ".join(state.value for state in states),
                advice="Call it after the event that asks for it.",
            )

    def report(self, action: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> list[TelnetEvent]:
        """Do something, read on as far as possible, and return the events."""
        try:
            action(*args, **kwargs)
            while self.state not in TELNET_WAITS | TELNET_ENDED and (item := self.reader.next_item()):
                self.take(item)
        except TelnetViolation as violation:
            self.refuse(str(violation))
        told = self.told.copy()
        self.told.clear()
        return told

    def refuse(self, reason: str) -> None:
        """End the connection for a reason."""
        self.reader.buffer.clear()
        self.told.append(TelnetRefused(reason))
        self.move(TelnetState.REFUSED)

    def move(self, state: TelnetState) -> None:
        """Go to another state and report it."""
        if state is not self.state:
            self.told.append(TelnetMoved(self.state.value, state.value))
            self.state = state

    def take(self, item: TelnetItem) -> None:
        """Report an item, answer it by the tables, and hand it on if it is in the row of the state."""
        self.told.append(TelnetReceived(happenings.describe(item), item.raw))
        match item:
            case NegotiationItem(verb=verb, option=option):
                for answer in self.options.answer(verb, option):
                    self.send_verb(answer, option)
                self.hand_on(happenings.name_of(item), item)
            case SubnegotiationItem(option=option):
                if not (self.options.is_own(option) or self.options.is_of_peer(option)):
                    return  # RFC 855: of an option that is not in effect it means nothing
                name = happenings.name_of(item)
                if not self.hand_on(name, item):
                    raise TelnetViolation(
                        f"{name} comes at the wrong time.",
                        got=f"state {self.state.value}",
                        expected=", ".join(self.moves[self.state]) or "nothing",
                    )
            case DataItem(data=data):
                self.take_data(data, item)
            case CommandItem(command=Command.EOR) if self.reads_records:
                if not self.hand_on("record", item):
                    raise TelnetViolation(
                        "A record comes outside a 3270 session.", got=f"state {self.state.value}"
                    )
                self.data.clear()
            case _:
                pass  # other commands, and EOR without its option, have no effect here

    @property
    def reads_records(self) -> bool:
        """END OF RECORD has a meaning here: TN3270E implies it (RFC 2355 section 3)."""
        return any(
            self.options.is_own(option) or self.options.is_of_peer(option)
            for option in (TelnetOption.TN3270E, TelnetOption.END_OF_RECORD)
        )

    def take_data(self, data: bytes, item: TelnetItem) -> None:
        """Hand text on, or keep data until its record is complete."""
        if self.hand_on("text", item):
            return
        self.data += data
        if len(self.data) > MOST_RECORD:
            raise TelnetViolation(
                "A record is too long.",
                got=f"{len(self.data)} bytes or more",
                expected=f"at most {MOST_RECORD}",
            )

    def hand_on(self, name: str, item: TelnetItem) -> bool:
        """Handle a happening, and return True, if the row of the state has it."""
        if name not in self.moves[self.state] and name not in self.answered_always:
            return False
        self.happen(name, item)
        return True

    def send(self, words: str, wire: bytes) -> None:
        """Send something, and report it."""
        self.told.append(TelnetSent(words, wire))

    def send_verb(self, verb: Command, option: int) -> None:
        """Send WILL, WONT, DO or DONT."""
        wire = negotiation(verb, option)
        self.send(happenings.describe(NegotiationItem(wire, verb, option)), wire)

    def ask(self, verb: Command, option: TelnetOption) -> None:
        """Ask for a change of an option, unless it is so already."""
        if self.options.ask(verb, option):
            self.send_verb(verb, option)

    def send_subnegotiation(self, option: TelnetOption, content: bytes) -> None:
        """Send a subnegotiation."""
        wire = subnegotiation(option, content)
        self.send(happenings.describe(SubnegotiationItem(wire, option, content)), wire)

    def send_tn3270e(self, message: Tn3270eMessage) -> None:
        """Send a message of TN3270E's negotiation."""
        self.send_subnegotiation(TelnetOption.TN3270E, message.encode())

    def send_record(self, words: str, data: bytes) -> None:
        """Send a record."""
        self.send(words, record(data))

    def announce_tls(self) -> None:
        """Send the last bytes before TLS."""
        self.send_subnegotiation(TelnetOption.START_TLS, bytes([FOLLOWS]))

    def wait_for_tls(self) -> None:
        """Read nothing more: what is left, and what comes, is TLS's."""
        self.move(TelnetState.WAIT_TLS)
        unread = bytes(self.reader.buffer)
        self.reader.buffer.clear()
        self.data.clear()
        self.told.append(TlsWanted(unread))


def type_name(content: bytes) -> str:
    """The terminal's name in a TERMINAL-TYPE IS (RFC 1091: printable ASCII, 40 characters at most).

    Raises:
        TelnetViolation: it is no such name.
    """
    name = content[1:].decode("ascii", "backslashreplace")
    if re.fullmatch("[!-~]{1,40}", name) is None:
        raise TelnetViolation(
            "A terminal's name is malformed.", got=repr(name[:60]), expected="1 to 40 printable characters"
        )
    return name
