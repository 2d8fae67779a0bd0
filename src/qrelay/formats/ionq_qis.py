"""IonQ's gateset `qis` as text: dictionaries would cost three times that.

Gate names: docs.ionq.com, "Writing quantum programs" (any gate but swap takes up to seven controls), Azure's page on
the IonQ provider for xx, yy, zz. Rotations are in radians, `rotation` of xx, yy, zz being θ in exp(-iθ/2 · PP).

`pauliexp` is exp(-i · time · Σ coefficient · term), a term's last letter on the first target, as qiskit-ionq 1.1 and
cirq-ionq 1.7 send it. IonQ wants no negative time (PennyLane-IonQ's pull request 162), so the time goes into the
coefficients, all of it, whatever its sign: then it may be a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.pieces import ITEMS_AT_ONCE, joined
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.controlled import MOST_CONTROLS, controlled_name
from qrelay.program.gates import GATES as TABLE

__all__ = ["GATES", "circuit"]

_WORDS = {name: name for name in ("x", "y", "z", "h", "s", "t", "rx", "ry", "rz")}
_WORDS |= {"sdg": "si", "tdg": "ti", "sx": "v", "sxdg": "vi"}

# our name → IonQ's name, number of controls (which come first among our qubits)
_NAMES: dict[str, tuple[str, int]] = {
    "swap": ("swap", 0),
    "rxx": ("xx", 0),
    "ryy": ("yy", 0),
    "rzz": ("zz", 0),
    **{
        controlled_name(ours, controls): (word, controls)
        for ours, word in _WORDS.items()
        for controls in range(MOST_CONTROLS + 1)
    },
}
GATES = frozenset(_NAMES) | {"pauliexp"}
"""Gates with a word of their own."""

_TURNS = frozenset(name for name in _NAMES if TABLE[name].num_params)


def circuit(program: Program, format_name: str, pauliexp: str, head: str, end: str) -> bytes:
    """The JSON of all gates, with commas between them, after `head` and before `end`.

    `pauliexp` is the receiver's word for that gate.

    Raises UnsupportedCircuit, naming the operation and its index; see `straight` for the rules.
    """
    text = joined(_items(straight(program, GATES, format_name).gates, pauliexp), head, end)
    if text is None:
        refuse_infinite(program, GATES)
        raise AssertionError("a number that is not finite came from nowhere")
    return text


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


def _items(gates: Sequence[Operation], pauliexp: str) -> Iterator[list[str]]:
    by_name = {name: _Items(name) for name in _NAMES}
    for start in range(0, len(gates), ITEMS_AT_ONCE):
        items: list[str] = []
        add = items.append
        for name, qubits, params in gates[start : start + ITEMS_AT_ONCE]:
            if not params:
                add(by_name[name][qubits])
            elif name == "pauliexp":
                items += _paulis(pauliexp, qubits, *params)
            else:
                add(f"{by_name[name][qubits]}{params[0]!r}}}")
        yield items


def _paulis(
    word: str, qubits: Sequence[int], terms: Sequence[str], coefficients: Sequence[float], time: float
) -> list[str]:
    """The gate without terms that are a global phase; nothing if there are no others."""
    kept = [(term, time * value) for term, value in zip(terms, coefficients, strict=True) if set(term) != {"I"}]
    if not kept:
        return []
    words = ",".join([f'"{term}"' for term, _ in kept])
    numbers = ",".join([repr(value) for _, value in kept])
    targets = ",".join(map(str, qubits))
    return [f'{{"gate":"{word}","targets":[{targets}],"terms":[{words}],"coefficients":[{numbers}],"time":1.0}}']
