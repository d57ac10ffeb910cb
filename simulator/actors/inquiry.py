"""The questions that a side puts to OCSP responders while its judgement waits for them (RFC 6960).

Nothing is sent or timed here: the side says what it asks, and is told what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.pki.ocsp.certificate_id import key_hash
from simulator.pki.ocsp.over_http import read_http_answer, write_http_request
from simulator.pki.ocsp.request import write_ocsp_request
from simulator.scenario.frozen import FrozenMapping
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Received, Sent, Unanswered
from simulator.trust.policy import OcspReply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from simulator.trace.facts import Fact
    from simulator.trust.ocsp import OcspQuestion

REQUEST_NAME, ANSWER_NAME, NO_ANSWER_NAME = "OCSPRequest", "OCSPResponse", "HTTP error"


@dataclass(frozen=True, slots=True)
class ResponderAddress:
    """The address of a CA's responder, as a side is configured with it.

    Attributes:
        lane: the responder's name in the trace.
        url: the address, ``http://ocsp.example/``.
        patience: how long the side waits for an answer.
    """

    lane: str
    url: str
    patience: timedelta


NO_RESPONDERS: Mapping[bytes, ResponderAddress] = FrozenMapping({})


class Inquiry:
    """The questions of one side, one after another.

    Args:
        addresses: hash of a CA's key → address of its responder. A CA may have several certificates.

    Attributes:
        question: the question that has no answer yet, or None.
        replies: what came of each question so far.
    """

    def __init__(self, addresses: Mapping[bytes, ResponderAddress]) -> None:
        self.question: OcspQuestion | None = None
        self.replies: tuple[OcspReply, ...] = ()
        self._addresses = addresses

    @property
    def address(self) -> ResponderAddress | None:
        """The address of the responder for the question, or None: the side knows of none."""
        return None if self.question is None else self._addresses.get(key_hash(self.question.issuer))

    def ask(self) -> list[Fact]:
        """Send the request, now that the responder is connected to."""
        assert self.question is not None
        assert self.address is not None
        request = write_ocsp_request(self.question.asked)
        host, path = urlsplit(self.address.url).netloc, self.address.url.split("/", 3)[3:]
        wire = write_http_request(host, f"/{''.join(path)}", request)
        words = f"for the certificate of {self.question.certificate.subject}"
        return [Sent(self.address.lane, "ocsp", REQUEST_NAME, request, Protection.CLEAR, wire, words)]

    def answered(self, data: bytes) -> list[Fact]:
        """Read what came back over HTTP."""
        assert self.address is not None
        lane, answer, problem = self.address.lane, None, ""
        try:
            answer = read_http_answer(data)
        except ValueError as error:
            problem = f"{error}"
        self._note_reply(answer, problem)
        name, raw = (ANSWER_NAME, answer) if answer is not None else (NO_ANSWER_NAME, b"")
        return [Received(lane, "ocsp", name, raw, Protection.CLEAR)]

    def failed(self, problem: str) -> list[Fact]:
        """Give the question up: no answer came.

        Args:
            problem: the reason, as the end of a sentence: ``the connection was refused``.
        """
        assert self.question is not None
        url = self.address.url if self.address else ""
        unanswered = Unanswered(self.question.certificate.subject, url, problem)
        self._note_reply(None, problem)
        return [unanswered]

    def _note_reply(self, answer: bytes | None, problem: str) -> None:
        question, self.question = self.question, None
        assert question is not None
        reply = OcspReply(question.certificate.fingerprint, question.asked, answer, problem)
        self.replies = (*self.replies, reply)
