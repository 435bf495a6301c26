"""Nobody's text is code: the package holds nothing that could run a text, and every channel shows text as text."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from mcalc.cli.batch import reply_to
from mcalc.cli.main import run
from mcalc.cli.output import complain
from mcalc.errors import Problem
from mcalc.targets import CODE, FORMS
from tests.shell import MCALC, on_terminal

PACKAGE = Path(__file__).resolve().parents[1] / "mcalc"

#: What turns a text, or bytes, into code or into objects of any kind.
CALLS = {"eval", "exec", "compile", "__import__", "sympify", "lambdify", "parse_expr", "parse_latex", "literal_eval"}
MODULES = {"pickle", "marshal", "shelve", "yaml", "code", "codeop", "dill", "cloudpickle"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_runs_no_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="sympy" | "builtins"))):
                assert name not in CALLS, f"line {node.lineno} calls {name}"
            case ast.Import(names=aliases):
                assert not MODULES & {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=module):
                assert (module or "").partition(".")[0] not in MODULES
            case ast.keyword(arg="shell"):
                raise AssertionError(f"line {node.value.lineno} runs a shell")


# ---------------------------------------------------------------- channels

#: Texts that would command something, if anything took them for more than text.
HOSTILE = [
    "x\x1b[2J\x1b]0;owned\x07",
    "x\x9b2J",
    "x\u202etfel\u2066",
    "x\u200b\u2028\ufeff",
    "[bold red]x[/]",
    "[link=http://e.vil]x[/link] :smile:",
    r"\input{/etc/passwd}",
    r"\write18{ls}",
    "<script>alert(1)</script>",
    "x'); __import__('os').system('true') #",
    "__import__('os').getpid()",
    "=cmd|' /C calc'!A0",
    "{0.__class__}",
    "%s%n",
    "$(true)`true`",
    "x\r\ny",
    "\0",
]
#: Names that mean something to a reader of some output.
NAMES = ["bold", "lambda_", "None", "eval", "__class__", "end"]

SGR = re.compile(r"\x1b\[[0-9;]*m")


def harmless(shown: str, coloured: bool = False) -> bool:
    """Whether nothing stands there but what can be seen, line ends, and colours where they are asked for."""
    rest = SGR.sub("", shown) if coloured else shown
    return all(c.isprintable() or c in "\n\t" for c in rest)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command line has to say in a pipe, on both streams."""
    try:
        run(words)
    except Problem as problem:
        complain(problem)
    ended = capsys.readouterr()
    return ended.out + ended.err


COMMANDS = [
    ("diff", "{}", "--wrt", "x"),
    ("diff", "x.T@x", "--wrt", "{}"),
    ("diff", "x.T@x", "--wrt", "x", "--var", "{}"),
    ("diff", "f(x)", "--wrt", "x", "--fun", "{}"),
    ("diff", "x.T@x", "--wrt", "x", "--to", "{}"),
    ("diff", "-f", "{}", "--wrt", "x"),
    ("diff", "{}", "--wrt", "x", "--to", "json"),
    ("diff", "r = x; r.T@r # {}", "--wrt", "x", "--to", "numpy"),
    ("diff", "r = x; r.T@r # {}", "--wrt", "x", "--to", "latex", "--steps"),
    ("check", "x.T@x", "--wrt", "x", "--answer", "{}"),
    ("check", "x.T@x", "--wrt", "x", "--answer", "{}", "--to", "json"),
    ("check", "x.T@x", "--wrt", "x", "--answer", "x", "--form", "{}"),
    ("shape", "{}"),
    ("functions", "{}"),
    ("exercise", "--topic", "{}"),
    ("grade", "{}"),
    ("{}",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_text_commands_a_pipe(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    for text in HOSTILE:
        if "\0" in text and ("-f" in words or "grade" in words):  # no file has such a name
            continue
        shown = said(capsys, *(word.replace("{}", text) for word in words))
        assert harmless(shown), (text, shown)
        assert "Traceback" not in shown


@pytest.mark.parametrize("words", [COMMANDS[k] for k in (0, 2, 9, 12)], ids=" ".join)
def test_no_text_commands_a_terminal(words: tuple[str, ...]) -> None:
    for text in (HOSTILE[0], HOSTILE[2], HOSTILE[4]):
        _, shown = on_terminal((*MCALC, *(word.replace("{}", text) for word in words)))
        assert harmless(shown, coloured=True), (text, shown)


def test_markup_is_shown_and_not_followed() -> None:
    declared = "A[red_,bold_], red[red_], bold[bold_]"
    _, shown = on_terminal((*MCALC, "shape", "red.T@A@bold", "--var", declared), NO_COLOR="1")
    assert "red_" in shown
    assert "bold_" in shown
    _, shown = on_terminal((*MCALC, "check", "x.T@x", "--wrt", "x", "--answer", "[red]x[/red]"), NO_COLOR="1")
    assert "invalid" in shown
    assert "[red]" in shown


@pytest.mark.parametrize("form", [*FORMS, *CODE])
@pytest.mark.parametrize("name", NAMES)
def test_no_name_means_anything_to_an_output(form: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "diff", f"{name}.T@A@{name}", "--wrt", name, "--var", f"{name}[n]", "--to", form)
    assert harmless(shown)
    assert "Traceback" not in shown
    if form == "html":
        assert "<script" not in shown
    if form in ("numpy", "jax", "torch", "sympy") and not shown.startswith("error"):
        tree = ast.parse(shown)
        assert not {f.id for f in map(called, ast.walk(tree)) if f is not None} & CALLS


def called(node: ast.AST) -> ast.Name | None:
    """The name that is called."""
    return node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_a_reply_of_a_batch(text: str) -> None:
    square = {"expr": "x.T@x", "wrt": "x"}
    for request in ({**square, "expr": text}, {**square, "wrt": text}, {**square, "id": text}):
        reply = json.dumps(reply_to(json.dumps(request).encode()))
        assert reply.isascii()
        assert harmless(reply)
    check = {"command": "check", "expr": "x.T@x", "wrt": "x", "answer": text}
    reply = json.loads(json.dumps(reply_to(json.dumps(check).encode())))
    assert reply["ok"]
    assert reply["verdict"] in ("invalid", "wrong", "partial", "undecided")
