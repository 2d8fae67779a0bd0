"""Circuit ↔ payload, for people who want just that: `read`, `encode`, `template`, `decode`.

On the top floor because it knows the frameworks' readers; each is imported only when a circuit of its framework comes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qrelay.errors import ConfigurationError, InvalidOption, UnsupportedCircuit
from qrelay.formats import Payload, Template, formats_of, probe, ready_made
from qrelay.formats import encode as encode_program
from qrelay.formats import template as template_of_program
from qrelay.program import Layout, Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from qrelay.results import Document, Outcome

__all__ = ["decode", "encode", "read", "template"]


def read(circuit: Any, *, symbolic: bool = False) -> Program:
    """Read a circuit of a framework that qrelay knows. A Program is returned as it is.

    Args:
        symbolic: leave parameters open; the program has them as `parameters`, and `bound` gives them values.

    Raises:
        UnsupportedCircuit: it is no circuit, or holds an operation that cannot be read (with name and index).
        UnboundParameters: it has parameters without a value.
    """
    if isinstance(circuit, Program):
        return circuit
    if "qiskit" in sys.modules:  # an instance of its class cannot exist before
        from qiskit import QuantumCircuit

        if isinstance(circuit, QuantumCircuit):
            from qrelay.qiskit.reader import read as read_qiskit

            return read_qiskit(circuit, symbolic=symbolic)
    if "cirq" in sys.modules:
        from cirq import AbstractCircuit

        if isinstance(circuit, AbstractCircuit):
            from qrelay.cirq.reader import read as read_cirq

            return read_cirq(circuit, symbolic=symbolic)
    if isinstance(circuit, Template):
        raise UnsupportedCircuit("A Template is written already, but for its values: template.bind(values).")
    if isinstance(circuit, Payload):
        raise UnsupportedCircuit(f"A Payload is written already, as {circuit.format}: submit it to an account.")
    kind = f"{type(circuit).__module__}.{type(circuit).__qualname__}"
    more = " Pass the circuits of a list one by one." if isinstance(circuit, list | tuple) else ""
    raise UnsupportedCircuit(
        f"{kind} is no circuit that qrelay reads. Pass a QuantumCircuit, a cirq.Circuit or a Program.{more}"
    )


def encode(circuit: Any, format: str, *, engine: str | None = None, **options: Any) -> Payload:  # noqa: A002 - the services' own word
    """Write a circuit or Program in a service's format, such as `qir.v1`. Options as in `qrelay.formats`.

    A program that is written already (QIR, OpenQASM or Quil as text, Q# compiled by the QDK, a vendor's JSON, a pulser
    Sequence …) passes through; its options are those of `qrelay.formats.ready_made`, such as `layout`.

    `engine="qiskit-qir"` has that package write `qir.v1`, where it is installed (Qiskit 1.x); without it qrelay writes.

    Raises:
        InvalidOption, UnsupportedCircuit, UnboundParameters: before anything is sent anywhere.
        ConfigurationError: the engine is not installed.
    """
    if engine is not None:
        return _encode_by(engine, read(circuit), format, options)
    if not _is_circuit(circuit) and (isinstance(circuit, str | bytes | bytearray | Mapping) or formats_of(circuit)):
        return ready_made(circuit, format, **_ready_made_options(options))
    return encode_program(read(circuit), format, **options)


def template(
    circuit: Any,
    format: str,  # noqa: A002 - the services' own word
    **options: Any,
) -> Template:
    """Write a circuit with parameters once, to be bound many times. Options as `encode` takes them.

    The parameters are in the order of Qiskit's `circuit.parameters`, Cirq's sorted by name. What can only be read once
    numbers stand in it (a gate that the framework synthesises from its matrix, for instance) is bound by the framework,
    read and written at each binding: right but slow, and `Template.compiled` is False. Another engine writes each
    binding, too.

    Raises:
        InvalidOption, UnsupportedCircuit, ConfigurationError: as `encode` does for the circuit with values.
    """
    try:
        program = read(circuit, symbolic=True)
    except UnsupportedCircuit:
        names, bind = _bound_by_framework(circuit)
        if not names:
            raise
    else:
        if options.get("engine") is None:
            options.pop("engine", None)
            return template_of_program(program, format, **options)
        names, bind = program.parameters, program.bound
    encode(bind(probe(len(names))), format, **options)  # what cannot be written at all is refused now
    return Template(names, lambda values: encode(bind(values), format, **options))


def _bound_by_framework(circuit: Any) -> tuple[tuple[str, ...], Callable[[list[float]], Any]]:
    """Names of a circuit's parameters in order, and how the framework itself gives them values."""
    if "qiskit" in sys.modules:
        from qiskit import QuantumCircuit

        if isinstance(circuit, QuantumCircuit):
            from qrelay.qiskit.symbols import binding as binding_qiskit

            return binding_qiskit(circuit)
    if "cirq" in sys.modules:
        from cirq import AbstractCircuit

        if isinstance(circuit, AbstractCircuit):
            from qrelay.cirq.symbols import binding as binding_cirq

            return binding_cirq(circuit)
    return (), lambda _: circuit


def _encode_by(engine: str, program: Program, format: str, options: dict[str, Any]) -> Payload:  # noqa: A002
    if engine != "qiskit-qir":
        raise InvalidOption(f"engine={engine!r} is not known. Leave it out, or give 'qiskit-qir'.", option="engine")
    try:
        from qrelay.qiskit.qir_engine import encode as encode_by_qiskit_qir
    except ImportError:
        raise ConfigurationError(
            f"engine={engine!r} needs Qiskit 1.x: `pip install 'qrelay[qiskit-qir]'`, or leave engine out."
        ) from None
    return encode_by_qiskit_qir(program, format, **options)


def _is_circuit(thing: Any) -> bool:
    """Whether a framework's reader is to be asked. Its circuits have more ways of telling themselves than one."""
    return isinstance(thing, Program) or type(thing).__module__.partition(".")[0] in ("qiskit", "cirq")


def _ready_made_options(options: dict[str, Any]) -> dict[str, Any]:
    known = [name for name in inspect.signature(ready_made).parameters if name not in ("thing", "format")]
    for name in options:
        if name not in known:
            raise InvalidOption(
                f"A ready-made program does not know the option {name!r}. Options: {', '.join(sorted(known))}.",
                option=name,
            )
    return options


def decode(
    data: bytes,
    format: str,  # noqa: A002 - the services' own word
    layout: Layout | None = None,
    shots: int | None = None,
) -> Outcome | Document:
    """Read an answer in a service's format, such as `microsoft.quantum-results.v2`.

    An Outcome, or a Document where the answer holds no shots: a state vector, an estimator's values. `layout` is the
    payload's; without it registers are named after their place in the answer.

    Raises:
        ResultUnreadable: the bytes are not what the format promises.
    """
    from qrelay.results import decode as decode_result

    return decode_result(data, format, layout, shots)
