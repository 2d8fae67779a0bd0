"""Which circuits are transpiled, what the transpiler may not be asked, and what it refuses."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.circuit.library import GlobalPhaseGate
from qiskit.quantum_info import Operator

from qrelay.cloud import Target
from qrelay.errors import TooManyQubits, UnboundParameters, UnsupportedCircuit
from qrelay.qiskit.fitting import Fitter
from qrelay.qiskit.target import qiskit_target

Fitters = Callable[..., Fitter]
Device = Callable[..., Target]
Pairs = tuple[tuple[int, int], ...]


@pytest.fixture
def fitter(device: Device) -> Callable[..., Fitter]:
    def make(**changes: object) -> Fitter:
        toy = device(**changes)
        return Fitter(qiskit_target(toy), toy.id)

    return make


def test_a_circuit_in_the_target_s_gates_is_the_very_same_object(fitter: Fitters) -> None:
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.append(GlobalPhaseGate(0.2), [])
    circuit.barrier()
    circuit.measure([0, 1, 2], [2, 0, 1])
    circuit.reset(0)
    assert fitter().fit(circuit) is circuit
    assert fitter().fit(circuit, seed=3) is circuit


def test_a_level_given_is_honoured_even_inside_the_gates(fitter: Fitters) -> None:
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.h(0)
    circuit.measure(0, 0)
    assert dict(fitter().fit(circuit, level=3).count_ops()) == {"measure": 1}
    assert dict(fitter().fit(circuit, level=0).count_ops()) == {"h": 2, "measure": 1}


def test_gates_outside_are_transpiled_and_mean_the_same(fitter: Fitters) -> None:
    circuit = QuantumCircuit(3)
    circuit.ecr(0, 2)
    circuit.rzx(0.4, 2, 1)
    fitted = fitter().fit(circuit, level=0)
    assert "ecr" not in fitted.count_ops()
    assert Operator(fitted).equiv(circuit)


def test_a_seed_makes_placement_repeatable(fitter: Fitters, line: Pairs) -> None:
    circuit = QuantumCircuit(5, 5)
    for a, b in [(0, 4), (1, 3), (0, 2), (4, 1), (2, 4)]:
        circuit.cx(a, b)
    circuit.measure(range(5), range(5))
    first, second = (fitter(coupling=line).fit(circuit, level=3, seed=11) for _ in range(2))
    assert first == second
    edges = {*line, *((b, a) for a, b in line)}
    wires = {bit: index for index, bit in enumerate(first.qubits)}
    assert all(tuple(wires[q] for q in i.qubits) in edges for i in first.data if len(i.qubits) == 2)


def test_a_pair_that_the_machine_does_not_couple_is_outside(fitter: Fitters, line: Pairs) -> None:
    near, far = QuantumCircuit(5), QuantumCircuit(5)
    near.cx(1, 0)
    far.cx(0, 2)
    assert fitter(coupling=line).fit(near) is near
    assert fitter(coupling=line).fit(far) is not far


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_somebody_s_own_gates_named_like_standard_ones_keep_their_meaning(fitter: Fitters, level: int) -> None:
    """Qiskit's optimisation goes by names: on 1.4 and 2.x it takes these gates for what they are called."""
    own = [
        _named("h", "ry"),
        _named("x", "h"),
        _named("z", "x"),
        _named("t", "h"),
        _named("cx", "cy"),
        _named("cz", "cx"),
    ]
    toy = fitter()
    for seed in range(20):
        dice = random.Random(seed)
        circuit = QuantumCircuit(3)
        for _ in range(12):
            gate = dice.choice([*own, None, None])
            if gate is None:
                circuit.h(dice.randrange(3))
            else:
                circuit.append(gate, dice.sample(range(3), gate.num_qubits))
        circuit.ecr(0, 1)
        fitted = toy.fit(circuit, level=level, seed=1)
        assert Operator.from_circuit(fitted).equiv(Operator(circuit))


def _wrapped(inner: Gate) -> Gate:
    circuit = QuantumCircuit(1, global_phase=0.3)
    circuit.append(inner, [0])
    return circuit.to_gate()


def _named(name: str, meaning: str) -> Gate:
    inner = QuantumCircuit(2 if meaning.startswith("c") else 1)
    getattr(inner, meaning)(*([0.3] if meaning == "ry" else []), *inner.qubits)
    gate = inner.to_gate()
    gate.name = name
    return gate


def test_free_parameters_are_named(fitter: Fitters) -> None:
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("theta") + Parameter("alpha"), 0)
    with pytest.raises(UnboundParameters) as caught:
        fitter().fit(circuit)
    assert caught.value.names == ("alpha", "theta")


def test_too_many_qubits_before_any_transpiling(fitter: Fitters) -> None:
    with pytest.raises(TooManyQubits) as caught:
        fitter().fit(QuantumCircuit(6), level=3)
    assert (caught.value.needed, caught.value.available) == (6, 5)
    assert "toy.five" in str(caught.value)


def test_an_opaque_gate_is_refused_by_name_and_index(fitter: Fitters) -> None:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.append(Gate("mystery", 2, []), [0, 1])
    with pytest.raises(UnsupportedCircuit, match="mystery") as caught:
        fitter().fit(circuit)
    assert (caught.value.operation, caught.value.index) == ("mystery", 1)


def test_control_flow_that_the_target_lacks_is_refused_where_transpiling_is_needed(fitter: Fitters) -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.dcx(0, 1)
    with pytest.raises(UnsupportedCircuit, match="if_else") as caught:
        fitter().fit(circuit)
    assert (caught.value.operation, caught.value.index) == ("if_else", 1)
    fitted = fitter(control_flow=frozenset({"if"})).fit(circuit)
    (block,) = (i.operation.blocks[0] for i in fitted.data if i.operation.name == "if_else")
    assert "dcx" not in block.count_ops()
