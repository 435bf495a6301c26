"""The input language: every spelling and what it means, every mistake and what is said of it."""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mcalc.errors import Problem
from mcalc.language import tables
from mcalc.language.parse import parse
from mcalc.language.syntax import Matmul, Name, Negative, Num, Power, Product, Program, Syntax, Terms, Text
from mcalc.language.tree import walk
from mcalc.targets import text

FUNCTIONS = frozenset(
    "sin cos exp log det logdet tr norm norm1 norm2 normfro norminf nuclear softmax sigmoid sum inv abs diag sqrt kron "
    "einsum std".split()
)


def read(source: str, *names: str) -> str:
    """The canonical spelling of what `source` means."""
    return text.write(parse(source, FUNCTIONS, names))


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        # xᵀAx as its readers write it
        ("x.T@A@x", "x.T@A@x"),
        ("x.T @ A @ x", "x.T@A@x"),
        ("x^T A x", "x.T A x"),
        ("x^{T} A x", "x.T A x"),
        (r"x^\top A x", "x.T A x"),
        (r"x^{\top} A x", "x.T A x"),
        ("x^⊤ A x", "x.T A x"),
        ("x' * A * x", "x.T*A*x"),
        ("x' A x", "x.T A x"),
        ("x.'*A*x", "x.T*A*x"),
        ("xᵀ A x", "x.T A x"),
        ("xᵀAx", "x.T Ax"),
        ("x^TAx", "x.T Ax"),
        ("x^Ty", "x.T y"),
        ("x.T*A*x", "x.T*A*x"),
        ("x′ A x", "x.T A x"),
        # powers and what stands behind an operand, from left to right
        ("X^-1", "X^-1"),
        ("X⁻¹", "X^-1"),
        ("X^{-1}", "X^(-1)"),
        ("X^-T", "(X^-1).T"),
        ("X^{-T}", "(X^-1).T"),
        ("X⁻ᵀ", "(X^-1).T"),
        ("X^2'", "(X^2).T"),
        ("X^2.T", "(X^2).T"),
        ("X'^2", "X.T^2"),
        ("X''", "X.T.T"),
        ("x²", "x^2"),
        ("x¹²", "x^12"),
        ("(x²)³", "(x^2)^3"),
        ("x.^2", "x.^2"),
        ("x**2", "x.^2"),
        ("2^-1", "2^-1"),
        ("2^(-1)", "2^(-1)"),
        ("x^(a + b)", "x^(a + b)"),
        ("x^{a + b}", "x^(a + b)"),
        ("X^(T)", "X^(T)"),
        ("x^Theta", "x^(Theta)"),
        ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        # signs
        ("-x", "-x"),
        ("+x", "x"),
        ("a*-b", "a*-b"),
        ("2*-x", "2*-x"),
        ("a@-b@c", "a@-b@c"),
        ("a - -b", "a - -b"),
        ("a + +b", "a + b"),
        ("exp(-x)", "exp(-x)"),
        ("--x", "--x"),
        # products
        ("A@x.*y", "A@x.*y"),
        ("A@(x.*y)", "A@(x.*y)"),
        ("x ⊙ y ∘ z", "x.*y.*z"),
        ("x ./ y ⊘ z", "x./y./z"),
        ("2x", "2 x"),
        ("2.*x", "2.*x"),
        ("1./x", "1./x"),
        ("2.^x", "2.^x"),
        ("2 x.T A x", "2 x.T A x"),
        ("a b' c", "a b.T c"),
        ("(A + B)(x - y)", "(A + B) (x - y)"),
        ("sin(x) cos(x)", "sin(x) cos(x)"),
        ("2x*y", "2 x*y"),
        ("a/b*c", "a/b*c"),
        ("x' A x / x' x", "x.T A x/(x.T x)"),
        ("a·b × c ⋅ d ∗ e", "a·b×c·d*e"),
        ("A ⊗ B C", "kron(A, B C)"),
        ("2*A ⊗ B .* C", "kron(2*A, B).*C"),
        # numbers
        ("0.5 + .5 + 1e-3 + 2E3 + 2.", "0.5 + 0.5 + 1e-3 + 2E3 + 2"),
        ("½ x", "0.5 x"),
        ("2e", "2 e"),
        ("２．５*x", "2.5*x"),
        # bars
        ("‖x‖^2", "norm(x)^2"),
        ("||A x - b||^2", "norm(A x - b)^2"),
        ("‖x‖_2²", "norm(x, 2)^2"),
        ("‖X‖_F", "normfro(X)"),
        ("‖X‖_{F}^2", "normfro(X)^2"),
        ("‖x‖_1 + ‖x‖₁ + ‖x‖_∞ + ‖x‖_inf + ‖X‖_*", "norm1(x) + norm1(x) + norminf(x) + norminf(x) + nuclear(X)"),
        ("‖x‖‖y‖", "norm(x) norm(y)"),
        ("2‖x‖ |t|", "2 norm(x) abs(t)"),
        ("|x + |y||", "abs(x + abs(y))"),
        ("‖x (‖y‖)‖", "norm(x norm(y))"),
        ("√(x) + 2√(x + 1)", "sqrt(x) + 2 sqrt(x + 1)"),
        # typography
        ("（x＋y）＊z", "(x + y)*z"),
        ("x − y – z", "x - y - z"),
        ("kron（A，B）", "kron(A, B)"),
        ("ｘ'ｙ", "x.T y"),
        ("𝐱ᵀ𝐀𝐱", "x.T Ax"),
        ("x\u00a0+\u200by", "x + y"),
        # names
        ("x₁ + W_2 x₁₂ + xᵢ", "x_1 + W_2 x_12 + x_i"),
        ("x̂ + é", "x̂ + é"),
        ("lambda*x + if + where", "lambda*x + if + where"),
        ("λ x", "λ x"),
        ("λ*x + lambda*y + λ_1 + lambda_1", "λ*x + λ*y + λ_1 + λ_1"),
        ("σ(W x)", "sigmoid(W x)"),
        ("σ*x", "σ*x"),
        ("std*z", "std*z"),
        # calls
        ("sum(X, axis=0)", "sum(X, axis=0)"),
        ("einsum('ij,jk->ik', A, B)", "einsum('ij,jk->ik', A, B)"),
        ("einsum(\"ij,jk->ik\", A', B')", "einsum('ij,jk->ik', A.T, B.T)"),
        ("einsum(‘ij->i’, A)", "einsum('ij->i', A)"),
        ("sin (x)", "sin(x)"),
        ("A(x + y)", "A (x + y)"),
        ("W_1(x)", "W_1 x"),
        ("λ(x + y)", "λ (x + y)"),
        ("alpha(x + y)", "alpha (x + y)"),
        # programs
        ("r = X@w - y; r.T@r", "r = X@w - y; r.T@r"),
        ("r = X@w - y\n\n# the residual\nr.T@r  # squared\n", "r = X@w - y; r.T@r"),
        ("r := x；r", "r = x; r"),
        ("(x +\n y)", "x + y"),
        ("tr(A'B) x '", "tr(A.T B) x.T"),
        ("diag(p) - p p' where p = softmax(z), q = p", "p = softmax(z); q = p; diag(p) - p p.T"),
        ("p q where p = a,\n q = b", "p = a; q = b; p q"),
        ("x;", "x"),
        ("; x", "x"),
        ("var A[n,n] symmetric, x[n]\nx.T@A@x", "var A[n,n] symmetric, x[n]; x.T@A@x"),
        ("norm = a + b; norm(x + y)", "norm = a + b; norm (x + y)"),
        ("var sin[n]\nsin(x + y)", "var sin[n]; sin (x + y)"),
    ],
)
def test_spelling(source: str, meaning: str) -> None:
    assert read(source) == meaning


