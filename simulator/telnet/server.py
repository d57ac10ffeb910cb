"""The telnet server: it asks for START-TLS, then for a 3270 or plain telnet, and shows a logon screen.

The handlers stand in the order of the session. The actor says what the screen shows, while the machine waits.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from simulator.telnet.codes import SEND, Command, DataType, RejectReason, Tn3270eFunction
from simulator.telnet.codes import TelnetOption as Option
from simulator.telnet.data_stream import COLUMNS, ROWS, read_input
from simulator.telnet.environment import ASKED, application_of, read_variables, write_request
from simulator.telnet.events import ApplicationNamed, LogonTyped, ScreenWanted, SessionMode, TelnetEvent
from simulator.telnet.logon import LogonScreen, typed_of
from simulator.telnet.machine import TelnetMachine, type_name
from simulator.telnet.nvt import PASSWORD_PROMPT, USER_PROMPT, echo, pieces, take_line
from simulator.telnet.options import OF_SERVER
from simulator.telnet.states import READ_OVER, SERVER, TelnetState
from simulator.telnet.stream import DataItem, SubnegotiationItem, TelnetItem, TelnetViolation, doubled
from simulator.telnet.tn3270e import RecordHeader, Tn3270eMessage, bind_image, read_header, read_tn3270e

S = TelnetState

StartTls = Literal["no", "offered", "required"]

# RFC 1576 and RFC 2355 name the models 2 to 5; "-E" has extended colours, and a 3279 has them by itself.
_DEVICE = re.compile(r"IBM-327[89]-[2-5](-E)?")
# Another device, or fewer functions, may be asked for: five functions are fewer at most five times.
MOST_ROUNDS = 8
MOST_LINE = 1024  # of a user or a password; a Linux terminal keeps 4,096 bytes of any line
_RECORD_OPTIONS = (Option.END_OF_RECORD, Option.BINARY)

MODES: dict[SessionMode, TelnetState] = {"tn3270e": S.IN_TN3270E, "3270": S.IN_3270, "nvt": S.IN_NVT}


class TelnetServerConfig(Struct, frozen=True):
    """The settings of a telnet server.

    Attributes:
        start_tls: TLS by START-TLS: not, offered (a client that declines stays in clear), or required.
        screens: it shows 3270 screens; without, plain telnet alone.
        tn3270e: it offers TN3270E before TN3270.
        express_logon: it asks which application the terminal's macro logs on to.
        resource: the LU name that it assigns.
        functions: the functions of TN3270E that it takes part in.
    """

    start_tls: StartTls = "no"
    screens: bool = True
    tn3270e: bool = True
    express_logon: bool = False
    resource: str = "LU000001"
    functions: tuple[Tn3270eFunction, ...] = (
        Tn3270eFunction.BIND_IMAGE,
        Tn3270eFunction.RESPONSES,
        Tn3270eFunction.SYSREQ,
    )


class TelnetServer(TelnetMachine):
    """The server's side.

    Args:
        config: what it offers.

    Attributes:
        mode: how the two talk.
        device: the client's device or terminal type.
    """

    moves = SERVER
    answered_always = READ_OVER

    def __init__(self, config: TelnetServerConfig) -> None:
        super().__init__(OF_SERVER)
        self.config = config
        if config.start_tls == "no":
            self.forgo(Option.START_TLS)
        if not (config.screens and config.tn3270e):
            self.forgo(Option.TN3270E)
        self.mode: SessionMode = "nvt"
        self.device = ""
        self.functions: tuple[int, ...] = ()
        self.rounds = 0
        self.bound = False
        self.user: str | None = None  # plain telnet: typed, and its password is not
        self.line = bytearray()  # plain telnet: typed, and its end is not

    def start(self) -> list[TelnetEvent]:
        """Begin: a telnet server speaks first."""
        self.require(S.START)
        return self.report(self._begin)

    def show(self, screen: LogonScreen) -> list[TelnetEvent]:
        """Show a screen, and read on.

        Raises:
            DecisionError: the session is not negotiated yet, or what was shown was not answered.
        """
        self.require(S.WAIT_SCREEN)
        return self.report(self._show, screen)

    def after_tls(self) -> None:
        """Negotiate, under TLS."""
        self._ask_for_application()

    def happen(self, name: str, item: TelnetItem) -> None:
        """Handle a happening of the row of the state."""
        match name:
            case "WILL START-TLS":
                self.move(S.WAIT_FOLLOWS)
            case "WONT START-TLS" if self.config.start_tls == "required":
                self.refuse("The client declines START-TLS, and this server requires TLS.")
            case "WONT START-TLS":
                self.forgo(Option.START_TLS)
                self._negotiate()
            case "START-TLS FOLLOWS":
                self.announce_tls()
                self.wait_for_tls()
            case "WILL NEW-ENVIRON":
                self.send_subnegotiation(Option.NEW_ENVIRON, write_request(ASKED))
                self.move(S.WAIT_VARIABLES)
            case "WONT NEW-ENVIRON":
                self._application_named("")
            case "NEW-ENVIRON INFO":
                pass
            case "WILL TN3270E":
                self.send_tn3270e(Tn3270eMessage("SEND DEVICE-TYPE"))
                self.move(S.WAIT_DEVICE_TYPE)
            case "WONT TN3270E":
                self.forgo(
                    Option.TN3270E
                )  # a WILL that comes too late is refused, not left without an answer
                self._ask_for_type()
            case "WILL TERMINAL-TYPE":
                self.send_subnegotiation(Option.TERMINAL_TYPE, bytes([SEND]))
                self.move(S.WAIT_TYPE_NAME)
            case "WONT TERMINAL-TYPE":
                self._want_screen("nvt")
            case "record":
                self._read_record(bytes(self.data))
            case "text":
                assert isinstance(item, DataItem)
                self._read_text(item.data)
            case _ if isinstance(item, SubnegotiationItem):
                self._subnegotiated(item)
            case _:
                self._records_changed(name)

    def _begin(self) -> None:
        """Ask for START-TLS, or negotiate at once."""
        if self.config.start_tls == "no":
            self._ask_for_application()
        else:
            self.ask(Command.DO, Option.START_TLS)
            self.move(S.WAIT_START_TLS)

    def _ask_for_application(self) -> None:
        """Ask a terminal with screens what its macro logs on to, if the server offers Express Logon."""
        if self.config.screens and self.config.express_logon:
            self.ask(Command.DO, Option.NEW_ENVIRON)
            self.move(S.WAIT_ENVIRONMENT)
        else:
            self._negotiate()

    def _application_named(self, application: str) -> None:
        """Report the application, and go on to the terminal."""
        self.told.append(ApplicationNamed(application))
        self._negotiate()

    def _negotiate(self) -> None:
        """Ask for TN3270E, for a terminal type, or for nothing."""
        if not self.config.screens:
            self._want_screen("nvt")
        elif self.config.tn3270e:
            self.ask(Command.DO, Option.TN3270E)
            self.move(S.WAIT_TN3270E)
        else:
            self._ask_for_type()

    def _ask_for_type(self) -> None:
        """Negotiate TN3270 without E (RFC 1576)."""
        self.ask(Command.DO, Option.TERMINAL_TYPE)
        self.move(S.WAIT_TERMINAL_TYPE)

    def _subnegotiated(self, item: SubnegotiationItem) -> None:
        """Read the client's application, device, functions or terminal type."""
        if item.option == Option.NEW_ENVIRON:
            self._application_named(application_of(read_variables(item.content[1:])))
            return
        if item.option == Option.TERMINAL_TYPE:
            self._typed(type_name(item.content))
            return
        message = read_tn3270e(item.content)
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise TelnetViolation(
                "The client negotiates TN3270E without end.", expected=f"at most {MOST_ROUNDS} requests"
            )
        if message.name == "DEVICE-TYPE REQUEST":
            self._device_asked(message)
        elif message.name == "FUNCTIONS REQUEST":
            self._functions_asked(message)
        elif message.functions == self.functions:
            self._want_screen("tn3270e")
        else:
            raise TelnetViolation(
                "The client agrees to functions that were not asked for.",
                got=message.functions,
                expected=self.functions,
            )

    def _device_asked(self, message: Tn3270eMessage) -> None:
        """Assign the device and the LU, or reject them (RFC 2355 section 7.1)."""
        reason = None
        if not _DEVICE.fullmatch(message.device):
            reason = RejectReason.INV_DEVICE_TYPE
        elif message.resource not in ("", self.config.resource):
            reason = RejectReason.INV_NAME
        if reason is not None:
            self.send_tn3270e(Tn3270eMessage("DEVICE-TYPE REJECT", reason=reason))
            return
        self.device = message.device
        self.send_tn3270e(Tn3270eMessage("DEVICE-TYPE IS", message.device, self.config.resource))
        self.move(S.WAIT_FUNCTIONS)

    def _functions_asked(self, message: Tn3270eMessage) -> None:
        """Agree to functions, or ask for those that both sides know (RFC 2355 section 7.2)."""
        common = tuple(code for code in message.functions if code in self.config.functions)
        agreed = common == message.functions
        self.functions = common
        self.send_tn3270e(Tn3270eMessage("FUNCTIONS IS" if agreed else "FUNCTIONS REQUEST", functions=common))
        if agreed:
            self._want_screen("tn3270e")

    def _typed(self, name: str) -> None:
        """A 3270 goes on to records, any other terminal is one of plain telnet."""
        self.device = name.partition("@")[0]  # behind the @: a resource (RFC 1646)
        if not _DEVICE.fullmatch(self.device):
            self._want_screen("nvt")
            return
        for option in _RECORD_OPTIONS:
            self.ask(Command.DO, option)
            self.ask(Command.WILL, option)
        self.move(S.WAIT_RECORDS)
        self._records_changed("")

    def _records_changed(self, name: str) -> None:
        """Both options both ways make it a 3270; one that is refused, plain telnet."""
        if name.startswith(("DONT", "WONT")):
            self._want_screen("nvt")
        elif all(map(self.options.both, _RECORD_OPTIONS)):
            self._want_screen("3270")

    def _want_screen(self, mode: SessionMode) -> None:
        """Wait until the actor says what is shown."""
        self.mode = mode
        self.data.clear()
        if mode == "nvt":
            self.ask(Command.WILL, Option.ECHO)
            self.ask(Command.WILL, Option.SUPPRESS_GO_AHEAD)
        self.told.append(ScreenWanted(mode, self.device, self.config.resource if mode == "tn3270e" else ""))
        self.move(S.WAIT_SCREEN)

    def _show(self, screen: LogonScreen) -> None:
        """Write the screen as the client can read it."""
        if self.mode == "nvt":
            self._show_text(screen)
        elif self.mode == "3270":
            self.send_record("the logon screen", screen.write(self._has_colours))
        else:
            if Tn3270eFunction.BIND_IMAGE in self.functions and not self.bound:
                image = RecordHeader(DataType.BIND_IMAGE).encode() + bind_image(ROWS, COLUMNS)
                self.send_record("BIND-IMAGE", image)
                self.bound = True
            header = RecordHeader(DataType.DATA_3270).encode()
            self.send_record("the logon screen", header + screen.write(self._has_colours))
        self.move(MODES[self.mode])

    @property
    def _has_colours(self) -> bool:
        """The device has extended colours."""
        return self.device.endswith("-E") or self.device.startswith("IBM-3279")

    def _show_text(self, screen: LogonScreen) -> None:
        """Write the screen as lines, and a prompt; as an answer to what was typed, its message alone."""
        text = f"\r\n{screen.message}\r\n" if self.user is not None else screen.text()
        self.user = None
        self.line.clear()
        prompt = USER_PROMPT if screen.asks else ""
        self.send("text", doubled((text + prompt).encode()))

    def _read_record(self, data: bytes) -> None:
        """Read what was typed on the screen."""
        if self.mode == "tn3270e":
            header, data = read_header(data)
            if header.data_type is not DataType.DATA_3270:
                return  # a response: the screen is shown
        typed = typed_of(read_input(data))
        self._entered(*(typed or ("", "")), leaves=typed is None)

    def _read_text(self, data: bytes) -> None:
        """Echo what was typed, but for the password, and read it line by line.

        What is typed ahead of the server's answer to a password is dropped.
        """
        for piece in pieces(data):
            self.line += piece
            if len(self.line) > MOST_LINE:
                raise TelnetViolation(
                    "A typed line is too long.",
                    got=f"{len(self.line)} bytes",
                    expected=f"at most {MOST_LINE}",
                )
            shown = echo(piece if self.user is None else bytes(code for code in piece if code == 0x0D))
            if shown and self.options.is_own(Option.ECHO):
                self.send("echo", doubled(shown))
            line = take_line(self.line)
            if line is None:
                continue
            if self.user is not None:
                self._entered(self.user, line)
                break
            self.user = line.strip()
            self.send("text", PASSWORD_PROMPT.encode())

    def _entered(self, user: str, password: str, *, leaves: bool = False) -> None:
        """Report what was typed, and wait until the actor says what is shown now."""
        self.told.append(LogonTyped(user, password, leaves))
        self.move(S.WAIT_SCREEN)
