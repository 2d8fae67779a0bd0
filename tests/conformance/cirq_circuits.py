"""Cirq circuits drawn at random: the whole repertoire of gates, keys of every sort, and classical control."""

from __future__ import annotations

from typing import Any

import cirq
import numpy as np
import sympy
from hypothesis import assume
from hypothesis import strategies as st

__all__ = ["POWERS", "deciding_circuits", "mirrored_circuits", "straight_circuits"]

KEYS = ("m", "pi", "a b", "β", "2cr", "crz", "c_{reg}", "q", "if", "x:y", "")

exponents = st.sampled_from([1.0, -1.0, 0.5, -0.5, 0.25, 0.0, 2.0, 1, 1.5]) | st.floats(-4, 4, allow_subnormal=False)
_shifts = st.sampled_from([0.0, 0.0, -0.5, 0.3])

POWERS: dict[int, tuple[Any, ...]] = {
    1: (cirq.XPowGate, cirq.YPowGate, cirq.ZPowGate, cirq.HPowGate),
    2: (
        *(cirq.CXPowGate, cirq.CZPowGate, cirq.SwapPowGate, cirq.ISwapPowGate),
        *(cirq.XXPowGate, cirq.YYPowGate, cirq.ZZPowGate),
    ),
    3: (cirq.CCXPowGate, cirq.CCZPowGate),
}


@st.composite
def straight_circuits(draw: Any, most_qubits: int = 4) -> cirq.Circuit:
    """Gates, then measurements: under several keys and repeated ones, permuted, partial, with invert masks."""
    qubits = _places(draw, most_qubits)
    circuit = cirq.Circuit(_gate(draw, qubits) for _ in range(draw(st.integers(0, 7))))
    sizes: dict[str, int] = {}
    for _ in range(draw(st.integers(0, 3))):
        circuit.append(_measurement(draw, qubits, sizes), strategy=cirq.InsertStrategy.NEW)
    return circuit


@st.composite
def mirrored_circuits(draw: Any, most_qubits: int = 4) -> cirq.Circuit:
    """Gates, the same gates undone, and every qubit measured: all zeros."""
    qubits = _places(draw, most_qubits)
    there = cirq.Circuit(_gate(draw, qubits) for _ in range(draw(st.integers(1, 5))))
    back = cirq.inverse(there)
    # Cirq's inverses of five Clifford gates lack a phase, which can be seen under a control
    matrix = (there + back).unitary(qubits, qubits, dtype=np.complex128)
    assume(abs(np.trace(matrix)) > len(matrix) - 1e-5)
    return there + back + cirq.Circuit(cirq.measure(*draw(st.permutations(qubits)), key="m"))


@st.composite
def deciding_circuits(draw: Any, most_qubits: int = 3) -> cirq.Circuit:
    """Measurements midway, resets, and operations that depend on keys: by number, bit mask or formula."""
    qubits = _places(draw, most_qubits)
    sizes: dict[str, int] = {}
    times: dict[str, int] = {}
    ops: list[cirq.Operation] = [_gate(draw, qubits)]
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(("gate", "gate", "measure", "measure", "reset", "if", "if", "if")))
        if kind == "measure" and len(times) + sum(times.values()) < 6:
            ops.append(_measurement(draw, qubits, sizes))
            key = str(cirq.measurement_key_obj(ops[-1]))
            times[key] = times.get(key, 0) + 1
        elif kind == "reset":
            ops.append(cirq.reset(draw(st.sampled_from(qubits))))
        elif kind == "if" and sizes:
            guarded = _gate(draw, qubits)
            if draw(st.integers(0, 3)) == 0:
                guarded = cirq.reset(draw(st.sampled_from(qubits)))
            conditions = [_condition(draw, sizes, times) for _ in range(draw(st.integers(1, 2)))]
            ops.append(guarded.with_classical_controls(*conditions))
        else:
            ops.append(_gate(draw, qubits))
    if not sizes or draw(st.booleans()):
        ops.append(_measurement(draw, qubits, sizes))
    return cirq.Circuit(ops, strategy=cirq.InsertStrategy.NEW)


