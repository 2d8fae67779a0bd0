"""Which circuits are transpiled, what the transpiler may not be asked, and what it refuses."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from judges import exact
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import AnnotatedOperation, Gate, InverseModifier, Parameter
from qiskit.circuit.library import GlobalPhaseGate
from qiskit.quantum_info import Operator

from qrelay.cloud import Target
from qrelay.errors import TooManyQubits, UnboundParameters, UnsupportedCircuit
from qrelay.qiskit.fitting import Fitter
from qrelay.qiskit.reader import read
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


def _named(name: str, meaning: str) -> Gate:
    inner = QuantumCircuit(2 if meaning.startswith("c") else 1)
    getattr(inner, meaning)(*([0.3] if meaning == "ry" else []), *inner.qubits)
    gate = inner.to_gate()
    gate.name = name
    return gate


def _turn(name: str, size: int) -> Gate:
    """Somebody's own gate of any name: a turn of its first qubit, controlled by its second if it has one."""
    body = QuantumCircuit(size, name=name)
    if size == 1:
        body.ry(0.6, 0)
    else:
        body.cry(0.6, 1, 0)
    return body.to_gate()


def _wrapped(gate: Gate) -> Gate:
    body = QuantumCircuit(gate.num_qubits, name="wrapped", global_phase=0.3)
    body.append(gate, range(gate.num_qubits))
    return body.to_gate()


@pytest.mark.parametrize(
    "wrap", [lambda gate: gate, _wrapped, lambda gate: AnnotatedOperation(gate, InverseModifier())]
)
@pytest.mark.parametrize(("name", "size"), [("h", 1), ("iswap", 2), ("swap", 2), ("barrier", 2), ("u", 1)])
def test_a_borrowed_name_of_any_gate_anywhere_keeps_its_meaning(
    fitter: Fitters, name: str, size: int, wrap: Callable[[Gate], Any]
) -> None:
    """Catches Qiskit's translation by name: a user's `iswap` became Qiskit's unless the target had that gate itself."""
    circuits = []
    for called in (name, "somebody_s_own"):
        circuit = QuantumCircuit(3)
        circuit.h([0, 1, 2])
        circuit.append(wrap(_turn(called, size)), range(size))
        circuit.ecr(1, 2)
        circuits.append(circuit)
    wanted = Operator(circuits[1])
    for level in range(4):
        assert Operator(fitter().fit(circuits[0], level=level)).equiv(wanted)


@pytest.mark.parametrize("otherwise", [False, True])
def test_a_borrowed_name_beside_guards_keeps_its_meaning(fitter: Fitters, otherwise: bool) -> None:
    machine = fitter(control_flow=frozenset({"if"}))
    programs = []
    for called in ("iswap", "somebody_s_own"):
        circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
        circuit.measure(0, 2)
        with circuit.for_loop(range(2)), circuit.if_test((circuit.cregs[0], 1)) as other:
            circuit.append(_turn(called, 2), [2, 1])
            with circuit.if_test((circuit.clbits[2], 0)):
                circuit.measure(2, 0)
        if otherwise:
            with circuit.if_test((circuit.cregs[1], 1)) as other:
                circuit.x(0)
            with other:
                circuit.append(_turn(called, 2), [0, 1])
        programs.append(read(machine.fit(circuit, level=0)).operations)
    assert programs[0] == programs[1]
    assert {"if"} <= {operation[0] for operation in programs[0]}


def test_a_borrowed_name_beside_control_flow_that_stays_is_refused(fitter: Fitters) -> None:
    circuit = QuantumCircuit(2, 1)
    with circuit.while_loop((circuit.clbits[0], 0)):
        circuit.append(_turn("iswap", 2), [0, 1])
        circuit.measure(0, 0)
    with pytest.raises(UnsupportedCircuit, match="iswap"):
        fitter(control_flow=frozenset({"while"})).fit(circuit)


@pytest.mark.parametrize("level", [None, 0, 3])
def test_loops_over_known_values_and_boxes_are_transpiled(fitter: Fitters, line: Pairs, level: int | None) -> None:
    """Catches a refusal for want of control flow that no machine needs: without other gates both were taken."""
    circuit, plain = QuantumCircuit(5, 5), QuantumCircuit(5, 5)
    with circuit.for_loop((0, 1, 3)) as step:
        circuit.ry(0.1 * step, 0)
        circuit.ecr(0, 3)
    if hasattr(circuit, "box"):  # Qiskit 2
        with circuit.box():
            circuit.rzx(0.3, 4, 2)
    else:
        circuit.rzx(0.3, 4, 2)
    for step in (0, 1, 3):
        plain.ry(0.1 * step, 0)
        plain.ecr(0, 3)
    plain.rzx(0.3, 4, 2)
    for each in (circuit, plain):
        each.measure([4, 0, 2, 3, 1], range(5))
    for machine in (fitter(), fitter(coupling=line)):
        fitted = machine.fit(circuit, level=level, seed=1)
        assert "ecr" not in fitted.count_ops()
        assert exact.same_distribution(exact.memory_distribution(fitted), exact.memory_distribution(plain))


