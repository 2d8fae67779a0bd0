"""P12: the users' names survive, whatever the format makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter

from qrelay.qiskit import Provider

if TYPE_CHECKING:
    from corners import QiskitWay

Aer = Callable[..., dict[str, int]]
NAMES = ("pi", "crz", "2cr", "c_{reg}", "β", "access_token", "creg", "gate", "q", "Ans", "_x", "if")


def test_p12_registers_by_any_name(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: payloads that do not parse, or registers that two names were mapped to (Qiskit#16919, #15304, #16169)."""
    circuit = QuantumCircuit(QuantumRegister(12, "wires"), *[ClassicalRegister(1, name) for name in NAMES])
    circuit.x([0, 3, 4, 9])
    circuit.measure(range(12), range(12))
    job = qiskit_way.run(circuit, shots=25)
    assert job.result().get_counts() == aer(circuit, 25)
    again = Provider(qiskit_way.account).job(job.job_id()).result()
    assert again.get_counts() == aer(circuit, 25)
    head = again.results[0].header
    sizes = head["creg_sizes"] if isinstance(head, dict) else head.creg_sizes
    assert [name for name, _ in sizes] == list(NAMES)


def test_p12_names_that_fall_together_when_cleaned(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: `a-b` and `a.b` both written as `a_b`, so that one register disappears."""
    names = ("a-b", "a.b", "a_b", "c_a_b", "c0", "c1_a_b")
    circuit = QuantumCircuit(QuantumRegister(6, "q"), *[ClassicalRegister(1, name) for name in names])
    circuit.x([1, 2, 4])
    circuit.measure(range(6), range(6))
    assert qiskit_way.counts(circuit) == aer(circuit) == {"0 1 0 1 1 0": 100}


def test_p12_parameters_and_circuits_by_any_name(qiskit_way: QiskitWay) -> None:
    """Bug: names of circuits, parameters and gates of one's own break the payload."""
    inner = QuantumCircuit(1, name="my gate; x q[0]")
    inner.x(0)
    circuit = QuantumCircuit(1, 1, name='"quoted" \\ β\n; {}')
    theta = Parameter("2θ; pi")
    circuit.rx(theta, 0)
    circuit.append(inner.to_gate(), [0])
    circuit.measure(0, 0)
    bound = circuit.assign_parameters({theta: 0.0})
    bound.name = circuit.name
    result = qiskit_way.run(bound, shots=10).result()
    assert result.get_counts() == {"1": 10}
    head = result.results[0].header
    assert (head["name"] if isinstance(head, dict) else head.name) == circuit.name


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Qiskit 1.4, about its own mcx
@pytest.mark.parametrize("controls", range(1, 9))
def test_p12_many_controls(qiskit_way: QiskitWay, controls: int, aer: Aer) -> None:
    """Bug: `mcx` sent under a name that the service does not know, or with other controls."""
    circuit = QuantumCircuit(controls + 1, controls + 1)
    circuit.x(range(controls))
    circuit.mcx(list(range(controls)), controls)
    circuit.measure(range(controls + 1), range(controls + 1))
    idle = circuit.copy_empty_like()
    for control in range(1, controls):
        idle.x(control)
    idle.mcx(list(range(controls)), controls)
    idle.measure(range(controls + 1), range(controls + 1))
    found = qiskit_way.run([circuit, idle], shots=16).result().get_counts()
    assert found == [aer(circuit, 16), aer(idle, 16)]
    assert found[0] == {"1" * (controls + 1): 16}
