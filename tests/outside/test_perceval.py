"""PERCEVAL judged by Perceval: it reads the document back and simulates the photons, heralds and post-selection too.

`nox -s outside` installs it; elsewhere these tests skip, but for the one on what is said where it is absent.
"""

from __future__ import annotations

import importlib.util
import json

import pytest

from qrelay.errors import ConfigurationError, UnsupportedCircuit
from qrelay.formats import encode, ready_made
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs

absent = importlib.util.find_spec("perceval") is None
with_perceval = pytest.mark.skipif(absent, reason="perceval-quandela is not installed")


def _program(num_qubits: int, *operations: Operation, order: tuple[int, ...] = ()) -> Program:
    order = order or tuple(range(num_qubits))
    measures: list[Operation] = [("measure", (qubit,), (bit,)) for bit, qubit in enumerate(order)]
    return Program(num_qubits, len(order), [*operations, *measures], (Register("c", tuple(range(len(order)))),))


def _found(data: bytes, qubits: tuple[int, ...]) -> dict[int, float]:
    """The distribution of the bits, each read from its qubit's modes, as the document alone says it."""
    from perceval import Processor
    from perceval.algorithm import Sampler
    from perceval.serialization import deserialize

    document = json.loads(data)
    circuit, state = deserialize(document["circuit"]), deserialize(document["input_state"])
    heralds = {int(mode): count for mode, count in document["heralds"].items()}
    machine = Processor("SLOS", circuit.m)
    machine.add(0, circuit)
    for mode, count in heralds.items():
        machine.add_herald(mode, count)
    machine.set_postselection(deserialize(document["postselect"]))
    machine.min_detected_photons_filter(document["parameters"]["min_detected_photons"])
    machine.with_input(type(state)([count for mode, count in enumerate(state) if mode not in heralds]))
    modes = document["job_context"]["modes"]
    found: dict[int, float] = {}
    for outcome, weight in Sampler(machine).probs()["results"].items():
        memory = 0
        for bit, qubit in enumerate(qubits):
            zero, one = (outcome[mode] for mode in modes[qubit])
            assert (zero, one) in ((1, 0), (0, 1))
            memory |= one << bit
        found[memory] = found.get(memory, 0.0) + weight
    return found


def _wanted(program: Program) -> dict[int, float]:
    """What Qiskit says of a circuit of the same operations."""
    from judges import exact
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(program.num_qubits, program.num_clbits)
    for name, qubits, arguments in program.operations:
        if name == "measure":
            circuit.measure(qubits[0], arguments[0])
        else:
            getattr(circuit, name)(*arguments, *qubits)
    return exact.memory_distribution(circuit)


def _agrees(program: Program) -> None:
    found, wanted = _found(encode(program, "PERCEVAL").data, program.layout.qubits), _wanted(program)
    assert found == pytest.approx({memory: weight for memory, weight in wanted.items() if weight > 1e-12}, abs=1e-6)


SPREAD: tuple[Operation, ...] = (("ry", (0,), (0.7,)), ("rx", (1,), (1.1,)))


@with_perceval
@pytest.mark.parametrize("name", [*"xyzhst", "sdg", "tdg", "sx", "rx", "ry", "rz", "p"])
def test_gates_on_one_qubit(name: str) -> None:
    """Between rotations that no distribution is symmetric under."""
    angles = (0.9,) if name in ("rx", "ry", "rz", "p") else ()
    _agrees(_program(1, ("rx", (0,), (0.7,)), ("rz", (0,), (0.4,)), (name, (0,), angles), ("rx", (0,), (0.5,))))


@with_perceval
@pytest.mark.parametrize("name", ["cx", "cz", "swap", "cy"])
@pytest.mark.parametrize("qubits", [(0, 1), (1, 0)])
def test_gates_on_two_qubits(name: str, qubits: tuple[int, int]) -> None:
    _agrees(_program(2, *SPREAD, (name, qubits, ()), ("rx", (0,), (0.3,)), ("ry", (1,), (0.8,))))


@with_perceval
def test_entangling_gates_in_a_row_and_qubits_apart() -> None:
    """Catches a post-selected gate where only a heralded one is right: its failures come back as photons astray."""
    _agrees(
        _program(
            3, *SPREAD, ("h", (2,), ()), ("cx", (2, 0), ()), ("ry", (0,), (0.4,)), ("cx", (0, 1), ()),
            ("swap", (0, 2), ()), ("rx", (2,), (0.6,)), order=(2, 0, 1),
        )
    )  # fmt: skip


@with_perceval
def test_cnots_side_by_side_are_post_selected() -> None:
    program = _program(4, *SPREAD, ("cx", (0, 2), ()), ("cx", (3, 1), ()), order=(3, 1))
    heralds = json.loads(encode(program, "PERCEVAL").data)["heralds"]
    assert set(heralds.values()) == {0}  # two modes without photons each, where a heralded gate has two photons
    _agrees(program)


@with_perceval
def test_document_and_its_way_back() -> None:
    program = _program(2, *SPREAD, ("cx", (0, 1), ()))
    payload = encode(program, "PERCEVAL")
    document = json.loads(payload.data)
    assert document["command"] == "sample_count"
    assert document["circuit"].startswith(":PCVL:zip:")
    assert document["parameters"] == {"min_detected_photons": 2}
    assert document["job_context"]["modes"] == [[0, 1], [2, 3]]
    passed = ready_made(payload.data)
    assert (passed.data, passed.format, passed.layout) == (payload.data, "PERCEVAL", program.layout)


def test_what_light_cannot_say_is_refused() -> None:
    reset = Program(1, 1, [("h", (0,), ()), ("reset", (0,), ())])
    decides = Program(1, 1, [("measure", (0,), (0,)), ("if", (), (BitIs(0, True), (("x", (0,), ()),), ()))])
    for program, name in ((reset, "reset"), (decides, "if")):
        with pytest.raises(UnsupportedCircuit, match="PERCEVAL") as caught:
            encode(program, "PERCEVAL")
        assert (caught.value.operation, caught.value.index) == (name, 1)
    with pytest.raises(UnsupportedCircuit, match="no qubits"):
        encode(Program(0, 0, []), "PERCEVAL")


@pytest.mark.skipif(not absent, reason="perceval-quandela is installed")
def test_where_it_is_absent_the_extra_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"qrelay\[perceval\]"):
        encode(_program(1, ("h", (0,), ())), "PERCEVAL")
