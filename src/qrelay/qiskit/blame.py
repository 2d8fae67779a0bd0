"""Which circuit of a list an error is about, and which operation, where the transpiler has been at work in between."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qrelay.cloud.preparing import place_in_list
from qrelay.cloud.writing import own_options
from qrelay.errors import UnsupportedCircuit
from qrelay.formats import choose
from qrelay.qiskit.reader import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qiskit import QuantumCircuit

    from qrelay.cloud.target import Target
    from qrelay.program import Program

__all__ = ["explain", "numbered", "read_fitted"]

_TRANSPILED = "The index is that of the circuit after transpiling."


@contextmanager
def numbered(number: int, circuits: Sequence[QuantumCircuit]) -> Iterator[None]:
    """Around what is done to one circuit of several: its refusal says which one it is."""
    try:
        yield
    except UnsupportedCircuit as error:
        _number(error, number, circuits)
        raise


def read_fitted(sent: QuantumCircuit, circuit: QuantumCircuit) -> Program:
    """Read a circuit as the transpiler left it. What is refused has its index in the user's own circuit."""
    try:
        return read(sent)
    except UnsupportedCircuit as error:
        if sent is circuit or error.index is None:
            raise
        try:
            read(circuit)
        except UnsupportedCircuit as own:
            if own.operation == error.operation:
                raise own from None
        error.add_note(_TRANSPILED)
        raise


def explain(
    error: UnsupportedCircuit,
    circuits: Sequence[QuantumCircuit],
    fitted: Sequence[QuantumCircuit],
    formats: Sequence[str],
    device: Target,
) -> None:
    """Raise the refusal that the untouched circuit gets, whose index the user can look up; add which circuit it is.

    Returns, and leaves `error` as it is, if the untouched circuit shows no fault of its own. `fitted` are the circuits
    as they were to be sent. Nothing but failures pays for writing the programs once more.
    """
    options = own_options(device, formats)  # as they were written with: a target that takes less refuses more
    for number, (circuit, sent) in enumerate(zip(circuits, fitted, strict=True)):
        refused = _refusal(sent, formats, options)
        if refused is None:
            continue
        own = error if sent is circuit else _refusal(circuit, formats, options)
        if own is None or own.index is None:
            error.add_note(_TRANSPILED)
            own = error
        _number(own, number, circuits)
        if own is not error:
            raise own from error
        return


def _number(error: UnsupportedCircuit, number: int, circuits: Sequence[QuantumCircuit]) -> None:
    note = place_in_list(number, circuits[number].name)
    if len(circuits) > 1 and note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _refusal(circuit: QuantumCircuit, formats: Sequence[str], options: dict[str, Any]) -> UnsupportedCircuit | None:
    try:
        choose(read(circuit), formats, **options)
    except UnsupportedCircuit as error:
        return error
    return None
