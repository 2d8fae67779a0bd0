"""Plant a bug in a copy of the source, run its tests against the copy, and demand that they see it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from compileall import compile_dir
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

__all__ = ["ROOT", "Edit", "Mutant", "Verdict", "judge", "load"]

ROOT = Path(__file__).resolve().parent.parent
_CATALOGUE = Path(__file__).with_name("catalogue.toml")
_PATIENCE = 600.0
_OF_AN_OUTER_PYTEST = {"PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"}
_OWN_FAULT = ("SyntaxError", "NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError")

_Endings: TypeAlias = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file below `src`. `old` must stand there exactly once."""

    file: str
    old: str
    new: str

    def applied(self, source: str) -> str:
        """The source with the bug in it. Raises ValueError if there is not exactly one place for it."""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.file} has {found} places that read {self.old!r}; there should be one")
        if self.old == self.new:
            raise ValueError(f"{self.file}: {self.old!r} is replaced by itself")
        return source.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug by name: what it does, where it is put, and the tests (node ids) of which at least one must fail."""

    name: str
    bug: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]

    def plant(self, source: Path) -> None:
        """Put the bug into a copy of the `src` folder."""
        for edit in self.edits:
            file = source / edit.file
            file.write_text(edit.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
            Path(cache_from_source(str(file))).unlink(missing_ok=True)  # it may be as old and as long


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant. `trouble` is empty when its tests did what they are for.

    `seen_by` is the test that failed first, `words` the beginning of its complaint.
    """

    mutant: Mutant
    trouble: str = ""
    seen_by: str = ""
    words: str = ""
    seconds: float = 0.0
    output: str = field(default="", repr=False)


def load(path: Path = _CATALOGUE) -> list[Mutant]:
    """Read the catalogue. Raises ValueError for a mutant without edits or tests, or a name that stands twice."""
    mutants = [
        Mutant(name, entry["bug"], tuple(Edit(**edit) for edit in entry["edits"]), tuple(entry["tests"]))
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]
    for mutant in mutants:
        if not mutant.edits or not mutant.tests:
            raise ValueError(f"mutant {mutant.name!r} needs edits and tests")
    return mutants


def judge(
    mutants: Sequence[Mutant], *, jobs: int = 2, tell: Callable[[Verdict], None] = lambda _: None
) -> list[Verdict]:
    """Run every mutant's tests without and with its bug; the verdicts in the order of the mutants.

    Without any bug all tests of all mutants must pass, in one run; then each mutant's tests run against a copy of the
    source with its bug, up to `jobs` at a time, and at least one of them must fail.
    """
    compile_dir(ROOT / "src", quiet=2)
    sound, output = _run(None, sorted({test for mutant in mutants for test in mutant.tests}), side_by_side=jobs)
    verdicts = []
    with ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(lambda mutant: _judge_one(mutant, sound, output), mutants):
            verdicts.append(verdict)
            tell(verdict)
    return verdicts


def _judge_one(mutant: Mutant, sound: _Endings, output: str) -> Verdict:
    for test in mutant.tests:
        endings = [ending for node, (ending, _) in sound.items() if _belongs(node, test)]
        if "passed" not in endings or set(endings) - {"passed", "skipped"}:
            counted = ", ".join(f"{endings.count(ending)} {ending}" for ending in sorted(set(endings))) or "not found"
            return Verdict(mutant, f"without the bug, {test} should pass: {counted}", output=output)
    started = time.monotonic()
    try:
        planted, output = _run(mutant, mutant.tests)
    except ValueError as error:
        return Verdict(mutant, str(error))
    seconds = time.monotonic() - started
    if any(ending == "uncollected" for ending, _ in planted.values()):
        return Verdict(mutant, "with the bug the tests cannot be imported, which proves nothing", output=output)
    failed = [(node, words) for node, (ending, words) in planted.items() if ending == "failed"]
    if not failed:
        return Verdict(mutant, "no test sees the bug", seconds=seconds, output=output)
    seen_by, words = failed[0]
    if words.startswith(_OWN_FAULT):
        return Verdict(mutant, f"the bug is no working Python, which proves nothing: {words}", seen_by, words, seconds)
    return Verdict(mutant, "", seen_by, words, seconds, output)


def _belongs(node: str, test: str) -> bool:
    return node == test or node.startswith((f"{test}[", f"{test}::"))


def _run(mutant: Mutant | None, tests: Iterable[str], side_by_side: int = 1) -> tuple[_Endings, str]:
    """Each test's ending and first words of complaint by node id, and what pytest wrote."""
    with TemporaryDirectory(prefix="qrelay-mutant-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source)  # with what Python has compiled, which each run would do again
        if mutant is not None:
            mutant.plant(source)
        record = Path(folder) / "record.json"
        environment = {
            **{name: value for name, value in os.environ.items() if name not in _OF_AN_OUTER_PYTEST},
            "PYTHONPATH": str(source),  # in front of an installed or editable qrelay
            "HYPOTHESIS_STORAGE_DIRECTORY": str(Path(folder) / "hypothesis"),
            "QRELAY_MUTANTS_RECORD": str(record),
        }
        _check_import(environment, source)
        stop = [] if mutant is None else ["--maxfail=1"]
        many = ["-n", str(side_by_side)] if side_by_side > 1 and find_spec("xdist") is not None else []
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "mutants.record",
            "-p",
            "no:cacheprovider",
            *stop,
            *many,
            *tests,
        ]
        try:
            ended = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"the tests did not end within {_PATIENCE:.0f} s") from error
        output = ended.stdout + ended.stderr
        if not record.exists():
            raise ValueError(f"pytest did not start: {output[-2000:]}")
        endings: _Endings = json.loads(record.read_text(encoding="utf-8"))
        return endings, output


def _check_import(environment: Mapping[str, str], source: Path) -> None:
    """The tests must see the copy: a bug in a file that nobody imports would prove nothing."""
    ended = subprocess.run(
        [sys.executable, "-c", "import qrelay; print(qrelay.__file__)"],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if not ended.stdout.strip().startswith(str(source)):
        raise ValueError(f"the copy of the source is not what Python imports: {ended.stdout}{ended.stderr}")
