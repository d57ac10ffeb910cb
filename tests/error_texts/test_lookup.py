"""Every measured text leads back to its cause: as it is, from another version, cut down to its last line."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from simulator.error_texts.lookup import look_up
from simulator.error_texts.normal_form import normal_line, normal_lines
from simulator.error_texts.table import programs
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.tls.wire.version import Side

#: Values such as a real run has them, for the placeholders of the measured texts.
REAL = {
    "<host>": "gate-7.shop.example",
    "<other server>": "mail.example",
    "<port>": "8443",
    "<time>": "2026-11-29T03:04:05Z",
    "<thread>": "40F7B1C4D57F0000",
    "<n>": "4711",
    "<pid>": "31337",
    "<address>": "192.0.2.17",
    "<client>": "alice",
    "<client CA>": "Example Client CA",
    "<client issuing CA>": "Example Issuing CA",
    "<other CA>": "Somebody's CA",
    "<server>": "gate-7.shop.example",
    "<serial>": "0A1B2C3D",
    "<file>": "/etc/ssl/private/alice.key",
    "<user>": "alice",
    "<table>": "orders",
    "<map>": "certs",
    "<0x…>": "<0x5581e2f3c0a0>",
}


def _filled(text: str) -> str:
    for placeholder, value in REAL.items():
        text = text.replace(placeholder, value)
    return text


def _of_openssl(version: str, alert: str, constant: str) -> Callable[[str], str]:
    """The text as a program on another OpenSSL prints it: prefixes, functions, lines, error 9."""

    def changed(text: str) -> str:
        text = text.replace("sslv3 alert", alert).replace("SSLV3_ALERT", constant).replace("3.0.19", version)
        text = re.sub(r"routines:\w*:", "routines:another_function:", text)
        text = re.sub(r"(\.c:|\.java:)\d+", r"\g<1>4711", text)
        if version.startswith("4"):
            text = text.replace("is not yet valid", "is not yet valid or the system clock is incorrect")
        return text

    return changed


def _of_newer_programs(text: str) -> str:
    """The text as newer releases of curl, Go and Java print it."""
    text = text.replace("curl: (35) OpenSSL/3.0.19:", "curl: (35) TLS connect error:")
    text = text.replace("tls.Dial: x509:", "tls.Dial: tls: failed to verify certificate: x509:")
    text = text.replace('/": x509:', '/": tls: failed to verify certificate: x509:')
    return re.sub(r"Received fatal alert: (\w+)", r"(\1) Received fatal alert: \1", text)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as measured": lambda text: text,
    "with real values": _filled,
    "OpenSSL 3.5": _of_openssl("3.5.6", "ssl/tls alert", "SSL_TLS_ALERT"),
    "OpenSSL 4.0": _of_openssl("4.0.3", "tls alert", "TLS_ALERT"),
    "newer programs": _of_newer_programs,
    "the last line": lambda text: text.split("\n")[-1],
    "in a log": lambda text: "\n".join(
        f"Nov 29 03:04:05 gate service[812]: {line}" for line in ["started", *text.split("\n"), "waiting"]
    ),
}


def _causes_of(change: Callable[[str], str]) -> dict[tuple[str, Side, str], set[str]]:
    """Every text of every program after a change, with the causes that it may have."""
    found: dict[tuple[str, Side, str], set[str]] = defaultdict(set)
    for program in programs():
        for one in program.seen:
            if one.text:
                found[program.name, program.side, change(one.text)] |= set(one.causes.split())
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_text_leads_to_its_causes(variant: str) -> None:
    """A text leads to every cause it was seen for; if there are at most three, they are the first three."""
    texts = _causes_of(VARIANTS[variant])
    assert len(texts) > 480
    chosen = slice(None) if EVERYTHING else slice(list(VARIANTS).index(variant), None, 15)
    for (program, side, text), causes in list(texts.items())[chosen]:
        matches = look_up(text, side).matches
        found = [match.cause.name for match in matches]
        assert causes <= set(found), text
        if len(causes) <= 3:
            assert causes <= set(found[:3]), text
        for match in matches:
            assert match.cause.name not in causes or program in match.programs


def test_without_its_side_a_text_is_found_too() -> None:
    """Without ``--as`` the same holds, but for a sentence that Java prints on both sides."""
    for (program, _, text), causes in list(_causes_of(lambda text: text).items())[:: 1 if EVERYTHING else 9]:
        found = [match.cause.name for match in look_up(text).matches]
        assert causes <= set(found), text
        if len(causes) <= 3 and not (program == "Java SSLServerSocket" and "PKIX path building" in text):
            assert causes <= set(found[:3]), text


def test_an_alert_has_one_spelling() -> None:
    """Every program's words for a received alert become one, and the text is known by it."""
    cases = [
        ("sslv3 alert certificate expired", "certificate_expired"),
        ("ssl/tls alert certificate expired", "certificate_expired"),
        ("tls alert certificate expired", "certificate_expired"),
        (
            "[SSL: TLS_ALERT_CERTIFICATE_EXPIRED] tls alert certificate expired (_ssl.c:1033)",
            "certificate_expired",
        ),
        ("error:0A000415:SSL routines::reason(1045)", "certificate_expired"),
        (
            "140:error:14094415:SSL routines:ssl3_read_bytes:reason(1045):s3_pkt.c:1493:",
            "certificate_expired",
        ),
        ("ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "certificate_expired"),
        ("SSL_ERROR_EXPIRED_CERT_ALERT", "certificate_expired"),
        ("remote error: tls: expired certificate", "certificate_expired"),
        ("(certificate_expired) Received fatal alert: certificate_expired", "certificate_expired"),
        ("received fatal alert: CertificateExpired", "certificate_expired"),
        ("*** Received alert [45]: Certificate is expired", "certificate_expired"),
        ("tlsv13 alert certificate required", "certificate_required"),
        ("remote error: tls: unknown certificate authority", "unknown_ca"),
        ("remote error: tls: unknown certificate", "certificate_unknown"),
        ("tlsv1 unrecognized name", "unrecognized_name"),
        ("SSL alert number 116", "certificate_required"),
        ("certificate_unknown", "certificate_unknown"),
    ]
    for text, name in cases:
        answer = look_up(text)
        assert answer.alert is not None, text
        assert name == answer.alert.rfc_name, text
        assert 1 == answer.normalised.count(f"alert {name}"), text


@pytest.mark.parametrize(
    ("text", "programs", "others"),
    [
        ("tlsv13 alert certificate required", {"openssl s_client", "curl (OpenSSL)", "psql"}, {"gnutls-cli"}),
        (
            "tls alert certificate required",
            {"openssl s_client", "Node tls"},
            {"gnutls-cli", "Java SSLSocket"},
        ),
        ("SSL alert number 116", {"openssl s_client"}, {"gnutls-cli", "curl (OpenSSL)"}),
        ("Received alert [116]: Certificate is required", {"gnutls-cli"}, {"openssl s_client"}),
        ("remote error: tls: certificate required", {"Go crypto/tls"}, {"openssl s_client", "gnutls-cli"}),
        ("certificate_required", {"Java SSLSocket", "Python ssl"}, {"gnutls-cli", "Go crypto/tls"}),
    ],
)
def test_the_programs_are_those_that_print_the_text(text: str, programs: set[str], others: set[str]) -> None:
    """A program that names the same alert in words of its own does not print this text."""
    first = look_up(text, "client").matches[0]
    assert "no-certificate" == first.cause.name
    assert programs <= set(first.programs)
    assert not others & set(first.programs)


def test_programs_that_are_as_near_are_in_the_order_of_the_table() -> None:
    """What is told of a text is the same in every process: nothing depends on the order of a set."""
    names = [program.name for program in programs() if program.name.startswith("openssl s_server -Verify 1")]
    (text,) = {
        one.text
        for program in programs()
        for one in program.seen
        if program.name == names[0] and "stolen-certificate" in one.causes.split()
    }
    first = look_up(VARIANTS["in a log"](text), "server").matches[0]
    assert ("stolen-certificate", tuple(names)) == (first.cause.name, first.programs)


def test_words_in_which_no_program_here_names_an_alert_have_causes_and_no_program() -> None:
    """The alert of Firefox's code leads to its causes, and no other program is said to print the code."""
    [first, *_] = look_up("SSL_ERROR_EXPIRED_CERT_ALERT").matches
    assert ("certificate-expired", ()) == (first.cause.name, first.programs)


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("INVALID USERID, )USR.ID(", "express-logon-not-mapped", 4),
        (")USR.ID( NOT IN CP DIRECTORY", "express-logon-not-mapped", 4),
        ("PASSWORD NOT AUTHORIZED", "passticket-refused", 2),
        ("0x80090325", "server-untrusted-ca", 1),
        ("TLS: InitializeSecurityContext: error 0x80090325 (Die Zertifikatkette)", "server-untrusted-ca", 1),
        ("TLS: AcquireCredentialsHandle: error 0x8009030d (Die Daten)", "windows-refuses-credentials", 1),
        ("0x8009030e", "", 0),
    ],
)
def test_a_cited_text_leads_to_its_causes(text: str, first: str, count: int) -> None:
    """Screens of Express Logon and codes of Windows, whose words are in the user's language, are found."""
    matches = look_up(text).matches
    assert count == len(matches)
    assert [first] * bool(count) == [match.cause.name for match in matches[:1]]
    assert all(match.cited == match.programs for match in matches)


