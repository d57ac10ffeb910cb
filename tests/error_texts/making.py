"""The table of error texts, derived from the measurements: ``python -m tests.error_texts.making`` writes it.

Rows that differ in their cause or TLS version alone are joined. Three fields are left out: with which peer a
text was measured, what that peer said (servers and clients have rows of their own), and the layer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.error_texts.table import Program, Seen
from tests.peers import ROOT, shared

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = ROOT / "simulator" / "error_texts" / "measured.json"
LEFT_OUT = {"peer", "peer_text", "layer"}

Row = dict[str, Any]


def measured() -> list[Row]:
    """The rows of the measurements, without the fields that are left out."""
    rows = json.loads(shared("facts/error-texts.json").read_text(encoding="utf-8"))
    for row in rows:
        row["alert"] = row.get("alert", "").partition("(")[0]  # the code follows from the name
    return [{key: value for key, value in row.items() if key not in LEFT_OUT and value} for row in rows]


def rows_of(programs: Iterable[Program]) -> list[Row]:
    """The rows that a table stands for, in the form of the measurements."""
    return [
        {key: value for key, value in row.items() if value}
        for program in programs
        for one in program.seen
        for cause in one.causes.split()
        for tls in one.tls.split() or [""]
        for row in [
            {
                "cause": cause,
                "tls": tls,
                "who": program.side,
                "program": program.name,
                "version": program.version,
                "text": one.text,
                "note": one.note,
                "outcome": "refused" if one.refused else "accepted",
                "alert": one.alert,
                "page": one.page,
            }
        ]
    ]


def table_of(rows: Iterable[Row]) -> tuple[Program, ...]:
    """The table of some rows: programs in their first order, causes and versions joined."""
    found: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, list[str]]]] = {}
    for row in rows:
        program = (row["program"], row["who"], row.get("version", ""))
        seen = tuple(row.get(key, "") for key in ("text", "alert", "outcome", "note", "page"))
        versions = found.setdefault(program, {}).setdefault(seen, {}).setdefault(row["cause"], [])
        versions += [row["tls"]] if "tls" in row else []
    return tuple(
        Program(name, side, tuple(_joined(texts)), version)  # type: ignore[arg-type]  # client or server
        for (name, side, version), texts in found.items()
    )


def _joined(texts: dict[tuple[str, ...], dict[str, list[str]]]) -> Iterable[Seen]:
    for (text, alert, outcome, note, page), causes in texts.items():
        together: dict[str, list[str]] = {}
        for cause, versions in causes.items():
            together.setdefault(" ".join(sorted(versions)), []).append(cause)
        for tls, names in together.items():
            yield Seen(" ".join(names), text, tls, alert, outcome == "refused", note, page)


def written(programs: Iterable[Program]) -> str:
    """The table as JSON, a line for each text."""
    import msgspec

    pieces = []
    for program in programs:
        head = msgspec.to_builtins(program)
        seen = ",\n".join(json.dumps(one, ensure_ascii=False) for one in head.pop("seen"))
        pieces.append(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "seen": [\n{seen}]}}')
    return "[" + ",\n".join(pieces) + "]\n"


if __name__ == "__main__":
    TABLE.write_text(written(table_of(measured())), encoding="utf-8")
