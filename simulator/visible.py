"""Text from outside made visible: what a terminal or a picture would obey or hide becomes an escape."""

from __future__ import annotations

import unicodedata

_NON_JOINER, _JOINER = "\u200c", "\u200d"
_AS_EMOJI = "\ufe0f"  # variation selector 16
_VIRAMA = 9  # canonical combining class of the signs that join two letters of an Indic script


def clean(text: str) -> str:
    r"""The text with every invisible character written as its escape: ``\u202e``, not a reversal.

    Control characters, line breaks, direction marks and other invisible or unassigned characters are
    replaced by their escapes; the rest stays as it is. A joiner stays where it shapes its neighbours, as in
    Persian words and in emoji of several signs; elsewhere it would only make two names look the same.
    """
    if text.isprintable():  # no sign of categories C and Z but the space
        return text
    return "".join(
        character if _joins(text, place) else _visible(character) for place, character in enumerate(text)
    )


def is_visible(text: str) -> bool:
    """Return True if no character of the text would become an escape."""
    return len(clean(text)) == len(text)  # every escape is longer than its character


def clean_lines(text: str) -> str:
    """The text cleaned line by line: its line feeds stay."""
    return "\n".join(map(clean, text.split("\n")))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] != "C" and category not in ("Zl", "Zp"):
        return " " if category == "Zs" else character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _joins(text: str, place: int) -> bool:
    """Return True for a joiner between two characters that it shapes (RFC 5892 A.1, A.2; UTS #51)."""
    character = text[place]
    if character not in (_NON_JOINER, _JOINER) or not 0 < place < len(text) - 1:
        return False
    before, after = text[place - 1], text[place + 1]
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if character == _NON_JOINER:  # letters of Arabic script are the ones that join by themselves
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    # A sign of an emoji, perhaps with its skin tone (Sk) or its variation selector, and the next one.
    emoji = before == _AS_EMOJI or unicodedata.category(before) in ("So", "Sk")
    return emoji and unicodedata.category(after) == "So"
