"""What holds for every problem.

A law takes a problem and returns what is wrong, or ''. It raises `Skip` where the problem does not try it: where
there is no value at the point, or one too large to compare.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from inspect import signature
from itertools import islice

import numpy as np

from mcalc.algebra.expr import Apply, Expr, permute, symbol, transpose
from mcalc.algebra.walk import postorder, substitute
from mcalc.answer import differentiate
from mcalc.calculus.derivative import along, derivative
from mcalc.calculus.differential import differential_of
from mcalc.calculus.simplify import simplify
from mcalc.checking.mutations import while_differentiating
from mcalc.checking.question import Question
from mcalc.errors import Problem
from mcalc.language.parse import parse
from mcalc.language.read import read, reread
from mcalc.notation import notate
from mcalc.targets import module, write
from tests.evaluate import Array, difference
from tests.expressions import DECLARATIONS
from tests.fuzz import autodiff, running
from tests.fuzz.posed import Posed, Skip, alike, differ, posed, same, unlike
from tests.fuzz.problems import Case
from tests.fuzz.slips import slips
from tests.working.lines import Working
from tests.working.methods import METHODS

STEEP = 1e4  #: slopes beyond this are not compared with differences
TINY = 1e-3  #: derivatives below this say nothing of what is the same
TAME = 100  #: and beyond this not with those that are taken of every entry of a line


# ---------------------------------------------------------------- truth


def finite_differences(p: Posed) -> str:
    """The derivative along a direction is what the value changes by. A symmetric variable changes symmetrically."""
    if p.x not in p.f.free:
        raise Skip
    direction = p.direction(3)
    with np.errstate(all="ignore"):
        try:
            fine, coarse = (difference(p.f, p.x, direction, p.values, h=h) for h in (5e-4, 2e-3))
        except (np.linalg.LinAlgError, ValueError):
            raise Skip from None
    if not np.all(np.isfinite(fine)) or np.abs(fine).max(initial=0) > STEEP or differ(fine, coarse, 1e-6):
        raise Skip  # a kink is near, or the curve is too sharp for the steps
    got = p.changes(p.found, 3)
    return f"{got} where differences give {fine}" if differ(got, fine, 1e-5) else ""


def automatic_differentiation(p: Posed) -> str:
    """The derivative along a direction is JAX's, to many more digits than differences have, and so is the value."""
    expected = p.worth(p.f)
    got = np.asarray(autodiff.computed(p.f, p.values))
    if not np.all(np.isfinite(got)):
        raise Skip
    if differ(got, expected, 1e-9):
        return f"the value is {expected}, and JAX has {got}"
    found = autodiff.slope(p.f, p.x, p.direction(3), p.values)
    if not np.all(np.isfinite(found)):
        raise Skip  # JAX's rule divides by zero where ours does not
    return unlike(p.changes(p.found, 3), found, "the derivative and JAX's")


def the_second_order_too(p: Posed) -> str:
    """The derivative of the derivative, along a direction."""
    if p.f.rank or p.x not in p.found.free:
        raise Skip
    return finite_differences(p.of(p.found, derivative(p.found, p.x)))


# ---------------------------------------------------------------- text


def text_reads_back(p: Posed) -> str:
    """What is printed means what it was printed for."""
    return same(p, reread(p.answer, p.reading), p.found, f"{p.answer} reads back as something else")


def printing_is_done_at_once(p: Posed) -> str:
    """Text, parsed and printed, is the same text."""
    again = write("text", parse(p.answer, names={*p.reading.symbols}))
    return "" if again == p.answer else f"{p.answer} is printed again as {again}"


def the_input_reads_back(p: Posed) -> str:
    """The expression as it is echoed means the expression."""
    echoed = write("text", p.reading.program)
    return same(p, reread(echoed, p.reading), p.f, f"{echoed} reads back as something else")


def simplifying_keeps_the_value(p: Posed) -> str:
    """The normal form has the value, and is done at once."""
    simple = simplify(p.f)
    if simplify(simple) is not simple:
        return "simplifying is not done at once"
    return same(p, simple, p.f, "simplifying changes the value")


# ---------------------------------------------------------------- checking


def its_own_answer_is_correct(p: Posed) -> str:
    """`check` calls the derivative correct."""
    verdict = Question(p.case.text, p.case.wrt, DECLARATIONS).check(p.answer)
    if verdict.verdict == "undecided":
        raise Skip
    return "" if verdict.verdict == "correct" else f"{p.answer} is called {verdict.verdict}: {verdict.message}"


def a_mistake_is_not_correct(p: Posed) -> str:
    """`check` calls a derivative gone wrong wrong, where its values tell."""
    asked = Question(p.case.text, p.case.wrt, DECLARATIONS)
    for mutation in islice(while_differentiating(p.f, p.x), 3):
        if mutation.expr.shape != p.found.shape:
            continue
        wrong = simplify(mutation.expr)
        if not differ(p.worth(wrong), p.worth(p.found), 1e-3):
            continue
        text = write("text", notate(wrong, p.reading))
        if (found := asked.check(text).verdict) == "correct":
            return f"{text} is called {found}, a mistake of kind {mutation.code}"
    return ""


