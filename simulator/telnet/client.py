"""The telnet client: a 3270 terminal, or one of plain telnet. It only answers, as s3270 does."""

from __future__ import annotations

from msgspec import Struct

from simulator.telnet.codes import (
    ALWAYS_RESPONSE,
    DEVICE_END,
    IS,
    VAR,
    Command,
    DataType,
    Tn3270eFunction,
)
from simulator.telnet.codes import TelnetOption as Option
from simulator.telnet.data_stream import Aid
from simulator.telnet.environment import Variable, answer_to, express_logon, read_variables
from simulator.telnet.events import ScreenShown, TelnetEvent
from simulator.telnet.machine import TelnetMachine, without
from simulator.telnet.nvt import CR_NUL, CRLF, Paper
from simulator.telnet.options import OF_3270_TERMINAL
from simulator.telnet.screen import Display
from simulator.telnet.states import AT_ANY_TIME, CLIENT, TelnetState
from simulator.telnet.stream import DataItem, SubnegotiationItem, TelnetItem, TelnetViolation, doubled
from simulator.telnet.tn3270e import RecordHeader, Tn3270eMessage, is_bind, read_header, read_tn3270e

S = TelnetState
_SEQUENCES = 0x8000  # TN3270E numbers its records from 0 to 32767


class Terminal(Struct, frozen=True):
    """A terminal and the abilities of its emulator; the default is s3270 as it is installed.

    Attributes:
        terminal_type: its name in TERMINAL-TYPE.
        device: its name in TN3270E, where a 3279 has to call itself 3278 (RFC 2355 section 7.1), or empty: it
            does not speak TN3270E.
        resource: the LU name it asks for, or empty.
        start_tls: it agrees to START-TLS.
        user: the USER of its environment (RFC 1572).
        application: the ID of the application that its Express Logon names, or empty.
        macro: user and password that its macro types on the first screen that has room for both, and Enter
            behind them; None for no macro.
        columns: the width that it gives its window (RFC 1073).
        rows: the height of that window: of the alternate screen.
        functions: the functions of TN3270E that it wants.
    """

    terminal_type: str = "IBM-3279-4-E"
    device: str = "IBM-3278-4-E"
    resource: str = ""
    start_tls: bool = True
    user: str = "UNKNOWN"
    application: str = ""
    macro: tuple[str, str] | None = None
    columns: int = 80
    rows: int = 43
    functions: tuple[Tn3270eFunction, ...] = (
        Tn3270eFunction.BIND_IMAGE,
        Tn3270eFunction.RESPONSES,
        Tn3270eFunction.SYSREQ,
    )


PLAIN_TERMINAL = Terminal("XTERM", device="", start_tls=False, rows=24)


