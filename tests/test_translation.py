"""Every language says everything: no message without a translation, no field lost, no entry left over.

`python -m tests.translations` puts the catalogues in order; `python -m tests.test_translation` writes the golden pages.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcalc import translation
from mcalc.cli.help import wrapped
from mcalc.cli.main import COMMANDS, command, run
from mcalc.errors import Problem, columns
from mcalc.errors.catalogue import CODES
from mcalc.language.read import read as read_expression
from mcalc.phrase import say
from mcalc.translation import LANGUAGES, language_of, localized, spoken, tell
from tests.shell import ROOT, mcalc, on_terminal
from tests.translations import CALLS, catalogue, compiled, read, said

GOLDEN = Path(__file__).parent / "golden"
FOREIGN = [language for language, folder in LANGUAGES.items() if folder]
HOLES = re.compile(r"{\w+}")


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    kept = os.environ.get("LANGUAGE")
    yield
    translation.speak("en")
    os.environ.pop("LANGUAGE", None)
    if kept is not None:
        os.environ["LANGUAGE"] = kept


@pytest.mark.parametrize("language", FOREIGN)
def test_no_message_lacks_its_translation(language: str) -> None:
    known = {message.id for message in read(language) if message.id and message.string}
    missing = [text for text in said() if text not in known]
    told = "\n".join(f"{said()[text][0]}: {text}" for text in missing)
    assert not missing, f"run python -m tests.translations and translate in {catalogue(language)}:\n{told}"


@pytest.mark.parametrize("language", FOREIGN)
def test_no_entry_is_left_over(language: str) -> None:
    stale = [message.id for message in read(language) if message.id and message.id not in said()]
    assert not stale, f"run python -m tests.translations: {stale}"


@pytest.mark.parametrize("language", FOREIGN)
def test_no_translation_loses_a_field_or_invents_one(language: str) -> None:
    for message in read(language):
        if message.id:
            assert set(HOLES.findall(message.string)) == set(HOLES.findall(str(message.id))), message.id


@pytest.mark.parametrize("language", FOREIGN)
def test_what_gettext_reads_is_fresh(language: str) -> None:
    path = catalogue(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(path), "run python -m tests.translations"


def test_chinese_has_its_own_punctuation() -> None:
    for message in read("zh"):
        wrong = re.search(r"[\u4e00-\u9fff][,;:?!.](?!\w)|[,;?!][\u4e00-\u9fff]", str(message.string))
        assert not wrong, f"{wrong[0] if wrong else ''} in {message.string}"


def test_only_what_shows_texts_to_people_knows_languages() -> None:
    homes = ("mcalc/cli/", "mcalc/pages/", "mcalc/checking/reports/", "mcalc/translation.py")
    for path in (ROOT / "mcalc").rglob("*.py"):
        name = str(path.relative_to(ROOT))
        if "mcalc.translation" in path.read_text(encoding="utf-8"):
            assert name.startswith(homes), f"{name}: make it a phrase; it is said in a language where it is shown"


def test_no_phrase_is_made_of_a_text_that_is_put_together_first() -> None:
    for path in (ROOT / "mcalc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                given = [*node.args[:4], *(word.value for word in node.keywords if word.arg == "hint")]
                places = [node.args[k] for k in CALLS[node.func.id] if k < len(node.args)]
                assert not any(isinstance(p, (ast.JoinedStr, ast.BinOp)) for p in places), (path, node.lineno, given)


#: Command lines that together say much of what is put together from parts.
LINES = [code.example for code in CODES.values() if code.example and "|" not in code.example]
LINES += [typed for name in COMMANDS for _, typed in command(name).examples if not re.search("[|<>]|FILE|csv", typed)]
LINES += [f"mcalc {name} --help" for name in COMMANDS] + ["mcalc functions", "mcalc explain"]


def test_nothing_is_said_that_the_catalogue_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    known, missed = {message.id for message in read("zh")}, set()
    monkeypatch.setattr(translation, "speak", lambda language: None)

    def look_up(text: str) -> str:
        if text and text not in known and not re.fullmatch(HOLES, text):
            missed.add(text)
        return text

    monkeypatch.setattr(translation, "_look_up", look_up)
    monkeypatch.setattr("mcalc.cli.main.speak", lambda language: None)
    for line in LINES:
        try:
            run(shlex.split(line)[1:])
        except Problem as problem:
            problem.report(spoken)
    capsys.readouterr()
    assert not missed


@pytest.mark.parametrize(
    ("words", "environment", "encoding", "language"),
    [
        ([], {}, "utf-8", "en"),
        (["diff", "--lang", "zh"], {}, "utf-8", "zh"),
        (["diff", "--lang=zh"], {}, "ascii", "zh"),
        (["diff", "--", "--lang=zh"], {}, "utf-8", "en"),
        (["--lang", "en"], {"LC_ALL": "zh_CN.UTF-8"}, "utf-8", "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "utf-8", "zh"),
        ([], {"LANG": "zh_CN.GBK"}, "gbk", "zh"),
        ([], {"LANG": "zh_CN.UTF-8"}, "cp1252", "en"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "utf-8", "en"),
        ([], {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "utf-8", "zh"),
        ([], {"LANG": "C", "LANGUAGE": "zh_CN"}, "utf-8", "en"),
        ([], {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "utf-8", "zh"),
        ([], {"LANG": "fr_FR.UTF-8"}, "utf-8", "en"),
    ],
)
def test_the_command_line_goes_before_the_locale(
    words: list[str], environment: dict[str, str], encoding: str, language: str
) -> None:
    assert language_of(words, environment, encoding) == language


def test_english_is_not_looked_up_and_data_keep_their_codes() -> None:
    phrase = say("unexpected `{written}`", written="x")
    assert spoken(phrase) is phrase
    translation.speak("zh")
    told = localized({"verdict": "wrong", "message": phrase, "list": [phrase, 3]})
    assert told == {
        "verdict": "wrong",
        "message": tell("unexpected `{written}`", written="x"),
        "list": [told["message"], 3],
    }
    assert str(told["message"]) != str(phrase)


def test_a_name_that_is_also_a_message_stays_a_name() -> None:
    translation.speak("zh")
    with pytest.raises(Problem) as caught:
        read_expression("scalar(x)")
    assert "scalar" in caught.value.report(spoken)


@pytest.mark.parametrize("width", [20, 33, 80])
def test_wide_characters_are_counted_twice_where_lines_break(width: int) -> None:
    text = "矩阵乘积要求左因子的列数等于右因子的行数；逐元素乘积（Hadamard 积）要求两者形状相同，例如 A.*B。"
    lines = wrapped(text, width)
    assert all(columns(line) <= width + 2 for line in lines)  # a closing mark may stand over
    assert not any(line[0] in "，。；）" for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


#: What a Chinese reader sees, by the file that holds it.
PAGES = {
    "zh-working.txt": ("diff", "norm(X@w - y)^2 + lambda*w.T@w", "--wrt", "w", "--lang", "zh"),
    "zh-trace.txt": ("diff", "tr(A@X@B@X.T)", "--wrt", "X", "--lang", "zh"),
    "zh-occurrences.txt": ("diff", "x.T@A@x", "--wrt", "x", "--method", "occurrences", "--lang", "zh"),
    "zh-error.txt": ("diff", "X.T@w - y", "--wrt", "w", "--var", "X[m,n], w[n]", "--lang", "zh"),
    "zh-diagnosis.txt": ("check", "x.T@A@x", "--wrt", "x", "--answer", "A@x", "--lang", "zh"),
    "zh-help.txt": ("convert", "--help", "--lang", "zh"),
    "zh-explain.txt": ("explain", "E302", "--lang", "zh"),
}


def seen(words: tuple[str, ...]) -> str:
    from tests.shell import MCALC

    _, shown = on_terminal((*MCALC, *words), NO_COLOR="1")
    return "\n".join(line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", shown).splitlines()) + "\n"


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_reads_as_it_did(name: str) -> None:
    shown = seen(PAGES[name])
    assert shown == (GOLDEN / name).read_text(encoding="utf-8"), "read it, then python -m tests.test_translation"
    drawn = [line for line in shown.splitlines() if name not in ("zh-diagnosis.txt", "zh-help.txt")]
    assert all(columns(line) <= 80 for line in drawn)


def test_the_locale_alone_is_enough() -> None:
    ended = mcalc("diff", "x.T@", "--wrt", "x", LC_ALL="zh_CN.UTF-8", LANGUAGE="", PYTHONUTF8="1")
    assert ended.stderr.startswith("错误：")
    assert ended.returncode == 2


def main() -> None:
    """Write the golden pages."""
    GOLDEN.mkdir(exist_ok=True)
    for name, words in PAGES.items():
        (GOLDEN / name).write_text(seen(words), encoding="utf-8")


if __name__ == "__main__":
    main()
