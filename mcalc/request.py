"""What is asked, and how the answer is to be written: one field for each thing that can be said.

The command line, `mcalc batch` and `mcalc.diff` of Python fill these records by the names of the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, dataclass_transform

from mcalc.calculus.layout import CONVENTIONS, FORMS, LAYOUTS, VECS
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.limits import limit
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

METHODS = ("differential", "occurrences", "graph", "index")
DETAILS = ("brief", "normal", "full")
STYLES = ("leibniz", "newton")
DIRECTIONS = ("backward", "forward")


@dataclass_transform(kw_only_default=True)
class Record:
    """Fields that are given by name, with the defaults that the class states; a string alone for several is one.

    A dataclass, but for that import, which would take a tenth of the whole command.
    """

    def __init__(self, **given: Any) -> None:
        strange = given.keys() - type(self).__annotations__.keys()
        if strange:
            raise TypeError(f"{type(self).__name__} has no {min(strange)}")
        for name, value in given.items():
            several = isinstance(getattr(type(self), name, None), tuple)
            self.__dict__[name] = (value,) if several and isinstance(value, str) else value

    @classmethod
    def among(cls, given: Mapping[str, Any]) -> Self:
        """The record whose fields are among these; None leaves one out."""
        return cls(**{name: given[name] for name in cls.__annotations__ if given.get(name) is not None})


class Request(Record):
    """The derivatives that are asked for."""

    text: str  #: the expression, with its definitions
    wrt: Sequence[str] = ()  #: variables, or entries of variables; `all` for every one
    var: Sequence[str] = ()  #: declarations: `A[n,n] symmetric`
    of: str = ""  #: the definition that is meant, in the place of an expression at the end
    fun: Sequence[str] = ()  #: declarations of abstract functions: `f: [m] -> []`
    order: int = 1
    then: Sequence[str] = ()  #: variables that the derivative is differentiated by afterwards
    jvp: str = ""  #: the array, of the variable's shape, that the derivative is multiplied with
    vjp: str = ""  #: the array, of the value's shape, whose product with the derivative is asked for
    hvp: str = ""  #: the array, of the variable's shape, that the Hessian is multiplied with
    structured: bool = False  #: the convention "structured"
    convention: str = "unstructured"  #: what a structure of the variable, such as symmetry, makes of the derivative

    @property
    def product(self) -> tuple[str, str] | None:
        """The product with an array that is asked for instead of a derivative: its kind and the array's name."""
        asked = [(kind, name) for kind in ("jvp", "vjp", "hvp") if (name := getattr(self, kind))]
        if len(asked) > 1:
            raise Problem("E013", "{one} and {other} were asked for: one is enough", one=asked[0][0], other=asked[1][0])
        return asked[0] if asked else None

    @property
    def about_structure(self) -> str:
        """The convention that is asked for."""
        return "structured" if self.structured else self.convention

    def check(self) -> None:
        """Raise a `Problem` where the fields make no question."""
        check_choice("convention", self.convention, CONVENTIONS)
        if self.structured and self.convention == "cookbook":
            raise Problem("E013", "{one} and {other} were asked for: one is enough", one="structured", other="cookbook")
        if self.order < 1:
            raise Problem("E012", "the order is 1 to {most}, and not {order}", most=limit("order"), order=self.order)
        if self.order > limit("order"):
            hint, most = "--limit order=N allows more", limit("order")
            raise Problem("E504", "order {order} is over the limit of {most}", hint=hint, order=self.order, most=most)


class Manner(Record):
    """How an answer is to be written."""

    layout: str = "mixed"  #: how the axes are arranged
    form: str = ""  #: which of the forms of a tensor is asked for
    vec: str = "column"  #: what vec stacks
    where: bool = True  #: whether what repeats gets a name
    expand: bool = False  #: whether what the input names and says is written out
    bold: bool = False  #: whether vectors and matrices are bold
    style: str = "leibniz"  #: how derivatives by the time are written: x'(t), or a dot over x

    size: Sequence[str] = ()  #: sizes that are known, for the order of products in code: `n=1000`
    compressed: bool = False  #: whether code leaves out the zeros of a derivative that is a product with a δ
    batch: Sequence[str] = ()  #: variables of which code takes many at once: `x:rows`

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes that are known, by name. Raises a `Problem` of kind usage."""
        found = {}
        for text in self.size:
            name, _, length = text.partition("=")
            if not name.strip().isidentifier() or not length.strip().isdecimal() or len(length) > 15:
                raise Problem("E033", "{text} tells no size", hint="--size n=1000,m=200", text=repr(text))
            found[name.strip()] = int(length)
        return found

    @property
    def samples(self) -> dict[str, str]:
        """By variable, where its samples stand: in rows or in columns. Raises a `Problem` of kind usage."""
        found = {}
        for text in self.batch:
            name, _, where = text.partition(":")
            if where not in ("", "rows", "columns"):
                hint = "--batch x:rows, or x:columns"
                raise Problem("E033", "samples stand in rows or in columns, and not in {where}", hint=hint, where=where)
            found[name.strip()] = where or "rows"
        return found

    def check(self) -> None:
        """Raise a `Problem` where a field has a value that is none."""
        _ = self.sizes, self.samples
        check_choice("layout", self.layout, LAYOUTS)
        check_choice("form", self.form or FORMS[0], FORMS)
        check_choice("order of vec", self.vec, VECS)
        check_choice("style", self.style, STYLES)


class Way(Record):
    """How the working is to be told."""

    method: str = "differential"
    detail: str = "normal"  #: how finely: brief, normal, or full, which is a line for every rule
    direction: str = "backward"  #: which way a computation graph is swept

    def check(self) -> None:
        """Raise a `Problem` where a field has a value that is none."""
        check_choice("method", self.method, METHODS)
        check_choice("detail", self.detail, DETAILS)
        check_choice("direction", self.direction, DIRECTIONS)


def check_choice(what: str, value: str, choices: Sequence[str]) -> None:
    """Raise a `Problem` where a value is none of the choices."""
    if value not in choices:
        near = nearest(value, choices)
        hint = "did you mean {near}?" if near else "choose from {choices}"
        raise Problem(
            "E005", "no such {what}: {value}", hint=hint, what=say(what), value=value, near=near, choices=choices
        )
