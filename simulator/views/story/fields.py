"""The few fields of a message that matter to the story, in words, read from the real bytes.

A message that cannot be read (a trace may hold anything a peer sent) has no fields to show. The words of a
certificate come from the setup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.telnet.data_stream import COLUMNS
from simulator.telnet.reading import TYPED, phrases_of, screen_in
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.distinguished_names import name_text, request_subject
from simulator.tls.wire.messages import (
    Certificate12,
    Certificate13,
    CertificateRequest12,
    CertificateRequest13,
    CertificateVerify,
    ClientHello,
    Message,
    NewSessionTicket12,
    NewSessionTicket13,
    ServerHello,
    ServerKeyExchange,
)
from simulator.tls.wire.registry import cipher_suite_name, group_name, signature_scheme_name
from simulator.tls.wire.version import Protection, Version
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import Alert, Sent
from simulator.views.story.reading import is_refusal, message_in, version_of
from simulator.views.story.words import clean, duration, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.facts import Setup, UserSought
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict
    from simulator.views.story.words import Say

MOST_NAMES = 3
TYPE_HERE = "===>"  # before a field of a logon screen
LABEL = re.compile(r" ?[A-Z]\w+\.+:")  # at the beginning of a row of a logon screen
AS_OPENSSL = "in the clear only from OpenSSL's client: other clients encrypt this alert"


def key_fields(fact: Sent | Alert, trace: Trace, verdict: Verdict | None = None) -> tuple[str, ...]:
    """The lines of text that a sent message is worth, or none.

    Args:
        fact: the message or alert that is sent.
        trace: the trace that it belongs to.
        verdict: the sender's last ledger; an alert need not repeat its decisive sentence.
    """
    if isinstance(fact, Alert):
        return (*_alert(fact, verdict), *_as_openssl(fact, trace, verdict))
    match fact.protocol:
        case "handshake":
            return _handshake(message_in(fact.raw, version_of(trace)), trace.setup)
        case "enrolment":
            return _enrolment(fact, trace.setup)
        case "ocsp":
            return (clean(fact.words),) if fact.words else ()
        case "application_data" | "cleartext" if is_telnet(trace.setup):
            return _beside_name(fact.name, _telnet(fact.raw))
        case "application_data" | "cleartext":
            return _words(fact.raw)
        case _:
            return ()


def _beside_name(name: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines without what the name of a message in clear has said of them already."""
    said = name.split(", ")
    begun = ((line, next((one for one in said if line.startswith(one)), "")) for line in lines)
    return tuple(rest for line, one in begun if (rest := line.removeprefix(one).strip()))


def _words(data: bytes) -> tuple[str, ...]:
    """Application data as text: a line each, and all of it in one pair of quotation marks."""
    text = data.decode("utf-8", "replace").rstrip()
    first, *rest = [line for line in text.split("\r\n") if line] or [""]
    lines = [f"“{clean(first)}", *map(clean, rest)]
    return (*lines[:-1], f"{lines[-1]}”")


def is_telnet(setup: Setup) -> bool:
    """Return True if the session is one of telnet, with or without 3270 screens."""
    server = next((actor for actor in setup.actors if actor.role == "server"), None)
    return server is not None and dict(server.policy).get("application") in ("telnet", "TN3270")


def screen_of(fact: Sent, trace: Trace) -> tuple[str, ...]:
    """The rows of the screen that the server's data shows, from its first to its last one; none without."""
    said = fact.protocol in ("application_data", "cleartext")
    shows = said and fact.to == "client" and is_telnet(trace.setup)
    screen = screen_in(fact.raw) if shows else None
    return tuple(map(clean, str(screen).strip("\n").split("\n"))) if screen else ()


