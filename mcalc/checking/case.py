"""A wrong answer under examination: what it is worth, and what there is to compare it with."""

from __future__ import annotations

from functools import cached_property

from mcalc.algebra.expr import Expr, Symbol, scale
from mcalc.calculus.derivative import derivative
from mcalc.calculus.simplify import simplify
from mcalc.checking.identity import Samples
from mcalc.checking.modular import is_opaque
from mcalc.checking.mutations import Mutation, slips, summands, terms_of, while_differentiating
from mcalc.checking.occurrences import Occurrence, occurrences
from mcalc.checking.values import Values, Vector, values_for
from mcalc.language.syntax import Name
from mcalc.notation import notate
from mcalc.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.question import Question

#: Every code, the likeliest first where several hold.
CODES = (
    "not-differentiated", "integrated", "sign", "layout", "transpose", "vec-order", "cookbook-symmetric",
    "missing-diag", "missing-trace", "missing-sum", "product-rule", "missed-occurrence", "missing-term", "chain-factor",
    "factor", "extra-term", "order-swapped", "product-kind", "symmetric-only", "wrong-shape",
)  # fmt: skip

#: A formula in a sentence is no longer than this.
MOST_SHOWN = 60
A_PART = "a part of it"  #: what is said in the place of a longer one


class Finding:
    """One thing that is wrong: its code, how likely it is the cause (less is likelier), and a sentence."""

    __slots__ = ("code", "message", "proportional", "rank", "weak")

    def __init__(
        self, code: str, message: str, likelier: float = 0.0, proportional: bool = False, weak: bool = False
    ) -> None:
        self.code, self.message, self.rank = code, message, CODES.index(code) - likelier
        self.proportional = proportional  # the answer as a whole is a multiple of the derivative
        self.weak = weak  # told only where there is nothing else to tell


class Suspects:
    """What wrong answers to one question are compared with: made once, for all answers."""

    def __init__(self, question: Question) -> None:
        self.question = question

    @cached_property
    def mutations(self) -> list[Mutation]:
        """The derivatives with one rule gone wrong."""
        q = self.question
        found: list[Mutation] = []
        if q.order == 1:
            for mutation in while_differentiating(q.f, q.variable):
                mutation.expr = simplify(mutation.expr)
                if mutation.expr.shape == q.plain.shape:
                    mutation.expr = q.arranged(mutation.expr)
                found.append(mutation)
        return found

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """What each place where the variable stands contributes."""
        return occurrences(self.question.reading, self.question.variable) if self.question.order == 1 else []

    @cached_property
    def terms(self) -> list[Expr]:
        """The terms of the derivative."""
        return terms_of(self.question.reference)

    @cached_property
    def terms_before(self) -> list[tuple[Expr, Expr]]:
        """The terms of the expression, each with its derivative."""
        q = self.question
        terms = terms_of(q.f)
        if len(terms) < 2 or q.order > 1:
            return []
        return [(t, q.arranged(derivative(t, q.variable))) for t in terms if q.variable in t.free]

    @cached_property
    def slips(self) -> list[tuple[Expr, Mutation]]:
        """Parts of the derivative with one factor gone wrong, each with the part as it is."""
        right = self.question.reference
        parts = dict.fromkeys([right, *(scale(c, n) for c, n in summands(right)), *self.terms])
        return [(part, slip) for part in parts for slip in slips(part)]


class Case:
    """One wrong answer to a question."""

    def __init__(self, question: Question, answer: Expr, samples: Samples) -> None:
        self.question, self.answer, self.samples = question, answer, samples
        self.suspects = question.suspects
        self.right = question.reference
        self.same_shape = answer.shape == self.right.shape

    # ------------------------------------------------------------ comparing

    @cached_property
    def values(self) -> Values | None:
        """The values of question and answer, at the same points."""
        exact = not (is_opaque(self.answer) or is_opaque(self.right))
        return values_for([self.right, self.answer], self.samples, exact)

    def of_question(self, node: Expr) -> Vector | None:
        """The value of what belongs to the question, which is computed once for all answers."""
        return self.values.at(self.question.samples).of(node) if self.values else None

    @cached_property
    def given(self) -> Vector | None:
        """The value of the answer."""
        return self.values.of(self.answer) if self.values else None

    @cached_property
    def gap(self) -> Vector | None:
        """What the answer has too much."""
        right = self.of_question(self.right)
        if self.values is None or self.given is None or right is None or not self.same_shape:
            return None
        return self.values.minus(self.given, right)

    def equals(self, node: Expr) -> bool:
        """Whether the answer is this, up to chances that a diagnosis may take."""
        if node.shape != self.answer.shape or self.values is None or self.given is None:
            return False
        value = self.of_question(node)
        return value is not None and self.values.same(value, self.given)

    def show(self, node: Expr) -> str:
        """A part of the question in the words of the question; `A_PART` where that is long."""
        if isinstance(node, Symbol):
            return write("text", Name(node.name))
        text = write("text", notate(simplify(node), self.question.reading))
        return text if len(text) <= MOST_SHOWN and ";" not in text else A_PART