def a_slip_is_not_correct(p: Posed) -> str:
    """`check` calls the answer with one thing changed in its text correct just where the values are the same."""
    asked = Question(p.case.text, p.case.wrt, DECLARATIONS)
    found = list(islice(slips(parse(p.answer, names={*p.reading.symbols}), p.reading), 300))
    # What is told apart elsewhere alone, beyond a kink, is the same at two points.
    piecewise = any(isinstance(node, Apply) and node.op.nonsmooth for node in postorder(p.found))
    for slip in random.Random(p.case.text).sample(found, min(3, len(found))):
        text = write("text", slip)
        try:
            changed = reread(text, p.reading)
        except Problem:
            continue  # what means nothing is told apart in other tests
        if changed.shape != p.found.shape:
            continue
        gaps, sizes = [], []
        for seed in (7, 8):
            p.values = p.point(seed)
            one, two = (p.changes(node, 5) for node in (changed, p.found))
            sizes.append(np.abs(two).max(initial=0))
            gaps.append(np.abs(one - two).max(initial=0) / max(1, sizes[-1]))
        verdict = asked.check(text).verdict
        if min(gaps) > 1e-3 and verdict == "correct":
            return f"{text} is called {verdict}, and the answer is {p.answer}"
        # Where next to nothing is left, as of 1 - tanh(x) at a large x, what is told apart elsewhere is the same too.
        if max(gaps) < 1e-12 and min(sizes) > TINY and verdict == "wrong" and not p.x.symmetric and not piecewise:
            return f"{text} is called {verdict}, and is {p.answer}"
    return ""


# ---------------------------------------------------------------- forms and working


def every_target_spells_it(p: Posed) -> str:
    """No target fails on an answer, or leaves brackets open."""
    for form in ("unicode", "latex", "typst", "mathml"):
        found = p.derivative.write(form)
        if found.count("(") != found.count(")") or found.count("{") != found.count("}"):
            return f"{form} has brackets left open: {found}"
    for form in ("julia", "matlab", "sympy"):
        p.derivative.write(form)
    return ""


class Told:
    """The working of a problem by one method, as `tests.working.methods` takes it."""

    def __init__(self, p: Posed, method: str) -> None:
        self.p = p
        self.working = Working(p.case.text, p.case.wrt, DECLARATIONS, method=method)
        self.values = {**p.values, self.working.dx.name: p.direction(5)}
        self.expected = p.worth(p.found)

    def value(self, line: Expr, other: Mapping[str, Array] | None = None) -> Array:
        """What a line is worth, with some of the values replaced."""
        with np.errstate(all="ignore"):
            try:
                value = self.working.value(line, {**self.values, **(other or {})})
            except (np.linalg.LinAlgError, ValueError):
                raise Skip from None
        if not np.all(np.isfinite(value)):
            raise Skip
        return value


def _told(method: str) -> Callable[[Posed], str]:
    def law(p: Posed) -> str:
        if max(np.abs(p.worth(node)).max(initial=0) for node in (p.f, p.found)) > TAME:
            raise Skip  # the lines hold differences, which are too coarse there
        try:
            METHODS[method](Told(p, method))
        except AssertionError as fault:
            return f"the working by {method} does not hold: {fault or 'see tests.working.methods'}"
        return ""

    law.__name__ = f"the_working_by_{method}_holds"
    law.__doc__ = (
        f"Each line of the working by {method} is worth what it says, and the last is the answer of all methods."
    )
    return law


# ---------------------------------------------------------------- metamorphic laws


def linear(p: Posed) -> str:
    """d(2f + 3g) = 2 df + 3 dg, with g = f ∘ sin or the like."""
    g = read(f"sin({p.case.text})", DECLARATIONS).root
    both = derivative(2 * p.f + 3 * g, p.x)
    return alike(p, both, 2 * p.found + 3 * derivative(g, p.x), "d is not linear")


def product_rule(p: Posed) -> str:
    """d(t f) by t, and of scalars d(f g) = g df + f dg by the variable, with g a sum over it."""
    t = p.reading.symbols["t"]
    told = same(p, derivative(t * p.f, t), p.f + t * derivative(p.f, t), "the product rule does not hold")
    if told or p.f.rank:
        return told
    g = read(f"sum(cos({p.x.name}))" if p.x.rank else f"cos({p.x.name})", DECLARATIONS).root
    rule = g * p.found + p.f * derivative(g, p.x)
    return alike(p, derivative(p.f * g, p.x), rule, "the product rule does not hold")


def transposed(p: Posed) -> str:
    """The derivative of the transpose is that of the matrix with its first axes exchanged."""
    if p.f.rank != 2:
        raise Skip
    turned = derivative(transpose(p.f), p.x)
    order = (1, 0, *range(2, p.found.rank))
    return alike(p, turned, permute(p.found, order), "transposing does not commute with d")


