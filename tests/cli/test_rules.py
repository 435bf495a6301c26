"""The catalogue of rules: complete, searchable, and every example shows its rule at work."""

from __future__ import annotations

import json
import shlex
from itertools import pairwise
from typing import Any

import pytest

from mcalc.calculus.rules import RULES
from mcalc.calculus.simplify import simplify
from mcalc.cli.functions import catalogue
from mcalc.cli.main import run
from mcalc.cli.rules import entries
from mcalc.language.read import read, reread
from mcalc.notation.moves import MOVES
from mcalc.working.rules import WORKING
from mcalc.working.step import Step
from mcalc.working.titles import SENTENCES
from tests.shell import MCALC, mcalc, on_terminal

ENTRIES = entries()
WORKED = [entry for entry in ENTRIES if entry["kind"] in ("working", "operation")]
SIMPLIFYING = [entry for entry in ENTRIES if entry["kind"] == "simplification"]
PRESENTING = [entry for entry in ENTRIES if entry["kind"] == "presentation"]

#: Operations that are constants or linear, or that a working writes in others, as it does whole powers: no step is
#: theirs.
WITHOUT_STEP = {op.name for op in catalogue() if op.kind in ("sized", "contraction", "macro") or op.shape or op.adjoint}
WITHOUT_STEP |= {"mpower", "tril", "triu"}
#: A rule of the graph that a caller meets and no command line does: the forward sweep alone.
WITHOUT_STEP |= {"substituted-change"}


def test_every_rule_that_a_step_can_name_is_in_the_catalogue() -> None:
    assert set(WORKING) == set(SENTENCES), "give it a formula and an example in mcalc/working/rules.py"
    told = {entry["code"] for entry in ENTRIES}
    assert told >= {*SENTENCES, *(rule.name for rule in RULES), *(op.name for op in catalogue()), *MOVES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['code']} ({entry['kind']})")
def test_a_rule_is_told_with_its_reason_and_an_example(entry: dict[str, str]) -> None:
    assert entry["why"].endswith((".", ":"))
    assert "{" not in entry["why"].replace("{x}", "")
    assert entry["example"].startswith("mcalc diff ")
    assert entry["formula"] or entry["code"] in WITHOUT_STEP


@pytest.mark.parametrize("entry", WORKED, ids=lambda entry: str(entry["code"]))
def test_a_line_of_the_example_names_the_rule(
    entry: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named: set[str] = set()
    make = Step.__init__

    def recorded(self: Step, rules: tuple[str, ...], *rest: Any) -> None:
        named.update(rules)
        make(self, rules, *rest)

    monkeypatch.setattr(Step, "__init__", recorded)
    assert run(shlex.split(entry["example"])[1:]) == 0
    assert capsys.readouterr().out
    assert entry["code"] in named or entry["code"] in WITHOUT_STEP


@pytest.mark.parametrize("entry", SIMPLIFYING, ids=lambda entry: str(entry["code"]))
def test_the_example_of_an_identity_comes_out_as_its_right_side(
    entry: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(entry["example"])[1:]
    assert run(words) == 0
    reading = read(words[1], [after for word, after in pairwise(words) if word == "--var"])
    right = entry["formula"].partition(" = ")[2]
    assert simplify(reread(capsys.readouterr().out, reading)) is simplify(reread(right, reading))


@pytest.mark.parametrize("entry", PRESENTING, ids=lambda entry: str(entry["code"]))
def test_the_example_of_a_move_is_printed_as_its_right_side(
    entry: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shlex.split(entry["example"])[1:]) == 0
    assert capsys.readouterr().out.strip() == entry["formula"].partition(" = ")[2]


def test_one_rule_is_told_and_words_find_rules() -> None:
    told = json.loads(mcalc("rules", "trace-cyclic", "--to", "json").stdout)
    assert told["formula"] == "tr(A B C) = tr(C A B), a = tr(a)"
    rows = mcalc("rules", "inverse").stdout.splitlines()
    assert any(row.startswith("inverse-of-inverse\tsimplification\t") for row in rows)
    assert "did you mean chain-rule?" in mcalc("rules", "chian-rule").stderr


def test_the_conventions_for_a_structure_stand_side_by_side() -> None:
    told = json.loads(mcalc("rules", "symmetric", "--to", "json").stdout)
    assert told["unstructured"].startswith("G, ")
    assert told["structured"].startswith("(G + G.T)/2, ")
    assert told["cookbook"].startswith("G + G.T - diag(diag(G)), ")
    assert "counts twice" in told["why"]
    assert mcalc(*shlex.split(told["example"])[1:]).stdout == "(A + A.T)/2\n"
    assert "cookbook" not in mcalc("rules", "orthogonal").stdout


def test_a_name_of_two_rules_tells_both() -> None:
    told = json.loads(mcalc("rules", "softmax", "--json").stdout)
    assert [entry["kind"] for entry in told] == ["operation", "simplification"]


def test_a_terminal_gets_a_table_of_eighty_columns() -> None:
    status, shown = on_terminal((*MCALC, "rules"), NO_COLOR="1")
    assert status == 0
    assert shown.splitlines()[0].split() == ["code", "kind", "formula"]
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
