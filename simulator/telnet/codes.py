"""The numbers of telnet and of TN3270E, by the names of their RFCs."""

from __future__ import annotations

from enum import IntEnum


class Command(IntEnum):
    """A telnet command: the byte behind IAC (RFC 854; END OF RECORD: RFC 885)."""

    EOR = 239
    SE = 240
    NOP = 241
    DM = 242
    BRK = 243
    IP = 244
    AO = 245
    AYT = 246
    EC = 247
    EL = 248
    GA = 249
    SB = 250
    WILL = 251
    WONT = 252
    DO = 253
    DONT = 254
    IAC = 255


VERBS = (Command.WILL, Command.WONT, Command.DO, Command.DONT)


class TelnetOption(IntEnum):
    """A telnet option that one of the machines can use (IANA, Telnet Options)."""

    BINARY = 0  # RFC 856
    ECHO = 1  # RFC 857
    SUPPRESS_GO_AHEAD = 3  # RFC 858
    TERMINAL_TYPE = 24  # RFC 1091
    END_OF_RECORD = 25  # RFC 885
    NAWS = 31  # RFC 1073
    NEW_ENVIRON = 39  # RFC 1572
    TN3270E = 40  # RFC 2355
    START_TLS = 46  # draft-altman-telnet-starttls


def option_name(code: int) -> str:
    """The name of an option, or its number where no machine here uses it."""
    names = TelnetOption._value2member_map_
    return names[code].name.replace("_", "-") if code in names else str(code)


SEND, IS = 1, 0  # TERMINAL-TYPE and NEW-ENVIRON: the request, and its answer
INFO = 2  # NEW-ENVIRON: a variable that has changed since
VAR, VALUE, ESC, USERVAR = 0, 1, 2, 3  # NEW-ENVIRON (RFC 1572 section 2)
FOLLOWS = 1  # START-TLS


class Tn3270eWord(IntEnum):
    """The words of a TN3270E subnegotiation (RFC 2355 section 7)."""

    ASSOCIATE = 0
    CONNECT = 1
    DEVICE_TYPE = 2
    FUNCTIONS = 3
    IS = 4
    REASON = 5
    REJECT = 6
    REQUEST = 7
    SEND = 8


class Tn3270eFunction(IntEnum):
    """A function that both sides have to agree on (RFC 2355 section 7.2.2)."""

    BIND_IMAGE = 0
    DATA_STREAM_CTL = 1
    RESPONSES = 2
    SCS_CTL_CODES = 3
    SYSREQ = 4


class RejectReason(IntEnum):
    """The reason why a device type was rejected (RFC 2355 section 7.1.6)."""

    CONN_PARTNER = 0
    DEVICE_IN_USE = 1
    INV_ASSOCIATE = 2
    INV_NAME = 3
    INV_DEVICE_TYPE = 4
    TYPE_NAME_ERROR = 5
    UNKNOWN_ERROR = 6
    UNSUPPORTED_REQ = 7


class DataType(IntEnum):
    """The kind of a TN3270E record, in the first byte of its header (RFC 2355 section 8.1.1)."""

    DATA_3270 = 0
    SCS_DATA = 1
    RESPONSE = 2
    BIND_IMAGE = 3
    UNBIND = 4
    NVT_DATA = 5
    REQUEST = 6
    SSCP_LU_DATA = 7
    PRINT_EOJ = 8


ALWAYS_RESPONSE = 2  # response flag of a data header: answer this record in any case
DEVICE_END = b"\x00"  # the content of a positive response: it is on the screen
