"""QISKIT_QPY: what Qiskit reads back from it is the circuit, control flow and conditions included."""

from __future__ import annotations

import base64
import io
import json
import sys
import zlib
from typing import Any

import pytest

import qrelay
from qrelay.errors import ConfigurationError, UnsupportedCircuit
from qrelay.formats import encode, qiskit_qpy
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

qiskit = pytest.importorskip("qiskit")

from judges import exact, qpy  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister  # noqa: E402
from qiskit.circuit import Clbit  # noqa: E402

A, B = Register("a", (0, 1)), Register("b", (2, 3, 4))


def _program(*operations: Any, **more: Any) -> Program:
    return Program(3, 5, list(operations), (A, B), **more)


def _measured(*operations: Any) -> Program:
    return _program(*operations, *[("measure", (qubit,), (2 + qubit,)) for qubit in range(3)])


def _back(program: Program) -> Program:
    return qrelay.read(qpy.circuit(encode(program, "QISKIT_QPY").data))


SAME = {
    "gates": _measured(
        ("h", (0,), ()), ("cu", (2, 0), (0.1, 0.2, 0.3, 0.4)), ("iswap", (1, 2), ()), ("r", (1,), (0.3, 1.0))
    ),
    "midcircuit": _program(
        ("measure", (0,), (1,)), ("reset", (0,), ()), ("barrier", (0, 2), ()), ("measure", (0,), (0,))
    ),
    "if a bit": _measured(("measure", (0,), (1,)), ("if", (), (BitIs(1, False), (("x", (2,), ()),), ()))),
    "if and else": _measured(
        ("measure", (0,), (1,)),
        ("if", (), (RegisterIs((0, 1), 2), (("x", (2,), ()),), (("y", (0,), ()), ("z", (1,), ())))),
    ),
    "nested": _measured(
        ("if", (), (BitIs(0, True), (("if", (), (RegisterIs((2, 3, 4), 5), (("ry", (1,), (0.2,)),), ())),), ()))
    ),
    "while": _measured(("while", (), (BitIs(0, True), (("x", (0,), ()), ("measure", (0,), (0,)))))),
    "for": _measured(("for", (), ((0, 1, 5), None, (("rx", (0,), (0.25,)), ("continue", (), ()))))),
    "switch": _measured(
        (
            "switch",
            (),
            (
                Expression("bits", (0, 1), 2),
                (((0, 3), (("x", (0,), ()),)), ((1,), (("h", (1,), ()),)), ((None,), (("y", (0,), ()),))),
            ),
        )
    ),
    "an expression": _measured(
        (
            "if",
            (),
            (
                Expression(
                    "and",
                    (
                        Expression("not", (Expression("bit", (0,)),)),
                        Expression("less", (Expression("bits", (2, 3, 4), 3), Expression("const", (5,), 3))),
                    ),
                ),
                (("x", (0,), ()),),
                (),
            ),
        )
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_qiskit_reads_back_the_same_program(case: str) -> None:
    program = SAME[case]
    found = _back(program)
    assert found.operations == program.operations
    assert found.registers == program.registers
    assert found.layout == program.layout


def test_phase_name_and_unmeasured_bits_stay() -> None:
    program = _measured(("h", (1,), ()))
    named = Program(3, 5, program.operations, (A, B), global_phase=0.3, name="mine")
    found = _back(named)
    assert (found.global_phase, found.name, found.layout) == (0.3, "mine", named.layout)


def test_phases_inside_of_blocks_stay() -> None:
    """A gate that is lowered there leaves one over, and a circuit's own attribute has the gate's name."""
    inside = (("global_phase", (), (0.25,)), ("c3sx", (0, 1, 2, 3), ()), ("c4x", (4, 3, 2, 1, 0), ()))
    block = ("if", (), (BitIs(0, True), inside, ()))
    program = Program(5, 5, [("measure", (0,), (0,)), block, ("global_phase", (), (0.5,))], (A, B))
    found = _back(program)
    gates = inside[1:]
    assert found.operations[1] == ("if", (), (BitIs(0, True), (*gates, inside[0]), ()))  # it commutes with gates
    assert found.global_phase == 0.5


def test_bits_in_any_registers_come_out_where_they_belong() -> None:
    """Registers that share bits or have names that no service takes, and bits in none: each has its place once."""
    circuit = QuantumCircuit(QuantumRegister(3, "w"), [Clbit() for _ in range(5)])
    circuit.add_register(ClassicalRegister(name="in", bits=[circuit.clbits[3], circuit.clbits[1]]))
    circuit.add_register(ClassicalRegister(name="B", bits=[circuit.clbits[1], circuit.clbits[4]]))
    for qubit in range(3):
        circuit.ry(0.5 + 0.7 * qubit, qubit)
    circuit.measure([2, 0, 1], [1, 4, 0])
    payload = qrelay.encode(circuit, "QISKIT_QPY")
    assert distribution(payload, 100).fits(exact.memory_distribution(circuit))
    assert [register.name for register in qpy.circuit(payload.data).cregs] == ["c_in", "c_B", "loose"]


def test_register_is_where_the_bits_are_no_register() -> None:
    """The condition is on bits 3 and 0, which stand in two registers."""
    program = _measured(
        ("x", (0,), ()), ("measure", (0,), (3,)), ("if", (), (RegisterIs((3, 0), 1), (("x", (1,), ()),), ()))
    )
    payload = encode(program, "QISKIT_QPY")
    assert set(distribution(payload, 50).weights) == {0b01100}


def test_expressions_on_bits_that_are_no_register() -> None:
    number = Expression("bits", (3, 0, 4), 3)
    wanted = Expression("equal", (number, Expression("const", (1,), 3)))
    program = _measured(("x", (0,), ()), ("measure", (0,), (3,)), ("if", (), (wanted, (("x", (1,), ()),), ())))
    assert set(distribution(encode(program, "QISKIT_QPY"), 50).weights) == {0b01100}


def test_document_is_the_samplers() -> None:
    payload = encode(_measured(("h", (0,), ())), "QISKIT_QPY")
    document = json.loads(payload.data)
    assert document["version"] == 2
    assert document["options"] == {}
    ((circuit,),) = document["pubs"]
    assert set(circuit) == {"__type__", "__value__"}
    assert payload.input_params == {"program_id": "sampler"}
    data = zlib.decompress(base64.b64decode(circuit["__value__"]))
    assert data[:6] == b"QISKIT"
    assert data[6] == 13  # what Qiskit 1.3 and everything later reads


def test_same_program_same_bytes() -> None:
    """Qiskit counts the names of circuits up."""
    assert encode(SAME["nested"], "QISKIT_QPY").data == encode(SAME["nested"], "QISKIT_QPY").data


def test_layout_is_found_without_qiskit() -> None:
    payload = encode(_measured(("h", (0,), ())), "QISKIT_QPY")
    document = json.loads(payload.data)
    assert qiskit_qpy.layout_in_pub(document["pubs"][0]) == payload.layout
    assert qrelay.encode(payload.data, "QISKIT_QPY") == payload


def _pub(data: bytes) -> Any:
    return [{"__type__": "QuantumCircuit", "__value__": base64.b64encode(zlib.compress(data)).decode()}]


@pytest.mark.parametrize(
    "pub",
    [
        None,
        [],
        {},
        [{"__value__": "!"}],
        [{"__value__": base64.b64encode(b"x").decode()}],
        _pub(b"QISKIT"),
        _pub(b'{"qrelay-layout":'),
        _pub(b'{"qrelay-layout":7}'),
        _pub(b'{"qrelay-layout":"{}"}'),
    ],
)
def test_pubs_of_others_have_no_layout(pub: Any) -> None:
    assert qiskit_qpy.layout_in_pub(pub) is None


def test_gates_of_the_machine() -> None:
    program = _measured(("h", (0,), ()), ("ccx", (0, 1, 2), ()), ("rx", (1,), (0.4,)))
    machine = frozenset({"cz", "id", "rz", "sx", "x"})
    payload = encode(program, "QISKIT_QPY", gates=machine)
    used = {item.operation.name for item in qpy.circuit(payload.data).data}
    assert used <= machine | {"measure"}
    assert distribution(payload, 10).fits(distribution(encode(program, "QISKIT_QPY"), 10).weights)


def test_pairs_that_are_not_coupled_are_refused() -> None:
    program = _measured(("cz", (0, 1), ()), ("h", (2,), ()), ("cz", (0, 2), ()))
    with pytest.raises(UnsupportedCircuit, match=r"\[0, 2\].*couple") as caught:
        encode(program, "QISKIT_QPY", coupling=((1, 0), (1, 2)))
    assert (caught.value.operation, caught.value.index) == ("cz", 2)
    assert encode(program, "QISKIT_QPY", coupling=((1, 0), (2, 0))).data


def test_cirq_circuits_go_the_same_way() -> None:
    pytest.importorskip("cirq.circuits")  # a folder of tests is called cirq, too
    import cirq

    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(
        cirq.X(a) ** 0.3, cirq.measure(a, key="m"), cirq.X(b).with_classical_controls("m"), cirq.measure(b, key="n")
    )
    payload = qrelay.encode(circuit, "QISKIT_QPY")
    assert [register.name for register in qpy.circuit(payload.data).cregs] == ["m", "n"]
    assert set(distribution(payload, 200).weights) == {0b00, 0b11}


def test_without_qiskit_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    qiskit_qpy._classes.cache_clear()
    monkeypatch.setitem(sys.modules, "qiskit.circuit.library", None)
    try:
        with pytest.raises(ConfigurationError, match=r"qrelay\[qiskit\]"):
            encode(_measured(("h", (0,), ())), "QISKIT_QPY")
    finally:
        qiskit_qpy._classes.cache_clear()


def test_file_that_qiskit_writes_is_what_the_judge_reads() -> None:
    """The judge judged: a circuit that Qiskit dumped itself."""
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure([0, 1], [1, 0])
    out = io.BytesIO()
    qiskit.qpy.dump(circuit, out)
    packed = base64.b64encode(zlib.compress(out.getvalue())).decode()
    circuit = {"__type__": "QuantumCircuit", "__value__": packed}
    document = {"pubs": [[circuit]], "options": {}, "version": 2, "support_qiskit": True}
    weights, is_exact = qpy.answer(json.dumps(document).encode(), 10)
    assert is_exact
    assert exact.same_distribution(weights, {0b00: 0.5, 0b10: 0.5})


@pytest.mark.parametrize("length", [2e-6, None])
def test_p15_delays_in_ticks_are_kept_and_others_left_out(length: float | None) -> None:
    """Bugs: a delay in ticks, as a transpiled circuit has them, ended in a TypeError; one of 2 µs, in 2,000 ticks."""
    program = Program(1, 1, [("delay", (0,), (160,)), ("delay", (0,), (length,)), ("measure", (0,), (0,))])
    read = qpy.circuit(encode(program, "QISKIT_QPY").data)
    delay, measure = (item.operation for item in read.data)
    assert (delay.duration, delay.unit, measure.name) == (160, "dt", "measure")


def test_what_may_leave_a_loop_holds_back_the_gates_behind_it() -> None:
    """Bug: an `if` that only breaks acted on no qubit, so simulators and compilers passed over it."""
    leave: Operation = ("if", (), (BitIs(0, True), (("break", (), ()),), ()))
    body: tuple[Operation, ...] = (("x", (0,), ()), ("measure", (0,), (0,)), leave, ("x", (1,), ()))
    program = Program(2, 2, [("for", (), (range(2), None, body)), ("measure", (1,), (1,))], (Register("c", (0, 1)),))
    assert set(distribution(encode(program, "QISKIT_QPY"), 50).weights) == {1}
