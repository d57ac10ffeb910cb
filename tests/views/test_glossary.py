"""The glossary is whole, and finds words however they are written."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from simulator.scenario import ClientAuthentication
from simulator.security import SecurityLevel
from simulator.tls.states import MACHINES
from simulator.tls.wire.alerts import AlertDescription
from simulator.trace.facts import Alert, Decided, Sent
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import QUESTIONS
from simulator.views.player.document import words_in
from simulator.views.story.certificate_words import certificate_words
from simulator.views.story.glossary import UnknownWordError, entry_text, glossary, index_text, look_up, names
from simulator.views.story.words import level_name
from tests.played import EVERY_RUN, for_each, run_of


def unexplained(name: str) -> bool:
    """Return True if the glossary has no entry for a name."""
    try:
        look_up(name)
    except UnknownWordError:
        return True
    return False


def test_every_reference_leads_somewhere() -> None:
    """Each word that another points to has an entry of its own."""
    assert [] == [
        (word.term, term) for word in glossary().values() for term in word.see if term not in glossary()
    ]


def test_no_name_means_two_things() -> None:
    """No spelling belongs to two entries, as far as a reader could confuse them."""
    spellings = [name.lower() for word in glossary().values() for name in {*word.also, word.term}]
    twice = {name for name in spellings if spellings.count(name) > 1}
    assert {"certificate"} == twice  # the thing, and the message that carries it: told apart by the capital


def test_every_term_is_found_by_its_own_spelling() -> None:
    """Whoever looks a term up as it is written gets that term, and not one that only looks like it."""
    assert list(glossary()) == [look_up(term).term for term in glossary()]


def test_words_in_a_text_are_told_apart_by_their_capitals() -> None:
    """A certificate is a certificate, and the message Certificate is the message."""
    assert ["certificate"] == words_in(["It shows a certificate."])
    assert ["Certificate"] == words_in(["The client sends Certificate."])


def test_everyday_words_are_not_pointed_out() -> None:
    """Level, policy and the like are found when looked up, and not marked in every text that holds them."""
    assert [] == words_in(["None is required; the group is encrypted, and the decision optional."])
    assert "required" == look_up("required").term


def test_every_message_of_the_tables_is_explained() -> None:
    """Every handshake message that a peer may send has an entry."""
    messages = {name for machine in MACHINES.values() for row in machine.messages.values() for name in row}
    assert set() == messages - set(glossary())


def test_whatever_a_run_shows_is_explained() -> None:
    """Every message, alert and decision of a run of the catalogue has an entry."""
    shown = set()
    for scenario, tls in EVERY_RUN:
        for event in run_of(scenario, tls).trace.events:
            fact = event.fact
            if isinstance(fact, Sent | Alert):
                shown.add(fact.name)
            elif isinstance(fact, Decided):
                shown.add(fact.decision)
    assert {"ClientHello", "close_notify", "grant", "revoke", "CertificationRequest"} <= shown
    assert set() == {name for name in shown if unexplained(name)}


def test_every_check_policy_and_level_is_explained() -> None:
    """What a ledger, a scenario and a card name has an entry: checks, policies, levels."""
    policies = get_args(ClientAuthentication)
    levels = {spelling for level in SecurityLevel for spelling in (level.value, level_name(level))}
    assert set() == {name for name in (*QUESTIONS, *policies, *levels) if unexplained(name)}


def test_every_extension_that_is_shown_is_explained() -> None:
    """Each extension of a certificate of the catalogue has an entry under the name that is shown."""
    shown = set()
    for scenario, tls in EVERY_RUN:
        setup = run_of(scenario, tls).trace.setup
        for held in setup.certificates:
            shown |= {name for name, _, _ in certificate_words(setup, held.der)["extensions"]}
    assert {"basicConstraints", "nameConstraints", "extKeyUsage"} <= shown
    assert set() == {name for name in shown if unexplained(name)}


def test_what_a_check_may_come_to_is_explained() -> None:
    """Each outcome of a check that is neither pass nor fail has an entry, under the words of the enum."""
    outcomes = {outcome.name.replace("_", " ").lower() for outcome in CheckOutcome}
    assert {"pass", "fail"} == outcomes - set(glossary())


def test_the_levels_are_named() -> None:
    """The entry of the security level names every level."""
    text = look_up("security level").text
    assert [] == [level.value for level in SecurityLevel if level.value not in text]


@for_each(
    "written, term",
    [
        ("mTLS", "client authentication"),
        ("ca", "certificate authority"),
        ("Unknown CA", "unknown_ca"),
        ("certificate verify", "CertificateVerify"),
        ("pkcs12", "PKCS#12"),
        ("EKU", "extended key usage"),
        ("Cross signing", "cross-signed"),
        ("do_handshake", "handshake call"),
        ("Not_Reached", "not reached"),
        ("certificates", "certificate"),
        ("CERTIFICATES", "certificate"),
        ("Certificates", "certificate"),
        ("CAs", "certificate authority"),
        ("Certificate Authorities", "certificate authority"),
        ("certificate_authorities", "CA list"),
        ("Trust Anchors", "trust anchor"),
        ("proxies", "proxy"),
        ("session key", "session keys"),
        (" alerts ", "alert"),
        ("critical extension", "critical extensions"),
        ("client authentication policies", "client authentication policy"),
        ("45", "certificate_expired"),
        ("Alert 116", "certificate_required"),
        ("TLS", "TLS"),
        ("pem", "PEM"),
        ("X.509", "X.509"),
        ("x509 certificates", "certificate"),
        ("Thumbprints", "fingerprint"),
        ("sha256", "hash"),
        ("Client Random", "nonce"),
        ("pre-shared keys", "PSK"),
        ("man-in-the-middle", "man in the middle"),
        ("secp256r1", "P-256"),
        ("End Entity", "leaf certificate"),
        ("clocks", "clock"),
    ],
)
def test_words_are_found_however_written(written: str, term: str) -> None:
    """Case, spaces, hyphens and underscores do not matter, and other names lead to the same entry."""
    assert term == look_up(written).term


def test_an_unknown_word_names_the_nearest() -> None:
    """A misspelt word is answered with words that exist."""
    with pytest.raises(UnknownWordError, match="CertificateVerify"):
        look_up("CertificatVerify")


@for_each(
    "written, term",
    [("possesion", "proof of possession"), ("trsut store", "trust store"), ("ledgr", "ledger")],
)
def test_a_misspelt_part_of_a_term_names_the_term(written: str, term: str) -> None:
    """A slip in a word of a term is enough to find it."""
    with pytest.raises(UnknownWordError, match=f"Did you mean '{term}'"):
        look_up(written)


@for_each("word", ["banana", "cookie", "EAP", "TCP", "firewall", "browser", "web server"])
def test_no_poor_guesses(word: str) -> None:
    """A word that is like none gets no guess."""
    with pytest.raises(UnknownWordError) as caught:
        look_up(word)
    assert "Did you mean" not in str(caught.value)


@for_each("word", ["", "  ", 3, None, "?", "999999"])
def test_what_is_no_word_gets_advice(word: Any) -> None:
    """Nothing, a number and a mark are answered with what to do."""
    with pytest.raises(UnknownWordError, match="`clientauth glossary` lists all words"):
        look_up(word)


def test_alerts_are_explained_under_their_own_numbers() -> None:
    """The number in an alert's entry is the one that the alert has on the wire."""
    numbers = {f"{alert.rfc_name}": alert.value for alert in AlertDescription}
    told = {
        term: re.match(r"Alert (\d+):", word.text) for term, word in glossary().items() if term in numbers
    }
    told.pop("close_notify")
    assert len(told) > 10
    assert {term: str(numbers[term]) for term in told} == {term: n[1] for term, n in told.items() if n}


@for_each("width", [60, 80, 120])
def test_no_line_is_too_long(width: int) -> None:
    """Entries and index keep to the width."""
    texts = [index_text(width), *(entry_text(word, width) for word in glossary().values())]
    assert max(len(line) for text in texts for line in text.splitlines()) <= width


def test_sentences_are_short() -> None:
    """No entry is longer than a learner reads at a glance, and each ends with a full stop."""
    for word in glossary().values():
        assert len(word.text) <= 330, word.term
        assert len(word.text.split()) <= 60, word.term
        assert word.text.endswith("."), word.term
    assert len(names()) > len(glossary())
