"""The other languages: they run, and agree with automatic differentiation over the whole corpus.

JAX and PyTorch run in this process, MATLAB's code in Octave, all problems in one run; Julia is parsed.
"""

from __future__ import annotations

import ast
import json
import keyword
import re
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import eye, symbol, total
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.special import SPECIAL, special
from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.targets.code import jax as to_jax
from mcalc.targets.code import julia, matlab
from mcalc.targets.code import numpy as to_numpy
from mcalc.targets.code import torch as to_torch
from tests import needed
from tests.evaluate import draw, sizes_of
from tests.targets.code.julia import julia_fault
from tests.targets.code.octave import from_octave, octave
from tests.targets.code.test_numpy import reading

DATA = Path(__file__).parents[2] / "data"
CASES = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
PARTS = 8  #: of the corpus, so that processes share the work


def templates():
    """What the operations are in each language of Python's."""
    yield from (("numpy", name, op.numpy) for name, op in OPS.items() if op.numpy)
    for target in (to_jax, to_torch):
        yield from ((target.__name__, name, text) for name, text in target.OWN.items())


@pytest.mark.parametrize(("target", "name", "text"), list(templates()))
def test_an_operation_binds_as_one(target, name, text):
    """Its power is not that of its last part: -f(x)**2 is -(f(x)**2)."""
    code = re.sub(r"\{\w+\}", "x", text)
    raised = ast.parse(f"{code}**2", mode="eval").body
    assert isinstance(raised, ast.BinOp)
    assert ast.dump(raised.left) == ast.dump(ast.parse(code, mode="eval").body)


@cache
def truth():
    with np.load(DATA / "corpus.npz") as stored:
        return dict(stored)


@cache
def answer(k):
    case = CASES[k]
    props = case.get("props") or {}
    declared = [f"{name}[{','.join(dims.split())}] {props.get(name, '')}" for name, dims in case["vars"].items()]
    return differentiate(case["expr"], [case["wrt"]], declared, case.get("order", 1)).derivatives[0]


def code(target, k, **manner):
    found = answer(k)
    return target.module(found.reading, found.reading.root, found.expr, **manner)


def point(k):
    """The first random point of a problem, and the true derivative there."""
    case = CASES[k]
    draw = min(key.split("|")[1] for key in truth() if key.startswith(f"{case['id']}|") and key.endswith("|out"))
    start = f"{case['id']}|{draw}|"
    return {name: truth()[f"{start}in|{name}"] for name in case["vars"]}, truth()[f"{start}out"]


def gap(found, expected):
    """The largest error, relative to the largest entry where that is over one."""
    assert found.shape == expected.shape
    return np.max(np.abs(found - expected), initial=0.0) / max(1.0, np.max(np.abs(expected), initial=0.0))


def functions(text):
    scope = {}
    exec(compile(text, "generated", "exec"), scope)
    return scope


def library(name):
    """The target's module and what makes an array of NumPy's its own."""
    found = needed.library(name)
    if name == "numpy":
        return to_numpy, np.asarray
    if name == "jax":
        found.config.update("jax_enable_x64", True)
        return to_jax, found.numpy.asarray
    return to_torch, found.as_tensor


@pytest.mark.parametrize("name", ["jax", "torch"])
@pytest.mark.parametrize("part", range(PARTS))
def test_the_corpus_in_python(name, part):
    target, array = library(name)
    wrong = {}
    for k in range(part, len(CASES), PARTS):
        given, expected = point(k)
        values = {v + "_" * keyword.iskeyword(v): array(value) for v, value in given.items()}
        scope = functions(code(target, k))
        f, df = scope["value_and_derivative"](**values)
        assert type(f) is type(df) is type(scope["derivative"](**values))
        np.testing.assert_allclose(f, scope["value"](**values), rtol=1e-9)
        error = gap(np.asarray(df), expected)
        single = {v: array(np.asarray(value, np.float32)) for v, value in values.items()}
        types = {str(a.dtype).removeprefix("torch.") for a in scope["value_and_derivative"](**single)}
        if not error < 1e-7 or types != {"float32"}:
            wrong[CASES[k]["id"]] = error, types
    assert not wrong


@pytest.mark.parametrize("length", [5, 1000])
@pytest.mark.parametrize("part", range(PARTS))
def test_the_corpus_where_sizes_are_told(part, length):
    """Large arrays are written onto, and few entries computed in another way; what is given stays as it is."""
    wrong = {}
    for k in range(part, len(CASES), PARTS):
        given, expected = point(k)
        values = {v + "_" * keyword.iskeyword(v): value.copy() for v, value in given.items()}
        names = {name for s in answer(k).reading.symbols.values() for d in s.shape for name in d.names}
        scope = functions(code(to_numpy, k, sizes=dict.fromkeys(names, length)))
        f, df = scope["value_and_derivative"](**values)
        np.testing.assert_allclose(f, scope["value"](**values), rtol=1e-9)
        error = max(gap(found, expected) for found in (df, scope["derivative"](**values)))
        kept = all(np.array_equal(old, new) for old, new in zip(given.values(), values.values(), strict=True))
        if not error < 1e-7 or not kept:
            wrong[CASES[k]["id"]] = error, kept
    assert not wrong