@pytest.mark.parametrize("level", [None, 0, 3])
def test_loops_and_boxes_inside_guards_are_transpiled(fitter: Fitters, level: int | None) -> None:
    """Catches a refusal of what was only looked for outside blocks: without other gates or a level it was taken."""
    circuit, plain = QuantumCircuit(3, 1), QuantumCircuit(3, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        with circuit.for_loop(range(2)):
            circuit.ry(0.3, 1)
            circuit.dcx(1, 2)
        if hasattr(circuit, "box"):  # Qiskit 2
            with circuit.box():
                circuit.rzx(0.3, 2, 0)
        else:
            circuit.rzx(0.3, 2, 0)
    for _ in range(2):
        plain.ry(0.3, 1)
        plain.dcx(1, 2)
    plain.rzx(0.3, 2, 0)
    fitted = fitter(control_flow=frozenset({"if"})).fit(circuit, level=level)
    (guarded,) = (instruction for instruction in fitted.data if instruction.name == "if_else")
    (body,) = (block for block in guarded.operation.blocks if block is not None)
    assert {"dcx", "rzx", "for_loop", "box"}.isdisjoint(body.count_ops())
    places = [fitted.find_bit(qubit).index for qubit in guarded.qubits]
    assert Operator(QuantumCircuit(3, 1).compose(body, places, [0])).equiv(Operator(plain))


def test_threads_may_run_circuits_side_by_side(fitter: Fitters) -> None:
    """Catches Qiskit's `RuntimeError: Already borrowed`: its pass managers and targets are not made for threads."""
    machine = fitter()

    def right(number: int) -> bool:
        circuit = exact.random_unitary_circuit(number, 3, 15, ["h", "u", "cx", "ecr", "iswap", "rzx", "cu", "ryy"])
        circuit.measure_all()
        fitted = machine.fit(circuit, level=number % 4)
        return exact.same_distribution(exact.memory_distribution(fitted), exact.memory_distribution(circuit))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(right, range(48)))


def test_delays_of_different_units_never_break_a_circuit(fitter: Fitters) -> None:
    """Catches Qiskit's refusal to add ticks of a machine to seconds (P15: delays never break a target)."""
    circuit = QuantumCircuit(2)
    circuit.delay(100, 0)
    circuit.ecr(0, 1)
    circuit.delay(1.5, 1, unit="us")
    wanted = QuantumCircuit(2)
    wanted.ecr(0, 1)
    assert Operator(fitter().fit(circuit)).equiv(wanted)
    hidden = QuantumCircuit(2)
    hidden.append(circuit.to_instruction(), [0, 1])  # the passes meet the delays once it is expanded
    assert Operator(fitter().fit(hidden)).equiv(wanted)


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


def test_control_flow_that_the_target_lacks_is_refused_inside_blocks_too(fitter: Fitters) -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)), circuit.while_loop((circuit.clbits[0], 1)):
        circuit.dcx(0, 1)
        circuit.measure(0, 0)
    with pytest.raises(UnsupportedCircuit, match="takes no 'while_loop'") as caught:
        fitter(control_flow=frozenset({"if"})).fit(circuit)
    assert (caught.value.operation, caught.value.index) == ("while_loop", 1)


def test_control_flow_that_the_target_lacks_is_refused_where_transpiling_is_needed(fitter: Fitters) -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.dcx(0, 1)
    with pytest.raises(UnsupportedCircuit, match="if_else") as caught:
        fitter().fit(circuit)
    assert (caught.value.operation, caught.value.index) == ("if_else", 1)
    looped = QuantumCircuit(2, 1)
    with looped.for_loop(range(3)):
        looped.h(0)
    looped.compose(circuit, inplace=True)
    with pytest.raises(UnsupportedCircuit, match="if_else") as caught:
        fitter().fit(looped)
    assert caught.value.index == 2  # in the user's circuit, not in the one whose loops are written out
    fitted = fitter(control_flow=frozenset({"if"})).fit(circuit)
    (block,) = (i.operation.blocks[0] for i in fitted.data if i.operation.name == "if_else")
    assert "dcx" not in block.count_ops()
