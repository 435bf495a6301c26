"""What the operations are worth: code of the package's own, written from the records."""

from __future__ import annotations

from mcalc.algebra.ops import OPS
from mcalc.checking._meanings import MEANINGS
from mcalc.checking.meanings import FILE, generate


def test_the_functions_are_those_of_the_records() -> None:
    assert FILE.read_text(encoding="utf-8") == generate(), "run python -m mcalc.checking.meanings"


def test_every_operation_that_is_applied_has_one() -> None:
    applied = {op.name for op in OPS.values() if op.kind in ("elementwise", "function") and not op.private}
    assert applied <= MEANINGS.keys()
