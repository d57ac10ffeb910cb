"""The classroom: glossary, quiz, exercises, tables and pictures, in one line of a notebook each.

from simulator.lessons import ask, card, show
"""

from __future__ import annotations

from importlib import import_module

# Each module of the classroom with its names. A name is imported on first use: the quiz in a terminal would
# wait for matplotlib otherwise.
MODULES = {
    "classroom.deciding": "choices decisions live ways",
    "classroom.exercises": "check exercise",
    "classroom.faults": "fault",
    "classroom.pictures": "beside level_plot show",
    "classroom.puzzle": "case case_checks",
    "classroom.tables": "card certificate conversation explain ledger levels proof refusals tell",
    "quiz.quiz": "ask",
    "quiz.setting_table": "settings",
}
HOMES = {name: module for module, names in MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import a name of the classroom on first use (PEP 562)."""
    if name not in HOMES:
        raise AttributeError(f"module 'simulator.lessons' has no attribute {name!r}")
    return getattr(import_module(f"simulator.lessons.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(HOMES)
