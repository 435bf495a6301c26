"""A minute of random problems against every law, the same ones each time, and all that once failed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.special import SPECIAL
from tests import needed
from tests.fuzz import running
from tests.fuzz.laws import LAWS, TAKES, broken
from tests.fuzz.problems import Case, cases, drawn, productions

KEPT = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate:RuntimeWarning")
@pytest.mark.parametrize("name", LAWS)
def test_random_problems(name: str):
    needed.library(TAKES.get(name, "numpy"))

    @settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def keeps(case: Case) -> None:
        told = broken(case, LAWS[name])
        assert not told, f"{case.text} by {case.wrt}: {told}"

    keeps()


def test_random_problems_in_octave():
    needed.program("octave-cli")
    assert not running.octave_code_agrees(drawn(1, 3))


@pytest.mark.parametrize("kept", KEPT, ids=[kept["text"] for kept in KEPT])
def test_what_once_failed(kept: dict[str, str]):
    needed.library(TAKES.get(kept["law"], "numpy"))
    assert not broken(Case(kept["text"], kept["wrt"]), LAWS[kept["law"]])


def test_every_record_is_tried():
    tried = " ".join(text for texts in productions().values() for text in texts)
    names = {*SPECIAL, *(op.name for op in OPS.values() if not op.internal)}
    assert not {name for name in names if not re.search(rf"\b{name}\(", tried)}