def test_nodes_keep_the_operators_and_places() -> None:
    program = parse("r = 2 x; -a*-b@c/(d)^-1", FUNCTIONS)
    assert program.definitions == ((Name("r"), Matmul((Num("2"), Name("x")), (" ",))),)
    factors = (Name("a"), Negative(Matmul((Name("b"), Name("c")))), Power(Name("d"), Negative(Num("1"))))
    assert program.body == Terms((Product(factors, ("*", "/")),), ("-",))
    places = {repr(node): node.span for node in walk(program.body)}
    assert places["Name('b',)"] == (13, 14)
    assert places[repr(factors[1])] == (12, 16)
    assert places[repr(factors[2])] == (17, 23)


def test_places_are_those_of_the_users_text() -> None:
    source = "（x₁ − λ）ᵀ ⊙ ‖ｙ‖₁²"
    for node in walk(parse(source, FUNCTIONS).body):
        if isinstance(node, Name):
            start, stop = node.span
            assert source[start:stop] in ("x₁", "λ", "ｙ")


def test_text_is_an_argument() -> None:
    body = parse("einsum('ij->ji', X)", FUNCTIONS).body
    assert next(node for node in walk(body) if isinstance(node, Text)) == Text("ij->ji")


def test_declared_names_are_factors() -> None:
    assert read("f(x + y)", "f") == "f (x + y)"
    assert read("trace(x + y)", "trace") == "trace (x + y)"
    assert read("σ(x)", "σ") == "σ x"
    assert read("λ*x", "lambda") == "lambda*x"
    assert read("lambda*x", "λ") == "λ*x"
    assert read("lambda*λ", "λ", "lambda") == "lambda*λ"


