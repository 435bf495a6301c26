"""Documents: claims are found, judged and filled in, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcalc.cli.document import Document, filled, places
from mcalc.errors import Problem
from tests.shell import mcalc

NOTES = """# Notes

```mcalc
A[n,n] symmetric, x[n]
# a comment
d/dx x.T@A@x = 2*A@x
r = X@w - y
d/dw r.T@r =
d^2/dw^2 r.T@r = ?
d/dw \\|r\\|^2 = 2 X^\\top r
```

```python
d/dx nothing = of ours
```

<!-- mcalc: d/dx x.T@A@x -->
$$ \\nabla f = 2 A x. $$

<!-- mcalc: ∇_x \\frac12 x^\\top A x -->
$$
\\nabla f = ?
$$
"""

PAPER = r"""\begin{align}
% mcalc: d/d\mathbf{x} \mathbf{x}^\top\mathbf{A}\mathbf{x}
\nabla f &= (\mathbf{A} + \mathbf{A}^\top)\mathbf{x} \\
% mcalc: d/dw \|Xw - y\|^2
\nabla g &= X^\top(Xw - y).
% mcalc: d/dX \log\det X
&=
\end{align}
% mcalc: d/dx x.T@x = 2*x
"""


def test_a_document_is_judged_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    ended = mcalc("doc", str(path), "--check")
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        f"{path}:8: open: 2*X.T@r",
        f"{path}:9: open: 2*X.T@X",
        f"{path}:20: open: A x",
        f"{path}: 3 of 6 claims are right",
    ]
    assert path.read_text(encoding="utf-8") == NOTES


def test_open_answers_are_filled_in_once_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    path.chmod(0o640)
    first = mcalc("doc", str(path), "--write")
    assert (first.returncode, first.stdout) == (0, f"{path}: 6 of 6 claims are right, 3 filled in\n")
    written = path.read_text(encoding="utf-8")
    wanted = NOTES.replace("r.T@r =\n", "r.T@r = 2*X.T@r\n").replace("r.T@r = ?", "r.T@r = 2*X.T@X")
    assert written == wanted.replace("f = ?", "f = A x")
    assert path.stat().st_mode & 0o777 == 0o640
    before = path.stat().st_mtime_ns
    assert mcalc("doc", str(path), "--write").stdout == f"{path}: 6 of 6 claims are right\n"
    assert path.stat().st_mtime_ns == before
    assert mcalc("doc", str(path), "--check").returncode == 0
    assert [other.name for other in tmp_path.iterdir()] == ["notes.md"]


def test_comments_in_tex_are_about_the_next_formula(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(PAPER, encoding="utf-8")
    ended = mcalc("doc", str(path), "--write")
    assert ended.returncode == 1
    assert f"{path}:4: partial: factor: a factor 2 is missing" in ended.stdout
    assert path.read_text(encoding="utf-8") == PAPER.replace("&=\n", "&= X^{-\\top}\n")


def test_the_end_of_a_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(b"```mcalc\r\nd/dx x.T@x =\r\n```\r\nthe end")
    mcalc("doc", str(path), "--write")
    assert path.read_bytes() == b"```mcalc\r\nd/dx x.T@x = 2*x\r\n```\r\nthe end"


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("d/dx x.T@ = x", 2, ":2: an operand is missing after `@`"),
        ("x.T@x", 2, "this is no claim, no definition and no declaration"),
        ("d/dx x.T@x = 2*z", 1, ":2: invalid: z does not occur in the problem: there are x, dx"),
        ("fun g: [n] -> []\nd/dx g(A@x) = A.T@grad_g(A@x)", 0, "1 of 1 claims are right"),
        ("d/dx f(x)", 2, "f(…) can be a function or a product"),
        ("d/dx x.T@x = x", 1, ":2: partial: "),
        ("d/dx norm(X@x, ord=2)^2 = 2*X.T@X@x", 0, "1 of 1 claims are right"),
        ("d/dx r = A@x; r.T@r = 2*A.T@A@x", 0, "1 of 1 claims are right"),
        ("d/dx r = A@x; r.T@r", 1, "open: 2*A.T@r"),
    ],
)
def test_what_is_said_of_a_line(line: str, status: int, told: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(f"```mcalc\n{line}\n```\n", encoding="utf-8")
    ended = mcalc("doc", str(path))
    assert ended.returncode == status
    assert told in ended.stdout + ended.stderr


def test_several_files_and_plain_data(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("```mcalc\nd/dx x.T@x = 2*x\n```\n")
    (tmp_path / "b.tex").write_text("% mcalc: d/dx x.T@x =\n")
    ended = mcalc("doc", str(tmp_path / "a.md"), str(tmp_path / "b.tex"), "--to", "json")
    right, empty = map(json.loads, ended.stdout.splitlines())
    assert (right["verdict"], right["line"], right["wrt"]) == ("correct", 2, "x")
    assert (empty["verdict"], empty["answer"]) == ("empty", "2*x")
    assert ended.returncode == 1
    assert mcalc("doc", str(tmp_path / "none.md")).returncode == 2
    assert mcalc("doc", "a.md", "--check", "--write").stderr.startswith("error: --check and --write were given")


def test_fences_nest_and_are_to_be_closed() -> None:
    nested = "````text\n```mcalc\nd/dx x.T@x = x\n```\n````\n~~~ mcalc\nd/dx x.T@x = 2*x\n~~~\n"
    assert [place.line for place in places(nested, "markdown")] == [7]
    with pytest.raises(Problem, match="the block that begins on line 1 is never closed"):
        Document("```mcalc\nd/dx x.T@x = 2*x\n", "markdown")


def test_filling_in_leaves_what_is_there() -> None:
    source = "<!-- mcalc: d/dx x.T@x -->\n$$ \\nabla f = $$\n"
    document = Document(source, "markdown")
    document.read(document.places[0])
    assert document.filling is not None
    assert filled(source, [document.filling]) == "<!-- mcalc: d/dx x.T@x -->\n$$ \\nabla f = 2 x $$\n"


def test_functions_are_declared_on_the_command_line_too(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("```mcalc\nd/dx f(A@x)^2 =\n```\n", encoding="utf-8")
    assert mcalc("doc", str(path), "--write", "--fun", "f: [m] -> []").returncode == 0
    assert "d/dx f(A@x)^2 = 2*f(A@x)*A.T@grad_f(A@x)\n" in path.read_text(encoding="utf-8")


def test_each_claim_has_its_time(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    slow = "tr(" + "@".join(f"expm(X@A{k})" for k in range(40)) + ")"
    path.write_text(f"```mcalc\nr = A@x\nd^4/dX^4 {slow} = X\nd/dx r.T@r = 2*A.T@r\n```\n", encoding="utf-8")
    ended = mcalc("doc", str(path), "--within", "0.5")
    assert (ended.returncode, ended.stdout) == (4, f"{path}: 1 of 1 claims are right\n")
    assert f"{path}:3" in ended.stderr
    assert "it took longer than 0.5 s" in ended.stderr
