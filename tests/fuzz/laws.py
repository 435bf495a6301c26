"""What holds for every problem.

A law takes a problem and returns what is wrong, or ''. It raises `Skip` where the problem does not try it: where
there is no value at the point, or one too large to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np

from mcalc.algebra.expr import Expr, Symbol, permute, transpose
from mcalc.algebra.walk import substitute
from mcalc.answer import differentiate
from mcalc.calculus.derivative import along, derivative
from mcalc.calculus.differential import differential_of, push
from mcalc.calculus.simplify import simplify
from mcalc.checking.mutations import while_differentiating
from mcalc.checking.question import Question
from mcalc.errors import Problem
from mcalc.language.read import Reading, read, reread
from mcalc.notation import notate
from mcalc.targets import module, write
from mcalc.working.opening import opened
from tests.evaluate import Array, difference, draw, evaluate
from tests.expressions import DECLARATIONS, LEAVES
from tests.fuzz.problems import Case

LARGEST = 1e6  #: values beyond this are not compared
STEEP = 1e4  #: slopes beyond this are not compared with differences


class Skip(Exception):
    """The law says nothing about this problem."""


class Posed:
    """A case that was read, with its derivative and a seeded point."""

    def __init__(self, case: Case, seed: int = 7) -> None:
        self.case = case
        self.reading: Reading = read(case.text, DECLARATIONS)
        self.f: Expr = self.reading.root
        self.x: Symbol = self.reading.symbols[case.wrt]
        if self.f.rank + self.x.rank > 4:
            raise Skip
        (answer,) = differentiate(case.text, [case.wrt], DECLARATIONS).derivatives
        self.found = answer.expr  # by free entries, which of a symmetric matrix the bare derivative does not know
        drawn = draw(list(self.reading.symbols.values()), seed)
        # Small enough that exponentials of exponentials stay numbers; what is to be definite stays as it is.
        self.values = {name: value if name in "Sca" else value / 2 for name, value in drawn.items()}

    @property
    def answer(self) -> str:
        """The derivative as text."""
        return write("text", notate(self.found, self.reading))

    def direction(self, seed: int) -> Array:
        """A change of the variable, symmetric where the variable is."""
        found = np.random.default_rng(seed).standard_normal(self.values[self.x.name].shape)
        return (found + found.T) / 2 if self.x.symmetric else found

    def worth(self, node: Expr) -> Array:
        """The value of a node at the point."""
        with np.errstate(all="ignore"):
            try:
                value = evaluate(node, self.values)
            except (np.linalg.LinAlgError, ValueError):
                raise Skip from None
        if not np.all(np.isfinite(value)) or np.abs(value).max(initial=0) > LARGEST:
            raise Skip
        return value


def differ(a: Array, b: Array, tolerance: float = 1e-7) -> bool:
    """Whether two values differ by more than rounding."""
    return a.shape != b.shape or bool(np.abs(a - b).max(initial=0) > tolerance * max(1, np.abs(b).max(initial=0)))


def same(p: Posed, a: Expr, b: Expr, told: str) -> str:
    """What is wrong where two nodes are to have one value."""
    return unlike(p.worth(a), p.worth(b), told)


def alike(p: Posed, a: Expr, b: Expr, told: str) -> str:
    """What is wrong where two derivatives are to be one: of a symmetric variable, along symmetric directions."""
    direction = p.direction(11)
    one, two = (np.tensordot(p.worth(node), direction, direction.ndim) for node in (a, b))
    return unlike(one, two, told)


def unlike(one: Array, two: Array, told: str) -> str:
    """What is wrong where two values are to be one."""
    return f"{told}: {one} and {two}" if differ(one, two) else ""


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
    got = np.tensordot(p.worth(p.found), direction, direction.ndim)
    return f"{got} where differences give {fine}" if differ(got, fine, 1e-5) else ""


def the_second_order_too(p: Posed) -> str:
    """The derivative of the derivative, along a direction."""
    if p.f.rank or p.x not in p.found.free:
        raise Skip
    again = object.__new__(Posed)
    again.case, again.reading, again.x, again.values = p.case, p.reading, p.x, p.values
    again.f = p.found
    again.found = derivative(p.found, p.x)
    return finite_differences(again)


# ---------------------------------------------------------------- text


def text_reads_back(p: Posed) -> str:
    """What is printed means what it was printed for."""
    return same(p, reread(p.answer, p.reading), p.found, f"{p.answer} reads back as something else")


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


# ---------------------------------------------------------------- code and working


def numpy_code_agrees(p: Posed) -> str:
    """The module that is printed returns the derivative."""
    expected = p.worth(p.found)
    scope: dict[str, object] = {"__name__": "generated"}
    exec(compile(module("numpy", p.reading, p.found, wrt=p.x.name), "generated", "exec"), scope)
    run = scope["derivative"]
    assert callable(run)
    with np.errstate(all="ignore"):
        got = run(**p.values)
    return f"the code returns {got}, and not {expected}" if differ(got, expected, 1e-6) else ""


def every_target_spells_it(p: Posed) -> str:
    """No target fails on an answer, or leaves brackets open."""
    syntax = notate(p.found, p.reading)
    for form in ("unicode", "latex", "typst", "mathml"):
        found = write(form, syntax)
        if found.count("(") != found.count(")") or found.count("{") != found.count("}"):
            return f"{form} has brackets left open: {found}"
    return ""


def the_working_holds(p: Posed) -> str:
    """Each line of the working has the value of the line before, and the last is the answer."""
    (answer,) = differentiate(p.case.text, [p.case.wrt], DECLARATIONS).derivatives
    steps = answer.steps()
    dx = differential_of(p.x, steps[0].words["dx"])
    p.values[dx.name] = p.direction(5)
    lines = [
        (step.left, p.worth(substitute(step.expr, {node: push(node.args[0], {p.x: dx}) for node in opened(step.expr)})))
        for step in steps
    ]
    for (left, before), (right, after) in pairwise(lines):
        if left == right and (told := unlike(before, after, "lines of the working differ")):
            return told
    return "" if steps[-1].write("text") == answer.write("text") else "the working ends in another answer"


# ---------------------------------------------------------------- metamorphic laws


def linear(p: Posed) -> str:
    """d(2f + 3g) = 2 df + 3 dg, with g = f ∘ sin or the like."""
    g = read(f"sin({p.case.text})", DECLARATIONS).root
    both = derivative(2 * p.f + 3 * g, p.x)
    return alike(p, both, 2 * p.found + 3 * derivative(g, p.x), "d is not linear")


def product_rule(p: Posed) -> str:
    """d(t f) by x where t is held, and d(t f) by t."""
    t = p.reading.symbols["t"]
    slope = derivative(t * p.f, t)
    return same(p, slope, p.f + t * derivative(p.f, t), "the product rule does not hold")


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
    back = np.tensordot(p.worth(p.found), p.values[dx.name], p.x.rank)
    return unlike(p.worth(along(p.f, p.x, dx)), back, "forward and backward differ")


def chain_rule(p: Posed) -> str:
    """∂f(A x)/∂x = Aᵀ ∇f(A x), for f a function of vectors."""
    if p.x.name != "x" or p.f.rank:
        raise Skip
    A = p.reading.scope["A"].expr if "A" in p.reading.scope else read("A", DECLARATIONS).root
    inside = A @ p.x
    chained = substitute(p.f, {p.x: inside})
    p.values.setdefault("A", np.eye(4) + np.arange(16).reshape(4, 4) / 30)
    expected = transpose(A) @ substitute(p.found, {p.x: inside})
    return same(p, derivative(chained, p.x), expected, "the chain rule does not hold for a linear inside")


def hessian_is_symmetric(p: Posed) -> str:
    """The second derivative of a scalar does not care for the order."""
    if p.f.rank or p.x.rank != 1:
        raise Skip
    hessian = derivative(p.found, p.x)
    return same(p, hessian, transpose(hessian), "a Hessian is not symmetric")


def mixed_derivatives_commute(p: Posed) -> str:
    """∂²f/∂x∂t = ∂²f/∂t∂x."""
    t = p.reading.symbols["t"]
    if p.x is t:
        raise Skip
    return alike(p, derivative(derivative(p.f, t), p.x), derivative(p.found, t), "mixed derivatives differ")


LAWS: dict[str, Callable[[Posed], str]] = {
    law.__name__: law
    for law in (
        finite_differences, the_second_order_too, text_reads_back, the_input_reads_back, simplifying_keeps_the_value,
        its_own_answer_is_correct, a_mistake_is_not_correct, numpy_code_agrees, every_target_spells_it,
        the_working_holds, linear, product_rule, transposed, both_ways, chain_rule, hessian_is_symmetric,
        mixed_derivatives_commute,
    )
}  # fmt: skip


def broken(case: Case, law: Callable[[Posed], str]) -> str:
    """What is wrong with a case by a law, or ''. A question that is refused is no fault; a crash is one."""
    try:
        return law(Posed(case))
    except Skip:
        return ""
    except Problem as problem:
        return "" if problem.kind in ("unsupported", "limit", "undecided") else f"refused: {problem.report()}"


def verdicts(case: Case) -> Iterator[tuple[str, str]]:
    """The laws that a case breaks, with what is wrong."""
    for name, law in LAWS.items():
        if told := broken(case, law):
            yield name, told


__all__ = ["LAWS", "LEAVES", "Posed", "Skip", "broken", "verdicts"]
