"""The client's identity in a header of the request: written by a proxy, forged by a client, read by a server.

``client-cert`` is RFC 9440: the certificate that the client showed, and the rest of its chain. ``nginx`` is
what most configurations of nginx write: whether the certificate was verified, and its subject.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.actors.application import Application
from simulator.actors.mapping import fitting, user_of_name
from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.trace.header_read import HeaderRead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.actors.application import Answer
    from simulator.actors.grant import Grant
    from simulator.scenario import ServerSetup
    from simulator.scenario.setup import IdentityHeader

CERTIFICATE, CHAIN = "Client-Cert", "Client-Cert-Chain"
VERIFY, SUBJECT = "X-SSL-Client-Verify", "X-SSL-Client-S-DN"
NAMES: dict[IdentityHeader, tuple[str, str]] = {
    "client-cert": (CERTIFICATE, CHAIN),
    "nginx": (VERIFY, SUBJECT),
}
TELLING: dict[IdentityHeader, str] = {"client-cert": CERTIFICATE, "nginx": SUBJECT}
END = b"\r\n\r\n"
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")  # RFC 8941, section 3.3.5


@dataclass(frozen=True, slots=True)
class ForgedIdentity(Application):
    """An application whose client names somebody in headers of its own: it needs a certificate and no key.

    Attributes:
        inner: what client and server speak.
        certificate: whom the headers name; the server's choice of header is unknown, so all are written.
    """

    inner: Application
    certificate: Certificate

    def opening(self, host: str) -> bytes:
        """The request with these headers."""
        request = self.inner.opening(host)
        for form in NAMES:
            request = with_identity(request, form, [self.certificate])
        return request

    def is_whole(self, heard: bytes) -> bool:
        """Return True if the client's first bytes are all there."""
        return self.inner.is_whole(heard)

    def may_answer(self, heard: bytes) -> bool:
        """Return True if the server may answer."""
        return self.inner.may_answer(heard)

    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """The server's answer."""
        return self.inner.answer(heard, grant, objection)

    def read(self, said: bytes) -> Answer | None:
        """Read the server's answer."""
        return self.inner.read(said)


def with_identity(request: bytes, form: IdentityHeader, chain: Sequence[Certificate]) -> bytes:
    """The request with headers that name a client, in place of any such headers that it had.

    Args:
        request: a whole request of HTTP/1.1.
        form: which headers.
        chain: the client's certificates, the leaf first; none for a client that proved no identity.
    """
    own = {name.lower().encode() for name in NAMES[form]}
    head, _, body = request.partition(END)
    kept = [line for line in head.split(b"\r\n") if line.partition(b":")[0].lower() not in own]
    return b"\r\n".join([*kept, *_lines(form, chain)]) + END + body


def header_read(
    request: bytes,
    form: IdentityHeader,
    told_by: str | None,
    rules: ServerSetup,
    known: Mapping[str, Certificate],
) -> HeaderRead:
    """The identity in a request's header, as a server reads it that believes it.

    Args:
        request: the client's request.
        form: which headers.
        told_by: the subject of the client that sent the request, proved in the handshake, or None.
        rules: the server's settings.
        known: the certificates that rules have scenario names for.
    """
    found = _values(request)
    header, names, user = TELLING[form], None, None
    if form == "nginx":
        if found.get(VERIFY.lower()) == "SUCCESS":
            names = found.get(SUBJECT.lower())
        user = user_of_name(names, rules) if names else None
    elif (certificate := _certificate_in(found.get(CERTIFICATE.lower(), ""))) is not None:
        names = certificate.subject
        user = next((one.user for one in fitting(certificate, rules.users_in_use, known)), None)
    if names is None:
        return HeaderRead(header, None, None, told_by, f"No header {header} names a client.")
    worth = (
        f"{told_by}, which sent it, proved who it is; that it tells the truth is trust in it"
        if told_by
        else "Nothing shows who wrote it: the client of this connection proved no identity"
    )
    return HeaderRead(header, names, user, told_by, f"{header} names {names}. {worth}.")


def _lines(form: IdentityHeader, chain: Sequence[Certificate]) -> list[bytes]:
    """The header lines that name a client. nginx says of a client without a certificate that it has none."""
    if form == "nginx":
        told = [
            (VERIFY, "SUCCESS" if chain else "NONE"),
            *((SUBJECT, _ascii(one.subject)) for one in chain[:1]),
        ]
    else:
        coded = [f":{base64.b64encode(one.der).decode()}:" for one in chain]
        told = [(CERTIFICATE, coded[0])] if coded else []
        told += [(CHAIN, ", ".join(coded[1:]))] if coded[1:] else []
    return [f"{name}: {value}".encode() for name, value in told]


def _values(request: bytes) -> dict[str, str]:
    """The headers of a request by name in small letters; one that comes twice has no value."""
    found: dict[str, str] = {}
    for line in request.partition(END)[0].split(b"\r\n")[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        found[name.lower()] = "" if name.lower() in found else value.strip()
    return found


def _certificate_in(value: str) -> Certificate | None:
    """The certificate in a structured field's bytes, or None."""
    coded = _BYTES.fullmatch(value)
    try:
        return Certificate.parse(base64.b64decode(coded[1], validate=True)) if coded else None
    except (binascii.Error, CertificateError):
        return None


def _ascii(name: str) -> str:
    """A name in ASCII alone, other characters as RFC 4514 writes their octets."""
    return "".join(c if c.isascii() else "".join(f"\\{octet:02X}" for octet in c.encode()) for c in name)
