"""What cannot run is refused by name and place, before anything else happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import qrelay
from qrelay.errors import QrelayError, UnboundParameters, UnsupportedCircuit

cirq = pytest.importorskip("cirq")

from qrelay.cirq.reader import read  # noqa: E402

A, B, C = cirq.LineQubit.range(3)
S, T = sympy.symbols("s t")


def _sub(op: Any) -> Any:
    return cirq.CircuitOperation(cirq.FrozenCircuit(op), use_repetition_ids=False)


PARAMETRIC: dict[str, Any] = {
    "x": cirq.X(A) ** S,
    "rx": cirq.rx(S).on(A),
    "rz": cirq.rz(2 * S + 1).on(A),
    "cz": cirq.CZ(A, B) ** (S / 2),
    "phased xz": cirq.PhasedXZGate(x_exponent=0.1, z_exponent=S, axis_phase_exponent=0.3).on(A),
    "fsim": cirq.FSimGate(0.1, S).on(A, B),
    "phase gradient": cirq.PhaseGradientGate(num_qubits=2, exponent=S).on(A, B),
    "wait": cirq.wait(A, nanos=S),
    "global phase": cirq.GlobalPhaseGate(S).on(),
    "diagonal": cirq.TwoQubitDiagonalGate([S, 0, 0, 0]).on(A, B),
    "controlled": cirq.rx(S).on(A).controlled_by(B),
    "conditional": cirq.rx(S).on(A).with_classical_controls("k"),
    "tagged": (cirq.X(A) ** S).with_tags("t"),
    "inside": _sub(cirq.X(A) ** S),
    "phasor": cirq.PauliStringPhasor(cirq.X(A) * cirq.Z(B), exponent_neg=S),
}


@pytest.mark.parametrize("name", PARAMETRIC)
def test_p14_unbound_symbols_are_refused_by_name(name: str) -> None:
    """All of the circuit's at once; and none is left when they have values."""
    circuit = cirq.Circuit(cirq.measure(C, key="k"), PARAMETRIC[name], cirq.ry(T)(C))
    with pytest.raises(UnboundParameters) as caught:
        read(circuit)
    assert caught.value.names == ("s", "t")
    assert "s, t" in str(caught.value)
    value = 1 if name == "global phase" else 0.37
    read(cirq.resolve_parameters(circuit, {"s": value, "t": 0.2}))


def test_a_symbol_that_cancels_is_none() -> None:
    assert read(cirq.Circuit(cirq.rx(S - S + 0.5)(A), (cirq.Z ** (S / S))(A))).num_qubits == 1


class _Mystery(cirq.Gate):
    def _num_qubits_(self) -> int:
        return 2


class _Endless(cirq.Gate):
    def _num_qubits_(self) -> int:
        return 1

    def _decompose_(self, qubits: Any) -> Any:
        return [cirq.reset(qubits[0]), _Endless().on(*qubits)]


class _Broken(cirq.Gate):
    def _num_qubits_(self) -> int:
        return 1

    def _decompose_(self, qubits: Any) -> Any:
        return cirq.X(qubits[0]) ** (1 / (cirq.num_qubits(self) - 1))


class _Wide(cirq.Gate):
    """Known by its matrix only."""

    def __init__(self, size: int) -> None:
        self._size = size

    def _num_qubits_(self) -> int:
        return self._size

    def _unitary_(self) -> Any:
        return np.eye(2**self._size)[::-1]


class _Unnamed(cirq.Operation):
    """An operation without a gate."""

    qubits = (A,)

    def with_qubits(self, *new_qubits: Any) -> Any:
        return self


def _xz(number: Any) -> Any:
    return cirq.PhasedXZGate(x_exponent=0.1, z_exponent=number, axis_phase_exponent=0).on(A)


