"""What went wrong in an answer: the ways of going wrong whose result it equals, the likeliest first.

Nothing is guessed from the text. Whole wrong derivatives (mutations) are compared with the answer, and the difference
between answer and derivative with parts of either, all by their values at the same points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from mcalc.algebra.dims import dim, show_shape
from mcalc.algebra.expr import Expr, Symbol, contract, is_zero, scale, size, total
from mcalc.algebra.ops import OPS
from mcalc.algebra.walk import postorder, substitute
from mcalc.calculus.derivative import derivative
from mcalc.calculus.occurrences import Occurrence
from mcalc.calculus.simplify import simplify
from mcalc.checking.case import A_PART, Case
from mcalc.checking.finding import Finding
from mcalc.checking.identity import sampled
from mcalc.checking.mutations import with_property
from mcalc.checking.terms import terms_of
from mcalc.checking.values import CLOSE, Numbers, Values, Vector
from mcalc.errors import Problem
from mcalc.phrase import all_of, say

#: Sums of parts are tried for all choices among so many of them.
MOST_PARTS = 7
#: At most so many findings are told.
MOST_TOLD = 4
#: A factor this near to 1 is told by nothing.
NEARLY = 1e-5

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def findings(case: Case) -> list[Finding]:
    """What is wrong, the likeliest first; one finding for each code."""
    found: dict[str, Finding] = {}
    for test in TESTS:
        if test in THOROUGH and any(finding.proportional for finding in found.values()):
            continue
        try:
            for finding in test(case):
                kept = found.get(finding.code)
                if kept is None or finding.rank < kept.rank:
                    found[finding.code] = finding
        except Problem:
            continue  # a wrong derivative that cannot be formed is no explanation
    told = sorted(found.values(), key=lambda finding: finding.rank)
    strong = [finding for finding in told if not finding.weak]
    return (strong or told)[:MOST_TOLD]


# ---------------------------------------------------------------- the answer as a whole


def _undone(case: Case) -> Iterator[Finding]:
    f, x = case.question.f, case.question.variable
    if case.equals(f) or (f.rank == 2 and case.equals(f.T)):
        yield Finding("not-differentiated", say("this is the expression itself: it has not been differentiated"))
    elif case.answer.shape == f.shape and (not x.rank or x.shape == f.shape):
        back = derivative(case.answer, x) if not x.rank else derivative(total(case.answer), x)
        if sampled(back, f, case.samples):
            told = say("this is an integral: its derivative by {shown} is the expression itself", shown=case.show(x))
            yield Finding("integrated", told)
    elif case.answer.shape == x.shape and x.rank and not f.rank:
        back = total(derivative(total(case.answer), x))
        if sampled(back, f, case.samples):
            yield Finding("integrated", say("this is an integral: what is summed is its derivative"), likelier=-1.5)


def _other_way_round(case: Case) -> Iterator[Finding]:
    right = case.right
    if right.rank == 2 and case.equals(right.T):
        yield Finding("transpose", say("this is the transpose of the derivative"))
        if (other := case.question.layout_of_transpose) and right is case.question.reference:
            told = say(
                "this would be right in the {other} layout; the question asks for the {layout} layout",
                other=say(other),
                layout=say(case.question.layout),
            )
            # Of a Jacobian the layout is taken for granted, of a gradient by a matrix a transpose is forgotten.
            yield Finding("layout", told, likelier=0 if case.question.f.rank else -1.5)
    for wrong in case.question.row_major:
        if case.equals(wrong):
            yield Finding("vec-order", say("this stacks the rows of matrices, while vec stacks their columns"))


def _multiple(case: Case) -> Iterator[Finding]:
    right, values = case.of_question(case.right), case.values
    if values is None or case.given is None or right is None or not case.same_shape:
        return
    if is_zero(case.right):
        yield Finding("extra-term", say("the derivative is zero"))
    numbers = values.ratios(case.given, right)
    if numbers is None:
        return
    constant = values.rational(numbers)
    if constant == 1 or (not values.exact and all(abs(c - 1) < NEARLY for c in numbers)):
        return  # so near that no factor can be told
    if constant == -1:
        yield Finding("sign", say("the sign is the other way round: this is minus the derivative"), proportional=True)
    elif constant == 0:
        yield Finding("missing-term", say("the derivative is not zero"), likelier=20)
    elif told := _constant_factor(case, values, numbers):
        yield Finding("factor", told, proportional=True)
    elif told := _factor(case, values, numbers):
        yield Finding("factor", told)


def _constant_factor(case: Case, values: Values, numbers: Numbers) -> str:
    """What number the answer is a multiple by, sizes counting as numbers; '' where it is none."""
    constant = values.rational(numbers)
    if constant is not None:
        told = _times(str(abs(1 / constant)), str(abs(constant)), abs(constant) < 1)
        return say("{told}, and the sign is the other way round", told=told) if constant < 0 else told
    sizes = [dim(name) for name in sorted(case.question.sizes)]
    nodes = [*map(size, sizes), *(size(a * b) for a, b in combinations(sizes, 2))]
    nodes += [size(a) / size(b) for a in sizes for b in sizes if a is not b]
    for node in nodes:
        for told in _by(case, values, numbers, node):
            return told
    if not values.exact and max(numbers) - min(numbers) < CLOSE * abs(numbers[0]):
        return say("this is {number} times the derivative", number=f"{float(numbers[0]):.6g}")
    return ""


def _factor(case: Case, values: Values, numbers: Numbers) -> str:
    """What part of the question the answer is a multiple by, in words; '' where that is nothing that one could name."""
    for node in dict.fromkeys(n for root in (case.right, case.question.f) for n in postorder(root)):
        if not node.rank and node.free:
            for told in _by(case, values, numbers, node):
                return told
    return ""


def _by(case: Case, values: Values, numbers: Numbers, node: Expr) -> Iterator[str]:
    """In words, where the numbers are a simple multiple of the values of a scalar, or of its reciprocal."""
    at = case.of_question(node)
    if at is None:
        return
    shown = case.show(node)
    given: Vector = tuple([c] for c in numbers)
    ratios = values.ratios(given, at)
    if ratios and (constant := values.rational(ratios)) is not None:
        factor = shown if constant == 1 else f"{constant}*{shown}"
        # A size is a number that one divides by or forgets to, as in a mean.
        many = say("there is a factor {extra} too many", extra=factor)
        yield say("this is {number} times the derivative", number=factor) if node.free else many
    ratios = values.ratios(tuple([1] for _ in numbers), values.times(numbers, at))
    if ratios and (constant := values.rational(ratios)) is not None:
        yield say("the factor {shown} is missing", shown=shown if constant == 1 else f"{constant}*{shown}")


def _times(missing: str, extra: str, small: bool) -> str:
    if small:
        return say("a factor {missing} is missing", missing=missing)
    return say("there is a factor {extra} too many", extra=extra)


# ---------------------------------------------------------------- parts


def _parts_missing(case: Case) -> Iterator[Finding]:
    """Places where the variable stands that were passed over, or whose part went wrong."""
    found = case.suspects.occurrences
    vectors = [v for _, part in found if (v := case.of_question(part)) is not None]
    if case.values is None or case.gap is None or len(vectors) < len(found):
        return
    for chosen in _choices(len(vectors)):
        if case.values.same(case.gap, case.values.negative(case.values.total([vectors[k] for k in chosen]))):
            yield Finding("missed-occurrence", _missed(case, [found[k] for k in chosen], len(found)))
            return
    for k, vector in enumerate(vectors):
        numbers = case.values.ratios(case.gap, vector)
        c = case.values.rational(numbers) if numbers else None
        ordinal, name = _ordinal(k + 1), case.show(case.question.variable)
        if c == -2:
            told = say("the part from the {ordinal} {name} has the other sign", ordinal=ordinal, name=name)
            yield Finding("sign", told, likelier=-8)
        elif c is not None and c != -1:
            told = say(
                "the part from the {ordinal} {name} is {factor} times what it should be",
                ordinal=ordinal,
                name=name,
                factor=1 + c,
            )
            yield Finding("factor", told, likelier=-0.2)
    if case.right.rank == 2 and case.right.shape[0] is case.right.shape[1]:
        for k, (_, part) in enumerate(found):
            turned = case.of_question(part.T)
            if turned is not None and case.values.same(case.gap, case.values.minus(turned, vectors[k])):
                ordinal, name = _ordinal(k + 1), case.show(case.question.variable)
                told = say("the part from the {ordinal} {name} is transposed", ordinal=ordinal, name=name)
                yield Finding("transpose", told, likelier=-0.1)


def _missed(case: Case, missed: Sequence[tuple[Occurrence, Expr]], count: int) -> str:
    name = case.show(case.question.variable)
    which = all_of(say("the {ordinal}", ordinal=_ordinal(o.place)) for o, _ in missed)
    if missed[0][0].within:
        which = say("{which} (in {place})", which=which, place=missed[0][0].within)
    shown = [case.show(part) for _, part in missed]
    return say(
        "{name} occurs {count} times, and each contributes; {which} is missing: it contributes {part}"
        if len(missed) == 1 and shown[0] != A_PART
        else "{name} occurs {count} times, and each contributes; {which} are missing"
        if len(missed) > 1
        else "{name} occurs {count} times, and each contributes; {which} is missing",
        name=name,
        count=count,
        which=which,
        part=shown[0],
    )


def _ordinal(k: int) -> str:
    return say(ORDINALS[k - 1]) if k <= len(ORDINALS) else say("{number}th", number=k)


def _choices(count: int) -> Iterator[tuple[int, ...]]:
    """Proper subsets of so many parts, small ones first; single ones only where there are many."""
    for size_ in range(1, count if count <= MOST_PARTS else 2):
        yield from combinations(range(count), size_)


def _terms_wrong(case: Case) -> Iterator[Finding]:
    """Terms of the derivative that are missing or wrong, and terms of the answer that do not belong there."""
    if case.values is None or case.gap is None:
        return
    before = case.suspects.terms_before
    vectors = [case.of_question(g) for _, g in before]
    if before and all(v is not None for v in vectors):
        for chosen in _choices(len(before)):
            held = [v for k, v in enumerate(vectors) if k in chosen and v is not None]
            if case.values.same(case.gap, case.values.negative(case.values.total(held))):
                shown = all_of(case.show(before[k][0]) for k in chosen)
                told = say("the derivative of {shown} is missing", shown=shown)
                yield Finding("missing-term", told, likelier=2.5)
                break
    for term in case.suspects.terms if len(case.suspects.terms) > 1 else ():
        value = case.of_question(term)
        numbers = case.values.ratios(case.gap, value) if value else None
        c = case.values.rational(numbers) if numbers else None
        if c == -1:
            yield Finding("missing-term", say("the term {shown} is missing", shown=case.show(term)), likelier=-1.2)
        elif c == -2:
            yield Finding("sign", say("the term {shown} has the other sign", shown=case.show(term)), likelier=-8)
        elif c is not None:
            told = say(
                "the term {shown} stands there {count} times" if c else "the term {shown} stands there once",
                shown=case.show(term),
                count=1 + c,
            )
            yield Finding("factor", told, likelier=-0.2)
    for term in _own_terms(case.answer):
        value = case.values.of(term)
        if value is not None and case.values.same(case.gap, value):
            yield Finding("extra-term", say("the term {shown} does not belong there", shown=case.show(term)))
            break


def _own_terms(answer: Expr) -> list[Expr]:
    terms = terms_of(answer)
    return terms if len(terms) > 1 else []


# ---------------------------------------------------------------- wrong rules and slips


def _rules_wrong(case: Case) -> Iterator[Finding]:
    """A wrong rule somewhere in the expression."""
    x = case.question.variable
    for mutation in case.suspects.mutations:
        if case.equals(mutation.expr):
            shown = [case.show(node) for node in mutation.show]
            # Of an array people speak as occurring twice, of a number as being in two factors.
            array = mutation.code == "product-rule" and (x.rank or mutation.show[:1] == (x,))
            likelier = -1.5 if array else -10 if mutation.code in ("sign", "not-differentiated") else 0
            yield Finding(mutation.code, mutation.says(shown), likelier)


def _slipped(case: Case) -> Iterator[Finding]:
    """One factor of one term of the derivative gone wrong."""
    if case.values is None or case.gap is None:
        return
    for term, slip in case.suspects.slips:
        before, after = case.of_question(term), case.of_question(slip.expr)
        if before is not None and after is not None and case.values.same(case.gap, case.values.minus(after, before)):
            shown = [case.show(node) for node in slip.show]
            yield Finding(slip.code, slip.says(shown), likelier=-9 if slip.code == "transpose" else -0.5)


# ---------------------------------------------------------------- structure


def _cookbook(case: Case) -> Iterator[Finding]:
    g, x = case.right, case.question.variable
    if g is not case.question.reference or g.rank != 2 or x.rank != 2 or g.shape[0] is not g.shape[1]:
        return
    both = g + g.T
    diagonal = contract([(g, 1, ((0,), (0,)))], ((0,), (0,)))
    told = say("the rule G + G.T - diag(G) of some books is not the gradient of a symmetric matrix")
    if case.equals(both - diagonal):
        yield Finding("cookbook-symmetric", told)
    elif case.equals(both) and not case.equals(scale(2, g)):
        yield Finding("cookbook-symmetric", say("this is G + G.T, which counts every entry of the derivative G twice"))


def _only_where(case: Case) -> Iterator[Finding]:
    """Right only where a matrix has a property that nobody said it has."""
    if not case.same_shape:
        return
    square = [s for s in sorted(case.answer.free | case.right.free, key=lambda s: s.place) if _is_square(s)]
    groups = [[s] for s in square] + ([square] if len(square) > 1 else [])
    for prop in ("symmetric", "diagonal", "orthogonal"):
        for group in groups:
            a, b = (with_property(node, group, prop) for node in (case.answer, case.right))
            if sampled(a, b, case.samples):
                told = say(
                    "this is right only where {names} are {prop}, which the question does not say"
                    if len(group) > 1
                    else "this is right only where {names} is {prop}, which the question does not say",
                    names=all_of(case.show(s) for s in group),
                    prop=say(prop),
                )
                # The symmetric part was taken for the whole, rather than a transpose forgotten.
                part = all(simplify(_turned(case.right, s)) is simplify(case.right) for s in group)
                weak = prop != "symmetric" or len(group) > 1
                yield Finding("symmetric-only", told, likelier=15 if part else 0, weak=weak)
                return


def _is_square(s: Symbol) -> bool:
    return s.rank == 2 and s.shape[0] is s.shape[1] and s.props <= {"positive"}


def _turned(node: Expr, s: Symbol) -> Expr:
    return substitute(node, {s: s.T})


# ---------------------------------------------------------------- shapes


def _shapes(case: Case) -> Iterator[Finding]:
    """Another shape: a diagonal, a trace or a sum that was forgotten."""
    answer, right = case.answer, case.right
    if case.same_shape or case.values is None:
        return
    target = case.of_question(right)

    def gives(node: Expr) -> bool:
        value = case.values.of(node) if case.values and node.shape == right.shape else None
        return value is not None and target is not None and case.values is not None and case.values.same(value, target)

    if answer.rank == 1 and gives(OPS["diag"](answer)):
        yield Finding("missing-diag", say("the entries are right, and belong on the diagonal of a matrix: diag(…)"))
    elif answer.rank == 2 and not right.rank and answer.shape[0] is answer.shape[1] and gives(OPS["tr"](answer)):
        yield Finding("missing-trace", say("the derivative is the trace of this"))
    elif answer.rank > right.rank and any(gives(node) for node in _sums(answer, right.rank)):
        yield Finding("missing-sum", say("the derivative is a sum over entries of this"))
    told = say(
        "the shape of the derivative is {right}, and that of this is {answer}",
        right=show_shape(right.shape),
        answer=show_shape(answer.shape),
    )
    yield Finding("wrong-shape", told)


def _sums(node: Expr, rank: int) -> Iterator[Expr]:
    axes = tuple((k,) for k in range(node.rank))
    for kept in combinations(axes, rank):
        yield contract([(node, 1, axes)], kept)


Test = Callable[[Case], Iterator[Finding]]
TESTS: tuple[Test, ...] = (
    _undone, _other_way_round, _multiple, _parts_missing, _terms_wrong, _rules_wrong, _cookbook, _only_where, _slipped,
    _shapes,
)  # fmt: skip
#: Tests that are not worth their time where the answer is a multiple of the derivative.
THOROUGH = (_only_where, _slipped)
