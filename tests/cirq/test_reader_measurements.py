"""Which bit of the answer is which: keys, repeated keys, inverted, permuted and partial measurement, qubits' order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, encode
from qrelay.program import Register

cirq = pytest.importorskip("cirq")

from judges import exact  # noqa: E402
from judges.cirq_answers import Records, distribution, records, sampled  # noqa: E402
from judges.payloads import distribution as run  # noqa: E402
from tests.cirq.gates_to_read import FEW  # noqa: E402

from qrelay.cirq.reader import read  # noqa: E402

SHOTS = 1000


def answers(circuit: Any, format_name: str) -> tuple[dict[Records, float], bool]:
    """What a payload of the circuit gives outside of qrelay, as Cirq would record it; whether that is exact."""
    payload = encode(read(circuit), format_name)
    found = run(payload, SHOTS)
    weights: dict[Records, float] = {}
    for memory, weight in found.weights.items():
        key = records(payload.layout, memory)
        weights[key] = weights.get(key, 0.0) + weight
    return weights, found.is_exact


def check(circuit: Any, format_name: str) -> None:
    wanted = distribution(circuit)
    weights, is_exact = answers(circuit, format_name)
    if is_exact:
        assert exact.same_distribution(weights, wanted, 1e-6)
    else:
        assert exact.p_value(weights, wanted) > 1e-6


QUBITS = {
    "line": [cirq.LineQubit(2), cirq.LineQubit(-1), cirq.LineQubit(10), cirq.LineQubit(0)],
    "grid": [cirq.GridQubit(1, 0), cirq.GridQubit(0, 2), cirq.GridQubit(10, 0), cirq.GridQubit(0, 0)],
    "named": [cirq.NamedQubit("q10"), cirq.NamedQubit("q2"), cirq.NamedQubit("alice"), cirq.NamedQubit("q02")],
    "mixed": [cirq.NamedQubit("a"), cirq.LineQubit(3), cirq.GridQubit(0, 1), cirq.q("b")],
}


@pytest.mark.parametrize("kind", QUBITS)
def test_p07_qubits_stand_in_cirq_s_own_order(kind: str) -> None:
    """`q2` comes before `q10` in Cirq, and not in an order of texts."""
    qubits = QUBITS[kind]
    order = cirq.QubitOrder.DEFAULT.order_for(qubits)
    for place, qubit in enumerate(order):
        circuit = cirq.Circuit(cirq.measure_each(*qubits), cirq.X(qubit))
        flips = [places for name, places, _ in read(circuit).operations if name == "x"]
        assert flips == [(place,)]


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("flipped", range(4))
@pytest.mark.parametrize("kind", QUBITS)
def test_p01_every_position(kind: str, flipped: int, format_name: str) -> None:
    """Catches reversed bits: X on one of four qubits, measured in an order of no sort into two keys."""
    qubits = QUBITS[kind]
    circuit = cirq.Circuit(
        cirq.X(qubits[flipped]),
        cirq.measure(qubits[2], qubits[0], key="z"),
        cirq.measure(qubits[3], qubits[1], key="a"),
    )
    weights, _ = answers(circuit, format_name)
    assert set(weights) == set(sampled(circuit, 2))


def test_registers_are_the_measurements() -> None:
    a, b, c = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(
        cirq.Moment(cirq.measure(b)),
        cirq.Moment(cirq.measure(c, a, key="m", invert_mask=(False, True))),
        cirq.Moment(cirq.measure(a, c, key="m", invert_mask=(True,))),
    )
    program = read(circuit)
    assert program.registers == (Register("q(1)", (0,)), Register("m", (1, 2)), Register("m", (3, 4)))
    assert program.inverted == (2, 3)
    assert program.layout.qubits == (1, 2, 0, 0, 2)
    assert program.layout.inverted == (2, 3)


def test_keys_are_texts() -> None:
    """With the path that Cirq's results have."""
    qubit = cirq.LineQubit(0)
    key = cirq.MeasurementKey(name="m", path=("0", "x"))
    circuit = cirq.Circuit(cirq.measure(qubit, key=key), cirq.measure(qubit, key="with spaces, and ü"))
    assert [register.name for register in read(circuit).registers] == ["0:x:m", "with spaces, and ü"]
    assert set(answers(circuit, "honeywell.openqasm.v1")[0]) == set(sampled(circuit, 1))


