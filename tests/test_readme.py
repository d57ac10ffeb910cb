"""What the README says is so."""

from __future__ import annotations

import re

import pytest

from tests.peers import ROOT
from tests.readme import BLOCK, README, printed, quoted_rightly

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "quoted"), BLOCK.findall(TEXT), ids=lambda value: value.split("\n")[0])
def test_worked_commands_print_what_the_readme_quotes(command: str, quoted: str) -> None:
    """Each worked command prints what stands under it; ``python -m tests.readme`` renews it."""
    if command.startswith("clientauth check"):
        quoted = re.sub(r"OpenSSL \d\S* \d+ \w+ \d+", "OpenSSL", quoted)
    output = re.sub(r"OpenSSL \d\S* \d+ \w+ \d+", "OpenSSL", printed(command))
    assert quoted_rightly(quoted, output), output


@pytest.mark.parametrize(
    ("command", "quoted"),
    BLOCK.findall((ROOT / "docs" / "refused.md").read_text(encoding="utf-8")),
    ids=["errors", "run"],
)
def test_the_page_on_refusals_quotes_what_is_printed(command: str, quoted: str) -> None:
    """Its two commands print what stands under them."""
    output = printed(command)
    assert quoted_rightly(quoted, output), output


def test_there_are_five_worked_commands() -> None:
    """The README works through five commands."""
    assert 5 == len(BLOCK.findall(TEXT))


def test_the_notebook_example_is_true() -> None:
    """The Python example runs, and each comment that states a value states the right one."""
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code
    names: dict[str, object] = {}
    checked = 0
    for line in code[1].splitlines():
        statement, _, comment = line.partition("  # ")
        exec(statement, names)
        value = re.match(r"(SecurityLevel\.\w+|'\w+')", comment)
        if value:
            from simulator import SecurityLevel

            assert eval(value[1], {"SecurityLevel": SecurityLevel}) == eval(statement, names)
            checked += 1
    assert 4 == checked


def test_the_scenario_example_plays(tmp_path: object) -> None:
    """The TOML example is a scenario that comes out as it expects."""
    from simulator import simulate
    from simulator.scenario.file import loads

    text = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert text
    assert simulate(loads(text[1])).as_expected is True


def test_links_lead_somewhere() -> None:
    """Every relative link and picture of the README and the documents exists."""
    for page in (README, *(ROOT / "docs").glob("*.md"), ROOT / "CHANGELOG.md"):
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
