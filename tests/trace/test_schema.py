"""The JSON Schema of a trace file: current, read by somebody else's validator, as strict as our reader."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from simulator.errors import TraceError
from simulator.release import RELEASE
from simulator.trace.schema import PATH, schema_text, trace_schema
from simulator.trace.trace import trace_from_dict, trace_to_dict
from tests.peers import ROOT, absent
from tests.played import RUNS, some
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def validator() -> Any:
    """The validator of the package jsonschema, which the notebook extra brings."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        absent("the Python package jsonschema")
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _one_of_each() -> list[dict[str, Any]]:
    """Documents of a trace with one event, the setup first, then one of each other kind."""
    document = trace_to_dict(trace_of("stolen-certificate", "1.3"))
    kinds = {event["fact"]["kind"]: event for event in reversed(document["events"])}
    events = sorted(kinds.values(), key=lambda event: int(event["seq"]))
    return [document | {"events": [event | {"seq": 0, "cause": None}]} for event in events]


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value of a document; of a list of values that are alike, to the first."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value[:1]):
            yield from _places(item, (*path, place))


def _changed(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    """The document with another value at one place; what lies beside the way to it is shared, not copied."""
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = _changed(document[path[0]], path[1:], value)
    return copy


def _reads(document: Any) -> bool:
    try:
        trace_from_dict(document)
    except TraceError:
        return False
    return True


def test_the_shipped_schema_is_current() -> None:
    """The file is what the event types say: ``make schema`` writes it anew."""
    assert PATH.read_text(encoding="utf-8") == schema_text()


def test_one_command_prints_the_schema() -> None:
    """``python -m simulator.trace.schema`` prints the file."""
    command = [sys.executable, "-m", "simulator.trace.schema"]
    printed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, timeout=60).stdout
    assert printed == PATH.read_bytes()


@pytest.mark.parametrize(("name", "tls"), some(RUNS, 3))
def test_every_trace_is_valid(name: str, tls: str) -> None:
    """The trace of any scenario is valid under the schema, and the file names its release."""
    document = json.loads(trace_of(name, tls).to_json())
    assert [error.message for error in validator().iter_errors(document)] == []
    assert document["release"] == RELEASE


@pytest.mark.parametrize("kind", some(HOSTILE, 3))
def test_hostile_text_is_valid(kind: str) -> None:
    """Whatever text a trace holds, it is text to the schema too."""
    document = json.loads(json.dumps(trace_to_dict(hostile_trace(kind))))
    assert [error.message for error in validator().iter_errors(document)] == []


@pytest.mark.parametrize("wrong", some((None, 7, True, "nonsense", [], {}, {"kind": "nonsense"}), 4))
def test_schema_and_reader_refuse_the_same(wrong: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the wrong kind, put at every place of a trace in turn, is refused by both or by neither."""
    documents = _one_of_each()
    # What a schema cannot say, the reader checks besides; tests/trace/test_soundness.py has it.
    monkeypatch.setattr("simulator.trace.trace.must_hang_together", lambda _: None)
    assert all(map(_reads, documents))
    disagreements = [
        (document["events"][0]["fact"]["kind"], path)
        for document in documents
        for path in _places(document)
        if path and (document is documents[0] or path[0] == "events")
        if validator().is_valid(changed := _changed(document, path, wrong)) != _reads(changed)
    ]
    assert disagreements == []


@pytest.mark.parametrize("path", [(), ("events", 0), ("events", 0, "fact"), ("outcome",), ("card",)])
def test_keys_too_many_and_too_few_are_refused(path: tuple[str | int, ...]) -> None:
    """Each object has exactly its keys."""
    document = trace_to_dict(trace_of("valid-certificate", "1.2"))
    del document["events"][1:]
    assert validator().is_valid(document)
    at = document
    for key in path:
        at = at[key]  # type: ignore[index]  # a path of this document
    for key in list(at):
        value = at.pop(key)
        assert not validator().is_valid(document), f"without {key}"
        at[key] = value
    at["surprise"] = 1
    assert not validator().is_valid(document)


def test_fields_are_described() -> None:
    """The schema alone says what its fields mean, in words without markup."""
    definitions = trace_schema()["$defs"]
    fields = (("Event", "at"), ("Sent", "wire"), ("Decided", "reason"))
    told = [definitions[kind]["properties"][name].get("description", "") for kind, name in fields]
    assert [bool(words) for words in told] == [True, True, True]
    assert [mark for mark in ("``", ":class:") if mark in schema_text()] == []
