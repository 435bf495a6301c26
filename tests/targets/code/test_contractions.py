"""The random products of tests/notation as code: their shapes and values in every language that runs here."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.targets import module
from tests import needed
from tests.evaluate import draw, evaluate
from tests.notation.test_contractions import drawn
from tests.targets.code.octave import from_octave, octave

CASES = [(seed, axes) for seed in range(12) for axes in range(4)]


def posed(seed, axes):
    reading, node = drawn(seed, axes)
    values = draw(list(reading.symbols.values()), seed, ["positive"])
    return reading, node, values, evaluate(node, values)


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_products_in_python(form):
    library = needed.library(form)
    if form == "jax":
        library.config.update("jax_enable_x64", True)
    array = library.numpy.asarray if form == "jax" else library.asarray
    for case in CASES:
        reading, node, values, expected = posed(*case)
        scope = {"__name__": "generated"}
        exec(module(form, reading, node, value=node), scope)
        found = np.asarray(scope["value"](**{name: array(value) for name, value in values.items()}))
        assert found.shape == expected.shape, (case, node)
        np.testing.assert_allclose(found, expected, rtol=1e-9, err_msg=f"{case}: {node}")


def test_products_in_octave(tmp_path):
    needed.program("octave-cli")
    problems = [posed(*case) for case in CASES]
    modules = [module("matlab", reading, node) for reading, node, *_ in problems]
    found = octave(tmp_path, modules, [list(values.values()) for _, _, values, _ in problems])
    for array, (_, node, _, expected) in zip(found, problems, strict=True):
        np.testing.assert_allclose(
            np.reshape(from_octave(array, expected), expected.shape), expected, rtol=1e-9, err_msg=str(node)
        )
