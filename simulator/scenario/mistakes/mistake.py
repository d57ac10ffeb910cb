"""One mistake in a scenario: where it is, what is wrong, and the error that reports all of them at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.errors import CertificateError, ScenarioError, SimulatorError, nearest_names
from simulator.pki.host import read_host
from simulator.scenario.words import write_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Path = tuple[str, ...]  # the keys that lead to a setting, outermost first

# RFC 5280 §4.1.2.5 counts from 1950 (UTCTime) to 9999 (GeneralizedTime).
EARLIEST, LATEST = datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\\\n]*"|'[^'\n]*')"""  # a key of TOML, bare or quoted
DEEPEST_KEY = 32  # a scenario has 4 levels; tomllib takes memory by the square of a key's levels
LONGEST_GOT = 200  # characters of a wrong value, or of a key, in a message: enough to recognise it
KEY_PATH = rf"\s*{KEY}(?:\s*\.\s*{KEY})*\s*"
_PLAIN_PART = r"(CN|OU|O)=[A-Za-z0-9]([A-Za-z0-9 ._-]{0,61}[A-Za-z0-9])?"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # of a certificate or a list: it is part of a file's name
_PLAIN_SUBJECT = re.compile(rf"{_PLAIN_PART}(,{_PLAIN_PART})*")


# Words of other programs for the client authentication policy and its setting, in small letters; the table in
# docs/equivalents.md says whose they are. A setting may stand in a part or at the top of a file.
_POLICY = ("client_authentication", "server.client_authentication")
EQUIVALENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("off", "noclientcert", "cert_none", "ssl_verify_none"), ("none",)),
    **dict.fromkeys(
        ("optional_no_ca", "requestclientcert", "requireanyclientcert", "passthru"), ("unverified",)
    ),
    **dict.fromkeys(
        ("want", "verifyclientcertifgiven", "cert_optional", "ssl_verify_peer", "full"), ("optional",)
    ),
    **dict.fromkeys(("need", "require", "requireandverifyclientcert", "cert_required"), ("required",)),
    **dict.fromkeys(("ssl_verify_fail_if_no_peer_cert", "safcheck"), ("required",)),
    "on": ("deferred",),  # of nginx, which refuses with a page
    **dict.fromkeys(("policy", "client_auth", "clientauth", "clientauthtype", "verify_mode"), _POLICY),
    **dict.fromkeys(("ssl_verify_client", "sslverifyclient", "client_authentication"), _POLICY),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, and where it is.

    Attributes:
        path: the keys that lead to it, outermost first.
        message: what is wrong, and what is allowed instead.
        got: what was found, as the user wrote it; empty where that explains nothing.
        nearest: the right word nearest to it, or None.
    """

    path: Path
    message: str
    got: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, place: str = "") -> str:
        """The mistake in one line.

        Args:
            place: the beginning of the line, as in ``file.toml:8``, or an empty text.
        """
        parts = [part for part in (place, _cut(written_path(self.path))) if part]
        line = ": ".join([*parts, self.message])
        line += f" (got {_cut(self.got)})." if self.got else "."
        return f"{line} Did you mean '{self.nearest}'?" if self.nearest else line


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_GOT else f"{text[: LONGEST_GOT - 3]}..."


class ScenarioProblemsError(ScenarioError):
    """A scenario has mistakes: all of them at once, one to a line.

    Args:
        problems: the mistakes.
        places: for each of them the beginning of its line, or nothing at all.
    """

    def __init__(self, problems: Sequence[Problem], places: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        self.places = tuple(places) or ("",) * len(self.problems)
        lines = [problem.text(place) for problem, place in zip(self.problems, self.places, strict=True)]
        super().__init__("\n".join(lines))


def split_path(text: str) -> Path:
    """The keys of a dotted path; a key with other characters than letters, digits, - and _ is quoted.

    Raises:
        ScenarioProblemsError: the text is not a dotted path.
    """
    if not isinstance(text, str) or not re.fullmatch(KEY_PATH, text):
        message = "must be keys joined by dots, as in server.client_authentication"
        raise ScenarioProblemsError([Problem((), message, repr(text))])
    keys = tuple(key[1:-1] if key[0] in "\"'" else key for key in re.findall(KEY, text))
    check_depth(keys)
    return keys


def check_depth(path: Path) -> None:
    """Refuse a setting that lies deeper than any setting does.

    Raises:
        ScenarioProblemsError: it has too many keys.
    """
    if len(path) > DEEPEST_KEY:
        message = f"is nested too deeply: a setting has at most {DEEPEST_KEY} keys"
        raise ScenarioProblemsError([Problem(path, message, f"{len(path)} keys")])


def written_path(path: Iterable[str]) -> str:
    """A key path as TOML writes it: ``server.users."CN=alice"``; control characters are escaped."""
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{_on_one_line(key)}"' for key in path)


def _on_one_line(key: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", lambda found: repr(found[0])[1:-1], key)


def nearest_word(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed word that the user probably meant, or None; another program's word means its equivalent."""
    words = tuple(allowed)
    meant = (
        [one for one in EQUIVALENTS.get(word.casefold(), ()) if one in words] if isinstance(word, str) else []
    )
    return next(iter(meant or nearest_names(word, words, 1)), None)


