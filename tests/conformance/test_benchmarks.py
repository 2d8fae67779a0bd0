"""Published algorithms (MQT Bench) through every format, from both frameworks; and the page that counts them.

In the ordinary suite each algorithm goes through in one small size; `nox -s conformance -- --table` runs larger ones.
"""

from __future__ import annotations

import pytest

from qrelay.formats import INPUT_FORMATS

pytest.importorskip("mqt.bench", reason="the extra `conformance` is not installed (it needs Qiskit 2.1)")
pytest.importorskip("cirq")

from mqt.bench.benchmarks import get_available_benchmark_names

from conformance import benchmarks, sayings, table

_AGAIN = "run `nox -s conformance -- --table`"


def test_the_algorithms_that_are_too_large_are() -> None:
    """So that no algorithm stays out by mistake."""
    for name in benchmarks.TOO_LARGE:
        assert not list(benchmarks.sizes_of(name, range(1, benchmarks.LARGEST + 1))), name


@pytest.mark.parametrize("name", [one for one in get_available_benchmark_names() if one not in benchmarks.TOO_LARGE])
def test_each_is_right_or_refused_as_the_page_says(name: str) -> None:
    size, made = next(benchmarks.sizes_of(name, range(benchmarks.SUITE, benchmarks.LARGEST + 1)))
    recorded = table.recorded()["algorithms"]
    for framework in benchmarks.FRAMEWORKS:
        if framework == "cirq" and not benchmarks.cirq_reads(made):
            assert str(size) not in recorded["cirq"].get(name, {}), _AGAIN
            continue
        found = benchmarks.verdicts_of(made, framework)
        needs = sayings.needs_of_qiskit(made)
        refused = {one: verdict.reason for one, verdict in found.items() if verdict.word != "right"}
        for one, reason in refused.items():
            assert not sayings.must_say(one, needs), f"{one} refuses {name}: {reason}"
        assert refused == recorded[framework][name][str(size)], _AGAIN


def test_the_page_is_what_was_recorded() -> None:
    record = table.recorded()
    assert record["formats"] == list(INPUT_FORMATS), _AGAIN
    assert table.PAGE.read_text(encoding="utf-8") == table.page(record), _AGAIN
