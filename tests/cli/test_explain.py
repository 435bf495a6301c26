"""`mcalc explain`: codes of errors, and names of mistakes; the examples of the former are run in `tests/errors`."""

from __future__ import annotations

import json
import shlex

import pytest

from mcalc.checking.finding import CODES
from mcalc.checking.mistakes import MISTAKES
from mcalc.cli.main import run
from tests.shell import mcalc


def test_every_diagnosis_is_explained() -> None:
    assert set(MISTAKES) == set(CODES)


@pytest.mark.parametrize("code", MISTAKES)
def test_the_check_of_the_example_names_the_mistake(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", *shlex.split(MISTAKES[code].example), "--to", "json"])
    assert code in json.loads(capsys.readouterr().out)["diagnosis"]


def test_a_code_is_explained_and_a_near_one_suggested() -> None:
    told = json.loads(mcalc("explain", "e302", "--to", "json").stdout)
    assert (told["code"], told["kind"]) == ("E302", "shape")
    assert told["example"].startswith("mcalc diff ")
    assert "did you mean E302?" in mcalc("explain", "E3022").stderr
    assert "did you mean missed-occurrence?" in mcalc("explain", "missed-ocurrence").stderr


def test_words_find_codes() -> None:
    rows = mcalc("explain", "bracket").stdout.splitlines()
    assert {"E101", "E102", "E103"} <= {row.split("\t")[0] for row in rows}
