"""The checks that modules come with: they pass where the derivative is right, and find one that is wrong."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests import needed
from tests.targets.code.julia import julia_fault
from tests.targets.code.octave import programs, said
from tests.targets.code.test_module import LOGREG, code

AGREES = "the derivative agrees with differences of the value at 3 random points"

CHECKED = [
    (("numpy", LOGREG, "w"), {}),
    (("numpy", "logdet(S) + x.T@inv(S)@x", "S", "S[n,n] psd"), {"order": 2}),
    (("numpy", "sum(x.^3)", "x"), {"order": 3}),
    (("numpy", "log(det(X))", "X"), {}),
    (("numpy", "exp(x[9])*sum(exp(x[k:n]))", "x", "x[n]"), {}),
    (("numpy", "sum(sin(vec(A@X@B)))^2", "X"), {"order": 2}),
    (("numpy", "kron(A,B)", "A"), {}),
    (("numpy", "s*eye(n)", "s"), {}),
    (("numpy", "besselj(1,s)", "s"), {}),
    (("numpy", "tr(S@A)", "S", "S[n,n] skew"), {}),
    (("numpy", "tr(Q@A)", "Q", "Q[n,n] orthogonal"), {"convention": "structured"}),
    (("numpy", "tanh(A@x)", "A"), {"layout": "denominator"}),
    (("numpy", "x.T@A@x", "x"), {"layout": "numerator"}),
    (("numpy", "sum(tanh(A@x))", "x"), {"product": ("hvp", "v")}),
    (("numpy", "tanh(A@x)", "x"), {"product": ("vjp", "v")}),
    (("numpy", "tanh(A@x)", "x"), {"product": ("jvp", "v")}),
    (("numpy", "R = T - U@V.T; sum(R.*R)", "U"), {"order": 2, "compressed": True}),
    (("numpy", "sum(exp(x))", "x"), {"order": 2, "compressed": True}),
    (("numpy", "A@X + X@B", "X"), {"compressed": True, "layout": "denominator"}),
    (("numpy", "sum(U.^3) + norm(T - U@V.T)^2 + sum(U)^2", "U"), {"order": 2, "compressed": True}),
    (("numpy", "sum(U.^3) + norm(t - U@v)^2", "U"), {"order": 2, "compressed": True, "batch": ["v"]}),
    (("numpy", "A@X", "X"), {"compressed": True, "batch": ["A:columns"], "layout": "denominator"}),
    (("numpy", "x.T@A@x", "x"), {"batch": ["A"], "layout": "numerator"}),
    (("numpy", "sum(tanh(A@x))", "x"), {"product": ("hvp", "v"), "batch": ["x:columns"], "layout": "numerator"}),
    (("numpy", "tanh(A@x)", "A"), {"product": ("vjp", "g"), "batch": ["x", "g:columns"]}),
    (("numpy", "tanh(A@x)", "x"), {"product": ("jvp", "v"), "batch": ["A", "x"], "layout": "denominator"}),
    (("numpy", "A@X@X", "X[1,2]"), {"layout": "denominator"}),
    (("numpy", "(x.T@w - y)^2", "w"), {"batch": ["x:rows", "y"]}),
    (("numpy", "(x.T@w - y)^2", "x"), {"batch": ["x:columns"]}),
    (("numpy", "sum(tanh(A@x))", "x"), {"batch": ["x"], "order": 2}),
    (("numpy", "r = X@w - y; r.T@r + lambda*w.T@w", ["w", "lambda"]), {}),
    (("scipy", "norm(T - U@V.T)^2", ["U", "V"]), {}),
    (("numpy", "sum((A@B@C@x).^2)", "x"), {"size": ["m=1000", "n=10", "p=5"]}),
    (("numpy", "sum(U.^3) + norm(T - U@V.T)^2", ["U", "V"]), {"order": 2, "compressed": True}),
    (("numpy", "A@X + X@B", "X"), {"compressed": True, "layout": "numerator"}),
    (("numpy", "log(f(X))", "X"), {"order": 2, "fun": ["f: [m,n] -> []"]}),
    (("numpy", "f(x.T@x)*g(A@x)", "x"), {"order": 2, "fun": ["f: [] -> []", "g: [m] -> []"]}),
    (("numpy", "sum(f(X@w))", "w"), {"order": 3, "fun": ["f: [] -> []"]}),
    (("numpy", "x(t).T@A@x(t)", "t"), {"fun": ["x: [] -> [n]"]}),
    (("numpy", "f(A@x)", "x"), {"product": ("vjp", "g"), "fun": ["f: [m] -> [m]"]}),
    (("numpy", "sum(X.^3)", ["X[1,2]", "X"]), {}),
    (("numpy", "sum(X.^3)", "X[1,2]"), {"order": 2}),
    (("numpy", "tr(S@A@S)", ["S[0,7]", "S[2,2]"], "S[n,n] symmetric"), {}),
    (("numpy", "A@(x.*x)", ["x[n-1]", "x[i]"]), {"layout": "denominator"}),
    (("numpy", "tanh(A@x)", "x"), {"then": ["A"], "layout": "numerator"}),
    (("numpy", "sum(exp(A@x))", ["x", "A"]), {"then": ["x"]}),
    (("numpy", "sum(exp(A@x))", "x"), {"order": 2, "then": ["A"]}),
    (("numpy", "tr(S@A@S@S)", "S", "S[n,n] symmetric"), {"order": 2, "convention": "cookbook"}),
    (("numpy", "tr(K@A@K)", "K", "K[n,n] skew"), {"convention": "cookbook"}),
    (("numpy", "tr(L@A@L)", "L", "L[n,n] lower"), {"convention": "cookbook"}),
    (("numpy", "x.T@S@x", "x", "S[n,n] psd"), {"then": ["S"], "convention": "cookbook"}),
]


def spoilt(text):
    """The module with a derivative that is one part in a hundred too large."""
    start = text.index("def derivative")
    result = "larger = lambda a: tuple(map(larger, a)) if isinstance(a, tuple) else 1.01*a; return larger((\\1))"
    return text[:start] + re.sub(r"return (.*)", result, text[start:], count=1)


def checked(text):
    scope = {"__name__": "generated"}
    exec(text, scope)
    return scope["self_check"]()


@pytest.mark.parametrize(("what", "how"), CHECKED, ids=lambda part: " ".join(map(str, part)))
def test_the_check_passes(what, how, capsys):
    assert checked(code(*what, **how)) == 0
    assert capsys.readouterr().out == f"{AGREES}\n"


@pytest.mark.parametrize("form", ["jax", "torch"])
def test_the_check_passes_in_libraries(form, capsys):
    library = needed.library(form)
    if form == "jax":
        library.config.update("jax_enable_x64", True)
    for text, wrt in [
        (LOGREG, "w"),
        ("log(det(X))", "X"),
        ("norm(relu(A@x))", "x"),
        ("vech(A@B)", "A"),
        ("(A@x)@b.T", "A"),
    ]:
        assert checked(code(form, text, wrt)) == 0
    assert checked(code(form, "f(A@x)", "x", fun=["f: [m] -> [k]"])) == 0
    assert checked(code(form, "sum(U.^3) + norm(T - U@V.T)^2", ["U", "V"], order=2, compressed=True)) == 0


@pytest.mark.parametrize(("what", "how"), CHECKED, ids=lambda part: " ".join(map(str, part)))
def test_the_check_finds_a_wrong_derivative(what, how, capsys):
    assert checked(spoilt(code(*what, **how))) == 1
    assert "disagrees" in capsys.readouterr().out


def test_a_module_is_a_program(tmp_path):
    text = code("numpy", LOGREG, "w")
    (tmp_path / "right.py").write_text(text)
    (tmp_path / "wrong.py").write_text(text.replace("return -((y", "return +((y", 1))
    assert [subprocess.run([sys.executable, tmp_path / f"{name}.py"]).returncode for name in ("right", "wrong")] == [
        0,
        1,
    ]


# ---------------------------------------------------------------- MATLAB and Julia


def test_the_checks_in_octave(tmp_path):
    """All of them, as they are and with a derivative that is one part in a hundred too large."""
    needed.program("octave-cli")
    right = [code("matlab", *what[1:], **how) for what, how in CHECKED if what[0] == "numpy"]
    wrong = [re.sub(r"^    (df\d*) = (.*);$", r"    \1 = 1.01*(\2);", text, flags=re.MULTILINE) for text in right]
    found = programs(tmp_path, [*right, *wrong])
    assert found[: len(right)] == [AGREES] * len(right)
    assert all("disagrees with differences of the value by" in line for line in found[len(right) :])
    assert len(found) == 2 * len(right)


def test_a_matlab_module_is_a_program(tmp_path):
    needed.program("octave-cli")
    text = code("matlab", LOGREG, "w")
    for k, module in enumerate([text, text.replace("df = -(X'", "df = (X'")]):
        (tmp_path / "derivative.m").write_text(module)
        ran = subprocess.run(["octave-cli", "-qf", "--eval", "derivative"], cwd=tmp_path, capture_output=True)
        assert ran.returncode == k


#: Values that do not fit, by name, and what is said of them.
UNFIT = {
    "w = [1 2 3]": "w has shape 1 x 3, not n; known sizes: m = 5, n = 4",
    "X = y": "X has shape 1 x 5, not m x n; known sizes: m = 5, n = 5",
    "X = ones(5, 4, 2)": "X has shape 5 x 4 x 2, not m x n; known sizes: m = 5, n = 4",
    "y = ones(5, 2)": "y has shape 5 x 2, not m; known sizes: m = 5",
    "c = [1 2]": "c has shape 1 x 2, not scalar; known sizes: m = 5, n = 4",
    "c = []": "c has shape 0 x 0, not scalar; known sizes: m = 5, n = 4",
    "v = 1:3": "v has shape 1 x 3, not 2; known sizes: m = 5, n = 4",
    "w = 1i*w": "the variables are to be real numbers, and w is not",
    "w = 'abcd'": "the variables are to be real numbers, and w is not",
    "w = {1}": "the variables are to be real numbers, and w is not",
}


def test_shapes_are_checked_and_named_in_octave(tmp_path):
    needed.program("octave-cli")
    text = code("matlab", f"{LOGREG} + c*v.T@v", "w", "y[m], X[m,n], w[n], c[], v[2]")
    assert "= derivative(y, X, w, c, v)" in text
    (tmp_path / "derivative.m").write_text(text)
    start = "y = ones(1, 5); X = ones(5, 4); w = ones(4, 1); c = 1; v = [1 2];"
    call = "derivative(y, X, w, c, v)"
    lines = [f"{start} {call}; {unfit}; try, {call}, catch e, disp(e.message); end" for unfit in UNFIT]
    assert said(tmp_path, lines) == list(UNFIT.values())
    kinds = [f"{start} {x} disp(class({call}));" for x in ("", "y = single(y);", "y = int8(y);", "y = y > 0;")]
    assert said(tmp_path, kinds) == ["double", "single", "double", "double"]


def test_a_value_that_is_not_real_is_refused_in_octave(tmp_path):
    needed.program("octave-cli")
    (tmp_path / "derivative.m").write_text(code("matlab", "sum(log(x)) + sum(sqrt(x))", "x"))
    lines = ["disp(derivative([1 4])')", "try, derivative([1 -4]), catch e, disp(e.message), end"]
    found = said(tmp_path, lines)
    assert found[0].split() == ["1.5000", "0.5000"]
    assert found[1] == "there is no real value here: a variable is outside the domain"


@pytest.mark.parametrize(("what", "how"), CHECKED, ids=lambda part: " ".join(map(str, part)))
def test_the_checks_are_julia(what, how):
    text = code("julia", *what[1:], **how)
    assert julia_fault(text) is None
    assert text.endswith("if abspath(PROGRAM_FILE) == @__FILE__\n    exit(self_check())\nend\n")
    defined = set(re.findall(r"^(?:function )?(\w+)\(.*\)(?: =|$)", text, re.MULTILINE))
    ours = "arrays|shapes|places|contracted|entries|compare|rate|flat|draw|both|square|entry|expanded|stacked|smooth"
    assert set(re.findall(rf"\b({ours}|first_of)\(", text)) <= defined
