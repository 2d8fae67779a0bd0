"""Classical control says what Cirq says: held against cirq.Simulator for every value of the bits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
import sympy

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode
from qrelay.program import Program
from qrelay.program.control import BitIs, Expression, RegisterIs

cirq = pytest.importorskip("cirq")

from judges.cirq_answers import Records, records, sampled  # noqa: E402

from qrelay.cirq.reader import read  # noqa: E402

Q = cirq.LineQubit.range(8)
TARGET = cirq.NamedQubit("target")


def holds(condition: Any, memory: int) -> bool:
    if isinstance(condition, BitIs):
        return bool(memory >> condition.bit & 1) == condition.value
    if isinstance(condition, RegisterIs):
        return sum((memory >> bit & 1) << i for i, bit in enumerate(condition.bits)) == condition.value
    assert isinstance(condition, Expression)
    assert condition.operator == "not_equal"
    whole, constant = condition.operands
    assert isinstance(whole, Expression)
    assert isinstance(constant, Expression)
    assert (whole.operator, constant.operator) == ("bits", "const")
    return sum((memory >> int(bit) & 1) << i for i, bit in enumerate(whole.operands)) != constant.operands[0]


def follow(program: Program) -> Records:
    """Run a program of X, measurements and conditions on plain bits."""
    state = [0] * program.num_qubits
    memory = 0

    def step(operations: Sequence[Any]) -> None:
        nonlocal memory
        for name, qubits, arguments in operations:
            if name == "x":
                state[qubits[0]] ^= 1
            elif name == "measure":
                memory = memory & ~(1 << arguments[0]) | state[qubits[0]] << arguments[0]
            else:
                assert name == "if"
                condition, then, otherwise = arguments
                step(then if holds(condition, memory) else otherwise)

    step(program.operations)
    for bit in program.inverted:
        memory ^= 1 << bit
    return records(program.layout, memory)


def check(size: int, measurements: Sequence[Any], conditions: Sequence[Any]) -> None:
    """X on the target under the conditions, for every state of the first `size` qubits."""
    for values in product([0, 1], repeat=size):
        circuit = cirq.Circuit(
            [cirq.X(qubit) for qubit, value in zip(Q, values, strict=False) if value],
            *(cirq.Moment(op) for op in measurements),
            cirq.Moment(cirq.X(TARGET).with_classical_controls(*conditions)),
            cirq.measure(TARGET, key="out"),
        )
        assert {follow(read(circuit)): 1} == sampled(circuit, 1), values


def measured(size: int, key: str = "m", mask: tuple[bool, ...] = ()) -> Any:
    return cirq.measure(*Q[:size], key=key, invert_mask=mask)


M = sympy.Symbol("m")
BITS = sympy.IndexedBase("m")
CONDITIONS: dict[str, Any] = {
    "key": "m",
    "key object": cirq.MeasurementKey("m"),
    "mask": cirq.BitMaskKeyCondition("m", bitmask=5),
    "mask, value": cirq.BitMaskKeyCondition("m", bitmask=6, target_value=2),
    "mask, equal": cirq.BitMaskKeyCondition("m", bitmask=3, target_value=1, equal_target=True),
    "mask, not possible": cirq.BitMaskKeyCondition("m", bitmask=1, target_value=2, equal_target=True),
    "mask, always": cirq.BitMaskKeyCondition("m", bitmask=0, target_value=0, equal_target=True),
    "mask, never": cirq.BitMaskKeyCondition("m", bitmask=0),
    "equal mask": cirq.BitMaskKeyCondition.create_equal_mask("m", 5),
    "not equal mask": cirq.BitMaskKeyCondition.create_not_equal_mask("m", 4),
    "no mask": cirq.BitMaskKeyCondition("m", target_value=3, equal_target=True),
    "symbol": M,
    "equal": sympy.Eq(M, 6),
    "beyond": sympy.Eq(M, 9),
    "not equal": sympy.Ne(M, 2),
    "less": M < 3,
    "at least": M >= 5,
    "sum": sympy.Eq(M + 1, 4),
    "between": sympy.And(M > 1, M < 5),
    "or": sympy.Or(sympy.Eq(M, 0), sympy.Eq(M, 7)),
    "not": sympy.Not(sympy.Eq(M, 1)),
    "modulo": sympy.Eq(sympy.Mod(M, 2), 1),
    "bit": BITS[0],
    "last bit": sympy.Eq(BITS[2], 1),
    "bits": sympy.Xor(BITS[0], BITS[1]),
}


@pytest.mark.parametrize("mask", [(), (True, False, True)])
@pytest.mark.parametrize("name", CONDITIONS)
def test_p06_conditions_on_three_bits(name: str, mask: tuple[bool, ...]) -> None:
    """Catches numbers read from the wrong end, and inverted bits that are taken as they were measured."""
    check(3, [measured(3, mask=mask)], [CONDITIONS[name]])


@pytest.mark.parametrize("mask", [(), (True,)])
@pytest.mark.parametrize("name", ["key", "symbol", "equal", "less", "no mask", "not equal"])
def test_p06_conditions_on_one_bit(name: str, mask: tuple[bool, ...]) -> None:
    check(1, [measured(1, mask=mask)], [CONDITIONS[name]])


def test_p06_several_conditions_hold_together() -> None:
    keys = [measured(2, "a"), cirq.measure(Q[2], Q[3], key="b", invert_mask=(True,))]
    a, b = sympy.symbols("a b")
    for conditions in (["a", "b"], ["b", sympy.Eq(a, 2)], [a > b], [sympy.Eq(a + b, 3), "a"], [a <= b, sympy.Ne(b, 2)]):
        check(4, keys, conditions)


def test_p06_repeated_keys() -> None:
    """The last measurement counts, or the one that an index asks for."""
    again = [
        cirq.measure(Q[0], Q[1], key="m", invert_mask=(True,)),
        cirq.X(Q[0]),
        cirq.measure(Q[1], Q[0], key="m"),
        cirq.measure(Q[2], Q[0], key="m", invert_mask=(False, True)),
    ]
    key = cirq.MeasurementKey("m")
    conditions = ["m", sympy.Eq(M, 2), sympy.Xor(BITS[0], BITS[1])]
    conditions += [cirq.KeyCondition(key, index) for index in (-3, -2, 0, 1, 2)]
    conditions += [cirq.BitMaskKeyCondition(key, index, 1, True, 1) for index in (-2, 0, 1)]
    for condition in conditions:
        check(3, again, [condition])


class _AnyEarlier(cirq.Condition):  # type: ignore[misc,unused-ignore] # cirq comes by importorskip
    """A user's own condition, on all measurements of a key."""

    keys = (cirq.MeasurementKey("m"),)
    qasm = ""

    def replace_key(self, current: Any, replacement: Any) -> Any:
        return self

    def resolve(self, classical_data: Any) -> bool:
        return any(bits[0] for bits in classical_data.records[self.keys[0]])


