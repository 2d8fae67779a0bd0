"""Two engines, one meaning: what qiskit-qir writes for us and what we write give the same distribution.

Needs Qiskit 1.x and qiskit-qir 0.5, whose pyqir leaves no room for the QDK: qirrunner simulates, Aer is right.
"""

from __future__ import annotations

import gc
import threading
from collections import Counter
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qiskit_qir", reason="qiskit-qir has an environment of its own: nox -s outside")
qiskit = pytest.importorskip("qiskit")

from judges import exact, qir  # noqa: E402
from qiskit.circuit import ClassicalRegister, Clbit, QuantumCircuit, QuantumRegister, Qubit  # noqa: E402
from qiskit_aer import AerSimulator  # noqa: E402

import qrelay  # noqa: E402
from qrelay.convert import encode  # noqa: E402
from qrelay.errors import InvalidOption, UnsupportedCircuit  # noqa: E402
from qrelay.formats.qir_profile import check_profile  # noqa: E402

SHOTS = 4000


def _memories(payload: Any) -> Counter[int]:
    return qir.memories(qir.run_by_runner(payload.data, SHOTS), payload.layout.groups)


def _aer(circuit: QuantumCircuit) -> Counter[int]:
    """Counts of Aer over the circuit's bits, whatever registers they stand in."""
    flat = QuantumCircuit(circuit.num_qubits, circuit.num_clbits)
    flat.compose(circuit, range(circuit.num_qubits), range(circuit.num_clbits), inplace=True)
    simulator = AerSimulator(seed_simulator=5)
    counts = simulator.run(qiskit.transpile(flat, simulator, optimization_level=0), shots=SHOTS).result().get_counts()
    return Counter({int(key.replace(" ", ""), 2): value for key, value in counts.items()})


def _alike(one: Counter[int], other: Counter[int]) -> bool:
    from scipy.stats import chi2_contingency

    keys = sorted(set(one) | set(other))
    rare = [key for key in keys if one[key] + other[key] < 20]
    rows = [[counts[key] for key in keys if key not in rare] for counts in (one, other)]
    for row, counts in zip(rows, (one, other), strict=True):
        row.append(sum(counts[key] for key in rare))
    if not rows[0][-1] + rows[1][-1]:
        rows = [row[:-1] for row in rows]
    return len(rows[0]) < 2 or chi2_contingency(rows).pvalue > 1e-6


def _bell() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name="a name with spaces")
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [1, 0])
    return circuit


def _registers() -> QuantumCircuit:
    """Permuted bits in two registers, one of them never written, a loose bit besides."""
    circuit = QuantumCircuit(QuantumRegister(2, "q"), [Qubit()], ClassicalRegister(2, "a"), ClassicalRegister(3, "b"))
    circuit.add_bits([Clbit()])
    circuit.x(0)
    circuit.ry(1.1, 2)
    circuit.cry(0.4, 2, 1)
    circuit.measure([0, 1, 2, 0], [4, 0, 5, 1])
    return circuit


def _overlapping() -> QuantumCircuit:
    one = ClassicalRegister(3, "one")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), one, ClassicalRegister(name="two", bits=[one[2], one[0]]))
    circuit.x(0)
    circuit.h(1)
    circuit.measure([0, 1], [2, 1])
    return circuit


def _gates() -> QuantumCircuit:
    circuit = exact.random_unitary_circuit(3, 3, 25, ["h", "u", "rzz", "ccx", "iswap", "sx", "cu", "tdg", "cp", "id"])
    circuit.measure_all()
    return circuit


def _midcircuit() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 3)
    circuit.ry(0.9, 0)
    circuit.measure(0, 0)
    circuit.reset(0)
    circuit.rx(1.3, 0)
    circuit.measure(0, 1)
    circuit.cx(0, 1)
    circuit.measure(1, 2)
    return circuit


def _conditions() -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "c"), ClassicalRegister(2, "d"))
    circuit.h([0, 1])
    circuit.measure([0, 1], [1, 0])
    with circuit.if_test((circuit.cregs[0], 2)):
        circuit.ry(0.8, 2)
        circuit.measure(2, 2)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(2)
    with otherwise:
        circuit.h(2)
    circuit.measure(2, 3)
    return circuit