def _random(seed: int) -> Any:
    """Random gates on qubits of any sort, then several keys, a part of them repeated, of permuted, inverted bits."""
    rng = np.random.default_rng(seed)
    pool = [qubit for kind in QUBITS.values() for qubit in kind]
    qubits = [pool[i] for i in rng.permutation(len(pool))[: rng.integers(1, 5)]]
    names = [name for name in FEW if name != "matrix 4" and 0 < cirq.num_qubits(FEW[name]) <= len(qubits)]
    circuit = cirq.Circuit(cirq.ry(0.4 + 0.5 * i)(qubit) for i, qubit in enumerate(qubits))
    for _ in range(rng.integers(1, 8)):
        gate = FEW[names[rng.integers(len(names))]]
        op = gate.on(*(qubits[i] for i in rng.permutation(len(qubits))[: cirq.num_qubits(gate)]))
        free = [qubit for qubit in qubits if qubit not in op.qubits]
        if free and rng.random() < 0.3:
            op = cirq.ControlledOperation(free[:1], op, [int(rng.integers(2))])
        circuit.append(op)
    keys: dict[str, int] = {}
    for _ in range(rng.integers(1, 4)):
        key = "kmz"[rng.integers(3)]
        size = keys.setdefault(key, int(rng.integers(1, len(qubits) + 1)))
        measured = [qubits[i] for i in rng.permutation(len(qubits))[:size]]
        mask = tuple(bool(flip) for flip in rng.integers(2, size=rng.integers(size + 1)))
        circuit.append(cirq.measure(*measured, key=key, invert_mask=mask))
    return circuit


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_p07_random_circuits_agree_with_cirq_s_simulator(format_name: str, seed: int) -> None:
    """Catches lost, added, swapped and uninverted measurements, and keys taken for one another."""
    check(_random(seed), format_name)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_judge_agrees_with_cirq_s_simulator(seed: int) -> None:
    circuit = _random(seed)
    assert exact.p_value(sampled(circuit, SHOTS), distribution(circuit)) > 1e-6


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("coefficient", [1, -1])
@pytest.mark.parametrize("paulis", ["X", "Y", "Z", "XY", "ZZ", "YXZ"])
def test_pauli_measurements(paulis: str, coefficient: int, format_name: str) -> None:
    """The way back from the observable's basis is left out at the end, so that simple formats can say the rest."""
    qubits = cirq.LineQubit.range(len(paulis))
    observable = cirq.DensePauliString(paulis, coefficient=coefficient)
    circuit = cirq.Circuit([cirq.ry(0.4 + 0.5 * i)(qubit) for i, qubit in enumerate(qubits)])
    circuit.append([cirq.rz(0.7 - 0.4 * i)(qubit) for i, qubit in enumerate(qubits)])
    circuit.append(cirq.PauliMeasurementGate(observable, key="m").on(*qubits))
    expected = observable.on(*qubits).expectation_from_state_vector(
        circuit[:-1].final_state_vector(dtype=np.complex128), {qubit: i for i, qubit in enumerate(qubits)}
    )
    one = (1 - expected.real) / 2
    wanted = {(("m", ((0,),)),): 1 - one, (("m", ((1,),)),): one}
    weights, is_exact = answers(circuit, format_name)
    if is_exact:
        assert exact.same_distribution(weights, wanted, 1e-6)
    else:
        assert exact.p_value(weights, wanted) > 1e-6
    if format_name == "ionq.circuit.v1":
        assert exact.p_value(sampled(circuit, 200), wanted) > 1e-6


