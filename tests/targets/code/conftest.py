"""Running generated code."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mcalc.targets.code.numpy import module


@pytest.fixture
def compute():
    """A function that computes an expression at given variables through its generated module."""

    def run(node, values, definitions=None):
        symbols = {s.name: s for s in sorted(node.free, key=lambda s: (s.place, s.name))}
        code = module(
            SimpleNamespace(symbols=symbols, text="f", definitions=definitions or {}, abstract={}), node, node
        )
        scope = {}
        exec(code, scope)
        result = scope["value"](**values)
        assert isinstance(result, np.ndarray)
        assert result.dtype == np.float64
        return result

    return run
