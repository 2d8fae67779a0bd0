"""What a format cannot say is refused before anything is sent, by name and by the index in the user's own circuit."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from qrelay import convert
from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, choose, encode
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

STRAIGHT = ["ionq.circuit.v1", "qir.v1", "OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3", "IONQ_CIRCUIT_V1"]
STRAIGHT += ["IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1"]
SAID_BY_QASM2 = ["used after measurement", "reset after measurement", "reset after gate", "if", "switch"]
LEAST: dict[str, dict[str, Any]] = {"qir.v1": {"profile": "base"}}  # formats that can say more if they are let
C2 = (Register("c", (0, 1)),)


def _program(*operations: Any, registers: tuple[Register, ...] = C2) -> Program:
    return Program(2, 2, list(operations), registers)


MIDCIRCUIT = {
    "used after measurement": (_program(("measure", (0,), (0,)), ("cx", (0, 1), ())), "cx", 1),
    "reset after measurement": (_program(("h", (1,), ()), ("measure", (0,), (0,)), ("reset", (0,), ())), "reset", 2),
    "reset after gate": (_program(("h", (0,), ()), ("reset", (0,), ())), "reset", 1),
    "if": (_program(("measure", (0,), (0,)), ("if", (), (BitIs(0, True), (("x", (1,), ()),), ()))), "if", 1),
    "while": (_program(("while", (), (BitIs(0, True), (("x", (1,), ()),)))), "while", 0),
    "switch": (_program(("switch", (), (Expression("bit", (0,)), (((0,), (("x", (1,), ()),)),)))), "switch", 0),
    "break in for": (_program(("for", (), (range(3), None, (("break", (), ()),)))), "for", 0),
}


SAID = {
    "honeywell.openqasm.v1": SAID_BY_QASM2,
    "quantinuum.openqasm.v1": SAID_BY_QASM2,
    "rigetti.quil.v1": [*MIDCIRCUIT],
    "OPEN_QASM_V3": [*MIDCIRCUIT],
    "QISKIT_QPY": [*MIDCIRCUIT],
}


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("case", MIDCIRCUIT)
def test_p08_what_a_format_cannot_say_is_refused(format_name: str, case: str) -> None:
    """Catches operations that are left out in silence: the error names the operation and its index."""
    program, name, index = MIDCIRCUIT[case]
    if case in SAID.get(format_name, ()):
        assert encode(program, format_name).data
        return
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(program, format_name, **LEAST.get(format_name, {}))
    assert (caught.value.operation, caught.value.index) == (name, index)
    assert name in str(caught.value)
    words = set(re.findall(r"[\w.]+\w", str(caught.value)))
    assert [other for other in INPUT_FORMATS if other in words] == [format_name]


@pytest.mark.parametrize("format_name", STRAIGHT)
def test_index_is_the_circuits_own_after_lowering(format_name: str) -> None:
    """A lowered gate becomes many operations; the index in the message must not count those."""
    program = _program(
        ("cu", (0, 1), (0.1, 0.2, 0.3, 0.4)), ("iswap", (0, 1), ()), ("measure", (0,), (0,)), ("r", (0,), (1.0, 2.0))
    )
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(program, format_name, **LEAST.get(format_name, {}))
    assert caught.value.index == 3


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_unknown_gates_and_wrong_arities(format_name: str) -> None:
    for operation in (("warp", (0,), ()), ("iswap", (0,), ()), ("u", (0,), (1.0,)), ("rx", (0,), ()), ("cx", (0,), ())):
        with pytest.raises(UnsupportedCircuit) as caught:
            encode(_program(("h", (0,), ()), operation), format_name)
        assert (caught.value.operation, caught.value.index) == (operation[0], 1)


@pytest.mark.parametrize(
    "operation",
    [
        ("h", (2,), ()),
        ("h", (-1,), ()),
        ("cx", (1, 1), ()),
        ("measure", (0,), (2,)),
        ("if", (), (BitIs(0, True), (("cx", (0, 5), ()),), ())),
    ],
    ids=["too high", "negative", "twice", "no such bit", "inside a block"],
)
def test_programs_by_hand_that_do_not_fit(operation: Any) -> None:
    for write in (lambda program: encode(program, "qir.v1"), lambda program: choose(program, ["ionq.circuit.v1"])):
        with pytest.raises(UnsupportedCircuit, match="does not fit") as caught:
            write(_program(("measure", (0,), (1,)), operation))
        assert caught.value.index == 1


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize(
    "operation",
    [
        *[("h", (0, 1), ()), ("cx", (0,), ()), ("h", (0,), (0.3,)), ("rx", (0,), ()), ("rz", (0,), (0.3, 0.4))],
        *[
            ("h", (True,), ()),
            ("rx", (0,), (True,)),
            ("rx", (0,), ("0.3",)),
            ("rx", (0,), (1j,)),
            ("rx", (0,), (None,)),
        ],
        *[("measure", (0, 1), (0,)), ("measure", (0,), ()), ("reset", (0, 1), ()), ("reset", (0,), (1,))],
        *[("if", (), ()), ("if", (1,), (BitIs(0, True), (), ())), ("for", (), (range(2), ())), ("break", (0,), ())],
        ("if", (), (BitIs(0, True), (("rx", (0,), ()),), ())),
    ],
    ids=repr,
)
def test_programs_by_hand_that_make_no_sense(operation: Any, format_name: str) -> None:
    """Catches nonsense in the upload (`"rotation":}`) from gates that need no lowering, which nobody looked at."""
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(_program(("measure", (1,), (1,)), operation), format_name)
    assert caught.value.index == 1


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("inverted", [(2,), (-1,), (True,), (0.0,), (1, 0), (0, 0), [0], (1,)])
def test_inverted_bits_by_hand_that_do_not_fit(format_name: str, inverted: Any) -> None:
    """The last bit of these is there, and nothing is measured into it: it has no opposite."""
    program = Program(2, 2, [("measure", (0,), (0,))], C2, inverted=inverted)
    with pytest.raises(UnsupportedCircuit, match="inverted"):
        encode(program, format_name)


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("bit", [2, -1, True, 0.0])
def test_registers_by_hand_that_do_not_fit(format_name: str, bit: Any) -> None:
    """Catches jobs that can be paid for and not read: the layout that travels with them says no to such a bit."""
    program = _program(("measure", (0,), (0,)), registers=(Register("c", (1, bit)),))
    with pytest.raises(UnsupportedCircuit, match=r"'c'.* 2 bits"):
        encode(program, format_name)


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("inside", [False, True])
def test_p14_numbers_of_numpy_in_programs_by_hand(format_name: str, inside: bool) -> None:
    """Catches `np.float64(0.25)` in the upload: NumPy 2 writes its numbers so."""

    def data(angle: Any, qubit: Any, bit: Any) -> bytes:
        turn: Any = ("rx", (qubit,), (angle,))
        if inside:
            turn = ("for", (), (range(2), None, (turn,)))
        payload = encode(_program(turn, ("cu", (qubit, 0), (angle,) * 4), ("measure", (qubit,), (bit,))), format_name)
        assert payload.layout is not None
        return payload.data + payload.layout.to_json().encode()

    plain = data(0.25, 1, 0)
    for kind in (np.float64, np.float32):
        assert data(kind(0.25), np.int64(1), np.int32(0)) == plain
    assert data(np.int64(2), 1, 0) == data(2.0, 1, 0)


def test_other_spellings_of_gates_are_taken() -> None:
    spelt = _program(("CX", (0, 1), ()), ("vdg", (0,), ()), ("cphase", (1, 0), (0.3,)))
    plain = _program(("cx", (0, 1), ()), ("sxdg", (0,), ()), ("cp", (1, 0), (0.3,)))
    assert encode(spelt, "ionq.circuit.v1").data == encode(plain, "ionq.circuit.v1").data


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("angle", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("gate", ["rz", "rxx"])
def test_angles_that_are_no_numbers(format_name: str, angle: float, gate: str) -> None:
    qubits = (0,) if gate == "rz" else (1, 0)
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(_program(("h", (0,), ()), (gate, qubits, (angle,)), ("measure", (0,), (0,))), format_name)
    assert (caught.value.operation, caught.value.index) == (gate, 1)


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_finite_angles_whose_sum_is_not(format_name: str) -> None:
    """Catches `inf` in the upload that only lowering made: the product of a time and a coefficient."""
    evolution: Operation = ("pauliexp", (0, 1), (("XZ",), (1.7e308,), 1.7e3))
    program = _program(("swap", (0, 1), ()), evolution, ("measure", (0,), (0,)))
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(program, format_name)
    assert (caught.value.operation, caught.value.index) == ("pauliexp", 1)


def test_register_named_nan_is_no_reason_to_refuse() -> None:
    program = _program(("rz", (0,), (0.5,)), ("measure", (0,), (0,)), registers=(Register("nan_inf", (0, 1)),))
    assert "nan_inf" in encode(program, "honeywell.openqasm.v1").data.decode()


@pytest.mark.parametrize("format_name", [name for name in STRAIGHT if name != "IQM_JOB_INPUT_V1"])
def test_leading_reset_barrier_and_delay_are_left_out(format_name: str) -> None:
    plain = _program(("h", (0,), ()), ("measure", (0,), (1,)))
    dressed = _program(
        ("reset", (0,), ()), ("barrier", (0, 1), ()), ("h", (0,), ()), ("delay", (0,), (1e-6,)), ("reset", (1,), ()),
        ("measure", (0,), (1,)), ("barrier", (0, 1), ()),
    )  # fmt: skip
    assert encode(dressed, format_name).data == encode(plain, format_name).data


def test_openqasm2_keeps_barriers_and_resets() -> None:
    program = _program(("h", (0,), ()), ("barrier", (0, 1), ()), ("delay", (0,), (1.0,)), ("reset", (0,), ()))
    assert encode(program, "honeywell.openqasm.v1").data.decode().splitlines()[4:] == [
        "h q[0];", "barrier q[0],q[1];", "reset q[0];",
    ]  # fmt: skip


def test_openqasm2_has_no_word_for_a_barrier_on_nothing() -> None:
    """Catches `barrier ;`, which no reader takes: an empty register's barrier in Qiskit."""
    program = _program(("h", (0,), ()), ("barrier", (), ()), ("barrier", (1,), ()))
    assert encode(program, "honeywell.openqasm.v1").data.decode().splitlines()[4:] == ["h q[0];", "barrier q[1];"]


