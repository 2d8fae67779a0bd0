"""Circuits drawn at random, through every format to its judge. `--examples N` draws as many for each test."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given

import qrelay
from qrelay.formats import INPUT_FORMATS

pytest.importorskip("qiskit")
pytest.importorskip("cirq")

from judges import branching, cirq_answers, cirq_branching, exact, programs, warning

from conformance import cirq_circuits, qiskit_circuits, sayings, verdicts
from conformance.drawing import examples

pytestmark = warning.OF_THEMSELVES


def _assert_qiskit(circuit: Any, format_name: str) -> None:
    try:
        wanted = exact.memory_distribution(circuit)
    except branching.TooManyBranches:
        assume(False)
    verdict = verdicts.of_qiskit(circuit, format_name, wanted)
    _assert_justified(verdict, format_name, sayings.needs_of_qiskit(circuit), len(circuit.data))


def _assert_cirq(circuit: Any, format_name: str) -> None:
    verdict = verdicts.of_cirq(circuit, format_name, cirq_branching.distribution(circuit))
    count = len(list(circuit.all_operations()))
    _assert_justified(verdict, format_name, sayings.needs_of_cirq(circuit), count)


def _assert_justified(verdict: verdicts.Verdict, format_name: str, needs: frozenset[str], count: int) -> None:
    if verdict.error is not None:
        verdicts.assert_justified(verdict.error, format_name, needs, count)


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_qiskit_straight(format_name: str, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(qiskit_circuits.straight_circuits())
    def check(circuit: Any) -> None:
        _assert_qiskit(circuit, format_name)

    check()


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_qiskit_deciding(format_name: str, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(qiskit_circuits.deciding_circuits())
    def check(circuit: Any) -> None:
        _assert_qiskit(circuit, format_name)

    check()


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_cirq_straight(format_name: str, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(cirq_circuits.straight_circuits())
    def check(circuit: Any) -> None:
        _assert_cirq(circuit, format_name)

    check()


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_cirq_deciding(format_name: str, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(cirq_circuits.deciding_circuits())
    def check(circuit: Any) -> None:
        _assert_cirq(circuit, format_name)

    check()


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_qiskit_mirrors_give_zeros(format_name: str, request: pytest.FixtureRequest) -> None:
    """No simulator is asked: sampling sees no phases, and a circuit with its inverse behind it turns them into bits."""

    @examples(request, share=0.5)
    @given(qiskit_circuits.mirrored_circuits())
    def check(circuit: Any) -> None:
        verdict = verdicts.of_qiskit(circuit, format_name, {0: 1.0}, shots=32)
        _assert_justified(verdict, format_name, sayings.needs_of_qiskit(circuit), len(circuit.data))

    check()


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_cirq_mirrors_give_zeros(format_name: str, request: pytest.FixtureRequest) -> None:
    @examples(request, share=0.5)
    @given(cirq_circuits.mirrored_circuits())
    def check(circuit: Any) -> None:
        count = len(circuit.all_qubits())
        verdict = verdicts.of_cirq(circuit, format_name, {(("m", ((0,) * count,)),): 1.0}, shots=32)
        needs = sayings.needs_of_cirq(circuit)
        _assert_justified(verdict, format_name, needs, len(list(circuit.all_operations())))

    check()


def test_what_is_read_of_qiskit_is_the_circuit(request: pytest.FixtureRequest) -> None:
    """All control flow, whatever formats can say."""

    @examples(request, share=2)
    @given(qiskit_circuits.deciding_circuits())
    def check(circuit: Any) -> None:
        try:
            wanted = exact.memory_distribution(circuit)
        except branching.TooManyBranches:
            assume(False)
        program = qrelay.read(circuit)
        assert program.check() is program
        assert exact.same_distribution(programs.memory_distribution(program), wanted, 1e-8)

    check()


def test_what_is_read_of_cirq_is_the_circuit(request: pytest.FixtureRequest) -> None:
    """All classical control, whatever formats can say."""

    @examples(request, share=2)
    @given(cirq_circuits.deciding_circuits())
    def check(circuit: Any) -> None:
        program = qrelay.read(circuit)
        found: dict[Any, float] = {}
        for memory, weight in programs.memory_distribution(program).items():
            records = cirq_answers.records(program.layout, memory)
            found[records] = found.get(records, 0.0) + weight
        assert exact.same_distribution(found, cirq_branching.distribution(circuit), 1e-6)

    check()


def test_every_format_says_what_it_must_be_able_to_say() -> None:
    assert set(INPUT_FORMATS) <= set(sayings.MUST_SAY), "tell tests/conformance/sayings.py of the new format"
