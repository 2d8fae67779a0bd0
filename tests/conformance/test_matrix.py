"""docs/matrix.md is what was recorded, and has a row and a mark for everything that is tested.

Whether the marks are still right is found by every run of the promises' tests (see tests/recording.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import recording
from corners import ROWS, JudgedCirqWay, JudgedQiskitWay

from conformance import table
from qrelay.formats import INPUT_FORMATS

_TESTS = Path(__file__).parents[1]
_AGAIN = "run `nox -s conformance -- --table --only promises`"
_TEST = re.compile(r"^def test_p(\d\d)_\w+\((.*?)\) ->", re.MULTILINE | re.DOTALL)
_FIXTURES = {"way": ("qiskit", "cirq"), "qiskit_way": ("qiskit",), "cirq_way": ("cirq",)}


def test_the_page_is_what_was_recorded() -> None:
    assert table.MATRIX.read_text(encoding="utf-8") == table.matrix(table.held()), _AGAIN


def test_every_framework_and_format_has_a_row() -> None:
    page = table.MATRIX.read_text(encoding="utf-8")
    for kind in (JudgedQiskitWay, JudgedCirqWay):
        rows = page.partition(f"## {kind.framework.capitalize()}\n")[2].partition("## ")[0]
        assert re.findall(r"^\| `(.+?)` \|", rows, re.MULTILINE) == list(INPUT_FORMATS), _AGAIN
    for _, target, format_name in ROWS:
        assert re.search(rf"{re.escape(target)}( \| | \()`{re.escape(format_name)}`", page), (target, _AGAIN)


def test_every_promise_with_tests_has_its_marks() -> None:
    """A new promise, or a new row of the matrix, that nobody recorded."""
    record = table.held()["promises"]
    formats = {format_name for _, _, format_name in ROWS}
    for path in sorted((_TESTS / "promises").glob("test_p*.py")):
        for number, arguments in _TEST.findall(path.read_text(encoding="utf-8")):
            frameworks = [
                one for name, kinds in _FIXTURES.items() if re.search(rf"\b{name}:", arguments) for one in kinds
            ]
            if int(number) > 16 or not frameworks:
                continue
            for framework in frameworks:
                recorded = {place.split()[2] for place in record if place.startswith(f"P{number} {framework} ")}
                assert formats <= recorded, (path.name, framework, _AGAIN)


def test_nothing_that_failed_is_on_the_page() -> None:
    assert recording.FAILED not in {recording.mark(counts) for counts in table.held()["promises"].values()}
    assert recording.mark({"cloud": 3, "refused": 1}) == recording.BOTH
    assert recording.mark({"judged": 1, "failed": 1}) == recording.FAILED
    assert recording.mark({"refused": 2}) == recording.REFUSED
