"""`mcalc eval`: numbers in, numbers out, and `--verify` here and in `mcalc diff`."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.checking.differences import verify, verify_at
from mcalc.checking.given import at
from mcalc.cli.main import run
from mcalc.cli.output import as_problem, complain
from mcalc.errors import Problem
from mcalc.language.read import read


def mcalc(*words):
    """Run a command line in this process."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        try:
            code = run(words)
        except Exception as fault:
            problem = as_problem(fault)
            complain(problem)
            code = problem.exit_status
    return SimpleNamespace(code=code, out=out.getvalue(), err=err.getvalue())


A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.5, 0.0, 1.0]])
x = np.array([1.0, -2.0, 0.5])


def test_a_value_and_a_gradient_on_a_line_each():
    done = mcalc("eval", "x.T@A@x", "--wrt", "x", "--at", "x=[1,2]", "--at", "A=[2 1; 1 3]")
    assert (done.code, done.out) == (0, "f = 18.0\ndf/dx = [8.0, 14.0]\n")


def test_the_value_alone():
    assert mcalc("eval", "a*log(b)", "--at", "a=2", "--at", "b=1").out == "f = 0.0\n"


@pytest.mark.parametrize("ending", ["npz", "npy", "json", "csv", "column", "named"])
def test_every_kind_of_file(tmp_path: Path, ending: str):
    given = ["--at", "A=" + json.dumps(A.tolist())]
    match ending:
        case "npz":
            np.savez(tmp_path / "all.npz", A=A, x=x[:, None], unused=np.zeros(7))
            given = ["--at", str(tmp_path / "all.npz")]
        case "npy":
            np.save(tmp_path / "x.npy", x.astype(np.float32))
            given += ["--at", str(tmp_path / "x.npy")]
        case "json":
            (tmp_path / "all.json").write_text(json.dumps({"x": x.tolist()}))
            given += ["--at", str(tmp_path / "all.json")]
        case "csv":
            (tmp_path / "data.csv").write_text("x,z\n" + "".join(f"{float(value)},1\n" for value in x))
            given += ["--at", str(tmp_path / "data.csv")]
        case "column":
            (tmp_path / "any.csv").write_text("".join(f"{float(value)}\n" for value in x))
            given += ["--at", f"x={tmp_path / 'any.csv'}"]
        case "named":
            np.save(tmp_path / "any.npy", x)
            given += ["--at", f"x={tmp_path / 'any.npy'}"]
    done = mcalc("eval", "x.T@A@x", "--wrt", "x", *given, "--to", "json")
    reply = json.loads(done.out)
    assert reply["shape"] == [3]
    np.testing.assert_allclose(reply["value"], x @ A @ x, rtol=1e-14)
    np.testing.assert_allclose(reply["derivative"], (A + A.T) @ x, rtol=1e-14)
    assert reply["text"] == "(A + A.T)@x"


@pytest.mark.parametrize("ending", ["npz", "npy", "json", "csv"])
def test_results_go_to_a_file(tmp_path: Path, ending: str):
    out = tmp_path / f"out.{ending}"
    done = mcalc(
        "eval", "x.T@A@x", "--wrt", "x", "--order", "2", "--at", "x=1,-2", "--at", "A=[[1,2],[3,4]]", "--out", str(out)
    )
    assert (done.code, done.out) == (0, "")
    match ending:
        case "npz":
            with np.load(out) as stored:
                assert sorted(stored) == ["derivative", "value"]
                found = stored["derivative"]
        case "npy":
            found = np.load(out)
        case "json":
            found = np.array(json.loads(out.read_text())["derivative"])
        case "csv":
            found = np.loadtxt(out, delimiter=",")
    np.testing.assert_array_equal(found, [[2, 5], [5, 8]])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_where_the_operators_do_not_tell_the_values_do():
    done = mcalc("eval", "a*w", "--wrt", "a", "--at", "a=[1,2]", "--at", "w=[3,4]")
    assert done.out == "f = [3.0, 8.0]\ndf/da = [[3.0, 0.0], [0.0, 4.0]]\n"
    done = mcalc("eval", "W*3", "--wrt", "W", "--at", "W=2")
    assert done.out == "f = 6.0\ndf/dW = 3.0\n"


