"""A wrong answer under examination: what it is worth, and what there is to compare it with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from mcalc.algebra.expr import Expr, Symbol, scale
from mcalc.calculus.derivative import derivative
from mcalc.calculus.occurrences import Occurrence, occurrences
from mcalc.calculus.simplify import simplify
from mcalc.checking.identity import Samples
from mcalc.checking.modular import is_opaque
from mcalc.checking.mutations import Mutation, exchanged, slips, while_differentiating
from mcalc.checking.terms import summands, terms_of
from mcalc.checking.values import Values, Vector, values_for
from mcalc.language.syntax import Name
from mcalc.notation import notate
from mcalc.phrase import say
from mcalc.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.question import Question

#: A formula in a sentence is no longer than this.
MOST_SHOWN = 60
A_PART = say("a part of it")  #: what is said in the place of a longer one


class Suspects:
    """What wrong answers are compared with: made once, for all answers.

    `right` is what an answer is to equal, and `form` takes a derivative in the mixed layout to the same form; None
    where what is right is no derivative.
    """

    def __init__(self, question: Question, right: Expr, form: Callable[[Expr], Expr] | None) -> None:
        self.question, self.right, self.form = question, right, form
        self.derived = form is not None and question.order == 1

    def formed(self, node: Expr) -> Expr:
        """A derivative in the form of what is right; one of another shape as it is."""
        return self.form(node) if self.form is not None and node.shape == self.question.plain.shape else node

    @cached_property
    def mutations(self) -> list[Mutation]:
        """The derivatives with one rule gone wrong."""
        q = self.question
        found = list(while_differentiating(q.f, q.variable)) if self.derived else []
        for mutation in found:
            mutation.expr = self.formed(simplify(mutation.expr))
        return [*found, *exchanged(self.right, q.variable)]

    @cached_property
    def occurrences(self) -> list[tuple[Occurrence, Expr]]:
        """What each place where the variable stands contributes."""
        q = self.question
        return [(o, self.formed(o.expr)) for o in occurrences(q.reading, q.variable)] if self.derived else []

    @cached_property
    def terms(self) -> list[Expr]:
        """The terms of what is right."""
        return terms_of(self.right)

    @cached_property
    def terms_before(self) -> list[tuple[Expr, Expr]]:
        """The terms of the expression, each with its derivative."""
        q = self.question
        terms = terms_of(q.f)
        if len(terms) < 2 or not self.derived:
            return []
        return [(t, self.formed(derivative(t, q.variable))) for t in terms if q.variable in t.free]

    @cached_property
    def slips(self) -> list[tuple[Expr, Mutation]]:
        """Parts of what is right with one factor gone wrong, each with the part as it is."""
        parts = dict.fromkeys([self.right, *(scale(c, n) for c, n in summands(self.right)), *self.terms])
        return [(part, slip) for part in parts for slip in slips(part)]


class Case:
    """One wrong answer to a question."""

    def __init__(self, suspects: Suspects, answer: Expr, samples: Samples) -> None:
        self.suspects, self.answer, self.samples = suspects, answer, samples
        self.question, self.right = suspects.question, suspects.right
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
