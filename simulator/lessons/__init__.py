"""What a learner looks up, is asked and is shown: the glossary, the quiz, exercises, and cells of a notebook.

from simulator.lessons import ask, card, show
"""

from __future__ import annotations

from importlib import import_module

# Where each name of the classroom lives; it is imported when it is first asked for, because the glossary is
# read by views, and the rest of the classroom stands upon them.
HOMES = {
    "ask": "quiz",
    "beside": "pictures",
    "card": "tables",
    "case": "puzzle",
    "case_checks": "puzzle",
    "certificate": "tables",
    "check": "exercises",
    "choices": "deciding",
    "conversation": "tables",
    "decisions": "deciding",
    "exercise": "exercises",
    "explain": "tables",
    "ledger": "tables",
    "levels": "tables",
    "live": "deciding",
    "proof": "possession",
    "refusals": "tables",
    "settings": "setting_table",
    "show": "pictures",
    "tell": "tables",
    "ways": "deciding",
}


def __getattr__(name: str) -> object:
    """Import a name of the classroom when it is first asked for (PEP 562)."""
    if name not in HOMES:
        raise AttributeError(f"module 'simulator.lessons' has no attribute {name!r}")
    return getattr(import_module(f"simulator.lessons.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(HOMES)
