"""Every option, every command, every state of an option: the answer, and no quarrel without end."""

from __future__ import annotations

from itertools import product

import pytest

from simulator.telnet.codes import VERBS, Command, TelnetOption
from simulator.telnet.options import (
    OF_3270_TERMINAL,
    OF_PEER,
    OF_SERVER,
    OWN,
    UNUSED,
    Abilities,
    OptionState,
    OptionTable,
)
from tests.played import for_each

WILL, WONT, DO, DONT = Command.WILL, Command.WONT, Command.DO, Command.DONT
ANSWER_TO = {DO: (WILL, WONT), DONT: (WONT,), WILL: (DO, DONT), WONT: (DONT,)}
ROLES = {"server": OF_SERVER, "terminal": OF_3270_TERMINAL}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_option_and_command_has_its_answer(role: str, verb: Command) -> None:
    """Each of 256 options in each state is answered as RFC 1143 says, and an unused one is refused."""
    abilities = ROLES[role]
    own = verb in (DO, DONT)
    for option, state in product(range(256), OptionState):
        table = OptionTable(abilities)
        states = table.own if own else table.of_peer
        usable = option in (abilities.own if own else abilities.of_peer)
        if usable:
            states[option] = state
        answers = table.answer(verb, option)
        assert set(answers[:1]) <= set(ANSWER_TO[verb])
        if not usable:
            assert answers == ((WONT,) if verb is DO else (DONT,) if verb is WILL else ())
            assert not table.is_own(option)
            assert not table.is_of_peer(option)
            continue
        after = states[option]
        agrees = verb in (DO, WILL)
        # RFC 1143: what was off is switched and confirmed; what this side asked for is not confirmed again.
        changed = (state is OptionState.NO and agrees) or (state is OptionState.YES and not agrees)
        assert bool(answers) is changed
        if state is not OptionState.WANT_NO:
            assert after is (OptionState.YES if agrees else OptionState.NO)


def test_the_tables_are_complete() -> None:
    """Each table has a row for each state and each command that it is for, and no other."""
    assert set(OWN) == set(product(OptionState, (DO, DONT)))
    assert set(OF_PEER) == set(product(OptionState, (WILL, WONT)))
    assert set(UNUSED) == set(VERBS)


@for_each("option", [*TelnetOption, 200])
@for_each("first", VERBS)
def test_two_tables_do_not_quarrel(option: int, first: Command) -> None:
    """Whatever the first command, two sides fall silent at once (RFC 854)."""
    server, client = OptionTable(OF_SERVER), OptionTable(OF_3270_TERMINAL)
    tables = [client, server]
    under_way = [first]
    for said in range(20):
        heard, under_way = under_way, []
        for verb in heard:
            under_way += tables[said % 2].answer(verb, option)
        if not under_way:
            break
    assert [] == under_way
    assert said < 4


def test_an_option_is_asked_for_once() -> None:
    """What is asked for, or so already, is not asked for again."""
    table = OptionTable(Abilities(frozenset({0}), frozenset({0})))
    assert table.ask(DO, 0)
    assert not table.ask(DO, 0)
    assert () == table.answer(WILL, 0)
    assert table.is_of_peer(0)
    assert not table.ask(DO, 0)
    assert table.ask(DONT, 0)
    assert () == table.answer(WONT, 0)
    assert not table.is_of_peer(0)


def test_a_terminal_volunteers_to_end_records() -> None:
    """Asked to accept END-OF-RECORD, the terminal offers it as well: s3270 does."""
    table = OptionTable(OF_3270_TERMINAL)
    assert (DO, WILL) == table.answer(WILL, TelnetOption.END_OF_RECORD)
    assert () == table.answer(DO, TelnetOption.END_OF_RECORD)
    assert table.both(TelnetOption.END_OF_RECORD)
