"""Programs with every form of control flow that QIR's adaptive profiles can say, and the words to write more."""

from __future__ import annotations

from typing import Any

from qrelay.program import Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

THREE = (Register("a", (0, 1)), Register("b", (2, 3, 4)))


def program(*operations: Any, registers: tuple[Register, ...] = THREE, qubits: int = 3, bits: int = 5) -> Program:
    return Program(qubits, bits, list(operations), registers)


def gate(name: str, *qubits: int) -> Any:
    return name, qubits, ()


def turn(angle: float, qubit: int) -> Any:
    return "ry", (qubit,), (angle,)


def measure(qubit: int, bit: int) -> Any:
    return "measure", (qubit,), (bit,)


def when(condition: Any, *then: Any, otherwise: tuple[Any, ...] = ()) -> Any:
    return "if", (), (condition, then, otherwise)


def register(*bits: int) -> Expression:
    return Expression("bits", bits, len(bits))


def const(value: int, width: int) -> Expression:
    return Expression("const", (value,), width)


BREAK, CONTINUE = ("break", (), ()), ("continue", (), ())
COIN = (turn(0.9, 0), measure(0, 0))


def loop(turns: int, *body: Any) -> Any:
    return "for", (), (range(turns), None, body)


def switch(value: Any, *cases: Any) -> Any:
    return "switch", (), (value, cases)


