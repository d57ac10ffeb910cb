"""All of x509-limbo but bettertls: the numbers that docs/profiles.md gives.

The shared vectors have its RFC 5280 part. The whole is large, and no part of this project: ``limbo compile``
in its repository writes ``limbo.json``, and ``LIMBO`` in the environment names that file.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.peers import ROOT
from tests.trust.limbo_expectations import (
    ACCEPTED_BY_RFC5280,
    OTHERWISE_IN_ITS_OWN_PART,
    OTHERWISE_IN_WEBPKI,
    WEBPKI_ALONE,
)
from tests.trust.test_limbo import verdict_on

LIMBO = os.environ.get("LIMBO")
CASES = 208
PAGE = ROOT / "docs" / "profiles.md"

pytestmark = pytest.mark.skipif(LIMBO is None, reason="LIMBO names no limbo.json")


@cache
def whole() -> list[dict[str, Any]]:
    """The cases."""
    cases = json.loads(Path(str(LIMBO)).read_text(encoding="utf-8"))["testcases"]
    return [case for case in cases if not case["id"].startswith("bettertls::")]


@cache
def otherwise(profile: str) -> set[str]:
    """The cases that a profile decides otherwise than limbo expects."""
    return {
        case["id"]
        for case in whole()
        if verdict_on(case, profile).accepted != (case["expected_result"] == "SUCCESS")
    }


def test_the_differences_have_names() -> None:
    """Each difference of ``webpki`` and ``rfc5280`` is in the tables."""
    named = {
        "webpki": {*OTHERWISE_IN_WEBPKI, *OTHERWISE_IN_ITS_OWN_PART},
        "rfc5280": {*ACCEPTED_BY_RFC5280, *WEBPKI_ALONE},
    }
    assert {profile: otherwise(profile) for profile in named} == named


def test_the_numbers_of_the_page() -> None:
    """docs/profiles.md says how many cases each profile decides as limbo expects."""
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    told = re.search(r"`webpki` decides (\d+) as limbo expects, `strict` (\d+), `rfc5280` (\d+)", page)
    assert told is not None
    found = tuple(CASES - len(otherwise(profile)) for profile in ("webpki", "strict", "rfc5280"))
    assert (len(whole()), *map(int, told.groups())) == (CASES, *found)
