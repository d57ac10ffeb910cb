"""The JSON Schema of a trace file, made from the event types themselves.

``python -m simulator.trace.schema`` prints it; ``trace.schema.json`` beside this module is that text.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import types
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from simulator.trace import facts
from simulator.trace.json import KINDS, WORDS, hints_of
from simulator.trace.trace import Trace

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PATH = Path(__file__).parent / "trace.schema.json"

_SCALARS: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "pattern": "^([0-9a-f]{2})*$", "description": "Bytes as hexadecimal."},
}


def trace_schema() -> dict[str, Any]:
    """The schema as plain JSON values: the whole document first, then a definition for each type."""
    definitions: dict[str, Any] = {}
    whole = _object(Trace, definitions)
    head = {
        "schema_version": {"const": facts.SCHEMA_VERSION},
        "release": {"type": "string", "description": "The release that wrote the file."},
    }
    whole["properties"] = head | whole["properties"]
    whole["required"] = [*head, *whole["required"]]
    title = {"$schema": DIALECT, "title": "Trace of a simulated TLS handshake with client authentication"}
    return title | whole | {"$defs": dict(sorted(definitions.items()))}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(trace_schema(), indent=1, ensure_ascii=False) + "\n"


def _of(expected: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field's type, as :func:`simulator.trace.json.typed` reads it."""
    origin, arguments = get_origin(expected), get_args(expected)
    if expected is facts.Fact:
        return {"oneOf": [_of(kind, definitions) for kind in KINDS.values()]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(option, definitions) for option in arguments]}
    if expected is type(None):
        return {"type": "null"}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return _list(arguments, definitions)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return {"enum": [member.value for member in expected]}
    if is_dataclass(expected) and isinstance(expected, type):
        if expected.__name__ not in definitions:
            definitions[expected.__name__] = {}  # its place, should it stand inside itself
            definitions[expected.__name__] = _object(expected, definitions)
        return {"$ref": f"#/$defs/{expected.__name__}"}
    return dict(_SCALARS[expected])


def _list(arguments: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    """A list of any length, or one with a type for each place."""
    if arguments[-1] is Ellipsis:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    places = [_of(argument, definitions) for argument in arguments]
    return {"type": "array", "prefixItems": places, "items": False, "minItems": len(places)}


def _object(expected: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly the fields of a type, described in the words of its docstring."""
    summary, told = _words(expected)
    properties: dict[str, Any] = {"kind": {"const": WORDS[expected]}} if expected in WORDS else {}
    for name, hint in hints_of(expected).items():
        properties[name] = _of(hint, definitions) | ({"description": told[name]} if name in told else {})
    return {
        "description": summary,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _words(expected: type) -> tuple[str, dict[str, str]]:
    """What a docstring says of a type, and of its fields."""
    text = inspect.getdoc(expected) or ""
    summary, _, rest = text.partition("\n\nAttributes:\n")
    fields = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", rest, re.MULTILINE)
    return _plain(summary), {name: _plain(words) for name, words in fields}


def _plain(text: str) -> str:
    """Words without the markup of docstrings, in one line."""
    unmarked = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"\1", text).replace("``", "")
    return " ".join(unmarked.split())


if __name__ == "__main__":
    sys.stdout.write(schema_text())
