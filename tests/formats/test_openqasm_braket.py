"""Braket's verbatim boxes, and words that only some machines have; Amazon's own simulator reads and runs them."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from qrelay import convert
from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.program import Operation, Program, Register
from qrelay.results import decode

pytest.importorskip("qiskit")
pytest.importorskip("braket.default_simulator")

import json

from judges import braket, exact
from qiskit import QuantumCircuit

FORMAT = "BRAKET_OPEN_QASM_V3"
RIGETTI, IQM, IONQ = ("rx", "rz", "cz"), ("r", "cz"), ("gpi", "gpi2", "rzz")
C3 = (Register("c", (0, 1, 2)),)


def _circuit() -> QuantumCircuit:
    """On five qubits of which one is idle and one is not measured, bits permuted."""
    circuit = QuantumCircuit(5, 3)
    circuit.ry(0.8, 1)
    circuit.cx(1, 2)
    circuit.cu(0.3, 0.9, -0.4, 0.2, 2, 4)
    circuit.h(2)
    circuit.measure([4, 1, 2], [0, 2, 1])
    return circuit


@pytest.mark.parametrize("gates", [RIGETTI, IQM])
def test_a_verbatim_box_means_the_circuit(gates: tuple[str, ...]) -> None:
    payload = convert.encode(_circuit(), FORMAT, gates=gates, verbatim=True)
    text = payload.data.decode()
    box = re.fullmatch(
        r"OPENQASM 3\.0;\n//.*\nbit\[3\] b;\n#pragma braket verbatim\nbox \{\n(.*)\}\n(.*)", text, re.DOTALL
    )
    assert box is not None
    assert set(re.findall(r"^\w+", box[1], re.MULTILINE)) <= {"rx", "rz", "cz", "prx"}
    assert set(re.findall(r"\$\d+", text)) == {"$1", "$2", "$4"}
    assert box[2] == "b[0] = measure $1;\nb[1] = measure $2;\nb[2] = measure $4;\n"
    answer = json.dumps(braket.task_result(payload.data, 3000)).encode()
    counts = decode(answer, payload.output_format, payload.layout, 3000).int_counts()
    assert exact.p_value(counts, exact.memory_distribution(_circuit())) > 1e-6


def test_an_idle_qubit_of_a_box_gets_a_gate_only_if_it_is_measured() -> None:
    program = Program(4, 1, [("rx", (0,), (1.0,)), ("measure", (2,), (0,))], (Register("c", (0,)),))
    lines = encode(program, FORMAT, gates=("r",), verbatim=True).data.decode().splitlines()[2:]
    assert lines == [
        "bit[2] b;", "#pragma braket verbatim", "box {", "prx(1.0,0.0) $0;", "prx(0.0,0.0) $2;", "}",
        "b[0] = measure $0;", "b[1] = measure $2;",
    ]  # fmt: skip


def test_pairs_that_are_not_connected_are_refused() -> None:
    """Nothing in a verbatim box is moved, and the device would refuse it long after the job was paid for."""
    steps: list[Operation] = [("h", (0,), ()), ("cx", (0, 1), ()), ("cx", (0, 2), ()), ("measure", (2,), (0,))]
    program = Program(3, 3, steps, C3)
    assert encode(program, FORMAT, gates=RIGETTI, verbatim=True, coupling=[(1, 0), (0, 2)]).data
    assert encode(program, FORMAT, gates=RIGETTI, coupling=[(1, 0)]).data  # without a box the service maps qubits
    with pytest.raises(UnsupportedCircuit, match="not connected") as caught:
        encode(program, FORMAT, gates=RIGETTI, verbatim=True, coupling=[(1, 0), (1, 2)])
    assert (caught.value.operation, caught.value.index) == ("cx", 2)


@pytest.mark.parametrize(("option", "value"), [("gates", None), ("gates", "rx"), ("verbatim", "yes")])
def test_options_that_do_not_fit(option: str, value: Any) -> None:
    program = Program(1, 1, [("measure", (0,), (0,))], (Register("c", (0,)),))
    options: dict[str, Any] = {"verbatim": True, "gates": RIGETTI, option: value}
    with pytest.raises(InvalidOption) as caught:
        encode(program, FORMAT, **options)
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("name", "params"), [("r", (0.7, -0.3)), ("csx", ()), ("gpi", (0.4,)), ("gpi2", (-1.2,)), ("ms", (0.3, -0.8, 0.9))]
)
def test_words_of_some_machines(name: str, params: tuple[float, ...]) -> None:
    """The state is the gate's own: an angle in turns, or the phases of the wrong qubit."""
    from qrelay.program.gates import GATES

    if name not in GATES:
        pytest.skip(f"the table has no {name} yet")
    count = GATES[name].num_qubits
    before: list[Operation] = [("ry", (qubit,), (0.4 + 0.3 * qubit,)) for qubit in range(count)]
    gates = ("ry", "rz", name)
    plain = braket.statevector(encode(Program(count, 0, before), FORMAT, gates=gates).data)
    program = Program(count, 0, [*before, (name, tuple(range(count)), params)])
    data = encode(program, FORMAT, gates=gates).data
    word = {"r": "prx", "csx": "cv"}.get(name, name)
    assert re.search(rf"^{word}\b", data.decode(), re.MULTILINE)
    wanted = GATES[name].matrix(*params) @ plain
    assert abs((wanted.conj() @ braket.statevector(data)).item()) == pytest.approx(1, abs=1e-9)


def test_simulators_get_their_own_words_only() -> None:
    """SV1 lists no prx; without `gates` it must not get one."""
    program = Program(1, 1, [("r", (0,), (math.pi / 3, 0.4)), ("measure", (0,), (0,))], (Register("c", (0,)),))
    assert "prx" not in encode(program, FORMAT).data.decode()
