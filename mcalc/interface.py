"""The Python interface: `diff`, `check` and `shape`, and the results that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict, overload

from mcalc.answer import Answer, answer_to, shape_reply
from mcalc.answer.derivative import Derivative
from mcalc.request import Manner, Request, Way, check_choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Unpack

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from mcalc.checking.given import Given
    from mcalc.checking.question import Verdict

    Several = str | Sequence[str]
    Names = list[str] | tuple[str, ...]


class Asked(TypedDict, total=False):
    """What `diff` takes by name: the fields of a `Request` and of a `Manner`, which have the defaults."""

    var: Several
    of: str
    fun: Several
    order: int
    then: Several
    jvp: str
    vjp: str
    upstream: str  #: another name of `vjp`
    hvp: str
    structured: bool
    convention: str

    layout: str
    form: str
    vec: str
    where: bool
    expand: bool
    bold: bool
    style: str
    size: Several
    compressed: bool
    batch: Several


class Line(NamedTuple):
    """A line of the working: `left = text`, with the rule that leads to it and the reason."""

    rule: str  #: the code of the rule
    title: str  #: the rule with its reason, in a sentence
    left: str
    text: str  #: the right side in the input language
    latex: str  #: the right side in LaTeX
    shape: tuple[str, ...]  #: the size of each axis


class Result:
    """The derivative of an expression by one variable.

    Its text is that of the derivative, a notebook shows it as a formula, and called with arrays it is computed.
    """

    def __init__(self, answer: Answer, derivative: Derivative) -> None:
        self._answer, self._derivative = answer, derivative

    @property
    def _alone(self) -> Answer:
        """The answer without the derivatives by other variables."""
        return Answer(self._answer.reading, [self._derivative], self._answer.order, self.layout)

    @property
    def derivative(self) -> str:
        """The derivative in the input language."""
        return self._derivative.write("text")

    @property
    def wrt(self) -> str:
        """What was differentiated by."""
        return self._derivative.wrt

    @property
    def kind(self) -> str:
        """`gradient`, `jacobian`, `hessian`, `derivative`, `mixed` or `tensor`."""
        return self._derivative.kind

    @property
    def shape(self) -> tuple[str, ...]:
        """The size of each axis: of a scalar none."""
        return tuple(self._derivative.shape)

    @property
    def layout(self) -> str:
        """How the axes are arranged: `mixed`, `numerator` or `denominator`."""
        return self._answer.layout

    @property
    def variables(self) -> dict[str, tuple[str, ...]]:
        """The variables of the expression in order, with the sizes of their axes."""
        return {name: tuple(map(str, x.shape)) for name, x in self._answer.reading.symbols.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided on the way."""
        return tuple(self._answer.notes)

    @property
    def steps(self) -> tuple[Line, ...]:
        """The working by differentials; the last line is the derivative."""
        return self.working()

    def working(
        self, method: str = "differential", detail: str = "normal", direction: str = "backward"
    ) -> tuple[Line, ...]:
        """The working by a method: `differential`, `occurrences`, `graph` or `index`; brief, normal or full.

        Raises a `Problem` where there is no such method, or where it cannot treat the expression.
        """
        way = Way(method=method, detail=detail, direction=direction)
        way.check()
        replies = [step.reply(self._derivative.lettering) for step in self._derivative.steps(way)]
        return tuple(Line(**{**line, "shape": tuple(line["shape"])}) for line in replies)

    # ------------------------------------------------------------ spellings

    def write(self, form: str) -> str:
        """The derivative in a form that `mcalc diff --to` has: an expression, a module of code, or a page.

        Raises a `Problem` of kind usage where there is no such form.
        """
        from mcalc.pages import PAGES, page
        from mcalc.targets import CODE, FORMS

        if form in PAGES:
            return page(form, self._alone, Way())
        check_choice("format", form, (*FORMS, *CODE, *PAGES))
        return self._derivative.result(form)

    def latex(self) -> str:
        """The derivative in LaTeX."""
        return self.write("latex")

    def unicode(self) -> str:
        """The derivative in mathematical notation on one line."""
        return self.write("unicode")

    def typst(self) -> str:
        """The derivative in Typst."""
        return self.write("typst")

    def mathml(self) -> str:
        """The derivative in MathML."""
        return self.write("mathml")

    def numpy(self) -> str:
        """A module for NumPy that defines `value` and `derivative`."""
        return self.write("numpy")

    def jax(self) -> str:
        """A module for JAX that defines `value` and `derivative`."""
        return self.write("jax")

    def torch(self) -> str:
        """A module for PyTorch that defines `value` and `derivative`."""
        return self.write("torch")

    def julia(self) -> str:
        """A module for Julia that defines `value` and `derivative`."""
        return self.write("julia")

    def matlab(self) -> str:
        """Functions for MATLAB and Octave."""
        return self.write("matlab")

    def scipy(self) -> str:
        """A module for `scipy.optimize.minimize`, with `fun`, `jac`, `hess` and `hessp`."""
        return self.write("scipy")

    def to_sympy(self) -> Any:
        """The derivative as SymPy's object. Raises a `Problem` of kind unsupported where SymPy has no such thing."""
        from mcalc.notation import notate
        from mcalc.targets.sympy import to_sympy

        reading = self._answer.reading
        return to_sympy(notate(self._derivative.shown, reading, where=False, expand=True), reading)

    def markdown(self) -> str:
        """A page with the working in Markdown."""
        return self.write("markdown")

    def html(self) -> str:
        """A page with the working in HTML, which needs nothing beside it."""
        return self.write("html")

    def reply(self, to: Several = (), steps: bool = False) -> dict[str, Any]:
        """The result as plain data, in the fields of `mcalc diff --to json`."""
        return self._alone.reply(_several(to), Way() if steps else None)

    # ------------------------------------------------------------ numbers

    def __call__(self, *arrays: ArrayLike, **named: ArrayLike) -> NDArray[np.float64]:
        """The derivative at numbers: arrays in the order of `variables`, or by name.

        Raises a `Problem` where a value is missing or does not fit, or where there is no derivative.
        """
        found = self._at(arrays, named).value(self._derivative.shown)
        return found[None, :] if self._derivative.row else found

    def value(self, *arrays: ArrayLike, **named: ArrayLike) -> NDArray[np.float64]:
        """The expression itself at numbers."""
        return self._at(arrays, named).value(self._answer.reading.root)

    def _at(self, arrays: Sequence[ArrayLike], named: Mapping[str, ArrayLike]) -> Given:
        from mcalc.checking.given import at, floats

        symbols = self._answer.reading.symbols
        if len(arrays) > len(symbols):
            raise TypeError(f"{len(arrays)} arrays were given for {len(symbols)} variables")
        given = {name: floats(array) for name, array in (*zip(symbols, arrays, strict=False), *named.items())}
        return at(self._answer.reading, given)

    def verify(self, seed: int = 0) -> bool:
        """Whether the derivative agrees with finite differences at random points."""
        return self._alone.verify(seed).exit_status == 0

    # ------------------------------------------------------------ how it shows itself

    def __repr__(self) -> str:
        return self.derivative

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and (self.wrt, self._derivative.shown, self.layout) == (
            other.wrt, other._derivative.shown, other.layout,
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.wrt, self._derivative.shown))

    def _repr_latex_(self) -> str:
        """An equation, as a notebook shows it."""
        from mcalc.pages.content import Part
        from mcalc.targets import write

        left = write("latex", Part(self._derivative, None).left, self._derivative.lettering)
        return rf"$\displaystyle {left} = {self.latex()}$"

    def _repr_html_(self) -> str:
        """The equation in MathML, with what it is, as a notebook shows it."""
        from mcalc.pages.content import Content
        from mcalc.pages.html import fragment

        return fragment(Content(self._alone, None))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """All of these by their types; a notebook takes the richest that it can show."""
        del include, exclude
        return {"text/plain": repr(self), "text/latex": self._repr_latex_(), "text/html": self._repr_html_()}


