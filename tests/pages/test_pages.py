"""Pages of an answer: what stands on them, that they are whole by themselves, and that a browser shows them."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mcalc.answer import Answer, differentiate
from mcalc.pages import PAGES, page
from mcalc.request import Way
from tests import needed
from tests.shell import MCALC, mcalc, on_terminal

HERE = Path(__file__).parent
GOLDEN = {
    "ridge.md": ("r = X@w - y; r.T@r + lambda*w.T@w", ["w", "lambda"]),
    "softmax.md": ("softmax(A@x + b)", ["x"]),
}


def answer(name: str) -> Answer:
    return differentiate(*GOLDEN[name])


@pytest.mark.parametrize("name", GOLDEN)
def test_the_page_in_markdown_is_as_agreed(name: str) -> None:
    """`python -m tests.pages.test_pages` writes the pages anew; read the difference before you keep it."""
    assert (HERE / "golden" / name).read_text(encoding="utf-8") == page("markdown", answer(name), Way())


def test_formulas_in_markdown_are_closed_and_words_are_literal() -> None:
    told = page("markdown", differentiate("sum(hinge(x_1*y_2))", ["x_1"]), Way())
    assert told.count("$$") % 2 == 0
    plain = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "", told, flags=re.DOTALL)
    assert "$" not in plain
    assert not re.search(r"(?<!\\)_", plain)


class Outline(HTMLParser):
    """The elements of a page, and whether each is closed."""

    VOID = ("meta", "br", "hr", "mspace")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("text", "wrt"), [*GOLDEN.values(), ("x.T@A@x", ["x"]), ("A@X@B", ["X"]), ("logdet(S)", ["S"])]
)
def test_a_page_of_html_is_well_formed_and_needs_nothing_else(text: str, wrt: list[str]) -> None:
    told = page("html", differentiate(text, wrt), Way())
    outline = Outline()
    outline.feed(told)
    assert not outline.open
    assert outline.seen.count("section") == len(wrt)
    assert not re.search(r"(src|href)=|url\(|@import|<script|<link", told)
    for formula in re.findall(r"<math.*?</math>", told):
        ElementTree.fromstring(formula)
    for wanted in ("prefers-color-scheme: dark", "@media print", 'name="viewport"', "<title>"):
        assert wanted in told


def test_the_page_ends_in_the_answer_and_says_what_it_is() -> None:
    told = page("html", differentiate("x.T@A@x", ["x"]), None)
    assert 'alttext="(A + A.T)@x"' in told
    assert "gradient of shape n; mixed layout" in told
    assert "Working" not in told
    assert page("html", differentiate("x.T@A@x", ["x"]), Way()).count('class="why"') > 2


def test_what_a_user_writes_is_no_markup() -> None:
    told = mcalc("diff", "sum(max(x, y)) + einsum('i,i->', x, y)", "--wrt", "x", "--to", "html").stdout
    outline = Outline()
    outline.feed(told)
    assert not outline.open
    assert "<script" not in told
    assert not re.search(r"[<>]", re.sub(r"<[^<>]*>", "", told.partition("</style>")[2]))


@pytest.mark.parametrize("form", PAGES)
def test_the_command_prints_a_page_and_its_working_can_be_left_out(form: str) -> None:
    whole = mcalc("diff", "x.T@A@x", "--wrt", "x", "--to", form).stdout
    short = mcalc("diff", "x.T@A@x", "--wrt", "x", "--to", form, "--no-steps").stdout
    assert "Product rule" in whole
    assert "Product rule" not in short
    assert mcalc("diff", "-", "--wrt", "x", "--to", form, stdin="x.T@x\n").returncode == 2
    latin = mcalc("diff", "x.T@A@x", "--wrt", "x", "--to", form, PYTHONIOENCODING="cp1252").stdout
    assert "&#x211d;" in latin or r"\mathbb{R}" in latin


@pytest.mark.parametrize("columns", [80, 40])
def test_a_terminal_shows_a_long_working_with_every_formula_indented(columns: int) -> None:
    _, shown = on_terminal((*MCALC, "diff", "softmax(A@x + b)", "--wrt", "x"), NO_COLOR="1", COLUMNS=str(columns))
    lines = [line.rstrip() for line in shown.splitlines()]
    assert max(map(len, lines)) <= columns
    assert all(line.startswith("  ") for line in lines if line)
    signs = [line.index(" = ") for line in lines if re.match(r"\s+(df|=|df/dx)? ?= ?", line)]
    assert len(signs) > 3


def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    browser = needed.program("chromium", "chromium-browser", "google-chrome")
    (tmp_path / "page.html").write_text(page("html", answer("softmax.md"), Way()), encoding="utf-8")
    asked = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=900,900",
        f"--user-data-dir={tmp_path}",
    ]
    ended = subprocess.run(
        [*asked, "--dump-dom", (tmp_path / "page.html").as_uri()], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0
    assert ended.stdout.count("<math") == page("html", answer("softmax.md"), Way()).count("<math")
    taken = subprocess.run(
        [*asked, f"--screenshot={tmp_path / 'page.png'}", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        timeout=60,
    )
    assert taken.returncode == 0
    assert (tmp_path / "page.png").stat().st_size > 10_000


def main() -> None:
    """Write the pages as they are now."""
    (HERE / "golden").mkdir(exist_ok=True)
    for name in GOLDEN:
        (HERE / "golden" / name).write_text(page("markdown", answer(name), Way()), encoding="utf-8")


if __name__ == "__main__":
    main()