def test_declarations_are_kept_with_their_places() -> None:
    source = "var A[n,n] symmetric, x[n]  # data\nvar c[]; c*x"
    declared = parse(source, FUNCTIONS).declarations
    assert [declaration for declaration, _ in declared] == ["A[n,n] symmetric, x[n]", "c[]"]
    assert [source[start:stop] for _, (start, stop) in declared] == ["A[n,n] symmetric, x[n]", "c[]"]


def test_the_records_are_the_default_functions() -> None:
    assert text.write(parse("tanh(x) + trace(A)")) == "tanh(x) + trace(A)"


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("marked", "kind", "message", "hint"),
    [
        ("«»", "parse", "there is nothing to read", ""),
        ("«  # only a comment»", "parse", "there is nothing to read", ""),
        ("x «+»", "parse", "an operand is missing after `+`", ""),
        ("x @ y «@»\nz", "parse", "an operand is missing after `@`", ""),
        ("(x «*»)", "parse", "an operand is missing after `*`", ""),
        ("x«^»", "parse", "an exponent is missing after `^`", ""),
        ("x.T«@» ; y", "parse", "an operand is missing after `@`", ""),
        ("«*»x", "parse", "an operand is missing before `*`", ""),
        ("(«@» x)", "parse", "an operand is missing before `@`", ""),
        ("sin(«/»x)", "parse", "an operand is missing before `/`", ""),
        ("x «* /» y", "parse", "an operand is missing between `*` and `/`", ""),
        ("x «* *» y", "parse", "an operand is missing between `*` and `*`", "a power is written ** or ^"),
        ("x«^^»2", "parse", "an operand is missing between `^` and `^`", ""),
        ("«(»x + y", "parse", "`(` is never closed", ""),
        ("sin«(»(x) + y", "parse", "`(` is never closed", ""),
        ("x + y«)»", "parse", "`)` closes nothing", ""),
        ("«(x}» + y", "parse", "`(` is closed by `}`", ""),
        ("«‖»x + y", "parse", "`‖` is never closed", ""),
        ("«(»x; y)", "parse", "`(` is not closed before `;`", ""),
        ("x + «()»", "parse", "there is nothing between the brackets", ""),
        ("x«..»T", "parse", "`..` means nothing", "the transpose is x.T"),
        ("x«.t» y", "parse", "`.t` is not known", "write .T"),
        ("x«.TAx»", "parse", "`.TAx` is not known", "write .T Ax"),
        ("x «$» y", "parse", "unexpected character `$`", "leave out the $ of TeX"),
        ("x «%» y", "parse", "unexpected character `%`", "comments begin with #"),
        ("«\x00»", "parse", "unexpected character `\x00`", ""),
        ("«xⁿ»", "parse", "`xⁿ` is not a name", "a power is written ^n, an index _n"),
        ("x = y «=» z", "parse", "`=` can stand only behind a name that it defines", "a definition is written r = X@w - y; …"),
        ("2 «=» x", "parse", "`=` can stand only behind a name that it defines", "a definition is written r = X@w - y; …"),
        ("x «==» y", "parse", "`==` compares nothing here: there are no equations", "for a definition write `=`"),
        ("r «=»", "parse", "an expression is missing after `=`", ""),
        ("«r = x@y»", "parse", "no expression follows the definitions", "end with the expression that is meant: …; r"),
        ("r = x; «r» = y; r", "name", "r is defined twice", "give the second another name: r_1 = …"),
        ("«x + y»; z", "parse", "only the last part may be an expression by itself", "give it a name: r = …; …"),
        ("x «,» y", "parse", "a comma can stand only between the arguments of a function", "definitions are separated by `;`"),
        ("kron(A«,»)", "parse", "an argument is missing beside the comma", ""),
        ("kron(«,» A)", "parse", "an argument is missing beside the comma", ""),
        ("sum(axis=0, «X»)", "parse", "an option stands behind the arguments", ""),
        ("«'»x", "parse", "there is nothing before `'` that it could stand behind", ""),
        ("einsum(«'»ij->i, A)", "parse", "the quotation mark is never closed", "the transpose stands after its operand: x'"),
        ("sin(«'x'»)", "parse", "sin takes no text: only einsum and norm do", "' after a name is the transpose"),
        ('x + «"»a"', "parse", 'unexpected character `"`', "text in quotes is an argument of einsum"),
        ("«{»x}", "parse", "braces can stand only around an exponent", "brackets of an expression are ( and )"),
        ("x + «{»y}", "parse", "braces can stand only around an exponent", "brackets of an expression are ( and )"),
        ("«a^b^c»", "parse", "a power of a power can be read in two ways", "write the brackets: (a^b)^c or a^(b^c)"),
        ("«x^2²»", "parse", "a power of a power can be read in two ways", "write the brackets: (a^b)^c or a^(b^c)"),
        ("1«/n X.T X»", "parse", "this can divide by the first factor or by the whole product", "write the brackets: (1/2) x or 1/(2 x)"),
        ("«x 2»", "parse", "a number stands behind its factor", "write the operator between them: *, ^ or +"),
        ("«2 3»", "parse", "two numbers stand side by side", "write the operator between them: *, ^ or +"),
        ("«1.2.3»", "parse", "two numbers stand side by side", "write the operator between them: *, ^ or +"),
        ("|a|b«|»c|", "parse", "`|` can open or close here", "write abs(…)"),
        ("||a«|»-|b||", "parse", "`|` can open or close here", "write norm(…) or abs(…)"),
        ("«|X.T A|»", "parse", "bars around a matrix can mean the determinant or the absolute values", "write det(…) or abs(…)"),
        ("«sofmax»(x)", "name", "there is no function sofmax", "did you mean softmax?"),
        ("«foobar» (x)", "name", "there is no function foobar", "mcalc functions lists them; --fun 'foobar: [n] -> []' declares one, and foobar*(…) is a product"),
        ("«f»(A@x)", "name", "f(…) can be a function or a product", "declare a function with --fun 'f: [n] -> []', or write f*(…) for the product"),
        ("«φ»(x)", "name", "φ(…) can be a function or a product", "declare a function with --fun 'φ: [n] -> []', or write φ*(…) for the product"),
        ("«softmax»'(x)", "unsupported", "softmax' is no function here", "write out the derivative of softmax"),
        ("«d/dx» x^2", "parse", "d/dx is no part of the expression", "leave it out, and name the variable with --wrt x"),
        ("x = y; «x(2)»", "unsupported", "x(…) can be an entry or a product", "the product is 2*x"),
        ("«x(2)» + y", "unsupported", "x(…) can be an entry or a product", "the product is 2*x"),
        ("A(«:», 1)", "parse", "unexpected character `:`", "a range of places stands in square brackets: x[1:3]"),
        ("x«[»1", "parse", "`[` is never closed", ""),
        ("x«[»1;2]", "parse", "`[` is not closed before `;`", ""),
        ("x«[]»", "parse", "there is nothing between the brackets", ""),
        ("«[A)»", "parse", "`[` is closed by `)`", ""),
        ("x «∈» R", "parse", "unexpected character `∈`", "a variable is declared with --var 'x[n]'"),
        ("‖x‖«_»p", "unsupported", "this norm is not supported", "the norms are _1, _2, _F, _∞ and _*"),
        ("a«]»", "parse", "`]` closes nothing", ""),
        ("«var A[n,n]»", "parse", "there is no expression to read", ""),
        ("«" + "9" * 65 + "»", "limit", "the number has more than 64 digits", "--limit digits"),
        ("«1e1000»", "limit", "the number has more than 64 digits", "--limit digits"),
        ("(" * 200 + "«(»x" + ")" * 201, "limit", "more than 200 brackets are nested", "name the inner part: r = …; …"),
    ],
)  # fmt: skip
def test_mistake(marked: str, kind: str, message: str, hint: str) -> None:
    source = marked.replace("«", "").replace("»", "")
    with pytest.raises(Problem) as caught:
        parse(source, FUNCTIONS)
    problem = caught.value
    assert (problem.kind, problem.message) == (kind, message)
    assert problem.span == (marked.index("«"), marked.index("»") - 1)
    assert hint in problem.hint
    assert bool(hint) == bool(problem.hint)
    assert problem.source == source


