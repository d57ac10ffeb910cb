"""Plain values written as TOML: an option of a question as a scenario file would say it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from simulator.scenario.words import write_time


def toml(value: Any) -> str:
    """A plain value as TOML writes it on one line."""
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return json.dumps(value)
