"""Every problem of the corpus, through `mcalc batch`, against derivatives by automatic differentiation.

`data/corpus.jsonl` holds a problem a line: the expression, its variables, and the source's own closed form.
`data/corpus.npz` holds random inputs and true derivatives, as `id|draw|in|variable` and `id|draw|out`.
"""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.shell import mcalc

DATA = Path(__file__).parent / "data"
CASES = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
SHORT_ENOUGH = 0.8  #: the share of answers that are to be no longer than the source's own


def request(case: dict[str, Any]) -> dict[str, Any]:
    """The problem as a request: sizes `m n` are declared as `[m,n]`."""
    props = case.get("props") or {}
    declared = [f"{name}[{','.join(dims.split())}] {props.get(name, '')}" for name, dims in case["vars"].items()]
    shared = {"id": case["id"], "expr": case["expr"], "wrt": case["wrt"], "order": case.get("order", 1)}
    return shared | {"var": declared, "to": ["numpy"]}


@pytest.fixture(scope="session")
def replies() -> dict[str, Any]:
    """The replies to all problems, from one run."""
    ended = mcalc("batch", stdin="".join(json.dumps(request(case)) + "\n" for case in CASES))
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [reply["id"] for reply in found] == [case["id"] for case in CASES]
    return {reply["id"]: reply for reply in found}


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    """Inputs and derivatives by key."""
    with np.load(DATA / "corpus.npz") as stored:
        return dict(stored)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_derivative_is_right(case: dict[str, Any], replies: dict[str, Any], truth: dict[str, Any]) -> None:
    reply = replies[case["id"]]
    assert reply["ok"], reply
    scope: dict[str, Any] = {}
    exec(reply["code"]["numpy"], scope)
    draws = [key.split("|")[1] for key in truth if key.startswith(f"{case['id']}|") and key.endswith("|out")]
    assert draws
    for draw in draws:
        given = {v + "_" * keyword.iskeyword(v): truth[f"{case['id']}|{draw}|in|{v}"] for v in case["vars"]}
        expected = truth[f"{case['id']}|{draw}|out"]
        found = np.asarray(scope["derivative"](**given))
        assert found.shape == expected.shape
        gap = np.max(np.abs(found - expected), initial=0.0) / max(1.0, np.max(np.abs(expected), initial=0.0))
        assert gap < 1e-7, f"draw {draw}: relative gap {gap:.2g} in {reply['derivative']}"
    single = {name: np.asarray(value, np.float32) for name, value in given.items()}
    with np.errstate(all="ignore"):
        assert {array.dtype for array in scope["value_and_derivative"](**single)} == {np.dtype(np.float32)}


def size(text: str) -> int:
    """The names, numbers and calls in a formula; transposes are free."""
    return len(re.findall(r"[^\W\d]\w*|\d+(?:\.\d+)?", re.sub(r"\.T\b|\^T\b|ᵀ|'", "", text)))


def test_the_answers_are_as_short_as_the_sources(replies: dict[str, Any]) -> None:
    told = [case for case in CASES if case.get("answer") and replies[case["id"]]["ok"]]
    short = [case for case in told if size(replies[case["id"]]["derivative"]) <= size(case["answer"])]
    assert len(short) >= SHORT_ENOUGH * len(told)
