"""``QISKIT_QPY``: the input of IBM's sampler, circuits in QPY inside JSON, and the answer in the same encoding.

Source: the encoder of qiskit-ibm-runtime: a circuit is ``{"__type__": "QuantumCircuit", "__value__": …}`` with QPY,
deflated, in base64; an array likewise with NumPy's own file format. A pub is circuit, parameter values, shots.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import ControlFlowOp
from qiskit.exceptions import QiskitError

from qrelay.local.engine import Bits
from qrelay.local.refusal import ExecutionRefused
from qrelay.quieting import quietly

__all__ = ["Pub", "answer", "pubs"]

_MAX_BYTES = 1 << 28
_ANYWHERE = {"measure", "barrier", "delay", "reset"}


@dataclass(frozen=True, slots=True)
class Pub:
    """A circuit and its shots."""

    circuit: QuantumCircuit
    shots: int


@dataclass(frozen=True, slots=True)
class _Machine:
    num_qubits: int | None
    gates: frozenset[str]
    couplers: frozenset[frozenset[int]] | None


def pubs(
    document: Mapping[str, Any],
    *,
    num_qubits: int | None,
    gates: frozenset[str],
    couplers: frozenset[frozenset[int]] | None,
    shots: int,
) -> list[Pub]:
    """The circuits of a sampler's input, each in the machine's gates and on its pairs of qubits (None: all of them).

    Raises ExecutionRefused: ``InvalidInputData`` with the pub's index.
    """
    unknown = sorted(set(document) - {"pubs", "options", "version", "support_qiskit"})
    if unknown:
        raise _refused(f"input has an unknown field {unknown[0][:40]!r}")
    given = document.get("pubs")
    if not isinstance(given, list) or not given:
        raise _refused("input has no list of 'pubs'")
    options = document.get("options")
    default = options.get("default_shots") if isinstance(options, Mapping) else None
    machine = _Machine(num_qubits, gates, couplers)
    return [_pub(index, pub, machine, default or shots) for index, pub in enumerate(given)]


def _pub(index: int, pub: Any, machine: _Machine, shots: int) -> Pub:
    where = f"pubs[{index}]"
    parts = pub if isinstance(pub, list) else [pub]
    if not 1 <= len(parts) <= 3:
        raise _refused(f"{where} is not circuit, parameter values, shots")
    own = parts[2] if len(parts) == 3 and parts[2] is not None else shots
    if type(own) is not int or own < 1:
        raise _refused(f"{where}: shots are {own!r:.40}, not a whole number above zero")
    circuit = _circuit(parts[0], where)
    if circuit.parameters:
        raise _refused(f"{where}: parameters without values: {', '.join(p.name for p in circuit.parameters)[:80]}")
    if machine.num_qubits is not None and circuit.num_qubits > machine.num_qubits:
        raise _refused(f"{where}: {circuit.num_qubits} qubits; the machine has {machine.num_qubits}")
    if not circuit.num_clbits:
        raise _refused(f"{where}: the circuit has no classical registers to sample")
    _check_gates(circuit, list(range(circuit.num_qubits)), machine, where)
    return Pub(circuit, own)


def _circuit(value: Any, where: str) -> QuantumCircuit:
    if not isinstance(value, Mapping) or value.get("__type__") != "QuantumCircuit":
        raise _refused(f"{where}: the circuit is no encoded QuantumCircuit")
    try:
        packed = base64.standard_b64decode(value["__value__"])
        inflating = zlib.decompressobj()
        data = inflating.decompress(packed, _MAX_BYTES)
        if inflating.unconsumed_tail:
            raise _refused(f"{where}: the circuit is longer than {_MAX_BYTES} bytes")
        circuits = quietly(lambda: qpy.load(io.BytesIO(data)), UserWarning, DeprecationWarning)
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error, QiskitError, EOFError, OverflowError) as error:
        raise _refused(f"{where}: the circuit cannot be read as QPY: {str(error)[:200]}") from None
    if len(circuits) != 1 or not isinstance(circuits[0], QuantumCircuit):
        raise _refused(f"{where}: QPY of {len(circuits)} circuits, not of one")
    return circuits[0]


def _check_gates(circuit: QuantumCircuit, places: Sequence[int], machine: _Machine, where: str) -> None:
    """``places`` are the machine's numbers of the circuit's qubits."""
    own = dict(zip(circuit.qubits, places, strict=True))
    for index, item in enumerate(circuit.data):
        operation = item.operation
        qubits = [own[qubit] for qubit in item.qubits]
        if isinstance(operation, ControlFlowOp):
            for block in operation.blocks:
                _check_gates(block, qubits, machine, where)
        elif operation.name not in machine.gates and operation.name not in _ANYWHERE:
            raise _refused(f"{where}: instruction {index} ({operation.name}) is not one of the machine's")
        elif (
            len(qubits) == 2
            and operation.name not in _ANYWHERE
            and machine.couplers is not None
            and frozenset(qubits) not in machine.couplers
        ):
            raise _refused(f"{where}: instruction {index} ({operation.name}) on {qubits}, which are not coupled")


def answer(sampled: Sequence[tuple[QuantumCircuit, Bits]], *, encoded: bool) -> bytes:
    """The sampler's result: for each pub an array of bytes for each register, highest bits first.

    Unless ``encoded``, as ``support_qiskit`` asks for, plain JSON with a number in hexadecimal digits for each shot.
    """
    if encoded:
        results = [_typed("SamplerPubResult", {"data": _data(*one), "metadata": {}}) for one in sampled]
        whole = _typed("PrimitiveResult", {"pub_results": results, "metadata": {"version": 2}})
    else:
        whole = {"results": [{"data": _samples(*one), "metadata": {}} for one in sampled], "metadata": {"version": 2}}
    return json.dumps(whole, separators=(",", ":")).encode()


def _registers(circuit: QuantumCircuit, bits: Bits) -> Iterator[tuple[str, Bits]]:
    """Each register's shots, the highest bit first."""
    places = {bit: index for index, bit in enumerate(circuit.clbits)}
    for register in circuit.cregs:
        if register.size:
            yield register.name, bits[:, [places[bit] for bit in register]][:, ::-1]


def _samples(circuit: QuantumCircuit, bits: Bits) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, columns in _registers(circuit, bits):
        words = [hex(int("".join(map(str, row)), 2)) for row in columns.tolist()]
        found[name] = {"samples": words, "num_bits": columns.shape[1]}
    return found


def _data(circuit: QuantumCircuit, bits: Bits) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, columns in _registers(circuit, bits):
        padded = np.pad(columns, ((0, 0), (-columns.shape[1] % 8, 0)))
        fields[name] = _typed("BitArray", {"array": _array(np.packbits(padded, axis=1)), "num_bits": columns.shape[1]})
    return _typed("DataBin", {"field_names": list(fields), "field_types": [], "shape": [], "fields": fields})


def _array(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return _typed("ndarray", base64.standard_b64encode(zlib.compress(buffer.getvalue())).decode())


def _typed(name: str, value: Any) -> dict[str, Any]:
    return {"__type__": name, "__value__": value}


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