def test_the_way_back_is_kept_where_something_follows() -> None:
    a, b, c = cirq.LineQubit.range(3)
    measured = cirq.measure_single_paulistring(cirq.X(a) * cirq.X(b), key="xx")
    followed = cirq.Circuit(cirq.H(a), measured, cirq.X(b), cirq.H(c))
    names = [name for name, _, _ in read(followed).operations]
    kept = names[names.index("measure") + 1 :]
    assert len(kept) > 3
    assert len(read(followed).positions or ()) == len(names)
    for last in (cirq.H(c), cirq.X(c).with_classical_controls("xx")):
        program = read(cirq.Circuit(cirq.H(a), measured, cirq.Moment(last)))
        names = [name for name, _, _ in program.operations]
        assert names[names.index("measure") + 1 :] == (["h"] if last.gate else ["if"])
        assert len(program.positions or ()) == len(names)
    touching = cirq.Circuit(cirq.H(a), measured, cirq.X(b).with_classical_controls("xx"))
    assert len(read(touching).operations) == len(read(followed).operations) - 1


def test_sizes_of_a_repeated_key_are_alike() -> None:
    """Cirq's simulator refuses it when it runs: a Result has one shape for each key."""
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.measure(a, key="m"), cirq.measure(a, b, key="m"))
    with pytest.raises(UnsupportedCircuit, match="'m'") as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == ("MeasurementGate", 1)
    with pytest.raises(ValueError, match="inhomogeneous shape"):
        sampled(circuit, 1)


def test_measurement_may_stand_anywhere() -> None:
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(
        cirq.H(a), cirq.measure(a, key="first"), cirq.ResetChannel()(a), cirq.X(b), cirq.measure(a, b)
    )
    assert [name for name, _, _ in read(circuit).operations] == ["h", "x", "measure", "reset", "measure", "measure"]


def test_empty_circuits_and_circuits_without_measurement() -> None:
    """Whether they may be sent is the account's question."""
    empty = read(cirq.Circuit(), name="nothing")
    assert (empty.num_qubits, empty.num_clbits, empty.operations, empty.name) == (0, 0, [], "nothing")
    assert read(cirq.FrozenCircuit(cirq.Moment(), cirq.Moment())).operations == []
    plain = read(cirq.FrozenCircuit(cirq.H(cirq.q(0)), cirq.Moment(), cirq.X(cirq.q(0))))
    assert plain.operations == [("h", (0,), ()), ("x", (0,), ())]
    assert plain.positions is None
    assert (plain.num_clbits, plain.registers) == (0, ())


def test_waiting_is_a_delay_and_reset_a_reset() -> None:
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.wait(a, b, nanos=2.5), cirq.reset(b), cirq.ParallelGate(cirq.ResetChannel(), 2)(a, b))
    assert read(circuit).operations == [
        ("delay", (0,), (pytest.approx(2.5e-9),)),
        ("delay", (1,), (pytest.approx(2.5e-9),)),
        *[("reset", (qubit,), ()) for qubit in (1, 0, 1)],
    ]


def test_positions_are_the_user_s_own() -> None:
    """In the order of `all_operations`, whatever became of an operation."""
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(
        cirq.H(a), cirq.global_phase_operation(1j), cirq.FSimGate(0.1, 0.2)(a, b), cirq.X(a).with_tags("t"),
        cirq.CircuitOperation(cirq.FrozenCircuit(cirq.X(a), cirq.Y(b)), use_repetition_ids=False),
        cirq.Z(a), cirq.measure(a, b, key="m"),
    )  # fmt: skip
    program = read(circuit)
    ops = list(circuit.all_operations())
    found = [(name, program.position(i)) for i, (name, _, _) in enumerate(program.operations)]
    for name, gate in (("h", cirq.H), ("z", cirq.Z), ("measure", cirq.MeasurementGate(2, "m"))):
        place = next(index for index, op in enumerate(ops) if op.gate == gate)
        assert {position for word, position in found if word == name} == {place}
    inner = next(index for index, op in enumerate(ops) if isinstance(op, cirq.CircuitOperation))
    assert ("x", inner) in found
    assert ("y", inner) in found
    assert [position for _, position in found] == sorted(position for _, position in found)
