"""Qiskit's Target: what it says of a device, and that the transpiler works with it at every level."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector
from qiskit.transpiler import generate_preset_pass_manager

from qrelay.cloud import Target
from qrelay.cloud.target import GateProperties, QubitProperties
from qrelay.qiskit.target import qiskit_target

Device = Callable[..., Target]
Pairs = tuple[tuple[int, int], ...]


def test_all_to_all_gates_are_global(device: Device) -> None:
    target = qiskit_target(device())
    assert target.num_qubits == 5
    assert target.build_coupling_map() is None
    assert target.instruction_supported("cx", (4, 0))
    assert target.instruction_supported("measure", (3,))
    assert not target.instruction_supported("ecr", (0, 1))
    assert set(target.operation_names) == (device().gates - {"global_phase"}) | {"measure", "reset", "delay", "barrier"}


def test_control_flow_is_offered_where_the_device_has_it(device: Device) -> None:
    assert "if_else" not in qiskit_target(device()).operation_names
    names = set(qiskit_target(device(control_flow=frozenset({"if", "while", "for", "switch"}))).operation_names)
    assert {"if_else", "while_loop", "for_loop", "switch_case", "break_loop", "continue_loop"} <= names
    assert "break_loop" not in qiskit_target(device(control_flow=frozenset({"if"}))).operation_names


def test_known_figures_stand_at_their_qubits_and_pairs(device: Device, line: Pairs) -> None:
    target = qiskit_target(
        device(
            coupling=line,
            qubits=(QubitProperties(), QubitProperties(t1=1e-4, t2=5e-5, frequency=5e9, readout_error=0.02)),
            calibration=(
                GateProperties("cx", (1, 0), duration=3e-7, error=0.01),
                GateProperties("x", (2,), error=1e-4),
            ),
        )
    )
    assert target.qubit_properties[1].t1 == 1e-4
    assert target.qubit_properties[1].frequency == 5e9
    assert target.qubit_properties[4].t1 is None
    assert target["measure"][(1,)].error == 0.02
    assert target["cx"][(1, 0)].error == target["cx"][(0, 1)].error == 0.01
    assert target["cx"][(1, 0)].duration == 3e-7
    assert target["cx"][(3, 4)] is None
    assert target["x"][(2,)].error == 1e-4
    assert target.instruction_supported("x", (0,))
    assert not target.instruction_supported("cx", (0, 2))
    assert "ccx" not in target.operation_names


def test_readout_figures_of_an_all_to_all_machine_keep_every_qubit_measurable(device: Device) -> None:
    target = qiskit_target(device(qubits=(QubitProperties(readout_error=0.1),)))
    assert target["measure"][(0,)].error == 0.1
    assert target.instruction_supported("measure", (4,))


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("shape", ["all-to-all", "line", "size unknown"])
def test_transpiles_at_every_level(level: int, shape: str, device: Device, line: Pairs) -> None:
    target = qiskit_target(
        device(coupling=line if shape == "line" else None, num_qubits=None if shape == "size unknown" else 5)
    )
    circuit = QuantumCircuit(4)
    circuit.rx(0.3, 0)
    circuit.ecr(0, 3)
    circuit.rzx(0.7, 1, 2)
    circuit.ch(0, 2)
    circuit.barrier()
    circuit.iswap(2, 0)
    bare = circuit.copy()
    circuit.measure_all()
    manager = generate_preset_pass_manager(optimization_level=level, target=target, seed_transpiler=7)
    done = manager.run(circuit)
    assert set(done.count_ops()) <= device().gates | {"measure", "barrier"}
    expected = Statevector(bare).probabilities()
    wires = {bit: index for index, bit in enumerate(done.qubits)}
    clbits = {bit: index for index, bit in enumerate(done.clbits)}
    measured = {clbits[i.clbits[0]]: wires[i.qubits[0]] for i in done.data if i.operation.name == "measure"}
    done.remove_final_measurements()
    got = Statevector(done).probabilities([measured[bit] for bit in range(4)])
    assert got == pytest.approx(expected, abs=1e-9)
