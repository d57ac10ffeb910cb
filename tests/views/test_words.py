"""The shared words, and the caption that tells a run in sentences."""

from __future__ import annotations

from simulator.views.story.caption import caption
from simulator.views.story.words import card_facts, clean, common_name, duration, moment, size
from tests.played import RUNS, for_each
from tests.views.traces import HOSTILE, hostile_trace, trace_of


def test_the_caption_of_a_late_refusal() -> None:
    """Who decided what, why, what nobody read, how long the client erred, and what came of it."""
    assert caption(trace_of("certificate-expired", "1.3")) == (
        "The client's certificate has expired. Scenario certificate-expired, seed 1, TLS 1.3. "
        "The server asks the client for a certificate. The client accepts this server. "
        "The client sends its certificate. The server refuses this client. "
        "The decisive check is validity: The certificate of alice has expired: it was valid until "
        "2030-03-03 09:00:00 UTC, and the server's clock says 2030-03-04 09:00:00 UTC. "
        "The server sends the alert certificate_expired (45). "
        "Sent but never read: CertificateVerify, Finished, application data. "
        "The client's handshake call returned without error. For 41 ms the client took the session for open "
        "and believed “Client authenticated”. The server never said that it is open. "
        "2 CAs took no part in the connection. "
        "Result: Refused, there is no session."
    )


@for_each("name, tls", RUNS)
def test_every_caption_is_sentences(name: str, tls: str) -> None:
    """A caption is one paragraph of plain text that ends with a full stop."""
    text = caption(trace_of(name, tls))
    assert text.isprintable()
    assert text.endswith(".")
    assert ".." not in text


@for_each("kind", HOSTILE)
def test_a_hostile_caption_stays_on_its_line(kind: str) -> None:
    """No name breaks the line or hides in it."""
    assert caption(hostile_trace(kind)).isprintable()


@for_each(
    "text, cleaned",
    [
        ("plain, ümlaut 漢 שלום", "plain, ümlaut 漢 שלום"),
        ("a\nb\tc\x1b", "a\\u000ab\\u0009c\\u001b"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("zero\u200bwidth\u00a0space\u2028line", "zero\\u200bwidth space\\u2028line"),
        ("\ud800\U000e0041", "\\ud800\\U000e0041"),
    ],
)
def test_clean_shows_what_would_hide(text: str, cleaned: str) -> None:
    """Invisible and moving characters become escapes, letters of every script stay."""
    assert clean(text) == cleaned


@for_each("name, tls", RUNS)
def test_what_was_refused_in_tls_is_no_session(name: str, tls: str) -> None:
    """The card says neither yes nor no to encryption where the handshake failed; elsewhere it says which."""
    card = trace_of(name, tls).card
    answer = "yes" if card.encrypted else "no"
    expected = "no session" if card.refused_at == "tls" else answer
    assert expected == dict(card_facts(card))["Encrypted"]


def test_sizes_and_times_read_well() -> None:
    """Numbers come with the unit a person would choose."""
    assert [size(count) for count in (0, 1, 2, 1234)] == ["0 bytes", "1 byte", "2 bytes", "1,234 bytes"]
    microseconds = (0, 500, 41_000, 1_500_000, 90_000_000, 7_200_000_000, 86_400_000_000, 129_600_000_000)
    assert [duration(length) for length in microseconds] == [
        "0 ms",
        "0.5 ms",
        "41 ms",
        "1.5 s",
        "1.5 minutes",
        "2 hours",
        "1 day",
        "1.5 days",
    ]
    assert [moment(at) for at in (-2_592_000_000_000, 0, 64_000)] == ["30 days before", "0 ms", "64 ms"]


def test_a_common_name_is_found_and_unescaped() -> None:
    """An escaped comma does not end a name, and a name without a common name stays whole."""
    assert common_name("CN=alice,O=Example") == "alice"
    assert common_name("O=Example,CN=alice") == "alice"
    assert common_name("CN=a\\,b+OU=c,O=d") == "a,b"
    assert common_name("O=Example") == "O=Example"
    assert common_name("") == ""
