"""The scenario file as pydantic models: what a user's file may say, and the JSON Schema of it.

The models are made from the scenario's own parts, so a setting is named once. They are imported only when a
user's file is read or the schema is asked for; built-in scenarios never need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    Strict,
    StrictStr,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic_core import core_schema

from simulator.scenario.setup import TLS_VERSIONS, CertificateSetup, Expectation, Scenario
from simulator.scenario.values import PARTS, field_types, may_be_none, special_words, without_none
from simulator.scenario.words import LISTED_WORDS, read_duration

_TITLES = {
    "network": "The path between client and server",
    "client": "What the client holds and how it decides",
    "server": "What the server holds and how it decides",
    "certificates": "Certificates: changes to the good handshake's, or new ones",
    "expect": "What should come out, for both TLS versions or for each",
}


@dataclass(frozen=True)
class Words:
    """Marks a setting that can be absent: the words that say so, since TOML cannot."""

    meanings: Mapping[str, tuple[str, ...] | None]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read the words before anything else is tried."""
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def _read(self, value: Any) -> Any:
        return self.meanings.get(value, value) if isinstance(value, str) else value

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Offer the words where JSON would offer null."""
        described = handler(schema)
        others = [choice for choice in described.get("anyOf", [described]) if choice != {"type": "null"}]
        return {"anyOf": [*others, {"enum": list(self.meanings)}]}


Span = Annotated[
    timedelta,
    PlainValidator(lambda value: read_duration(value) if isinstance(value, str) else _no_span(value)),
    WithJsonSchema({"type": "string", "pattern": "^[+-]?([0-9]{1,9}[ywdhms])+$"}),
]


def _no_span(value: object) -> timedelta:
    raise ValueError(f"{value!r} is not text")


def _written_type(key: str, hint: Any) -> Any:
    """The type of a setting as a file writes it."""
    wanted = without_none(hint)
    written: Any = wanted
    if wanted is timedelta:
        written = Span
    elif key in LISTED_WORDS:
        written = Literal[LISTED_WORDS[key]]
    elif wanted in (str, bool, int, float, datetime):
        written = Annotated[wanted, Strict()]
    elif get_origin(wanted) is tuple:
        written = tuple[StrictStr, ...]
    elif get_origin(wanted) is Mapping:
        written = dict[StrictStr, StrictStr]
    return Annotated[written | None, Words(special_words(key, hint))] if may_be_none(hint) else written


def _table(name: str, kind: type, **more: Any) -> type[BaseModel]:
    settings: dict[str, Any] = {
        key: (_written_type(key, hint), Field(default=None)) for key, hint in field_types(kind).items()
    }
    # Nothing has a default here: what a file leaves out is the good handshake's.
    return create_model(name, __config__=ConfigDict(extra="forbid"), **{**settings, **more})


_Certificate = _table("Certificate", CertificateSetup)
_VersionExpectation = _table("VersionExpectation", Expectation)
_Expect = _table(
    "Expect",
    Expectation,
    **{
        f"tls_{version.replace('.', '')}": (_VersionExpectation, Field(default=None, alias=version))
        for version in TLS_VERSIONS
    },
)
_removable: Any = Annotated[_Certificate | None, Words({"none": None})]
ScenarioFile = _table(
    "ScenarioFile",
    Scenario,
    **{
        key: (_table(key.title(), kind), Field(default=None, title=_TITLES[key]))
        for key, kind in PARTS.items()
    },
    certificates=(dict[str, _removable], Field(default=None, title=_TITLES["certificates"])),
    expect=(_Expect, Field(default=None, title=_TITLES["expect"])),
)


def check_document(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[tuple[str, ...], str]]]:
    """Read a parsed scenario file: the settings it has, and where something is wrong.

    Args:
        document: what TOML made of the file.

    Returns:
        The settings that could be read, as a table of typed values, and for every other one its path and
        pydantic's word for the mistake (``extra_forbidden`` for a setting that does not exist).
    """
    faults: list[tuple[tuple[str, ...], str]] = []
    sound = dict(document)
    while True:
        try:
            model = ScenarioFile.model_validate(sound)
        except ValidationError as error:
            found = [(_path_of(fault["loc"]), fault["type"]) for fault in error.errors()]
            faults += [fault for fault in found if fault not in faults]
            for path, _ in found:
                sound = _without(sound, path)  # what is left is read again, so that it is judged too
        else:
            return model.model_dump(exclude_unset=True, by_alias=True), faults


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file, for editors that complete and check TOML."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_without_null_defaults(schema)}


def _path_of(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys up to a setting; the place inside a list is left out."""
    return tuple(part for part in location if isinstance(part, str))


def _without(table: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The table without one setting; or without the innermost table that is none."""
    key, *inner = path
    rest = {name: value for name, value in table.items() if name != key}
    value = table.get(key)
    if inner and isinstance(value, Mapping):
        rest[key] = _without(value, tuple(inner))
    return rest


def _without_null_defaults(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_null_defaults(item) for item in schema]
    if isinstance(schema, dict):
        return {
            key: _without_null_defaults(value)
            for key, value in schema.items()
            if not (key == "default" and value is None)
        }
    return schema
