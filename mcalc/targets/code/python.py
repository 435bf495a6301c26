"""Python over NumPy, or over a library that follows it: the spelling of array code."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from keyword import kwlist

from mcalc.algebra.expr import Group, Rational
from mcalc.algebra.ops import Op
from mcalc.errors import Problem
from mcalc.targets.code.array import Code, behind
from mcalc.targets.code.selfcheck.python import self_check
from mcalc.targets.code.spell import ATOM, MATRIX, POWER, PRODUCT, SIGN, SUM, Language, Scope, Text, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.targets.code.task import Task

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  #: einsum knows no others
EXACT = 2**53  #: whole numbers beyond this are floats
PLAIN = frozenset(("number", "size", "add", "mul", "power", "call"))  #: what may be a number of Python's own

#: Compares the shapes of the variables with those that are stated.
FIT = '''\
def fit(given):
    """Raise an error where a variable does not have its shape in SHAPES."""
    sizes = {}
    for name, a in given.items():
        axes, shape = SHAPES[name], tuple(a.shape)
        fits = [n == (int(x) if x.isdigit() else sizes.setdefault(x, n)) for x, n in zip(axes, shape)]
        if len(axes) != len(shape) or not all(fits):
            known = ", ".join(f"{x} = {n}" for x, n in sizes.items()) or "none"
            wanted = str(axes).replace("'", "")
            raise ValueError(f"{name} has shape {shape}, not {wanted}; known sizes: {known}")
'''

HOLE = re.compile(r"(-?)\{(\d)\}")


def number(value: Rational) -> Text:
    """An exact number, as exactly as floating point can be told it. Raises a `Problem` where it is out of range."""
    try:
        if value.denominator == 1:
            text = str(value) if -EXACT < value < EXACT else repr(float(value))
        elif value.denominator in (2, 4, 8) and -100 < value < 100:
            text = repr(float(value))
        elif max(abs(value.numerator), value.denominator) < EXACT:
            return f"{value.numerator}/{value.denominator}", PRODUCT
        else:
            text = repr(float(value))
    except OverflowError:
        raise Problem("E412", "a number is beyond the range of floating point") from None
    return text, SIGN if value < 0 else ATOM


def coefficient(value: Rational) -> tuple[str, int]:
    """A factor in front, and a whole number to divide by at the end."""
    if value == 1:
        return "", 1
    text, level = number(value)
    if level == PRODUCT:
        top = value.numerator
        return ("" if top == 1 else str(top)), value.denominator
    return text, 1


def letters(labels: Group) -> str:
    """The labels as einsum has them. Raises a `Problem` where there are too many."""
    if labels and max(labels) >= len(LETTERS):
        raise Problem("E507", "einsum has {count} letters for axes, which is too few", count=len(LETTERS))
    return "".join(LETTERS[x] for x in labels)


def filled(template: str, args: list[Text]) -> str:
    """A template with its holes filled, in brackets where they must be."""

    def fill(hole: re.Match[str]) -> str:
        before, after = template[: hole.start()].rstrip()[-1:], template[hole.end() :][:1]
        alone = before in ("(", ",", "") and after in (")", ",", "")
        text, level = args[int(hole[2])]
        if hole[1] and alone and level == PRODUCT and text.startswith("-"):
            return text[1:]  # minus a product with a minus in front
        return hole[1] + wrap((text, level), SUM if alone and not hole[1] else ATOM)

    return HOLE.sub(fill, template)


def shared_with_caller(code: Code) -> bool:
    """Whether the array may be one that the caller holds, or cannot be written to."""
    return behind(code)[-1].kind in ("variable", "diagonal")


def constant(code: Code) -> bool:
    """Whether the scalar is a plain number of Python's: nothing in it is an array."""
    return (
        not code.rank
        and code.kind in PLAIN
        and all(map(constant, code.args))
        and (code.kind != "call" or not code.args)
    )


