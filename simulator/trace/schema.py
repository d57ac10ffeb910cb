"""The JSON Schema of a trace file, made from the event types themselves.

``python -m simulator.trace.schema`` prints it; ``trace.schema.json`` beside this module is that text.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

from msgspec.json import schema_components

from simulator.trace.facts import SCHEMA_VERSION
from simulator.trace.trace import Trace

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PATH = Path(__file__).parent / "trace.schema.json"


def trace_schema() -> dict[str, Any]:
    """The schema as plain JSON values: the whole document first, then a definition for each type."""
    _, definitions = schema_components((Trace,), schema_hook=_hex_bytes, ref_template="#/$defs/{name}")
    described = {name: _described(definition) for name, definition in definitions.items()}
    whole = described.pop("Trace")
    head = {
        "schema_version": {"const": SCHEMA_VERSION},
        "release": {"type": "string", "description": "The release that wrote the file."},
    }
    whole["properties"] = head | whole["properties"]
    whole["required"] = [*head, *whole["required"]]
    whole["title"] = "Trace of a simulated TLS handshake with client authentication"
    return {"$schema": DIALECT} | whole | {"$defs": dict(sorted(described.items()))}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(trace_schema(), indent=1, ensure_ascii=False) + "\n"


def _hex_bytes(kind: type) -> dict[str, Any]:  # noqa: ARG001 - there is one type that msgspec does not know
    """The schema of :class:`simulator.trace.json.HexBytes`."""
    return {"type": "string", "pattern": "^([0-9a-f]{2})*$", "description": "Bytes as hexadecimal."}


def _described(definition: dict[str, Any]) -> dict[str, Any]:
    """A definition with the docstring's words for each field at that field."""
    text = inspect.cleandoc(definition.get("description", ""))
    summary, _, rest = text.partition("\n\nAttributes:\n")
    fields = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", rest, re.MULTILINE)
    properties = definition.get("properties", {})
    for name, words in fields:
        properties[name] = properties[name] | {"description": _plain(words)}
    return definition | ({"description": _plain(summary)} if summary else {})


def _plain(text: str) -> str:
    """Words without the markup of docstrings, in one line."""
    unmarked = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"\1", text).replace("``", "")
    return " ".join(unmarked.split())


if __name__ == "__main__":
    sys.stdout.write(schema_text())
