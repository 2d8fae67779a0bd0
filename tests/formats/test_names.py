"""Register names in textual payloads: legal for every reader, and the user's own in the layout."""

from __future__ import annotations

import pytest

from qrelay import convert
from qrelay.program import Layout, Program, Register, payload_names

qiskit = pytest.importorskip("qiskit")

from judges import exact  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2  # noqa: E402

AWKWARD = [
    "pi", "crz", "2cr", "c_{reg}", "β", "q", "measure", "h", "A", "", " ", "c d", "c-d", "c_d", "c_c_d", "if", "π",
    "access_token", "loose", "include", "x" * 200, "_c", "c0", "u3", "qreg", "OPENQASM", "bit", "a\nb", 'a"b', "c;",
]  # fmt: skip


def _circuit(names: list[str]) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(len(names), "data"))
    for index, name in enumerate(names):
        circuit.add_register(ClassicalRegister(2, name))
        circuit.ry(0.3 + 0.2 * index, index)
    for index in range(len(names)):
        circuit.measure(index, 2 * index + index % 2)
    return circuit


@pytest.mark.parametrize("names", [AWKWARD[start : start + 6] for start in range(0, len(AWKWARD), 6)])
def test_p12_names_survive(names: list[str]) -> None:
    """Catches names that are keywords, gates, or no identifiers (Qiskit#16919, #15304): two parsers read the output."""
    circuit = _circuit(names)
    payload = convert.encode(circuit, "honeywell.openqasm.v1")
    text = payload.data.decode()
    assert text.isascii()
    read_back = qasm2.loads(text, strict=True)
    assert [register.size for register in read_back.cregs] == [2] * len(names)
    assert exact.same_distribution(exact.memory_distribution(read_back), exact.memory_distribution(circuit))
    openqasm = pytest.importorskip("openqasm3")
    # OpenQASM 3 reads OpenQASM 2's statements but for these spellings, so its parser is a second opinion on the names
    changed = text.replace("OPENQASM 2.0", "OPENQASM 3.0").replace("qelib1.inc", "stdgates.inc")
    assert openqasm.parse(changed) is not None
    assert payload.layout is not None
    assert [register.name for register in payload.layout.registers] == names


def _layout(*names: str) -> Layout:
    registers = tuple(Register(name, (index,)) for index, name in enumerate(names))
    return Layout(len(names) + 1, registers, (-1,) * (len(names) + 1), 1)


def test_ordinary_names_stay() -> None:
    assert payload_names(_layout("c", "meas", "alpha_2")) == ("c", "meas", "alpha_2", "loose")


def test_renamed_registers_never_take_a_name_that_stays() -> None:
    """Two registers of one name would merge: the rename of `c d` must not become the user's own `c_c_d`."""
    names = payload_names(_layout("c d", "c_c_d", "c-d", "loose"))
    assert names[1] == "c_c_d"
    assert names[3] == "loose"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", AWKWARD)
def test_every_name_becomes_an_identifier(name: str) -> None:
    for made in payload_names(_layout(name)):
        assert made.isidentifier()
        assert made.isascii()
        assert made[0].islower()
        assert len(made) < 64


def test_two_registers_of_one_name() -> None:
    """Qiskit forbids it; a Program by hand may have it all the same."""
    program = Program(2, 2, [("measure", (0,), (1,))], (Register("c", (0,)), Register("c", (1,))))
    assert payload_names(program.layout) == ("c", "c_c")
