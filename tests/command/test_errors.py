"""``clientauth errors``: from an error text to its causes, as the command gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click import UsageError
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.command.error_answers import answer_text, document
from simulator.error_texts.lookup import look_up
from simulator.error_texts.table import programs
from simulator.views.drawing.cells import cells

if TYPE_CHECKING:
    from click.testing import Result

CURL = (
    "curl: (56) OpenSSL SSL_read: OpenSSL/3.5.6: error:0A000415:SSL routines::"
    "ssl/tls alert certificate expired, errno 0"
)


def answered(*arguments: str, read: str = "") -> Result:
    """The command asked about a text, with this on standard input."""
    return CliRunner().invoke(clientauth, ["errors", *arguments], input=read, standalone_mode=False)


def test_a_known_text_leads_to_its_causes() -> None:
    """The answer has the causes, what to look for on the server, a warning and the command that plays it."""
    shown = answered(CURL, "--width", "120")
    assert 0 == shown.return_value
    for words in (
        "2 possible causes, the likeliest first.",
        "! certificate_expired comes from the other side",
        "1. The client's certificate has expired, by the server's clock.",
        '   At the server: The log says "certificate has expired"',
        "   Play it: clientauth run certificate-expired",
        "2. The server's revocation list is out of date.",
    ):
        assert words in shown.stdout


def test_the_document_has_the_documented_keys() -> None:
    """``--json`` prints one document with every key that the documentation names."""
    shown = json.loads(answered(CURL, "--json").stdout)
    assert CURL == shown["text"]
    assert "curl: (56) openssl ssl_read: error:ssl routines:alert certificate_expired" == shown["normalised"]
    assert {"name": "certificate_expired", "code": 45} == shown["alert"]
    first = shown["matches"][0]
    assert ("certificate-expired", "validity") == (first["cause"], first["check"])
    assert ["curl (OpenSSL)"] == first["programs"]
    assert "certificate has expired" in first["look_at_other_side"]


def test_an_unknown_text_has_the_nearest_alert_and_status_1() -> None:
    """No cause is made up for words that no program prints."""
    shown = answered("the dog ate my required certificate")
    assert 1 == shown.return_value
    assert "This text is unknown" in shown.stdout
    assert "The nearest alert: certificate_required (116)." in shown.stdout


def test_a_number_alone_is_an_unknown_text() -> None:
    """Numbers are no part of a text's normal form, and yet the reader gave a text."""
    answer = answered("0x80091234")
    assert 1 == answer.return_value
    assert "This text is unknown" in answer.stdout


def test_programs_are_named_that_print_the_text_and_what_is_cited_is_marked() -> None:
    """Up to three programs, each with OpenSSL's words if the text has them; a cited text says that it is."""
    required = answer_text(look_up("tlsv13 alert certificate required"), 120, coloured=False, every=True)
    assert "Text of the client: Node https, Node tls, Python ssl and others" in required
    assert "gnutls" not in required
    screen = answer_text(look_up("PASSWORD NOT AUTHORIZED"), 120, coloured=False, every=True)
    assert 2 == screen.count("Text of the client: the host's logon screen (cited, not measured)")
    assert "Play it: clientauth run express-logon-ticket-used-twice" in screen
    assert ["the host's logon screen"] == document(look_up("PASSWORD NOT AUTHORIZED"))["matches"][0]["cited"]


def test_no_text_is_bad_usage() -> None:
    """Neither an argument nor standard input: status 2, and what to do."""
    refused = answered().exception
    assert isinstance(refused, UsageError)
    assert 2 == refused.exit_code
    assert "Give it in quotes, or on standard input." in str(refused)


def test_a_text_may_begin_with_a_hyphen_or_come_unquoted() -> None:
    """What gnutls-cli prints is no option, and words without quotes are one text."""
    hyphen = answered("- Status: The certificate is NOT trusted. The certificate issuer is unknown.")
    assert "1. The client refuses the server's certificate: it does not trust the CA" in hyphen.stdout
    unquoted = answered("tlsv1", "alert", "unknown", "ca")
    assert "The alert: unknown_ca (48)." in unquoted.stdout


def test_a_log_is_read_from_standard_input() -> None:
    """Several lines come through a pipe."""
    failed = "error:0A000086:SSL routines::certificate verify failed"
    log = f"starting\nverify error:num=12:CRL has expired\n{failed}\n"
    shown = answered("--as", "server", read=log)
    assert 0 == shown.return_value
    assert "1. The server's revocation list is out of date." in shown.stdout


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_width(width: int) -> None:
    """Every cause in full fits, and so does the list of the others."""
    for text in (
        "Connection failed:",
        "received fatal alert: CertificateUnknown",
        "certificate required, they say",
    ):
        for every in (False, True):
            shown = answer_text(look_up(text), width, coloured=False, every=every)
            assert width >= max(map(cells, shown.split("\n")))


def test_every_answer_is_a_document() -> None:
    """One text of each program becomes JSON, with words for the other side or null."""
    for program in programs():
        text = next(one.text for one in program.seen if one.text)
        made = json.loads(json.dumps(document(look_up(text))))
        assert made["matches"]
        assert all(match["look_at_other_side"] != "" for match in made["matches"])


def test_a_stream_without_an_end_is_read_in_part() -> None:
    """Standard input has a bound, also within one line."""
    shown = answered(read="x" * (17 << 20))
    assert 1 == shown.return_value
    assert len(shown.stdout) < 1000
