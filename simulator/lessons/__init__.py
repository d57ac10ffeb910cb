"""What a learner looks up, is asked and is shown: the glossary, the quiz, exercises, and cells of a notebook.

from simulator.lessons import ask, card, show
"""

from __future__ import annotations

from importlib import import_module

# Where each name of the classroom lives; it is imported when it is first asked for, because the glossary is
# read by views, and the rest of the classroom stands upon them.
HOMES = {
    "ask": "quiz.quiz",
    "beside": "classroom.pictures",
    "card": "classroom.tables",
    "case": "classroom.puzzle",
    "case_checks": "classroom.puzzle",
    "certificate": "classroom.tables",
    "check": "classroom.exercises",
    "choices": "classroom.deciding",
    "conversation": "classroom.tables",
    "decisions": "classroom.deciding",
    "exercise": "classroom.exercises",
    "explain": "classroom.tables",
    "ledger": "classroom.tables",
    "levels": "classroom.tables",
    "live": "classroom.deciding",
    "proof": "classroom.tables",
    "refusals": "classroom.tables",
    "settings": "quiz.setting_table",
    "show": "classroom.pictures",
    "tell": "classroom.tables",
    "ways": "classroom.deciding",
}


def __getattr__(name: str) -> object:
    """Import a name of the classroom when it is first asked for (PEP 562)."""
    if name not in HOMES:
        raise AttributeError(f"module 'simulator.lessons' has no attribute {name!r}")
    return getattr(import_module(f"simulator.lessons.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(HOMES)