def _turned(code: Code) -> int | None:
    """The place of the transposed matrix in its product with a vector, else None."""
    if code.kind == "matmul":
        for k, arg in enumerate(code.args):
            if arg.kind == "permute" and code.args[1 - k].rank == 1:
                return k
    return None


def is_given(code: Code) -> bool:
    """Whether it is what a function of the caller's returns, which may be a number of any kind."""
    return code.kind == "call" and bool(code.data.private)


def tuple_of(texts: list[str]) -> str:
    """A tuple of these."""
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


class Python(Language):
    """Array code in Python. What is said here is NumPy's, under the library's own name."""

    lib = "np"
    wider: Collection[str] = ()  #: operations that give float64 whatever they are given
    softmax = False  #: whether the library has softmax and logsumexp
    vector_first = False  #: whether a vector stands in front of a matrix, and not after its transpose
    words: frozenset[str] = frozenset((*kwlist, "__debug__", "np", "scipy"))

    # ------------------------------------------------------------ leaves

    def variable(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A variable."""
        return scope.variables[node.data.name], ATOM

    def size(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A dimension."""
        return scope.size(node.data)

    def number(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A number."""
        return number(node.data)

    def made(self, function: str, shape: str, scope: Scope) -> Text:
        """An array made of nothing."""
        return f"{self.lib}.{function}({shape}, dtype={scope.kind()})", ATOM

    def shape(self, node: Code, scope: Scope) -> str:
        """The node's shape as an argument."""
        texts = [scope.size(d)[0] for d in node.shape]
        return tuple_of(texts) if len(texts) > 1 else texts[0]

    def zeros(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Zeros."""
        return self.made("zeros", self.shape(node, scope), scope)

    def ones(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Ones."""
        return self.made("ones", self.shape(node, scope), scope)

    def eye(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The identity."""
        return self.made("eye", scope.size(node.shape[0])[0], scope)

    # ------------------------------------------------------------ arithmetic

    def add(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum."""
        signs = node.data
        text = ("-" if signs[0] < 0 else "") + wrap(args[0], PRODUCT if signs[0] < 0 else SUM)
        for sign, arg in zip(signs[1:], args[1:], strict=True):
            text += (" - " if sign < 0 else " + ") + wrap(arg, PRODUCT)
        return text, SUM

    def mul(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product and quotient."""
        factor, signs = node.data
        text, bottom = coefficient(factor)
        for sign, arg in zip(signs, args, strict=True):
            if sign < 0:
                text = f"{text or '1'}/{wrap(arg, POWER)}"
            else:
                text = f"{text}*{wrap(arg, POWER)}" if text else wrap(arg, PRODUCT if arg[1] != MATRIX else POWER)
            text = text.replace("-1*", "-", 1) if text.startswith("-1*") else text
        return text + (f"/{bottom}" if bottom != 1 else ""), PRODUCT

    def power(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An elementwise power."""
        exponent = node.data
        if self.plain(node.args[0]):  # Python does it, in a type that gives way to that of the arrays
            return f"{wrap(args[0], ATOM)}**{wrap(number(exponent), ATOM)}", POWER
        if exponent == Fraction(1, 2):
            return f"{self.lib}.sqrt({args[0][0]})", ATOM
        return f"{wrap(args[0], ATOM)}**{wrap(number(exponent), ATOM)}", POWER

    def template(self, op: Op) -> str:
        """The spelling of an operation, with a hole for each argument; '' where there is none."""
        return op.numpy

    def known_template(self, node: Code) -> str:
        """The spelling of the operation that the node applies. Raises a `Problem` of kind unsupported."""
        template = self.template(node.data)
        if not template:
            raise Problem("E411", "there is no {target} code for {name}", target=self.name, name=node.data.name)
        return template

    def call(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An operation, in the type of numbers of the arguments where it has one of its own."""
        text = filled(self.known_template(node), list(map(self.operand, node.args, args)))
        return self.narrowed(node, text, scope), ATOM

    def plain(self, code: Code) -> bool:
        """Whether the code has a plain number of Python's here."""
        return constant(code)

    def narrowed(self, node: Code, text: str, scope: Scope) -> str:
        """An operation's result in the type of numbers that the program computes with."""
        sized = node.data.shape is not None and node.rank and all(not code.rank for code in node.args)
        other = node.data.name in self.wider or (sized and not node.data.private)
        return f"{text}.astype({scope.kind()})" if other else text

    def operand(self, code: Code, text: Text) -> Text:
        """An operation's argument: np.power refuses whole numbers. What is no bare number any more stays as it is."""
        whole = code.kind == "number" and code.data.denominator == 1 and text == number(code.data)
        return (repr(float(code.data)), text[1]) if whole else text

    def repeats(self, node: Code, k: int) -> int:
        """How often a template has the hole."""
        if node.kind == "gram":
            return 2 - k
        return self.known_template(node).count(f"{{{k}}}") if node.kind == "call" else 1

    # ------------------------------------------------------------ products

    def matmul(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Brackets on the right stay away where the other order costs the same: `x @ A @ x`."""
        if self.vector_first:
            args = [
                (f"({text[0]})", ATOM) if _turned(code) is not None and text[1] == MATRIX else text
                for code, text in zip(node.args, args, strict=True)
            ]
            k = _turned(node)
            if k is not None and args[k][0].endswith(".T"):
                plain, vector = args[k][0][:-2], wrap(args[1 - k], ATOM)
                return f"{vector} @ {plain}" if k == 0 else f"{plain} @ {vector}", MATRIX
        right = spine = node.args[1]
        sizes = set(node.args[0].shape)
        while spine.kind == "matmul":
            sizes.update(d for code in spine.args for d in code.shape)
            spine = spine.args[0]
        same = right.kind == "matmul" and (
            node.args[0].rank == right.rank == 1 or (right.rank == 2 and len(sizes) == 1)
        )
        return f"{wrap(args[0], MATRIX)} @ {wrap(args[1], MATRIX if same else POWER)}", MATRIX

    def gram(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A weighted Gram matrix."""
        A = wrap(args[0], ATOM)
        return f"{A}.T @ ({wrap(args[1], ATOM)}[:, None]*{A})", MATRIX

    def called(self, function: str, args: list[Text]) -> Text:
        """A function of the library on these."""
        return f"{self.lib}.{function}({', '.join(text for text, _ in args)})", ATOM

    def solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system."""
        return self.called("linalg.solve", args)

    def slogdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The sign and the logarithm of a determinant."""
        return self.called("linalg.slogdet", args)

    def item(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """One of two results."""
        return f"{wrap(args[0], ATOM)}[{int(node.data)}]", ATOM

    def outer(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An outer product of vectors."""
        return self.called("outer", args)

    def outers(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum of outer products, as a product of matrices of which these vectors are the rows."""
        left, right = (
            f"{self.lib}.concatenate([{', '.join(f'{wrap(row, ATOM)}[None]' for row in args[k::2])}])" for k in (0, 1)
        )
        return f"{left}.T @ {right}", MATRIX

    def dot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The sum of an elementwise product."""
        return self.called("vdot", args)

    def diag(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A diagonal matrix."""
        return self.called("diag", args)

    def trace(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A trace."""
        return self.called("trace", args)

    def tensordot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over several axes."""
        left, right = (axes[0] if len(axes) == 1 else axes for axes in node.data)
        return f"{self.lib}.tensordot({args[0][0]}, {args[1][0]}, axes=({left}, {right}))", ATOM

    def einsum(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over labels."""
        left, right, out = map(letters, node.data)
        return f'{self.lib}.einsum("{left},{right}->{out}", {args[0][0]}, {args[1][0]})', ATOM

    # ------------------------------------------------------------ axes

    def sum(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A sum over axes."""
        axes = node.data
        where = "" if axes is None else f"axis={axes[0] if len(axes) == 1 else axes}"
        return f"{wrap(args[0], ATOM)}.sum({where})", ATOM

    def permute(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A transpose."""
        base = wrap(args[0], ATOM)
        return (f"{base}.T" if node.rank == 2 else f"{base}.transpose{node.data}"), ATOM

    def expand(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """New axes."""
        return f"{wrap(args[0], ATOM)}[{', '.join(':' if keep else 'None' for keep in node.data)}]", ATOM

    def reshape(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Another shape."""
        return f"{wrap(args[0], ATOM)}.reshape({', '.join(scope.size(d)[0] for d in node.shape)})", ATOM

    def diagonal(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The entries on a diagonal."""
        if node.data == ((0, 0), (0,)):
            return self.called("diagonal", args)
        labels, out = map(letters, node.data)
        return f'{self.lib}.einsum("{labels}->{out}", {args[0][0]})', ATOM

    def copied(self, text: Text) -> str:
        """The array as one that nothing else holds."""
        return f"{wrap(text, ATOM)}.copy()"

    def blank(self, node: Code, values: list[Text], scope: Scope) -> str:
        """Zeros onto which these values are written."""
        return self.zeros(node, [], scope)[0]

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """An array with diagonals written onto it: a view of those entries takes the values."""
        based, patterns, signs = node.data
        if not based:
            base = self.blank(node, values, scope)
        elif shared or shared_with_caller(node.args[0]):
            base = self.copied(values[0])
        else:
            base = values[0][0]
        lines = [f"{name} = {base}"]
        for k, (value, pattern, sign) in enumerate(zip(values[based:], patterns, signs, strict=True)):
            view = f'{self.lib}.einsum("{letters(pattern)}->{letters(tuple(dict.fromkeys(pattern)))}", {name})'
            write = "=" if not based and not k else "+=" if sign > 0 else "-="
            lines.append(f"{view}[...] {write} {'-' + wrap(value, POWER) if write == '=' and sign < 0 else value[0]}")
        return lines

    # ------------------------------------------------------------ what stands around the code

    def helpers(self, op: Op) -> list[str]:
        """The sources of the functions that the spelling of the operation calls."""
        return [op.helper] if op.helper else []

    def imports(self, text: str) -> list[str]:
        """The statements that import what a text uses."""
        return ["import numpy as np", *sorted({f"import {name}" for name in re.findall(r"\bscipy\.\w+(?=\.)", text)})]

    taking = ""  #: the sources of the function `arrays`, which takes the arguments in, and of what it calls
    own_helpers: Mapping[str, str] = {}  #: the sources of functions that spellings call, by name
    imports_numpy = "    import numpy as np\n"  #: in a function that needs it, where the module does not
    calls_value = False  #: whether a function that takes the variables calls `value`
    made_of_numpy = "{}"  #: an array of the library's that is made of one of NumPy's
    main = ""  #: what a module that is run as a program does first

    def endings(self, task: Task, scope: Scope, sizes: Sequence[str]) -> list[str]:
        """What stands after the functions of a module, which have to be told these sizes."""
        return [self_check(task, scope, self.imports_numpy, self.main, self.made_of_numpy)]

    def typed(self, arrays: list[str]) -> str:
        """The type of numbers that the arrays have, all of them the same."""
        return f"{arrays[0]}.dtype" if arrays else f"{self.lib}.float64"

    def result(self, code: Code, text: Text, scope: Scope) -> str:
        """The result as an array that the caller may keep. `[...]` makes one of a scalar, and computes nothing."""
        if self.plain(code):
            return f"{self.lib}.asarray({text[0]}, {scope.kind()})"
        if shared_with_caller(code):
            return self.copied(text)
        if code.rank:
            return text[0]
        return f"{self.lib}.asarray({text[0]})" if is_given(code) else f"{wrap(text, ATOM)}[...]"