def test_the_corpus_in_octave(tmp_path):
    needed.program("octave-cli")
    points = [point(k) for k in range(len(CASES))]
    modules = [code(matlab, k) for k in range(len(CASES))]
    given = [[values[name] for name in answer(k).reading.symbols] for k, (values, _) in enumerate(points)]
    wrong = {}
    for k, array in enumerate(octave(tmp_path, modules, given)):
        error = gap(from_octave(array, points[k][1]), points[k][1])
        if not error < 1e-7:
            wrong[CASES[k]["id"]] = error
    assert not wrong


def test_the_corpus_is_julia():
    assert julia_fault("f(x) = x +* 1") is not None
    assert not {CASES[k]["id"]: fault for k in range(len(CASES)) if (fault := julia_fault(code(julia, k)))}


# ---------------------------------------------------------------- every operation


RECORDS = [
    *(op for op in OPS.values() if op.kind in ("elementwise", "function", "macro") and any(op.signatures[0].inputs)),
    *(special(name) for name in SPECIAL if name not in OPS),
]
#: What neither MATLAB nor Julia has in its own library.
NOT_IN_MATLAB = "airyai airyaiprime airybi airybiprime Ci Chi Ei ellipe ellipk erfi fresnelc fresnels lambertw Shi Si"
#: Vectors whose sign every library chooses for itself.
SIGNLESS = ("eigvecs", "svdleft", "svdright")
NOT_IN_JULIA = "Chi fresnelc fresnels lambertw Shi"


def applied(op):
    """The operation on symbols, its entries summed so that none hides behind another, and values for them."""
    letters = {letter: dim(letter) for letter in "mnk"}
    letters["m"] = dim("n" if op.shape is not None else "m")  # singular values are as many as the shorter side is long
    shapes = [(dim("n"),) if axes == "..." else tuple(letters[x] for x in axes) for axes in op.signatures[0].inputs]
    symbols = [symbol(f"a{k}", shape, (), k) for k, shape in enumerate(shapes)]
    domains = ["positive" if one == "order" else one for one in op.domain.split(", ")]
    domains = [one.split()[-1] if one == "positive unit" else one for one in domains]
    values = draw(symbols, 3, domains[: len(symbols)] if len(domains) > 1 else domains * len(symbols))
    if op.domain.startswith("order"):
        values["a0"] = np.ones(sizes_of(symbols[0].shape))
    if op.domain == "positive unit":
        values = {name: np.abs(value) for name, value in values.items()}
    return op(*symbols), values