CIRCUITS = [_bell, _registers, _overlapping, _gates, _midcircuit, _conditions]


@pytest.mark.parametrize("make", CIRCUITS)
def test_both_engines_and_aer_agree(make: Any) -> None:
    """Catches registers recorded first to last, bits counted by register, and an id on the wrong gate."""
    circuit = make()
    theirs, ours = encode(circuit, "qir.v1", engine="qiskit-qir"), encode(circuit, "qir.v1")
    assert theirs.layout == ours.layout
    assert (theirs.format, theirs.input_params, theirs.content_type) == (
        ours.format,
        ours.input_params,
        ours.content_type,
    )
    qir.verify(theirs.data)
    wanted = _aer(circuit)
    assert _alike(_memories(ours), wanted)
    assert _alike(_memories(theirs), wanted)


@pytest.mark.parametrize(
    ("make", "profile"), [(_bell, "base"), (_gates, "base"), (_bell, "adaptive_ri"), (_conditions, "adaptive_rif")]
)
def test_the_module_keeps_its_profile(make: Any, profile: str) -> None:
    """Catches `"qir_profiles"="custom"`, and the names of calls that the QDK's simulator does not know."""
    text = encode(make(), "qir.v1", engine="qiskit-qir", profile=profile).data.decode()
    assert check_profile(text, profile) == []
    stated = "base_profile" if profile == "base" else "adaptive_profile"
    assert f'"qir_profiles"="{stated}"' in text
    assert "cnot" not in text
    assert "define void @ENTRYPOINT__main()" in text


def test_the_least_profile_is_written() -> None:
    assert b"base_profile" in encode(_bell(), "qir.v1", engine="qiskit-qir").data
    assert b"adaptive_profile" in encode(_midcircuit(), "qir.v1", engine="qiskit-qir").data
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(_midcircuit(), "qir.v1", engine="qiskit-qir", max_profile="base")
    assert (caught.value.operation, caught.value.index) == ("reset", 2)


def test_what_it_cannot_say_is_refused_by_name_and_index() -> None:
    circuit = _bell()
    with circuit.switch(circuit.cregs[0]) as case, case(1):
        circuit.x(0)
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(circuit, "qir.v1", engine="qiskit-qir")
    assert (caught.value.operation, caught.value.index) == ("switch", 4)
    circuit = _bell()
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.measure(0, 0)
        circuit.x(0)
    with pytest.raises(UnsupportedCircuit, match="its own condition"):
        encode(circuit, "qir.v1", engine="qiskit-qir")


@pytest.mark.parametrize(
    ("format_name", "options"),
    [("qir.v1", {"profile": "basic"}), ("qir.v1", {"colour": 1}), ("honeywell.openqasm.v1", {})],
)
def test_options_are_checked(format_name: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption):
        encode(_bell(), format_name, engine="qiskit-qir", **options)


@pytest.mark.parametrize("angle", [1e-5, -2.5e-7, 0.1, np.float64(0.3), 1e22])
def test_angles_arrive_as_they_are(angle: float) -> None:
    import pyqir

    circuit = QuantumCircuit(1, 1)
    circuit.rx(angle, 0)
    circuit.measure(0, 0)
    text = encode(circuit, "qir.v1", engine="qiskit-qir").data.decode()
    module = pyqir.Module.from_ir(pyqir.Context(), text)
    (entry,) = [function for function in module.functions if function.basic_blocks]
    calls = [one for one in entry.basic_blocks[0].instructions if getattr(one, "callee", None) is not None]
    (turn,) = [one for one in calls if "__rx__" in one.callee.name]
    assert turn.args[0].value == angle


def test_convert_has_it_too() -> None:
    assert qrelay.encode(_bell(), "qir.v1", engine="qiskit-qir").data


def test_its_builders_are_freed_by_the_thread_that_made_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: the embedded cloud's worker collected them, and a traceback of its server's stood in the user's terminal."""
    complaints: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", complaints.append)
    circuit = QuantumCircuit(2, 2)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    encode(circuit, "qir.v1", engine="qiskit-qir")
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()
    assert not complaints
