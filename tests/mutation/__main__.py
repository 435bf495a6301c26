"""A sample of the mutants before the tests: `python -m tests.mutation --sample 600 --seed 1`."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter

from tests.mutation.judge import Lines, judge, learn, prepare
from tests.mutation.mutants import ROOT, Mutant, mutants

PACKAGES = ("mcalc/calculus", "mcalc/notation")
KEPT = ROOT / ".mutation"  #: what git ignores: the lines of each test, and a verdict a line


def main() -> int:
    """Judge the mutants of a sample that have no verdict yet, and tell the score."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, default=600, help="how many mutants, of each file its share; 0 takes all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=15, help="seconds of tests on one mutant, the quickest first")
    parser.add_argument("--corpus", action="store_true", help="let the corpus judge what survives: 20 s each")
    parser.add_argument("--only", default="", help="files whose path contains this")
    parser.add_argument("--again", action="store_true", help="judge survivors again, after tests were added")
    parser.add_argument("--survivors", action="store_true", help="only tell what survived")
    options = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    chosen = [m for m in sample(options.sample, options.seed) if options.only in m.file]
    verdicts = known()
    if not options.survivors:
        again = {"survived"} if options.again else set[str]()
        todo = [m for m in chosen if verdicts.get(key(m), "survived" if options.again else "") in {"", *again}]
        random.Random(options.seed).shuffle(todo)  # so that what is judged so far is a sample too
        judged(todo, options, verdicts)
    tell(chosen, verdicts)
    return 0


def sample(count: int, seed: int) -> list[Mutant]:
    """A seeded sample, of each file its share and no fewer than one."""
    files = [str(f.relative_to(ROOT)) for package in PACKAGES for f in sorted((ROOT / package).rglob("*.py"))]
    found = {file: mutants(file) for file in files}
    total = sum(map(len, found.values()))
    print(f"{total} mutants of {len(files)} files")
    if not count:
        return [m for each in found.values() for m in each]
    share = {file: max(1, round(count * len(each) / total)) for file, each in found.items() if each}
    return [m for file, k in share.items() for m in random.Random(f"{seed} {file}").sample(found[file], k)]


def judged(todo: list[Mutant], options: argparse.Namespace, verdicts: dict[str, str]) -> None:
    """Judge mutants, and keep each verdict as it is found."""
    prepare()
    told = KEPT / "lines.json"
    if not told.exists():
        learn(told)
    lines = Lines(**json.loads(told.read_text()))
    with (KEPT / "verdicts.jsonl").open("a", encoding="utf-8") as file:
        for k, mutant in enumerate(todo, 1):
            tests = lines.of(mutant, options.budget)
            seconds = sum(lines.seconds[t] for t in tests)
            verdict = judge(mutant, tests, seconds, KEPT / "last.log", options.corpus)
            verdicts[key(mutant)] = verdict
            file.write(json.dumps({"mutant": key(mutant), "verdict": verdict, "tests": len(tests)}) + "\n")
            file.flush()
            print(f"{k}/{len(todo)} {verdict:8} {mutant.file}:{mutant.line} {mutant.what}", flush=True)


def key(mutant: Mutant) -> str:
    """What tells a mutant from others, also when lines elsewhere have changed."""
    return f"{mutant.file}:{mutant.node}:{mutant.variant}: {mutant.what}"


def known() -> dict[str, str]:
    """The verdicts so far, the last one of each mutant."""
    kept = KEPT / "verdicts.jsonl"
    rows = [json.loads(row) for row in kept.read_text(encoding="utf-8").splitlines()] if kept.exists() else []
    return {row["mutant"]: row["verdict"] for row in rows}


def tell(chosen: list[Mutant], verdicts: dict[str, str]) -> None:
    """What survived, and the score by file and in all."""
    counts: dict[str, Counter[str]] = {}
    for mutant in chosen:
        verdict = verdicts.get(key(mutant), "not judged")
        counts.setdefault(mutant.file, Counter())[verdict] += 1
        if verdict == "survived":
            print(f"{mutant.file}:{mutant.line} {mutant.what}")
    for name, count in [*counts.items(), ("in all", sum(counts.values(), Counter()))]:
        done = count.total() - count["not judged"]
        found = count["killed"] + count["timeout"]
        print(f"{name:40} {found}/{done} = {found / max(done, 1):.1%}", dict(count))


if __name__ == "__main__":
    sys.exit(main())
