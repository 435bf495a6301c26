"""Every target runs: the modules that are printed return the derivative.

JAX and PyTorch are laws where they are installed. Octave takes long to start, so that it judges many problems at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.targets import module
from tests.evaluate import Array
from tests.fuzz.posed import Posed, Skip, posed, unlike
from tests.fuzz.problems import Case
from tests.targets.code.octave import from_octave, octave

CLOSE = 1e-6


def functions(target: str, p: Posed) -> dict[str, Any]:
    """What the module of a target defines."""
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(compile(module(target, p.reading, p.found, wrt=p.x.name), "generated", "exec"), scope)
    return scope


def numpy_code_agrees(p: Posed) -> str:
    """The module for NumPy returns the value and the derivative."""
    run = functions("numpy", p)
    with np.errstate(all="ignore"):
        value, got = run["value_and_derivative"](**p.values)
        alone = run["derivative"](**p.values)
    told = unlike(got, p.worth(p.found), "the code's derivative", CLOSE) or unlike(alone, got, "two derivatives", CLOSE)
    return told or unlike(value, p.worth(p.f), "the code's value", CLOSE)


def scipy_code_agrees(p: Posed) -> str:
    """`jac`, `hess` and `hessp` over the variable as one vector."""
    if p.f.rank:
        raise Skip
    run = functions("scipy", p)
    others = {name: value for name, value in p.values.items() if name != p.x.name}
    packed, direction = run["pack"](p.values[p.x.name]), p.direction(3)
    along, expected = run["pack"](direction), p.changes(p.found, 3)
    with np.errstate(all="ignore"):
        got, hessian = run["jac"](packed, **others), run["hess"](packed, **others)
        product = run["hessp"](packed, along, **others)
    if told := unlike(np.asarray(got @ along), expected, "SciPy's gradient", CLOSE):
        return told
    second = np.tensordot(p.worth(derivative(p.found, p.x)), direction, direction.ndim).ravel()
    moved = {"SciPy's Hessian": hessian @ along, "SciPy's product with the Hessian": product}
    if p.x.symmetric:  # the vector has the free entries alone, along which all derivatives agree
        second, moved = second @ direction.ravel(), {name: one @ along for name, one in moved.items()}
    return "".join(unlike(np.asarray(one), np.asarray(second), name, CLOSE) for name, one in moved.items())


def jax_code_agrees(p: Posed) -> str:
    """The module for JAX returns the derivative."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return _library_agrees("jax", p, jax.numpy.asarray)


def torch_code_agrees(p: Posed) -> str:
    """The module for PyTorch returns the derivative."""
    import torch

    return _library_agrees("torch", p, torch.as_tensor)


def _library_agrees(name: str, p: Posed, array: Callable[[Array], Any]) -> str:
    expected = p.worth(p.found)
    got = functions(name, p)["derivative"](**{key: array(np.asarray(value)) for key, value in p.values.items()})
    return unlike(np.asarray(got), expected, f"the derivative by {name}", CLOSE)


def octave_code_agrees(cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """What is wrong with the modules for MATLAB of some cases."""
    tried: list[tuple[Posed, str]] = []
    for case in cases:
        try:
            p = posed(case)
            for node in (p.f, p.found):  # a derivative of zero has a value where the function has none
                p.worth(node)
            tried.append((p, module("matlab", p.reading, p.found, wrt=p.x.name)))
        except (Skip, Problem):
            continue
    with TemporaryDirectory() as folder:
        points = [[p.values[name] for name in p.reading.symbols] for p, _ in tried]
        answers = octave(Path(folder), [text for _, text in tried], points)
    wrong: list[tuple[Case, str]] = []
    for (p, _), got in zip(tried, answers, strict=True):
        expected = p.worth(p.found)
        if got.dtype.kind != "f":
            wrong.append((p.case, f"Octave says: {got}"))
            continue
        try:
            told = unlike(from_octave(got, expected), expected, "the derivative by Octave", CLOSE)
        except AssertionError:
            told = f"the derivative by Octave has shape {got.shape}, and not {expected.shape}"
        wrong += [(p.case, told)] if told else []
    return wrong


#: The laws of the targets.
LAWS: list[Callable[[Posed], str]] = [numpy_code_agrees, scipy_code_agrees, jax_code_agrees, torch_code_agrees]
HAS_OCTAVE = shutil.which("octave-cli") is not None