def test_p06_single_bits_of_a_wide_key() -> None:
    """As many bits count as the formula names, however many were measured together: a syndrome's, for one."""
    bits = sympy.IndexedBase("m")
    for formula in (sympy.Xor(bits[1], bits[-1]), sympy.Eq(bits[0] + bits[5], 2)):
        check(8, [measured(8, mask=(False, True, False, False, False, True))], [formula])


def test_p06_conditions_that_users_wrote() -> None:
    check(2, [cirq.measure(Q[0], key="m"), cirq.measure(Q[1], key="m", invert_mask=(True,))], [_AnyEarlier()])


@pytest.mark.parametrize("mask", [(), (True, False, False, True, True)])
@pytest.mark.parametrize("name", ["key", "mask", "mask, value", "mask, equal", "mask, not possible", "mask, always"])
def test_p06_wide_numbers_are_compared(name: str, mask: tuple[bool, ...]) -> None:
    """Too wide for a table: each value of the mask's bits tells."""
    more = ["mask, never", "no mask", "not equal mask"]
    for condition in [CONDITIONS[name], *(CONDITIONS[other] for other in more if name == "key")]:
        check(7, [measured(7, mask=mask)], [condition])


def test_simple_conditions_stay_simple() -> None:
    """What formats without expressions can say: one bit, or a register and a number, its first bit lowest."""
    one = cirq.Circuit(measured(1), cirq.X(TARGET).with_classical_controls("m"))
    assert read(one).operations[-1][2][0] == BitIs(0, value=True)
    inverted = cirq.Circuit(measured(1, mask=(True,)), cirq.X(TARGET).with_classical_controls("m"))
    assert read(inverted).operations[-1][2][0] == BitIs(0, value=False)
    equal = cirq.Circuit(measured(3), cirq.X(TARGET).with_classical_controls(sympy.Eq(M, 6)))
    assert read(equal).operations[-1] == ("if", (), (RegisterIs((0, 1, 2), 3), (("x", (3,), ()),), ()))
    some = cirq.Circuit(measured(2), cirq.X(TARGET).with_classical_controls("m"))
    conditions = [operation[2][0] for operation in read(some).operations if operation[0] == "if"]
    assert conditions == [RegisterIs((0, 1), value) for value in (1, 2, 3)]
    wide = cirq.Circuit(measured(7), cirq.X(TARGET).with_classical_controls("m"))
    assert read(wide).operations[-1][2][0] == Expression(
        "not_equal", (Expression("bits", tuple(range(7)), 7), Expression("const", (0,), 7))
    )


