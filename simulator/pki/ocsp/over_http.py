"""OCSP over HTTP: a request in a POST, and the answer to it (RFC 6960, appendix A.1).

POST serves a request of any length; a GET, which nginx and JSSE send, has the request in its path and can be
cached on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_TYPE = "application/ocsp-request"
ANSWER_TYPE = "application/ocsp-response"
# nginx and Apache take at most 8 KB for a line of a header, and some dozens of lines.
MOST_HEADER_OCTETS = 16_384
_PHRASES = {200: "OK", 400: "Bad Request", 500: "Internal Server Error"}


class HttpMessage(NamedTuple):
    """An HTTP message: its first line, the fields of its header by lower-case name, and its body."""

    start: str
    fields: Mapping[str, str]
    body: bytes


def write_http_request(host: str, path: str, body: bytes) -> bytes:
    """Write a POST with an OCSP request."""
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        f"Content-Type: {REQUEST_TYPE}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return _header(lines) + body


def write_http_answer(body: bytes, status: int = 200, *, kind: str = ANSWER_TYPE) -> bytes:
    """Write an answer of one of the statuses 200, 400 and 500."""
    lines = (
        f"HTTP/1.1 {status} {_PHRASES[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return _header(lines) + body


def read_http(data: bytes) -> HttpMessage:
    """Read a whole message.

    Raises:
        ValueError: its header is broken or too long, or its body has another length than the header says.
    """
    header, end, body = data[: MOST_HEADER_OCTETS + 4].partition(b"\r\n\r\n")
    if not end:
        raise ValueError(f"the header has no end within {MOST_HEADER_OCTETS} octets")
    body = data[len(header) + len(end) :]
    start, *lines = header.decode("latin-1").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    if not all(colon for _, colon, _ in pairs):
        raise ValueError("a line of the header has no colon")
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = fields.get("content-length", "")
    if length != str(len(body)):
        raise ValueError(f"the header says {length or 'nothing'} of a body of {len(body)} octets")
    return HttpMessage(start, fields, body)


def read_http_answer(data: bytes) -> bytes:
    """The OCSP answer in an HTTP answer.

    Raises:
        ValueError: the message is broken, the status is not 200, or the body is of another kind.
    """
    message = read_http(data)
    version, _, status = message.start.partition(" ")
    if not version.startswith("HTTP/1.") or status.split(" ", 1)[0] != "200":
        raise ValueError(f"the responder answered {message.start[:60]!a}")
    if (kind := message.fields.get("content-type", "")) != ANSWER_TYPE:
        raise ValueError(f"the body is of the kind {kind[:60]!a}, and not {ANSWER_TYPE}")
    return message.body


def read_http_request(data: bytes) -> bytes:
    """The OCSP request in an HTTP request.

    Raises:
        ValueError: the message is broken, is no POST, or the body is of another kind.
    """
    message = read_http(data)
    if not message.start.startswith("POST "):
        raise ValueError(f"{message.start[:60]!a} is no POST")
    if (kind := message.fields.get("content-type", "")) != REQUEST_TYPE:
        raise ValueError(f"the body is of the kind {kind[:60]!a}, and not {REQUEST_TYPE}")
    return message.body


def _header(lines: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")
