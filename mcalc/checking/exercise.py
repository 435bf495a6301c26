"""Exercises: a question of some topic, made from a seed, with its key, its working and plausible wrong answers.

The same seed makes the same exercise. The wrong answers are mistakes that were made on purpose, and every one is
checked to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mcalc.algebra.expr import Expr, contract, scale
from mcalc.checking.question import Question
from mcalc.checking.terms import terms_of
from mcalc.notation import notate
from mcalc.request import check_choice
from mcalc.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Patterns by topic: the expression and the variable. A letter in braces is drawn from the names of its kind, and
#: {k} is a small number.
TOPICS: dict[str, tuple[tuple[str, str], ...]] = {
    "quadratic": (
        ("{x}.T@{A}@{x}", "{x}"),
        ("{x}.T@{A}@{x} + {b}.T@{x}", "{x}"),
        ("({x} - {b}).T@{A}@({x} - {b})", "{x}"),
        ("{k}*{x}.T@{A}.T@{A}@{x} - {b}.T@{x}", "{x}"),
        ("({x}.T@{A}@{x})^2", "{x}"),
    ),
    "least-squares": (
        ("norm({A}@{x} - {b})^2", "{x}"),
        ("norm({A}@{x} - {b})^2/{k}", "{x}"),
        ("norm({A}@{x} - {b})^2 + {a}*norm({x})^2", "{x}"),
        ("norm({b} - {A}@{x})^2/2 + {a}*{x}.T@{B}@{x}", "{x}"),
        ("norm({A}@{X} - {B})^2", "{X}"),
    ),
    "trace": (
        ("tr({A}@{X})", "{X}"),
        ("tr({A}@{X}@{B})", "{X}"),
        ("tr({X}.T@{A}@{X})", "{X}"),
        ("tr({A}@{X}@{B}@{X}.T)", "{X}"),
        ("tr({X}@{A}@{X}@{B})", "{X}"),
        ("{a}*tr({A}@{X}^2)", "{X}"),
    ),
    "determinant": (
        ("det({X})", "{X}"),
        ("logdet({X})", "{X}"),
        ("det({A}@{X}@{B})", "{X}"),
        ("logdet({X}) + tr({A}@{X})", "{X}"),
        ("logdet({X}.T@{X})", "{X}"),
    ),
    "inverse": (
        ("{b}.T@inv({X})@{c}", "{X}"),
        ("tr(inv({X})@{A})", "{X}"),
        ("tr({A}@inv({X})@{B})", "{X}"),
        ("{b}.T@inv({X})@{b} + logdet({X})", "{X}"),
    ),
    "elementwise": (
        ("sum(exp({A}@{x}))", "{x}"),
        ("sum(log(1 + exp({A}@{x})))", "{x}"),
        ("{b}.T@tanh({A}@{x})", "{x}"),
        ("sum(sigmoid({A}@{x} + {b}))", "{x}"),
        ("sum(({x} - {b}).^{k})", "{x}"),
        ("sum({b}.*log({x}))", "{x}"),
    ),
    "jacobian": (
        ("{A}@{x} + {b}", "{x}"),
        ("tanh({A}@{x})", "{x}"),
        ("softmax({A}@{x})", "{x}"),
        ("{x}/norm({x})", "{x}"),
        ("({b}.T@{x})*{x}", "{x}"),
    ),
    "scalar": (
        ("{t}^{k}*sin({t})", "{t}"),
        ("exp({k}*{t})*cos({t})", "{t}"),
        ("log(1 + {t}^{k})", "{t}"),
        ("sin({t}^{k})", "{t}"),
        ("{t}/(1 + {t}^2)", "{t}"),
    ),
    "network": (
        ("norm({b} - {A}@tanh({X}@{x}))^2", "{X}"),
        ("norm(tanh({X}@{x}) - {b})^2/2", "{X}"),
        ("sum(softplus({X}@{x} + {b}))", "{X}"),
        ("log(sum(exp({A}@{x})))", "{x}"),
        ("-{b}.T@log(sigmoid({A}@{x}))", "{x}"),
    ),
    "symmetric": (
        ("tr({A}@{S})", "{S}"),
        ("logdet({S})", "{S}"),
        ("{b}.T@{S}@{b}", "{S}"),
        ("{b}.T@inv({S})@{b}", "{S}"),
        ("logdet({S}) + tr({A}@{S})", "{S}"),
    ),
    "hessian": (
        ("{x}.T@{A}@{x}", "{x}"),
        ("norm({A}@{x} - {b})^2", "{x}"),
        ("sum(exp({A}@{x}))", "{x}"),
        ("({b}.T@{x})^{k}", "{x}"),
        ("exp({x}.T@{x}/2)", "{x}"),
    ),
}
#: The order of the derivative, where it is not the first.
ORDERS = {"hessian": 2}

#: The names of each kind, by the letter that stands for them in a pattern.
NAMES = {"x": "xwuz", "X": "XWZU", "A": "ACM", "B": "BDS", "b": "byv", "c": "cg", "a": "ac", "t": "ts"}
SCALARS, SYMMETRIC = "at", "KPQ"  #: which of them are scalars, and the names of a symmetric matrix
WRONG = 3  #: plausible wrong answers


class Exercise:
    """A question with its key and plausible wrong answers, each with what is wrong in it."""

    def __init__(self, topic: str, seed: int) -> None:
        check_choice("topic", topic, list(TOPICS))
        self.topic, self.seed = topic, seed
        random = Random(f"{topic} {seed}")
        pattern, wrt = random.choice(TOPICS[topic])
        names = {letter: random.choice(choices) for letter, choices in NAMES.items()}
        while len(set(names.values())) < len(names):
            names = {letter: random.choice(choices) for letter, choices in NAMES.items()}
        filled = {**names, "k": str(random.randint(2, 5))}
        if "{S}" in pattern:
            filled["S"] = random.choice(SYMMETRIC)
        self.expr, self.wrt = pattern.format(**filled), wrt.format(**filled)
        self.var = [f"{names[letter]}[]" for letter in SCALARS if f"{{{letter}}}" in pattern]
        self.var += [f"{filled['S']}[n,n] symmetric"] if "S" in filled else []
        self.order = ORDERS.get(topic, 1)
        self.question = Question(self.expr, self.wrt, self.var, self.order)
        self.key = self._text(self.question.reference)
        self.wrong = self._wrong(random)

    @property
    def name(self) -> str:
        """A name that makes the exercise again."""
        return f"{self.topic}-{self.seed}"

    def _text(self, node: Expr) -> str:
        return write("text", notate(node, self.question.reading))

    def _wrong(self, random: Random) -> list[tuple[str, str, str]]:
        """Wrong answers, each with its code and a message."""
        right = self.question.reference
        found: dict[str, tuple[str, str, str]] = {}
        for node in self._shuffled(random):
            if node.shape != right.shape:
                continue
            text = self._text(node)
            verdict = self.question.check(text, example=False)
            if verdict.verdict in ("wrong", "partial") and verdict.findings and text not in found:
                found[text] = (text, verdict.findings[0].code, verdict.message)
            if len(found) == WRONG:
                break
        return list(found.values())

    def _shuffled(self, random: Random) -> Iterator[Expr]:
        """Wrong derivatives: first those from wrong rules, then slips, then what is easily seen."""
        suspects, right = self.question.suspects[self.question.reference], self.question.reference
        terms = terms_of(right)
        rules = [mutation.expr for mutation in suspects.mutations] + [part for _, part in suspects.occurrences]
        missing = [right - term for term in terms] if len(terms) > 1 else []
        slips = [right - part + slip.expr for part, slip in suspects.slips]
        if self.question.variable.symmetric and right.rank == 2:
            rules.append(right + right.T - contract([(right, 1, ((0,), (0,)))], ((0,), (0,))))  # the cookbook's
        for group in ([*rules, *missing, right.T], slips, [scale(-1, right), scale(2, right)]):
            distinct = list(dict.fromkeys(group))
            random.shuffle(distinct)
            yield from distinct

    def steps(self, form: str = "text") -> list[tuple[str, str, str]]:
        """The working: the left side, the right side and the reason of each line."""
        from mcalc.working import steps

        q = self.question
        lines = steps(q.reading, [q.variable] * self.order, q.reference, notate(q.reference, q.reading))
        return [(write(form, line.left), line.write(form), line.title) for line in lines]

    def written(self, text: str, form: str) -> str:
        """An expression or an answer of this exercise, in another form."""
        q = self.question
        root = q.f if text == self.expr else q.read(text).expr
        return write(form, q.reading.program if text == self.expr else notate(root, q.reading))

    def reply(self, key: bool = True) -> dict[str, Any]:
        """The exercise as plain data, with or without its key."""
        reply: dict[str, Any] = {"id": self.name, "topic": self.topic, "seed": self.seed}
        reply |= {"expr": self.expr, "wrt": self.wrt, "var": self.var, "order": self.order}
        reply["shape"] = [str(d) for d in self.question.reference.shape]
        if not key:
            return reply
        reply["key"] = self.key
        reply["steps"] = [{"left": left, "text": text, "title": title} for left, text, title in self.steps()]
        reply["wrong"] = [{"answer": text, "diagnosis": code, "message": told} for text, code, told in self.wrong]
        return reply