@overload
def diff(expression: str, wrt: str, **asked: Unpack[Asked]) -> Result: ...


@overload
def diff(expression: str, wrt: Names, **asked: Unpack[Asked]) -> tuple[Result, ...]: ...


def diff(expression: str, wrt: str | Names, **asked: Any) -> Result | tuple[Result, ...]:
    """The derivative of an expression by a variable, or the derivatives by several.

    What more can be asked has the names of the options of `mcalc diff`, and means the same:

    - `var` declares variables (`"A[n,n] symmetric"`), `fun` abstract functions (`"f: [m] -> []"`);
    - `of` a definition, `order` and `then`, `jvp`, `vjp` (or `upstream`) and `hvp`, `structured` and `convention`;
    - `layout`, `form`, `vec`, `where`, `expand`, `bold` and `style` of what is written;
    - `size`, `batch` and `compressed` for code.

    What may be repeated is a string or a sequence of them. Raises a `Problem`, whose `report()` tells the place and a
    suggestion.
    """
    if strange := asked.keys() - Asked.__annotations__.keys():
        raise TypeError(f"diff() got an unexpected keyword argument {min(strange)!r}")
    given = {**asked, "text": expression, "wrt": wrt, "vjp": asked.get("upstream") or asked.get("vjp")}
    answer = answer_to(Request.among(given), Manner.among(given))
    results = tuple(Result(answer, derivative) for derivative in answer.derivatives)
    return results[0] if isinstance(wrt, str) else results


def check(
    expression: str,
    wrt: str,
    answer: str,
    *,
    var: Several = (),
    fun: Several = (),
    order: int = 1,
    layout: str = "mixed",
    form: Several = (),
    seed: int = 0,
) -> Verdict:
    """Whether an answer is right, and if not, what went wrong; what is given means what `mcalc check` means by it.

    The `verdict` is `correct`, `correct-up-to-layout`, `partial`, `wrong`, `invalid` or `undecided`; `message` says
    why, and `reply()` gives everything as plain data. Raises a `Problem` where the question makes no sense.
    """
    from mcalc.checking.form import tests_in
    from mcalc.checking.question import question_for

    question = question_for(expression, wrt, tuple(_several(var)), order, layout, seed, tuple(_several(fun)))
    forms = _several(form)
    return question.check(answer, tests_in(",".join(forms)) if forms else [])


def shape(expression: str, *, var: Several = (), fun: Several = ()) -> dict[str, Any]:
    """How an expression is read, as plain data: its shape, and the sizes and properties of its variables."""
    from mcalc.language.read import read

    return shape_reply(read(expression, _several(var), functions=_several(fun)))


def from_sympy(expression: Any) -> tuple[str, list[str]]:
    """A SymPy expression as text, and the declarations of its variables: what `diff` takes as `expression` and `var`.

    Raises a `Problem` of kind unsupported where it holds what mcalc does not know.
    """
    from mcalc.language.sympy import from_sympy as told

    return told(expression)


def _several(given: Several) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