def _places(draw: Any, most: int) -> list[cirq.Qid]:
    count = draw(st.integers(1, most))
    kinds: list[list[cirq.Qid]] = [
        list(cirq.LineQubit.range(count)),
        list(cirq.GridQubit.rect(2, 2))[:count],
        [cirq.NamedQubit(f"q{9 + index}") for index in range(count)],
        [cirq.LineQubit(-3 * index) for index in range(count)],
        [cirq.NamedQubit("a"), cirq.LineQubit(5), cirq.GridQubit(0, 1), cirq.NamedQubit("β")][:count],
    ]
    return list(draw(st.permutations(draw(st.sampled_from(kinds)))))


def _number(draw: Any) -> float:
    value: float = draw(exponents)
    return value


def _gate(draw: Any, qubits: list[cirq.Qid]) -> cirq.Operation:
    kind = draw(st.sampled_from(("power",) * 4 + tuple(_KINDS)))
    gate = _KINDS.get(kind, _power)(draw, len(qubits))
    if isinstance(gate, cirq.Operation):
        return gate
    if gate is None or cirq.num_qubits(gate) > len(qubits):
        gate = cirq.X ** _number(draw)
    op: cirq.Operation = gate.on(*draw(st.permutations(qubits))[: cirq.num_qubits(gate)])
    rest = [qubit for qubit in qubits if qubit not in op.qubits]
    dressing = draw(st.sampled_from(("", "", "", "control", "controls", "tag", "circuit")))
    if dressing.startswith("control") and rest:
        controls = rest[: draw(st.integers(1, len(rest)))]
        if dressing == "controls":
            rows = st.tuples(*[st.integers(0, 1)] * len(controls))
            products = draw(st.lists(rows, min_size=1, max_size=3, unique=True))
            return op.controlled_by(*controls, control_values=cirq.SumOfProducts(products))
        values = [draw(st.sampled_from((0, 1, (0, 1)))) for _ in controls]
        return op.controlled_by(*controls, control_values=values)
    if dressing == "tag":
        return op.with_tags("tagged")
    if dressing == "circuit":
        return cirq.CircuitOperation(
            cirq.FrozenCircuit(op), use_repetition_ids=False, repetitions=draw(st.integers(-2, 2))
        )
    return op


def _power(draw: Any, count: int) -> Any:
    kinds = [kind for size in range(1, count + 1) for kind in POWERS.get(size, ())]
    return draw(st.sampled_from(kinds))(exponent=_number(draw), global_shift=draw(_shifts))


def _matrix(draw: Any, count: int) -> Any:
    size = 2 ** draw(st.integers(1, min(3, count)))
    return cirq.MatrixGate(cirq.testing.random_unitary(size, random_state=draw(st.integers(0, 99))))


def _phasor(draw: Any, count: int) -> Any:
    paulis = cirq.DensePauliString(draw(st.text("IXYZ", min_size=1, max_size=count)), coefficient=draw(_SIGNS))
    return cirq.PauliStringPhasorGate(paulis, exponent_neg=_number(draw), exponent_pos=_number(draw))


_SIGNS = st.sampled_from([1, -1])