@pytest.mark.parametrize("format_name", STRAIGHT)
def test_loops_over_known_values_are_written_out(format_name: str) -> None:
    loop = _program(
        ("for", (), (range(3), None, (("t", (0,), ()), ("for", (), ((5, 6), None, (("cx", (0, 1), ()),))))))
    )
    flat = _program(*([("t", (0,), ()), ("cx", (0, 1), ()), ("cx", (0, 1), ())] * 3))
    assert encode(loop, format_name).data == encode(flat, format_name).data


def _if(condition: Any, *then: Any, otherwise: tuple[Any, ...] = ()) -> Program:
    return _program(("h", (0,), ()), ("measure", (0,), (0,)), ("if", (), (condition, then, otherwise)))


def test_openqasm2_says_if_on_a_whole_register() -> None:
    """Every statement of the body is guarded, those that lowering made included (P06)."""
    program = _if(RegisterIs((0, 1), 2), ("x", (1,), ()), ("rzz", (0, 1), (0.5,)), ("measure", (1,), (1,)))
    guarded = encode(program, "honeywell.openqasm.v1").data.decode().splitlines()[6:]
    assert len(guarded) == 5
    assert all(line.startswith("if(c==2) ") for line in guarded)
    one_bit = Program(2, 2, [*program.operations[:2], ("if", (), (BitIs(0, False), (("x", (1,), ()),), ()))],
                      (Register("a", (0,)), Register("b", (1,))))  # fmt: skip
    assert "if(a==0) x q[1];" in encode(one_bit, "honeywell.openqasm.v1").data.decode()


