"""The values of a trace as plain JSON values and back, without loss and without surprises.

msgspec does the work from the types of the values: one object per value, facts with their ``kind``, bytes as
hexadecimal. The text itself is written by the standard library, because msgspec refuses
the lone surrogates that a hostile name may hold, and has no indentation. It is the same on every machine.

Reading is strict: an unknown key, a missing key or a value of the wrong type is a
:class:`~simulator.errors.TraceError` that says where.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from simulator.errors import TraceError

Value = TypeVar("Value")

if TYPE_CHECKING:
    HexBytes = bytes
else:

    class HexBytes(bytes):
        """Bytes that JSON shows as lower-case hexadecimal.

        msgspec's own form is base64, which people cannot read. Such a field takes any ``bytes``; msgspec
        leaves the reading of this class to :func:`typed`.
        """


class TraceValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of every value of a trace.

    A field has no default, so a file that lacks a key is refused, not completed by guessing. The few
    exceptions say what it means that they are left out. A frozen value cannot come to hold itself, so the
    garbage collector need not look at it (``gc=False``).
    """


class KindOfFact(TraceValue, frozen=True, tag_field="kind"):
    """Base of every fact; in JSON the key ``kind`` says which one it is."""


TYPE_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "text",
}
HEXADECIMAL = re.compile(r"([0-9a-f]{2})*")
# The sentences of msgspec's errors, and what each says was found and belongs there.
COMPLAINTS = (
    (re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`"), "", "{got}", "{expected}"),
    (re.compile(r"Expected `array` of (?P<expected>.+), got (?P<got>\d+)"), "", "{got} values", "{expected}"),
    (re.compile(r"Object missing required field `(?P<key>.+)`"), ".{key}", "no such key", "a value"),
    (re.compile(r"Object contains unknown field `(?P<key>.+)`"), ".{key}", "an unknown key", "no such key"),
    (re.compile(r"Invalid (?:enum )?value (?P<got>.+)", re.DOTALL), "", "{got}", "a word of the schema"),
)


def json_text(value: object) -> str:
    """A value as JSON text, ending with a line break; any encoding of Unicode can hold it."""
    document = msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=bytes.hex)
    text = json.dumps(document, default=bytes.hex, indent=1, ensure_ascii=False) + "\n"
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate, as JSON escapes it too


def plain(value: object) -> Any:
    """A value as plain JSON values: dictionaries, lists, text, numbers, booleans and None."""
    return json.loads(json_text(value))


def typed(expected: type[Value], document: object) -> Value:
    """Read the plain JSON values of a value.

    Raises:
        TraceError: they are not exactly those of such a value.
    """
    try:
        return msgspec.convert(document, expected, dec_hook=_from_hexadecimal)
    except msgspec.ValidationError as error:
        raise _damage(str(error)) from error
    except UnicodeEncodeError as error:  # a lone surrogate in a key or in a word of a closed list
        raise wrong("", repr(error.object)[:60], "the keys and words of the schema") from error


def _from_hexadecimal(kind: type, value: object) -> object:
    """Read the one type that msgspec does not know by itself, :class:`HexBytes`."""
    if isinstance(value, str) and HEXADECIMAL.fullmatch(value):
        return kind.fromhex(value)  # type: ignore[attr-defined]  # a subclass of bytes
    raise ValueError(f"Expected `bytes as lower-case hexadecimal`, got `{str(value)[:60]}`")


def _damage(complaint: str) -> TraceError:
    """The error of msgspec in our form."""
    sentence, _, place = complaint.rpartition(" - at `$")
    if not sentence:
        sentence, place = complaint, ""
    where = place.removesuffix("`")
    for form, key, got, expected in COMPLAINTS:
        if found := form.fullmatch(sentence):
            words = {name: _in_words(text) for name, text in found.groupdict().items()}
            return wrong(where + key.format(**words), got.format(**words), expected.format(**words))
    return wrong(where, sentence, "a value of the schema")


def _in_words(types: str) -> str:
    """The names of JSON types in words."""
    return " or ".join(TYPE_WORDS.get(name, name) for name in types.split(" | "))


def wrong(where: str, got: str, expected: str) -> TraceError:
    """The one error of reading: where, what was found, what belongs there."""
    return TraceError(
        f"The trace is damaged at {where.lstrip('.') or 'its top'}.",
        got=got,
        expected=expected,
        advice="Export the run again.",
    )
