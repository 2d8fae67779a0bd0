"""P03: Qiskit's own primitives work on a backend, and memory is never made up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import pytest
from corners import QiskitWay, ways
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.exceptions import QiskitError
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.quantum_info import SparsePauliOp

from qrelay.cloud import Submission
from qrelay.errors import IncompleteResult


def _sampler(qiskit_way: QiskitWay) -> BackendSamplerV2:
    return BackendSamplerV2(backend=qiskit_way.backend, options={"run_options": {"format": qiskit_way.format}})


def test_p03_sampler_on_flipped_qubits(qiskit_way: QiskitWay) -> None:
    """Bug: a backend without memory, which the sampler reads as zeros (Qiskit#15694)."""
    circuit = QuantumCircuit(3)
    circuit.x(range(3))
    circuit.measure_all()
    result = _sampler(qiskit_way).run([circuit], shots=64).result()
    assert result[0].data.meas.get_counts() == {"111": 64}


def test_p03_sampler_on_several_registers(qiskit_way: QiskitWay) -> None:
    """Bug: all registers read from the lowest bits."""
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "low"), ClassicalRegister(3, "high"))
    circuit.x([0, 2])
    circuit.measure([0, 1, 2, 3], [3, 1, 2, 0])
    data = _sampler(qiskit_way).run([circuit], shots=50).result()[0].data
    assert data.low.get_counts() == {"0": 50}
    assert data.high.get_counts() == {"110": 50}


def test_p03_sampler_over_parameters_keeps_their_order(qiskit_way: QiskitWay) -> None:
    """Bug: results of a list handed back in the order in which the service ended them."""
    theta = Parameter("theta")
    circuit = QuantumCircuit(1)
    circuit.rx(theta, 0)
    circuit.measure_all()
    values = [0.0, math.pi, 0.0, math.pi, math.pi, 0.0]
    data = _sampler(qiskit_way).run([(circuit, values)], shots=40).result()[0].data.meas
    assert [data.get_counts(index) for index in range(6)] == [{"1" if value else "0": 40} for value in values]


def test_p03_estimator(qiskit_way: QiskitWay) -> None:
    """Bug: counts in another bit order, which swaps the expectation values of the qubits."""
    circuit = QuantumCircuit(2)
    circuit.ry(0.6, 0)
    circuit.ry(2.1, 1)
    qiskit_way.backend.set_options(format=qiskit_way.format)
    precision = qiskit_way.at_most(2500) ** -0.5
    result = (
        BackendEstimatorV2(backend=qiskit_way.backend)
        .run([(circuit, [SparsePauliOp("IZ"), SparsePauliOp("ZI"), SparsePauliOp("XX")])], precision=precision)
        .result()
    )
    expected = [math.cos(0.6), math.cos(2.1), math.sin(0.6) * math.sin(2.1)]
    assert list(result[0].data.evs) == pytest.approx(expected, abs=6 * precision)


@pytest.mark.parametrize("qiskit_way", ways("qiskit", services=["azure"]), indirect=True)
def test_p03_both_primitives_inside_a_session(qiskit_way: QiskitWay, submissions: list[Submission]) -> None:
    """Bug: primitives run in a fresh thread, which has no context, and their jobs stay outside the session."""
    theta = Parameter("theta")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "low"), ClassicalRegister(2, "high"))
    circuit.rx(theta, 1)
    circuit.x(2)
    circuit.measure([0, 1, 2], [2, 0, 1])
    ansatz = QuantumCircuit(2)
    ansatz.rx(theta, 0)
    observables = [[SparsePauliOp("IZ")], [SparsePauliOp("ZI")]]
    qiskit_way.backend.set_options(format=qiskit_way.format)
    with qiskit_way.open_session() as session:
        sampled = BackendSamplerV2(backend=session.backend).run([(circuit, [0.0, math.pi])], shots=16).result()
        estimator = BackendEstimatorV2(backend=session.backend)
        estimated = estimator.run([(ansatz, observables, [[math.pi]])], precision=0.1).result()
    data = sampled[0].data
    assert [data.low.get_counts(index) for index in range(2)] == [{"0": 16}, {"1": 16}]
    assert [data.high.get_counts(index) for index in range(2)] == [{"01": 16}] * 2
    assert estimated[0].data.evs.ravel().tolist() == pytest.approx([-1.0, 1.0])
    assert len(submissions) >= 3
    assert {one.session_id for one in submissions} == {session.id}
    assert {one.payloads[0].format for one in submissions} == {qiskit_way.format}


def test_p03_memory_agrees_with_the_counts(qiskit_way: QiskitWay) -> None:
    """Bug: memory of another length than the counts' sum, or of another distribution."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
    circuit.h([0, 1, 2])
    circuit.measure([0, 1, 2], [2, 0, 1])
    result = qiskit_way.run(circuit, shots=800, memory=True).result()
    memory = result.get_memory()
    assert len(memory) == 800
    assert Counter(memory) == result.get_counts()
    assert result.get_memory() == memory


def test_p03_memory_that_was_not_asked_for_is_an_error(qiskit_way: QiskitWay) -> None:
    """Bug: zeros in place of memory that nobody asked for."""
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    with pytest.raises(QiskitError, match="memory"):
        qiskit_way.run(circuit, shots=10).result().get_memory()


@pytest.mark.parametrize("qiskit_way", ways("qiskit", targets=["ionq.simulator"], formats=["qir.v1"]), indirect=True)
def test_p03_fewer_shots_than_asked_say_so(qiskit_way: QiskitWay) -> None:
    """Bug: a shape error deep inside the sampler, or padding, where the service returned fewer shots than asked for."""
    assert qiskit_way.rounds_shots_down  # only shots made from probabilities come back fewer on the embedded cloud
    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    circuit.measure_all()
    job = qiskit_way.run(circuit, shots=1001, memory=True)
    with pytest.raises(IncompleteResult) as caught:
        job.result()
    assert (caught.value.asked, caught.value.usable) == (1001, 1000)
    assert isinstance(caught.value, QiskitError)
    assert len(job.result(partial=True).get_memory()) == 1000
    with pytest.raises(IncompleteResult):  # and goes on saying so
        job.result()
    with pytest.raises(IncompleteResult):
        _sampler(qiskit_way).run([circuit], shots=1001).result()
    assert sum(qiskit_way.counts(circuit, 1001).values()) == 1000


def test_p03_sampler_agrees_with_exact_probabilities(qiskit_way: QiskitWay, assert_fits: Callable[..., None]) -> None:
    """Bug: memory made of sorted or repeated shots that the counts do not show."""
    circuit = QuantumCircuit(3)
    for qubit, angle in enumerate([0.5, 1.2, 2.0]):
        circuit.ry(angle, qubit)
    circuit.measure_all()
    if qiskit_way.rounds_shots_down:
        with pytest.raises(IncompleteResult):
            _sampler(qiskit_way).run([circuit], shots=3000).result()
        return
    found = _sampler(qiskit_way).run([circuit], shots=qiskit_way.at_most(3000)).result()[0].data.meas.get_counts()
    assert_fits(found, circuit)
