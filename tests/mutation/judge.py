"""Which tests run which lines, and whether they fail on a mutant."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import ROOT, Mutant

#: The tests that judge: those that mirror the packages, and those of answers as a whole.
TESTS = (
    "tests/calculus", "tests/notation", "tests/working", "tests/algebra/test_commuting.py",
    "tests/algebra/test_special.py", "tests/algebra/test_spectrum.py", "tests/algebra/test_vech.py",
    "tests/targets/test_text.py", "tests/checking/test_form.py", "tests/answer", "tests/test_abstract.py",
    "tests/test_entries.py", "tests/test_mixed.py", "tests/test_wikipedia.py",
)  # fmt: skip
#: Those that run the command, and so any line: last of all.
WHOLE = ("tests/test_corpus.py", "tests/test_problems.py")
#: What a mutant does not change, imported once. The packages under test, and what imports them, are not here.
SHARED = (
    "numpy", "scipy.linalg", "scipy.special", "sympy", "hypothesis", "rich.console", "click", "mcalc.language.read",
    "tests.evaluate", "tests.expressions", "tests.shell",
)  # fmt: skip
UNDER_TEST = ("mcalc.calculus", "mcalc.notation")
LONGEST = 20  #: seconds of CPU time that tests may take on a mutant beyond three times their own
ENDS = {0: "survived", -signal.SIGXCPU: "timeout", -signal.SIGKILL: "timeout"}  #: all others killed it


def prepare() -> None:
    """Import what mutants share."""
    for name in SHARED:
        importlib.import_module(name)
    early = [name for name in sys.modules if name.startswith(UNDER_TEST)]
    assert not early, f"imported before it is changed: {early}"


# ---------------------------------------------------------------- which tests run which lines


class Lines:
    """The tests that run each line, by their place among all, and the CPU time of each test, measured."""

    def __init__(self, seconds: dict[str, float], lines: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
        self.seconds, self.lines, self.tests = seconds, lines, list(seconds)

    def of(self, mutant: Mutant, budget: float) -> list[str]:
        """The tests for a mutant, as many as the budget of seconds allows.

        Those that mirror the package come first, and closed forms from outside, of each the quickest.
        What runs when the module is imported is judged by all tests of the statement, such as a rule's with what
        decorates it, or of the module.
        """
        here = self.lines.get(mutant.file, {})
        for first, last in mutant.spans:
            found = {self.tests[k] for line in range(first, last + 1) for k in here.get(str(line), ())}
            if found:
                break
        else:
            found = {self.tests[k] for tests in here.values() for k in tests}
        chosen, spent = list[str](), 0.0
        own = (f"tests/{mutant.file.split('/')[1]}/", "tests/test_wikipedia.py")
        for test in sorted(found, key=lambda t: (not t.startswith(own), self.seconds[t], t)):
            if spent + self.seconds[test] <= budget:
                spent += self.seconds[test]
                chosen.append(test)
        return chosen


def learn(into: Path) -> None:
    """Run all tests, and write down which lines each runs."""

    def run() -> int:
        import coverage

        measured = coverage.Coverage(data_file=None, include=["mcalc/calculus/*", "mcalc/notation/*"])
        recorder = _Recorder(measured.switch_context)
        measured.start()
        code = pytest.main([*QUIET, *TESTS], plugins=[recorder])
        measured.stop()
        data = measured.get_data()
        place = {test: k for k, test in enumerate(recorder.seconds)}
        lines = {
            str(Path(name).relative_to(ROOT)): {
                line: [place[c] for c in contexts if c] for line, contexts in data.contexts_by_lineno(name).items()
            }
            for name in data.measured_files()
        }
        into.write_text(json.dumps({"seconds": recorder.seconds, "lines": lines}))
        return int(code)

    ended = forked(run, 3600, into.with_suffix(".log"))
    if ended:
        raise SystemExit(f"the tests fail as they are: {into.with_suffix('.log')}")


class _Recorder:
    """Tells the measurement which test runs, and takes its time."""

    def __init__(self, switch: Callable[[str], None]) -> None:
        self.switch, self.seconds = switch, defaultdict[str, float](float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.switch(item.nodeid)
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] += time.process_time() - start
            self.switch("")


# ---------------------------------------------------------------- a mutant before the tests

QUIET = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", "--no-header", "--tb=line")


def judge(mutant: Mutant, tests: Sequence[str], seconds: float, log: Path, whole: bool) -> str:
    """`killed`, `survived` or `timeout`."""

    def run() -> int:
        module = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        sys.meta_path.insert(0, _Finder(module, ROOT / mutant.file, mutant.code()))
        if tests:
            files = list(dict.fromkeys(test.split("::")[0] for test in tests))
            code = pytest.main([*QUIET, *files], plugins=[_Chosen(tests)])
            if code:
                return int(code)
        return int(pytest.main([*QUIET, *WHOLE])) if whole else 0

    return ENDS.get(forked(run, int(LONGEST + 3 * seconds), log), "killed")


class _Chosen:
    """Runs these tests only, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: k for k, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutant in the place of the module."""

    def __init__(self, module: str, path: Path, code: object) -> None:
        self.module, self.path, self.code = module, path, code

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> Any:
        if name != self.module:
            return None
        package = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        loader = _Loader(name, str(self.path))
        loader.changed = self.code
        return importlib.util.spec_from_file_location(
            name, self.path, loader=loader, submodule_search_locations=package
        )


class _Loader(importlib.machinery.SourceFileLoader):
    changed: Any

    def get_code(self, fullname: str) -> CodeType:
        return self.changed  # type: ignore[no-any-return]


def forked(run: Callable[[], int], seconds: int, log: Path) -> int:
    """The exit status of what a process of its own runs, negative where a signal ended it."""
    process = os.fork()
    if not process:
        code = 99
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            importlib.import_module("tests.shell").mcalc = mcalc
            code = run()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + 20 * seconds  # the machine may be busy
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.killpg(process, signal.SIGKILL)
        time.sleep(0.05)
    return os.waitstatus_to_exitcode(status)


def mcalc(*words: str, stdin: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
    """As `tests.shell.mcalc`, in a fork of this process: with the mutant in it."""
    import tempfile

    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode() if isinstance(stdin, str) else stdin)
        given.seek(0)
        process = os.fork()
        if not process:
            code = 99
            try:
                for k, file in enumerate((given, out, err)):
                    os.dup2(file.fileno(), k)
                sys.stdin, sys.stdout, sys.stderr = (
                    os.fdopen(k, "rw"[k > 0], encoding="utf-8", closefd=False) for k in range(3)
                )
                os.environ.update(importlib.import_module("tests.shell").QUIET | env)
                sys.argv = ["mcalc", *words]
                importlib.import_module("mcalc.cli.main").main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(process, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(words, os.waitstatus_to_exitcode(status), *texts)
