"""The normal form of an error text: without what differs from run to run and from version to version.

``…`` stands for what was left out: a time, an address, a file, a number. The same rules are applied to the
measured texts, whose placeholders become the same sign.
"""

from __future__ import annotations

import re

from simulator.error_texts.alert_names import with_plain_alerts
from simulator.visible import clean

GAP = "…"
MOST_OF_A_LINE = 2000  # characters; the longest measured line, Java's with all its causes, has 700

# The placeholders of the measured texts; "<unknown>" and "<init>" are what programs really print.
_PLACEHOLDERS = re.compile(
    r"<(?:host|time|port|thread|n|address|pid|client|client ca|client issuing ca|other ca|server|other server"
    r"|serial|file|user|table|map|0x…)>",
    re.IGNORECASE,
)
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\t": " "})  # GnuTLS prints them
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CLOCK = r"\d\d?:\d\d(?::\d\d(?:\.\d+)?)?"

# In this order: what each rule finds, and what stands there afterwards.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bnet::", ""),
        # OpenSSL: thread, function, source; CPython's and Java's source lines
        (rf"(?:^|(?<=\s))(?:{GAP}|[0-9a-f]{{6,}}):error:", "error:"),
        (r"routines:\w*:", "routines:"),
        (r" ?\(_ssl\.c:\d+\)", ""),
        (r":?(?:[\w.-]*/)*[\w-]+\.(?:c|cc|cpp|h):\d+:?", ""),
        (r"\(\w+\.java:\d+\)", f"({GAP})"),
        (r"\bopenssl/[\w.-]+: ", ""),
        (r"\btls connect error: ", ""),  # curl since 8.10 says this where it named OpenSSL
        (r", errno 0\b", ""),
        (r" or the system clock is incorrect\b", ""),  # OpenSSL 4.0
        (r"\bfailed to verify (?:client )?certificate: ", ""),  # Go says it since 1.20, also as a client
        (r"\bself signed\b", "self-signed"),  # OpenSSL 1.1.1
        (r"\[30[34]\]", f"[{GAP}]"),  # Go's list of versions
        (r"\btlsv?1\.[0-3]\b", f"tlsv{GAP}"),
        # what differs from run to run
        (rf"\d{{4}}[-/]\d\d[-/]\d\d(?:[t ]{_CLOCK})?(?: ?z\b| ?[+-]\d\d:?\d\d)?", GAP),
        (
            rf"\b(?:[a-z]{{3}},? )?[a-z]{{3}} +\d\d? {_CLOCK}(?: \d{{4}})?(?: [a-z]{{3,4}})?(?: \d{{4}})?\b",
            GAP,
        ),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", GAP),
        (r"\[[0-9a-f:]*::[0-9a-f:]*\](?::\d+)?", GAP),
        (r"\b(?:sha1|sha256):[0-9a-f]+", GAP),
        (r"\b(0x8009[0-9a-f]{4})\b \(.*\)", r"\1"),  # Windows says its codes in the user's language
        (r"\b(?!0x8009[0-9a-f]{4}\b)(?:0x)?[0-9a-f]{8,}\b", GAP),
        (r"(?<![\w/])(?:/[\w.@-]+){2,}", GAP),
        (rf"{GAP}(?:[:, ]?{GAP})+", GAP),
        (r"\s+", " "),
    )
)


def with_gaps(text: str) -> str:
    """A measured text with ``…`` for each placeholder."""
    return _PLACEHOLDERS.sub(GAP, text)


def normal_line(line: str) -> str:
    """The normal form of one line, in small letters."""
    visible = clean(_COLOUR.sub("", line[:MOST_OF_A_LINE]).translate(_QUOTES))
    line = with_plain_alerts(with_gaps(visible).lower())
    for pattern, replacement in _RULES:
        line = pattern.sub(replacement, line)
    return line.strip(f" :{GAP}")


def normal_lines(text: str) -> list[str]:
    """The lines of a text in their normal form, without those that are empty then."""
    return [line for line in map(normal_line, text.split("\n")) if line]
