"""The conversation inside the session: an object of client and server that can be replaced.

It is asked only for bytes and for what bytes say: what the client opens with, what each side says before the
server may answer, when it may, with which words, and which level those words name. Deciding stays with the
actors.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.actors.grant import DEFERRED_WORDS
from simulator.actors.greeting import MAX_LINE, client_line, read_server_line
from simulator.pki.host import read_host
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from simulator.actors.grant import Grant
    from simulator.tls.wire.version import Side

MAX_HEAD = 8192  # of a request or an answer, as in most HTTP servers (nginx: large_client_header_buffers)
HTTPS_PORT = 443  # the port that a Host header leaves out (RFC 9110, section 4.2.2)

_HEADERS = rb"(?:[!-9;-~]+:[ -~]*\r\n)*"  # a name has no colon, so no line can be read in two ways
_REQUEST = re.compile(rb"GET [!-~]+ HTTP/1\.[01]\r\n%b\r\n" % _HEADERS)
_ANSWER = re.compile(
    rb"(?i:HTTP/1\.[01]) ([0-9]{3}) [ -~]*\r\n%b?(?i:Content-Length): ([0-9]{1,9})\r\n" % _HEADERS
)
# nginx 1.22, byte for byte but for the line with its name and version below a rule.
_REFUSAL_PAGE = (
    "<html>\r\n<head><title>400 {0}</title></head>\r\n<body>\r\n"
    "<center><h1>400 Bad Request</h1></center>\r\n<center>{0}</center>\r\n</body>\r\n</html>\r\n"
)
_REFUSAL_TITLE = re.compile(rb"<title>(400 (?:%b))</title>" % "|".join(DEFERRED_WORDS).encode())
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer that has arrived whole.

    Attributes:
        level: the level that it names, or None if it has not the form that says one.
        words: the words that say so, where they are not the level's name.
    """

    level: SecurityLevel | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Logon:
    """A logon at the host behind a telnet server, as far as the terminal has come with it.

    Attributes:
        application: the ID of the application that the terminal named for Express Logon, empty for none; None
            while it was not asked, or has not answered.
        typed: the user and the password that it typed, or None while it has not.
    """

    application: str | None = None
    typed: tuple[str, str] | None = None


class Application(ABC):
    """An application protocol in which the server says who the client is to it, and at which level."""

    @property
    def server_opens(self) -> bool:
        """The server speaks first, as in telnet; the client waits for its word."""
        return False

    @abstractmethod
    def opening(self, host: str) -> bytes:
        """The client's first bytes."""

    def says(self, side: Side, heard: bytes) -> bytes:  # noqa: ARG002 - of applications that negotiate
        """All that a side says by itself once it has heard this: what is negotiated before the answer."""
        return b""

    def may_decide(self, heard: bytes) -> bool:
        """Return True if the server knows enough to decide on the session; by default, to answer."""
        return self.may_answer(heard)

    @property
    def has_logon(self) -> bool:
        """The client tries a logon at the host, and the server decides after it."""
        return self.logon(b"") is not None

    def logon(self, heard: bytes) -> Logon | None:  # noqa: ARG002 - of terminals
        """The logon that the client tries at the host, or None: it wants a session, and no logon."""
        return None

    @abstractmethod
    def is_whole(self, heard: bytes) -> bool:
        """Return True if the client's first bytes are all there, or more than there can be."""

    @abstractmethod
    def may_answer(self, heard: bytes) -> bool:
        """Return True if the server, having heard this from the client, may answer."""

    @abstractmethod
    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """The server's answer.

        Args:
            heard: the client's bytes so far.
            grant: who the client is to the server.
            objection: the reason of a refusal, or None if the session is opened.
        """

    @abstractmethod
    def read(self, said: bytes) -> Answer | None:
        """Read the server's answer, or None while more of it is to come."""


class LineApplication(Application):
    """A line each: the client names the host, the server user and level, and neither waits for the other."""

    def opening(self, host: str) -> bytes:
        """``HELLO`` and the host."""
        return client_line(host)

    def is_whole(self, heard: bytes) -> bool:
        """Return True at the end of the line."""
        return b"\n" in heard or len(heard) > MAX_LINE

    def may_answer(self, _: bytes) -> bool:
        """Return True: the server's line does not depend on the client's."""
        return True

    def answer(self, _: bytes, grant: Grant, objection: str | None) -> bytes:
        """``WELCOME`` or ``REFUSED``, who the client is, and the level."""
        return grant.line(objection)

    def read(self, said: bytes) -> Answer | None:
        """Read the first line."""
        line, end, _ = said.partition(b"\n")
        return Answer(read_server_line(line + end)) if end or len(said) > MAX_LINE else None


@dataclass(frozen=True, slots=True)
class HttpApplication(Application):
    """One GET and one answer of HTTP/1.1: 200 with a welcome, 403 with a refusal, 400 for other bytes.

    A client whose certificate is refused above TLS gets the page of nginx, with the status 400.

    Attributes:
        port: the server's, for the header Host.
    """

    port: int

    def opening(self, host: str) -> bytes:
        """The request for the first page."""
        address = read_host(host).address
        name = f"[{address}]" if address is not None and address.version == 6 else host
        port = "" if self.port == HTTPS_PORT else f":{self.port}"
        return f"GET / HTTP/1.1\r\nHost: {name}{port}\r\nConnection: close\r\n\r\n".encode()

    def is_whole(self, heard: bytes) -> bool:
        """Return True once the whole request is there, or more bytes than any request has."""
        return b"\r\n\r\n" in heard or len(heard) > MAX_HEAD

    def may_answer(self, heard: bytes) -> bool:
        """Return True once the request is whole."""
        return self.is_whole(heard)

    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """A page with the line that says who the client is, and the level."""
        if _REQUEST.match(heard) is None:
            return _page(400, b"This is no request that this server answers.\r\n")
        if objection is not None and objection in DEFERRED_WORDS:
            return _page(400, _REFUSAL_PAGE.format(objection).encode(), "text/html")
        return _page(200 if objection is None else 403, grant.line(objection))

    def read(self, said: bytes) -> Answer | None:
        """Read head and body; the status has to fit the level."""
        head, end, body = said.partition(b"\r\n\r\n")
        if not end:
            return Answer(None) if len(said) > MAX_HEAD else None
        found = _ANSWER.match(head + b"\r\n")
        if found is None or int(found[2]) > MAX_LINE:
            return Answer(None)
        if len(body) < int(found[2]):
            return None
        body = body[: int(found[2])]
        if found[1] == b"400" and (title := _REFUSAL_TITLE.search(body)) is not None:
            return Answer(SecurityLevel.REFUSED, title[1].decode())
        level = read_server_line(body)
        refused = level is SecurityLevel.REFUSED
        return Answer(level if found[1] == (b"403" if refused else b"200") else None)


def _page(status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    """An answer, plain text by default. It has no Date: the same scenario gives the same bytes."""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


LINE = LineApplication()
