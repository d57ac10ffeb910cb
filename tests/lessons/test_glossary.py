"""The glossary is whole, and finds words however they are written."""

from __future__ import annotations

import pytest

from simulator.lessons.glossary import UnknownWordError, entry_text, glossary, index_text, look_up, names
from simulator.scenario.words import ALERT_NAMES
from simulator.security import SecurityLevel
from simulator.tls.states import MACHINES
from simulator.trust.verdict import Outcome
from simulator.views.player_words import words_in


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


def test_every_message_of_the_tables_is_explained() -> None:
    """Every handshake message a peer may send has an entry, but for the two that only refuse."""
    messages = {name for machine in MACHINES.values() for row in machine.messages.values() for name in row}
    assert {"HelloRequest", "KeyUpdate"} == {name for name in messages if name not in glossary()}


def test_every_alert_of_the_catalogue_is_explained() -> None:
    """Every alert that a scenario of the catalogue expects has an entry."""
    from simulator.catalogue import catalogue

    expected = {e.alert for s in catalogue.values() for e in s.expect.values() if e.alert}
    assert set() == expected - set(glossary())
    assert expected <= set(ALERT_NAMES)


def test_what_a_check_may_come_to_is_explained() -> None:
    """Each outcome of a check that is neither pass nor fail has an entry, under the words of the enum."""
    outcomes = {outcome.name.replace("_", " ").lower() for outcome in Outcome}
    assert {"pass", "fail"} == outcomes - set(glossary())


def test_the_levels_are_named() -> None:
    """The entry of the security level names every level."""
    text = look_up("security level").text
    assert [] == [level.value for level in SecurityLevel if level.value not in text]


@pytest.mark.parametrize(
    ("written", "term"),
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
    ],
)
def test_words_are_found_however_written(written: str, term: str) -> None:
    """Case, spaces, hyphens and underscores do not matter, and other names lead to the same entry."""
    assert term == look_up(written).term


def test_an_unknown_word_names_the_nearest() -> None:
    """A misspelt word is answered with words that exist."""
    with pytest.raises(UnknownWordError, match="CertificateVerify"):
        look_up("CertificatVerify")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_too_long(width: int) -> None:
    """Entries and index keep to the width."""
    texts = [index_text(width), *(entry_text(word, width) for word in glossary().values())]
    assert max(len(line) for text in texts for line in text.splitlines()) <= width


def test_sentences_are_short() -> None:
    """No entry is longer than a learner reads at a glance, and each ends with a full stop."""
    for word in glossary().values():
        assert len(word.text) <= 330, word.term
        assert word.text.endswith("."), word.term
    assert len(names()) > len(glossary())
