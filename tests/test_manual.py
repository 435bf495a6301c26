"""The man pages are what the commands and the records say, and roff can read them."""

from __future__ import annotations

import subprocess

import pytest

from mcalc.manual import PAGES, pages, roff
from tests import needed

MADE = pages()


def test_there_is_a_page_for_every_command_and_no_other() -> None:
    assert sorted(path.name for path in PAGES.iterdir()) == sorted(MADE)


@pytest.mark.parametrize("name", MADE)
def test_the_page_is_fresh(name: str) -> None:
    stale = "run python -m mcalc.manual"
    assert (PAGES / name).read_text(encoding="utf-8") == MADE[name], stale


def test_quotes_dashes_and_dots_are_literal() -> None:
    assert roff(".T 'x^2' a\\b --wrt") == r"\&.T \(aqx\(ha2\(aq a\(rsb \-\-wrt"


@pytest.mark.parametrize("name", MADE)
def test_roff_reads_the_page_without_a_complaint(name: str) -> None:
    groff = needed.program("groff")
    read = subprocess.run([groff, "-man", "-ww", "-Kutf8", "-Tutf8", str(PAGES / name)], capture_output=True, text=True)
    assert not read.stderr