@pytest.mark.parametrize("op", RECORDS, ids=repr)
@pytest.mark.parametrize("name", ["numpy", "jax", "torch"])
def test_an_operation_in_python(name, op):
    target, array = library(name)
    node, values = applied(op)
    expected = functions(to_numpy.module(reading(node), node, node))["value"](**values)
    text = target.module(reading(node), node, node)
    found = functions(text)["value"](**{key: array(value) for key, value in values.items()})
    found = np.asarray(found)
    if op.name in SIGNLESS:
        found, expected = np.abs(found), np.abs(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy tells how exact logm is
        single = {key: array(np.asarray(value, np.float32)) for key, value in values.items()}
        assert np.asarray(functions(text)["value"](**single)).dtype == np.float32


def test_the_operations_in_octave(tmp_path):
    needed.program("octave-cli")
    cases = {op.name: applied(op) for op in RECORDS if op.name not in NOT_IN_MATLAB.split()}
    modules = [matlab.module(reading(node), node, node) for node, _ in cases.values()]
    given = [[values[s] for s in reading(node).symbols] for node, values in cases.values()]
    found = octave(tmp_path, modules, given)
    for (name, (node, values)), array in zip(cases.items(), found, strict=True):
        expected = functions(to_numpy.module(reading(node), node, node))["value"](**values)
        found = from_octave(array, expected, name)
        if name in SIGNLESS:
            found, expected = np.abs(found), np.abs(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10, err_msg=name)


def test_bessel_functions_are_real_below_zero_in_octave_or_nothing(tmp_path):
    needed.program("octave-cli")
    points = np.array([-3.0, -0.4, 0.7, 2.5])
    texts = [f"tanh(bessel{kind}({order}, x))" for kind in "jyik" for order in ("1", "2", "3/2")]
    texts.append("erfinv(tanh(besselj(1, x))/2)")  # which takes no complex number
    answers = [differentiate(text, ["x"], ["x[n]"]) for text in texts]
    found = octave(tmp_path, [answer.code("matlab") for answer in answers], [[points]] * len(texts))
    for text, answer, array in zip(texts, answers, found, strict=True):
        with np.errstate(all="ignore"):
            expected = functions(answer.code("numpy"))["derivative"](x=points)
        np.testing.assert_allclose(from_octave(array, expected, text), expected, rtol=1e-7, atol=1e-12, err_msg=text)


@pytest.mark.parametrize(("target", "absent"), [(matlab, NOT_IN_MATLAB), (julia, NOT_IN_JULIA)])
def test_what_a_language_lacks_is_refused(target, absent):
    for op in RECORDS:
        node, _ = applied(op)
        if op.name in absent.split():
            with pytest.raises(Problem, match=f"code for {op.name}") as caught:
                target.module(reading(node), node, node)
            assert caught.value.kind == "unsupported"
        else:
            text = target.module(reading(node), node, node)
            assert target is matlab or julia_fault(text) is None


# ---------------------------------------------------------------- what each library is used for

n, m = dim("n"), dim("m")
W, x, s = symbol("W", (m, n), (), 0), symbol("x", (n,), (), 1), symbol("s", (), (), 2)
GIVEN = {"W": np.arange(12.0).reshape(3, 4) / 7, "x": np.arange(4.0), "s": np.float64(2.0)}


@pytest.mark.parametrize(
    "node",
    [OPS["softmax"](W @ x), s * W, OPS["tanh"](W @ x) * s, OPS["besselj"](s, x), OPS["diag"](x) @ W.T],
    ids=repr,
)
def test_jax_compiles_and_vectorises(node):
    from mcalc.calculus.derivative import derivative

    target, _ = library("jax")
    import jax

    text = target.module(reading(node), node, derivative(node, x if x in node.free else W))
    scope = functions(text)
    given = {name: GIVEN[name] for name in reading(node).symbols}
    stacked = {name: np.stack([value, 2 * value, value / 3]) for name, value in given.items()}
    for function in (scope["value"], scope["derivative"]):
        expected = [function(**{name: value[k] for name, value in stacked.items()}) for k in range(3)]
        np.testing.assert_allclose(jax.jit(function)(**given), expected[0], rtol=1e-9, atol=1e-12)
        found = jax.jit(jax.vmap(lambda values, f=function: f(**values)))(stacked)
        np.testing.assert_allclose(found, np.stack(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_float32_stays(name):
    target, array = library(name)
    marks = total(OPS["ismax"](x) * OPS["ismin"](x))
    node = OPS["logsumexp"](W @ x) * s + total(OPS["inv"](W @ W.T + eye(m))) + marks
    scope = functions(target.module(reading(node), node, OPS["diag"](x)))
    for kind in (np.float32, np.float64):
        given = {key: array(np.asarray(value, kind)) for key, value in GIVEN.items()}
        assert np.asarray(scope["value"](**given)).dtype == kind
        assert np.asarray(scope["derivative"](**given)).dtype == kind
        assert np.asarray(scope["value"](**(given | {"s": 2.0}))).dtype == kind


def test_torch_keeps_the_device():
    library("torch")
    import torch

    node = s * OPS["diag"](x)
    scope = functions(to_torch.module(reading(node), node, OPS["inv"](node)))
    given = {"x": torch.ones(3, device="meta"), "s": 2.0}
    assert scope["value"](**given).device.type == "meta"
    assert scope["derivative"](**given).device.type == "meta"


@pytest.mark.parametrize("name", ["jax", "torch", "julia", "matlab"])
def test_no_text_leaves_its_comment(name):
    target = import_module(f"mcalc.targets.code.{name}")
    text = target.module(reading(x, text="x\nend\r]#=\u2028print(1)\n%}"), x, x)
    plain = target.module(reading(x, text="x"), x, x)
    changed = [a for a, b in zip(text.splitlines(), plain.splitlines(), strict=True) if a != b]
    assert [line[1:8] for line in changed] == [" value:"]


def test_names_become_what_matlab_takes():
    names = ["λ", "end", "x'", "_a", "df", "pi", "1"]
    symbols = [symbol(name, (), (), place) for place, name in enumerate(names)]
    node = sum(symbols[1:], symbols[0])
    text = matlab.module(reading(node), node, node)
    assert "derivative(lambda, end_, x_, x_a, df, pi_, x1)" in text
    assert "function [df_, f] =" in text