def test_p06_everything_stays_guarded() -> None:
    """Catches a composite operation of which a part escapes its condition."""
    ops = [
        cirq.ISWAP(Q[1], Q[2]),
        cirq.QuantumFourierTransformGate(2).on(Q[1], Q[2]),
        cirq.CSWAP(Q[1], Q[2], Q[3]),
        cirq.rx(0.1)(Q[1]).controlled_by(Q[2], Q[3]),
        cirq.CircuitOperation(cirq.FrozenCircuit(cirq.X(Q[1]), cirq.reset(Q[2])), use_repetition_ids=False),
        cirq.X(Q[1]).with_tags("tag"),
    ]
    for op in ops:
        for guarded in (op.with_classical_controls("m"), op.with_classical_controls("m").with_tags("t")):
            program = read(cirq.Circuit(measured(1), guarded))
            assert [name for name, _, _ in program.operations] == ["measure", "if"]
            plain = read(cirq.Circuit(map(cirq.I, Q[:1]), op))
            inside = [step for step in program.operations[1][2][1] if step[0] != "global_phase"]
            assert inside == plain.operations[1:]


def test_p06_conditions_through_openqasm2_on_aer() -> None:
    """Teleportation of a turned qubit with an inverted measurement: the answer is right for every outcome."""
    qasm2 = pytest.importorskip("qiskit.qasm2")
    aer = pytest.importorskip("qiskit_aer")
    a, b, c = Q[:3]
    circuit = cirq.Circuit(
        cirq.ry(1.1)(a), cirq.H(b), cirq.CX(b, c), cirq.CX(a, b), cirq.H(a),
        cirq.measure(b, key="flip", invert_mask=(True,)), cirq.measure(a, key="sign"),
        cirq.X(c).with_classical_controls(sympy.Eq(sympy.Symbol("flip"), 0)), cirq.Z(c).with_classical_controls("sign"),
        cirq.ry(-1.1)(c), cirq.measure(c, key="out"),
    )  # fmt: skip
    payload = encode(read(circuit), "honeywell.openqasm.v1")
    loaded = qasm2.loads(payload.data.decode(), strict=True)
    counts = aer.AerSimulator(seed_simulator=5).run(loaded, shots=400).result().get_counts()
    assert {text.split(" ", 1)[0] for text in counts} == {"0"}
    assert len(counts) == 4
    assert {dict(found)["out"] for found in sampled(circuit, 50)} == {((0,),)}


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("n", "'n', which nothing before it measures"),
        (cirq.KeyCondition(cirq.MeasurementKey("m"), 3), "measurement 3 of the key 'm', which has 1"),
        (sympy.Symbol("m") < 50, "8 bits"),
        (sympy.Function("f")(sympy.Symbol("k")) < 1, "cannot work out"),
        (sympy.IndexedBase("k")[2], "cannot work out"),
    ],
)
def test_what_cannot_be_read_is_refused(condition: Any, why: str) -> None:
    circuit = cirq.Circuit(measured(8), measured(2, "k"), cirq.H(TARGET), cirq.X(TARGET))
    circuit.append(cirq.Y(TARGET).with_classical_controls("m"))
    circuit.append(cirq.X(TARGET).with_classical_controls(condition))
    with pytest.raises(UnsupportedCircuit, match=why) as caught:
        read(circuit)
    assert caught.value.operation == "X"
    assert caught.value.index == len(list(circuit.all_operations())) - 1