def both_ways(p: Posed) -> str:
    """Forward and backward give one derivative along a direction."""
    if not p.x.rank:
        raise Skip
    dx = differential_of(p.x, "direction")
    p.values[dx.name] = p.direction(9)
    return unlike(p.worth(along(p.f, p.x, dx)), p.changes(p.found, 9), "forward and backward differ")


def chain_rule(p: Posed) -> str:
    """∂f(A x)/∂x = Aᵀ ∇f(A x); of a matrix, ∂f(A X B)/∂X = Aᵀ ∇f(A X B) Bᵀ."""
    return _moved(p, lambda size: np.eye(size) + np.random.default_rng(size).random((size, size)) / 9)


def permuted(p: Posed) -> str:
    """The derivative of a function of permuted entries has its entries permuted back."""
    return _moved(p, lambda size: np.eye(size)[np.roll(np.arange(size), 1)])


def _moved(p: Posed, matrix: Callable[[int], Array]) -> str:
    if p.f.rank or not p.x.rank:
        raise Skip
    A, *rest = (symbol(f"_L{k}", (d, d), (), 7000 + k) for k, d in enumerate(p.x.shape))
    p.values |= {s.name: matrix(size) for s, size in zip((A, *rest), p.values[p.x.name].shape, strict=True)}
    B = transpose(A) if p.x.symmetric else rest[0] if rest else None
    inside = A @ p.x if B is None else A @ p.x @ B
    chained, gradient = (substitute(node, {p.x: inside}) for node in (p.f, p.found))
    expected = transpose(A) @ gradient if B is None else transpose(A) @ gradient @ transpose(B)
    return alike(p, derivative(chained, p.x), expected, "the chain rule does not hold for a linear inside")


#: Other names for all variables, some of which mean something elsewhere.
RENAMED = {"A": "None_", "B": "end", "X": "Lambda", "W": "True_", "S": "E", "M": "pi_", "x": "lambda", "y": "self"}
RENAMED |= {"a": "alpha", "u": "for", "v": "np", "t": "class", "c": "e_1"}


def renamed(p: Posed) -> str:
    """A derivative does not depend on what the variables are called, or in which order they are declared."""

    def other(text: str) -> str:
        return re.sub(r"(?<![\w.])[A-Za-z](?!\w)", lambda found: RENAMED.get(found[0], found[0]), text)

    declared = [other(text) for text in reversed(DECLARATIONS)]
    (answer,) = differentiate(other(p.case.text), [RENAMED[p.case.wrt]], declared).derivatives
    expected = p.changes(p.found, 11)
    p.values = {RENAMED[name]: value for name, value in p.values.items()}
    p.x, values = answer.variable, dict(p.values)
    if told := unlike(p.changes(answer.expr, 11), expected, "under other names"):
        return told
    scope: dict[str, object] = {"__name__": "generated"}
    exec(compile(module("numpy", answer.reading, answer.expr, wrt=answer.wrt), "generated", "exec"), scope)
    run = scope["derivative"]
    assert callable(run)
    taken = signature(run).parameters  # a keyword has an underscore behind it there
    with np.errstate(all="ignore"):
        got = run(**{name if name in taken else f"{name}_": value for name, value in values.items()})
    return unlike(np.asarray(got), p.worth(answer.expr), "the code under other names", 1e-6)


def hessian_is_symmetric(p: Posed) -> str:
    """The second derivative of a scalar does not care for the order."""
    if p.f.rank or not p.x.rank or p.x.symmetric:
        raise Skip
    hessian = derivative(p.found, p.x)
    order = (*range(p.x.rank, 2 * p.x.rank), *range(p.x.rank))
    return same(p, hessian, permute(hessian, order), "a Hessian is not symmetric")


def mixed_derivatives_commute(p: Posed) -> str:
    """∂²f/∂x∂t = ∂²f/∂t∂x."""
    t = p.reading.symbols["t"]
    if p.x is t:
        raise Skip
    return alike(p, derivative(derivative(p.f, t), p.x), derivative(p.found, t), "mixed derivatives differ")


LAWS: dict[str, Callable[[Posed], str]] = {
    law.__name__: law
    for law in (
        finite_differences, automatic_differentiation, the_second_order_too,
        text_reads_back, printing_is_done_at_once, the_input_reads_back, simplifying_keeps_the_value,
        its_own_answer_is_correct, a_mistake_is_not_correct, a_slip_is_not_correct,
        *running.LAWS, every_target_spells_it, *map(_told, METHODS),
        linear, product_rule, transposed, both_ways, chain_rule, permuted, renamed, hessian_is_symmetric,
        mixed_derivatives_commute,
    )
}  # fmt: skip
#: The library that a law takes, where it takes one that is not always here.
TAKES = {"automatic_differentiation": "jax", "jax_code_agrees": "jax", "torch_code_agrees": "torch"}


def broken(case: Case, law: Callable[[Posed], str]) -> str:
    """What is wrong with a case by a law, or ''. A question that is refused is no fault; a crash is one."""
    try:
        return law(posed(case))
    except Skip:
        return ""
    except Problem as problem:
        return "" if problem.kind in ("unsupported", "limit", "undecided") else f"refused: {problem.report()}"