def test_what_a_program_sends_is_no_received_alert() -> None:
    """Go's "local error" names an alert that Go itself sent."""
    assert look_up("local error: tls: bad record MAC").alert is None


def test_an_alert_that_no_client_printed_leads_to_the_servers_that_send_it() -> None:
    """``certificate_unknown`` was never seen at a client here; Java's server sends it often."""
    matches = look_up("received fatal alert: CertificateUnknown").matches
    assert all(match.by_alert for match in matches)
    assert {"untrusted-ca", "certificate-expired", "revoked"} <= {match.cause.name for match in matches}
    assert ("Java SSLServerSocket",) == matches[0].programs


def test_an_unknown_text_has_no_causes() -> None:
    """Words that no program printed match nothing; a name like an alert's leads to the nearest alert."""
    unknown = look_up("the dog ate my required certificate")
    assert () == unknown.matches
    assert unknown.nearest is not None
    assert "certificate_required" == unknown.nearest.rfc_name
    assert look_up("completely other words").nearest is None


def test_a_text_that_blames_the_wrong_side_has_a_warning() -> None:
    """A text that blames the wrong side, tells nothing, or is the other side's own word has a warning."""
    for text, words in (
        ("curl: (60) SSL certificate verification failed", "the server refused the client's own certificate"),
        ("Connection failed:", "does not tell the reason"),
        ("tlsv1 alert unknown ca", "does not help"),
    ):
        assert any(words in caution.words for caution in look_up(text).cautions)
    assert () == look_up("mosquitto: connection failed, because of rain").cautions


def test_a_normal_form_is_its_own_normal_form() -> None:
    """Normalising twice changes nothing, for every measured line."""
    lines = {
        normal_line(line) for program in programs() for one in program.seen for line in one.text.split("\n")
    }
    changed = {line: normal_line(line) for line in lines if normal_line(line) != line}
    assert {} == changed


def test_a_long_log_is_read_from_its_end() -> None:
    """A hundred thousand lines, and lines without an end, take no longer; the last lines count."""
    log = "\n".join([*["all is well"] * 100_000, "x" * 1_000_000, "tlsv13 alert certificate required"])
    answer = look_up(log)
    assert "no-certificate" == answer.matches[0].cause.name
    assert len(answer.normalised) < 10_000


def test_control_characters_do_not_get_through() -> None:
    """A text from outside is cleaned before anything shows it."""
    assert ["expired\\u0007 certificate\\u202e"] == normal_lines(
        "\x1b[31mexpired\x1b[0m\x07 certificate\u202e"
    )