def test_transpose_or_power_of_a_variable_t() -> None:
    with pytest.raises(Problem, match="because T is a variable") as caught:
        parse("x^T", FUNCTIONS, ("T",))
    assert caught.value.span == (1, 3)


def test_input_is_bounded() -> None:
    with pytest.raises(Problem, match="longer than 256 KiB") as caught:
        parse("x" + " " * 2**18)
    assert caught.value.exit_status == 4
    with pytest.raises(Problem, match="nested too deeply"):
        parse("x" + "'" * 5000)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(
                [
                    *"xAT.'^*/+-@()|‖=,;{}[]²ᵀλ√⊗1 \n#\"\\",
                    "sin",
                    "f",
                    "einsum(",
                    "where",
                    "var ",
                    "**",
                    "||",
                    "_F",
                    "2.",
                    "^T",
                ]
            ),
            max_size=14,
        ).map("".join),
    )
)
@example("x^-")
@example("‖x‖_")
@example("var")
@example("x\ud800")
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        program = parse(source, FUNCTIONS)
    except Problem as problem:
        assert problem.source == source
        assert problem.report()
        assert problem.span is None or 0 <= problem.span[0] <= problem.span[1] <= len(source)
        return
    assert isinstance(program, Program)
    for node in walk(program.body):
        assert 0 <= node.span[0] < node.span[1] <= len(source)