def _telnet(data: bytes) -> tuple[str, ...]:
    """The negotiation in words, then the rows of a screen that are not empty, in quotation marks."""
    screen = screen_in(data)
    rows = _sentences(screen.lines) if screen else []
    said = phrases_of(data)
    if not rows:
        return said
    return (*said, f"“{rows[0]}", *rows[1:-1], f"{rows[-1]}”") if len(rows) > 1 else (*said, f"“{rows[0]}”")


def _sentences(rows: Sequence[str]) -> list[str]:
    """The rows of a screen that are not empty; those over which one sentence goes on are joined."""
    found: list[str] = []
    above = ""
    for row in rows:
        words = row.split()
        goes_on = words and above and len(above.rstrip()) + 1 + len(words[0]) > COLUMNS - 2
        if goes_on and not LABEL.match(row):
            found[-1] += f" {clean(row.strip())}"
        elif words:
            found.append(clean(row.strip()))
        above = row if words else ""
    return found


def first_words(fields: Sequence[str], screen: Sequence[str]) -> str:
    """The beginning of a server's words; empty while it negotiates.

    Of a logon screen it is the client's row, or the level's if that says that the client is refused.

    Empty too for the screen of a host, which knows nothing of the client yet.

    Args:
        fields: the lines of text of the message.
        screen: the rows of the screen in it.
    """
    client = next((field for field in fields if field.startswith("Client..")), None)
    if screen and not client and TYPE_HERE in "".join(screen):
        return ""
    refused = next((field for field in fields if re.fullmatch(r"Level\.+: REFUSED", field)), None)
    words = client and "“" + re.sub(r"\.+:", ":", refused or client)
    words = words or next((field for field in fields if field.startswith("“")), "")
    return words and re.split(r"\(|\. ", words)[0].rstrip(" ”") + "”"


def typed_words(fields: Sequence[str]) -> str:
    """The user and password that a terminal typed, or empty; only the placeholder of a password is shown."""
    found = next((field for field in fields if field.startswith(TYPED)), "")
    user, _, password = found.removeprefix(f"{TYPED}: user ").partition(", password ")
    return found and f"types {user} and {'a password' if password.startswith('of ') else password}"


def sought_words(fact: UserSought | CertificateSought, say: Say) -> tuple[str, tuple[str, ...]]:
    """The result of a search for a user or a certificate, and a line for each rule or certificate."""
    if isinstance(fact, CertificateSought):
        lines = (
            f"{say(one.subject)}, issued by {say(one.issuer)}: {say(one.passed_over) or 'taken'}."
            for one in fact.considered
        )
        return say(fact.reason), tuple(lines)
    # A rule is shown as it is written, not by the short name of a subject that it spells.
    lines = (f"{clean(one.rule)} → {clean(one.user)}: {clean(one.found)}." for one in fact.fitting)
    return clean(fact.reason), tuple(lines)


def _alert(alert: Alert, verdict: Verdict | None) -> tuple[str, ...]:
    """An alert is one number: the reason stays with the side that sends it."""
    if not alert.reason or not is_refusal(alert):
        return ()
    if verdict is not None and verdict.decisive and verdict.decisive.sentence == alert.reason:
        return ("the code is all that is sent, not the reason",)
    return (f"not sent along: {clean(alert.reason)}",)


def _as_openssl(alert: Alert, trace: Trace, verdict: Verdict | None) -> tuple[str, ...]:
    """A TLS 1.3 client that refuses the server has keys by then, and OpenSSL's does not use them."""
    late = alert.protection is Protection.CLEAR and verdict is not None and verdict.role == "server"
    return (AS_OPENSSL,) if late and version_of(trace) is Version.TLS13 else ()


