"""Nobody's text is code: the package holds nothing that could run a text, and every channel shows text as text."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mcalc import diff, magic
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


#: Where a module or an attribute is looked up by a name that is worked out, and why no text of a user's gets there.
LOOKED_UP = {
    "__init__.py": "a name that Python asks the package for",
    "algebra/ops/special.py": "the classes of SymPy's in SPECIAL",
    "checking/counterexample.py": "the fields of the class",
    "checking/reports/__init__.py": "the modules in FORMATS",
    "checking/worker.py": "modules by the names in the file itself",
    "cli/main.py": "the commands in COMMANDS",
    "cli/options.py": "the fields of a record",
    "drawing/__init__.py": "the formats of mcalc graph --to",
    "language/syntax.py": "the fields of a node",
    "pages/__init__.py": "the formats html and markdown",
    "request.py": "the fields of a record",
    "targets/__init__.py": "the formats in FORMS and CODE",
    "targets/code/spell.py": "the kinds of nodes of a program",
    "targets/sympy.py": "the functions of SymPy's in ELEMENTWISE",
    "working/__init__.py": "the methods in METHODS",
}
#: Where a process is started, and what it runs.
STARTED = {"checking/pool.py": "this Python, for mcalc.checking.worker"}


def test_names_that_are_looked_up_and_processes_that_are_started_are_known() -> None:
    looked_up, started = set(), set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="import_module" | "__import__")):
                    looked_up.add(name)
                case ast.Call(func=ast.Name(id="getattr" | "setattr"), args=[_, ast.expr() as asked, *_]):
                    looked_up |= {name} - ({name} if isinstance(asked, ast.Constant) else set())
                case ast.Import(names=[ast.alias(name="subprocess" | "pty" | "ctypes" | "runpy")]):
                    started.add(name)
                case ast.Attribute(attr="system" | "popen" | "execv" | "execve" | "spawnv"):
                    started.add(name)
    assert looked_up == LOOKED_UP.keys()
    assert started == STARTED.keys()


def test_no_format_is_looked_up_that_is_none() -> None:
    result = diff("x.T@x", "x")
    for form in ("os", "../os", "code.numpy", "template", "__init__", ""):
        with pytest.raises(Problem, match="no such"):
            result.write(form)


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


# ---------------------------------------------------------------- pages, drawings, notebooks, documents


class Markup(HTMLParser):
    """The tags, the attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def remarked(text: str) -> str:
    """A program with the text in a comment of it."""
    return "r = x - y; r.T@r # " + " ".join(text.splitlines())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_part_of_a_page(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("html", "markdown"):
        plain, shown = (
            said(capsys, "diff", remarked(remark), "--wrt", "x", "--to", form) for remark in ("nothing", text)
        )
        assert harmless(shown)
        assert Markup(shown).tags == Markup(plain).tags
        assert not [name for name, _ in Markup(shown).attributes if name.startswith("on")]


@pytest.mark.parametrize("form", ["dot", "mermaid", "svg", "json"])
def test_no_text_is_part_of_a_drawing(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain = said(capsys, "graph", remarked("nothing"), "--wrt", "x", "--to", form)
    for text in HOSTILE:
        shown = said(capsys, "graph", remarked(text), "--wrt", "x", "--to", form)
        assert shown == plain or (shown.startswith("error: ") and harmless(shown)), text
    for name in NAMES:  # which mean something to Mermaid (end), to DOT (node) and to XML
        declared = f"{name}[n], node[n], lt[n]"
        shown = said(capsys, "graph", f"{name}.T@{name} + node.T@lt", "--wrt", name, "--var", declared, "--to", form)
        assert harmless(shown)
        if form == "svg" and not shown.startswith("error"):
            told = "".join(ElementTree.fromstring(shown).itertext())
            assert name in told or (name == "lambda_" and "λ" in told)
        if form == "mermaid" and not shown.startswith("error"):
            assert all(re.fullmatch(r"flowchart TD|  n\d+(\W.*\W| -- .* --> n\d+)", row) for row in shown.splitlines())
        if form == "dot" and not shown.startswith("error"):
            assert all(row.count('"') % 2 == 0 for row in shown.replace('\\"', "").splitlines())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_part_of_a_notebook(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for line, cell in (("--wrt x", text), (f"--wrt {text!r}", "x.T@x"), ("--wrt x --to html", remarked(text))):
        magic.mcalc(line, cell)
        assert harmless(capsys.readouterr().out)
    found = magic.mcalc("--wrt x --steps", remarked(text))
    shown = capsys.readouterr().out if found is None else found._repr_html_()
    assert harmless(shown)
    assert not {"script", "img", "a", "link", "iframe"} & {*Markup(shown).tags}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_of_a_document_commands_anybody(text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(
        f"```mcalc\n{text}\nd/dx x.T@x = {text}\nd/dx {text} = x\n```\n", encoding="utf-8", errors="replace"
    )
    for words in (("doc", str(notes)), ("doc", str(notes), "--to", "json"), ("doc", str(tmp_path / f"none{text[:1]}"))):
        if "\0" not in words[-1]:
            assert harmless(said(capsys, *words))


def test_names_are_escaped_in_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    """Underscores, words that are commands and letters beyond ASCII mean themselves in TeX and in Typst."""
    declared = "end_x[n], input[n], λ_1[n], sum_i[n]"
    asked = ("diff", "end_x.T@input + λ_1.T@sum_i", "--wrt", "end_x,sum_i", "--var", declared)
    for form in ("latex", "typst", "mathml", "unicode"):
        shown = said(capsys, *asked, "--to", form)
        assert "error" not in shown
        assert not re.search(r"\\(input|end|write)(?![a-z])", shown)
        assert harmless(shown)