FORMS = {
    "mid-circuit measurement": program(*COIN, gate("cx", 0, 1), turn(0.4, 0), measure(0, 1), measure(1, 2)),
    "a bit measured twice": program(gate("x", 0), measure(0, 3), turn(0.7, 0), measure(0, 3)),
    "one measurement's qubit into several bits": program(turn(1.1, 1), measure(1, 0), measure(1, 4), measure(1, 2)),
    "reset": program(turn(1.2, 0), gate("cx", 0, 1), ("reset", (0,), ()), measure(0, 0), measure(1, 4)),
    "qubit reuse": program(*COIN, ("reset", (0,), ()), turn(0.5, 0), measure(0, 1), gate("x", 0), measure(0, 2)),
    "if": program(*COIN, when(BitIs(0, True), gate("x", 1)), measure(1, 2)),
    "if not": program(*COIN, when(BitIs(0, False), gate("x", 1)), measure(1, 2)),
    "if and else": program(
        *COIN, when(BitIs(0, True), turn(0.3, 1), otherwise=(gate("x", 2),)), measure(1, 2), measure(2, 3)
    ),
    "else only": program(*COIN, when(BitIs(0, True), ("barrier", (0,), ()), otherwise=(gate("x", 2),)), measure(2, 3)),
    "if with nothing in it": program(
        *COIN, when(BitIs(0, True), ("delay", (0,), (1e-6,)), ("global_phase", (), (0.3,)))
    ),
    "measured in one branch only": program(
        *COIN, when(BitIs(0, True), gate("x", 1), measure(1, 2)), when(BitIs(2, True), gate("x", 2)), measure(2, 4)
    ),
    "measured before and in one branch": program(
        gate("x", 1),
        measure(1, 2),
        *COIN,
        when(BitIs(0, True), turn(2.0, 1), measure(1, 2)),
        when(BitIs(2, False), gate("x", 2)),
        measure(2, 4),
    ),
    "the condition overwritten inside": program(
        *COIN,
        when(BitIs(0, True), gate("x", 0), measure(0, 0), when(BitIs(0, False), gate("x", 1)), gate("x", 2)),
        measure(1, 1),
        measure(2, 2),
    ),
    "nested": program(
        *COIN,
        turn(1.9, 1),
        measure(1, 1),
        when(
            BitIs(0, True),
            when(BitIs(1, True), gate("x", 2), otherwise=(turn(0.6, 2), measure(2, 4))),
            otherwise=(when(BitIs(1, False), turn(1.4, 2)),),
        ),
        measure(2, 3),
    ),
    "a whole register": program(
        gate("h", 0),
        turn(1.0, 1),
        measure(0, 1),
        measure(1, 3),
        when(RegisterIs((3, 1), 2), gate("x", 2)),
        measure(2, 0),
    ),
    "a register with unwritten bits": program(
        *COIN,
        when(RegisterIs((0, 4), 1), gate("x", 1)),
        when(RegisterIs((0, 4), 3), gate("x", 2)),
        measure(1, 1),
        measure(2, 2),
    ),
    "a number beyond the register": program(
        *COIN, when(RegisterIs((0,), 5), gate("x", 1), otherwise=(gate("x", 2),)), measure(2, 2)
    ),
    "unwritten bits": program(
        when(BitIs(3, True), gate("x", 0)), when(BitIs(3, False), gate("x", 1)), measure(0, 0), measure(1, 1)
    ),
    "for": program(loop(3, turn(0.4, 0), gate("cx", 0, 1)), measure(0, 0), measure(1, 1)),
    "for with a break": program(
        loop(4, turn(0.8, 0), measure(0, 0), when(BitIs(0, True), BREAK), gate("x", 1)), measure(1, 2)
    ),
    "for with a continue": program(
        loop(3, turn(0.8, 0), measure(0, 0), when(BitIs(0, True), CONTINUE), gate("x", 1), turn(0.3, 2)),
        measure(1, 2),
        measure(2, 3),
    ),
    "break of the inner loop": program(
        loop(2, loop(2, turn(0.8, 0), measure(0, 0), when(BitIs(0, True), BREAK), gate("x", 1)), turn(0.5, 2)),
        measure(1, 2),
        measure(2, 3),
    ),
    "break in an else and a switch": program(
        loop(
            3,
            turn(0.8, 0),
            measure(0, 0),
            when(BitIs(0, True), gate("x", 1), otherwise=(turn(0.2, 2), BREAK)),
            switch(register(0), ((0,), (BREAK,)), ((1,), (turn(0.9, 2), CONTINUE))),
            gate("x", 2),
        ),
        measure(1, 2),
        measure(2, 3),
    ),
    "break with nothing before it": program(
        loop(3, BREAK), loop(2, gate("x", 1), CONTINUE, gate("x", 0)), measure(0, 0), measure(1, 1)
    ),
    "no turn at all": program(*COIN, loop(0, when(BitIs(0, True), BREAK), gate("x", 1)), measure(1, 2)),
    "switch": program(
        gate("h", 0),
        gate("h", 1),
        measure(0, 0),
        measure(1, 1),
        switch(register(0, 1), ((0,), (gate("x", 2),)), ((1, 2), (turn(0.7, 2),)), ((None,), (turn(1.5, 2),))),
        measure(2, 4),
    ),
    "switch without default": program(
        gate("h", 0),
        gate("h", 1),
        measure(0, 3),
        measure(1, 1),
        switch(register(3, 1), ((2,), (gate("x", 2),)), ((9,), (gate("y", 2),))),
        measure(2, 4),
    ),
    "switch on a bit": program(
        *COIN,
        switch(Expression("bit", (0,)), ((1,), (gate("x", 1),)), ((0,), (gate("x", 2),))),
        measure(1, 1),
        measure(2, 2),
    ),
    "switch on a sum": program(
        gate("h", 0),
        gate("h", 1),
        measure(0, 0),
        measure(1, 1),
        switch(
            Expression("add", (Expression("cast", (register(0),), 2), Expression("cast", (register(1),), 2)), 2),
            ((2,), (gate("x", 2),)),
            ((1,), (turn(0.8, 2),)),
            (None, ()),
        ),
        measure(2, 4),
    ),
    "switch on a constant": program(
        *COIN, switch(register(4, 3), ((0,), (gate("x", 1),)), (None, (gate("x", 2),))), measure(1, 1), measure(2, 2)
    ),
    "switch that overwrites its value": program(
        *COIN,
        switch(register(0), ((0,), (gate("x", 0), measure(0, 0), gate("x", 1))), ((1,), (gate("x", 2),))),
        measure(1, 1),
        measure(2, 2),
    ),
    "while that never runs": program(*COIN, ("while", (), (BitIs(3, True), (gate("x", 1),))), measure(1, 2)),
    "while that runs once": program(
        *COIN, ("while", (), (BitIs(0, True), (gate("x", 1), turn(0.5, 2), BREAK))), measure(1, 1), measure(2, 2)
    ),
    "while that every path leaves": program(
        *COIN,
        (
            "while",
            (),
            (
                BitIs(3, False),
                (when(BitIs(0, True), gate("x", 1), BREAK, otherwise=(gate("x", 2), BREAK)), gate("x", 0)),
            ),
        ),
        measure(1, 1),
        measure(2, 2),
    ),
    "barriers and delays": program(
        ("barrier", (0, 1, 2), ()),
        *COIN,
        ("delay", (1,), (1e-6,)),
        when(BitIs(0, True), ("barrier", (), ()), gate("x", 1)),
        measure(1, 1),
    ),
}