def _handshake(message: Message | None, setup: Setup) -> tuple[str, ...]:
    match message:
        case ClientHello():
            return _client_hello(message)
        case ServerHello():
            return _server_hello(message)
        case CertificateRequest13():
            schemes = forms.SIGNATURE_ALGORITHMS.read(message.extensions) or ()
            return (_hints(hints_in(message)), *_few_schemes(schemes))
        case CertificateRequest12():
            return (_hints(hints_in(message)), *_few_schemes(message.supported_signature_algorithms))
        case Certificate12() | Certificate13():
            return _chain(message.chain, setup)
        case CertificateVerify():
            return (f"proof of the private key: {signature_scheme_name(message.algorithm)}",)
        case ServerKeyExchange():
            scheme = signature_scheme_name(message.algorithm)
            return (f"{group_name(message.named_curve)}, signed with the certificate's key: {scheme}",)
        case NewSessionTicket12(ticket_lifetime_hint=seconds) | NewSessionTicket13(ticket_lifetime=seconds):
            return (f"to resume the session within {duration(seconds * 1_000_000)}",)
        case _:
            return ()


def hints_in(request: CertificateRequest12 | CertificateRequest13) -> tuple[bytes, ...]:
    """The names of CAs in a request, as DER."""
    if isinstance(request, CertificateRequest12):
        return request.certificate_authorities
    return forms.CERTIFICATE_AUTHORITIES.read(request.extensions) or ()


def _client_hello(message: ClientHello) -> tuple[str, ...]:
    names = forms.SERVER_NAME.read(message.extensions) or ()
    shares = forms.KEY_SHARE_OFFER.read(message.extensions) or ()
    words = [f"to {clean(name.host_name.decode('utf-8', 'replace'))}" for name in names]
    words.append(plural(len(message.cipher_suites), "cipher suite"))
    words += [f"key share {group_name(share.group)}" for share in shares]
    return (" · ".join(words),)


def _server_hello(message: ServerHello) -> tuple[str, ...]:
    if message.is_hello_retry_request:
        group = forms.KEY_SHARE_RETRY.read(message.extensions)
        return (f"try again with {group_name(group)}",) if group is not None else ()
    share = forms.KEY_SHARE_CHOICE.read(message.extensions)
    words = [cipher_suite_name(message.cipher_suite)]
    if share is not None:
        words.append(group_name(share.group))
    return (" · ".join(words),)


def _hints(hints: tuple[bytes, ...]) -> str:
    if not hints:
        return "no CA named: a certificate of any CA may come"
    names = [clean(name_text(hint)) for hint in hints[:MOST_NAMES]]
    more = f" and {len(hints) - MOST_NAMES} more" if len(hints) > MOST_NAMES else ""
    return f"hint: certificates of {'; '.join(names)}{more}"


def _few_schemes(schemes: tuple[int, ...]) -> tuple[str, ...]:
    """The signatures that are accepted, where they are so few that a key may not be able to make any."""
    if len(schemes) > MOST_NAMES:
        return ()
    return (f"accepts no other signature than {' or '.join(map(signature_scheme_name, schemes))}",)


def _chain(chain: tuple[bytes, ...], setup: Setup) -> tuple[str, ...]:
    if not chain:
        return ("no certificate: the list is empty",)
    leaf = setup.described(chain[0])
    if leaf is None:
        return ("a certificate that is not described in this trace",)
    if leaf.facts is None:
        return ("a certificate that cannot be read",)
    more = f" (and {plural(len(chain) - 1, 'more certificate')} of the chain)" if len(chain) > 1 else ""
    issuer = "issued by itself" if leaf.facts.self_issued else f"issued by {clean(leaf.facts.issuer)}"
    return (f"{clean(leaf.facts.subject) or 'no name'}{more}", issuer)


def _enrolment(fact: Sent, setup: Setup) -> tuple[str, ...]:
    match fact.name:
        case "CertificationRequest":
            subject = request_subject(fact.raw)
            if subject is None:
                return ()
            return (
                f"for {clean(name_text(subject))}",
                "public key and a signature made with the private key",
            )
        case "Certificate":
            return _chain((fact.raw,), setup)
        case "PKCS#12":
            return ("certificate and private key, locked with a password that goes another way",)
        case _:
            return ()
