"""QIR judged by the QDK's simulator and by qirrunner's; `pyqir` parses and verifies the module first.

Both take text and bitcode, of the base profile and of the adaptive ones.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from judges import qir_exact

os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")

_BITCODE = b"BC\xc0\xde"


def _module(data: bytes) -> Any:
    import pyqir

    if data.startswith(_BITCODE):
        return pyqir.Module.from_bitcode(pyqir.Context(), data)
    return pyqir.Module.from_ir(pyqir.Context(), data.decode())


def verify(data: bytes) -> None:
    """Parse as LLVM IR or bitcode and run LLVM's verifier."""
    problem = _module(data).verify()
    if problem is not None:
        raise ValueError(problem)


def run(data: bytes, shots: int, seed: int = 7) -> list[Any]:
    """The recorded output of each shot as the QDK nests it: lists for arrays, tuples for tuples, of 0 and 1."""
    from qdk.simulation import run_qir

    verify(data)
    program = data if data.startswith(_BITCODE) else data.decode()
    return [_plain(shot) for shot in run_qir(program, shots=shots, seed=seed, type="cpu")]


def run_by_runner(data: bytes, shots: int, seed: int = 7) -> list[Any]:
    """The same from qirrunner, an LLVM interpreter with a simulator of its own."""
    import qirrunner

    handler = qirrunner.OutputHandler()
    qirrunner.run_bytes(_module(data).bitcode, None, shots, seed, handler.handle)
    found = []
    for shot in handler.get_output().split("END\t0")[:-1]:
        lines = [line.split("\t") for line in shot.splitlines()]
        output = iter([(words[1], int(words[2])) for words in lines if words[0] == "OUTPUT"])
        found.append(_nested(output))
        if next(output, None) is not None:
            raise ValueError("records behind the outermost one")
    if len(found) != shots:
        raise ValueError(f"{len(found)} shots of {shots} ended well")
    return found


def _nested(output: Iterator[tuple[str, int]]) -> Any:
    kind, value = next(output)
    if kind == "RESULT":
        return value
    items = [_nested(output) for _ in range(value)]
    return {"ARRAY": list, "TUPLE": tuple}[kind](items)


def strings(data: bytes, shots: int, seed: int = 7) -> Counter[str]:
    """Counts of the output read from left to right, arrays of a tuple separated by a space."""
    return Counter(_string(shot) for shot in run(data, shots, seed))


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(inner) for inner in value)
    if value == "":  # the QDK's word for no output at all
        return ()
    name = getattr(value, "name", str(value))
    return {"Zero": 0, "One": 1, "Result.Zero": 0, "Result.One": 1}[name]


def _string(shot: Any) -> str:
    if isinstance(shot, tuple):
        return " ".join(_string(inner) for inner in shot)
    return "".join(str(bit) for bit in shot)


def memories(shots: list[Any], groups: Any) -> Counter[int]:
    """Classical memory → shots."""
    return Counter(_memory(shot, groups) for shot in shots)


def distribution(data: bytes, groups: Any) -> dict[int, float] | None:
    """Classical memory → probability, of a straight-line module; None for any other."""
    verify(data)
    outputs = qir_exact.outputs(_module(data))
    if outputs is None:
        return None
    found: dict[int, float] = {}
    for output, weight in outputs:
        memory = _memory(output, groups)
        found[memory] = found.get(memory, 0.0) + weight
    return found


def _memory(output: Any, groups: Any) -> int:
    """Records come group by group, the last group first, each from its highest bit down."""
    memory = 0
    arrays = list(output) if isinstance(output, tuple) else [output]
    for (_, bits), digits in zip(reversed(groups), arrays, strict=True):
        for bit, digit in zip(reversed(bits), digits, strict=True):
            memory |= digit << bit
    return memory
