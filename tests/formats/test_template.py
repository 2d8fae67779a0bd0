"""Compile once, bind many: what a template gives is what encoding the bound circuit gives."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from bindings import made as _made

from qrelay.errors import InvalidOption, QrelayError, UnboundParameters, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, InputFormat, Template, catalogue, choose, choose_template, encode, template
from qrelay.formats.catalogue import first_that_can
from qrelay.program import Program, Register, Symbols

FORMATS = list(INPUT_FORMATS)

SYMBOLS = Symbols(["a", "b"])
A, B = SYMBOLS.parameters
PLAIN = Program(
    3,
    3,
    [
        ("h", (0,), ()),
        ("rx", (0,), (A,)),
        ("u", (1,), (A + B, B / 2, 1 - A)),
        ("cp", (0, 1), (2 * B,)),
        ("rzz", (1, 2), (A * B - 1,)),
        *(("measure", (qubit,), (qubit,)) for qubit in range(3)),
    ],
    (Register("c", (0, 1, 2)),),
    global_phase=A,
    name="ansatz",
    symbols=SYMBOLS,
)


# --- programs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("values", [[0.3, -1.7], [1e-5, -2e-7], [0.0, 0.0], [math.pi, math.pi / 2], [1e17, 5.0]])
def test_a_binding_is_the_bound_programs_payload_byte_for_byte(format_name: str, values: list[float]) -> None:
    """Special values, exponents and huge numbers included; every field of the payload."""
    made = _made(PLAIN, format_name, lambda: encode(PLAIN.bound(values), format_name).data)
    if made is None:
        return
    assert made.parameters == ("a", "b")
    wanted = encode(PLAIN.bound(values), format_name)
    assert made.bind(values) == wanted
    assert made.bind(dict(zip("ab", values, strict=True))) == wanted


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_fills_in_is_compiled(format_name: str) -> None:
    """A template that always writes again is right and no template: only rows that say so may do it."""
    made = _made(PLAIN, format_name, lambda: encode(PLAIN.bound([1.0, 2.0]), format_name).data)
    if made is not None:
        assert made.compiled == INPUT_FORMATS[format_name].fills


def test_bindings_share_nothing() -> None:
    made = template(PLAIN, "qir.v1")
    first = made.bind([1.0, 2.0])
    first.input_params["items"][0]["entryPoint"] = "changed"
    assert made.bind([1.0, 2.0]) == encode(PLAIN.bound([1.0, 2.0]), "qir.v1")


def test_a_circuit_without_parameters_is_a_template_of_one_payload() -> None:
    bound = PLAIN.bound([1.0, 2.0])
    made = template(bound, "qir.v1")
    assert made.compiled
    assert made.bind() == made.bind({}) == made.bind([]) == encode(bound, "qir.v1")
    with pytest.raises(InvalidOption):
        made.bind([1.0])


@pytest.mark.parametrize("format_name", FORMATS)
def test_programs_with_parameters_are_not_encoded(format_name: str) -> None:
    """A payload with a marker in it would be refused by the service an hour later, or worse, read."""
    with pytest.raises(UnboundParameters) as caught:
        encode(PLAIN, format_name)
    assert caught.value.names == ("a", "b")
    with pytest.raises(UnboundParameters):
        choose(PLAIN, [format_name])


def test_options_are_checked_as_encode_does() -> None:
    with pytest.raises(InvalidOption, match="Did you mean"):
        template(PLAIN, "qir.v2")
    with pytest.raises(InvalidOption, match="does not know the option"):
        template(PLAIN, "ionq.circuit.v1", profil="base")
    with pytest.raises(InvalidOption, match=r"Did you mean engine\?"):  # which is `qrelay.encode`'s own
        template(PLAIN, "qir.v1", engin="qiskit-qir")
    with pytest.raises(InvalidOption):
        template(PLAIN, "qir.v1", profile="none such")


def test_the_first_format_that_can_is_taken() -> None:
    mid = Program(
        1,
        1,
        [("rx", (0,), (A,)), ("measure", (0,), (0,)), ("rx", (0,), (B,)), ("measure", (0,), (0,))],
        symbols=SYMBOLS,
    )
    made = choose_template(mid, ["ionq.circuit.v1", "honeywell.openqasm.v1"])
    assert made.bind([1.0, 2.0]) == choose(mid.bound([1.0, 2.0]), ["ionq.circuit.v1", "honeywell.openqasm.v1"])
    with pytest.raises(UnsupportedCircuit) as caught:
        choose_template(mid, ["ionq.circuit.v1", "OPEN_QASM_V2"])
    assert caught.value.index == 2


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_lost_expression_is_refused(format_name: str) -> None:
    """`math.sin` of an angle is a NaN: a format must not take it for a number or for another angle."""
    lost = Program(1, 1, [("rx", (0,), (math.sin(A),)), ("ry", (0,), (A,)), ("measure", (0,), (0,))], symbols=SYMBOLS)
    with pytest.raises(QrelayError):
        template(lost, format_name)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([1.0], InvalidOption),
        ({"a": 1.0}, UnboundParameters),
        ({"a": 1.0, "b": 2.0, "c": 3.0}, InvalidOption),
        ({"a": 1.0, "c": 3.0}, InvalidOption),
        ({1.0, 2.0}, InvalidOption),  # in no order
        (b"12", InvalidOption),  # numbers to Python
        ([10**5000, 1], InvalidOption),  # too long even for a message
        ({"a": 1.0, "b": 2.0, A: 3.0}, InvalidOption),
        ([math.nan, 1.0], InvalidOption),
        ([1.0, math.inf], InvalidOption),
        (["1", 1.0], InvalidOption),
        ([1e300, 1e300], UnsupportedCircuit),  # their product is infinite
    ],
)
def test_values_that_do_not_fit_are_refused(format_name: str, values: Any, error: type[Exception]) -> None:
    made = _made(PLAIN, format_name, lambda: encode(PLAIN.bound([1.0, 2.0]), format_name).data)
    if made is not None:
        with pytest.raises(error):
            made.bind(values)


def _of_writer(write: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Template:
    row = InputFormat("test", "text/plain", "none", write)
    monkeypatch.setattr(catalogue, "INPUT_FORMATS", {"test": row})
    return template(PLAIN, "test")


@pytest.mark.parametrize(
    "word",
    [
        lambda angle: repr(angle % math.tau),  # refused by the angle
        lambda angle: f"{angle:.12f}",
        json.dumps,  # written as NaN
        lambda angle: repr(float(f"{angle!r}") + 1),  # a marker is no number
        lambda angle: repr(angle if math.isfinite(angle) else 0.0),  # looks past the marker
        lambda angle: str(len(f"{angle!r}")),  # takes the marker for the number
        lambda angle: f"{angle!r}".upper(),  # 1e-05 becomes 1E-05
    ],
)
def test_writers_that_look_at_angles_are_asked_each_time(
    word: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A binding must be what the writer writes, whatever the writer does with its numbers."""

    def write(program: Program) -> bytes:
        return " ".join(word(angle) for operation in program.operations for angle in operation[2][:1]).encode()

    made = _of_writer(write, monkeypatch)
    assert not made.compiled
    for values in ([1e-5, 2e-5], [0.35, 7.0]):
        assert made.bind(values).data == write(PLAIN.bound(values))


def test_first_that_can_keeps_the_first_refusal() -> None:
    def refuse(row: InputFormat, program: Program, given: dict[str, Any]) -> None:
        raise UnsupportedCircuit(f"{row.name} cannot")

    with pytest.raises(UnsupportedCircuit, match=r"^qir.v1 cannot") as caught:
        first_that_can(PLAIN, ["qir.v1", "ionq.circuit.v1"], {}, refuse)
    assert caught.value.__notes__ == ["ionq.circuit.v1 refuses it too: ionq.circuit.v1 cannot"]
