"""Quil as Rigetti's own parser reads it and pyquil's own simulator runs it; they judge our matrix judge, too."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
from judges import exact
from judges import quil as judge
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of

from qrelay.formats import encode
from qrelay.formats.quil_parametric import write_parametric
from qrelay.program import Operation, Program, Register
from qrelay.program.angles import Symbols
from qrelay.program.control import BitIs, Expression, RegisterIs

pyquil = pytest.importorskip("pyquil", reason="nox -s outside has an environment with pyquil")

import quil.program  # noqa: E402
from pyquil.quilatom import MemoryReference, substitute  # noqa: E402
from pyquil.quilbase import Declare, Gate, Measurement  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the simulator that is to follow it is not public yet
    from pyquil.pyqvm import PyQVM
    from pyquil.simulation import NumpyWavefunctionSimulator

FORMAT = "rigetti.quil.v1"
SHOTS = 600


def _read(data: bytes) -> Any:
    """By pyquil, which asks the parser of quil-rs; what it writes again has the same instructions."""
    text = data.decode()
    own = quil.program.Program.parse(text).to_quil()
    assert len(own.splitlines()) == len(text.splitlines())
    return pyquil.Program(text)


def _simulated(data: bytes, width: int) -> dict[int, float]:
    """Distribution of `ro`, bit i being ro[i], of programs that only measure at their end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        simulator = NumpyWavefunctionSimulator(width)
        measured: dict[int, int] = {}
        for instruction in _read(data):
            if isinstance(instruction, Gate):
                simulator.do_gate(instruction)
            elif isinstance(instruction, Measurement):
                (qubit,) = instruction.get_qubit_indices()
                assert instruction.classical_reg is not None
                assert instruction.classical_reg.name == "ro"
                measured[instruction.classical_reg.offset] = qubit
            else:
                assert isinstance(instruction, Declare)
    weights = np.abs(np.transpose(simulator.wf).reshape(-1)) ** 2
    found: dict[int, float] = {}
    for state, weight in enumerate(weights):
        memory = sum((state >> qubit & 1) << bit for bit, qubit in measured.items())
        found[memory] = found.get(memory, 0.0) + float(weight)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
def test_each_gate(name: str, turned: tuple[float, ...]) -> None:
    program = program_of(name, turned)
    data = encode(program, FORMAT).data
    found = _simulated(data, program.num_qubits)
    assert exact.same_distribution(found, distribution_of(program))
    assert exact.same_distribution(found, judge.distribution(data))


@pytest.mark.parametrize("angle", [1e-05, -2.5e-07, 1e22, 5e-324, 3.0])
def test_numbers(angle: float) -> None:
    """Read by the parser, the number is the same float."""
    program = Program(1, 1, [("rx", (0,), (angle,)), ("measure", (0,), (0,))])
    (gate,) = [item for item in _read(encode(program, FORMAT).data) if isinstance(item, Gate)]
    assert complex(gate.params[0]).real == angle


def test_permuted_partial_and_repeated_measurement() -> None:
    operations: list[Operation] = [("ry", (qubit,), (0.5 + 0.6 * qubit,)) for qubit in range(4)]
    operations += [("cx", (0, 3), ()), ("measure", (2,), (5,)), ("measure", (0,), (0,)), ("measure", (3,), (5,))]
    operations += [("measure", (0,), (4,))]
    program = Program(4, 6, operations, (Register("a", (5, 0)), Register("b", (4,))))
    data = encode(program, FORMAT).data
    found = _simulated(data, 4)
    assert exact.same_distribution(found, distribution_of(program))
    assert exact.same_distribution(found, judge.distribution(data))


BIT = Expression("bit", (0,))
FLOWS: dict[str, list[Operation]] = {
    "if and else": [
        ("if", (), (BitIs(0, value=True), (("ry", (2,), (0.7,)),), (("ry", (2,), (2.0,)),))),
    ],
    "register": [("if", (), (RegisterIs((0, 1), 2), (("x", (2,), ()),), ()))],
    "expression": [
        (
            "if",
            (),
            (
                Expression("less", (Expression("bits", (1, 0), 2), Expression("const", (2,), 2))),
                (("h", (2,), ()),),
                (("x", (2,), ()),),
            ),
        )
    ],
    "switch": [("switch", (), (BIT, (((0,), (("ry", (2,), (0.9,)),)), ((None,), (("x", (2,), ()),)))))],
    "for and break": [
        (
            "for",
            (),
            (range(3), None, (("ry", (2,), (0.6,)), ("if", (), (BitIs(1, value=True), (("break", (), ()),), ())))),
        )
    ],
    "while": [("while", (), (BitIs(0, value=False), (("ry", (0,), (2.0,)), ("measure", (0,), (0,)))))],
}


@pytest.mark.parametrize("kind", FLOWS)
def test_jumps(kind: str) -> None:
    """Shot by shot in pyquil's own virtual machine."""
    prepared: list[Operation] = [("ry", (0,), (1.3,)), ("ry", (1,), (1.9,))]
    prepared += [("measure", (0,), (0,)), ("measure", (1,), (1,))]
    program = Program(3, 3, [*prepared, *FLOWS[kind], ("measure", (2,), (2,))], (Register("c", (0, 1, 2)),))
    data = encode(program, FORMAT, final_memory=True).data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        machine = PyQVM(3, seed=7)
        machine.execute(_read(data).wrap_in_numshots_loop(SHOTS))
    rows = machine.read_memory(region_name="ro")
    assert rows.shape == (SHOTS, 3)
    counts = Counter(int(row @ (1, 2, 4)) for row in rows.astype(int))
    assert exact.p_value(counts, judge.distribution(data)) > 1e-6


@pytest.mark.parametrize("values", [(0.3, -1.2), (-2.0, 1e-05)])
def test_declared_parameters(values: tuple[float, float]) -> None:
    """pyquil puts values into the expressions; what it gets are the angles of the bound program."""
    symbols = Symbols(["a", "b"])
    a, b = symbols.parameters
    angles: list[Any] = [a, -b, 2 * a - b / 3 + 0.25, -(a + b) * -1.5e-05, a * b - -0.5]
    operations: list[Operation] = [("rx", (0,), (angle,)) for angle in angles]
    program = Program(1, 1, [*operations, ("measure", (0,), (0,))], symbols=symbols)
    read = _read(write_parametric(program))
    assert {str(item) for item in read if isinstance(item, Declare)} == {"DECLARE theta REAL[2]", "DECLARE ro BIT[1]"}
    places = {MemoryReference("theta", place, 2): value for place, value in enumerate(values)}
    found = [substitute(item.params[0], places) for item in read if isinstance(item, Gate)]
    wanted = [params[0] for name, _, params in program.bound(values).operations if name == "rx"]
    assert np.real(found) == pytest.approx(wanted, rel=1e-15)


def test_resets_are_read() -> None:
    program = Program(1, 2, [("measure", (0,), (0,)), ("reset", (0,), ()), ("x", (0,), ()), ("measure", (0,), (1,))])
    assert "RESET 0" in _read(encode(program, FORMAT).data).out()
