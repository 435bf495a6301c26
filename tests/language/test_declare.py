"""Declarations: what can be said of a name, and what is said back where it cannot."""

from __future__ import annotations

import pytest

from mcalc.algebra.dims import dim
from mcalc.errors import Problem
from mcalc.language.declare import PROPERTIES, declare, merge


def shown(text: str) -> list[str]:
    """Each declaration as `name: sizes: properties`."""
    return [
        f"{d.name}: {'?' if d.dims is None else ' '.join(map(str, d.dims))}: {' '.join(sorted(d.props))}".strip(": ")
        for d in declare(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[n]", ["x: n"]),
        ("c[]", ["c"]),
        ("c[ ]", ["c"]),
        ("A[n,n] symmetric", ["A: n n: symmetric"]),
        ("A[n, n]  symmetric   psd", ["A: n n: psd symmetric"]),
        ("A[m,n], x[n], c[]", ["A: m n", "x: n", "c"]),
        ("A[m , n] positive,x[n]", ["A: m n: positive", "x: n"]),
        ("K[m*n,m*n]", ["K: m*n m*n"]),
        ("v[3]", ["v: 3"]),
        ("v[2*n + 1]", ["v: 1 + 2*n"]),
        ("T[m,n,p]", ["T: m n p"]),
        ("lambda[]", ["lambda"]),
        ("W_1[m,n]", ["W_1: m n"]),
        ("x₁[n]", ["x_1: n"]),
        ("Σ[n，n] psd", ["Σ: n n: psd"]),
        ("A symmetric", ["A: ?: symmetric"]),
    ],
)
def test_reads(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


def test_sizes_are_polynomials() -> None:
    assert declare("K[m*n]")[0].dims == (dim("n") * dim("m"),)
    assert declare("K[n+n]")[0].dims == (dim("n") * dim(2),)


@pytest.mark.parametrize("word", PROPERTIES)
def test_every_property_is_read(word: str) -> None:
    assert declare(f"A[n,n] {word}")[0].props == {word}


@pytest.mark.parametrize(
    ("text", "kind", "message", "at", "hint"),
    [
        ("A[n,n] symetric", "name", "no property symetric", "symetric", "did you mean symmetric?"),
        ("A[n,n] frobnicated", "name", "no property", "frobnicated", "there are symmetric"),
        ("x[n], A[n,n] diagnal", "name", "no property diagnal", "diagnal", "diagonal"),
        ("A[m,n] symmetric", "shape", "only a square matrix is symmetric, and A[m,n] is not one", "symmetric", ""),
        ("x[n] orthogonal", "shape", "only a square matrix is orthogonal", "orthogonal", ""),
        ("c[] psd", "shape", "only a square matrix is psd", "psd", ""),
        ("A[n,n] symmetric skew", "name", "symmetric and skew at once", "A[n,n] symmetric skew", ""),
        ("A[n", "parse", "bracket after A is not closed", "[n", ""),
        ("A[n,]", "parse", "a size is missing", "", ""),
        ("A[n,,n]", "parse", "a size is missing", "", ""),
        ("A[n/2,n]", "parse", "`n/2` is not a size", "n/2", "n+1"),
        ("A[n,0]", "parse", "`0` is not a size", "0", ""),
        ("A[2 n]", "parse", "`2 n` is not a size", "2 n", ""),
        ("", "parse", "starts with a name", "", "A[m,n]"),
        ("x[n],", "parse", "starts with a name", "", ""),
        ("[n]", "parse", "starts with a name", "[n]", ""),
        ("2x[n]", "parse", "starts with a name", "2x[n]", ""),
        ("A(n,n)", "parse", "is not understood in the declaration of A", "(n", "A[m,n]"),
    ],
)
def test_refuses(text: str, kind: str, message: str, at: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        declare(text)
    problem = caught.value
    assert problem.kind == kind
    assert message in problem.message
    assert hint in problem.hint
    assert problem.source == text
    assert problem.span is not None
    assert text[slice(*problem.span)] == at


def test_spans_are_places_in_the_program() -> None:
    source = "var A[n,n] symetric\nA"
    with pytest.raises(Problem) as caught:
        declare("A[n,n] symetric", 4, source)
    assert caught.value.source == source
    assert source[slice(*caught.value.span or (0, 0))] == "symetric"


def test_names_can_be_written_in_latex() -> None:
    declared = declare(r"\mathbf{A}[n,n] symmetric, W_{hh}[m,n], \lambda[]")
    assert [(d.name, len(d.dims or ()), set(d.props)) for d in declared] == [
        ("A", 2, {"symmetric"}), ("W_hh", 2, set()), ("lambda", 0, set()),
    ]  # fmt: skip


def test_saying_the_same_twice_is_no_clash() -> None:
    assert list(merge(declare("A[n,n] symmetric, x[n], A[n,n] symmetric"))) == ["A", "x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A[n,n], A[m,m]", "A is declared twice: A[n,n] and A[m,m]"),
        ("A[n,n], A[n,n] psd", "A is declared twice"),
        ("n[], x[n]", "n is a variable and a size of x"),
        ("K[m*n,2], m[]", "m is a variable and a size of K"),
    ],
)
def test_clashes(text: str, message: str) -> None:
    with pytest.raises(Problem) as caught:
        merge(declare(text))
    assert caught.value.kind == "name"
    assert message in caught.value.message
