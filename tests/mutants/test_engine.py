"""The engine that puts bugs back: it must not call a mutant caught that is not, nor one that cannot be planted."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = "qrelay/results/rounding.py"
TEST = "tests/results/test_p04_p05_histograms.py::test_p04_helper_qubits_are_summed_over"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    import mutants

    return mutants


@cache
def _functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_mutant_has_its_place_and_its_tests(engine: Any) -> None:
    """Code that moved away from under its mutant: say so here, quickly, rather than in the long run."""
    loaded = engine.load()
    assert len(loaded) >= 10
    for mutant in loaded:
        for edit in mutant.edits:
            source = (ROOT / "src" / edit.file).read_text(encoding="utf-8")
            compile(edit.applied(source), edit.file, "exec")
        for test in mutant.tests:
            file, _, function = test.partition("::")
            assert function.partition("[")[0] in _functions(file), f"{mutant.name}: there is no {test}"


_LINE = "left = shots - sum(counts)"
_NOT_CAUGHT = (
    (_LINE, "left = shots - sum(counts) + 0", "no test sees the bug"),
    ("import math", "import no_such_module", "proves nothing"),
    (_LINE, "left = no_such_name", "proves nothing"),
    ("no such line", "", "0 places"),
    ("shots", "", "places that read 'shots'; there should be one"),
)


def test_what_is_not_caught_and_what_is(engine: Any) -> None:
    """A harmless edit, edits that break Python instead of the rule, edits without one place; then a real bug."""
    mutants = [engine.Mutant(old, "a bug", (engine.Edit(FILE, old, new),), (TEST,)) for old, new, _ in _NOT_CAUGHT]
    real = engine.Edit(FILE, "counts = [whole for whole, _ in shares]", "counts = [0 for whole, _ in shares]")
    *verdicts, caught = engine.judge([*mutants, engine.Mutant("real", "a bug", (real,), (TEST,))])
    for verdict, (_, _, trouble) in zip(verdicts, _NOT_CAUGHT, strict=True):
        assert trouble in verdict.trouble
    assert (caught.trouble, caught.seen_by) == ("", TEST)
    assert caught.words.startswith(("AssertionError", "assert"))


def test_a_test_that_is_not_there_catches_nothing(engine: Any) -> None:
    edit = engine.Edit(FILE, _LINE, "left = 0")
    (verdict,) = engine.judge([engine.Mutant("m", "a bug", (edit,), (f"{TEST}_nowhere",))])
    assert "not found" in verdict.trouble