# --- options and choice ----------------------------------------------------------------------------------------------


def test_unknown_format_names_the_near_ones() -> None:
    with pytest.raises(InvalidOption, match=r"qir\.v1") as caught:
        encode(_program(), "qir.v2")
    assert caught.value.option == "format"


def test_options_are_checked() -> None:
    bell = _program(("h", (0,), ()), ("measure", (0,), (0,)))
    assert encode(bell, "qir.v1", profile="base").data == encode(bell, "qir.v1", profile=None).data
    with pytest.raises(InvalidOption, match="profile"):
        encode(bell, "qir.v1", profile="adaptive_rifla")
    with pytest.raises(InvalidOption, match="colour") as caught:
        encode(bell, "qir.v1", colour="red")
    assert caught.value.option == "colour"
    with pytest.raises(InvalidOption):
        encode(bell, "ionq.circuit.v1", profile="base")


def test_choose_takes_the_first_that_can_say_it() -> None:
    bell = _program(("h", (0,), ()), ("measure", (0,), (0,)))
    reset = _program(("h", (0,), ()), ("reset", (0,), ()))
    formats = ["nobody's.v1", "ionq.circuit.v1", "qir.v1", "honeywell.openqasm.v1"]
    assert choose(bell, formats).format == "ionq.circuit.v1"
    assert choose(reset, formats, profile="base").format == "honeywell.openqasm.v1"
    assert choose(reset, formats).format == "qir.v1"
    assert choose(bell, formats, profile="base").format == "ionq.circuit.v1"
    with pytest.raises(UnsupportedCircuit, match=r"ionq\.circuit\.v1") as refused:
        choose(reset, ["ionq.circuit.v1", "qir.v1"], max_profile="base")
    (note,) = refused.value.__notes__  # why the second did not help, which its user would otherwise never learn
    assert note.startswith("qir.v1 refuses it too: Operation 1, 'reset'")
    with pytest.raises(InvalidOption, match=r"nobody's\.v1"):
        choose(bell, ["nobody's.v1"])
    with pytest.raises(InvalidOption, match="colour"):
        choose(bell, formats, colour="red")


def test_payloads_say_what_the_service_needs() -> None:
    bell = _program(("h", (0,), ()), ("measure", (0,), (0,)))
    for name in INPUT_FORMATS:
        payload = encode(bell, name)
        assert payload.format == name
        assert payload.num_qubits == 2
        assert payload.layout == bell.layout
    wanted_params = {"items": [{"entryPoint": "ENTRYPOINT__main", "arguments": []}]}
    params = encode(bell, "qir.v1").input_params
    assert params == wanted_params
    params["items"].clear()  # the payload's own: the next one must not miss its entry point
    assert encode(bell, "qir.v1").input_params == wanted_params


def test_what_is_no_circuit() -> None:
    with pytest.raises(UnsupportedCircuit, match=r"builtins\.list"):
        convert.encode([("h", (0,), ())], "qir.v1")


def test_a_format_s_name_in_other_letters_is_recognised() -> None:
    """Two other formats were suggested to whoever wrote the right one in small letters."""
    with pytest.raises(InvalidOption, match=r"Did you mean OPEN_QASM_V2\?"):
        encode(_program(("measure", (0,), (0,))), "open_qasm_v2")
