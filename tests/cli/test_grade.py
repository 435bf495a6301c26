"""`mcalc grade` as a teacher runs it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.shell import MCALC, environment, mcalc, on_terminal

KEY = "id,expr,wrt,points\nq1,x.T@A@x,x,2\nq2,logdet(X),X,3\n"
ANSWERS = (
    "id,student,question,answer\n1,Ann,q1,(A + A.T)@x\n2,Bob,q1,A@x\n3,Cyd,q2,inv(X).T\n"
    "4,Dan,q2,-inv(X).T\n5,Eve,q1,A@@x\n"
)
VERDICTS = ["correct", "wrong", "correct", "wrong", "invalid"]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "key.csv").write_text(KEY, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    return str(tmp_path / "answers.csv"), str(tmp_path / "key.csv")


def verdicts(stdout: str) -> list[str]:
    return [row["verdict"] for row in map(json.loads, stdout.splitlines()) if "verdict" in row]


def test_a_report_in_a_pipe(files: tuple[str, str]) -> None:
    ended = mcalc("grade", files[0], "--key", files[1])
    assert (ended.returncode, ended.stderr) == (1, "")
    assert verdicts(ended.stdout) == VERDICTS
    assert json.loads(ended.stdout.splitlines()[-1])["summary"]["score"] == 5


def test_one_process_or_two_say_the_same(files: tuple[str, str]) -> None:
    one, two = (mcalc("grade", files[0], "--key", files[1], "--processes", count).stdout for count in "12")
    assert one == two


def test_from_standard_input_with_the_questions_in_the_rows() -> None:
    rows = [{"id": k, "expr": "x.T@x", "wrt": "x", "answer": answer} for k, answer in enumerate(["2*x", "x"])]
    ended = mcalc("grade", "-", "--from", "jsonl", stdin="".join(json.dumps(row) + "\n" for row in rows))
    assert verdicts(ended.stdout) == ["correct", "partial"]


def test_a_file_that_was_saved_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes("id,student,expr,wrt,answer\n1,李明,x.T@x,x,2*x\n".encode("gbk"))
    ended = mcalc("grade", str(path), "--encoding", "gbk")
    assert json.loads(ended.stdout.splitlines()[0])["student"] == "李明"
    unread = mcalc("grade", str(path))
    assert verdicts(unread.stdout) == ["correct"]
    assert "1 lines are not UTF-8" in unread.stderr


def test_a_report_goes_to_a_file_when_it_is_whole(files: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "report.csv"
    ended = mcalc("grade", files[0], "--key", files[1], "--to", "csv", "--out", str(out))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    read = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["verdict"] for row in read] == VERDICTS
    assert {path.name for path in tmp_path.iterdir()} == {"answers.csv", "key.csv", "report.csv"}


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_nothing_is_left_of_half_a_report(tmp_path: Path, sent: int, status: int) -> None:
    out = tmp_path / "report.csv"
    out.write_text("an older report")
    command = [*MCALC, "grade", "-", "--from", "jsonl", "--to", "csv", "--out", str(out)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment())
    assert process.stdin is not None
    for k in range(200):
        process.stdin.write(b'{"id": %d, "expr": "x.T@x", "wrt": "x", "answer": "2*x"}\n' % k)
    process.stdin.flush()
    for _ in range(200):
        if any(path.stat().st_size for path in tmp_path.glob("*.part")):
            break
        time.sleep(0.05)
    process.send_signal(sent)
    assert process.wait(20) == status
    process.stdin.close()
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]
    assert out.read_text() == "an older report"


def test_a_bar_shows_on_a_terminal_while_the_report_goes_to_a_file(files: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    status, shown = on_terminal((*MCALC, "grade", files[0], "--key", files[1], "--to", "html", "--out", str(out)))
    assert status == 0
    assert "5 graded" in shown
    assert "100%" in shown


def test_a_table_on_a_terminal(files: tuple[str, str]) -> None:
    status, shown = on_terminal((*MCALC, "grade", files[0], "--key", files[1]))
    assert status == 1
    assert "Bob" in shown
    assert "missed-occurrence" in shown
    assert "graded" not in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.csv"], "cannot read none.csv"),
        (["-"], "is - CSV, TSV or JSON Lines?"),
        (["answers.csv", "--processes", "0"], "--processes is more than 0"),
        (["answers.csv", "--within", "0"], "the limit of seconds lies between"),
        (["answers.csv", "--encoding", "klingon"], "no such encoding: klingon"),
        (["answers.csv", "--to", "xlsx"], "--to has no 'xlsx'"),
        (["answers.csv", "--key", "answers.csv"], "has no column expr"),
        (["answers.csv", "--processes", "2", "--scheduler", "tcp://127.0.0.1:1"], "one is enough"),
        (["answers.csv", "--key", "key.csv", "--out", "no/such/folder.csv"], "cannot write"),
    ],
)
def test_what_is_wrong_with_the_command_line_is_told(
    words: list[str], told: str, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(files[0]).parent)
    ended = mcalc("grade", *words)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_exercises_are_a_key(tmp_path: Path) -> None:
    made = mcalc("exercise", "--topic", "trace", "--seed", "3", "--count", "2", "--to", "json").stdout
    (tmp_path / "key.jsonl").write_text(made)
    exercises = [json.loads(line) for line in made.splitlines()]
    rows = [{"question": e["id"], "answer": e["key"]} for e in exercises]
    rows += [{"question": e["id"], "answer": wrong["answer"]} for e in exercises for wrong in e["wrong"]]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = mcalc("grade", str(tmp_path / "answers.jsonl"), "--key", str(tmp_path / "key.jsonl"))
    found = [json.loads(line) for line in ended.stdout.splitlines()][:-1]
    assert [row["verdict"] for row in found[:2]] == ["correct", "correct"]
    assert len(found) > 4
    codes = [wrong["diagnosis"] for e in exercises for wrong in e["wrong"]]
    assert [row["diagnosis"][0] for row in found[2:]] == codes
