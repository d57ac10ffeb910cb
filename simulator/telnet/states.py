"""The course of a session as literal tables: for every state, what the peer may say and where it leads.

Rules that the tables obey, and that a test walks through state by state:

1. A row names happenings: option negotiations (``WILL TN3270E``), subnegotiations by what they say
   (``DEVICE-TYPE IS``), a record, a run of text. Each leads to one of the states behind it.
2. An option negotiation outside its row is answered by the tables of :mod:`simulator.telnet.options` and
   moves nothing: either side may negotiate at any time (RFC 854). A subnegotiation of an option that is not
   in effect means nothing (RFC 855). One of an option in effect, outside its row, ends the connection.
3. What a side takes in every state that reads, and stays in it: the client answers the happenings of
   ``AT_ANY_TIME``, and the server reads over those of ``READ_OVER``.
4. A state whose row is empty reads nothing. ``WAIT_TLS`` waits until TLS protects the connection and
   ``WAIT_SCREEN`` until the actor says what is shown. Bytes of a peer that come before TLS, and behind the
   START-TLS subnegotiation, are TLS's: read as telnet they would be taken for protected ones.
5. Any state that reads can end in ``REFUSED`` (the peer broke the protocol) or ``CLOSED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class TelnetState(Enum):
    """A state of one of the two machines."""

    START = "START"

    # both
    WAIT_FOLLOWS = "WAIT_FOLLOWS"  # START-TLS is agreed: the peer announces that TLS follows
    WAIT_TLS = "WAIT_TLS"  # the next byte, either way, is TLS's
    IN_TN3270E = "IN_TN3270E"
    IN_3270 = "IN_3270"
    IN_NVT = "IN_NVT"
    CLOSED = "CLOSED"
    REFUSED = "REFUSED"

    # server
    WAIT_START_TLS = "WAIT_START_TLS"  # DO START-TLS is out
    WAIT_ENVIRONMENT = "WAIT_ENVIRONMENT"  # DO NEW-ENVIRON is out
    WAIT_VARIABLES = "WAIT_VARIABLES"  # the client names the application of its Express Logon
    WAIT_TN3270E = "WAIT_TN3270E"  # DO TN3270E is out
    WAIT_DEVICE_TYPE = "WAIT_DEVICE_TYPE"  # the client names its device
    WAIT_FUNCTIONS = "WAIT_FUNCTIONS"  # both agree on functions
    WAIT_TERMINAL_TYPE = "WAIT_TERMINAL_TYPE"  # DO TERMINAL-TYPE is out
    WAIT_TYPE_NAME = "WAIT_TYPE_NAME"  # the client names its terminal
    WAIT_RECORDS = "WAIT_RECORDS"  # END-OF-RECORD and BINARY, both ways, make it a 3270 (RFC 1576)
    WAIT_SCREEN = "WAIT_SCREEN"  # the actor says what is shown

    # client
    NEGOTIATING = "NEGOTIATING"  # it answers, and asks for nothing
    WAIT_SEND_DEVICE_TYPE = "WAIT_SEND_DEVICE_TYPE"  # TN3270E is agreed
    WAIT_DEVICE_ANSWER = "WAIT_DEVICE_ANSWER"  # it named its device
    WAIT_FUNCTIONS_ANSWER = "WAIT_FUNCTIONS_ANSWER"  # it named the functions it wants
    WAIT_BIND = "WAIT_BIND"  # BIND-IMAGE is agreed: the screen stays dark until the session is bound


S = TelnetState
TelnetMoves = Mapping[str, tuple[TelnetState, ...]]

_NEXT = (S.WAIT_TN3270E, S.WAIT_TERMINAL_TYPE, S.WAIT_SCREEN)  # by what the server offers
_OLD = {"WONT TN3270E": (S.WAIT_TERMINAL_TYPE,)}
_SWITCHED_OFF = (S.WAIT_SCREEN,)  # without one of them it is a plain telnet client

SERVER: Mapping[TelnetState, TelnetMoves] = {
    S.START: {},
    S.WAIT_START_TLS: {"WILL START-TLS": (S.WAIT_FOLLOWS,), "WONT START-TLS": (*_NEXT, S.REFUSED)},
    S.WAIT_FOLLOWS: {"START-TLS FOLLOWS": (S.WAIT_TLS,)},
    S.WAIT_TLS: {},
    # Before TN3270E, as a trace of a terminal at a z/OS server has it.
    S.WAIT_ENVIRONMENT: {"WILL NEW-ENVIRON": (S.WAIT_VARIABLES,), "WONT NEW-ENVIRON": _NEXT},
    S.WAIT_VARIABLES: {"NEW-ENVIRON IS": _NEXT, "WONT NEW-ENVIRON": _NEXT},
    S.WAIT_TN3270E: {"WILL TN3270E": (S.WAIT_DEVICE_TYPE,), **_OLD},
    S.WAIT_DEVICE_TYPE: {"DEVICE-TYPE REQUEST": (S.WAIT_FUNCTIONS, S.WAIT_DEVICE_TYPE), **_OLD},
    S.WAIT_FUNCTIONS: {
        "FUNCTIONS REQUEST": (S.WAIT_SCREEN, S.WAIT_FUNCTIONS),
        "FUNCTIONS IS": (S.WAIT_SCREEN,),
        **_OLD,
    },
    S.WAIT_TERMINAL_TYPE: {"WILL TERMINAL-TYPE": (S.WAIT_TYPE_NAME,), "WONT TERMINAL-TYPE": (S.WAIT_SCREEN,)},
    S.WAIT_TYPE_NAME: {"TERMINAL-TYPE IS": (S.WAIT_RECORDS, S.WAIT_SCREEN)},
    S.WAIT_RECORDS: {
        "DO END-OF-RECORD": (S.WAIT_RECORDS, S.WAIT_SCREEN),
        "WILL END-OF-RECORD": (S.WAIT_RECORDS, S.WAIT_SCREEN),
        "DO BINARY": (S.WAIT_RECORDS, S.WAIT_SCREEN),
        "WILL BINARY": (S.WAIT_RECORDS, S.WAIT_SCREEN),
        "DONT END-OF-RECORD": _SWITCHED_OFF,
        "WONT END-OF-RECORD": _SWITCHED_OFF,
        "DONT BINARY": _SWITCHED_OFF,
        "WONT BINARY": _SWITCHED_OFF,
    },
    S.WAIT_SCREEN: {},
    S.IN_TN3270E: {"record": (S.IN_TN3270E,)},
    S.IN_3270: {"record": (S.IN_3270,)},
    S.IN_NVT: {"text": (S.IN_NVT,)},
    S.CLOSED: {},
    S.REFUSED: {},
}

_TLS = {"DO START-TLS": (S.WAIT_FOLLOWS,)}  # at any time: s3270 agrees in the midst of a session too
_TN3270E = {"DO TN3270E": (S.WAIT_SEND_DEVICE_TYPE,)}
_BACK = {"DONT TN3270E": (S.NEGOTIATING,)}  # the server gives TN3270E up
# The five that make a 3270: the last one of them to come leads there (RFC 1576).
_RECORDS = dict.fromkeys(
    (
        "DO TERMINAL-TYPE",
        "DO END-OF-RECORD",
        "WILL END-OF-RECORD",
        "DO BINARY",
        "WILL BINARY",
    ),
    (S.NEGOTIATING, S.IN_3270),
)
_OFF = dict.fromkeys(
    (
        "DONT TERMINAL-TYPE",
        "DONT END-OF-RECORD",
        "WONT END-OF-RECORD",
        "DONT BINARY",
        "WONT BINARY",
    ),
    (S.NEGOTIATING,),
)

CLIENT: Mapping[TelnetState, TelnetMoves] = {
    S.START: {},
    S.NEGOTIATING: {
        **_TLS,
        **_TN3270E,
        **_RECORDS,
        "text": (S.IN_NVT,),
    },
    S.WAIT_FOLLOWS: {"START-TLS FOLLOWS": (S.WAIT_TLS,)},
    S.WAIT_TLS: {},
    S.WAIT_SEND_DEVICE_TYPE: {"SEND DEVICE-TYPE": (S.WAIT_DEVICE_ANSWER,), **_TLS, **_BACK},
    S.WAIT_DEVICE_ANSWER: {
        "DEVICE-TYPE IS": (S.WAIT_FUNCTIONS_ANSWER,),
        "DEVICE-TYPE REJECT": (S.NEGOTIATING,),
        **_TLS,
        **_BACK,
    },
    S.WAIT_FUNCTIONS_ANSWER: {
        "FUNCTIONS IS": (S.WAIT_BIND, S.IN_TN3270E, S.NEGOTIATING),
        "FUNCTIONS REQUEST": (S.WAIT_BIND, S.IN_TN3270E, S.WAIT_FUNCTIONS_ANSWER),
        **_TLS,
        **_BACK,
    },
    S.WAIT_BIND: {"record": (S.WAIT_BIND, S.IN_TN3270E), **_TLS, **_BACK},
    S.IN_TN3270E: {"record": (S.IN_TN3270E, S.WAIT_BIND), **_TLS, **_BACK},
    S.IN_3270: {"record": (S.IN_3270,), **_TLS, **_OFF},
    S.IN_NVT: {"text": (S.IN_NVT,), **_TLS, **_TN3270E, **dict.fromkeys(_RECORDS, (S.IN_NVT, S.IN_3270))},
    S.CLOSED: {},
    S.REFUSED: {},
}

#: What the client answers wherever it reads: its window, its terminal and its environment.
AT_ANY_TIME = frozenset({"DO NAWS", "TERMINAL-TYPE SEND", "NEW-ENVIRON SEND"})

#: What the server reads over wherever it reads: a variable that changed, once it has read what it asked for.
READ_OVER = frozenset({"NEW-ENVIRON INFO"})

#: States in which a machine reads nothing because it waits for its actor, and those in which it has ended.
TELNET_WAITS = frozenset({S.WAIT_TLS, S.WAIT_SCREEN})
TELNET_ENDED = frozenset({S.CLOSED, S.REFUSED})

#: The state of a session by the mode that was negotiated.
