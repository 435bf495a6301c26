"""Shape inference: the number of axes and the sizes of every name that nobody declared.

First the kinds. Each part of the program may be a scalar, a column, a row or a matrix; laws (tables of shapes that
go together) narrow that down until nothing changes. Where they leave a choice the name decides, the surest first:
capitals are matrices, small letters vectors, Greek letters numbers. A name that stands in a sum is left to the other
terms, and a name in front of `*` to what it multiplies. Then the sizes: see `axes`. Nothing is refused here: what
does not fit is left to lowering, which knows the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcalc.algebra.expr import Shape
from mcalc.language import names
from mcalc.language.axes import shapes
from mcalc.language.declare import Declaration
from mcalc.language.kinds import Chain, Kinds
from mcalc.language.laws import PAIRS
from mcalc.language.plan import Plan
from mcalc.language.sized import ONES
from mcalc.language.value import COLUMN, MATRIX, ROW, SCALAR

#: What a name is, in order of preference.
_CAPITAL = (MATRIX, COLUMN, SCALAR)
_SMALL = (COLUMN, SCALAR, MATRIX)
_GREEK = _MULTIPLIER = (SCALAR, COLUMN, MATRIX)


def infer(plan: Plan, declared: Mapping[str, Declaration], dialect: str = "") -> dict[str, Shape]:
    """The shapes of all variables of the plan, declared ones included."""
    if all(name in declared and declared[name].dims is not None for name in plan.variables):
        return {name: declared[name].dims or () for name in plan.variables}
    kinds = Kinds(plan, declared)
    _Habits(kinds).decide()
    return shapes(kinds, declared, dialect)


class _Habits:
    """How people write, asked where the laws leave a choice."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.masks = kinds.masks
        self.part = kinds.part
        self.bold = kinds.plan.program.bold
        self._scalar_sums: dict[tuple[int, ...], bool] = {}  #: sums that hold a scalar, as long as nothing changes

    def decide(self) -> None:
        """Give every name one kind: laws first, then the habits of writing, then the class of the name."""
        small = [n for n in self.kinds.free if not names.is_capital(n)]
        capital = [n for n in self.kinds.free if names.is_capital(n)]
        numbers = {n for n in small if self._is_number(n)}
        plain = {self.part[n] for n in small if n not in numbers}
        # In sum(x^2) x is a vector with the wrong power, and lowering will say so; it is no number.
        for part, made in self.kinds.strict:
            if part in plain and made in self.kinds.arrays:
                self.kinds.set(part, COLUMN)
        # Nor is x a number in `x y` or `x A y` because no operator stands there.
        vectors = {self.part[n] for n in small if not names.is_multiplier(n)}
        matrices = {self.part[n] for n in capital}
        for left, right in self.kinds.adjacent:
            if left in vectors and right in vectors | matrices:
                self.kinds.set(left, COLUMN)
                self.kinds.set(right, COLUMN if right in vectors else MATRIX)
        self.kinds.settle()
        # Set together, and followed up together: x@y makes two vectors that do not fit, not a vector and a scalar.
        for part in plain:
            if part not in self.kinds.arrays or self.masks[part] & COLUMN:
                self.kinds.set(part, self.masks[part] & ~MATRIX or MATRIX)
        for part in self.kinds.arrays:
            self.kinds.set(part, self.masks[part] & ~SCALAR or SCALAR)
        self.kinds.settle()
        greek = [n for n in small if n in numbers and self.masks[self.part[n]] & SCALAR]
        small = [n for n in small if n not in set(greek)]
        for alone in (False, True):
            self._choose([n for n in capital if self._only_term(n) == alone], _CAPITAL)
            here = [n for n in small if self._only_term(n) == alone]
            self._choose([n for n in here if not self._depends(n)], _SMALL)
            self._choose([n for n in here if self._multiplies(n)], _MULTIPLIER)
            # What one name has turned out to be may show what another is.
            self._choose([n for n in here if self._multiplies(n)], _MULTIPLIER)
            self._choose(here, _SMALL)
        self._choose(greek, _GREEK)

    def _is_number(self, name: str) -> bool:
        """Whether a small letter is to be a number: a Greek one; where others are bold, what is not."""
        if name in self.bold or name == ONES:
            return False
        return names.is_number(name) or not all(map(names.is_capital, self.bold))

    def _choose(self, some: Iterable[str], preference: tuple[int, ...]) -> None:
        """Make these names the first kind that they may be, all at once, so that their order does not matter."""
        for name in some:
            part = self.part[name]
            self.kinds.set(part, next(kind for kind in preference if self.masks[part] & kind))
        self.kinds.settle()
        self._scalar_sums.clear()

    def _only_term(self, name: str) -> bool:
        """Whether the name stands only in sums, where the other terms say what it is."""
        part = self.part[name]
        return part in self.kinds.terms and part not in self.kinds.elsewhere and part not in self.kinds.factors

    def _depends(self, name: str) -> bool:
        """Whether what the name is depends on its neighbours: it multiplies, divides or is added, and nothing else."""
        part = self.part[name]
        if part in self.kinds.elsewhere or not (
            part in self.kinds.factors or part in self.kinds.terms or part in self.kinds.exponents
        ):
            return False
        return all(self._before(chain, place) for chain, place in self.kinds.factors.get(part, ()))

    def _before(self, chain: Chain, place: int) -> bool:
        """Whether a factor divides, or stands before something else that it multiplies."""
        part, op = chain[place]
        return op == "/" or any(other != part and after != "/" for other, after in chain[place + 1 :])

    def _multiplies(self, name: str) -> bool:
        """Whether every use of the name reads as that of a number."""
        part = self.part[name]
        if self.masks[part] in (SCALAR, COLUMN, MATRIX) or not self._depends(name):
            return False
        for chain, place in self.kinds.factors.get(part, ()):
            if self._meets_row(chain, place):
                return False
            scalars = all(self.masks[other] == SCALAR for other, _ in chain if other != part)
            scalars = scalars or (place == 0 and self._is_scalar(chain[1:]))
            filled = any(other in self.kinds.given for other, _ in chain)
            if not (scalars or filled or (names.is_multiplier(name) and name not in self.bold)):
                return False
        return all(self._holds_scalar(terms) for terms in self.kinds.terms.get(part, ()))

    def _holds_scalar(self, terms: tuple[int, ...]) -> bool:
        """Whether one of the terms is known to be a scalar. A declared one is there to be spread."""
        if terms not in self._scalar_sums:
            declared = {*self.part.values()} - {self.part[n] for n in self.kinds.free}
            self._scalar_sums[terms] = any(self.masks[part] == SCALAR and part not in declared for part in terms)
        return self._scalar_sums[terms]

    def _is_scalar(self, chain: Chain) -> bool:
        """Whether the product of these factors is a scalar, like the w'*x of y*w'*x."""
        kind = SCALAR
        for part, op in chain:
            right = self.masks[part]
            if kind == SCALAR:
                kind = right
            elif right != SCALAR:
                kind = PAIRS.get((kind, right), 0) if op in "* ·×" else 0
        return kind == SCALAR

    def _meets_row(self, chain: Chain, place: int) -> bool:
        """Whether a row stands in front of the factor, as in a'*b, or ends the chain behind it, as in a*b'."""
        if chain[place][1] == "/":
            return False
        last = place + 2 == len(chain) and self.masks[chain[place + 1][0]] == ROW and chain[place + 1][1] != "/"
        return last or (place > 0 and self.masks[chain[place - 1][0]] == ROW)