def not_one_of(path: Path, got: object, allowed: Iterable[str], what: str = "one of") -> Problem:
    """The problem of a word that is not in a list, with the list and the nearest word in it."""
    words = tuple(allowed)
    listed = ", ".join(words) if words else "nothing: there is none"
    return Problem(path, f"must be {what} {listed}", repr(got), nearest_word(got, words))


def broken_rules(path: Path, *rules: tuple[str, bool, str, object]) -> Iterator[Problem]:
    """The problems of a table of rules: setting, broken or not, message, and the value found."""
    return (Problem((*path, key), message, _in_words(got)) for key, broken, message, got in rules if broken)


def _in_words(got: object) -> str:
    """A value as a scenario file has it, if it is a duration in whole seconds."""
    if isinstance(got, timedelta) and not got.microseconds:
        return write_duration(got)
    return f"{got}"


def offset_problems(path: Path, offset: timedelta, clock: datetime) -> Iterator[Problem]:
    """A moment relative to the clock is in whole seconds, in years that a certificate can name."""
    if offset.microseconds:
        yield Problem(path, "must be whole seconds: a certificate knows no shorter time", f"{offset}")
    elif clock.utcoffset() is not None and not EARLIEST - clock <= offset <= LATEST - clock:
        yield Problem(
            path, "must fall into the years 1950 to 9999, counted from the clock", _in_words(offset)
        )


def host_problems(path: Path, text: str, what: str = "a host name or an IP address") -> Iterator[Problem]:
    """The problem of a host that is neither a name nor an address, which is ``what`` the setting takes."""
    try:
        read_host(text)
    except SimulatorError as error:
        expected = f"must be {what}, as in telnet.example.com"
        yield Problem(path, f"{expected}. {error.message} {error.advice.rstrip('.')}", repr(text))


def subject_problems(path: Path, subject: str) -> Iterator[Problem]:
    """The problem of a subject that no certificate can have."""
    if _PLAIN_SUBJECT.fullmatch(subject):
        return
    # Here, not above: it imports cryptography, and a scenario with plain subjects is read without.
    from simulator.pki.contents import parse_name

    why = ""
    try:
        unusable = not list(parse_name(subject)) or not subject.isprintable()
    except CertificateError as error:
        unusable, why = True, f". {error.message.rstrip('.')}"
    if unusable:
        yield Problem(path, f"must be a distinguished name, as in CN=alice,O=Example{why}", repr(subject))


def unknown_certificates(path: Path, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """A problem for each name that no certificate has."""
    words = tuple(known)
    for name in names:
        if name not in words:
            yield not_one_of(path, name, words, "the name of a certificate, one of")