_KINDS: dict[str, Any] = {
    "rotation": lambda draw, count: draw(st.sampled_from((cirq.rx, cirq.ry, cirq.rz)))(_number(draw)),
    "phased x": lambda draw, count: cirq.PhasedXPowGate(
        phase_exponent=_number(draw), exponent=_number(draw), global_shift=draw(_shifts)
    ),
    "phased xz": lambda draw, count: cirq.PhasedXZGate(
        x_exponent=_number(draw), z_exponent=_number(draw), axis_phase_exponent=_number(draw)
    ),
    "fsim": lambda draw, count: cirq.FSimGate(_number(draw), _number(draw)),
    "phased fsim": lambda draw, count: cirq.PhasedFSimGate(_number(draw), _number(draw), 0.4, -0.7, _number(draw)),
    "phased iswap": lambda draw, count: cirq.PhasedISwapPowGate(phase_exponent=_number(draw), exponent=_number(draw)),
    "ms": lambda draw, count: cirq.ms(_number(draw)),
    "swap of three": lambda draw, count: cirq.CSWAP,
    "matrix": _matrix,
    "phasor": _phasor,
    "pauli string": lambda draw, count: cirq.DensePauliString(
        draw(st.text("IXYZ", min_size=1, max_size=count)), coefficient=draw(st.sampled_from([1, -1, 1j]))
    ),
    "pauli interaction": lambda draw, count: cirq.PauliInteractionGate(
        cirq.X, draw(st.booleans()), cirq.Y, draw(st.booleans()), exponent=_number(draw)
    ),
    "diagonal": lambda draw, count: cirq.TwoQubitDiagonalGate([_number(draw) for _ in range(4)]),
    "diagonal of three": lambda draw, count: cirq.ThreeQubitDiagonalGate([_number(draw) for _ in range(8)]),
    "qft": lambda draw, count: cirq.QuantumFourierTransformGate(draw(st.integers(1, count))),
    "permutation": lambda draw, count: cirq.QubitPermutationGate(draw(st.permutations(range(max(2, count))))),
    "parallel": lambda draw, count: cirq.ParallelGate(cirq.Y ** _number(draw), draw(st.integers(1, count))),
    "identity": lambda draw, count: cirq.IdentityGate(draw(st.integers(1, count))),
    "phase": lambda draw, count: cirq.global_phase_operation(np.exp(1j * _number(draw))),
    "clifford": lambda draw, count: draw(st.sampled_from(cirq.SingleQubitCliffordGate.all_single_qubit_cliffords)),
}


def _measurement(draw: Any, qubits: list[cirq.Qid], sizes: dict[str, int]) -> cirq.Operation:
    key = draw(st.sampled_from(KEYS))
    size = sizes.setdefault(key, draw(st.integers(1, min(3, len(qubits)))))
    where = draw(st.permutations(qubits))[:size]
    mask = tuple(draw(st.lists(st.booleans(), max_size=size)))
    return cirq.measure(*where, key=cirq.MeasurementKey.parse_serialized(key), invert_mask=mask)


def _condition(draw: Any, sizes: dict[str, int], times: dict[str, int]) -> Any:
    key = draw(st.sampled_from(sorted(sizes)))
    index = draw(st.sampled_from((-1, -1, 0, times[key] - 1)))
    kind = draw(st.sampled_from(("key", "mask", "formula", "formula of two")))
    if kind == "key":
        return cirq.KeyCondition(cirq.MeasurementKey.parse_serialized(key), index=index)
    most = 2 ** sizes[key] - 1
    if kind == "mask":
        return cirq.BitMaskKeyCondition(
            cirq.MeasurementKey.parse_serialized(key),
            index=index,
            target_value=draw(st.integers(0, most)),
            equal_target=draw(st.booleans()),
            bitmask=draw(st.none() | st.integers(0, most)),
        )
    names = [one for one in sorted(sizes) if one.isascii() and one.isidentifier() and one not in ("pi", "if", "crz")]
    if not names:
        return cirq.KeyCondition(cirq.MeasurementKey.parse_serialized(key))
    first, second = (sympy.Symbol(draw(st.sampled_from(names))) for _ in range(2))
    value = draw(st.integers(0, 3))
    if kind == "formula":
        return draw(st.sampled_from((sympy.Eq(first, value), first > value, first <= value, first * 2 - value)))
    return draw(st.sampled_from((sympy.Eq(first, second), first + second > value, sympy.Ne(first, second))))
