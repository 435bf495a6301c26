"""What a module is to compute: a value, its derivatives, and how they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from mcalc.algebra.dims import Dim, show_shape
from mcalc.algebra.expr import Apply, Contract, Expr, Symbol
from mcalc.algebra.walk import postorder
from mcalc.calculus.layout import AXES
from mcalc.targets.code.array import Code
from mcalc.targets.code.spell import comment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading


class Task:
    """A value and its derivatives by the variables `wrt`, each of them `order` times, in a layout.

    `product` is the kind and the array of a product that is wanted instead of a derivative (`("hvp", "v")`), `sizes`
    are those that are known, `batch` is the size of the axis of samples that stands in front of some variables and of
    every result. `then` are variables by which it is differentiated afterwards, `convention` is what is made of a
    structure. Where an entry is differentiated by, its text is that variable's among `entries`. A compressed
    derivative has as many arrays as there are `patterns` for its variable, which name the axes of the whole and of the
    array, as einsum does.
    """

    def __init__(
        self,
        reading: Reading,
        value: Expr,
        derivatives: Expr | Sequence[Expr],
        *,
        wrt: str | Sequence[str] = (),
        order: int = 1,
        layout: str = "mixed",
        product: tuple[str, str] = ("", ""),
        sizes: Mapping[str, int] | None = None,
        batch: Dim | None = None,
        patterns: Sequence[Sequence[tuple[str, str]]] = (),
        entries: Sequence[str] = (),
        then: Sequence[str] = (),
        convention: str = "",
    ) -> None:
        self.reading, self.value = reading, value
        self.derivatives = [derivatives] if isinstance(derivatives, Expr) else list(derivatives)
        self.wrt = [name for name in ([wrt] if isinstance(wrt, str) else wrt) if name]
        self.order, self.layout, self.product = order, layout, product
        self.sizes, self.batch, self.patterns = dict(sizes or {}), batch, patterns
        self.then, self.convention, self.entries = then, convention, entries

    @property
    def full(self) -> list[str]:
        """How the whole of each compressed derivative is made."""
        told = []
        for name, parts in zip(self.wrt, self.patterns, strict=False):
            texts = []
            for k, (whole, held) in enumerate(parts):
                part = f"compressed[{k}]" if len(parts) > 1 else "compressed"
                part += f"[{', '.join(held)}]" if held else ""
                texts.append(f"full[{', '.join(whole)}] {'+' * bool(k)}= {part}")
            by = f"by {comment(name)} " if len(self.patterns) > 1 else ""
            zeros = all(len(set(whole)) < len(whole) for whole, _ in parts)
            told.append(f"{by}{', '.join(texts)}{', and 0 elsewhere' * zeros}")
        return told

    def nested(self, texts: Sequence[str], tuple_of: Callable[[list[str]], str]) -> list[str]:
        """The texts of the derivatives, those of each variable as one."""
        left = iter(texts)
        counts = [len(parts) for parts in self.patterns] or [1] * len(self.derivatives)
        groups = [[next(left) for _ in range(count)] for count in counts]
        return [group[0] if len(group) == 1 else tuple_of(group) for group in groups]

    @property
    def roots(self) -> list[Expr]:
        """The value and the derivatives."""
        return [self.value, *self.derivatives]

    @property
    def bounded(self) -> bool:
        """Whether the value has a domain: an operation in it asks for one, a quotient does, or a root."""
        for node in postorder(self.value):
            if isinstance(node, Apply) and not set(node.op.domain.split(", ")) <= {"", "generic", "nonzero"}:
                return True
            if isinstance(node, Contract) and any(e < 0 or e.denominator > 1 for _, e, _ in node.factors):
                return True
        return False

    @property
    def variables(self) -> list[Symbol]:
        """The variables of `wrt`."""
        return [self.reading.symbols[name] for name in self.wrt]

    def titles(self, kept: dict[Code, Expr]) -> dict[Code, str]:
        """The names that the reader gave to what a program computes."""
        names = {node: name for name, node in self.reading.definitions.items()}
        return {code: names[node] for code, node in kept.items()}

    def heading(self) -> list[str]:
        """What the module computes, in lines for a comment."""
        kind, along = self.product
        what = f"{kind} with {comment(along)}" if kind and along else "derivative"
        more = f", order {self.order}" if self.order > 1 and not kind else ""
        more += "".join(f", then by {comment(name)}" for name in self.then)
        more += f", {self.convention}" if self.convention else ""
        names = [entry or name for name, entry in zip_longest(self.wrt, self.entries, fillvalue="")]
        names = [name for name, parts in zip_longest(names, self.patterns) for _ in parts or "."]
        told: list[str] = []
        for name, derivative in zip_longest(names, self.derivatives):
            by = f" by {comment(name)}" if name else ""
            told += [
                f"{what}{by}{more}: {self.layout} layout, {AXES[self.layout]}",
                f"  {show_shape(derivative.shape)}",
            ]
        return [
            f"value: {comment(self.reading.text)}",
            f"  {show_shape(self.value.shape)}",
            *told,
            *(f"  compressed: {line}" for line in self.full),
            "variables:",
            *(f"  {comment(_described(symbol))}" for symbol in self.reading.symbols.values()),
        ]


def _described(symbol: Symbol) -> str:
    return ", ".join([f"{symbol.name}: {show_shape(symbol.shape)}", *sorted(symbol.props)])
