"""Languages whose arrays are stored by columns and are stretched from the left: MATLAB and Julia.

A vector is a column. Where NumPy aligns shapes at the right, an argument with fewer axes is reshaped here; a
row-major reshape turns the axes round before and after. Products that no matrix product states, and entries on
diagonals, go through two functions that come with the code, `contracted` and `places`; both take labels as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.algebra.expr import Rational
from mcalc.algebra.ops import Op
from mcalc.errors import Problem
from mcalc.targets.code.array import Code, order
from mcalc.targets.code.python import coefficient, filled, is_given, letters, number
from mcalc.targets.code.spell import ATOM, MATRIX, POWER, PRODUCT, SUM, Language, Scope, Text, code_name, wrap


class Columns(Language):
    """Array code over columns. `own` has a template for each operation; `{axis}` is the last axis of the argument."""

    own: Mapping[str, str] = {}
    forms: Mapping[str, Text] = {}  #: the spellings that are made of the arguments alone, by the kind of the node
    quote = '"'
    sources: Mapping[str, str] = {}  #: the functions that templates and spellings call, by name

    def spell(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The node as an expression."""
        form, level = self.forms.get(node.kind, ("", ATOM))
        return (filled(form, args), level) if form else super().spell(node, args, scope)

    # ------------------------------------------------------------ what differs

    def ranged(self, text: Text, shape: Sequence[str]) -> Text:
        """The array in this shape, by columns."""
        raise NotImplementedError

    def turned(self, text: Text, axes: Sequence[int]) -> Text:
        """The array with its axes in this order, counted from one."""
        raise NotImplementedError

    def summed(self, text: Text, axes: Sequence[int], rank: int, shape: Sequence[str]) -> Text:
        """The sum over these axes, counted from one, in the shape of the others."""
        raise NotImplementedError

    def operator(self, sign: str, args: Sequence[Code]) -> str:
        """An elementwise operator between these."""
        return f".{sign}" if all(code.rank for code in args) else sign

    # ------------------------------------------------------------ leaves

    def variable(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A variable."""
        return scope.variables[node.data.name], ATOM

    def size(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A dimension."""
        return scope.size(node.data)

    def number(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A number."""
        return self.literal(node.data)

    def literal(self, value: Rational) -> Text:
        """A number."""
        return number(value)

    def sizes(self, node: Code, scope: Scope) -> list[str]:
        """The size of each axis."""
        return [scope.size(d)[0] for d in node.shape]

    # ------------------------------------------------------------ arithmetic

    def aligned(self, code: Code, text: Text, rank: int, scope: Scope) -> Text:
        """An argument with fewer axes than the result, which NumPy would align at the right."""
        if not code.rank or code.rank == rank:
            return text
        if code.rank == 1 and rank == 2:
            return f"{wrap(text, ATOM)}'", POWER
        return self.ranged(text, ["1"] * (rank - code.rank) + self.sizes(code, scope))

    def add(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum."""
        signs, done = node.data, []
        args = [self.aligned(code, text, node.rank, scope) for code, text in zip(node.args, args, strict=True)]
        text = ("-" if signs[0] < 0 else "") + wrap(args[0], PRODUCT if signs[0] < 0 else SUM)
        done.append(node.args[0])
        for code, sign, arg in zip(node.args[1:], signs[1:], args[1:], strict=True):
            text += f" {self.plus('-' if sign < 0 else '+', done, code)} {wrap(arg, PRODUCT)}"
            done.append(code)
        return text, SUM

    def plus(self, sign: str, before: Sequence[Code], code: Code) -> str:
        """The operator that adds an array to those before it."""
        return sign

    def mul(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product and quotient."""
        factor, signs = node.data
        args = [self.aligned(code, text, node.rank, scope) for code, text in zip(node.args, args, strict=True)]
        text, bottom = coefficient(factor)
        arrays = False
        for code, sign, arg in zip(node.args, signs, args, strict=True):
            inner = wrap(arg, POWER)
            if sign < 0:
                over = "./" if code.rank else "/"
                text = f"{text or '1'} {over} {inner}" if code.rank else f"{text or '1'}{over}{inner}"
            elif text == "-1":
                text = f"-{inner}"
            elif text:
                text = f"{text} .* {inner}" if arrays and code.rank else f"{text}*{inner}"
            else:
                text = inner
            arrays = arrays or bool(code.rank)
        return text + (f"/{bottom}" if bottom != 1 else ""), PRODUCT

    def power(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An elementwise power."""
        exponent = node.data
        if exponent.denominator == 2 and exponent.numerator == 1:
            return self.mapped("sqrt", node, args)
        sign = ".^" if node.rank else "^"
        return f"{wrap(args[0], ATOM)}{sign}{wrap(self.literal(exponent), ATOM)}", POWER

    def mapped(self, function: str, node: Code, args: list[Text]) -> Text:
        """A function of each entry."""
        return f"{function}({args[0][0]})", ATOM

    def template(self, node: Code) -> str:
        """The spelling of the operation that the node applies. Raises a `Problem` of kind unsupported."""
        op = node.data
        text = f"{self.given(op)}({{0}})" if op.private else self.own.get(op.name)
        if text is None:
            raise Problem("E411", "there is no {target} code for {name}", target=self.name, name=op.name)
        first = op.signatures[0]
        if (
            "..." not in first.text
            and any(code.rank > len(axes) for code, axes in zip(node.args, first.inputs, strict=True))
            and "{axis}" not in text
        ):
            raise Problem(
                "E411", "there is no {target} code for {name} of a stack of matrices", target=self.name, name=op.name
            )
        rank = node.args[0].rank if node.args else 0
        return text.replace("{axis}", str(max(rank, 1))).replace("{dot}", "." if rank else "")

    def given(self, op: Op) -> str:
        """The name of a function that the caller gives."""
        name = self.identifier(code_name(op))
        return f"{name}_" if name in self.words else name

    def call(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An operation."""
        return filled(self.template(node), args), ATOM

    def repeats(self, node: Code, k: int) -> int:
        """How often the spelling writes the k-th argument."""
        text = self.template(node) if node.kind == "call" else self.forms.get(node.kind, ("",))[0]
        return text.count(f"{{{k}}}") if text else 1

    # ------------------------------------------------------------ products

    def matmul(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product of vectors, matrices, or stacks of matrices."""
        a, b = node.args
        if a.rank > 2 or b.rank > 2:
            count = a.rank - 2
            batch, (i, j, k) = range(count), range(count, count + 3)
            return self.contracted(args, ((*batch, i, j), (*batch, j, k), (*batch, i, k)))
        left, right = args
        if a.rank == 1 and b.rank == 2:
            # x' A, which is a vector, is A' x
            return f"{self.flipped(b, right)}*{wrap(left, POWER)}", MATRIX
        if a.rank == 1:
            return self.inner(left, right)
        return f"{wrap(left, MATRIX)}*{wrap(right, POWER)}", MATRIX

    def inner(self, left: Text, right: Text) -> Text:
        """The inner product of two vectors."""
        return f"{wrap(left, ATOM)}'*{wrap(right, POWER)}", MATRIX

    def flipped(self, code: Code, text: Text) -> str:
        """The transpose of a matrix, where need be without the mark that it has."""
        if code.symmetric:
            return wrap(text, MATRIX)
        if code.kind == "permute" and text[0].endswith("'"):
            return text[0][:-1]
        return f"{wrap(text, ATOM)}'"

    def contracted(self, args: list[Text], labels: Sequence[tuple[int, ...]]) -> Text:
        """A product over labels."""
        left, right, out = map(letters, labels)
        q = self.quote
        return f"contracted({q}{left}{q}, {args[0][0]}, {q}{right}{q}, {args[1][0]}, {q}{out}{q})", ATOM

    def einsum(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over labels."""
        return self.contracted(args, node.data)

    def tensordot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over several axes."""
        left, right = node.data
        ours = tuple(range(node.args[0].rank))
        theirs = list(range(len(ours), len(ours) + node.args[1].rank))
        for k, j in zip(left, right, strict=True):
            theirs[j] = k
        out = tuple(x for x in (*ours, *theirs) if x not in left)
        return self.contracted(args, (ours, tuple(theirs), out))

    def solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system."""
        return f"{wrap(args[0], MATRIX)}\\{wrap(args[1], POWER)}", PRODUCT

    def gram(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A weighted Gram matrix."""
        A = wrap(args[0], ATOM)
        return f"{A}'*({wrap(args[1], ATOM)} .* {A})", MATRIX

    def outer(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An outer product of vectors."""
        return f"{wrap(args[0], POWER)}*{wrap(args[1], ATOM)}'", MATRIX

    def outers(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum of outer products, as a product of matrices of which these vectors are the columns."""
        left, right = (f"[{' '.join(wrap(column, ATOM) for column in args[k::2])}]" for k in (0, 1))
        return f"{left}*{right}'", MATRIX

    # ------------------------------------------------------------ axes

    def sum(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum over axes."""
        rank = node.args[0].rank
        axes = range(rank) if node.data is None else node.data
        return self.summed(args[0], [k + 1 for k in axes], rank, self.sizes(node, scope))

    def permute(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A transpose."""
        if node.rank == 2:
            return f"{wrap(args[0], ATOM)}'", POWER
        return self.turned(args[0], [k + 1 for k in node.data])

    def expand(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """New axes; a column has one already."""
        if node.data == (True, False):
            return args[0]
        return self.ranged(args[0], self.sizes(node, scope))

    def reshape(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Another shape, by rows."""
        source = node.args[0]
        sizes = self.sizes(node, scope)
        if node.rank == 1 and source.kind == "permute" and source.rank == 2 and args[0][0].endswith("'"):
            return self.ranged((args[0][0][:-1], ATOM), sizes)
        text = self.turned(args[0], range(source.rank, 0, -1)) if source.rank > 1 else args[0]
        if node.rank > 1:
            return self.turned(self.ranged(text, sizes[::-1]), range(node.rank, 0, -1))
        return self.ranged(text, sizes)

    def diagonal(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The entries on a diagonal."""
        if node.data == ((0, 0), (0,)):
            return f"diag({args[0][0]})", ATOM
        return f"entries({args[0][0]}, {self.quote}{letters(node.data[0])}{self.quote})", ATOM

    def indexed(self, labels: str, text: Text) -> str:
        """The entries of an array that lie on the diagonal of these labels, as an index."""
        raise NotImplementedError

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """An array with diagonals added onto it."""
        based, patterns, signs = node.data
        base = values[0][0] if based else self.zeros(node, [], scope)[0]
        lines = [self.bind(name, self.owned(base) if based else base)]
        for code, value, pattern, sign in zip(node.args[based:], values[based:], patterns, signs, strict=True):
            entries = name + self.indexed(letters(pattern), (name, ATOM))
            count = len(dict.fromkeys(pattern))
            text = self.aligned(code, value, count, scope)
            mark = "-" if sign < 0 else "+"
            lines.append(self.update(entries, mark, wrap(text, PRODUCT)))
        return lines

    def owned(self, text: str) -> str:
        """The array as one that may be written to."""
        return text

    def update(self, entries: str, mark: str, text: str) -> str:
        """The statement that adds to some entries."""
        return f"{entries} = {entries} {mark} {text}"

    def zeros(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Zeros."""
        raise NotImplementedError


def called_for(language: Columns, codes: Sequence[Code]) -> list[str]:
    """The names of the functions that the caller has to give."""
    return sorted({language.given(code.data) for code in order(codes) if is_given(code)})
