"""The words of an opening in clear: the names of its messages, and the reasons of its decisions."""

from __future__ import annotations

from functools import lru_cache

from simulator.telnet.codes import Command
from simulator.telnet.reading import names_of, screen_in

TEXT = "text"
END_OF_RECORD = bytes([Command.IAC, Command.EOR])
MOST_NAMED = 2  # that an arrow has room for


@lru_cache(maxsize=1024)  # it is asked for what is sent, and again for what is read
def name_of(data: bytes) -> str:
    """The name of a message in clear: its telnet negotiation item by item, a screen, TLS, or text."""
    if is_tls(data):
        return "a record of TLS"
    said = list(names_of(data))
    if data.endswith(END_OF_RECORD):
        said.append("logon screen" if screen_in(data) is not None else "3270 record")
    if len(said) > MOST_NAMED:
        said = [f"{said[0]} and {len(said) - 1} more"]
    return ", ".join(said) or TEXT


def is_tls(data: bytes) -> bool:
    """Return True for bytes that begin as a record of TLS does: with a handshake message or an alert."""
    return data[:1] in (b"\x16", b"\x15") and data[1:2] == b"\x03"


SILENT = "The client has connected and says nothing: in telnet the server speaks first."
AGREES = "The server asks for TLS by START-TLS, and the client is set up to agree."
DECLINES = "The server asks for TLS by START-TLS, and the client is set up to decline."
ADMISSIONS = {
    "secure": "The client declined START-TLS, and this port is for TLS alone (SECURE).",
    "negtsecure": "The client declined START-TLS, and this port is for TLS alone (NEGTSECURE).",
    "any": "The client declined START-TLS, and this port leaves that choice to the client (ANY).",
    "basic": "This port has no TLS (BASIC): every client is served in clear.",
    "none": "This port takes no connections (NONE).",
}
NO_TELNET = "What the client answers is no telnet that this server understands."
NO_ANSWER = "The client did not answer in time."
IN_CLEAR = (
    "The connection is in clear. Without TLS the server can neither ask for a certificate nor judge one."
)
STAYS_IN_CLEAR = "The connection goes on in clear: anyone on the way can read it and change it."
NOT_TELNET = "What came is no telnet: it begins with {}, as a record of TLS does."
