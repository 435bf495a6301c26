"""The limits: each is told by its name, ends in exit status 4, and can be raised by its flag."""

from __future__ import annotations

import pytest

from mcalc.cli.main import run
from mcalc.errors import Problem
from mcalc.limits import DEFAULTS, _set

T = ("--wrt", "t", "--var", "t[]")
DIFF = ("diff", "--wrt", "t", "--var", "t[]")

#: Of each limit, a command line that goes beyond it when it is the number given, and what is said.
BEYOND = {
    "bytes": (40, (*DIFF, "t" + " + t" * 20), "the input is longer than"),
    "nodes": (3, (*DIFF, "exp(t)*sin(t) + t"), "the expression has more than 3 parts"),
    "depth": (3, (*DIFF, "((((t))))"), "more than 3 brackets are nested"),
    "digits": (5, (*DIFF, "123456*t"), "the number has more than 5 digits"),
    "bits": (100, (*DIFF, "t*3^80"), "the power of a number would be longer than 100 bits"),
    "power": (3, ("diff", "tr(X^4)", "--wrt", "X"), "matrix powers go up to 3, and this is 4"),
    "order": (1, (*DIFF, "t^3", "--order", "2"), "order 2 is over the limit of 1"),
    "axes": (3, ("diff", "A@X", "--wrt", "X"), "the result has more than 3 axes"),
    "result": (2, ("diff", "x.T@A@x", "--wrt", "x"), "the result has more than 2 parts"),
    "answer-bytes": (5, ("check", "x.T@x", "--wrt", "x", "--answer", "x + x + 0*x"), "an answer is at most"),
    "answer-nodes": (2, ("check", "x.T@A@x", "--wrt", "x", "--answer", "A@x + A.T@x"), "an answer has at most 2 parts"),
}


@pytest.fixture(autouse=True)
def usual() -> object:
    yield
    _set.clear()


def ended(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        return run(words), capsys.readouterr().out
    except Problem as problem:
        return problem.exit_status, problem.report()


def test_every_limit_is_tried() -> None:
    assert {*BEYOND, "seconds", "memory"} == DEFAULTS.keys()  # the last two in tests/cli/test_guard.py


@pytest.mark.parametrize("name", BEYOND)
def test_beyond_a_limit(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    number, words, told = BEYOND[name]
    assert ended(words, capsys)[0] != 4
    status, said = ended((*words, "--limit", f"{name}={number}"), capsys)
    assert status == 4
    assert told in said
    assert f"--limit {name}=N" in said or name in ("depth",) or words[0] == "check"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("dept=4", "no such limit: dept"),
        ("depth", "--limit has no number in 'depth'"),
        ("depth=x", "--limit has no number in 'depth=x'"),
        ("depth=0", "the limit of depth lies between 0 and 1e+12, and 0 does not"),
        ("depth=nan", "the limit of depth lies between"),
        ("bits=1e9", "the limit of bits lies between 0 and 14000, and 1e+09 does not"),
        ("digits=5000", "the limit of digits lies between 0 and 4000, and 5000 does not"),
    ],
)
def test_a_limit_that_is_none(given: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = ended((*DIFF, "t", "--limit", given), capsys)
    assert status == 2
    assert told in said


def test_numbers_as_long_as_they_may_be_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = ended((*DIFF, "t*2^6000*3^500", "--limit", "bits=14000"), capsys)
    assert (status, said.strip()) == (0, f"{3**500}*2^6000")


def test_no_depth_of_nesting_reaches_the_interpreters(capsys: pytest.CaptureFixture[str]) -> None:
    deep = "sin(" * 500 + "t" + ")" * 500
    status, said = ended(("shape", deep, "--var", "t[]", "--limit", "depth=4000"), capsys)
    assert (status, said) == (0, "t[] -> []\n")
    status, said = ended((*DIFF, deep, "--limit", "depth=4000", "--limit", "result=10"), capsys)
    assert "more than 10 parts" in said


@pytest.mark.parametrize(
    "text",
    ["9^9^9", "(9^9)^(9^9)", "((9^64)^64)^64*t", "2^(2^(2^(2^(2^2))))*t", "1e308*1e308*t*1e308", "2^-99999999*t"],
)
def test_bombs_are_told_at_once(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = ended((*DIFF, text), capsys)
    assert status in (0, 2, 4)
    assert len(said) < 3000
