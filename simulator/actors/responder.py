"""A CA's OCSP responder: it answers from the CA's records, over HTTP (RFC 6960)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from simulator.actors.inquiry import ANSWER_NAME, NO_ANSWER_NAME, REQUEST_NAME
from simulator.errors import CertificateError
from simulator.pki.ocsp.answer import SingleAnswer
from simulator.pki.ocsp.over_http import read_http_request, write_http_answer
from simulator.pki.ocsp.request import read_ocsp_request
from simulator.pki.ocsp.writing import write_ocsp_answer, write_ocsp_error
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Received, Sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.pki.issuing import Issued
    from simulator.pki.ocsp.certificate_id import CertificateId
    from simulator.scenario import ResponderSetup
    from simulator.trace.facts import Fact


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """An entry in a CA's records about one certificate that it issued.

    Attributes:
        revoked_at: the moment of its revocation, or None.
        reason: RFC 5280 name of the reason for it, or None if none is given.
    """

    revoked_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Responder:
    """Answers for one CA.

    Attributes:
        lane: its name in the trace: the CA's.
        setup: how it behaves.
        records: serial number → what the CA has written down about the certificate.
        signer: the certificate and key that sign.
        encloses_signer: the signer is not the CA itself, so its certificate goes along.
        clock: the moment to which the setting's moments are relative.
        online: the CA can be reached at all.
    """

    lane: str
    setup: ResponderSetup
    records: Mapping[int, StatusRecord]
    signer: Issued
    encloses_signer: bool
    clock: datetime
    online: bool = True

    def receive(self, asker: str, data: bytes) -> list[Fact]:
        """Read a request."""
        return [Received(asker, "ocsp", REQUEST_NAME, read_http_request(data), Protection.CLEAR)]

    def answer(self, asker: str, data: bytes) -> list[Fact]:
        """Answer a request."""
        name, raw, wire = ANSWER_NAME, b"", b""
        match self.setup.answers:
            case "http-error":
                name, words = NO_ANSWER_NAME, "HTTP status 500"
                wire = write_http_answer(b"", 500, kind="text/html")
            case "status" | "nothing":
                raw, words = self._signed(read_http_request(data))
            case error:
                raw, words = write_ocsp_error(error), error
        return [Sent(asker, "ocsp", name, raw, Protection.CLEAR, wire or write_http_answer(raw), words)]

    def _signed(self, data: bytes) -> tuple[bytes, str]:
        """The signed answer to a request, with what it says; an error where the request cannot be read."""
        try:
            request = read_ocsp_request(data)
        except CertificateError:
            return write_ocsp_error("malformedRequest"), "malformedRequest"
        since = self.clock + self.setup.this_update
        certificates = (self.signer.certificate,) if self.encloses_signer else ()
        answers = [self._status(one, since) for one in request.certificates]
        words = (
            f"{', '.join(one.status for one in answers)}, as of {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )
        by = f", signed by {self.signer.certificate.subject}" if self.encloses_signer else ""
        return write_ocsp_answer(answers, self.signer, since, certificates=certificates), words + by

    def _status(self, asked: CertificateId, since: datetime) -> SingleAnswer:
        """The answer about one certificate: what the records say, or what the responder is set up to say."""
        record, setup = self.records.get(asked.serial_number), self.setup
        until = None if setup.next_update is None else self.clock + setup.next_update
        revoked = record is not None and record.revoked_at is not None
        status = setup.status or ("unknown" if record is None else "revoked" if revoked else "good")
        if status != "revoked" or record is None:
            return SingleAnswer(asked, status, since, until)
        return SingleAnswer(asked, status, since, until, record.revoked_at or since, record.reason)
