"""A hundred and more mistakes that people make, and what they are told: a golden file for a critical eye.

`python -m tests.test_mistakes` writes anew what is told for each command in the file; a new one is added there, as a
line after `$ `. What is told says what is wrong, where, and what would mend it.
"""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from mcalc.cli.main import run
from mcalc.errors import Problem

MISTAKES = Path(__file__).parent / "golden" / "mistakes.txt"


def entries() -> list[tuple[str, str]]:
    """Each command with what the file says that it tells."""
    parts = re.split(r"^\$ ", MISTAKES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    pairs = [part.partition("\n") for part in parts]
    return [(typed, re.sub(r"^# .*\n", "", told, flags=re.MULTILINE).strip("\n")) for typed, _, told in pairs]


def told(typed: str) -> str:
    """What a command prints, or the error that it ends with."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            run(shlex.split(typed)[1:])
    except Problem as problem:
        printed.write(problem.report())
    return "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())


@pytest.mark.parametrize(("typed", "expected"), entries(), ids=lambda text: text[:50] if "mcalc" in text else "")
def test_a_mistake_is_told_as_the_file_says(typed: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert told(typed) == expected, "read it, then python -m tests.test_mistakes"


def test_there_are_more_than_a_hundred_and_each_error_has_its_code() -> None:
    assert len(entries()) > 100
    for typed, expected in entries():
        assert not expected.startswith("error:") or re.search(r"\[E\d{3}\]$", expected.splitlines()[0]), typed


def main() -> None:
    """Write what is told now."""
    lines = []
    for line in MISTAKES.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            lines.append(line)
        elif line.startswith("$ "):
            lines += [line, told(line[2:])]
    MISTAKES.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