# ---------------------------------------------------------------- size and speed


def fastest(source: str, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = process_time()
        parse(source, FUNCTIONS)
        times.append(process_time() - start)
    return min(times)


def test_long_input_is_ordinary() -> None:
    terms = " + ".join(f"x_{k}.T@A@x" for k in range(5000))
    assert fastest("x.T@A@x", 50) < 0.0005
    assert fastest(terms, 1) < 1.5
    body: Syntax = parse(terms, FUNCTIONS).body
    assert isinstance(body, Terms)
    assert len(body.items) == 5000
    assert len(parse("@".join("A" * 500)).body.items) == 500  # type: ignore[attr-defined]
    assert parse("(" * 200 + "x" + ")" * 200).body == Name("x")
    assert read("sin(" * 150 + "x + 1" + ")*2" * 150).count("sin") == 150


# ---------------------------------------------------------------- the tables


def test_the_tables_are_those_of_the_grammar() -> None:
    for name, path in tables.TABLES.items():
        assert path.read_text(encoding="utf-8") == tables.generate(name), "run python -m mcalc.language.tables"


def test_a_grammar_with_conflicts_is_refused() -> None:
    with pytest.raises(ValueError, match="onflict"):
        tables.build('start: start "+" start | "x"')


def test_every_alias_has_a_function() -> None:
    from mcalc.language import _grammar, _latex
    from mcalc.language.build import BUILDERS

    rules = (*_grammar.RULES, *_latex.RULES)
    assert {builder for _, _, builder in rules if builder} == set(BUILDERS)
    assert all(count == 1 for _, count, builder in rules if not builder)