class TelnetClient(TelnetMachine):
    """The client's side.

    Args:
        terminal: what it is.

    Attributes:
        display: the screen of a 3270.
        paper: the text of plain telnet.
        resource: the LU name that the server assigned, or empty.
    """

    moves = CLIENT
    answered_always = AT_ANY_TIME

    def __init__(self, terminal: Terminal) -> None:
        lacks = [
            option
            for option, has in ((Option.TN3270E, terminal.device), (Option.START_TLS, terminal.start_tls))
            if not has
        ]
        super().__init__(without(OF_3270_TERMINAL, *lacks))
        self.terminal = terminal
        self.display = Display()
        self.paper = Paper()
        self.resource = ""
        self.functions = terminal.functions
        self.sequence = 0
        self.macro = terminal.macro  # until it has run

    def start(self) -> list[TelnetEvent]:
        """Begin: wait for the server's first word."""
        self.require(S.START)
        return self.report(self.move, S.NEGOTIATING)

    def log_on(self, user: str, password: str) -> list[TelnetEvent]:
        """Type user and password into the fields of the screen, and press Enter.

        Raises:
            DecisionError: there is no session on a 3270, or nothing can be typed.
        """
        self.require(S.IN_TN3270E, S.IN_3270)
        first = self.display.field_at(self.display.cursor)
        self.display.type(user)
        now = self.display.field_at(self.display.cursor)
        if first is not None and now is not None and first.address == now.address:  # else it has skipped
            self.display.tab()
        self.display.type(password)
        return self.press(Aid.ENTER)

    def press(self, aid: Aid) -> list[TelnetEvent]:
        """Press a key that sends the modified fields.

        Raises:
            DecisionError: there is no session on a 3270.
        """
        self.require(S.IN_TN3270E, S.IN_3270)
        return self.report(self._press, aid)

    def send_line(self, text: str) -> list[TelnetEvent]:
        """Type a line in plain telnet: character by character where the server echoes, else as a line.

        Raises:
            DecisionError: there is no session of plain telnet.
        """
        self.require(S.IN_NVT)
        return self.report(self._send_line, text)

    def after_tls(self) -> None:
        """Wait for the server again, under TLS."""
        self.move(S.NEGOTIATING)

    def happen(self, name: str, item: TelnetItem) -> None:
        """Handle a happening of the row of the state, or one of those that are always answered."""
        match name:
            case "DO START-TLS" if self.options.is_own(Option.START_TLS):
                self.announce_tls()
                self.move(S.WAIT_FOLLOWS)
            case "START-TLS FOLLOWS":
                self.wait_for_tls()
            case "DO TN3270E" if self.options.is_own(Option.TN3270E):
                self.move(S.WAIT_SEND_DEVICE_TYPE)
            case "DONT TN3270E":
                self.move(S.NEGOTIATING)
            case "DO NAWS":
                size = self.terminal.columns.to_bytes(2, "big") + self.terminal.rows.to_bytes(2, "big")
                self.send_subnegotiation(Option.NAWS, size)
            case "TERMINAL-TYPE SEND":
                self._name_terminal()
            case "NEW-ENVIRON SEND":
                assert isinstance(item, SubnegotiationItem)
                self.send_subnegotiation(Option.NEW_ENVIRON, self._environment(item.content[1:]))
            case "record":
                self._read_record(bytes(self.data))
            case "text":
                assert isinstance(item, DataItem)
                self._read_text(item.data)
            case _ if isinstance(item, SubnegotiationItem):
                self._negotiated(read_tn3270e(item.content))
            case _:
                self._options_changed()

    def _name_terminal(self) -> None:
        """Say which terminal it is, and which LU it wants (RFC 1091; RFC 1646 for the @)."""
        name = self.terminal.terminal_type
        if self.terminal.resource:
            name += f"@{self.terminal.resource}"
        self.send_subnegotiation(Option.TERMINAL_TYPE, bytes([IS]) + name.encode("ascii"))

    def _environment(self, asked: bytes) -> bytes:
        """The answer to NEW-ENVIRON SEND: USER, and what Express Logon has; other variables without a value.

        As s3270 answers, measured request by request.
        """
        wanted = read_variables(asked)
        if any(one.value is not None for one in wanted):
            raise TelnetViolation(
                "The server asks for a variable and gives it a value.",
                got=" ".join(map(str, wanted))[:60],
                expected="VAR or USERVAR, each with a name or alone",
            )
        user = Variable(VAR, "USER", self.terminal.user)
        return answer_to(wanted, (user, *express_logon(self.terminal.application)))

    def _negotiated(self, message: Tn3270eMessage) -> None:
        """Take a message of TN3270E's negotiation."""
        match message.name:
            case "SEND DEVICE-TYPE":
                device, resource = self.terminal.device, self.terminal.resource
                self.send_tn3270e(Tn3270eMessage("DEVICE-TYPE REQUEST", device, resource))
                self.move(S.WAIT_DEVICE_ANSWER)
            case "DEVICE-TYPE IS":
                self.resource = message.resource
                self.send_tn3270e(Tn3270eMessage("FUNCTIONS REQUEST", functions=self.functions))
                self.move(S.WAIT_FUNCTIONS_ANSWER)
            case "DEVICE-TYPE REJECT":
                self._give_up_tn3270e()
            case "FUNCTIONS REQUEST":
                self._functions_asked(message.functions)
            case "FUNCTIONS IS" if set(message.functions) <= set(self.functions):
                self._agree(message.functions)
            case _:  # the server added a function: TN3270E is given up, as s3270 does
                self._give_up_tn3270e()

    def _functions_asked(self, wanted: tuple[int, ...]) -> None:
        """Agree to fewer functions, or ask for those that both sides know."""
        if set(wanted) <= set(self.functions):
            self.send_tn3270e(Tn3270eMessage("FUNCTIONS IS", functions=wanted))
            self._agree(wanted)
            return
        self.functions = tuple(code for code in self.functions if code in wanted)
        self.send_tn3270e(Tn3270eMessage("FUNCTIONS REQUEST", functions=self.functions))

    def _agree(self, functions: tuple[int, ...]) -> None:
        """The session begins, or waits to be bound."""
        self.functions = tuple(Tn3270eFunction(code) for code in functions)
        self.move(S.WAIT_BIND if Tn3270eFunction.BIND_IMAGE in self.functions else S.IN_TN3270E)

    def _give_up_tn3270e(self) -> None:
        """Go on without TN3270E."""
        self.ask(Command.WONT, Option.TN3270E)
        self.move(S.NEGOTIATING)

    def _options_changed(self) -> None:
        """Five options make a 3270 (RFC 1576)."""
        complete = self.options.is_own(Option.TERMINAL_TYPE) and all(
            map(self.options.both, (Option.BINARY, Option.END_OF_RECORD))
        )
        if complete:
            self.data.clear()
            self.move(S.IN_3270)
        elif self.state is S.IN_3270:
            self.move(S.NEGOTIATING)

    def _read_record(self, data: bytes) -> None:
        """Carry out a write, or a BIND."""
        if self.state is S.IN_3270:
            self._write(data)
            return
        header, data = read_header(data)
        if header.data_type is DataType.BIND_IMAGE and is_bind(data):
            self.display = Display()
            self.move(S.IN_TN3270E)
        elif header.data_type is DataType.UNBIND:
            self.move(S.WAIT_BIND)
        elif header.data_type is DataType.DATA_3270 and self.state is S.IN_TN3270E:
            self._write(data)
            if header.response == ALWAYS_RESPONSE:
                good = RecordHeader(DataType.RESPONSE, sequence=header.sequence).encode() + DEVICE_END
                self.send_record("RESPONSE, positive", good)
        # Any other record, and 3270 data before the BIND, changes nothing (RFC 2355 section 8; s3270 too).

    def _write(self, data: bytes) -> None:
        """Carry out the server's write, and show it."""
        self.display.write(data)
        self.told.append(ScreenShown(self.display.screen()))
        self._run_macro()

    def _run_macro(self) -> None:
        """Type what the macro has, and press Enter, once: on the first screen with room in two fields."""
        fields = self.display.open_fields()
        if self.macro is None or self.display.locked or len(fields) < 2:
            return
        typed = list(zip(fields, self.macro, strict=False))
        if any(len(text) > field.length for field, text in typed):
            return
        self.macro = None
        for field, text in typed:
            self.display.cursor = field.address  # by place, not by Tab: a full field has skipped already
            self.display.type(text)
        self._press(Aid.ENTER)

    def _press(self, aid: Aid) -> None:
        """Send the key and the modified fields."""
        data = self.display.press(aid)
        if self.state is S.IN_TN3270E:
            data = RecordHeader(DataType.DATA_3270, sequence=self.sequence).encode() + data
            if Tn3270eFunction.RESPONSES in self.functions:
                self.sequence = (self.sequence + 1) % _SEQUENCES
        self.send_record("typed input", data)

    def _read_text(self, data: bytes) -> None:
        """Show text."""
        self.move(S.IN_NVT)
        self.paper.write(data.decode("utf-8", "replace"))
        self.told.append(ScreenShown(self.paper.screen()))

    def _send_line(self, text: str) -> None:
        """Send a line with the end that the mode has."""
        echoes = self.options.is_of_peer(Option.ECHO)
        self.send("typed input", doubled(text.encode() + (CR_NUL if echoes else CRLF)))
        if not echoes:
            self.paper.write(f"{text}\r\n")
            self.told.append(ScreenShown(self.paper.screen()))
