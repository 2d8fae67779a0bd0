"""Circuits inside circuits: repetitions, maps of qubits and keys, scopes; held against cirq.Simulator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from qrelay.errors import UnboundParameters, UnsupportedCircuit

cirq = pytest.importorskip("cirq")

from judges.cirq_answers import matrix, sampled  # noqa: E402
from judges.rows import unitary  # noqa: E402
from tests.cirq.test_reader_conditions import follow  # noqa: E402

from qrelay.cirq.reader import read  # noqa: E402
from qrelay.program.control import BitIs  # noqa: E402

A, B, C, D = cirq.LineQubit.range(4)


def same(circuit: Any) -> None:
    assert np.allclose(unitary(read(circuit)), matrix(circuit), atol=1e-7)


def agrees(circuit: Any) -> None:
    """For circuits of X, measurements and conditions, whose answer is one and certain."""
    assert {follow(read(circuit)): 1} == sampled(circuit, 1)


def sub(*ops: Any, **options: Any) -> Any:
    return cirq.CircuitOperation(cirq.FrozenCircuit(*ops), **{"use_repetition_ids": False} | options)


INNER = [(cirq.X**0.3)(A), (cirq.ISWAP**0.7)(A, B), cirq.QuantumFourierTransformGate(2).on(B, A)]


@pytest.mark.parametrize("repetitions", [0, 1, 3, -1, -2, np.int64(2), sympy.Integer(3)])
def test_repetitions(repetitions: int) -> None:
    start = [*map(cirq.I, (A, B)), cirq.Y(A)]
    wanted = cirq.Circuit(start, sub(*INNER, repetitions=int(repetitions)))
    assert np.allclose(
        unitary(read(cirq.Circuit(start, sub(*INNER, repetitions=repetitions)))), matrix(wanted), atol=1e-7
    )


def test_repetitions_of_sympy_s_kind() -> None:
    n = sympy.Symbol("n")
    repeated = cirq.Circuit(map(cirq.I, (A, B)), sub(*INNER, repetitions=n + 1))
    same(cirq.resolve_parameters(repeated, {"n": 2}))
    with pytest.raises(UnboundParameters) as caught:
        read(repeated)
    assert caught.value.names == ("n",)


def test_maps_and_nesting() -> None:
    """A map of qubits inside a map of qubits, parameters bound on the way, all of it in reverse."""
    s = sympy.Symbol("s")
    inner = sub((cirq.X**s)(A), (cirq.CZ**s)(A, B), cirq.CX(B, C), param_resolver={"s": 0.3})
    middle = sub(cirq.H(A), inner.with_qubit_mapping({A: B, B: C, C: A}), inner, repetitions=2)
    outer = sub(middle.with_qubit_mapping({A: D, D: A}), cirq.T(D), cirq.S(A), repetitions=-1)
    circuit = cirq.Circuit(map(cirq.I, (A, B, C, D)), outer, outer.with_qubits(D, B, A, C).with_tags("tag"))
    same(circuit)
    same(circuit.freeze())
    same(cirq.inverse(circuit))


def test_measurements_inside() -> None:
    """Every repetition is a measurement of the same key; where repetitions have names, a key of its own."""
    measured = sub(cirq.X(A), cirq.measure(A, B, key="m", invert_mask=(False, True)), repetitions=3)
    agrees(
        cirq.Circuit(measured, cirq.X(B), measured.with_qubit_mapping({A: C}).with_measurement_key_mapping({"m": "n"}))
    )
    named = sub(
        cirq.X(A), cirq.measure(A, key="m"), repetitions=2, use_repetition_ids=True, repetition_ids=["first", "second"]
    )
    outer = sub(named, cirq.X(A), repetitions=2, use_repetition_ids=True)
    agrees(cirq.Circuit(outer, cirq.measure(A, key="m")))
    names = [register.name for register in read(cirq.Circuit(outer)).registers]
    assert names == ["0:first:m", "0:second:m", "1:first:m", "1:second:m"]


@pytest.mark.parametrize("flips", range(8))
@pytest.mark.parametrize("use_repetition_ids", [False, True])
def test_p06_conditions_find_the_key_of_their_scope(flips: int, use_repetition_ids: bool) -> None:
    """The nearest one outwards: within the repetition, within the circuit around it, or the whole circuit's."""
    start = [cirq.X(qubit) for place, qubit in enumerate((A, B, C)) if flips >> place & 1]
    innermost = sub(cirq.X(D).with_classical_controls("outside"), cirq.X(C).with_classical_controls("m"))
    loop = sub(
        cirq.measure(A, key="m"), cirq.X(B).with_classical_controls("m"), cirq.X(A), innermost,
        cirq.measure(C, key="c"), repetitions=2, use_repetition_ids=use_repetition_ids,
    )  # fmt: skip
    circuit = cirq.Circuit(
        start, cirq.Moment(cirq.measure(B, key="outside")), cirq.Moment(cirq.measure(B, key="m")), cirq.Moment(loop),
        cirq.Moment(cirq.X(D).with_classical_controls("outside")), cirq.measure(A, B, C, D, key="end"),
    )  # fmt: skip
    agrees(circuit)


def test_p06_feedback_many_times() -> None:
    """Bug: every condition looked at all measurements before it, and a loop took minutes."""
    loop = sub(cirq.measure(A, key="m"), cirq.X(A).with_classical_controls("m"), repetitions=2_000)
    operations = read(cirq.Circuit(loop)).operations
    assert operations[-1] == ("if", (), (BitIs(1_999, value=True), (("x", (0,), ()),), ()))


def test_guarded_circuits() -> None:
    for flip in ([], [cirq.X(A)]):
        guarded = sub(cirq.X(B), sub(cirq.X(C)), repetitions=3)
        circuit = cirq.Circuit(flip, cirq.measure(A, key="m"), guarded.with_classical_controls("m"))
        agrees(circuit + cirq.Circuit(cirq.measure(B, C, key="end")))


def test_what_cannot_be_written_out_is_refused() -> None:
    until = sub(cirq.H(A), cirq.measure(A, key="m"), repeat_until=cirq.KeyCondition(cirq.MeasurementKey("m")))
    large = sub(cirq.X(A), repetitions=10**9)
    nested = sub(sub(cirq.X(A), cirq.H(B), repetitions=2000), cirq.X(A), repetitions=2000)
    for op, why in (
        (until, "until a condition holds"),
        (large, "more than 1,000,000"),
        (nested, "more than 1,000,000"),
    ):
        with pytest.raises(UnsupportedCircuit, match=why) as caught:
            read(cirq.Circuit(cirq.H(A), op))
        assert (caught.value.operation, caught.value.index) == ("CircuitOperation", 1)