def test_several_variables_and_products():
    given = ["--at", "x=[1,2]", "--at", "A=[[2,1],[1,3]]", "--at", "v=[1,0]"]
    reply = json.loads(mcalc("eval", "x.T@A@x", "--wrt", "x,A", *given[:4], "--to", "json").out)
    assert [part["derivative"] for part in reply["derivatives"]] == [[8, 14], [[1, 2], [2, 4]]]
    assert mcalc("eval", "x.T@A@x", "--wrt", "x", "--hvp", "v", *given).out.splitlines()[1].endswith("= [4.0, 2.0]")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["x.T@A@x", "--at", "x=[1,2,3]", "--at", "A=[[1,2],[3,4]]"], 2, "A is 2 x 2, and is to be n x n (n = 3 by x)"),
        (["x.T@A@x", "--at", "x=[1,2]"], 2, "A has no value"),
        (["x.T@x", "--at", "x=[1,2]", "--at", "y=1"], 2, "y does not occur"),
        (["x.T@x", "--at", "x=[1,(2)]"], 2, "x is no array of numbers"),
        (["x.T@x", "--at", "x=[[1,2],[3]]"], 2, "x is no array of numbers"),
        (["x.T@x", "--at", "x=[1,NaN]"], 2, "x[1] is nan, which is no finite number"),
        (["s^2", "--at", "s=-1e999"], 2, "s is -inf, which is no finite number"),
        (["x.T@x", "--at", "x=[1,2"], 2, "x is no array of numbers: '[1,2'"),
        (["x.T@x", "--at", 'x=["1",null]'], 2, "x is no array of numbers"),
        (["x.T@x", "--at", "x=1 2j"], 3, "x is complex"),
        (["x.T@x", "--at", "nothing.npz"], 2, "cannot read nothing.npz"),
        (["x.T@x", "--at", "x=nothing.npy"], 2, "cannot read nothing.npy"),
        (["x.T@x", "--at", "x"], 2, "gives no variable a value"),
        (["log(a)", "--at", "a=-1"], 4, "log has no finite real value here"),
        (["inv(A)", "--at", "A=[[1,1],[1,1]]"], 4, "inv has no value here"),
        (["1/a", "--at", "a=0"], 4, "no finite value"),
        (["x.T@x", "--at", "x=[1,2]", "--verify"], 2, "--verify is about a derivative"),
        (["x.T@x", "--at", "x=[1,-2]", "--var", "x[n] positive"], 2, "declared positive"),
        (["logdet(S)", "--at", "S=[[1,2],[2,1]]", "--var", "S[n,n] psd"], 2, "declared psd"),
        (["f(x)", "--fun", "f: [n] -> []", "--at", "x=[1,2]"], 3, "only declared"),
        (["x[9]", "--at", "x=[1,2]"], 2, "there is no place 9 on an axis of 2"),
        (["sum(x[k:n])", "--var", "x[n]", "--at", "x=[1,2]", "--at", "k=5"], 2, "there is no range 5:2"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(words, status, said):
    done = mcalc("eval", *words)
    assert done.code == status
    assert said in done.err
    assert "Traceback" not in done.err


#: What is in a file that is no array of real numbers, and what is said of it.
UNREAL = {
    "complex.npy": (np.array([1, 2j]), "x, read from {path}, is complex"),
    "dates.npy": (np.array(["2020-01-01"], "M8[D]"), "x, read from {path}, is no array of numbers"),
    "words.npy": (np.array(["1", "2"]), "x, read from {path}, is no array of numbers"),
    "records.npy": (np.zeros(2, [("a", "f8")]), "x, read from {path}, is no array of numbers"),
    "none.json": ("[1, null]", "x, read from {path}, is no array of numbers"),
    "ragged.json": ("[1, [2]]", "x, read from {path}, is no array of numbers"),
    "semicolons.csv": ("1;2\n3;4\n", "{path}, line 2: '3;4' is no number"),
}


@pytest.mark.parametrize("name", UNREAL)
def test_a_file_without_real_numbers_is_named(tmp_path: Path, name: str):
    held, said = UNREAL[name]
    path = tmp_path / name
    path.write_text(held) if isinstance(held, str) else np.save(path, held)
    done = mcalc("eval", "x.T@x", "--at", f"x={path}")
    assert done.code == (3 if "complex" in said else 2)
    assert done.err.startswith(f"error: {said.format(path=path)}")


@pytest.mark.parametrize("kind", [">f8", "<f4", "f2", "i8", "u1", "?", "longdouble"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_of_real_numbers_is_read(tmp_path: Path, kind: str, order: str):
    A = np.asarray([[1, 0, 1], [0, 0, 1]]).astype(kind, order=order)
    np.save(tmp_path / "A.npy", A)
    done = mcalc("eval", "sum(A@x)", "--wrt", "x", "--at", str(tmp_path / "A.npy"), "--at", "x=[1,2,3]")
    assert done.out == "f = 7.0\ndf/dx = [1.0, 0.0, 2.0]\n"


def test_what_is_not_asked_for_may_be_anything(tmp_path: Path):
    np.savez(tmp_path / "data.npz", x=np.ones(2), names=np.array(["a", "b"]), z=np.array([1j]), o=np.array([None]))
    (tmp_path / "data.csv").write_text("name,y\nfirst,3\nsecond,4\n")
    (tmp_path / "alone.json").write_text("[1, 2]")
    given = [f"{tmp_path / 'data.npz'}", f"{tmp_path / 'data.csv'}", f"z={tmp_path / 'alone.json'}"]
    words = [word for one in given for word in ("--at", one)]
    assert mcalc("eval", "x.T@y + z.T@y", *words).out == "f = 18.0\n"
    assert "o, read from" in mcalc("eval", "x.T@o", *words[:2]).err


def test_no_file_runs_code(tmp_path: Path):
    evil = np.empty(1, object)
    evil[0] = Path
    np.save(tmp_path / "x.npy", evil, allow_pickle=True)
    done = mcalc("eval", "x.T@x", "--at", str(tmp_path / "x.npy"))
    assert (done.code, done.out) == (2, "")


def test_verify_tells_right_from_wrong():
    answer = differentiate("sum(tanh(A@x))", ["x"])
    (claim,) = [d.claim for d in answer.derivatives]
    point = at(answer.reading, {"A": A, "x": x})
    assert verify_at(point, [claim]).ok
    f, variable, direction, d = claim
    for wrong in (2 * d, d + variable, -d, 0 * d):
        found = verify_at(point, [(f, variable, direction, wrong)])
        assert found.ok is False
        assert found.exit_status == 1
        assert verify([(f, variable, direction, wrong)], ["m", "n"], frozenset()).ok is False


def test_a_kink_says_nothing():
    done = mcalc("eval", "sum(relu(x))", "--wrt", "x", "--at", "x=[0,1]", "--verify")
    assert done.code == 4
    assert done.out.startswith("f = 1.0\n")
    assert mcalc("eval", "sum(relu(x))", "--wrt", "x", "--at", "x=[-1,1]", "--verify").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["logdet(X)", "--wrt", "X", "--order", "2"],
        ["x.T@S@x + logdet(S)", "--wrt", "S", "--var", "S[n,n] psd"],
        ["tr(S@A)", "--wrt", "S", "--var", "S[n,n] skew"],
        ["tanh(A@x)", "--wrt", "x", "--vjp", "u"],
        ["tanh(A@x)", "--wrt", "x", "--jvp", "v"],
        ["sum(exp(A@x))", "--wrt", "x", "--hvp", "v"],
        ["tanh(A@x)", "--wrt", "A[0,1]"],
    ],
)
def test_diff_verifies_at_random_points(words):
    done = mcalc("diff", *words, "--verify", "--to", "json")
    reply = json.loads(done.out)
    assert done.code == 0
    assert reply["verified"]["ok"] is True
    assert reply["verified"]["points"] == 3
    assert reply["verified"]["gap"] < 1e-6


def test_diff_says_so_in_one_line():
    done = mcalc("diff", "norm(x)", "--wrt", "x", "--verify")
    assert done.out == "x/norm(x)\n"
    assert done.err.startswith("verified: it agrees with finite differences at 3 points")
    assert done.err.count("\n") == 1
    done = mcalc("diff", "f(x)", "--wrt", "x", "--fun", "f: [n] -> []", "--verify")
    assert (done.code, done.out) == (4, "grad_f(x)\n")


def test_sizes_are_read_off_and_asked_for():
    reading = read("trace(eye(n))*x.T@x", ["x[m]"])
    assert at(reading, {"x": x, "n": np.asarray(4.0)}).value(reading.root) == 4 * (x @ x)


def test_batch_computes_and_verifies():
    from mcalc.cli.batch import answer

    asked = {
        "command": "eval",
        "expr": "x.T@A@x",
        "wrt": "x",
        "at": {"x": [1, 2], "A": [[2, 1], [1, 3]]},
        "verify": True,
    }
    reply = answer(asked)
    assert (reply["value"], reply["derivative"], reply["verified"]["ok"]) == (18, [8, 14], True)
    assert answer({"expr": "x.T@A@x", "wrt": "x", "verify": True})["verified"]["ok"] is True
    assert answer({"command": "eval", "expr": "a*b", "at": {"a": 2, "b": 3}})["value"] == 6
    for wrong in ({"x": "many"}, [1], {"x": [[1], [1, 2]]}, {}):
        with pytest.raises(Problem):
            answer({"command": "eval", "expr": "x.T@x", "at": wrong})
