"""What a module is to compute: a value, its derivatives, and how they are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.algebra.dims import Dim, show_shape
from mcalc.algebra.expr import Expr, Symbol
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
    structure. Of a compressed derivative `pattern` names the axes of the whole and its own, as einsum does.
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
        pattern: tuple[str, str] = ("", ""),
        then: Sequence[str] = (),
        convention: str = "",
    ) -> None:
        self.reading, self.value = reading, value
        self.derivatives = [derivatives] if isinstance(derivatives, Expr) else list(derivatives)
        self.wrt = [name for name in ([wrt] if isinstance(wrt, str) else wrt) if name]
        self.order, self.layout, self.product = order, layout, product
        self.sizes, self.batch, self.pattern = dict(sizes or {}), batch, pattern
        self.then, self.convention = then, convention

    @property
    def full(self) -> str:
        """How the whole of a compressed derivative is made, else ''."""
        whole, held = (", ".join(axes) for axes in self.pattern)
        return f"full[{whole}] = compressed[{held}], and 0 elsewhere" if whole else ""

    @property
    def roots(self) -> list[Expr]:
        """The value and the derivatives."""
        return [self.value, *self.derivatives]

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
        more = "".join(f", then by {comment(name)}" for name in self.then)
        more = more or (f", order {self.order}" if self.order > 1 and not kind else "")
        more += f", {self.convention}" if self.convention else ""
        names = self.wrt or [""] * len(self.derivatives)
        told: list[str] = []
        for name, derivative in zip(names, self.derivatives, strict=False):
            by = f" by {comment(name)}" if name else ""
            told += [
                f"{what}{by}{more}: {self.layout} layout, {AXES[self.layout]}",
                f"  {show_shape(derivative.shape)}",
            ]
        return [
            f"value: {comment(self.reading.text)}",
            f"  {show_shape(self.value.shape)}",
            *told,
            *([f"  compressed: {self.full}"] if self.full else []),
            "variables:",
            *(f"  {comment(_described(symbol))}" for symbol in self.reading.symbols.values()),
        ]


def _described(symbol: Symbol) -> str:
    return ", ".join([f"{symbol.name}: {show_shape(symbol.shape)}", *sorted(symbol.props)])
