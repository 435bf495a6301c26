"""Problems of textbooks and papers outside the corpus: their closed forms are right, the answers no longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.shell import mcalc
from tests.test_corpus import size

DATA = Path(__file__).parent / "data" / "problems.jsonl"
CASES = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def replies() -> dict[str, list[dict[str, Any]]]:
    """The verdict on each closed form, and our own answer, from one run."""
    requests = []
    for case in CASES:
        asked = {key: case[key] for key in ("id", "expr", "var", "wrt")}
        requests += [{**asked, "command": "check", "answer": case["answer"]}, {**asked, "command": "diff"}]
    ended = mcalc("batch", stdin="".join(json.dumps(request) + "\n" for request in requests))
    found: dict[str, list[dict[str, Any]]] = {}
    for line in ended.stdout.splitlines():
        reply = json.loads(line)
        found.setdefault(reply["id"], []).append(reply)
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_answer_is_no_longer_than_the_closed_form(
    case: dict[str, Any], replies: dict[str, list[dict[str, Any]]]
) -> None:
    checked, found = replies[case["id"]]
    assert checked["verdict"] == "correct"
    assert size(found["derivative"]) <= size(case["answer"]), found["derivative"]
