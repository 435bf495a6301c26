"""What the mutation test changes, on a module of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation import mutants as module
from tests.mutation.mutants import Mutant, mutants

SOURCE = '''"""Prose."""
from functools import cache
NAMES = {"sin": 1, "cos": 2}
RULES = []

@RULES.append
def rule(x: "int" = 0) -> "int | None":
    """Prose."""
    assert x != 7
    for y in (x, 5):
        if y > 3 and x in NAMES.values():
            continue
        return -y
    match x:
        case 1 if RULES:
            return [z for z in NAMES if z]
        case _:
            raise AssertionError("what")

@cache
def cached():
    return None
'''


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    (tmp_path / "source.py").write_text(SOURCE)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return mutants("source.py")


def test_what_is_changed(found: list[Mutant]) -> None:
    assert {m.what for m in found if not m.what[0].isdigit()} == {
        "{'sin': 1, 'cos': 2}  ->  {'cos': 2}", "{'sin': 1, 'cos': 2}  ->  {'sin': 1}",
        "'sin'  ->  'XXsin'", "'cos'  ->  'XXcos'",
        "@RULES.append rule  ->   rule",
        "if y > 3 and x in NAMES.values():  ->  if True:", "if y > 3 and x in NAMES.values():  ->  if False:",
        "y > 3 and x in NAMES.values()  ->  y > 3 or x in NAMES.values()",
        "y > 3 and x in NAMES.values()  ->  y > 3", "y > 3 and x in NAMES.values()  ->  x in NAMES.values()",
        "y > 3  ->  y >= 3", "x in NAMES.values()  ->  x not in NAMES.values()",
        "continue  ->  break", "-y  ->  y", "return -y  ->  return None",
        "match x: 1; _  ->  match x: _", "match x: 1; _  ->  match x: 1",
        "case 1 if RULES  ->  case 1", "return [z for z in NAMES if z]  ->  return None", "if z  ->  ",
    }  # fmt: skip


def test_each_is_a_module_that_does_something_else(found: list[Mutant]) -> None:
    codes = {m.code() for m in found}
    assert len(codes) == len(found)
    rule = next(m for m in found if m.what.startswith("@RULES"))
    scope: dict[str, object] = {}
    exec(rule.code(), scope)  # type: ignore[arg-type]
    assert scope["RULES"] == []
    assert rule.spans[1] == (6, 18)
