"""The JSON Schema of a scenario file, made from the scenario's own types: editors complete and check by it.

``python -m simulator.scenario.schema`` prints it; ``scenario.schema.json`` beside this module is that text.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from simulator.scenario.changes import plain_value
from simulator.scenario.setup import Connect, Expectation, ScheduleEntry
from simulator.scenario.values import NAMED_TABLES, entry_type, field_types, setting_type, without_none
from simulator.scenario.whole import ScenarioSetup
from simulator.scenario.words import SPECIAL_WORDS
from simulator.tls.wire.version import TLS_VERSIONS

# The highest that Taplo knows, which checks TOML in most editors.
DIALECT = "http://json-schema.org/draft-04/schema#"
PATH = Path(__file__).parent / "scenario.schema.json"


def json_schema() -> dict[str, Any]:
    """The schema as plain JSON values. Nothing is required: a file says only what differs."""
    return {"$schema": DIALECT, "title": "Scenario of TLS client authentication", **_table(ScenarioSetup)}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _table(kind: type) -> dict[str, Any]:
    summary, words = _words(kind)
    defaults = {field.name: field.default for field in fields(kind) if field.default is not MISSING}
    properties = {}
    for key, hint in field_types(kind).items():
        described = {"description": words[key]} if key in words else {}
        if key in defaults and not is_dataclass(hint):
            default = plain_value((key,), defaults[key])
            described |= {} if default is None else {"default": _json(default)}  # TOML has no null
        properties[key] = _setting(kind, key, hint) | described
    return {"type": "object", "description": summary, "properties": properties, "additionalProperties": False}


def _setting(kind: type, key: str, hint: Any) -> dict[str, Any]:
    if is_dataclass(hint):
        return _table(hint)  # type: ignore[arg-type]
    if hint == tuple[ScheduleEntry, ...]:
        return {"type": "array", "items": _table(ScheduleEntry)}
    if without_none(hint) is Connect:
        return _table(Connect)
    inner = entry_type(hint)
    if inner is Any:
        return {"type": "object"}
    if inner is Expectation:
        both = _table(Expectation)
        versions = dict.fromkeys(TLS_VERSIONS, _table(Expectation))
        return both | {"properties": both["properties"] | versions}
    if inner in NAMED_TABLES:
        return {"type": "object", "additionalProperties": _or_words(_table(inner), ["none"])}
    if inner is not None:
        table = {"type": "object", "additionalProperties": {"type": "string"}}
        return _or_words(table, list(SPECIAL_WORDS.get(key, ())))
    setting = setting_type(kind, key)
    schema = dict(setting.schema)
    if setting.items:
        schema["items"] = {"enum": list(setting.items)}
    return _or_words(schema, list(setting.words))


def _or_words(schema: dict[str, Any], words: list[str]) -> dict[str, Any]:
    """The schema, or one of the words."""
    if not words:
        return schema
    return {"anyOf": [schema, {"enum": words}]} if schema else {"enum": words}


def _json(value: Any) -> Any:
    """A default as JSON has it: times as text."""
    return value if isinstance(value, str | int | float | list | dict) else value.isoformat()


def _words(kind: type) -> tuple[str, dict[str, str]]:
    """The docstring's words on a part, and on each of its settings."""
    text = re.sub(r"``|:\w+:", "", inspect.getdoc(kind) or "")
    summary, _, rest = text.partition("\n\nAttributes:\n")
    settings = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", rest, re.MULTILINE)
    return " ".join(summary.split()), {key: " ".join(words.split()) for key, words in settings}


if __name__ == "__main__":
    sys.stdout.write(schema_text())