CONFUSED = {(0,): np.array([[0.9, 0.1], [0.2, 0.8]])}
REFUSED: dict[str, tuple[Any, str, str]] = {
    "depolarize": (cirq.depolarize(0.1)(A), "DepolarizingChannel", "neither a gate, a measurement nor a reset"),
    "amplitude damping": (cirq.amplitude_damp(0.1)(A), "AmplitudeDampingChannel", "channels and noise"),
    "sometimes": (cirq.X(A).with_probability(0.5), "RandomGateChannel", "channels and noise"),
    "kraus": (cirq.KrausChannel([np.eye(2)], key="k")(A), "KrausChannel", "channels and noise"),
    "preparation": (cirq.StatePreparationChannel(np.array([0, 1]))(A), "StatePreparationChannel", "channels"),
    "confusion map": (cirq.measure(A, key="m", confusion_map=CONFUSED), "MeasurementGate", "confusion_map"),
    "mystery": (_Mystery().on(A, B), "_Mystery", "no decomposition"),
    "mystery inside": (_sub(_Mystery()(A, B)), "_Mystery", "no decomposition"),
    "mystery, guarded": (_Mystery().on(A, B).with_classical_controls("k"), "_Mystery", "no decomposition"),
    "not unitary": ((2 * cirq.X(A) * cirq.Z(B)), "DensePauliString", "no decomposition"),
    "matrix that is not unitary": (
        cirq.MatrixGate(np.diag([1, 0.5]), unitary_check=False)(A),
        "MatrixGate",
        "not unitary",
    ),
    "matrix without numbers": (cirq.DiagonalGate([0, 1, 2, np.nan])(A, B), "DiagonalGate", "not unitary"),
    "keys that become one": (
        _sub(
            _sub([cirq.measure(A, key="p"), cirq.measure(B, key="q")]).replace(measurement_key_map={"p": "r"})
        ).replace(measurement_key_map={"q": "r"}),
        "CircuitOperation",
        "Cirq cannot map: Collision",
    ),
    "one time and a half": (
        cirq.CircuitOperation(
            cirq.FrozenCircuit(cirq.X(A)), repetitions=sympy.Rational(3, 2), use_repetition_ids=False
        ),
        "CircuitOperation",
        "is repeated 3/2 times",
    ),
    "wait of no time": (cirq.wait(A, nanos=np.nan), "WaitGate", "no real number"),
    "phase of no number": (cirq.GlobalPhaseGate(sympy.nan)(), "GlobalPhaseGate", "no real number"),
    "endless": (_Endless().on(A), "_Endless", "decomposed into itself"),
    "broken": (_Broken().on(A), "_Broken", "division by zero"),
    "wide": (_Wide(7).on(*cirq.LineQubit.range(7)), "_Wide", "by its matrix only, and acts on 7 qubits"),
    "wider": (_Wide(9).on(*cirq.LineQubit.range(9)), "_Wide", "by its matrix only, and acts on 9 qubits"),
    "no gate": (_Unnamed(), "_Unnamed", "no decomposition"),
    "qudit": (cirq.X(A).controlled_by(cirq.LineQid(9, 3), control_values=[2]), "ControlledGate", "of 3 levels"),
    "measured qudit": (cirq.measure(cirq.LineQid(9, 4), key="m"), "MeasurementGate", "of 4 levels"),
    "complex": (_xz(0.3 + 1j), "PhasedXZGate", "no real number"),
    "complex of NumPy": (_xz(np.complex128(1j)), "PhasedXZGate", "no real number"),
    "imaginary": (_xz(sympy.I), "PhasedXZGate", "no real number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_p14_what_is_no_program_is_refused_by_name_and_place(name: str) -> None:
    op, word, why = REFUSED[name]
    circuit = cirq.Circuit(
        cirq.Moment(cirq.H(C)),
        cirq.Moment(cirq.measure(C, key="k")),
        cirq.Moment(cirq.ISWAP(A, B) ** 0.3),
        cirq.Moment(op),
    )
    with pytest.raises(UnsupportedCircuit, match=why) as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == (word, 3)
    assert str(caught.value).startswith(f"Operation 3, {word!r}, ")
    assert str(caught.value).endswith(".")


def test_the_front_door_takes_circuits_of_cirq() -> None:
    circuit = cirq.Circuit(cirq.H(A), cirq.measure(A, key="m"))
    for each in (circuit, circuit.freeze()):
        program = qrelay.read(each)
        assert [name for name, _, _ in program.operations] == ["h", "measure"]
        assert qrelay.encode(each, "ionq.circuit.v1").layout == program.layout
    with pytest.raises(UnsupportedCircuit, match=r"cirq\.circuits\.moment\.Moment is no circuit"):
        qrelay.read(circuit[0])
    with pytest.raises(QrelayError, match=r"cirq\.Circuit or a Program"):
        qrelay.read(42)
