"""One table of options: what can be asked at the shell can be asked in a batch, and the other way round."""

from __future__ import annotations

import json

import pytest

from mcalc.cli.diff import diff
from mcalc.cli.options import MANNER, QUESTION, WAY, Table
from mcalc.request import Manner, Record, Request, Way
from tests.shell import mcalc


@pytest.mark.parametrize(("table", "record"), [(QUESTION, Request), (MANNER, Manner), (WAY, Way)])
def test_every_field_is_an_option(table: Table, record: type[Record]) -> None:
    assert set(table.rows) == set(record.__annotations__) - {"text"}
    assert set(table.rows) <= {param.name for param in diff.params}
    assert all(row.help for row in table.rows.values())


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="Manner has no blod"):
        Manner(blod=True)  # type: ignore[call-arg]


def test_two_products_are_one_too_many() -> None:
    told = "jvp and hvp were asked for: one is enough"
    assert told in mcalc("diff", "x.T@x", "--wrt", "x", "--jvp", "v", "--hvp", "v").stderr
    request = {"expr": "x.T@x", "wrt": "x", "jvp": "v", "hvp": "v"}
    assert json.loads(mcalc("batch", stdin=json.dumps(request)).stdout)["error"]["message"] == told
