"""P12: the users' names survive, whatever the format makes of them."""

from __future__ import annotations

from collections.abc import Callable

import cirq
import pytest
import sympy
from corners import CirqWay, Drawing, QiskitWay, Way
from qiskit import QuantumCircuit
from qiskit import __version__ as QISKIT  # noqa: N812
from qiskit.circuit import Parameter

from qrelay.errors import UnsupportedCircuit

Aer = Callable[..., dict[str, int]]
NAMES = {
    "words of the formats": ("pi", "crz", "creg", "gate", "q", "if", "measure", "access_token", "OPENQASM", "b", "bit"),
    "no identifiers": ("2cr", "c_{reg}", "β", "_x", "Ans", "two words", " ", "é\u0301", "x[0]", "日本", "c0"),
    "punctuation": ('"', "'", "\\", "a\nb", "//", "a;", "*/", "%d", "{}", "\t", "#pragma braket result probability"),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_p12_registers_and_keys_by_any_name(way: Way, names: tuple[str, ...]) -> None:
    """Bug: payloads that do not parse, or registers that two names were mapped to (Qiskit#16919, #15304, #16169)."""
    count = len(names)
    if "q" in names and way.target == "iqm.qpu.garnet" and isinstance(way, QiskitWay) and QISKIT < "2":
        # Qiskit 1 has one room of names for registers of bits and of qubits, and its transpiler takes "q" for these
        with pytest.raises(UnsupportedCircuit, match='"q" already exists'):
            way.submit(Drawing(1, [("x", 0)], {"q": (0,)}), 25)
        names = tuple(name for name in names if name != "q")
        count = len(names)
    drawing = Drawing(count, [("x", 0), ("x", 3), ("x", 4), ("x", 9)], {name: (at,) for at, name in enumerate(names)})
    job = way.submit(drawing, 25)
    (found,) = way.read(job)
    assert found == way.simulated(drawing, 25)
    assert [name for name, _ in next(iter(found))] == list(names)
    assert way.read(way.job(way.id_of(job))) == [found]


def test_p12_names_that_fall_together_when_cleaned(way: Way) -> None:
    """Bug: `a-b` and `a.b` both written as `a_b`, so that one register disappears."""
    names = ("a-b", "a.b", "a_b", "c_a_b", "c0", "c1_a_b")
    drawing = Drawing(6, [("x", 1), ("x", 2), ("x", 4)], {name: (at,) for at, name in enumerate(names)})
    (found,) = way.records([drawing])
    assert found == way.simulated(drawing, 100)
    assert [bits for _, bits in next(iter(found))] == [(0,), (1,), (1,), (0,), (1,), (0,)]


def test_p12_keys_under_paths_and_symbols_by_any_name(cirq_way: CirqWay) -> None:
    """Bug: a key of a repeated subcircuit read as its last part; a symbol's name read as a formula."""
    qubit, other = cirq.NamedQubit('"q" [0]'), cirq.NamedQubit("pi")
    angle = sympy.Symbol("2θ; pi")
    inner = cirq.FrozenCircuit(cirq.X(qubit) ** angle, cirq.measure(qubit, key="pi"))
    circuit = cirq.Circuit(
        cirq.CircuitOperation(inner, measurement_key_map={"pi": "β"}).with_key_path(("0", "two words")),
        cirq.measure(other, key=cirq.MeasurementKey("pi", path=("gate",))),
    )
    result = cirq_way.sampler.run(circuit, {"2θ; pi": 1}, 5)
    assert result == cirq.Simulator().run(circuit, {"2θ; pi": 1}, 5)
    assert sorted(result.records) == ["0:two words:β", "gate:pi"]


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


def test_p12_many_controls_in_cirq(cirq_way: CirqWay) -> None:
    """Bug: the same, from Cirq, whose controls have no names at all. AQT's machines take 2,000 operations."""
    qubits = cirq.LineQubit.range(9)
    circuits = [
        cirq.Circuit(
            cirq.X.on_each(*qubits[idle:controls]),
            cirq.X(qubits[controls]).controlled_by(*qubits[:controls]),
            cirq.measure(*qubits, key="m"),
        )
        for controls in range(1, 9 if cirq_way.format != "AQT_JOB_INPUT_V1" else 7)
        for idle in (0, 1)
    ]
    found = cirq_way.sampler.run_batch(circuits, repetitions=8)
    assert found == [[cirq.Simulator().run(circuit, repetitions=8)] for circuit in circuits]
