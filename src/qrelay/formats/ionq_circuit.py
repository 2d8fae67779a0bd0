"""`ionq.circuit.v1` and `IONQ_CIRCUIT_V1`, gateset `qis`: IonQ's own JSON, written as text: dictionaries would cost
three times that.

Gate names: docs.ionq.com, "Writing quantum programs" (any gate but swap takes up to seven controls), Azure's page on
the IonQ provider for xx, yy, zz. Rotations are in radians, `rotation` of xx, yy, zz being θ in exp(-iθ/2 · PP).
Measurements are not sent: the answer covers all qubits, and the layout says which qubit each bit reads.
`IONQ_CIRCUIT_V1` is the same on the Kipu Quantum Hub, and carries the layout as `traveling` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.straight import straight
from qrelay.formats.traveling import layout_registers
from qrelay.program import Operation, Program
from qrelay.program.gates import GATES as TABLE

__all__ = ["GATES", "write", "write_with_layout"]

# our name → IonQ's name, number of controls (which come first among our qubits)
_NAMES: dict[str, tuple[str, int]] = {
    **{name: (name, 0) for name in ("x", "y", "z", "h", "s", "t", "rx", "ry", "rz", "swap")},
    "sdg": ("si", 0),
    "tdg": ("ti", 0),
    "sx": ("v", 0),
    "sxdg": ("vi", 0),
    "rxx": ("xx", 0),
    "ryy": ("yy", 0),
    "rzz": ("zz", 0),
    "cx": ("x", 1),
    "cy": ("y", 1),
    "cz": ("z", 1),
    "ch": ("h", 1),
    "cs": ("s", 1),
    "csdg": ("si", 1),
    "csx": ("v", 1),
    "crx": ("rx", 1),
    "cry": ("ry", 1),
    "crz": ("rz", 1),
    "ccx": ("x", 2),
    "ccz": ("z", 2),
    "c3x": ("x", 3),
    "c3sx": ("v", 3),
    "c4x": ("x", 4),
}
GATES = frozenset(_NAMES)
"""Gates with a word of their own."""

_TURNS = frozenset(name for name in GATES if TABLE[name].num_params)


def write(program: Program) -> bytes:
    """Write a program as IonQ's JSON.

    The global phase and the final measurements are left out; the layout keeps the latter.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    return _document(program, "ionq.circuit.v1", "")


def write_with_layout(program: Program) -> bytes:
    """Write a program as IonQ's JSON with the layout among its `registers`. Otherwise as `write`."""
    registers = json.dumps(layout_registers(program.layout), separators=(",", ":"))
    return _document(program, "IONQ_CIRCUIT_V1", f',"registers":{registers}')


def _document(program: Program, format_name: str, more: str) -> bytes:
    body = ",".join(_items(straight(program, GATES, format_name).gates))
    if "nan" in body or "inf" in body:
        refuse_infinite(program, GATES)
    return f'{{"gateset":"qis","qubits":{program.num_qubits},"circuit":[{body}]{more}}}'.encode()


class _Items(dict[tuple[int, ...], str]):
    """The JSON of one gate by its qubits, up to where a rotation or the closing brace follows."""

    def __init__(self, name: str) -> None:
        self._name, self._controls = _NAMES[name]
        self._end = ',"rotation":' if name in _TURNS else "}"

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        controls = ",".join(map(str, qubits[: self._controls]))
        targets = ",".join(map(str, qubits[self._controls :]))
        more = f',"controls":[{controls}]' if controls else ""
        item = self[qubits] = f'{{"gate":"{self._name}","targets":[{targets}]{more}{self._end}'
        return item


def _items(gates: Sequence[Operation]) -> list[str]:
    items: list[str] = []
    add = items.append
    by_name = {name: _Items(name) for name in GATES}
    for name, qubits, params in gates:
        if params:
            add(f"{by_name[name][qubits]}{params[0]!r}}}")
        else:
            add(by_name[name][qubits])
    return items
