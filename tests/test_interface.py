"""The Python interface: results that show themselves, are written in every form, and are computed."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import mcalc
from mcalc.interface import Asked
from mcalc.request import Manner, Request
from tests.shell import ROOT, environment
from tests.shell import mcalc as in_a_shell

A, X = np.array([[2.0, 1.0, 0.5], [0.0, 3.0, 1.0], [1.0, -1.0, 2.0]]), np.array([1.0, 2.0, -1.0])


def test_importing_it_loads_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import mcalc; print(*sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, env=environment())
    assert set(ended.stdout.split()) <= {"mcalc", "__future__"}


def test_differentiating_loads_nothing_heavy() -> None:
    program = (
        "import sys, mcalc; mcalc.diff('x.T@A@x', wrt='x').latex(); print(*{n.partition('.')[0] for n in sys.modules})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert not {"numpy", "sympy", "rich", "lark", "click", "scipy"} & set(ended.stdout.split())


def test_a_result_says_what_it_is() -> None:
    result = mcalc.diff("x.T@A@x", wrt="x")
    assert str(result) == result.derivative == "(A + A.T)@x"
    assert (result.kind, result.shape, result.layout, result.wrt) == ("gradient", ("n",), "mixed", "x")
    assert result.variables == {"x": ("n",), "A": ("n", "n")}
    assert result == mcalc.diff("x.T*A*x", wrt="x")
    assert mcalc.diff("relu(x)", wrt="x").notes


def test_several_variables_give_several_results() -> None:
    by_w, by_y = mcalc.diff("norm(X@w - y)^2", wrt=("w", "y"))
    assert (by_w.derivative, by_y.wrt) == ("2*X.T@(X@w - y)", "y")


def test_all_that_can_be_asked_can_be_asked_by_name() -> None:
    fields = Request.__annotations__.keys() | Manner.__annotations__.keys()
    assert Asked.__annotations__.keys() == fields - {"text", "wrt"} | {"upstream"}
    assert all(f"`{name}`" in (mcalc.diff.__doc__ or "") for name in Asked.__annotations__)
    assert str(mcalc.diff("norm(X@w)^2", "w", jvp="v")) == "2*(X@w).T@X@v"
    assert str(mcalc.diff("A@x", "x", upstream="g")) == str(mcalc.diff("A@x", "x", vjp="g")) == "A.T@g"
    assert str(mcalc.diff("x.T@A@x", "x", var="A[n,n] symmetric", then="x")) == "2*A"
    by_n, by_p = (mcalc.diff("sum(A@B@C)", "C", size=size).numpy() for size in ("n=9000", ["p=9000"]))
    assert by_n != by_p
    with pytest.raises(TypeError, match=r"diff\(\) got an unexpected keyword argument 'ordr'"):
        mcalc.diff("x.T@x", "x", ordr=2)  # type: ignore[call-overload]


def test_the_steps_are_those_of_the_command() -> None:
    words = ("diff", "x.T@A@x", "--wrt", "x", "--to", "json", "--steps")
    told = json.loads(in_a_shell(*words).stdout)["steps"]
    assert [{**line._asdict(), "shape": list(line.shape)} for line in mcalc.diff("x.T@A@x", "x").steps] == told
    brief = mcalc.diff("x.T@A@x", "x").working(detail="brief")
    assert len(brief) < len(told)
    with pytest.raises(mcalc.Problem, match="no such method: magic"):
        mcalc.diff("x.T@A@x", "x").working("magic")


@pytest.mark.parametrize(
    "form", ["latex", "unicode", "typst", "mathml", "numpy", "jax", "torch", "julia", "matlab", "markdown", "html"]
)
def test_every_form_has_a_method(form: str) -> None:
    result = mcalc.diff("logdet(X)", wrt="X", bold=True)
    assert getattr(result, form)() == result.write(form)


def test_a_form_that_there_is_not_is_told() -> None:
    with pytest.raises(mcalc.Problem, match="no such format: latx"):
        mcalc.diff("x.T@x", "x").write("latx")


def test_a_result_is_computed_by_name_and_by_place() -> None:
    result = mcalc.diff("x.T@A@x", wrt="x")
    assert np.allclose(result(A=A, x=X), (A + A.T) @ X)
    assert np.allclose(result(X, A), (A + A.T) @ X)
    assert np.allclose(result(X, A=A.tolist()), (A + A.T) @ X)
    assert np.allclose(result.value(X, A), X @ A @ X)
    scope: dict[str, object] = {}
    exec(result.numpy(), scope)
    assert np.allclose(scope["derivative"](x=X, A=A), result(X, A))  # type: ignore[operator]
    row = mcalc.diff("x.T@A@x", wrt="x", layout="numerator")
    assert row(X, A).shape == (1, 3)
    assert result.verify()


def test_numbers_that_do_not_fit_are_told() -> None:
    result = mcalc.diff("x.T@A@x", wrt="x")
    with pytest.raises(mcalc.Problem, match="A has no value"):
        result(X)
    with pytest.raises(mcalc.Problem):
        result(X[:2], A)
    with pytest.raises(TypeError, match="3 arrays were given for 2 variables"):
        result(X, A, X)
    with pytest.raises(TypeError, match="complex"):
        result(X * 1j, A)


def test_a_notebook_is_given_every_type() -> None:
    bundle = mcalc.diff("x.T@A@x", wrt="x")._repr_mimebundle_()
    assert bundle["text/plain"] == "(A + A.T)@x"
    assert bundle["text/latex"] == r"$\displaystyle \frac{\mathrm{d} f}{\mathrm{d} x} = (A + A^{\top}) x$"
    assert "<math" in bundle["text/html"]
    assert "gradient of shape n" in bundle["text/html"]


def test_sympy_is_spoken_both_ways() -> None:
    import sympy

    M, v = sympy.MatrixSymbol("M", 3, 3), sympy.MatrixSymbol("v", 3, 1)
    text, var = mcalc.from_sympy(v.T * M * v)
    result = mcalc.diff(text, "v", var=var)
    assert result.to_sympy().subs(M, sympy.Matrix(A)).subs(v, sympy.Matrix(X)).doit() == sympy.Matrix((A + A.T) @ X)


def test_an_answer_is_checked() -> None:
    assert mcalc.check("x.T@A@x", "x", "(A + A.T)@x").verdict == "correct"
    wrong = mcalc.check("x.T@A@x", wrt="x", answer="2*A@x")
    assert wrong.verdict == "wrong"
    assert wrong.message
    assert mcalc.check("x.T@A@x", "x", "2*A@x", var="A[n,n] symmetric").verdict == "correct"


def test_a_mistake_is_a_problem_with_its_place() -> None:
    with pytest.raises(mcalc.Problem) as caught:
        mcalc.diff("x.T@", wrt="x")
    assert "^" in caught.value.report()
    assert mcalc.shape("x.T@A@x")["vars"]["A"]["dims"] == ["n", "n"]
    assert "diff" in dir(mcalc)
    with pytest.raises(AttributeError):
        _ = mcalc.nothing  # type: ignore[attr-defined]


def test_a_typed_program_can_use_it() -> None:
    from mypy import api

    told, fault, status = api.run(["--strict", str(ROOT / "tests" / "usage.py")])
    assert (status, fault) == (0, ""), told


# ---------------------------------------------------------------- IPython


def magic(line: str, cell: str | None = None) -> object:
    from mcalc.magic import mcalc as run

    return run(line, cell)


def test_a_cell_is_an_expression_and_its_line_the_options() -> None:
    result = magic("--wrt w", "r = X@w - y\nr.T@r\n")
    assert str(result) == "2*X.T@r"
    assert str(magic("--wrt x -- -x.T@x")) == "-2*x"
    assert len(magic("--wrt w,y", "norm(X@w - y)^2")) == 2  # type: ignore[arg-type]
    assert 'class="why"' in magic("--wrt x --steps", "x.T@A@x")._repr_html_()  # type: ignore[attr-defined]


def test_a_mistake_in_a_cell_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert magic("--wrt x", "x.T@") is None
    assert magic("--wrt x --to latx", "x.T@x") is None
    assert magic("--wrt x --to latex", "x.T@x") is None
    told = capsys.readouterr().out
    assert told.count("error: ") == 2
    assert told.endswith("2 x\n")
