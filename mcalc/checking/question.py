"""A question and its verdicts: the derivative is worked out once, and every answer is held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from mcalc.algebra.expr import Expr, Size, Symbol, contract, is_zero, permute, symbol, zero
from mcalc.algebra.walk import postorder
from mcalc.calculus.differential import push
from mcalc.calculus.freed import Freed
from mcalc.calculus.layout import LAYOUTS, arranged, is_row
from mcalc.calculus.simplify import simplify
from mcalc.calculus.size import check_axes, checked
from mcalc.checking import VERDICTS
from mcalc.checking.finding import Finding
from mcalc.checking.identity import EXACT, Decision, Samples, decide
from mcalc.errors import Problem
from mcalc.language.parse import parse
from mcalc.language.read import Reading, read, reread_value, variable
from mcalc.language.value import Value
from mcalc.limits import kibibytes, limit
from mcalc.phrase import Phrase, say
from mcalc.request import Request, check_choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.case import Suspects
    from mcalc.checking.counterexample import Counterexample

#: Where the likeliest cause is one of these, a multiple of the derivative is no part of the way.
NOT_DONE = ("not-differentiated", "integrated")


class Verdict:
    """What became of an answer: the verdict, how it was reached, and what went wrong."""

    __slots__ = ("counterexample", "decision", "findings", "form", "problem", "told", "verdict")

    def __init__(
        self,
        verdict: str,
        decision: Decision | None = None,
        told: str = "",
        findings: Sequence[Finding] = (),
        counterexample: Counterexample | None = None,
        problem: Problem | None = None,
    ) -> None:
        self.verdict, self.decision, self.told, self.findings = verdict, decision, told, list(findings)
        self.counterexample, self.problem = counterexample, problem
        self.form: list[tuple[str, str]] = []  # the tests of the form that failed, each with what it asks for

    @property
    def message(self) -> str:
        """What to say to the student: the likeliest cause, or a remark."""
        if self.form:
            return say("right, but {told}", told=self.form[0][1])
        return self.findings[0].message if self.findings else self.told

    def exit_status(self, strict_layout: bool = False) -> int:
        """The exit status that `mcalc check` ends with."""
        return 1 if strict_layout and self.verdict == "correct-up-to-layout" else VERDICTS[self.verdict]

    def reply(self, feedback: str = "full") -> dict[str, Any]:
        """The verdict as plain data, as much of it as `feedback` allows."""
        if feedback == "none":
            return {"verdict": None, "method": None, "diagnosis": [], "message": "", "counterexample": None}
        decision = self.decision or Decision(None, "")
        reply: dict[str, Any] = {"verdict": self.verdict, "method": decision.method or None}
        telling, full = feedback in ("type", "full"), feedback == "full"
        reply["diagnosis"] = [finding.code for finding in self.findings] if telling else []
        reply["message"] = self.message if full or self.problem else ""
        reply["counterexample"] = self.counterexample.reply() if telling and self.counterexample else None
        if full:
            reply["messages"] = [finding.message for finding in self.findings]
        if self.form and telling:
            reply["form"] = [{"test": test, "message": told} for test, told in self.form]
        reply |= {"points": decision.points, "seed": decision.seed, "error": decision.error}
        if self.problem:
            reply["problem"] = self.problem.reply()
        return reply


class Question:
    """The derivative of an expression, and the points at which answers are compared with it. Raises a `Problem`."""

    def __init__(
        self,
        text: str,
        wrt: str,
        declarations: Sequence[str] = (),
        order: int = 1,
        layout: str = "mixed",
        seed: int = 0,
        functions: Sequence[str] = (),
    ) -> None:
        check_choice("layout", layout, LAYOUTS)
        Request(text=text, order=order).check()
        self.reading: Reading = read(text, declarations, wrt=[wrt], functions=functions)
        self.variable: Symbol = variable(self.reading, wrt)
        self.f, self.order, self.layout, self.seed = self.reading.root, order, layout, seed
        check_axes(self.f, [self.variable] * order)
        (plain,) = Freed(self.reading, [[self.variable] * order]).derivatives()
        self.plain = checked(plain)  # in the mixed layout
        self.reference = self.arranged(self.plain)

    @cached_property
    def samples(self) -> Samples:
        """The points at which answers are compared with the derivative."""
        return Samples(sorted(self.sizes), self.reading.numbers, (self.f, self.reference), self.seed)

    @property
    def sizes(self) -> frozenset[str]:
        """The names of the sizes."""
        return self.reading.sizes

    @cached_property
    def change(self) -> Symbol:
        """The differential of the variable, which an answer may use."""
        x = self.variable
        name = next(n for n in (f"d{x.name}", f"delta_{x.name}") if n not in self.reading.scope)
        return symbol(name, x.shape, x.props & {"symmetric", "skew", "diagonal", "lower"}, 100_000 + x.place)

    @cached_property
    def differential(self) -> Expr:
        """The differential of the expression."""
        return simplify(push(self.f, {self.variable: self.change}))

    @cached_property
    def suspects(self) -> dict[Expr, Suspects]:
        """What to compare wrong answers with, by what would be right: the derivative, or in a derivation another."""
        from mcalc.checking.case import Suspects

        ways = ((self.f, None), (self.differential, self._applied), (self.reference, self.arranged))
        return {right: Suspects(self, right, form) for right, form in ways}

    def _applied(self, node: Expr) -> Expr:
        """A derivative applied to the differential of the variable."""
        axes = tuple((k,) for k in range(node.rank))
        split = node.rank - self.variable.rank
        return contract([(node, 1, axes), (self.change, 1, axes[split:])], axes[:split])

    # ------------------------------------------------------------ conventions

    @property
    def axes(self) -> tuple[int, list[int]]:
        """How many axes are the value's, and how many the variable's each time."""
        return self.f.rank, [self.variable.rank] * self.order

    def arranged(self, node: Expr) -> Expr:
        """A derivative in the mixed layout, in the layout of the question."""
        return arranged(node, self.layout, *self.axes)

    @property
    def layout_of_transpose(self) -> str:
        """The layout in which the transpose of the derivative would be right, or ''."""
        ranks = (self.f.rank, self.variable.rank)
        if self.order > 1 or ranks not in ((0, 2), (1, 1), (2, 0)):
            return ""
        turned, kept = ("numerator", "denominator") if ranks == (0, 2) else ("denominator", "numerator")
        return turned if self.layout in ("mixed", kept) else kept

    @cached_property
    def stacked(self) -> list[Expr]:
        """The derivative as the matrix ∂vec F/∂(vec X)ᵀ, columns stacked, and its transpose."""
        return [m for m in self._stacked(column=True) if m.rank == 2]

    @cached_property
    def row_major(self) -> list[Expr]:
        """The same with rows stacked."""
        return [m for m in self._stacked(column=False) if m.rank == 2]

    def _stacked(self, column: bool) -> Iterator[Expr]:
        g, split = self.plain, self.plain.rank - self.variable.rank
        if g.rank < 3 or not split:
            return
        rows, columns = tuple(range(split)), tuple(range(split, g.rank))
        axes = tuple((k,) for k in range(g.rank))
        groups = (rows[::-1], columns[::-1]) if column else (rows, columns)
        yield contract([(g, 1, axes)], groups)
        yield contract([(g, 1, axes)], groups[::-1])

    def presentations(self) -> Iterator[tuple[Expr, str, Phrase]]:
        """Other ways to give the derivative: what it is then, the verdict, and a remark."""
        g, x = self.reference, self.variable
        up_to = "correct-up-to-layout"
        if g.rank == 2 and g.shape[0] is not g.shape[1] and (other := self.layout_of_transpose):
            told = say(
                "right in the {other} layout; in the {layout} layout it is the transpose of this",
                other=say(other),
                layout=say(self.layout),
            )
            yield g.T, up_to, told
        if g.rank > 2:
            for other in LAYOUTS:
                if other != self.layout:
                    yield (
                        arranged(self.plain, other, *self.axes),
                        up_to,
                        say("right in the {other} layout", other=say(other)),
                    )
            f_axes, x_axes = tuple(range(self.f.rank)), tuple(range(self.f.rank, g.rank))
            if f_axes:
                yield permute(self.plain, (*x_axes, *f_axes)), up_to, say("right, with the axes of the variable first")
            for k, matrix in enumerate(self.stacked):
                turned = say("right as the transpose of the matrix d vec F/d vec(X).T")
                yield matrix, up_to, turned if k else say("right as the matrix d vec F/d vec(X).T")
        if self.order == 1 and not self.f.rank and x.rank == 2:
            for prop, part in self._structured():
                told = say(
                    "right as the derivative along {prop} changes, which is not the unrestricted one", prop=say(prop)
                )
                yield part, up_to, told

    def _structured(self) -> Iterator[tuple[str, Expr]]:
        """The derivative along the changes that keep the structure of the variable."""
        g, props = self.reference, self.variable.props
        if "diagonal" in props:
            yield "diagonal", contract([(g, 1, ((0,), (0,)))], ((0,), (0,)))
            yield "diagonal", contract([(g, 1, ((0,), (0,)))], ((0,),))
        elif self.variable.symmetric:
            yield "symmetric", (g + g.T) / 2
        elif "skew" in props:
            yield "skew", (g - g.T) / 2

    # ------------------------------------------------------------ answers

    def check(self, text: str, forms: Sequence[str] = (), explain: bool = True, example: bool = True) -> Verdict:
        """The verdict on an answer; with `explain` also what went wrong in it, and with `example` a counterexample.

        `forms` are tests of its form, made where it is right: one that fails makes it right in part.
        """
        try:
            value = self.read(text)
            verdict = self.judge(value, explain, example)
            if forms and verdict.verdict.startswith("correct"):
                from mcalc.checking.form import failed

                tree = parse(text, self.reading.functions, {*self.reading.scope, self.change.name})
                verdict.form = failed(forms, tree, value.expr)
                verdict.verdict = "partial" if verdict.form else verdict.verdict
            return verdict
        except Problem as problem:
            name = "undecided" if problem.kind in ("unsupported", "limit", "undecided") else "invalid"
            return Verdict(name, told=problem.message, problem=problem)

    def read(self, text: str, more: Mapping[str, Expr] | None = None) -> Value:
        """An answer, with the names of the question, and perhaps more. Raises a `Problem`."""
        most = limit("answer-bytes")
        if len(text) > most or len(text.encode("utf-8", "replace")) > most:
            hint = "--limit answer-bytes=N allows more"
            raise Problem("E501", "an answer is at most {most} KiB long", hint=hint, most=kibibytes(most))
        if not text.strip():
            raise Problem("E130", "the answer is empty", source=text)
        value = reread_value(text, self.reading, {**(more or {}), self.change.name: self.change})
        nodes = postorder(value.expr)
        if len(nodes) > limit("answer-nodes"):
            hint, most = "--limit answer-nodes=N allows more", limit("answer-nodes")
            raise Problem("E502", "an answer has at most {most} parts", hint=hint, most=most)
        named = {name for node in nodes for d in node.shape for name in d.names}
        unknown = (named | {node.name for node in nodes if isinstance(node, Size)}) - self.sizes
        if unknown:
            raise Problem(
                "E203",
                "the problem has no size {unknown}",
                hint="its sizes are {choices}" if self.sizes else "it has no named sizes",
                source=text,
                unknown=min(unknown),
                choices=sorted(self.sizes),
            )
        return value

    def judge(self, value: Value, explain: bool = True, example: bool = True) -> Verdict:
        """The verdict on an answer that has been read."""
        answer, samples = value.expr, self.samples.fork()
        if self.change in answer.free:
            return self._judge_differential(answer)
        if is_zero(answer) and is_zero(self.reference):
            return Verdict("correct", Decision(True, EXACT))
        if is_zero(answer) and not answer.rank:
            answer = zero(self.reference.shape)
        decision = decide(self.reference, answer, samples)
        if decision.equal:
            if self.reference.rank == 1 and value.row != is_row(self.layout, *self.axes):
                layout = next(name for name in LAYOUTS if is_row(name, *self.axes) == value.row)
                stands, asked = ("row", "column") if value.row else ("column", "row")
                told = say(
                    "right in the {layout} layout, as a {stands}; in the {asked_layout} layout it is a {asked}",
                    layout=say(layout),
                    stands=say(stands),
                    asked_layout=say(self.layout),
                    asked=say(asked),
                )
                return Verdict("correct-up-to-layout", decision, findings=[Finding("layout", told)])
            return Verdict("correct", decision)
        for other, verdict, told in self.presentations():
            if other.shape == answer.shape and (found := decide(other, answer, samples)).equal:
                return Verdict(verdict, found, findings=[Finding("layout", told)])
        if decision.equal is None:
            return Verdict("undecided", decision, say("no point was found that decides"))
        if not explain:
            return Verdict("wrong", decision)
        return self._refuse(answer, samples, decision, example)

    def _judge_differential(self, answer: Expr) -> Verdict:
        if self.order > 1 or answer.shape != self.f.shape:
            told = say(
                "with {name} this would be a differential, which has the shape of the expression", name=self.change.name
            )
            return Verdict("wrong", Decision(False, EXACT), findings=[Finding("wrong-shape", told)])
        verdict = self.compare(self.differential, answer)
        if verdict.verdict != "correct":
            return verdict
        told = say("right as the differential; the derivative is what stands before {name}", name=self.change.name)
        if self.reference.rank > 2:
            return Verdict("correct", verdict.decision, told)
        return Verdict("correct-up-to-layout", verdict.decision, findings=[Finding("layout", told)])

    def compare(self, reference: Expr, answer: Expr) -> Verdict:
        """The verdict on an expression of the shape of the question, which is to equal another: no layouts."""
        samples = self.samples.fork()
        decision = decide(reference, answer, samples)
        if decision.equal:
            return Verdict("correct", decision)
        if decision.equal is None:
            return Verdict("undecided", decision, say("no point was found that decides"))
        findings = self._findings(reference, answer, samples)
        return Verdict("wrong", decision, "" if findings else say("this does not follow"), findings)

    def _refuse(self, answer: Expr, samples: Samples, decision: Decision, example: bool) -> Verdict:
        from mcalc.checking.counterexample import counterexample

        findings = self._findings(self.reference, answer, samples)
        partial = any(f.proportional and f.code == "factor" for f in findings) and findings[0].code not in NOT_DONE
        shown = counterexample(self, answer) if example and answer.shape == self.reference.shape else None
        told = "" if findings else say("this is not the derivative")
        return Verdict("partial" if partial else "wrong", decision, told, findings, shown)

    def _findings(self, right: Expr, answer: Expr, samples: Samples) -> list[Finding]:
        """What went wrong; of an answer in another layout, what went wrong besides."""
        from mcalc.checking.case import Case, Suspects
        from mcalc.checking.diagnosis import findings

        suspects = self.suspects.get(right) or Suspects(self, right, None)
        found = findings(Case(suspects, answer, samples))
        other = self.layout_of_transpose if right is self.reference else ""
        if other and answer.rank == 2 and answer.shape != right.shape and answer.T.shape == right.shape:
            besides = findings(Case(suspects, answer.T, samples))
            if besides:
                return [*besides, Finding("layout", say("this has the shape of the {other} layout", other=say(other)))]
        return found


@lru_cache(maxsize=64)
def question_for(
    text: str,
    wrt: str,
    declarations: tuple[str, ...] = (),
    order: int = 1,
    layout: str = "mixed",
    seed: int = 0,
    functions: tuple[str, ...] = (),
) -> Question:
    """The question, which is derived once for all its answers. Raises a `Problem`."""
    return Question(text, wrt, declarations, order, layout, seed, functions)
